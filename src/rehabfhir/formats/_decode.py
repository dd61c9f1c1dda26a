"""Bytes to text: byte order marks, UTF-16, and encodings that FHIR does not allow, found and named."""

import codecs
import re

from rehabfhir.findings import Issue, Severity

__all__ = ["decode", "line_and_column"]

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_DECLARED = re.compile(r"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_UTF8_NAMES = {"utf-8", "utf8", "us-ascii", "ascii"}


def decode(data: bytes) -> tuple[str, list[Issue]]:
    """The text of `data`. FHIR is UTF-8; what is not is still read, and said to be so.

    Bytes that are no UTF-8 are read as Windows-1252 (which holds ISO 8859-1's letters), with an error at the first.
    """
    if data[:1] in {b"{", b"<"} and data[1:2] != b"\x00" and b"encoding" not in data[:200]:
        return _utf8(data)  # nearly always
    if data.startswith(codecs.BOM_UTF8):
        return _utf8(data[3:])
    for mark, codec, name in _BOMS:
        if data.startswith(mark):
            return _wide(data[len(mark) :], codec, name)
    head = data[:4]
    if len(data) >= 2 and b"\x00" in head[:2]:
        return _wide(data, "utf-16-be" if head[0] == 0 else "utf-16-le", "UTF-16")
    declared = _DECLARED.match(data[:200].decode("latin-1"))
    if declared and declared[1].lower() not in _UTF8_NAMES:
        return _declared(data, declared[1])
    return _utf8(data)


def _utf8(data: bytes) -> tuple[str, list[Issue]]:
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        start = error.start
    text = data.decode("cp1252", errors="strict") if _is_cp1252(data) else data.decode("latin-1")
    line, column = line_and_column(data[:start].decode("utf-8"), start)
    return text, [
        _issue(
            "error",
            f"the bytes are not UTF-8 (first at byte {start}); read as Windows-1252, check the letters: save the file as UTF-8",
            line=line,
            column=column,
        )
    ]


def _is_cp1252(data: bytes) -> bool:
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True


def _wide(data: bytes, codec: str, name: str) -> tuple[str, list[Issue]]:
    issues = [_issue("error", f"the encoding is {name}; FHIR asks for UTF-8: save the file as UTF-8")]
    try:
        return data.decode(codec), issues
    except UnicodeDecodeError as error:
        text = data.decode(codec, errors="replace")
        return text, [
            _issue("error", f"the encoding looks like {name}, but byte {error.start} breaks it: save the file as UTF-8")
        ]


def _declared(data: bytes, name: str) -> tuple[str, list[Issue]]:
    try:
        text = data.decode(name)
    except (LookupError, ValueError):  # no such codec, or its own rules are broken
        text, issues = _utf8(data)
        return text, [
            *issues,
            _issue(
                "error", f"the XML declaration names the encoding {name}, which does not fit: save the file as UTF-8"
            ),
        ]
    return text, [
        _issue("error", f"the XML declaration names the encoding {name}; FHIR asks for UTF-8: save the file as UTF-8")
    ]


def _issue(severity: Severity, message: str, *, line: int | None = None, column: int | None = None) -> Issue:
    return Issue(severity, "invalid", message, line=line, column=column, rule="encoding")


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Line and column of `offset` in `text`, both from 1, counted in characters."""
    before = text.rfind("\n", 0, offset)
    return text.count("\n", 0, offset) + 1, offset - before
