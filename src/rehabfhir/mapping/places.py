"""From a field of a domain value to its place in FHIR, by the tables: for findings about values that the model refuses."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rehabfhir.mapping.reader import holds
from rehabfhir.mapping.table import Row, Table

if TYPE_CHECKING:
    from rehabfhir.mapping.engine import Engine

__all__ = ["fhir_place"]

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def fhir_place(use: "Engine", table: Table, field: str, node: Any) -> str:
    """The FHIR path under a table's element for a dotted domain path; as much of it as the tables tell."""
    steps: list[str | int] = [match[1] or int(match[2]) for match in _STEP.finditer(field)]
    return ".".join(_walk(use, table.rows, steps, node)).replace(".[", "[")


def _walk(use: "Engine", rows: Iterable[Row], steps: list[str | int], node: Any) -> list[str]:
    if not steps:
        return []
    name = steps[0]
    for row in rows:
        if row.domain:
            head, _, tail = row.domain.partition(".")
            if head != name or row.only == "write":
                continue
            rest = steps[1:]
            if tail:
                if not rest or rest[0] != tail:
                    continue
                rest = rest[1:]
            index = rest[0] if rest and isinstance(rest[0], int) else None
            if index is not None:
                rest = rest[1:]
            path, inner = _written(row, index, node)
            if tail and not row.use and not row.rows and rest:
                continue
            below = use.tables.tables[row.use].rows if row.use else row.rows
            return [*path, *_walk(use, below, rest, inner)]
        if row.rows:
            path, inner = _written(row, None, node)
            found = _walk(use, row.rows, steps, inner)
            if found:
                return [*path, *found]
    return []


def _written(row: Row, index: int | None, node: Any) -> tuple[list[str], Any]:
    """The segments of a row's path with the index of the item that is meant, and the element there."""
    path: list[str] = []
    here = node
    for step in row.steps:
        path.append(step.name)
        here = here.get(step.name) if type(here) is dict else None
        if step.many:
            at = _nth(here, row, index)
            path.append(f"[{at}]")
            here = here[at] if type(here) is list and at < len(here) else None
    return path, here


def _nth(items: Any, row: Row, index: int | None) -> int:
    """The place in the array of the item that became the `index`-th value of this row."""
    wanted = index or 0
    if type(items) is not list or not row.where:
        return wanted
    for place, item in enumerate(items):
        if all(
            holds(item, tuple(path.split(".")), frozenset(value if isinstance(value, list) else [value]))
            for path, value in row.where.items()
        ):
            if wanted == 0:
                return place
            wanted -= 1
    return index or 0
