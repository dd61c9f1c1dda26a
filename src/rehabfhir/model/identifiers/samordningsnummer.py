"""Samordningsnummer: the co-ordination number of those who are not registered in Sweden, a personnummer with 60 added to the day.

Same length, separators and check digit as a personnummer. The day may be unknown in part.

>>> check("196109732393")
()
>>> parse("196109732393").birth_date
'1961-09-13'
"""

import re
from datetime import date

from rehabfhir.findings import Issue
from rehabfhir.model.identifiers import personnummer
from rehabfhir.model.identifiers._shared import Parts, day_exists, finding, luhn_holds

__all__ = ["KIND", "NAME", "OIDS", "SYSTEM", "check", "format", "normalise", "parse"]

KIND = "samordningsnummer"
NAME = "samordningsnummer"
SYSTEM = "http://electronichealth.se/identifier/samordningsnummer"
OIDS = ("1.2.752.129.2.1.3.3",)

_SHAPE = re.compile(r"\d{4}(?:0\d|1[0-2])(?:[6-8]\d|9[01])\d{4}", re.ASCII)


def normalise(text: str, *, today: date | None = None) -> str:
    """The stored form: twelve digits; see `personnummer.normalise`."""
    return personnummer.normalise(text, today=today)


def check(text: str) -> tuple[Issue, ...]:
    """What is wrong with the number: its shape or its check digit. Empty when it holds."""
    number = normalise(text)
    if not _SHAPE.fullmatch(number):
        return finding(
            KIND,
            "a samordningsnummer has 12 digits with 60 added to the day; correct it, or give the system of another identifier",
            text,
        )
    if not luhn_holds(number[2:]):
        return finding(KIND, "the samordningsnummer fails its check digit; correct it at the source", text)
    return ()


def format(text: str, *, today: date | None = None) -> str:  # noqa: A001 - one verb in every identifier module
    """The form for people, ``YYMMDD-NNNC``."""
    return personnummer.format(text, today=today)


def parse(text: str) -> Parts | None:
    """Date and sex as the number tells them; None when it is not a samordningsnummer."""
    number = normalise(text)
    if not _SHAPE.fullmatch(number):
        return None
    born = day_exists(f"{number[:6]}{int(number[6:8]) - 60:02d}")
    return Parts(value=number, birth_date=born, sex="male" if int(number[10]) % 2 else "female")
