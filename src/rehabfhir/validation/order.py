"""Findings in document order: where an expression stands in the tree, as a key to sort by."""

import re
from typing import Any

from rehabfhir.findings import Issue

__all__ = ["in_document_order"]

_STEP = re.compile(r"\.([A-Za-z]\w*)(?:\.ofType\((\w+)\))?(?:\[(\d+)\])?")


def in_document_order(issues: list[Issue], tree: Any) -> list[Issue]:
    """`issues` sorted by the place of their expressions in `tree`; an element before what is in it, else as they came."""
    places: dict[str, tuple[int, ...]] = {}
    order: dict[int, dict[str, int]] = {}
    for issue in issues:
        if issue.expression not in places:
            places[issue.expression] = _place(issue.expression, tree, order)
    return sorted(issues, key=lambda issue: places[issue.expression])


def _place(expression: str, tree: Any, order: dict[int, dict[str, int]]) -> tuple[int, ...]:
    found: list[int] = []
    node = tree
    for name, kind, index in _STEP.findall(expression):
        if not isinstance(node, dict):
            break
        names = order.get(id(node))
        if names is None:
            names = order[id(node)] = {each: at for at, each in enumerate(node)}
        whole = name + kind[:1].upper() + kind[1:]
        at = names.get(whole, names.get(name, names.get("_" + whole)))
        if at is None:
            break
        found.append(at)
        node = node.get(whole, node.get(name))
        if isinstance(node, list):
            place = int(index) if index else 0
            found.append(place if index else -1)
            node = node[place] if place < len(node) else None
    return tuple(found)
