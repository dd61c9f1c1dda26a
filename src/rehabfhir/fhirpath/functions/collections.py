"""Filtering, projection, subsetting, combining, navigation (https://hl7.org/fhirpath/N1/#filtering-and-projection)."""

from functools import cmp_to_key
from typing import Any

from rehabfhir.fhirpath.env import Run
from rehabfhir.fhirpath.errors import FhirPathTypeError
from rehabfhir.fhirpath.functions._table import Criterion, Function, Items, Lazy, criterion, lazy, values
from rehabfhir.fhirpath.node import Node
from rehabfhir.fhirpath.node import children as children_of
from rehabfhir.fhirpath.operators import compared, distinct, found_in
from rehabfhir.fhirpath.system import single, whole

__all__ = ["FUNCTIONS"]


def where(run: Run, items: Items, test: Criterion) -> Items:
    before = run.index
    found = []
    for run.index, item in enumerate(items):
        run.charge(1)
        if test(item, run):
            found.append(item)
    run.index = before
    return found


def select(run: Run, items: Items, projection: Lazy) -> Items:
    before = run.index
    found: Items = []
    for run.index, item in enumerate(items):
        found += projection([item], run)
        run.charge(1 + len(found) // 64)
    run.index = before
    return found


def repeat(run: Run, items: Items, projection: Lazy) -> Items:
    before = run.index
    found: Items = []
    seen: set[Any] = set()
    waiting = list(items)
    while waiting:
        following: Items = []
        for run.index, item in enumerate(waiting):
            run.charge(1)
            for child in projection([item], run):
                key = id(child.value) if type(child) is Node and type(child.value) is dict else _identity(child)
                if key not in seen:
                    seen.add(key)
                    found.append(child)
                    following.append(child)
        waiting = following
    run.index = before
    return found


def _identity(item: Any) -> Any:
    if type(item) is Node:
        return (id(item.parent.value) if item.parent else 0, item.property, item.index)
    return (type(item), str(item))


def aggregate(run: Run, items: Items, step: Lazy, start: Lazy | None = None) -> Items:
    index, total = run.index, run.total
    run.total = [] if start is None else start(run.focus, run)
    for run.index, item in enumerate(items):
        run.charge(1 + len(run.total))
        run.total = step([item], run)
    result, run.index, run.total = run.total, index, total
    return result


def single_item(run: Run, items: Items) -> Items:
    del run
    if len(items) > 1:
        raise FhirPathTypeError(f"single() got {len(items)} items")
    return items


def first(run: Run, items: Items) -> Items:
    del run
    return items[:1]


def last(run: Run, items: Items) -> Items:
    del run
    return items[-1:]


def tail(run: Run, items: Items) -> Items:
    del run
    return items[1:]


def skip(run: Run, items: Items, number: Items) -> Items:
    del run
    count = whole(number, "skip()")
    return items[max(0, count or 0) :]


def take(run: Run, items: Items, number: Items) -> Items:
    del run
    count = whole(number, "take()")
    return items[: max(0, count or 0)]


def intersect(run: Run, items: Items, other: Items) -> Items:
    return [item for item in distinct(items, run) if found_in(item, other, run)]


def exclude(run: Run, items: Items, other: Items) -> Items:
    return [item for item in items if not found_in(item, other, run)]


def union(run: Run, items: Items, other: Items) -> Items:
    return distinct(items + other, run)


def combine(run: Run, items: Items, other: Items) -> Items:
    run.charge(len(items) + len(other))
    return items + other


def sort(run: Run, items: Items, *keys: tuple[Lazy, bool]) -> Items:
    """Sorted by each key in turn (a key is a closure and whether it descends); without keys by the items themselves."""
    rows: list[tuple[list[Any], Any]] = []
    before = run.index
    for run.index, item in enumerate(items):
        run.charge(1 + len(items).bit_length())
        rows.append(
            ([single(key([item], run), "sort()") for key, _ in keys] if keys else [single([item], "sort()")], item)
        )
    run.index = before
    falling = [down for _, down in keys] or [False]

    def against(a: tuple[list[Any], Any], b: tuple[list[Any], Any]) -> int:
        for mine, theirs, down in zip(a[0], b[0], falling, strict=True):
            found = _ordered(mine, theirs)
            if found:
                return -found if down else found
        return 0

    return [item for _, item in sorted(rows, key=cmp_to_key(against))]


def _ordered(mine: Any, theirs: Any) -> int:
    if mine is None or theirs is None:
        return (mine is None) - (theirs is None)
    return compared(mine, theirs, "sort()") or 0


def children(run: Run, items: Items) -> Items:
    found: Items = []
    for item in items:
        if type(item) is Node:
            found += children_of(item)
    run.charge(len(items) + len(found))
    return found


def descendants(run: Run, items: Items) -> Items:
    found: Items = []
    waiting = [item for item in reversed(items) if type(item) is Node]
    while waiting:
        below = children_of(waiting.pop())
        run.charge(1 + len(below))
        found += below
        waiting += reversed(below)
    return found


FUNCTIONS: dict[str, Function] = {
    "aggregate": lazy(1, 2, aggregate),
    "children": values(0, 0, children),
    "combine": values(1, 1, combine),
    "descendants": values(0, 0, descendants),
    "exclude": values(1, 1, exclude),
    "first": values(0, 0, first),
    "intersect": values(1, 1, intersect),
    "last": values(0, 0, last),
    "repeat": lazy(1, 1, repeat),
    "select": lazy(1, 1, select),
    "single": values(0, 0, single_item),
    "skip": values(1, 1, skip),
    "sort": lazy(0, 8, sort),
    "tail": values(0, 0, tail),
    "take": values(1, 1, take),
    "union": values(1, 1, union),
    "where": criterion(1, 1, where),
}
