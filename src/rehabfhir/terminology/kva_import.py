"""Reading KVÅ as published: the workbook of the whole classification, the older tab-separated files, regional lists.

Columns are found by name, whatever the case: the workbook of 2026 has Klassifikation, Kod, Titel, Beskrivning, Exempel,
Innefattar, Utesluter, Kodningsinformation, Anmärkning, Relaterad ICF-kod; the text files of KKÅ and KMÅ have Överordnad
kod and may have Giltig från; an export of 2021 has KOD. Only Kod and Titel must be there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rehabfhir.errors import MisuseError
from rehabfhir.findings import Issue
from rehabfhir.terminology.kva_rules import rules
from rehabfhir.terminology.kva_types import Edition
from rehabfhir.terminology.sheets import Row, sheets

__all__ = ["Import", "read_kva"]

_COLUMNS = {
    "kod": "code",
    "code": "code",
    "titel": "title",
    "title": "title",
    "klassifikation": "part",
    "beskrivning": "description",
    "exempel": "examples",
    "innefattar": "includes",
    "utesluter": "excludes",
    "kodningsinformation": "coding",
    "anmärkning": "note",
    "relaterad icf-kod": "icf",
    "relaterad icd-10-se-kod": "icd",
    "överordnad kod": "parent",
    "giltig från": "from",
    "giltig till": "to",
}
_HEADER_WITHIN = 30
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_REGIONAL_CODE = re.compile(r"[A-ZÅÄÖ0-9][A-ZÅÄÖ0-9._-]{1,15}")


@dataclass(frozen=True, slots=True)
class Import:
    """What reading a file gave.

    Attributes:
        edition: the codes.
        rows: rows read below the header.
        issues: what was wrong with rows; `Issue.line` is the row's number in its sheet.
    """

    edition: Edition
    rows: int
    issues: tuple[Issue, ...]


def read_kva(
    *paths: Path,
    edition: str | None = None,
    region: str | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Import:
    """Read a list of KVÅ codes.

    Args:
        paths: .xlsx or text files; the older text files come as one for KKÅ and one for KMÅ.
        edition: the year that the list is for; found in the first file's name when absent.
        region: for a region's own codes, the region's name.
        valid_from: first day; 1 January of the edition's year when absent.
        valid_to: last day; 31 December of that year when absent, none for a regional list.

    Raises:
        MisuseError: a file cannot be read, has no columns Kod and Titel, holds no code, or its year is not known.
    """
    first = paths[0].name
    name = edition or (match[1] if (match := _YEAR.search(first)) else None)
    if name is None:
        raise MisuseError(f"{first}: the file's name has no year; say which edition it is (--edition 2026)")
    year = _YEAR.search(name)
    if valid_from is None:
        if year is None:
            raise MisuseError(f"edition '{name}' has no year; say from which day it is valid (--from 2026-01-01)")
        valid_from = date(int(year[1]), 1, 1)
    if valid_to is None and region is None:
        valid_to = date(valid_from.year, 12, 31)
    found = _Reader(region)
    for path in paths:
        before = len(found.titles)
        found.seen = False
        for sheet, rows in sheets(path):
            header = _header(rows)
            if header is not None:
                found.read(sheet, *header, rows)
        if not found.seen:
            raise MisuseError(f"{path.name}: no sheet has the columns Kod and Titel")
        if len(found.titles) == before:
            raise MisuseError(f"{path.name}: the columns are there, but no row has a code that is new")
    made = Edition(
        name=name,
        source=", ".join(path.name for path in paths),
        valid_from=valid_from,
        valid_to=valid_to,
        whole=region is None,
        region=region,
        codes=list(found.titles),
        raw_titles=list(found.titles.values()),
        texts=found.texts,
    )
    return Import(made, found.rows, tuple(found.issues))


def _header(rows: Iterator[Row]) -> tuple[dict[int, str], int] | None:
    """Column number -> our name, and the header's row number; None when the sheet has no such header."""
    for number, row in enumerate(rows, 1):
        names = {at: _COLUMNS.get(" ".join(cell.split()).casefold(), "") for at, cell in enumerate(row)}
        columns = {at: name for at, name in names.items() if name}
        if {"code", "title"} <= set(columns.values()):
            return columns, number
        if number >= _HEADER_WITHIN:
            break
    return None


class _Reader:
    """Gathers codes row by row; a row without a code, or with the code again, carries on the one before."""

    def __init__(self, region: str | None) -> None:
        self.region = region
        self.seen = False
        self.rows = 0
        self.titles: dict[str, str] = {}
        self.texts: dict[str, dict[str, str]] = {}
        self.issues: list[Issue] = []

    def read(self, sheet: str, columns: dict[int, str], header: int, rows: Iterator[Row]) -> None:
        """Read the rows below a header."""
        self.seen = True
        code = ""
        for number, row in enumerate(rows, header + 1):
            cells = {name: row[at] for at, name in columns.items() if at < len(row) and row[at]}
            if not cells:
                continue
            self.rows += 1
            given = cells.get("code", "").strip().upper()
            if given:
                code = given if self._fits(given, sheet, number) else ""
            if not code:
                if not given:
                    self._say(sheet, number, "a row without a code, and none before it", "required")
                continue
            title = " ".join(cells.get("title", "").split())
            if not self.titles.get(code):
                self.titles[code] = title
            elif title and given and title != self.titles[code]:
                self._say(sheet, number, f"code {code} has another title further up; that one is kept", "duplicate")
            for name, text in cells.items():
                if name not in {"code", "title", "part"}:
                    kept = self.texts.setdefault(name, {})
                    kept[code] = f"{kept[code]}\n{text}" if code in kept and kept[code] != text else text

    def _fits(self, code: str, sheet: str, number: int) -> bool:
        known = rules()
        if known.shape.fullmatch(code) or known.heading.fullmatch(code):
            return True
        if self.region is not None and _REGIONAL_CODE.fullmatch(code):
            return True
        self._say(
            sheet, number, "what stands in the column Kod has not the shape of a code; the row is left out", "value"
        )
        return False

    def _say(self, sheet: str, number: int, message: str, code: str) -> None:
        self.issues.append(Issue("warning", code, message, line=number, column=1, rule="kva-import", source=sheet))
