"""The engine: tables made ready to run, once, and kept for every later call with the same tables."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError, create_model

from rehabfhir import data, model
from rehabfhir.formats import ExactDecimal, number
from rehabfhir.mapping import reader, writer
from rehabfhir.mapping.codegen import generate
from rehabfhir.mapping.repair import repaired
from rehabfhir.mapping.specs import LinkSpec, MergeSpec, Run
from rehabfhir.model._complete import _person_id as person_id
from rehabfhir.mapping.table import Table, TableSet, read_tables

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
        source: the generated Python.
    """

    def __init__(self, tables: TableSet) -> None:
        self.tables = tables
        classes = {name: getattr(model, name) for name in model.__all__ if isinstance(getattr(model, name), type)}
        program = generate(tables, classes)
        self.source = program.source
        base = tables.names["extension"]
        self.mark_url = f"{base}/StructureDefinition/link-role"
        self.kva = frozenset(_all(tables.names["systems"].get("kva", ())))
        space: dict[str, Any] = {
            "NUMBERS": _NUMBERS,
            "decimal": _decimal,
            "number": number_of,
            "known": reader.known,
            "holds": reader.holds,
            "first": writer.first,
            "fresh": writer.fresh,
            "add": writer.add,
            "absent": writer.absent,
        }
        space.update({name: value for name, value in program.constants.items() if type(value) is not tuple})
        exec(compile(program.source, "<mapping tables>", "exec"), space)  # noqa: S102 - our own generated code, from checked tables
        self.runs: dict[str, Run] = {}
        for table in tables.tables.values():
            self.runs[table.name] = _run(table, classes[table.domain], space)
        for name, value in program.constants.items():
            if type(value) is tuple and value and value[0] == "link":
                _, links, _, mark, back, also = value
                runs = tuple(self.runs[link] for link in links)
                space[name] = LinkSpec(runs, mark.removesuffix("!"), mark.endswith("!"), back, also)
            elif type(value) is tuple and value and value[0] == "merge":
                _, table_name, domain, when = value
                run = self.runs[table_name]
                identity = next((row.domain for row in run.table.rows if row.fhir == "id"), "id")
                space[name] = MergeSpec(run, domain, identity, when)
            elif type(value) is tuple:
                space[name] = value
        self.roots = {run.fhir: run for run in self.runs.values() if run.table.root}
        self.root_of = {run.cls: run for run in self.runs.values() if run.table.root}
        self.drops = tuple(
            (table.fhir, row.fhir, row.reason) for table in tables.tables.values() for row in table.rows if row.drop
        )

    def reader(self, **options: Any) -> reader.Reader:
        """A fresh state for one reading."""
        return reader.Reader(self.runs, self.mark_url, options, kva=self.kva)

    def writer(self, layout: writer.Layout) -> writer.Writer:
        """A fresh state for one writing."""
        return writer.Writer(self.runs, self.mark_url, layout)


def _all(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def _run(table: Table, cls: Any, space: Mapping[str, Any]) -> Run:
    make = _root_maker(cls) if table.root else _maker(cls)
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
        read=space[f"read_{table.name}"],
        write=space[f"write_{table.name}"],
        make=make,
        finish=finish if nobody else None,
        nobody=nobody_id() if nobody else "",
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


def _root_maker(cls: Any) -> Callable[..., Any]:
    """Roots are checked field by field here; completing them is needed only where an id is missing."""
    definitions: dict[str, Any] = {name: (info.annotation, info) for name, info in cls.model_fields.items()}
    shadow = create_model(f"{cls.__name__}Fields", __config__=cls.model_config, **definitions)
    validate = shadow.__pydantic_validator__.validate_python
    whole = cls.__pydantic_validator__.validate_python
    blank = object.__new__
    put = object.__setattr__

    def make(fields: dict[str, Any], state: reader.Reader, node: dict[str, Any]) -> Any:
        try:
            if state.incomplete or "id" not in fields:
                return whole(fields)
            checked = validate(fields)
        except ValidationError as problem:
            return repaired(whole, fields, problem, state, node)
        value = blank(cls)
        put(value, "__dict__", checked.__dict__)
        put(value, "__pydantic_fields_set__", checked.__pydantic_fields_set__)
        put(value, "__pydantic_extra__", None)
        put(value, "__pydantic_private__", None)
        return value

    return make


def _decimal(value: Any) -> Decimal:
    """A FHIR number with its digits."""
    return value if isinstance(value, Decimal) else Decimal(repr(value))


def number_of(value: Decimal) -> Any:
    """A decimal as the JSON tree holds it: see `rehabfhir.formats`."""
    return number(str(value)) if type(value) is Decimal else value


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
    return _engine(tuple((str(path), _stamp(Path(path))) for path in overlays))


def _stamp(path: Path) -> int:
    """When an overlay last changed, so that an edited file is read again."""
    try:
        if path.is_dir():
            return max((each.stat().st_mtime_ns for each in path.rglob("*.toml")), default=0)
        return path.stat().st_mtime_ns
    except OSError:
        return 0
