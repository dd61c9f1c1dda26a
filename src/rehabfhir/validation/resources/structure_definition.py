"""StructureDefinition: a definition that can be applied - base, type and kind fit, the differential lands in the snapshot.

Rules: https://hl7.org/fhir/R4/structuredefinition.html and https://hl7.org/fhir/R4/profiling.html, with the severities of
HL7's validator. What generating the snapshot finds is reported where it stands in the differential.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rehabfhir.definitions import r4
from rehabfhir.findings import Issue
from rehabfhir.validation.context import Context
from rehabfhir.validation.questionnaire.form import tree_list

__all__ = ["structure_rules"]

Tree = dict[str, Any]

_BASE = "http://hl7.org/fhir/StructureDefinition/"
_INHERIT = _BASE + "inherit-obligations"
_OBLIGATIONS = _BASE + "obligation-profile"
_BINDABLE = {"code", "Coding", "CodeableConcept", "Quantity", "string", "uri", "url", "canonical", "Extension"}
_QUANTITIES = {"Age", "Count", "Distance", "Duration", "Money", "SimpleQuantity", "MoneyQuantity"}
_POINTING = {"Reference", "canonical", "CodeableReference"}


def structure_rules(ctx: Context, structure: Tree, location: str) -> Iterator[Issue]:
    """What is wrong with a definition beyond its type and invariants."""
    yield from _contexts(ctx, structure, location)
    yield from _obligations(ctx, structure, location)
    base = _found(ctx, structure.get("baseDefinition"))
    yield from _ancestry(ctx, structure, base, location)
    yield from _elements(ctx, structure, location)
    for index, element in enumerate(tree_list(structure.get("snapshot"), "element")):
        for issue in _binding(ctx, element, f"{location}.snapshot.element[{index}]"):
            if issue.severity == "error":
                yield issue
    if base is not None:
        yield from _laid(ctx, structure, base, location)


def _found(ctx: Context, canonical: Any) -> Tree | None:
    return ctx.definitions.structure(canonical) if isinstance(canonical, str) and canonical else None


def _contexts(ctx: Context, structure: Tree, location: str) -> Iterator[Issue]:
    """Where an extension may stand; its URL as the definition's."""
    extension = structure.get("type") == "Extension"
    for index, each in enumerate(tree_list(structure, "context")):
        here = f"{location}.context[{index}]"
        expression = each.get("expression") if each.get("type") == "element" else None
        if not extension:
            message = "only an extension has a context; take it out"
            yield ctx.issue("error", "invalid", here, message, rule="structure-context")
        elif isinstance(expression, str) and not _is_element(ctx, expression):
            message = "the context is not an element of R4"
            yield ctx.issue("error", "invalid", here, message, rule="structure-context", value=expression)
    invariants = structure.get("contextInvariant")
    for index, text in enumerate(invariants if isinstance(invariants, list) else ()):
        problem = _problem(text) if isinstance(text, str) else ""
        if problem:
            message = f"the invariant cannot be evaluated: {problem}"
            yield ctx.issue(
                "error", "invalid", f"{location}.contextInvariant[{index}]", message, rule="structure-context-invariant"
            )
    if extension and structure.get("derivation") == "constraint":
        fixed = next(
            (
                each.get("fixedUri")
                for each in tree_list(structure.get("differential"), "element")
                if each.get("path") == "Extension.url"
            ),
            None,
        )
        if isinstance(fixed, str) and fixed != structure.get("url"):
            message = "Extension.url is fixed to another URL than that of the definition"
            yield ctx.issue("error", "invalid", location, message, rule="structure-extension-url", value=fixed)


