"""Existence (https://hl7.org/fhirpath/N1/#existence)."""

from rehabfhir.fhirpath.env import Run
from rehabfhir.fhirpath.errors import FhirPathTypeError
from rehabfhir.fhirpath.functions._table import Criterion, Function, Items, criterion, values
from rehabfhir.fhirpath.node import Node
from rehabfhir.fhirpath.operators import distinct, found_in
from rehabfhir.fhirpath.system import boolean

__all__ = ["FUNCTIONS"]


def empty(run: Run, items: Items) -> Items:
    del run
    return [not items]


def exists(run: Run, items: Items, test: Criterion | None = None) -> Items:
    if test is None:
        return [bool(items)]
    before = run.index
    found = False
    for run.index, item in enumerate(items):
        run.charge(1)
        if test(item, run):
            found = True
            break
    run.index = before
    return [found]


def every(run: Run, items: Items, test: Criterion) -> Items:
    before = run.index
    held = True
    for run.index, item in enumerate(items):
        run.charge(1)
        if test(item, run) is not True:
            held = False
            break
    run.index = before
    return [held]


def _booleans(items: Items, name: str) -> list[bool]:
    found = []
    for item in items:
        value = item.value if type(item) is Node else item
        if type(value) is not bool:
            raise FhirPathTypeError(f"{name}() needs booleans only")
        found.append(value)
    return found


def all_true(run: Run, items: Items) -> Items:
    del run
    return [all(_booleans(items, "allTrue"))]


def any_true(run: Run, items: Items) -> Items:
    del run
    return [any(_booleans(items, "anyTrue"))]


def all_false(run: Run, items: Items) -> Items:
    del run
    return [not any(_booleans(items, "allFalse"))]


def any_false(run: Run, items: Items) -> Items:
    del run
    return [not all(_booleans(items, "anyFalse"))]


def subset_of(run: Run, items: Items, other: Items) -> Items:
    return [all(found_in(item, other, run) for item in items)]


def superset_of(run: Run, items: Items, other: Items) -> Items:
    return [all(found_in(item, items, run) for item in other)]


def count(run: Run, items: Items) -> Items:
    del run
    return [len(items)]


def unique(run: Run, items: Items) -> Items:
    return distinct(items, run)


def is_distinct(run: Run, items: Items) -> Items:
    return [len(distinct(items, run)) == len(items)]


def negated(run: Run, items: Items) -> Items:
    del run
    found = boolean(items, "not()")
    return [] if found is None else [not found]


FUNCTIONS: dict[str, Function] = {
    "all": criterion(1, 1, every),
    "allFalse": values(0, 0, all_false),
    "allTrue": values(0, 0, all_true),
    "anyFalse": values(0, 0, any_false),
    "anyTrue": values(0, 0, any_true),
    "count": values(0, 0, count),
    "distinct": values(0, 0, unique),
    "empty": values(0, 0, empty),
    "exists": criterion(0, 1, exists),
    "isDistinct": values(0, 0, is_distinct),
    "not": values(0, 0, negated),
    "subsetOf": values(1, 1, subset_of),
    "supersetOf": values(1, 1, superset_of),
}
