"""Mapping tables as data: reading the TOML files into `Table` and `Row` values.

A table says, for one kind of FHIR resource or data type, which field of which domain class stands where. Both
directions are made from the same rows. What a row may say is described in docs/mapping.md.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from rehabfhir.errors import TableError

__all__ = ["Row", "Step", "Table", "TableSet", "read_tables"]


@dataclass(frozen=True, slots=True)
class Step:
    """One segment of a FHIR path; `many` when it names an array (written ``name[]``)."""

    name: str
    many: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    Attributes:
        domain: field of the domain class; dots lead into a value that stands inside it.
        fhir: path in the FHIR element, ``[]`` after every array.
        use: table of the data type that converts the value (``as`` in the file).
        link: tables of the resources that a reference may lead to.
        merge: table of a resource whose rows fill this same domain value, through a reference.
        inner: scope of a reference that the domain keeps as the id of a neighbour.
        up: what of the root is written here for the readers of FHIR: ``patient`` or ``root``; not read back.
        value: constant that is written and not read.
        where: what an item of the array must hold to be this row's: path -> value, or list of values (the first is written).
        extension: name or URL of an extension; short for a path and a condition.
        codes: concept map between the domain's codes and FHIR's.
        exact: extension that carries the domain's own code where the concept map cannot give it back.
        mark: written on a reference that does not itself tell that it belongs to this row and not to its neighbour.
        back: path in other resources whose reference to this one counts as this row, when reading.
        when: option that must hold for this row to be written, for instance ``activities=detail``.
        fill: name of the domain list whose numbering gives an id that is not written.
        absent: FHIR demands the element; it is written with data-absent-reason when there is no value.
        also: resource types that a bare link of this row may name beside those of its tables.
        convert: a conversion that a type does not tell: ``canonical`` (url|version), ``held`` (a status from a time).
        check: a check of the value beyond its type: ``kva``, the shape of a KVÅ code.
        drop: the leaf is left out on purpose; `reason` says why.
        only: ``read`` or ``write`` for a one-way row; `reason` says why.
        rows: the rows inside.
    """

    domain: str = ""
    fhir: str = ""
    use: str = ""
    link: tuple[str, ...] = ()
    merge: str = ""
    inner: str = ""
    up: str = ""
    value: Any = None
    where: Mapping[str, Any] = field(default_factory=dict)
    extension: str = ""
    codes: str = ""
    exact: str = ""
    mark: str = ""
    back: str = ""
    when: str = ""
    fill: str = ""
    absent: bool = False
    also: tuple[str, ...] = ()
    convert: str = ""
    check: str = ""
    drop: bool = False
    only: str = ""
    reason: str = ""
    rows: tuple["Row", ...] = ()
    place: str = ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The FHIR path, segment by segment."""
        if not self.fhir:
            return ()
        return tuple(Step(part.removesuffix("[]"), part.endswith("[]")) for part in self.fhir.split("."))

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells one row from the others of its level, for overlays that replace it."""
        where = ",".join(f"{path}={value}" for path, value in sorted(self.where.items()))
        return (self.domain, self.fhir, where)