def _obligations(ctx: Context, structure: Tree, location: str) -> Iterator[Issue]:
    """Obligations are inherited from profiles that are there for that, and that stand on the same base."""
    for index, each in enumerate(tree_list(structure, "extension")):
        canonical = each.get("valueCanonical")
        if each.get("url") != _INHERIT or not isinstance(canonical, str):
            continue
        here = f"{location}.extension[{index}]"
        found = ctx.definitions.raw_structure(canonical)
        if found is None:
            message = "the profile to inherit obligations from is not loaded"
            yield ctx.issue("warning", "not-found", here, message, rule="structure-obligations", value=canonical)
        elif not any(
            mark.get("url") == _OBLIGATIONS and mark.get("valueBoolean") for mark in tree_list(found, "extension")
        ):
            message = "the profile to inherit obligations from is not marked as an obligation profile"
            yield ctx.issue("error", "invalid", here, message, rule="structure-obligations", value=canonical)
        elif found.get("baseDefinition") != structure.get("baseDefinition"):
            message = "the profile to inherit obligations from has another base than this one"
            yield ctx.issue("error", "invalid", here, message, rule="structure-obligations", value=canonical)


def _is_element(ctx: Context, expression: str) -> bool:
    if expression.startswith(("http://", "https://", "%", "$")) or "(" in expression:
        return True
    name, dot, rest = expression.partition(".")
    if not r4.is_type(name):
        return (
            name in {"Element", "Resource", "CanonicalResource", "MetadataResource"}
            or ctx.definitions.structure(name) is not None
        )
    here = r4.children(name)
    for step in rest.split(".") if dot else ():
        found = here.get(step) or next((each for each in here.values() if each.choice in {step, f"{step}[x]"}), None)
        if found is None:
            return False
        here = r4.children(found.type)
    return True


def _problem(text: str) -> str:
    from rehabfhir.fhirpath import FhirPathError, compile_expression  # noqa: PLC0415 - only for definitions

    try:
        compile_expression(text)
    except FhirPathError as error:
        return str(error)
    return ""


def _ancestry(ctx: Context, structure: Tree, base: Tree | None, location: str) -> Iterator[Issue]:
    """Base, type, kind and derivation go together."""
    canonical, kind, type_ = structure.get("baseDefinition"), structure.get("kind"), structure.get("type")
    derivation, url = structure.get("derivation"), structure.get("url")
    if (
        isinstance(type_, str)
        and r4.is_type(type_)
        and derivation != "constraint"
        and url != _BASE + type_
        and kind != "logical"
    ):
        message = "a type of FHIR can be the type of a definition only when that constrains it"
        yield ctx.issue("error", "invalid", f"{location}.type", message, rule="structure-type")
    if base is None:
        if structure.get("abstract") is not True or canonical is not None:
            message = "the base definition is not loaded, so the differential could not be checked"
            yield ctx.issue("warning", "not-found", location, message, rule="structure-base", value=canonical)
        return
    if derivation is None:
        message = "a definition with a baseDefinition says how it derives from it (derivation)"
        yield ctx.issue("error", "not-found", location, message, rule="structure-derivation")
    elif derivation == "specialization":
        if type_ == base.get("type") and kind != "logical":
            message = "a specialization has another type than its base"
            yield ctx.issue("error", "not-found", location, message, rule="structure-type")
    elif derivation == "constraint":
        if type_ != base.get("type") and kind != "logical":
            message = f"a definition that constrains {base.get('type')} has that type too"
            yield ctx.issue("error", "not-found", location, message, rule="structure-type")
        if kind != base.get("kind") and kind is not None:
            message = f"a definition that constrains a {base.get('kind')} is of that kind too"
            yield ctx.issue("error", "not-found", location, message, rule="structure-kind")


def _elements(ctx: Context, structure: Tree, location: str) -> Iterator[Issue]:
    """The elements of the differential, each for itself."""
    type_ = structure.get("type")
    name = type_.rpartition("/")[2] if isinstance(type_, str) else None
    keys: dict[tuple[str, str], Any] = {}
    for index, element in enumerate(tree_list(structure.get("differential"), "element")):
        here = f"{location}.differential.element[{index}]"
        path = element.get("path")
        if isinstance(path, str) and name and path.partition(".")[0] != name and structure.get("kind") != "logical":
            message = f"the path must start with the type, {name}"
            yield ctx.issue("error", "not-found", here, message, rule="structure-path", value=path)
        yield from _types(ctx, element, here)
        yield from _binding(ctx, element, here)
        for place, each in enumerate(tree_list(element, "constraint")):
            key = (str(element.get("id") or path), str(each.get("key")))
            if key in keys and keys[key] != each.get("expression"):
                message = "the key stands for another expression at this element already"
                yield ctx.issue(
                    "error", "invalid", f"{here}.constraint[{place}]", message, rule="structure-constraint-key"
                )
            keys.setdefault(key, each.get("expression"))


