"""CodeSystem: counts, codes that repeat, properties as they are declared, supplements, the value set of all codes.

Rules: https://hl7.org/fhir/R4/codesystem.html, with the severities of HL7's validator.
"""

from collections.abc import Iterator
from typing import Any

from rehabfhir.findings import Issue
from rehabfhir.validation.context import Context
from rehabfhir.validation.questionnaire.form import tree_list

__all__ = ["code_system_rules"]

Tree = dict[str, Any]

_VALUE_TYPES = {
    "valueCode": "code",
    "valueCoding": "Coding",
    "valueString": "string",
    "valueInteger": "integer",
    "valueBoolean": "boolean",
    "valueDateTime": "dateTime",
    "valueDecimal": "decimal",
}
_STANDARD = "http://hl7.org/fhir/concept-properties#"
_STANDARD_TYPES = {
    "status": "code",
    "inactive": "boolean",
    "effectiveDate": "dateTime",
    "deprecationDate": "dateTime",
    "retirementDate": "dateTime",
    "notSelectable": "boolean",
    "parent": "code",
    "child": "code",
    "partOf": "code",
    "comment": "string",
    "itemWeight": "decimal",
}


def code_system_rules(ctx: Context, system: Tree, location: str) -> Iterator[Issue]:
    """What is wrong with a code system beyond its type and invariants."""
    concepts = list(_concepts(system, location))
    yield from _content(ctx, system, len(concepts), location)
    yield from _declared(ctx, system, location)
    yield from _listed(ctx, system, concepts)
    yield from _all_codes(ctx, system, location)
    if "supplements" in system:
        yield from _supplement(ctx, system, concepts, location)


def _concepts(owner: Tree, location: str) -> Iterator[tuple[Tree, str]]:
    stack = [(owner, location)]
    while stack:
        node, here = stack.pop()
        if node is not owner:
            yield node, here
        inner = [(each, f"{here}.concept[{index}]") for index, each in enumerate(tree_list(node, "concept"))]
        stack.extend(reversed(inner))


def _content(ctx: Context, system: Tree, count: int, location: str) -> Iterator[Issue]:
    content, stated, url = system.get("content"), system.get("count"), system.get("url")
    supplement = "supplements" in system
    if supplement:
        if content is not None and content != "supplement":
            message = "a code system that supplements another has content 'supplement'"
            yield ctx.issue("error", "business-rule", f"{location}.content", message, rule="codesystem-supplement")
        if "caseSensitive" in system:
            message = "a supplement does not state caseSensitive; it is that of the code system it supplements"
            yield ctx.issue(
                "error", "business-rule", f"{location}.caseSensitive", message, rule="codesystem-supplement"
            )
    elif content == "supplement":
        message = "content is 'supplement', but 'supplements' does not say of which code system"
        yield ctx.issue("error", "business-rule", f"{location}.content", message, rule="codesystem-supplement")
        yield ctx.issue("error", "business-rule", location, message, rule="codesystem-supplement")
    elif content is None and "_content" not in system:
        official = isinstance(url, str) and ("hl7.org" in url or "fhir.org" in url)
        message = "a code system should say how much of it is here (content)"
        yield ctx.issue(
            "error" if official else "warning", "business-rule", location, message, rule="codesystem-content"
        )
    if content == "not-present" and count:
        message = "content is 'not-present', but there are concepts"
        yield ctx.issue("error", "invalid", f"{location}.concept[0]", message, rule="codesystem-count")
    if not isinstance(stated, int) or isinstance(stated, bool):
        return
    if content == "complete" and stated != count:
        message = f"count says {stated}, but there are {count} concepts and the code system is complete"
        yield ctx.issue("error", "invalid", f"{location}.count", message, rule="codesystem-count")
    elif content in {"example", "fragment"} and count >= stated:
        message = f"count says {stated}, and there are {count} concepts in what is only a part"
        yield ctx.issue("warning", "invalid", f"{location}.count", message, rule="codesystem-count")


def _declared(ctx: Context, system: Tree, location: str) -> Iterator[Issue]:
    """Declared properties that have a standard meaning have its type."""
    for index, each in enumerate(tree_list(system, "property")):
        here = f"{location}.property[{index}]"
        code, uri, kind = each.get("code"), each.get("uri"), each.get("type")
        if isinstance(uri, str) and uri.startswith(_STANDARD):
            wanted = _STANDARD_TYPES.get(uri[len(_STANDARD) :])
            if wanted is not None and isinstance(kind, str) and kind != wanted:
                message = f"the property that this URI stands for is of type {wanted}"
                yield ctx.issue("error", "business-rule", here, message, rule="codesystem-property-type")
        elif uri is None and code in _STANDARD_TYPES:
            message = "the property has a standard code, but not the standard URI that gives it its meaning"
            yield ctx.issue("warning", "business-rule", here, message, rule="codesystem-property-uri")
            if isinstance(kind, str) and kind != _STANDARD_TYPES[code]:
                message = f"the standard property of this code is of type {_STANDARD_TYPES[code]}"
                yield ctx.issue("warning", "business-rule", here, message, rule="codesystem-property-type")


