"""ISO 3166 countries and subdivisions, ISO 4217 currencies, IANA time zones: public lists as code systems."""

import re
from functools import cache
from typing import Any

from rehabfhir.terminology import datafiles
from rehabfhir.terminology.answers import YES, Membership, cannot_tell, not_in
from rehabfhir.terminology.codes import CodeTable
from rehabfhir.terminology.filters import UnknownFilterError
from rehabfhir.terminology.parts import Rule

__all__ = [
    "COUNTRIES",
    "CURRENCIES",
    "SUBDIVISIONS",
    "TIME_ZONES",
    "SubdivisionSystem",
    "countries",
    "currencies",
    "time_zones",
]

COUNTRIES = "urn:iso:std:iso:3166"
SUBDIVISIONS = "urn:iso:std:iso:3166:-2"
CURRENCIES = "urn:iso:std:iso:4217"
TIME_ZONES = "https://www.iana.org/time-zones"

_SUBDIVISION = re.compile(r"([A-Z]{2})-([A-Z0-9]{1,3})")


def _lines(name: str) -> list[str]:
    text = datafiles.text(name)
    return [line for line in text.splitlines() if not line.startswith("#")]


def _system(url: str, concepts: list[dict[str, str]]) -> CodeTable:
    return CodeTable({"url": url, "content": "complete", "caseSensitive": True, "concept": concepts})


def countries() -> CodeTable:
    """ISO 3166-1: alpha-2, alpha-3 and numeric codes in one system, as FHIR has them."""
    concepts = []
    for line in _lines("countries.tsv"):
        *codes, name = line.split("\t")
        concepts += [{"code": code, "display": name} for code in codes]
    return _system(COUNTRIES, concepts)


def currencies() -> CodeTable:
    """ISO 4217, current codes."""
    return _system(CURRENCIES, [{"code": code} for code in " ".join(_lines("currencies.txt")).split()])


def time_zones() -> CodeTable | None:
    """IANA's time zones as this machine has them; None where it has none."""
    from zoneinfo import available_timezones  # noqa: PLC0415 - reads a folder, and few resources name a zone

    names = available_timezones()
    return _system(TIME_ZONES, [{"code": name} for name in sorted(names)]) if names else None


@cache
def _subdivisions() -> dict[str, frozenset[str]]:
    rows = (line.partition(": ") for line in _lines("subdivisions.txt"))
    return {country: frozenset(parts.split()) for country, _, parts in rows}


class SubdivisionSystem:
    """ISO 3166-2: ``SE-AB``. Known codes are in; a new one of a known country cannot be told, the list changes yearly."""

    ignores_case = False
    _malformed = not_in("not a country and a subdivision such as SE-AB (ISO 3166-2)", "bad-syntax", SUBDIVISIONS)
    _unsure = cannot_tell(
        "the subdivision is not in the edition of ISO 3166-2 that is built in", "incomplete-system", SUBDIVISIONS
    )

    def lookup(self, code: str) -> Membership:
        """IN, NOT_IN for what cannot be one, CANNOT_TELL for a subdivision that this edition lacks."""
        match = _SUBDIVISION.fullmatch(code)
        if match is None or countries_known(match[1]) is False:
            return self._malformed
        return YES if match[2] in _subdivisions().get(match[1], ()) else self._unsure

    def select(self, entry: dict[str, Any]) -> Rule:
        """Subdivisions have no properties to filter by."""
        raise UnknownFilterError(f"subdivisions have no property '{entry.get('property')}'")


@cache
def _alpha_2() -> frozenset[str]:
    return frozenset(line[:2] for line in _lines("countries.tsv"))


def countries_known(code: str) -> bool:
    """True when `code` is an ISO 3166-1 alpha-2 code."""
    return code in _alpha_2()