def _types(ctx: Context, element: Tree, here: str) -> Iterator[Issue]:
    rows = tree_list(element, "type")
    codes = [str(row.get("code", "")).rpartition("/")[2] for row in rows]
    if codes and not any(_POINTING & {code} for code in codes) and any("targetProfile" in row for row in rows):
        message = f"a targetProfile goes with a Reference or canonical, not with {', '.join(codes)[:100]}"
        yield ctx.issue("error", "business-rule", here, message, rule="structure-target")
    bindable = any(code in _BINDABLE or code in _QUANTITIES or code.startswith("System.") for code in codes)
    if codes and "binding" in element and not bindable:
        message = f"a binding goes with coded elements, not with {', '.join(codes)[:100]}"
        yield ctx.issue("error", "business-rule", here, message, rule="structure-binding")
    for index, (row, code) in enumerate(zip(rows, codes, strict=True)):
        for name, pointing in (("profile", False), ("targetProfile", True)):
            listed = row.get(name)
            for place, canonical in enumerate(listed if isinstance(listed, list) else ()):
                if isinstance(canonical, str):
                    yield from _profile(
                        ctx, canonical, code, f"{here}.type[{index}].{name}[{place}]", pointing=pointing
                    )


def _profile(ctx: Context, canonical: str, code: str, here: str, *, pointing: bool) -> Iterator[Issue]:
    if pointing and code not in _POINTING:
        message = f"the type {code[:60]} has no target"
        yield ctx.issue("error", "exception", here, message, rule="structure-target")
        return
    found = ctx.definitions.structure(canonical.partition("#")[0])
    if found is None:
        if not canonical.startswith("#") and ctx.definitions.resource(canonical, "ImplementationGuide") is None:
            message = "the profile is not loaded"
            yield ctx.issue("warning", "exception", here, message, rule="structure-profile", value=canonical)
    elif not pointing and code and "#" not in canonical and not _fits(ctx, found, code):
        message = f"the profile is for {found.get('type')}, the element is a {code[:60]}"
        yield ctx.issue("error", "exception", here, message, rule="structure-profile")


def _fits(ctx: Context, found: Tree, code: str) -> bool:
    seen: set[str] = set()
    current: Tree | None = found
    while current is not None:
        type_ = current.get("type")
        if type_ == code or code in {"Resource", "DomainResource", "Element", "BackboneElement"}:
            return True
        base = current.get("baseDefinition")
        if not isinstance(base, str) or base in seen:
            return False
        seen.add(base)
        current = ctx.definitions.structure(base)
    return True


def _binding(ctx: Context, element: Tree, here: str) -> Iterator[Issue]:
    binding = element.get("binding")
    canonical = binding.get("valueSet") if isinstance(binding, dict) else None
    if not isinstance(canonical, str) or not canonical or canonical.startswith("#"):
        return
    if ctx.definitions.value_set(canonical) is not None:
        return
    if ctx.definitions.code_system(canonical) is not None or ctx.terminology.known_system(canonical):
        message = "the binding's valueSet is a code system; name a value set"
        yield ctx.issue(
            "error", "business-rule", f"{here}.binding", message, rule="structure-valueset", value=canonical
        )
    else:
        message = "the value set of the binding is not loaded"
        yield ctx.issue(
            "warning", "business-rule", f"{here}.binding", message, rule="structure-valueset", value=canonical
        )


