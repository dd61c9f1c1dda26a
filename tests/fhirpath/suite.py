"""The R4 suite of FHIRPath as cases, its XML inputs as JSON trees, and the comparison of results."""

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from rehabfhir.definitions import r4
from rehabfhir.fhirpath.node import Node
from rehabfhir.fhirpath.system import system, text_of

_NUMBERS = {"decimal", "integer", "positiveInt", "unsignedInt"}


class Case(NamedTuple):
    group: str
    name: str
    input: str | None
    expression: str
    invalid: str | None
    predicate: bool
    ordered: bool
    outputs: tuple[str, ...]


def read_cases(folder: Path) -> list[Case]:
    cases = []
    seen: set[str] = set()
    for group in etree.parse(str(folder / "tests-fhir-r4.xml")).getroot().findall("group"):
        for test in group.findall("test"):
            expression = test.find("expression")
            name = test.get("name")
            while name in seen:
                name += "'"
            seen.add(name)
            cases.append(
                Case(
                    group.get("name"),
                    name,
                    test.get("inputfile"),
                    expression.text,
                    expression.get("invalid"),
                    test.get("predicate") == "true",
                    test.get("ordered") != "false",
                    tuple(output.text or "" for output in test.findall("output")),
                )
            )
    return cases


@cache
def load(path: Path) -> Any:
    if path.suffix == ".json":
        return json.loads(path.read_text("utf-8"))
    return tree_of(etree.parse(str(path)).getroot())


def tree_of(root: Any) -> dict[str, Any]:
    name = etree.QName(root).localname
    return {"resourceType": name, **_element(root, name)}


def _element(node: Any, type_name: str) -> dict[str, Any]:
    tree: dict[str, Any] = {key: value for key, value in node.attrib.items() if key in {"id", "url"}}
    known = r4.children(type_name)
    for child in node:
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child).localname
        element = known[name]
        if element.type == "xhtml":
            tree[name] = etree.tostring(child, encoding="unicode")
            continue
        if element.type in {"Resource", "DomainResource"}:
            value, beside = tree_of(child[0]), None
        elif element.is_primitive:
            value = _primitive(child.get("value"), element.type)
            beside = _element(child, "Element") or None
        else:
            value, beside = _element(child, element.type), None
        if element.is_list:
            tree.setdefault(name, []).append(value)
            if beside is not None or f"_{name}" in tree:
                siblings = tree.setdefault(f"_{name}", [None] * (len(tree[name]) - 1))
                siblings.append(beside)
        else:
            tree.update({key: kept for key, kept in ((name, value), (f"_{name}", beside)) if kept is not None})
    return tree


def _primitive(text: str | None, type_name: str) -> Any:
    if text is not None and type_name == "boolean":
        return text == "true"
    if text is not None and type_name in _NUMBERS:
        return int(text) if text.lstrip("-").isdigit() else Decimal(text)
    return text


def shown(item: Any) -> str:
    """An item as the suite writes results."""
    value = system(item)
    if type(value).__name__ == "Temporal":
        return f"@{value}"
    if isinstance(value, Node):
        return json.dumps(value.value, default=str)
    return text_of(value) or ""


def normal(text: str) -> str:
    try:
        return str(Decimal(text).normalize())
    except ArithmeticError:
        return text
