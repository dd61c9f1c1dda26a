"""ValueSet: what it includes can be found, and its filters can be understood.

Rules: https://hl7.org/fhir/R4/valueset.html#compose, with the severities of HL7's validator.
"""

import re
from collections.abc import Iterator
from typing import Any

from rehabfhir.findings import Issue
from rehabfhir.validation.context import Context
from rehabfhir.validation.primitives import is_absolute
from rehabfhir.validation.questionnaire.form import tree_list

__all__ = ["value_set_rules"]

Tree = dict[str, Any]

_HIERARCHY = {"is-a", "descendent-of", "is-not-a", "generalizes"}
_FOR_CONCEPT = {"=", "in", "not-in", *_HIERARCHY}
_STANDARD = {"concept", "code", "status", "inactive", "display", "definition", "parent", "child", "notSelectable"}
_DATED = {"effectiveDate", "deprecationDate", "retirementDate"}
_OUTSIDE = {
    "http://snomed.info/sct",
    "http://loinc.org",
    "http://unitsofmeasure.org",
    "urn:ietf:bcp:47",
    "urn:ietf:bcp:13",
}


def value_set_rules(ctx: Context, value_set: Tree, location: str) -> Iterator[Issue]:
    """What is wrong with a value set beyond its type and invariants."""
    compose = value_set.get("compose")
    for name in ("include", "exclude"):
        for index, part in enumerate(tree_list(compose, name)):
            yield from _part(ctx, value_set, part, f"{location}.compose.{name}[{index}]")


def _part(ctx: Context, value_set: Tree, part: Tree, here: str) -> Iterator[Issue]:
    system, version = part.get("system"), part.get("version")
    imports = part.get("valueSet")
    imports = imports if isinstance(imports, list) else []
    for index, canonical in enumerate(imports):
        if (
            isinstance(canonical, str)
            and not canonical.startswith("#")
            and ctx.definitions.value_set(canonical) is None
        ):
            message = "the value set that is included is not loaded"
            yield ctx.issue(
                "warning",
                "business-rule",
                f"{here}.valueSet[{index}]",
                message,
                rule="valueset-import",
                value=canonical,
            )
    if len(imports) > 1:
        message = "several value sets in one include: readers have taken that for a union or an intersection; use one include each"
        yield ctx.issue("warning", "informational", here, message, rule="valueset-import-several")
    if not isinstance(system, str):
        if "concept" in part or "filter" in part:
            message = "without a system, concepts and filters cannot be checked"
            yield ctx.issue("warning", "business-rule", here, message, rule="valueset-system")
        return
    plain, bar, stated = system.partition("|")
    if bar:
        message = "the version of a code system stands in include.version, not behind a bar in the system"
        yield ctx.issue(
            "error" if stated else "warning",
            "business-rule",
            here,
            message,
            rule="valueset-system-version",
            value=system,
        )
        version = version if isinstance(version, str) else stated
    yield from _system(ctx, value_set, plain, here)
    if ctx.terminology.known_system(plain):
        for index, each in enumerate(tree_list(part, "filter")):
            yield from _filter(ctx, plain, each, f"{here}.filter[{index}]")


def _system(ctx: Context, value_set: Tree, system: str, here: str) -> Iterator[Issue]:
    if not is_absolute(system):
        message = "the system must be an absolute URI"
        yield ctx.issue("error", "invalid", here, message, rule="valueset-system-absolute", value=system)
        if system.startswith("#"):
            contained = [each for each in tree_list(value_set, "contained") if each.get("id") == system[1:]]
            if not any(each.get("resourceType") == "CodeSystem" for each in contained):
                message = "no code system with this id is contained in the value set"
                yield ctx.issue("error", "invalid", here, message, rule="valueset-system-contained", value=system)
    elif not ctx.terminology.known_system(system) and ctx.definitions.value_set(system) is not None:
        message = "what stands as the system is a value set; name the code system that it draws from, or include it by valueSet"
        yield ctx.issue("error", "invalid", here, message, rule="valueset-system-valueset", value=system)


def _filter(ctx: Context, system: str, each: Tree, here: str) -> Iterator[Issue]:
    name, operator, value = each.get("property"), each.get("op"), each.get("value")
    if not isinstance(name, str) or not isinstance(value, str) or system in _OUTSIDE:
        return
    tree = ctx.definitions.code_system(system)
    if tree is None:
        return
    declared = {inner.get("code") for inner in tree_list(tree, "property")} | {
        inner.get("code") for inner in tree_list(tree, "filter")
    }
    if name not in _STANDARD and name not in _DATED and name not in declared:
        message = "the code system has no such property, so the filter may not be understood"
        yield ctx.issue("warning", "invalid", here, message, rule="valueset-filter-property", value=name)
        return
    if name == "concept" and operator not in _FOR_CONCEPT:
        message = (
            f"the operation does not go with the property 'concept'; allowed are {', '.join(sorted(_FOR_CONCEPT))}"
        )
        yield ctx.issue("error", "invalid", here, message, rule="valueset-filter-operation", value=operator)
    elif name in {"concept", "code"} and operator in {"=", *_HIERARCHY}:
        if ctx.terminology.code_in_system(system, value).answer.name == "NOT_IN":
            message = "the value of the filter is not a code of the code system"
            yield ctx.issue("error", "invalid", here, message, rule="valueset-filter-code", value=value)
    elif operator == "regex" and not _is_pattern(value):
        message = "the value of the filter is not a regular expression"
        yield ctx.issue("error", "invalid", here, message, rule="valueset-filter-regex", value=value)


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError):
        return False
    return True
