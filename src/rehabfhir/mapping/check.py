"""Checking tables: every path exists on both sides and fits, no two rows claim one leaf, nothing of the model is left out.

A user's tables are checked each time they are loaded; the library's own by a test. All defects are listed, with the
table and row that they stand in.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rehabfhir import model
from rehabfhir.definitions import r4
from rehabfhir.errors import TableError
from rehabfhir.mapping.shapes import Field, Shape, shape_of
from rehabfhir.mapping.table import Row, Table, TableSet

__all__ = ["check", "defects"]

_KINDS = {
    "bool": {"boolean"},
    "int": {"integer", "positiveInt", "unsignedInt"},
    "Decimal": {"decimal"},
    "str": {
        "string", "code", "uri", "url", "canonical", "id", "markdown", "date", "dateTime", "instant", "time",
        "base64Binary", "oid", "uuid", "xhtml",
    },
}  # fmt: skip
_CONVERSIONS = {"", "canonical", "held"}
_CHECKS = {"", "kva"}
_SCOPED = {"patient", "root"}


def check(tables: TableSet) -> None:
    """Refuse tables with defects.

    Raises:
        TableError: with every defect.
    """
    found = tuple(defects(tables))
    if found:
        raise TableError("mappings", found)


def defects(tables: TableSet) -> Iterator[str]:
    """What is wrong with a set of tables, in the order of the files."""
    roots: dict[str, str] = {}
    for table in tables.tables.values():
        place = f"{table.file}: table {table.name}"
        cls = getattr(model, table.domain, None)
        if table.domain not in model.__all__ or not isinstance(cls, type):
            yield f"{place}: the model has no class '{table.domain}'"
            continue
        if not r4.children(table.fhir):
            yield f"{place}: R4 has no type or element '{table.fhir}'"
            continue
        if table.root and roots.setdefault(table.fhir, table.name) != table.name:
            yield f"{place}: table {roots[table.fhir]} is a root of {table.fhir} already"
        for path in table.when:
            yield from _where(table.fhir, path.removeprefix("!"), place)
        shape = shape_of(cls)
        used: set[str] = set()
        claims: dict[tuple[Any, ...], str] = {}
        yield from _rows(tables, table, table.rows, table.fhir, shape, used, claims, ())
        yield from _unmapped(table, shape, used, place)


def _unmapped(table: Table, shape: Shape, used: set[str], place: str) -> Iterator[str]:
    for name in shape.fields:
        if name not in used and name not in table.unmapped:
            yield f"{place}: the field '{name}' of {table.domain} has no row; map it, or say why not under unmapped"
    for name, reason in table.unmapped.items():
        if name not in shape.fields:
            yield f"{place}: unmapped names '{name}', which {table.domain} does not have"
        elif name in used:
            yield f"{place}: '{name}' is mapped and said to be unmapped"
        if not isinstance(reason, str) or not reason:
            yield f"{place}: unmapped '{name}' gives no reason"


def _rows(
    tables: TableSet,
    table: Table,
    rows: Iterable[Row],
    fhir: str,
    shape: Shape,
    used: set[str],
    claims: dict[tuple[Any, ...], str],
    at: tuple[Any, ...],
) -> Iterator[str]:
    for row in rows:
        yield from _options(tables, row)
        field: Field | None = None
        if row.domain:
            used.add(row.domain.partition(".")[0])
            try:
                field = shape.field(row.domain)
            except (KeyError, TypeError, AttributeError):
                yield f"{row.place}: {shape.cls.__name__} has no field '{row.domain}'"
                continue
            if row.convert == "canonical":
                used.add(row.domain.partition(".")[0])
        elements = []
        here = fhir
        problem = ""
        for step in row.steps:
            element = r4.children(here).get(step.name.removeprefix("_"))
            if element is None:
                problem = f"{row.place}: R4 has no '{step.name}' in {here}"
                break
            if element.is_list != step.many:
                shown = f"{step.name}[]" if element.is_list else step.name
                problem = f"{row.place}: '{step.name}' in {here} is written '{shown}': its cardinality is 0..{element.max or '*'}"
                break
            elements.append(element)
            here = element.type
        if problem:
            yield problem
            continue
        own = next((i for i in range(len(row.steps) - 1, -1, -1) if row.steps[i].many), None)
        for path in row.where:
            if own is None:
                yield f"{row.place}: 'where' needs an array in the path"
            else:
                yield from _where(elements[own].type, path, row.place)
        key = (*at, *((step.name, step.many) for step in row.steps))
        told = tuple(sorted((path, str(value)) for path, value in row.where.items()))
        if elements and not row.rows and row.only != "read":
            claim = (*key, told, row.link, row.mark, row.when)
            other = claims.setdefault(claim, row.place)
            if other != row.place and not row.inner:
                yield f"{row.place}: claims the same leaf as {other}"
        if not elements and not row.rows:
            yield f"{row.place}: needs a FHIR path"
            continue
        last = elements[-1] if elements else None
        if row.rows:
            inside = shape
            if field is not None:
                if field.cls is None:
                    yield f"{row.place}: has rows inside, but '{row.domain}' is no value with fields"
                    continue
                inside = field.shape
            inner_used = used if field is None else set()
            yield from _rows(tables, table, row.rows, here, inside, inner_used, claims, (*key, told))
            if field is not None and not row.fill and "." not in row.domain:
                yield from _inside(table, row, inside, inner_used)
        elif last is not None and field is not None:
            yield from _fits(tables, row, field, last, many=own is not None)


def _inside(table: Table, row: Row, shape: Shape, used: set[str]) -> Iterator[str]:
    """Fields of a value that is laid out by the rows inside a row: all of them have one, here or beside it."""
    beside = {other.domain for other in table.rows}
    links = {"reference", "reference_type", "reference_identifier", "reference_display", "id"}
    merged = any(each.merge for each in _all_rows(row.rows))
    for name in shape.fields:
        if name not in used and name not in links and not merged and f"{row.domain}.{name}" not in beside:
            yield f"{row.place}: the field '{name}' of {shape.cls.__name__} has no row inside"


def _all_rows(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        yield row
        yield from _all_rows(row.rows)


def _where(type_name: str, path: str, place: str) -> Iterator[str]:
    here = type_name
    for part in path.split("."):
        name, many = part.removesuffix("[]"), part.endswith("[]")
        element = r4.children(here).get(name)
        if element is None:
            yield f"{place}: condition: R4 has no '{name}' in {here}"
            return
        if element.is_list != many:
            yield f"{place}: condition: '{name}' in {here} is {'an array' if element.is_list else 'no array'}"
            return
        here = element.type


def _options(tables: TableSet, row: Row) -> Iterator[str]:
    for name in (*row.link, *([row.merge] if row.merge else []), *([row.use] if row.use else [])):
        if name not in tables.tables:
            yield f"{row.place}: there is no table '{name}'"
    if row.codes and row.codes not in tables.concepts:
        yield f"{row.place}: there is no concept map '{row.codes}'"
    if row.convert not in _CONVERSIONS:
        yield f"{row.place}: there is no conversion '{row.convert}'"
    if row.check not in _CHECKS:
        yield f"{row.place}: there is no check '{row.check}'"
    if row.up and row.up not in _SCOPED:
        yield f"{row.place}: 'up' is one of {', '.join(sorted(_SCOPED))}"
    if row.only not in {"", "read", "write"}:
        yield f"{row.place}: 'only' is 'read' or 'write'"
    for name in row.where.values():
        if isinstance(name, str) and name.startswith("$"):
            yield f"{row.place}: no system is named '{name}'"
    if not (row.domain or row.rows or row.up or row.drop or row.merge) and row.value is None:
        yield f"{row.place}: says nothing: give a domain field, a constant, or rows"


def _fits(tables: TableSet, row: Row, field: Field, element: r4.Element, *, many: bool) -> Iterator[str]:
    """Whether a field of the model and an element of R4 can hold the same."""
    if field.many and not many:
        yield f"{row.place}: '{row.domain}' repeats, but no element on the path does"
    if row.codes:
        yield from _codes(row, field, tables.concepts.get(row.codes, {}))
    if row.inner or row.link or row.merge:
        if element.type != "Reference":
            yield f"{row.place}: a link needs a Reference, but the element is a {element.type}"
        for name in row.link:
            yield from _link(tables, row, field, element, name)
        return
    if row.use:
        table = tables.tables.get(row.use)
        if table is None:
            return
        if not _same_type(table.fhir, element.type):
            yield f"{row.place}: table {row.use} is for {table.fhir}, but the element is a {element.type}"
        if field.cls is None or table.domain != field.cls.__name__:
            yield f"{row.place}: table {row.use} makes a {table.domain}, but '{row.domain}' holds another kind"
        return
    if row.convert == "held":
        return
    allowed = _KINDS.get(field.kind, set())
    if element.type not in allowed:
        yield f"{row.place}: '{row.domain}' ({field.kind}) does not fit an element of type {element.type}"


def _same_type(table: str, element: str) -> bool:
    quantities = {"Quantity", "Age", "Count", "Distance", "Duration", "SimpleQuantity", "MoneyQuantity"}
    return table == element or (table in quantities and element in quantities)


def _link(tables: TableSet, row: Row, field: Field, element: r4.Element, name: str) -> Iterator[str]:
    table = tables.tables.get(name)
    if table is None:
        return
    if element.targets and "Resource" not in element.targets and table.fhir not in element.targets:
        yield f"{row.place}: the element may not refer to a {table.fhir}; R4 allows {', '.join(element.targets)}"
    if field.cls is None or table.domain != field.cls.__name__:
        yield f"{row.place}: table {name} makes a {table.domain}, but '{row.domain}' holds another kind"


def _codes(row: Row, field: Field, concepts: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """A concept map covers the field's codes, or its row carries the exact code beside."""
    for code in sorted(field.literals - set(concepts.get("to", {}))):
        yield f"{row.place}: the concept map '{row.codes}' has nothing for '{code}'"
    for code in sorted(set(concepts.get("from", {}).values()) - field.literals):
        if field.literals:
            yield f"{row.place}: the concept map '{row.codes}' gives '{code}', which '{row.domain}' does not allow"