def _listed(ctx: Context, system: Tree, concepts: list[tuple[Tree, str]]) -> Iterator[Issue]:
    """Codes stand once; properties of concepts are declared, and have the declared type."""
    declared = {each.get("code"): each.get("type") for each in tree_list(system, "property")}
    codes: set[str] = set()
    known = {concept.get("code") for concept, _ in concepts if isinstance(concept.get("code"), str)}
    for concept, here in concepts:
        code = concept.get("code")
        if isinstance(code, str):
            if code in codes:
                message = "the code stands in the code system already"
                yield ctx.issue("error", "business-rule", here, message, rule="codesystem-code-repeated", value=code)
            codes.add(code)
        for index, each in enumerate(tree_list(concept, "property")):
            yield from _property(
                ctx, each, declared, known, f"{here}.property[{index}]", complete=system.get("content") == "complete"
            )
        if "display" in concept:
            for index, each in enumerate(tree_list(concept, "designation")):
                if "use" not in each and "language" not in each and "extension" not in each:
                    message = "a designation without use and language does not differ from the display"
                    place = f"{here}.designation[{index}]"
                    yield ctx.issue("warning", "business-rule", place, message, rule="codesystem-designation")


def _property(
    ctx: Context, each: Tree, declared: dict[Any, Any], known: set[Any], here: str, *, complete: bool
) -> Iterator[Issue]:
    code = each.get("code")
    value = next((name for name in each if name in _VALUE_TYPES), None)
    if not isinstance(code, str):
        return
    if code not in declared:
        message = "the property is not declared in CodeSystem.property; many tools will not know what to do with it"
        yield ctx.issue("warning", "business-rule", here, message, rule="codesystem-property-unknown", value=code)
    elif value is not None and isinstance(declared[code], str) and _VALUE_TYPES[value] != declared[code]:
        message = f"the value is of type {_VALUE_TYPES[value]}; the property is declared with type {declared[code]}"
        yield ctx.issue("error", "business-rule", here, message, rule="codesystem-property-type")
    elif value == "valueCode" and complete and each["valueCode"] not in known:
        message = "the value is not a code of this code system"
        yield ctx.issue("warning", "invalid", here, message, rule="codesystem-property-code", value=each["valueCode"])


def _all_codes(ctx: Context, system: Tree, location: str) -> Iterator[Issue]:
    """The value set of all codes is just that, when it is at hand."""
    canonical, url = system.get("valueSet"), system.get("url")
    found = ctx.definitions.value_set(canonical) if isinstance(canonical, str) and canonical else None
    if found is None or not isinstance(url, str):
        return
    includes = tree_list(found.get("compose"), "include")
    if len(includes) != 1 or any(includes[0].get(name) for name in ("concept", "filter", "valueSet")):
        message = "the value set that holds all codes (valueSet) has to include the whole code system and nothing else"
        yield ctx.issue("error", "business-rule", location, message, rule="codesystem-valueset", value=canonical)
    elif includes[0].get("system") != url:
        message = "the value set that holds all codes (valueSet) includes another code system"
        yield ctx.issue("error", "business-rule", location, message, rule="codesystem-valueset", value=canonical)


def _supplement(ctx: Context, system: Tree, concepts: list[tuple[Tree, str]], location: str) -> Iterator[Issue]:
    """Codes of a supplement are codes of what it supplements."""
    url = system.get("supplements")
    if not isinstance(url, str) or not concepts:
        return
    base, _, version = url.partition("|")
    if not ctx.terminology.known_system(base):
        message = "the code system that is supplemented is not loaded, so the concepts could not be checked"
        yield ctx.issue("warning", "business-rule", location, message, rule="codesystem-supplement-unknown", value=url)
        return
    for concept, here in concepts:
        code = concept.get("code")
        if (
            isinstance(code, str)
            and ctx.terminology.code_in_system(base, code, version or None).answer.name == "NOT_IN"
        ):
            message = "the code is not in the code system that is supplemented"
            yield ctx.issue("error", "business-rule", here, message, rule="codesystem-supplement-code", value=code)
