"""Generated code while it grows: its lines, constants and fresh names; and the rows of an element, arranged for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rehabfhir.mapping.table import Row, Step, TableSet

__all__ = ["Code", "Level", "built", "grouped", "levelled", "own_array", "written_first"]


@dataclass(slots=True)
class Level:
    """Rows of one FHIR element, arranged: plain rows (groups among them), and arrays with the rows that share them."""

    plain: list[Row] = field(default_factory=list)
    arrays: dict[str, list[Row]] = field(default_factory=dict)


class Code:
    """Lines of generated code, the constants they name, and fresh names."""

    def __init__(self, tables: TableSet, *, fast: bool = False) -> None:
        self.tables = tables
        self.fast = fast
        self.lines: list[str] = []
        self.constants: dict[str, Any] = {}
        self._by_value: dict[str, str] = {}
        self._count = 0

    def put(self, depth: int, line: str) -> None:
        """Add one line."""
        self.lines.append("    " * depth + line)

    def fresh(self, stem: str) -> str:
        """A name that is not used yet."""
        self._count += 1
        return f"{stem}{self._count}"

    def constant(self, value: Any, stem: str = "K") -> str:
        """The name of a constant; equal constants share one."""
        text = repr(sorted(map(str, value))) if isinstance(value, (set, frozenset)) else repr(value)
        key = f"{stem}:{text}"
        name = self._by_value.get(key)
        if name is None:
            name = f"{stem}{len(self.constants)}"
            self._by_value[key] = name
            self.constants[name] = value
        return name


def levelled(rows: Iterable[Row]) -> Level:
    """Rows of one element, those with a common first segment gathered into groups."""
    level = Level()
    groups: dict[str, int] = {}
    for row in rows:
        if row.drop:
            continue
        steps = row.steps
        if not steps:
            level.plain.append(row)
            continue
        first = steps[0]
        inner = replace(row, fhir=_path(steps[1:]))
        if first.many:
            held = level.arrays.setdefault(first.name, [])
            if own_array(steps) == 0:
                held.append(row)
                continue
            for index, other in enumerate(held):
                if not other.domain and not other.where and other.rows and other.fhir == f"{first.name}[]":
                    held[index] = replace(other, rows=(*other.rows, inner))
                    break
            else:
                held.append(Row(fhir=f"{first.name}[]", rows=(inner,), place=row.place))
        elif len(steps) == 1:
            level.plain.append(row)
        elif first.name in groups:
            at = groups[first.name]
            level.plain[at] = replace(level.plain[at], rows=(*level.plain[at].rows, inner))
        else:
            groups[first.name] = len(level.plain)
            level.plain.append(Row(fhir=first.name, rows=(inner,), place=row.place))
    return level


def grouped(rows: Iterable[Row]) -> list[Row]:
    """Rows whose domain path is dotted, gathered under the value that they fill together."""
    made: list[Row] = []
    at: dict[str, int] = {}
    for row in rows:
        head, dot, tail = row.domain.partition(".")
        if not dot:
            made.append(row)
            continue
        inner = replace(row, domain=tail)
        if head in at:
            made[at[head]] = replace(made[at[head]], rows=(*made[at[head]].rows, inner))
        else:
            at[head] = len(made)
            made.append(Row(domain=head, rows=(inner,), place=row.place))
    return made


def own_array(steps: tuple[Step, ...]) -> int:
    """Index of the array that is the row's own: the last one in its path; -1 when there is none."""
    for index in range(len(steps) - 1, -1, -1):
        if steps[index].many:
            return index
    return -1


def _path(steps: tuple[Step, ...]) -> str:
    return ".".join(step.name + ("[]" if step.many else "") for step in steps)


def written_first(value: Any) -> Any:
    """Of several values that are read as the same, the one that is written."""
    return value[0] if isinstance(value, list) else value


def built(where: Mapping[str, Any]) -> dict[str, Any]:
    """The element that fulfils `where`."""
    made: dict[str, Any] = {}
    for path, value in where.items():
        here = made
        parts = path.split(".")
        for part in parts[:-1]:
            name = part.removesuffix("[]")
            here = here.setdefault(name, [{}])[0] if part.endswith("[]") else here.setdefault(name, {})
        last = parts[-1]
        here[last.removesuffix("[]")] = [written_first(value)] if last.endswith("[]") else written_first(value)
    return made