_ROW_KEYS = {each.name for each in fields(Row)} - {"place"}


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of resource or data type.

    Attributes:
        name: what rows of other tables call it.
        fhir: the FHIR type: ``Goal``, ``Period``, or a backbone path.
        domain: the domain class.
        resource: True for a resource, False for a data type.
        root: True when a source of this kind gives a value of its own.
        when: what a resource must hold for this table to be the one: path -> value or values.
        applies: what a domain value must be for this table to be the one that writes it.
        scopes: name of a scope -> what may be named inside: FHIR paths, domain fields, FHIR type.
        conditional: in a transaction, create it only where no resource has its first identifier.
        unmapped: domain field -> why no row has it.
        rows: the rows.
        title: one sentence for readers.
        file: where it was read from.
        profile: canonical of the profile that is named in meta.profile, if any.
        needs: what must have been written for the profile to be named.
    """

    name: str
    fhir: str
    domain: str
    resource: bool = True
    root: bool = False
    when: Mapping[str, Any] = field(default_factory=dict)
    applies: Mapping[str, Any] = field(default_factory=dict)
    scopes: Mapping[str, Any] = field(default_factory=dict)
    conditional: bool = False
    unmapped: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    title: str = ""
    file: str = ""
    profile: str = ""
    needs: tuple[tuple[str, ...], ...] = ()


_TABLE_KEYS = {each.name for each in fields(Table)} - {"file", "profile", "needs"}


@dataclass(frozen=True, slots=True)
class TableSet:
    """All tables that work together, with the concept maps and names they share.

    Attributes:
        tables: by name.
        concepts: concept map name -> {"to": domain code -> FHIR code, "from": FHIR code -> domain code}.
        names: system names and extension base, from ``names.toml``.
        digest: changes when any of it does.
    """

    tables: Mapping[str, Table]
    concepts: Mapping[str, Mapping[str, Mapping[str, str]]]
    names: Mapping[str, Any]
    digest: str

    def roots(self) -> tuple[Table, ...]:
        """The tables of the resources that give a value of their own."""
        return tuple(table for table in self.tables.values() if table.root)


def read_tables(folder: Path, overlays: Iterable[Path | str] = ()) -> TableSet:
    """The tables of `folder`, with `overlays` (files or folders of the same form) laid over them in order.

    Raises:
        TableError: a file is not TOML, or not a table; every defect is listed.
    """
    from hashlib import sha256  # noqa: PLC0415 - only where tables are read

    digest = sha256()
    names: dict[str, Any] = {"systems": {}, "extension": "", "profiles": {}, "needs": {}}
    tables: dict[str, Table] = {}
    concepts: dict[str, dict[str, dict[str, str]]] = {}
    defects: list[str] = []
    for layer, base in enumerate([folder, *(Path(overlay) for overlay in overlays)]):
        files = sorted(base.rglob("*.toml")) if base.is_dir() else [base]
        documents = []
        for path in files:
            try:
                raw = path.read_bytes()
                documents.append((path, tomllib.loads(raw.decode())))
                digest.update(raw)
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
                defects.append(f"{path.name}: cannot be read: {problem}")
        for _, document in documents:
            for key in ("systems", "profiles", "needs"):
                names[key].update(document.get(key, {}))
            if "extension_base" in document:
                names["extension"] = document["extension_base"]
        for path, document in documents:
            for name, map_ in document.get("concepts", {}).items():
                _lay_concepts(concepts, name, map_)
            for raw_table in document.get("table", ()):
                _lay_table(tables, raw_table, path.name, names, defects, over=layer > 0)
    if defects:
        raise TableError(str(folder.name), tuple(defects))
    tables = {
        name: replace(table, profile=names["profiles"].get(name, ""), needs=_needs(names["needs"].get(name, ())))
        for name, table in tables.items()
    }
    return TableSet(tables, concepts, names, digest.hexdigest())


def _needs(said: Iterable[Any]) -> tuple[tuple[str, ...], ...]:
    return tuple((each,) if isinstance(each, str) else tuple(each) for each in said)


def _lay_concepts(concepts: dict[str, dict[str, dict[str, str]]], name: str, map_: Mapping[str, Any]) -> None:
    """Lay one concept map over what is known: ``both`` are exact pairs, ``to`` and ``from`` go one way."""
    known = concepts.setdefault(name, {"to": {}, "from": {}})
    for domain, code in map_.get("both", {}).items():
        known["to"][domain] = code
        known["from"][code] = domain
    known["to"].update(map_.get("to", {}))
    known["from"].update(map_.get("from", {}))


def _lay_table(
    tables: dict[str, Table],
    raw: Mapping[str, Any],
    file: str,
    names: Mapping[str, Any],
    defects: list[str],
    *,
    over: bool,
) -> None:
    name = raw.get("name", "")
    place = f"{file}: table {name or '(no name)'}"
    rows = tuple(_rows(raw.get("rows", ()), place, names, defects, inside=False))
    known = tables.get(name)
    if over and known is not None:
        added = {row.key for row in rows}
        kept = [row for row in known.rows if row.key not in added]
        unmapped = {**known.unmapped, **raw.get("unmapped", {})}
        for row in rows:
            unmapped.pop(row.domain.partition(".")[0], None)
        tables[name] = replace(known, rows=_ordered(kept, rows), unmapped=unmapped, file=f"{known.file}, {file}")
        return
    needed = (key for key in ("name", "fhir", "domain") if not isinstance(raw.get(key), str) or not raw[key])
    defects.extend(f"{place}: needs '{key}'" for key in needed)
    if known is not None:
        defects.append(f"{place}: there is a table of this name already, in {known.file}")
        return
    defects.extend(f"{place}: unknown key '{key}'" for key in raw if key not in _TABLE_KEYS)
    if defects:
        return
    tables[name] = Table(
        name=name,
        fhir=raw["fhir"],
        domain=raw["domain"],
        resource=raw.get("resource", True),
        root=raw.get("root", False),
        when=_named(raw.get("when", {}), names),
        applies=raw.get("applies", {}),
        scopes=raw.get("scopes", {}),
        conditional=raw.get("conditional", False),
        unmapped=raw.get("unmapped", {}),
        rows=rows,
        title=raw.get("title", ""),
        file=file,
    )


def _ordered(kept: list[Row], added: tuple[Row, ...]) -> tuple[Row, ...]:
    """Overlay rows stand before the rows they narrow: an array's item goes to the first row that takes it."""
    return (*added, *kept)


