"""StructureDefinitions from outside, made safe: only facts of the right JSON type pass, the rest becomes findings."""

from typing import Any

from rehabfhir.definitions.elements import INDEX
from rehabfhir.definitions.reduce import reduced_element, reduced_head
from rehabfhir.findings import Issue

__all__ = ["checked_elements", "checked_structure"]

Tree = dict[str, Any]

MAX_ELEMENTS = 50_000
MAX_DEPTH = 60
_ELEMENT: dict[str, type] = {
    "id": str,
    "sliceName": str,
    "min": int,
    "max": str,
    "base": dict,
    "contentReference": str,
    "type": list,
    "maxLength": int,
    "constraint": list,
    "isModifier": bool,
    "sliceIsConstraining": bool,
    "binding": dict,
    "slicing": dict,
    "representation": list,
    "extension": list,
}
_BINDING: dict[str, type] = {"strength": str, "valueSet": str, "extension": list}
_SLICING: dict[str, type] = {"discriminator": list, "ordered": bool, "rules": str, "extension": list}
_CONSTRAINT: dict[str, type] = {"severity": str, "expression": str, "human": str, "source": str, "extension": list}


def _is_max(value: object) -> bool:
    return isinstance(value, str) and (value == "*" or (value.isdecimal() and value.isascii() and len(value) < 10))


def _rows(value: object, needed: str) -> list[Tree]:
    """The rows of a list that are objects with a text under `needed`."""
    return (
        [each for each in value if isinstance(each, dict) and isinstance(each.get(needed), str)]
        if isinstance(value, list)
        else []
    )


def _texts(value: object) -> list[str]:
    """A list of texts; a single text counts as a list of one (profile was one in DSTU2)."""
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _fitting(tree: Tree, shape: dict[str, type]) -> Tree:
    """The members of `tree` whose JSON type is that of `shape`; those that the shape does not name stay."""
    return {name: value for name, value in tree.items() if name not in shape or type(value) is shape[name]}


def _type_row(row: Tree) -> Tree:
    row = _fitting(row, {"versioning": str, "extension": list, "_profile": list})
    for name in ("profile", "targetProfile", "aggregation"):
        if name in row:
            row[name] = _texts(row[name])
    if "extension" in row:
        row["extension"] = [each for each in row["extension"] if isinstance(each, dict)]
    return row


def _slicing(value: Tree) -> Tree:
    result = _fitting(value, _SLICING)
    rows = [each for each in _rows(result.get("discriminator"), "type") if isinstance(each.get("path"), str)]
    return {**result, "discriminator": rows} if rows else {k: v for k, v in result.items() if k != "discriminator"}


def _sound(raw: Tree) -> tuple[Tree, list[str]]:
    """The element without members of a wrong JSON type, and the names of those."""
    element = _fitting(raw, _ELEMENT)
    if not _is_max(element.get("max", "*")):
        del element["max"]
    dropped = [name for name in raw if name not in element]
    if "type" in element:
        element["type"] = [_type_row(each) for each in _rows(element["type"], "code")]
    if "constraint" in element:
        element["constraint"] = [_fitting(each, _CONSTRAINT) for each in _rows(element["constraint"], "key")]
    if "slicing" in element:
        element["slicing"] = _slicing(element["slicing"])
    if "binding" in element:
        element["binding"] = _fitting(element["binding"], _BINDING)
    if "representation" in element:
        element["representation"] = _texts(element["representation"])
    base = element.get("base", {})
    if not (isinstance(base.get("path"), str) and _is_max(base.get("max")) and type(base.get("min")) is int):
        element.pop("base", None)
    return element, dropped


def checked_elements(listed: object, view: str, url: str, issues: list[Issue]) -> list[Tree]:
    """The facts of each ElementDefinition in `listed`; what is no such thing is reported and left out."""
    elements: list[Tree] = []

    def report(number: int, message: str) -> None:
        place = f"StructureDefinition.{view}.element[{number}]"
        issues.append(Issue("error", "structure", message, place, rule="element-definition", profile=url))

    if not isinstance(listed, list):
        return elements
    for number, raw in enumerate(listed[:MAX_ELEMENTS]):
        path = raw.get("path") if isinstance(raw, dict) else None
        if (
            not isinstance(path, str)
            or not path
            or path.startswith(".")
            or path.endswith(".")
            or ".." in path
            or path.count(".") > MAX_DEPTH
        ):
            report(number, "no usable path; an ElementDefinition needs one such as Patient.name")
            continue
        element, dropped = _sound(raw)
        for name in dropped:
            report(number, f"{name} of {path} has a wrong JSON type and is left out; correct it")
        facts = reduced_element(element, with_human=True)
        elements.append(facts if view == "snapshot" else {**facts, INDEX: number})
    return elements


def _completed(elements: list[Tree]) -> list[Tree]:
    """Snapshot elements with the members that every snapshot has."""
    for element in elements:
        element.setdefault("id", element["path"] + (f":{element['sliceName']}" if "sliceName" in element else ""))
        element.setdefault("min", 0)
        element.setdefault("max", "*" if "." not in element["path"] else "1")
        element.setdefault("base", {"path": element["path"], "min": element["min"], "max": element["max"]})
    return elements


def checked_structure(raw: Tree, issues: list[Issue]) -> tuple[Tree, list[Tree]]:
    """The facts of a StructureDefinition, and its differential's elements (empty when a snapshot is there to be used)."""
    url = raw.get("url")
    url = url if isinstance(url, str) else ""
    structure = reduced_head(raw)
    for name in ("url", "version", "name", "type", "kind", "baseDefinition", "derivation"):
        if name in structure and not isinstance(structure[name], str):
            del structure[name]
            issues.append(
                Issue(
                    "error",
                    "structure",
                    f"{name} is no text; correct it",
                    f"StructureDefinition.{name}",
                    rule="element-definition",
                    profile=url,
                )
            )
    contexts = structure.get("context")
    if contexts is not None:
        structure["context"] = [each for each in _rows(contexts, "type") if isinstance(each.get("expression"), str)]
    if "contextInvariant" in structure:
        structure["contextInvariant"] = _texts(structure["contextInvariant"])
    views = {name: value for name in ("snapshot", "differential") if isinstance(value := raw.get(name), dict)}
    snapshot = checked_elements(views.get("snapshot", {}).get("element"), "snapshot", url, issues)
    if snapshot:
        structure["snapshot"] = {"element": _completed(snapshot)}
        return structure, []
    return structure, checked_elements(views.get("differential", {}).get("element"), "differential", url, issues)
