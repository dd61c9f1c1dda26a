"""What generated code refers to: a table made ready to run, and where the references of a row may lead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehabfhir.mapping.table import Table

__all__ = ["LinkSpec", "MergeSpec", "Run"]


def _not_ready(*_: Any) -> Any:
    raise NotImplementedError  # replaced when the tables are loaded


@dataclass(slots=True)
class Run:
    """A table made ready: its generated functions, the class of its values, and when it is the one.

    Attributes:
        name: the table's name.
        fhir: the FHIR type.
        table: the table.
        cls: the domain class.
        make: fields, reader, element -> the value, judged by the model.
        build: fields that are certain to be right -> the value.
        fast: element, reader -> fields of a resource, or value of a data type; gives up at the least doubt.
        read: element, reader -> fields, for the model to judge.
        write: fields of the value, writer -> element.
        finish: last touch on the fields of a resource, where the model fills something in.
        wanted: conditions on the element: (negated, path, allowed).
        applies: conditions on the value: (kind, fields).
    """

    name: str
    fhir: str
    table: Table
    cls: Any
    make: Callable[..., Any]
    build: Callable[[dict[str, Any]], Any]
    fast: Callable[..., Any] = _not_ready
    read: Callable[..., Any] = _not_ready
    write: Callable[[Mapping[str, Any], Any], dict[str, Any]] = _not_ready
    finish: Callable[[dict[str, Any]], None] | None = None
    wanted: tuple[tuple[bool, tuple[str, ...], frozenset[Any]], ...] = ()
    same: tuple[str, ...] = ()
    nobody: str = ""
    names: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()

    def fits(self, node: dict[str, Any]) -> bool:
        """Whether a resource of the right type is this table's."""
        from rehabfhir.mapping.reader import holds  # noqa: PLC0415 - the reader imports this module

        groups: dict[bool, list[bool]] = {}
        for negated, steps, allowed in self.wanted:
            groups.setdefault(negated, []).append(holds(node, steps, allowed))
        return (True not in groups or not any(groups[True])) and (False not in groups or any(groups[False]))

    def takes(self, fields: Mapping[str, Any]) -> bool:
        """Whether a value is written by this table."""
        if self.same and len({fields[name] for name in self.same}) != 1:
            return False
        return all(fields[name] is None or fields[name] == () for name in self.empty)


@dataclass(slots=True)
class LinkSpec:
    """Where a reference of one row may lead."""

    runs: tuple[Run, ...]
    mark: str
    always: bool
    back: str
    build: Callable[[dict[str, Any]], Any]
    also: tuple[str, ...] = ()
    by_type: dict[str, tuple[Run, ...]] = field(default_factory=dict)
    types: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for run in self.runs:
            self.by_type[run.fhir] = (*self.by_type.get(run.fhir, ()), run)
        self.types = frozenset((*self.by_type, *self.also))
        self.prefixes = tuple(f"{kind}/" for kind in self.types)


@dataclass(slots=True)
class MergeSpec:
    """A resource whose rows fill the same value as the reference that leads to it."""

    run: Run
    domain: str
    identity: str