def _named(where: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """`where` with ``$name`` replaced by the system of that name, and all its aliases."""
    return {path: _name(value, names) for path, value in where.items()}


def _name(value: Any, names: Mapping[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith("$"):
        if value.startswith("$base/"):
            return names["extension"] + value.removeprefix("$base")
        return names["systems"].get(value[1:], value)
    if isinstance(value, list):
        found: list[Any] = []
        for each in value:
            named = _name(each, names)
            found.extend(named if isinstance(named, list) else [named])
        return found
    return value


def _rows(raws: Any, place: str, names: Mapping[str, Any], defects: list[str], *, inside: bool) -> Iterator[Row]:
    if not isinstance(raws, (list, tuple)):
        defects.append(f"{place}: 'rows' is a list of rows")
        return
    for number, raw in enumerate(raws, 1):
        here = f"{place}, row {number}"
        if not isinstance(raw, dict):
            defects.append(f"{here}: a row is a table of keys")
            continue
        given = {("use" if key == "as" else key): value for key, value in raw.items()}
        defects.extend(f"{here}: unknown key '{key}'" for key in given if key not in _ROW_KEYS)
        given = {key: value for key, value in given.items() if key in _ROW_KEYS}
        here = f"{here} ({given.get('domain') or given.get('fhir') or given.get('extension') or '?'})"
        if "link" in given:
            given["link"] = (given["link"],) if isinstance(given["link"], str) else tuple(given["link"])
        if "also" in given:
            given["also"] = tuple(given["also"])
        if "where" in given:
            given["where"] = _named(given["where"], names)
        if "value" in given:
            given["value"] = _name(given["value"], names)
        extension = given.get("extension", "")
        if extension:
            tail = given.get("fhir", "")
            given["fhir"] = f"extension[].{tail}" if tail else "extension[]"
            given["where"] = {"url": _url(extension, names, inside=inside), **given.get("where", {})}
        if given.get("exact"):
            given["exact"] = _url(given["exact"], names, inside=False)
        given["rows"] = tuple(
            _rows(
                given.get("rows", ()),
                here,
                names,
                defects,
                inside=bool(extension) or (inside and not given.get("fhir")),
            )
        )
        if (given.get("only") or given.get("drop")) and not given.get("reason"):
            defects.append(f"{here}: goes one way only and gives no reason")
        yield Row(**given, place=here)


def _url(name: str, names: Mapping[str, Any], *, inside: bool) -> str:
    if inside or ":" in name:
        return name
    return f"{names['extension']}/StructureDefinition/{name}"
