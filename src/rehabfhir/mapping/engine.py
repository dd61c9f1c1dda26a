"""The engine: tables made ready to run, once, and kept for every later call with the same tables."""

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rehabfhir import data, model
from rehabfhir.formats import ExactDecimal, number
from rehabfhir.mapping import reader, writer
from rehabfhir.mapping.claims import claims, met
from rehabfhir.mapping.codegen import Program, generate_reading, generate_writing
from rehabfhir.mapping.fast import (
    Doubt,
    builder,
    is_base64,
    is_date,
    is_datetime,
    is_id,
    is_instant,
    is_time,
    root_builder,
)
from rehabfhir.mapping.repair import repaired
from rehabfhir.mapping.specs import LinkSpec, MergeSpec, Run
from rehabfhir.mapping.table import Table, TableSet, read_tables
from rehabfhir.model._complete import _person_id as person_id

__all__ = ["Engine", "engine"]

_NUMBERS = frozenset({int, float, Decimal, ExactDecimal})
_NOBODY = "nobody"


class Engine:
    """A set of tables, ready to run in both directions.

    Attributes:
        tables: the tables.
        runs: the tables made ready, by name.
        roots: FHIR type -> the table of the resources that give a value of their own.
        root_of: domain class -> the same tables.
        drops: FHIR type, path and reason of what is left out on purpose.
    """

    def __init__(self, tables: TableSet) -> None:
        self.tables = tables
        self._classes = {name: getattr(model, name) for name in model.__all__ if isinstance(getattr(model, name), type)}
        base = tables.names["extension"]
        self.mark_url = f"{base}/StructureDefinition/link-role"
        self.kva = frozenset(_all(tables.names["systems"].get("kva", ())))
        self.runs = {table.name: _run(table, self._classes[table.domain]) for table in tables.tables.values()}
        for name, function in self._functions(generate_reading(tables, self._classes, fast=True), "read").items():
            self.runs[name].fast = function
        for name, function in self._functions(generate_writing(tables, self._classes), "write").items():
            self.runs[name].write = function
        self.roots = {run.fhir: run for run in self.runs.values() if run.table.root}
        self.root_of = {run.cls: run for run in self.runs.values() if run.table.root}
        self.drops = tuple(
            (table.fhir, row.fhir, row.reason) for table in tables.tables.values() for row in table.rows if row.drop
        )
        self._checked = False

    def _functions(self, program: Program, verb: str) -> dict[str, Any]:
        """The functions that a program defines, by table."""
        space = {**_SPACE}
        for name, value in program.constants.items():
            space[name] = self._constant(value) if type(value) is tuple else value
        exec(compile(program.source, f"<mapping tables: {verb}>", "exec"), space)  # noqa: S102 - our own generated code
        return {name: space[f"{verb}_{name}"] for name in self.tables.tables}

    def _constant(self, value: tuple[Any, ...]) -> Any:
        if value[0] == "link":
            _, links, name, mark, back, also = value
            runs = tuple(self.runs[link] for link in links)
            cls = self._classes[name]
            return LinkSpec(runs, mark.removesuffix("!"), mark.endswith("!"), back, builder(cls), also)
        if value[0] == "merge":
            _, table, domain = value
            run = self.runs[table]
            identity = next((row.domain for row in run.table.rows if row.fhir == "id"), "id")
            return MergeSpec(run, domain, identity)
        if value[0] == "make":
            return builder(self._classes[value[1]])
        return value

    def reader(self, *, fast: bool) -> reader.Reader:
        """A fresh state for one reading, in the fast or the checked form."""
        if not fast and not self._checked:
            program = generate_reading(self.tables, self._classes, fast=False)
            for name, function in self._functions(program, "read").items():
                self.runs[name].read = function
            self._checked = True
        return reader.Reader(self.runs, self.mark_url, self.kva, fast=fast)

    def writer(self, layout: writer.Layout) -> writer.Writer:
        """A fresh state for one writing."""
        return writer.Writer(self.runs, self.mark_url, layout)


def _all(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def _run(table: Table, cls: Any) -> Run:
    wanted = tuple(
        (
            path.startswith("!"),
            tuple(path.removeprefix("!").split(".")),
            frozenset(value if isinstance(value, list) else [value]),
        )
        for path, value in table.when.items()
    )
    nobody = table.applies.get(_NOBODY)

    def finish(fields: dict[str, Any]) -> None:
        fields.setdefault("person_id", nobody_id())

    return Run(
        name=table.name,
        fhir=table.fhir,
        table=table,
        cls=cls,
        make=_maker(cls),
        build=root_builder(cls) if table.root else builder(cls),
        finish=finish if nobody else None,
        nobody=nobody_id() if nobody else "",
        names=tuple(dict.fromkeys(row.domain.partition(".")[0] for row in table.rows if row.domain)),
        wanted=wanted,
        same=tuple(table.applies.get("same", ())),
        empty=tuple(table.applies.get("empty", ())),
    )


@lru_cache(maxsize=1)
def nobody_id() -> str:
    """The id that the model gives to a person of whom nothing is known."""
    return person_id(model.Staff())


def _maker(cls: Any) -> Callable[..., Any]:
    validate = cls.__pydantic_validator__.validate_python

    def make(fields: dict[str, Any], state: reader.Reader, node: dict[str, Any]) -> Any:
        try:
            return validate(fields)
        except ValidationError as problem:
            return repaired(validate, fields, problem, state, node)

    return make


def _decimal(value: Any) -> Decimal:
    """A FHIR number with its digits."""
    return value if isinstance(value, Decimal) else Decimal(repr(value))


def number_of(value: Decimal) -> Any:
    """A decimal as the JSON tree holds it: see `rehabfhir.formats`."""
    return number(str(value)) if type(value) is Decimal else value


_SPACE: dict[str, Any] = {
    "NUMBERS": _NUMBERS,
    "Doubt": Doubt,
    "absent": writer.absent,
    "add": writer.add,
    "claims": claims,
    "met": met,
    "decimal": _decimal,
    "first": writer.first,
    "fresh": writer.fresh,
    "holds": reader.holds,
    "is_base64": is_base64,
    "is_date": is_date,
    "is_datetime": is_datetime,
    "is_id": is_id,
    "is_instant": is_instant,
    "is_time": is_time,
    "known": reader.known,
    "number": number_of,
}
"""What generated code calls."""


@lru_cache(maxsize=16)
def _engine(overlays: tuple[tuple[str, int], ...]) -> Engine:
    paths = [Path(path) for path, _ in overlays]
    tables = read_tables(data.folder("mappings"), paths)
    if paths:
        from rehabfhir.mapping.check import check  # noqa: PLC0415 - the R4 core is read only for a user's own tables

        check(tables)
    return Engine(tables)


def engine(overlays: tuple[Path | str, ...] = ()) -> Engine:
    """The engine for the library's tables with `overlays` over them; built once.

    Raises:
        TableError: an overlay does not load; every defect is listed.
    """
    return _engine(tuple((str(path), _stamp(Path(path))) for path in overlays) if overlays else ())


def _stamp(path: Path) -> int:
    """When an overlay last changed, so that an edited file is read again."""
    try:
        if path.is_dir():
            return max((each.stat().st_mtime_ns for each in path.rglob("*.toml")), default=0)
        return path.stat().st_mtime_ns
    except OSError:
        return 0
