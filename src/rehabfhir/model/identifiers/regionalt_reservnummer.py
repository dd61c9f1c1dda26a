"""Regionala reservnummer: reserve numbers that regions and Inera issue, one row of data a series.

Namespaces and formats: HL7 Sweden's base profiles, branch "restrict the personnummer" (not merged; facts only). A check
digit is looked at only where published examples confirm its rule, and its failure is a warning, never a refusal.

>>> check("urn:oid:1.2.752.97.3.1.3", "991981000010")
()
>>> series("1.2.752.113.11.0.2.1.1.1").region
'Västra Götaland (LRID)'
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from rehabfhir.findings import Issue
from rehabfhir.model.identifiers._shared import Parts, compact, day_exists, finding, luhn_holds, urn

__all__ = ["KIND", "NAME", "SERIES", "Series", "check", "format", "normalise", "parse", "series"]

KIND = "regionalt-reservnummer"
NAME = "regionalt reservnummer"


def _stockholm(number: str) -> bool:
    return luhn_holds(number[4:])


def _vgr(number: str) -> bool:
    return luhn_holds(number[2:8] + {"K": "5", "M": "7", "X": "8"}[number[8]] + number[9:])


@dataclass(frozen=True, slots=True)
class Series:
    """One series of reserve numbers.

    Attributes:
        region: who issues it.
        oid: its namespace.
        pattern: the whole number, upper case, without white space; None when the format is not published.
        digit: whether a number that fits the pattern has the right check digit; None when the rule is not established.
        uri: its namespace as a URL, where the region has one.
    """

    region: str
    oid: str
    pattern: re.Pattern[str] | None
    digit: Callable[[str], bool] | None = None
    uri: str | None = None


_DAY = r"(?:1[89]|2[01])\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_DAY_32_TO_59 = r"(?:1[7-9]|20)\d\d(?:0[1-9]|1[0-2])(?:3[2-9]|[45]\d)"


def _series(
    region: str, oid: str, pattern: str | None, digit: Callable[[str], bool] | None = None, uri: str | None = None
) -> Series:
    return Series(region, oid, re.compile(pattern, re.ASCII) if pattern else None, digit, uri)


SERIES = (
    _series("Stockholm", "1.2.752.97.3.1.3", r"99\d{10}", _stockholm, "https://uid.regionstockholm.se/reservnummer"),
    _series("Västra Götaland (LRID)", "1.2.752.113.11.0.2.1.1.1", r"\d{8}[KMX](?:0[6-9]|[1-8]\d)\d", _vgr),
    _series("Västra Götaland (GRID)", "1.2.752.113.11.0.2.1.1.4", r"\d{8}[A-FHJ-NPR-Y]\d{3}"),
    _series("Värmland", "1.2.752.74.9.2", r"\d{8}S[FUXPL]\d[A-UW-Z1-9]"),
    _series("Inera (Carelink)", "1.2.752.129.2.1.3.2", _DAY_32_TO_59 + r"\d{4}", lambda number: luhn_holds(number[2:])),
    _series("Örebro", "1.2.752.74.9.3", _DAY + r"T[A-Z]\d[A-J]"),
    _series("Skåne", "1.2.752.219.1.10.10.1", r"(?:\d{6}|\d{8})[DEF][A-Z][01][A-Z]"),
    _series("Blekinge", "1.2.752.74.9.5", _DAY + r"-?[A-Z]{2}\d[A-Z]"),
    _series("Västernorrland", "1.2.752.269.1.1", _DAY + r"\d{3}R"),
    _series("Sörmland (1)", "1.2.752.266.1.1.1", _DAY + r"[A-Z]{2}\d[A-Z]"),
    _series("Sörmland (2)", "1.2.752.266.1.1.2", r"18[56]00101[MNKP]\d{3}"),
    _series("Halland", "1.2.752.74.9.6", _DAY_32_TO_59 + r"\d{4}"),
    _series("Västerbotten", "1.2.752.74.9.7", _DAY + r"[REKA]\d{3}"),
    _series("Dalarna", "1.2.752.74.9.8", _DAY + r"[A-Z]\d{3}"),
    _series("Gävleborg", "1.2.752.74.9.9", r"\d{8}-?\d\d[MKX]\d"),
)
"""Every series that is known here; a number of another series is held and not judged."""

_BY_SYSTEM = {key: each for each in SERIES for key in (each.oid, urn(each.oid), each.uri) if key}


def series(system: str) -> Series | None:
    """The series that `system` names, as an OID, a ``urn:oid:`` or a URL."""
    return _BY_SYSTEM.get(system)


def normalise(text: str) -> str:
    """The number without white space, in capital letters."""
    return compact(text)


def check(system: str, text: str) -> tuple[Issue, ...]:
    """Warnings about the shape, and about the check digit where its rule is established."""
    row = series(system)
    number = normalise(text)
    if row is None or row.pattern is None:
        return ()
    if not row.pattern.fullmatch(number):
        return finding(KIND, f"not the format of a reserve number of {row.region}", text, severity="warning")
    if row.digit is not None and not row.digit(number):
        return finding(
            KIND, f"the check digit is not the one that reserve numbers of {row.region} use", text, severity="warning"
        )
    return ()


def format(text: str) -> str:  # noqa: A001 - one verb in every identifier module
    """The number as it is stored; the series have no other form for people."""
    return normalise(text)


def parse(text: str) -> Parts:
    """The number, with the birth date when it begins with a day that exists."""
    number = normalise(text)
    digits = number[:8]
    born = (
        day_exists(digits)
        if len(digits) == 8 and digits.isascii() and digits.isdigit() and digits[:2] in {"18", "19", "20"}
        else None
    )
    return Parts(value=number, birth_date=born)
