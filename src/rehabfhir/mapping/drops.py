"""Rows that leave a leaf out on purpose: it is taken out of the rest, and the account says why."""

from collections.abc import Iterable
from typing import Any

from rehabfhir.mapping.reader import walk

__all__ = ["without_drops"]


def without_drops(
    drops: Iterable[tuple[str, str, str]], change: Any, tree: dict[str, Any]
) -> tuple[Any, dict[str, str]]:
    """The change without what the rows drop, and the FHIRPath of every element that is left out, with the reason."""
    dropped: dict[int, str] = {}
    paths: dict[str, str] = {}
    for kind, path, reason in drops:
        for resource in _resources(tree):
            if resource.get("resourceType") != kind:
                continue
            for holder in walk(resource, path.rpartition(".")[0]) if "." in path else (resource,):
                name = path.rpartition(".")[2].removesuffix("[]")
                if type(holder) is dict and name in holder:
                    dropped[id(holder)] = name
                    paths[f"{id(holder)}.{name}"] = reason
    if not dropped:
        return change, {}
    places: dict[str, str] = {}
    root = tree.get("resourceType")
    return _cut(change, tree, root if type(root) is str else "", paths, places), places


def _resources(tree: Any) -> list[dict[str, Any]]:
    """Every resource in a tree: the root, the entries, the contained ones."""
    found = []
    work = [tree]
    while work:
        here = work.pop()
        if type(here) is dict:
            if type(here.get("resourceType")) is str:
                found.append(here)
            work.extend(here.values())
        elif type(here) is list:
            work.extend(here)
    return found


def _cut(change: Any, node: Any, place: str, paths: dict[str, str], places: dict[str, str]) -> Any:
    """`change` without the dropped elements that it would bring back."""
    if type(change) is dict and type(node) is dict:
        made = {}
        for key, inner in change.items():
            where = f"{place}.{key}" if place else key
            reason = paths.get(f"{id(node)}.{key}")
            if reason is not None and type(inner) is list and inner[0] in {"+", "="}:
                places[where] = reason
                continue
            made[key] = _cut(inner, node.get(key), where, paths, places)
        return made or None
    if type(change) is not list:
        return change
    if change[0] == "[" and type(node) is list:
        order: list[Any] = []
        for index, step in enumerate(change[2]):
            where = f"{place}[{index}]"
            if type(step) is int:
                order.append(step)
            elif step[0] == "+":
                order.append(["+", _cut_tree(step[1], where, paths, places)])
            else:
                inner = _cut(step[1], node[index], where, paths, places)
                order.append(step[0] if inner is None else [step[0], inner])
        return ["[", change[1], order]
    if change[0] == "+":
        return ["+", _cut_tree(change[1], place, paths, places)]
    if change[0] == "=":
        return ["=", change[1], _cut_tree(change[2], place, paths, places)]
    return change


def _cut_tree(node: Any, place: str, paths: dict[str, str], places: dict[str, str]) -> Any:
    """A kept part of the source without the dropped elements in it."""
    if type(node) is dict:
        made = {}
        for key, value in node.items():
            where = f"{place}.{key}" if place else key
            reason = paths.get(f"{id(node)}.{key}")
            if reason is not None:
                places[where] = reason
                continue
            made[key] = _cut_tree(value, where, paths, places)
        return made
    if type(node) is list:
        return [_cut_tree(value, f"{place}[{index}]", paths, places) for index, value in enumerate(node)]
    return node
