"""Findings of a reading as issues: each with its FHIRPath, found by looking for the element where it stands."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rehabfhir.findings import Issue
from rehabfhir.mapping.reader import Found

if TYPE_CHECKING:
    from rehabfhir.mapping.engine import Engine

__all__ = ["issues_of"]


def issues_of(found: Iterable[Found], tree: dict[str, Any], unknown_codes: str, use: "Engine") -> list[Issue]:
    """The issues, in document order, each once."""
    places = _places(tree)
    seen: dict[Issue, int] = {}
    for each in found:
        issue = _issue(each, places, unknown_codes, use)
        if issue is not None:
            seen.setdefault(issue, places.get(id(each.node), ("", 0))[1])
    return sorted(seen, key=lambda issue: seen[issue])


def _issue(found: Found, places: dict[int, tuple[str, int]], unknown_codes: str, use: "Engine") -> Issue | None:
    path = places.get(id(found.node), ("", 0))[0]
    place = f"{path}.{found.key}" if path and found.key else path or found.key
    if found.rule == "code":
        if unknown_codes == "keep":
            return None
        severity = "error" if unknown_codes == "refuse" else "warning"
        message = "the code is not in the list that this element is bound to; it is kept beside the value"
        return Issue(severity, "code-invalid", message, place, rule="unknown-code", value=found.value)  # type: ignore[arg-type]
    if found.rule == "kva-shape":
        message = "not a KVÅ code: expected three letters and two digits, or two letters and three digits"
        return Issue("error", "code-invalid", message, place, rule="kva-shape", value=found.value)
    if found.rule == "reference":
        local = str(found.value)[:1] == "#" or str(found.value).startswith("urn:")
        message = "the reference leads to nothing in this source; it is kept as it stands"
        return Issue(
            "error" if local else "warning", "not-found", message, place, rule="reference-resolves", value=found.value
        )
    if found.rule == "reference-inner":
        local = str(found.value)[:1] == "#" or str(found.value).startswith("urn:")
        message = "the reference leads to nothing that this plan lists; it is kept beside the value"
        return Issue(
            "error" if local else "warning", "not-found", message, place, rule="reference-in-plan", value=found.value
        )
    where = _fhir_place(found, path, use)
    return Issue(
        "error", "value", f"{found.detail}; it is kept beside the value", where, rule="value", value=found.value
    )


def _fhir_place(found: Found, path: str, use: "Engine") -> str:
    """Where a field that the model refused stands in FHIR, as far as the tables tell."""
    from rehabfhir.mapping.places import fhir_place  # noqa: PLC0415 - only for refused values

    kind = found.node.get("resourceType") if type(found.node) is dict else None
    for run in use.runs.values():
        if run.fhir == kind and run.fits(found.node):
            tail = fhir_place(use, run.table, found.key, found.node)
            return f"{path}.{tail}" if tail else path
    return path


def _places(tree: Any) -> dict[int, tuple[str, int]]:
    """Every object of the source, by identity: its FHIRPath and its number in document order."""
    places: dict[int, tuple[str, int]] = {}
    root = tree.get("resourceType") if type(tree) is dict else None
    work: list[tuple[Any, str]] = [(tree, root if type(root) is str else "")]
    while work:
        node, path = work.pop()
        if type(node) is dict:
            places[id(node)] = (path, len(places))
            work.extend((value, f"{path}.{key}" if path else key) for key, value in reversed(node.items()))
        elif type(node) is list:
            work.extend((value, f"{path}[{index}]") for index, value in reversed(list(enumerate(node))))
    return places
