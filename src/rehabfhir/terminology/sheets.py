"""Rows of a workbook (.xlsx) or of a text file (tab, semicolon or comma between cells), with size limits.

A workbook is a zip of XML parts (ECMA-376, SpreadsheetML); only cell texts are read. A dependency such as openpyxl would
do more than is needed and take ten times as long.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rehabfhir.errors import MisuseError

if TYPE_CHECKING:
    from zipfile import ZipFile

__all__ = ["Sheet", "sheets"]

Row = list[str]
Sheet = tuple[str, Iterator[Row]]

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LARGEST_PART = 200 * 1024 * 1024
_LARGEST_FILE = 100 * 1024 * 1024
_MOST_COLUMNS = 1_000
_COLUMN = re.compile(r"([A-Z]{1,3})\d+")


def sheets(path: Path) -> Iterator[Sheet]:
    """Every sheet of the file, as (name, rows); a text file is one sheet.

    Raises:
        MisuseError: when the file cannot be read, is too large, or is not what its name says.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise MisuseError(f"{path}: cannot be read ({error.strerror})") from error
    if size > _LARGEST_FILE:
        raise MisuseError(f"{path}: larger than {_LARGEST_FILE // 1024 // 1024} MB; this is no list of codes")
    if start == b"PK\x03\x04":
        yield from _workbook(path)
    elif start == b"\xd0\xcf\x11\xe0":
        raise MisuseError(f"{path}: a workbook of the old kind (.xls); save it as .xlsx")
    else:
        yield path.name, _text(path)


def _text(path: Path) -> Iterator[Row]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")  # the older files are "ANSI"
    first = text.split("\n", 1)[0]
    between = next((mark for mark in "\t;," if mark in first), "\t")
    csv.field_size_limit(10 * 1024 * 1024)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=between):
            yield [cell.strip() for cell in row]
    except csv.Error as error:
        raise MisuseError(f"{path}: not a table of texts ({error})") from error


def _workbook(path: Path) -> Iterator[Sheet]:
    from zipfile import BadZipFile, ZipFile  # noqa: PLC0415 - only for workbooks
    from zlib import error as ZlibError  # noqa: N812, PLC0415 - an exception's name

    from lxml import etree  # noqa: PLC0415 - heavy

    try:
        with ZipFile(path) as archive:
            texts = _shared_texts(archive)
            for name, part in _parts(archive):
                yield name, _rows(archive, part, texts)
    except (BadZipFile, KeyError, etree.XMLSyntaxError, ZlibError, ValueError, EOFError, NotImplementedError) as error:
        raise MisuseError(f"{path}: not a workbook that can be read ({type(error).__name__})") from error


def _events(archive: "ZipFile", part: str, tag: str) -> Iterator[Any]:
    """Every element `tag` of a part, freed again after use."""
    from lxml import etree  # noqa: PLC0415 - heavy

    if archive.getinfo(part).file_size > _LARGEST_PART:
        raise ValueError("a part of the workbook is too large")
    with archive.open(part) as stream:
        for _, element in etree.iterparse(
            stream, events=("end",), tag=_MAIN + tag, resolve_entities=False, no_network=True, load_dtd=False
        ):
            yield element
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]


def _parts(archive: "ZipFile") -> Iterator[tuple[str, str]]:
    """(name of the sheet, name of its part), in the workbook's order."""
    from lxml import etree  # noqa: PLC0415 - heavy

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    relations = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
    targets = {relation.get("Id"): str(relation.get("Target", "")) for relation in relations}
    for sheet in _events(archive, "xl/workbook.xml", "sheet"):
        target = targets[sheet.get(_RELATION)]
        yield sheet.get("name") or "", target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _shared_texts(archive: "ZipFile") -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [_text_of(item) for item in _events(archive, "xl/sharedStrings.xml", "si")]


def _text_of(item: Any) -> str:
    """The text of a string item: plain or in runs, without the phonetic guides that may stand beside it."""
    return "".join(each.text or "" for each in item.iter(f"{_MAIN}t") if each.getparent().tag != f"{_MAIN}rPh").strip()


def _rows(archive: "ZipFile", part: str, texts: list[str]) -> Iterator[Row]:
    for row in _events(archive, part, "row"):
        cells: Row = []
        for cell in row.iter(f"{_MAIN}c"):
            match = _COLUMN.match(cell.get("r", ""))
            column = _number(match[1]) if match else len(cells)
            if column >= _MOST_COLUMNS:
                continue
            cells += [""] * (column - len(cells))
            cells.append(_cell(cell, texts))
        yield cells


def _cell(cell: Any, texts: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return _text_of(cell)
    value = cell.findtext(f"{_MAIN}v") or ""
    if cell.get("t") == "s":
        at = int(value)
        return texts[at] if 0 <= at < len(texts) else ""
    return value.strip()


def _number(letters: str) -> int:
    """Column letters to a number from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
