"""Nationellt reservnummer (NRID): the national reserve number, twelve characters ``XXYYMMDDNNGC``.

XX is the century of birth plus a multiple of three (19 gives 22, 25 …; 20 gives 23, 26 …), 00 for an unknown date; NN
are letters without I, O, Q, V, W; G is a digit for a known sex, otherwise a letter; C is a check digit. How C is
reckoned is not established, so a number is never refused for it, and a deviating shape is a warning: numbers of local
formats are found under this system.

>>> check("98240301AA06")
()
>>> parse("22950606-FH20").birth_date
'1995-06-06'
"""

import re

from rehabfhir.findings import Issue
from rehabfhir.model.identifiers._shared import Parts, compact, day_exists, finding

__all__ = ["KIND", "NAME", "OIDS", "SYSTEM", "check", "format", "normalise", "parse"]

KIND = "nationellt-reservnummer"
NAME = "nationellt reservnummer"
SYSTEM = "http://electronichealth.se/identifier/nationelltReservnummer"
OIDS = ("1.2.752.74.9.1",)

_SHAPE = re.compile(r"(\d{8})-?([A-HJ-NPR-UX-Z]{2}[A-HJ-NPR-UX-Z\d]\d)", re.ASCII)


def normalise(text: str) -> str:
    """The stored form: twelve characters, capital letters, no separator."""
    number = compact(text)
    match = _SHAPE.fullmatch(number)
    return match[1] + match[2] if match else number


def check(text: str) -> tuple[Issue, ...]:
    """A warning when the shape is not that of a national reserve number; the check digit is not looked at."""
    if _SHAPE.fullmatch(compact(text)):
        return ()
    return finding(
        KIND,
        "not the format of a national reserve number, eight digits, two letters, a digit or letter, a digit; is it a regional one?",
        text,
        severity="warning",
    )


def format(text: str) -> str:  # noqa: A001 - one verb in every identifier module
    """The form for people, ``XXYYMMDD-NNGC``."""
    number = normalise(text)
    return f"{number[:8]}-{number[8:]}" if _SHAPE.fullmatch(number) else number


def parse(text: str) -> Parts | None:
    """Date and sex as far as the number tells them; None when it is not a national reserve number."""
    number = normalise(text)
    if not _SHAPE.fullmatch(number):
        return None
    born = None
    shift = int(number[:2])
    for century in ("19", "20"):
        if shift > int(century) and (shift - int(century)) % 3 == 0:
            born = day_exists(century + number[2:8])
    sex = number[10]
    return Parts(value=number, birth_date=born, sex=("male" if int(sex) % 2 else "female") if sex.isdigit() else None)
