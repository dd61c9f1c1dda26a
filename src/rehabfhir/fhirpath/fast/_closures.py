"""Closures over raw JSON for the steps of a path whose types are known: items, and whether there is any.

Each closure takes the tree and what the evaluation was called with. Data of another shape than the definition says
(a list where one value belongs, a `_name` sibling, a null) raises `Bail`, and the general evaluator answers instead.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from rehabfhir.fhirpath.types import Property

__all__ = ["Bail", "Exists", "Hop", "Items", "choice_exists", "exists", "items"]

Items = Callable[[Any, Any], Sequence[Any]]
Exists = Callable[[Any, Any], bool]


class Bail(Exception):  # noqa: N818 - it is a signal, not an error
    """The data is not of the plain shape that the fast closures read."""


class Hop(NamedTuple):
    """One step to a JSON property."""

    name: str
    is_list: bool
    is_primitive: bool

    @classmethod
    def to(cls, prop: Property) -> "Hop":
        """The hop to a declared property."""
        return cls(prop.name, prop.is_list, prop.is_primitive)


_NONE: tuple[Any, ...] = ()


def items(hops: Sequence[Hop]) -> Items:
    """The closure that gives what stands at the end of `hops`."""
    *before, last = hops
    take = _one(last)
    if not before:
        return take
    outer = items(before)
    if not any(hop.is_list for hop in before):

        def chained(tree: Any, call: Any) -> Sequence[Any]:
            found = outer(tree, call)
            return take(found[0], call) if found else _NONE

        return chained

    def spread(tree: Any, call: Any) -> Sequence[Any]:
        found: list[Any] = []
        for item in outer(tree, call):
            found += take(item, call)
        return found

    return spread


def _one(hop: Hop) -> Items:
    name, beside = hop.name, "_" + hop.name
    if hop.is_list:
        shape = None if hop.is_primitive else dict

        def listed(tree: Any, call: Any) -> Sequence[Any]:
            del call
            value = tree.get(name)
            if value is None:
                if shape is None and beside in tree:
                    raise Bail
                return _NONE
            if type(value) is not list or (shape is None and beside in tree):
                raise Bail
            for item in value:
                if type(item) is not shape and (shape is not None or item is None or type(item) is list):
                    raise Bail
            return value

        return listed

    if hop.is_primitive:

        def primitive(tree: Any, call: Any) -> Sequence[Any]:
            del call
            value = tree.get(name)
            if beside in tree or type(value) is list:
                raise Bail
            return _NONE if value is None else (value,)

        return primitive

    def element(tree: Any, call: Any) -> Sequence[Any]:
        del call
        value = tree.get(name)
        if value is None:
            return _NONE
        if type(value) is not dict:
            raise Bail
        return (value,)

    return element


def exists(hops: Sequence[Hop]) -> Exists:
    """The closure that tells whether anything stands at the end of `hops`."""
    first, *rest = hops
    if not rest:
        return _one_exists(first)
    return _any_below(first, exists(rest))


def _any_below(hop: Hop, inner: Exists) -> Exists:
    name = hop.name
    if hop.is_list:

        def among(tree: Any, call: Any) -> bool:
            value = tree.get(name)
            if value is None:
                return False
            if type(value) is not list:
                raise Bail
            for item in value:
                if type(item) is not dict:
                    raise Bail
                if inner(item, call):
                    return True
            return False

        return among

    def below(tree: Any, call: Any) -> bool:
        value = tree.get(name)
        if value is None:
            return False
        if type(value) is not dict:
            raise Bail
        return inner(value, call)

    return below


def _one_exists(hop: Hop) -> Exists:
    name, beside = hop.name, "_" + hop.name
    if hop.is_list:
        is_primitive = hop.is_primitive

        def listed(tree: Any, call: Any) -> bool:
            del call
            value = tree.get(name)
            if value is None:
                if is_primitive and beside in tree:
                    raise Bail
                return False
            if (
                type(value) is not list
                or (value and value[0] is None)
                or (not value and is_primitive and beside in tree)
            ):
                raise Bail
            return len(value) > 0

        return listed

    if hop.is_primitive:

        def primitive(tree: Any, call: Any) -> bool:
            del call
            value = tree.get(name)
            if value is None:
                if beside in tree:
                    raise Bail
                return False
            if type(value) is list:
                raise Bail
            return True

        return primitive

    def element(tree: Any, call: Any) -> bool:
        del call
        value = tree.get(name)
        if value is None:
            return False
        if type(value) is list:
            raise Bail
        return True

    return element


def choice_exists(properties: Sequence[Property]) -> Exists:
    """The closure that tells whether any alternative of a choice is there."""
    names = frozenset(prop.name for prop in properties)
    every = names | {"_" + prop.name for prop in properties if prop.is_primitive}
    absent = every.isdisjoint

    def choice(tree: Any, call: Any) -> bool:
        del call
        if absent(tree):
            return False
        for key in tree:
            if key in names:
                value = tree[key]
                if value is None or type(value) is list:
                    raise Bail
                return True
        raise Bail

    return choice