def _laid(ctx: Context, structure: Tree, base: Tree, location: str) -> Iterator[Issue]:
    """What laying the differential over its base finds."""
    elements = tree_list(structure.get("differential"), "element")
    url, type_ = structure.get("url"), structure.get("type")
    if not isinstance(url, str) or not url or not elements or not isinstance(type_, str):
        return
    name = type_.rpartition("/")[2]
    stray = any(isinstance(each.get("path"), str) and each["path"].partition(".")[0] != name for each in elements)
    if structure.get("derivation") == "constraint" and (stray or type_ != base.get("type")):
        message = "the snapshot cannot be generated, because type, base and paths do not fit together"
        yield ctx.issue("error", "exception", location, message, rule="structure-snapshot")
        return
    yield from _snapshot(ctx, structure, url, location)
    yield from _targets(ctx, elements, base, location)


def _targets(ctx: Context, elements: list[Tree], base: Tree, location: str) -> Iterator[Issue]:
    """Targets of references lie within those of the base."""
    allowed: dict[str, set[str]] = {}
    for each in tree_list(base.get("snapshot"), "element"):
        listed = [url for row in tree_list(each, "type") for url in row.get("targetProfile", ())]
        if listed and isinstance(each.get("id"), str):
            allowed[each["id"]] = {str(_type_of(ctx, url)) for url in listed}
    for index, element in enumerate(elements):
        types = allowed.get(str(element.get("path")))
        if types is None or types & {"Resource", "None"} or ":" in str(element.get("id")):
            continue
        for row in tree_list(element, "type"):
            targets = row.get("targetProfile")
            for canonical in targets if isinstance(targets, list) else ():
                kind = _type_of(ctx, canonical) if isinstance(canonical, str) else None
                if kind is None:
                    message = "whether the target profile narrows the base cannot be told, because it is not loaded"
                    here = f"{location}.differential.element[{index}]"
                    yield ctx.issue("warning", "business-rule", here, message, rule="structure-target", value=canonical)
                elif kind not in types:
                    message = f"element {index}: {kind} is not among the targets that the base allows ({', '.join(sorted(types))[:200]})"
                    yield ctx.issue("error", "exception", location, message, rule="structure-target")


def _type_of(ctx: Context, canonical: str) -> str | None:
    found = ctx.definitions.structure(canonical)
    type_ = found.get("type") if found is not None else None
    return type_ if isinstance(type_, str) else None


def _snapshot(ctx: Context, structure: Tree, url: str, location: str) -> Iterator[Issue]:
    """What generating the snapshot from the differential finds."""
    plain = {name: value for name, value in structure.items() if name != "snapshot"}
    name = "StructureDefinition"
    definitions = ctx.definitions.extended([plain])
    made = definitions.structure(url)
    lost = False
    for issue in definitions.structure_issues(url):
        lost = lost or issue.code == "value"
        yield replace(issue, expression=location + issue.expression.removeprefix(name), profile=None)
    if lost:
        message = "elements of the differential have no place in the snapshot; correct their paths and their order"
        yield ctx.issue("error", "value", location, message, rule="structure-differential")
    by_id = {each.get("id"): each for each in tree_list(made.get("snapshot"), "element")} if made is not None else {}
    for element in tree_list(structure.get("differential"), "element"):
        yield from _fixed(ctx, element, by_id.get(element.get("id")), location)


def _fixed(ctx: Context, element: Tree, whole: Tree | None, location: str) -> Iterator[Issue]:
    """A fixed value or pattern is of one of the element's types."""
    types = {r4.type_code(row) for row in tree_list(whole, "type")}
    types |= {"Quantity"} if types & _QUANTITIES else set()
    for key in element:
        for start in ("fixed", "pattern"):
            kind = key[len(start) :]
            if key.startswith(start) and kind[:1].isupper():
                lower = kind[:1].lower() + kind[1:]
                given = lower if r4.is_primitive(lower) else kind
                if types and given not in types and r4.is_type(given) and not types & {"Element", "BackboneElement"}:
                    message = f"{key} gives a {given}; the element is of type {', '.join(sorted(types))[:100]}"
                    yield ctx.issue("error", "conflict", location, message, rule="structure-fixed")
