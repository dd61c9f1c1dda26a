"""What the identifier modules share: the parsed form, the findings, the check digit."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from stdnum import luhn

from rehabfhir.findings import Issue, Severity

__all__ = ["Parts", "compact", "day_exists", "finding", "luhn_holds", "urn"]

_SPACES = str.maketrans("", "", " \t\r\n\u00a0\u2009")
_DASHES = str.maketrans("\u2010\u2011\u2012\u2013\u2212", "-----")


@dataclass(frozen=True, slots=True)
class Parts:
    """What an identifier says about its holder, as far as its format tells.

    Attributes:
        value: the identifier in its stored form.
        birth_date: FHIR date, or None when the identifier does not tell it.
        sex: as the number's own digit or letter says; None when it does not. Never a statement about a person's gender.
        owner: organisation number inside an HSA-id; else None.
    """

    value: str
    birth_date: str | None = None
    sex: Literal["male", "female"] | None = None
    owner: str | None = None


def finding(kind: str, problem: str, value: str, *, severity: Severity = "error") -> tuple[Issue, ...]:
    """One finding about an identifier; the identifier itself stays in `Issue.value`."""
    return (Issue(severity=severity, code="value", message=problem, rule=f"identifier-{kind}", value=value),)


def compact(text: str) -> str:
    """`text` without white space, every kind of dash a hyphen, letters in upper case."""
    return text.translate(_SPACES).translate(_DASHES).upper()


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it (modulus 10, weights 2 and 1)."""
    return bool(luhn.is_valid(digits))


def day_exists(digits: str) -> str | None:
    """The FHIR date that eight digits spell, None when there is no such day."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).isoformat()
    except ValueError:
        return None


def urn(oid: str) -> str:
    """The URI form of an OID."""
    return f"urn:oid:{oid}"
