"""Tables as pages for people: which field of the domain stands where in FHIR, printed from the data itself."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from rehabfhir.errors import MisuseError
from rehabfhir.mapping.engine import engine
from rehabfhir.mapping.table import Row, Table, TableSet

__all__ = ["explain"]

_HEADER = ("domain", "FHIR", "how")


def explain(
    kind: str | None = None,
    *,
    format: Literal["markdown", "terminal"] = "markdown",  # noqa: A002 - the word of the public contract
    overlays: Iterable[Path | str] = (),
) -> str:
    """The mapping of one kind as a readable page; of every kind when `kind` is None.

    Args:
        kind: a table's name, a FHIR type or a domain class: ``CarePlan``, ``Condition``, ``Need``.
        format: ``markdown``, or ``terminal`` for aligned columns.
        overlays: files or folders whose rows are laid over the library's.

    Raises:
        MisuseError: there is no such kind or format.
    """
    if format not in {"markdown", "terminal"}:
        raise MisuseError(f"format is 'markdown' or 'terminal', not {format!r}")
    tables = engine(tuple(overlays)).tables
    wanted = [
        table for table in tables.tables.values() if kind is None or kind in {table.name, table.fhir, table.domain}
    ]
    if not wanted:
        names = ", ".join(tables.tables)
        raise MisuseError(f"there is no table for {kind!r}; there are: {names}")
    pages = [_markdown(tables, table) if format == "markdown" else _terminal(tables, table) for table in wanted]
    return "\n".join(pages)


def _lines(rows: Iterable[Row], domain: str = "", fhir: str = "") -> list[tuple[str, str, str]]:
    """One line a row, rows inside written with the whole path."""
    lines: list[tuple[str, str, str]] = []
    for row in rows:
        name = ".".join(part for part in (domain, row.domain) if part)
        path = ".".join(part for part in (fhir, _path(row)) if part)
        if row.rows:
            if row.domain and row.fhir:
                lines.append((name, path, _how(row)))
            lines.extend(_lines(row.rows, name, path))
        elif not row.drop:
            lines.append((name, path, _how(row)))
        else:
            lines.append(("", path, f"left out: {row.reason}"))
    return lines


def _path(row: Row) -> str:
    """The row's path with its condition at the array that it is about."""
    if not row.where:
        return row.fhir
    parts = row.fhir.split(".")
    at = max(index for index, part in enumerate(parts) if part.endswith("[]"))
    told = " and ".join(f"{path.replace('[]', '')} = {_value(value)}" for path, value in row.where.items())
    parts[at] = f"{parts[at][:-2]}[{told}]"
    return ".".join(parts)


def _value(value: object) -> str:
    first = value[0] if isinstance(value, list) else value
    return f"{first} (or an alias)" if isinstance(value, list) and len(value) > 1 else str(first)


def _how(row: Row) -> str:
    told = []
    if row.value is not None:
        told.append(f"always written: {_shown(row.value)}")
    if row.up:
        told.append("written: the plan's patient" if row.up == "patient" else "written: the root")
    if row.use:
        told.append(f"as {row.use}")
    if row.link:
        told.append(f"link to {' or '.join(row.link)}")
    if row.merge:
        told.append(f"resource {row.merge}")
    if row.inner:
        told.append(f"id of a neighbour ({row.inner})")
    if row.codes:
        told.append(f"concept map {row.codes}")
    if row.exact:
        told.append(f"exact code in {row.exact.rpartition('/')[2]}")
    if row.back:
        told.append(f"also by its {row.back}")
    if row.when:
        told.append(f"when {row.when}")
    if row.convert:
        told.append(row.convert)
    if row.only:
        told.append(f"{row.only} only: {row.reason}")
    return "; ".join(told)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(_shown(each) for each in value.values())
    if isinstance(value, list):
        return ", ".join(_shown(each) for each in value)
    return str(value)


def _head(table: Table) -> list[str]:
    head = [f"`{table.domain}` ⇄ `{table.fhir}`" + (", from " + table.file if table.file else "")]
    if table.profile:
        head.append(f"Profile: {table.profile}")
    if table.when:
        told = " and ".join(
            f"{'not ' if path.startswith('!') else ''}{path.removeprefix('!').replace('[]', '')} = "
            + (" or ".join(map(str, value)) if isinstance(value, list) else str(value))
            for path, value in table.when.items()
        )
        head.append(f"When {told}.")
    return head


def _markdown(tables: TableSet, table: Table) -> str:
    lines = [f"## {table.name}", "", *([table.title, ""] if table.title else []), *_between(_head(table)), ""]
    lines += ["| " + " | ".join(_HEADER) + " |", "|---|---|---|"]
    for domain, fhir, how in _lines(table.rows):
        cells = (f"`{domain}`" if domain else "", f"`{fhir}`" if fhir else "", how)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    if table.unmapped:
        lines += ["", "Not mapped:", ""]
        lines += [f"- `{name}`: {reason}" for name, reason in table.unmapped.items()]
    maps = _maps(tables, table)
    return "\n".join([*lines, *maps, ""])


def _terminal(tables: TableSet, table: Table) -> str:
    lines = [table.name, "=" * len(table.name), *([table.title] if table.title else []), *_head(table), ""]
    body = [_HEADER, *_lines(table.rows)]
    first = max(len(line[0]) for line in body)
    second = min(60, max(len(line[1]) for line in body))
    lines += [f"{domain:<{first}}  {fhir:<{second}}  {how}".rstrip() for domain, fhir, how in body]
    if table.unmapped:
        lines += ["", "Not mapped:"]
        lines += [f"  {name}: {reason}" for name, reason in table.unmapped.items()]
    return "\n".join([*lines, *(line.replace("`", "") for line in _maps(tables, table)), ""])


def _between(head: list[str]) -> list[str]:
    return [line for each in head for line in (each, "")][:-1]


def _maps(tables: TableSet, table: Table) -> list[str]:
    """The concept maps that the table's rows use."""
    names = dict.fromkeys(row.codes for row in table.rows if row.codes)
    lines: list[str] = []
    for name in names:
        concepts = tables.concepts[name]
        lines += ["", f"Concept map `{name}`:", ""]
        for domain, code in concepts["to"].items():
            sign = "⇄" if concepts["from"].get(code) == domain else "→"
            lines.append(f"- `{domain}` {sign} `{code}`")
        for code, domain in concepts["from"].items():
            if concepts["to"].get(domain) != code:
                lines.append(f"- `{domain}` ← `{code}`")
    return lines
