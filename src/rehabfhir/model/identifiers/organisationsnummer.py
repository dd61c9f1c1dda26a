"""Organisationsnummer: the Swedish organisation number, ten digits with a Luhn digit; python-stdnum does the reckoning.

>>> check("232100-0131")
()
>>> format("2321000131")
'232100-0131'
"""

from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.se import orgnr

from rehabfhir.findings import Issue
from rehabfhir.model.identifiers._shared import Parts, compact, finding

__all__ = ["KIND", "NAME", "OIDS", "SYSTEM", "check", "format", "normalise", "parse"]

KIND = "organisationsnummer"
NAME = "organisationsnummer"
SYSTEM = "urn:oid:2.5.4.97"
OIDS = ("2.5.4.97", "1.2.752.29.4.3")


def normalise(text: str) -> str:
    """Ten digits without separator; a leading 16, as in twelve-digit registers, is taken away."""
    number = compact(text)
    number = str(orgnr.compact(number)) if number.isascii() else number
    return number[2:] if len(number) == 12 and number.startswith("16") else number


def check(text: str) -> tuple[Issue, ...]:
    """What is wrong with the number: its shape or its check digit. Empty when it holds."""
    number = normalise(text)
    if not number.isascii():
        return finding(KIND, "an organisationsnummer has ten digits", text)
    try:
        orgnr.validate(number)
    except InvalidChecksum:
        return finding(KIND, "the organisationsnummer fails its check digit; correct it at the source", text)
    except ValidationError:
        return finding(KIND, "an organisationsnummer has ten digits", text)
    return ()


def format(text: str) -> str:  # noqa: A001 - one verb in every identifier module
    """The form for people, ``NNNNNN-NNNC``."""
    number = normalise(text)
    return str(orgnr.format(number)) if len(number) == 10 else number


def parse(text: str) -> Parts | None:
    """The number; None when it is not ten digits."""
    number = normalise(text)
    return Parts(value=number) if len(number) == 10 and number.isascii() and number.isdigit() else None
