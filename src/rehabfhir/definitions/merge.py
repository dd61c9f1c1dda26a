"""One element of a differential laid over the element that it constrains: which fact wins, what adds up, what is refused.

Rules: https://hl7.org/fhir/R4/profiling.html#snapshot and https://hl7.org/fhir/R4/elementdefinition.html.
"""

from collections.abc import Callable
from typing import Any

from rehabfhir.definitions.r4 import type_code

__all__ = ["BINDABLE", "high", "merged", "rooted", "union"]

Facts = dict[str, Any]
Report = Callable[[str, str], None]

_REPLACED = (
    "contentReference",
    "isModifier",
    "max",
    "maxLength",
    "min",
    "representation",
    "sliceIsConstraining",
    "slicing",
    "type",
)
_VALUES = ("fixed", "pattern", "minValue", "maxValue")
_STRENGTH = {"example": 0, "preferred": 1, "extensible": 2, "required": 3}
_OPEN_TYPES = {"*", "Element", "BackboneElement", "Resource", "DomainResource"}
BINDABLE = {
    "Age",
    "CodeableConcept",
    "Coding",
    "Count",
    "Distance",
    "Duration",
    "Quantity",
    "code",
    "string",
    "uri",
}


def high(limit: object) -> float:
    """`max` as a number; `*` is infinite."""
    text = str(limit)
    return int(text) if text.isdecimal() and len(text) < 18 else float("inf")


def union(base: list[Facts], more: list[Facts]) -> list[Facts]:
    """The invariants of both, each key once; the first statement of a key stays."""
    known = {each.get("key") for each in base}
    return [*base, *(each for each in more if each.get("key") not in known)]


def merged(base: Facts, diff: Facts, report: Report) -> Facts:
    """`base` constrained by `diff`.

    Args:
        base: the facts of the element as the base definition has them.
        diff: what the differential says of it.
        report: called with a rule and a message for each constraint that loosens the base.
    """
    result = dict(base)
    for name in _REPLACED:
        if name in diff:
            result[name] = diff[name]
    for name, value in diff.items():
        if name.startswith(_VALUES):
            kind = next(each for each in _VALUES if name.startswith(each))
            for old in [each for each in result if each.startswith(kind) and each != name]:
                del result[old]
            result[name] = value
    if "constraint" in diff:
        result["constraint"] = union(base.get("constraint", []), diff["constraint"])
    if "extension" in diff:
        result["extension"] = [*base.get("extension", ()), *diff["extension"]]
    if "binding" in diff:
        result["binding"] = _bound(base.get("binding", {}), diff["binding"], report)
    if "slicing" in diff and "slicing" in base:
        result["slicing"] = {**base["slicing"], **diff["slicing"]}
    _check_cardinality(base, diff, report)
    _check_types(base, diff, report)
    types = result.get("type")
    if "binding" in result and types and not any(each.get("code") in BINDABLE for each in types):
        del result["binding"]
    return result


def _bound(base: Facts, diff: Facts, report: Report) -> Facts:
    result = {name: value for name, value in base.items() if name != "extension"} | diff
    old, new = _STRENGTH.get(base.get("strength", ""), -1), _STRENGTH.get(diff.get("strength", ""), 3)
    if old == _STRENGTH["required"] and new < old:
        report(
            "snapshot-binding", "the binding is required in the base definition and weaker here; state it as required"
        )
    return result


def _check_cardinality(base: Facts, diff: Facts, report: Report) -> None:
    if "sliceName" in diff:
        return
    if "min" in diff and diff["min"] < base.get("min", 0):
        report("snapshot-min", f"min {diff['min']} is below the {base.get('min')} of the base definition; raise it")
    if "max" in diff and "max" in base and high(diff["max"]) > high(base["max"]):
        report("snapshot-max", f"max {diff['max']} is above the {base['max']} of the base definition; lower it")


def _check_types(base: Facts, diff: Facts, report: Report) -> None:
    allowed = {type_code(each) for each in base.get("type", ())}
    if not allowed or allowed & _OPEN_TYPES:
        return
    for each in diff.get("type", ()):
        code = type_code(each)
        if code not in allowed:
            known = ", ".join(sorted(allowed))
            report(
                "snapshot-type",
                f"type {code} is not among the types of the base definition ({known}); take one of those",
            )


def rooted(template: Facts, base: Facts) -> Facts:
    """An element whose type has a profile: the facts of the profile's root, filled up from the element of the base definition."""
    result = dict(base)
    for name in ("min", "max", "isModifier"):
        if name in template:
            result[name] = template[name]
    result |= {name: value for name, value in template.items() if name.startswith(_VALUES)}
    result["constraint"] = union(template.get("constraint", []), base.get("constraint", []))
    return result
