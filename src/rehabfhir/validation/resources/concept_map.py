"""ConceptMap: the codes that it maps are codes of the systems and value sets that it names.

Rules: https://hl7.org/fhir/R4/conceptmap.html, with the severities of HL7's validator.
"""

from collections.abc import Iterator
from typing import Any

from rehabfhir.findings import Issue
from rehabfhir.validation.context import Context
from rehabfhir.validation.questionnaire.form import tree_list

__all__ = ["concept_map_rules"]

Tree = dict[str, Any]


def concept_map_rules(ctx: Context, concept_map: Tree, location: str) -> Iterator[Issue]:
    """What is wrong with a concept map beyond its type and invariants."""
    source_set = _value_set(ctx, concept_map, "source")
    target_set = _value_set(ctx, concept_map, "target")
    for index, group in enumerate(tree_list(concept_map, "group")):
        here = f"{location}.group[{index}]"
        source, target = group.get("source"), group.get("target")
        for side, system in (("source", source), ("target", target)):
            if not isinstance(system, str):
                yield ctx.issue(
                    "warning",
                    "required",
                    here,
                    f"without a {side} code system its codes cannot be checked",
                    rule="conceptmap-system",
                )
            elif not ctx.terminology.known_system(system):
                message = f"the {side} code system is not loaded, so its codes were not checked"
                yield ctx.issue("warning", "not-supported", here, message, rule="conceptmap-system", value=system)
        told: set[tuple[Any, Any, Any]] = set()
        for number, element in enumerate(tree_list(group, "element")):
            place = f"{here}.element[{number}]"
            yield from _code(ctx, source, group.get("sourceVersion"), element, source_set, f"{place}.code")
            for order, mapped in enumerate(tree_list(element, "target")):
                inside = f"{place}.target[{order}]"
                yield from _code(ctx, target, group.get("targetVersion"), mapped, target_set, f"{inside}.code")
                told_now = (element.get("code"), mapped.get("code"), mapped.get("equivalence"))
                if None not in told_now and told_now in told and "dependsOn" not in mapped:
                    message = "the same relation between these codes stands in the group already"
                    yield ctx.issue("warning", "business-rule", inside, message, rule="conceptmap-repeated")
                told.add(told_now)


def _value_set(ctx: Context, concept_map: Tree, side: str) -> str | None:
    for name in (f"{side}Uri", f"{side}Canonical"):
        url = concept_map.get(name)
        if isinstance(url, str) and ctx.definitions.value_set(url) is not None:
            return url
    return None


def _code(ctx: Context, system: Any, version: Any, concept: Tree, value_set: str | None, here: str) -> Iterator[Issue]:
    code, display = concept.get("code"), concept.get("display")
    if not isinstance(code, str) or not isinstance(system, str) or not ctx.terminology.known_system(system):
        return
    if (
        ctx.terminology.code_in_system(system, code, version if isinstance(version, str) else None).answer.name
        == "NOT_IN"
    ):
        message = "the code is not in the code system"
        yield ctx.issue("error", "required", here, message, rule="conceptmap-code", value=code)
        return
    if value_set is not None and ctx.terminology.member(value_set, code=code, system=system).answer.name == "NOT_IN":
        message = f"the code is not in the value set that the map is for, {value_set}"
        yield ctx.issue("error", "required", here, message, rule="conceptmap-code", value=code)
        return
    if isinstance(display, str) and ctx.terminology.display_ok(system, code, display).verdict == "wrong":
        message = "the display is not one of the code's"
        yield ctx.issue("warning", "required", here, message, rule="conceptmap-display", value=display)
