"""Personnummer: the Swedish personal identity number, twelve digits ``YYYYMMDDNNNC``.

Stored with century and without separator (RIV-TA, https://rivta.se/); shown as ``YYMMDD-NNNC``, with ``+`` from the
year in which the holder turns 100 (folkbokföringslagen 1991:481, 18 §). C is the Luhn digit of YYMMDDNNN; the ninth of
those ten digits is odd for men and even for women. The date is that of registration and may differ from the birth date.

>>> normalise("19900222-2397")
'199002222397'
>>> check("199002222397")
()
>>> format("199002222397")
'900222-2397'
>>> parse("199002222397").birth_date
'1990-02-22'
"""

import re
from datetime import UTC, date, datetime

from rehabfhir.findings import Issue
from rehabfhir.model.identifiers._shared import Parts, compact, day_exists, finding, luhn_holds

__all__ = ["KIND", "NAME", "OIDS", "SYSTEM", "check", "format", "normalise", "parse"]

KIND = "personnummer"
NAME = "personnummer"
SYSTEM = "http://electronichealth.se/identifier/personnummer"
OIDS = ("1.2.752.129.2.1.3.1",)

_LONG = re.compile(r"(\d{8})[-+]?(\d{4})", re.ASCII)
_SHORT = re.compile(r"(\d{6})([-+]?)(\d{4})", re.ASCII)
_TEMPORARY = re.compile(r"\d{8}[PTF]\d{3}", re.ASCII)


def normalise(text: str, *, today: date | None = None) -> str:
    """The stored form: twelve digits. A number without century gets the latest one that is not in the future.

    Text of another shape comes back without its white space and is otherwise untouched.

    Args:
        text: the number as written.
        today: the day from which a missing century is reckoned; the current day when left out.
    """
    number = compact(text)
    match = _LONG.fullmatch(number)
    if match:
        return match[1] + match[2]
    match = _SHORT.fullmatch(number)
    if match is None:
        return number
    year = (today or datetime.now(tz=UTC).date()).year
    century = year // 100 - (int(match[1][:2]) > year % 100) - (match[2] == "+")
    return f"{century:02d}{match[1]}{match[3]}"


def check(text: str) -> tuple[Issue, ...]:
    """What is wrong with the number: its shape, its date or its check digit. Empty when it holds."""
    number = normalise(text)
    if _TEMPORARY.fullmatch(number):
        return finding(
            KIND,
            "a number with a letter in position 9 is temporary; its check digit has no known rule",
            text,
            severity="information",
        )
    if not _is_twelve_digits(number):
        return finding(
            KIND,
            "a personnummer has 12 digits, YYYYMMDDNNNC; correct it, or give the system of another identifier",
            text,
        )
    if day_exists(number) is None:
        return finding(KIND, "a personnummer begins with a day that exists; this one does not", text)
    if not luhn_holds(number[2:]):
        return finding(KIND, "the personnummer fails its check digit; correct it at the source", text)
    return ()


def format(text: str, *, today: date | None = None) -> str:  # noqa: A001 - one verb in every identifier module
    """The form for people, ``YYMMDD-NNNC``, with ``+`` from the year in which the holder turns 100."""
    number = normalise(text, today=today)
    if not _is_twelve_digits(number):
        return number
    year = (today or datetime.now(tz=UTC).date()).year
    return f"{number[2:8]}{'+' if year - int(number[:4]) >= 100 else '-'}{number[8:]}"


def parse(text: str) -> Parts | None:
    """Date and sex as the number tells them; None when it is not a personnummer. The check digit is not looked at."""
    number = normalise(text)
    born = day_exists(number) if _is_twelve_digits(number) else None
    if born is None:
        return None
    return Parts(value=number, birth_date=born, sex="male" if int(number[10]) % 2 else "female")


def _is_twelve_digits(number: str) -> bool:
    return len(number) == 12 and number.isascii() and number.isdigit()
