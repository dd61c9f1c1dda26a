"""Plain references inside a bundle of ``urn:uuid:`` entries: an address in the bundle, ``Type/id`` in the domain.

A value names another by ``CarePlan/1``; in such a bundle that would lead nowhere (https://hl7.org/fhir/R4/bundle.html#references),
and a server that gives the resources ids of its own could not mend it.
"""

from collections.abc import Mapping
from typing import Any

__all__ = ["addressed", "named"]

_URN = "urn:uuid:"


def named(tree: dict[str, Any]) -> dict[str, Any]:
    """A bundle with ``Type/id`` in the place of each ``urn:uuid:`` that leads to an entry with an id; `tree` itself when there is none."""
    names: dict[str, str] = {}
    entries = tree.get("entry")
    for entry in entries if type(entries) is list else ():
        resource = entry.get("resource") if type(entry) is dict else None
        if type(resource) is not dict:
            continue
        full, kind, identity = entry.get("fullUrl"), resource.get("resourceType"), resource.get("id")
        if type(full) is str and full.startswith(_URN) and type(kind) is str and type(identity) is str:
            names.setdefault(full, f"{kind}/{identity}")
    if not names:
        return tree
    result: dict[str, Any] = _replaced(tree, names)
    return result


def addressed(entries: list[tuple[str, dict[str, Any]]], urls: Mapping[str, str]) -> None:
    """Put an entry's address, of those in `urls`, in the place of each ``Type/id`` that names it; changes the resources."""
    work: list[Any] = [resource for _, resource in entries]
    while work:
        here = work.pop()
        if type(here) is dict:
            url = urls.get(here["reference"]) if type(here.get("reference")) is str else None
            if url is not None:
                here["reference"] = url
            work.extend(value for value in here.values() if type(value) in _CONTAINERS)
        else:
            work.extend(value for value in here if type(value) in _CONTAINERS)


_CONTAINERS = (dict, list)


def _replaced(node: Any, names: Mapping[str, str]) -> Any:
    if type(node) is dict:
        changed: dict[str, Any] = {}
        for key, value in node.items():
            if type(value) in _CONTAINERS:
                new = _replaced(value, names)
            elif key == "reference" and type(value) is str:
                new = names.get(value, value)
            else:
                continue
            if new is not value:
                changed[key] = new
        return {**node, **changed} if changed else node
    items = [_replaced(value, names) if type(value) in _CONTAINERS else value for value in node]
    return items if any(new is not old for new, old in zip(items, node, strict=True)) else node
