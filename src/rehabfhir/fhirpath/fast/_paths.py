"""Paths whose every step is known from the definitions, resolved to JSON properties when they are compiled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rehabfhir.fhirpath import types
from rehabfhir.fhirpath.fast._closures import Bail, Exists, Hop, Items, choice_exists, exists, items
from rehabfhir.fhirpath.functions.kinds import has_type
from rehabfhir.fhirpath.node import Node
from rehabfhir.fhirpath.syntax import Ast, Call, Index, Literal, Member, Path, TypeTest, Variable, type_argument
from rehabfhir.fhirpath.types import Property

__all__ = ["Place", "here", "place_of"]

_ANY_RESOURCE = {"Resource", "DomainResource"}
Criterion = Callable[[Any, Any], bool | None]
Criteria = Callable[[Ast, str], "Criterion | None"]


@dataclass(frozen=True)
class Place:
    """Where a path leads.

    Attributes:
        type: FHIR type or backbone path of the items; None while a choice is open.
        single: True when there is at most one item.
        hops: the steps so far that only walk; None when something was filtered on the way.
        before: what comes before the hops when something was filtered.
        choice: the alternatives of an open choice at the end.
    """

    type: str | None
    single: bool = True
    hops: tuple[Hop, ...] = ()
    before: Items | None = None
    choice: tuple[Property, ...] = ()

    def items(self) -> Items | None:
        """The closure that gives the items; None while a choice is open."""
        if self.choice:
            return None
        if not self.hops:
            return self.before or (lambda tree, call: (tree,))  # noqa: ARG005 - the shape of a closure
        walk = items(self.hops)
        return walk if self.before is None else _after(self.before, walk)

    def exists(self) -> Exists | None:
        """The closure that tells whether there is any item; None for the place itself."""
        if self.choice:
            last = choice_exists(self.choice)
            start = replace(self, choice=(), type="Element").items() if self.hops or self.before else None
            return last if start is None else _any(start, last)
        if not self.hops:
            if self.before is None:
                return None
            given = self.before
            return lambda tree, call: len(given(tree, call)) > 0
        last = exists(self.hops)
        return last if self.before is None else _any(self.before, last)


def _after(before: Items, walk: Items) -> Items:
    def spread(tree: Any, call: Any) -> Sequence[Any]:
        found: list[Any] = []
        for item in before(tree, call):
            found += walk(item, call)
        return found

    return spread


def _any(start: Items, inner: Exists) -> Exists:
    def among(tree: Any, call: Any) -> bool:
        return any(inner(item, call) for item in start(tree, call))

    return among


def here(type_name: str) -> Place:
    """The focus itself."""
    return Place(type_name)


def place_of(ast: Ast, type_name: str, criteria: Criteria) -> Place | None:
    """Where `ast` leads from a focus of the type; None when that cannot be told from the definitions.

    Args:
        ast: an expression.
        type_name: FHIR type or backbone path of the focus.
        criteria: compiles the criterion of a ``where``.
    """
    if isinstance(ast, Path):
        place = place_of(ast.first, type_name, criteria)
        for step in ast.steps:
            if place is None:
                return None
            place = _step(place, step, criteria)
        return place
    if isinstance(ast, TypeTest) and ast.operator == "as":
        place = place_of(ast.operand, type_name, criteria)
        return None if place is None else _narrowed(place, ast.type)
    if isinstance(ast, Member) and ast.name[:1].isupper():
        return here(type_name) if types.is_a(type_name, ast.name) else None
    if isinstance(ast, Member | Call | Variable):
        return _step(here(type_name), ast, criteria)
    return None


def _step(place: Place, step: Member | Call | Index | Variable, criteria: Criteria) -> Place | None:
    if isinstance(step, Variable):
        return place if step.name == "$this" else None
    if isinstance(step, Member):
        return _child(place, step.name)
    if isinstance(step, Index):
        index = step.expression.values if isinstance(step.expression, Literal) else ()
        return _cut(place, index[0], index[0] + 1) if len(index) == 1 and type(index[0]) is int else None
    if step.name == "trace" and len(step.arguments) == 1:
        return place
    if step.name == "first":
        return _cut(place, 0, 1)
    if step.name == "tail":
        return _cut(place, 1, None)
    if step.name in {"ofType", "as"}:
        name = type_argument(step.arguments[0])
        return None if name is None else _narrowed(place, name)
    if step.name == "where":
        return _filtered(place, step.arguments[0], criteria)
    if step.name == "select":
        return _selected(place, step.arguments[0], criteria)
    return None


def _child(place: Place, name: str) -> Place | None:
    if place.type is None or types.is_primitive(place.type):
        return None
    if place.type in _ANY_RESOURCE and place.hops:
        return _child_of_any(place, name)
    found = types.properties(place.type, name)
    if len(found) == 1:
        return _walked(place, found[0])
    if found:
        return replace(place, type=None, choice=found)
    return None


def _child_of_any(place: Place, name: str) -> Place | None:
    """A child that all domain resources have (``contained``, ``meta``), where the type of the resource is open."""
    prop = types.property_of("DomainResource", name)
    given = place.items()
    if prop is None or given is None:
        return None

    def domain_resources(tree: Any, call: Any) -> Sequence[Any]:
        found = given(tree, call)
        for item in found:
            kind = item.get("resourceType")
            if type(kind) is not str or not types.is_a(kind, "DomainResource"):
                raise Bail
        return found

    return _walked(Place("DomainResource", place.single, before=domain_resources), prop)


def _walked(place: Place, prop: Property) -> Place:
    single = place.single and not prop.is_list
    return replace(place, type=prop.type, single=single, hops=(*place.hops, Hop.to(prop)), choice=())


def _narrowed(place: Place, name: str) -> Place | None:
    """After ``ofType`` or ``as``: one alternative of a choice, or all when the type is known to be right."""
    if name.startswith("System."):
        return None
    if not place.choice:
        known = place.type is not None and place.type not in _ANY_RESOURCE
        return place if known and has_type(Node(None, place.type), name) else None
    wanted = [prop for prop in place.choice if has_type(Node(None, prop.type), name)]
    return _walked(place, wanted[0]) if len(wanted) == 1 else None


def _cut(place: Place, start: int, stop: int | None) -> Place | None:
    given = place.items()
    if given is None:
        return None
    single = place.single or (stop is not None and stop - start <= 1)
    return Place(place.type, single, before=lambda tree, call: given(tree, call)[start:stop])


def _filtered(place: Place, criterion: Ast, criteria: Criteria) -> Place | None:
    given = place.items()
    test = None if place.type is None or given is None else criteria(criterion, place.type)
    if given is None or test is None:
        return None

    def kept(tree: Any, call: Any) -> Sequence[Any]:
        return [item for item in given(tree, call) if test(item, call)]

    return Place(place.type, place.single, before=kept)


def _selected(place: Place, projection: Ast, criteria: Criteria) -> Place | None:
    given = place.items()
    inner = None if place.type is None or given is None else place_of(projection, place.type, criteria)
    walk = None if inner is None else inner.items()
    if given is None or inner is None or walk is None:
        return None
    return Place(inner.type, place.single and inner.single, before=_after(given, walk))
