"""LMA-nummer: the number on an asylum seeker's card (lagen om mottagande av asylsökande), eight digits and sometimes a ninth.

Written ``NN-NNNNNN`` or ``NN-NNNNNN/N``, the digit after the stroke being the family member. No check digit is known.

>>> normalise("50-123456/1")
'501234561'
>>> format("501234561")
'50-123456/1'
"""

import re

from rehabfhir.findings import Issue
from rehabfhir.model.identifiers._shared import Parts, compact, finding

__all__ = ["KIND", "NAME", "OIDS", "SYSTEM", "check", "format", "normalise", "parse"]

KIND = "lma-nummer"
NAME = "LMA-nummer"
SYSTEM = "http://electronichealth.se/identifier/LMA-nummer"
OIDS = ()

_SHAPE = re.compile(r"(\d{2})-?(\d{6})(?:/?(\d))?", re.ASCII)


def normalise(text: str) -> str:
    """The digits alone; text of another shape without its white space."""
    number = compact(text)
    match = _SHAPE.fullmatch(number)
    return "".join(part for part in match.groups() if part) if match else number


def check(text: str) -> tuple[Issue, ...]:
    """A warning when it does not look like the number on an LMA card."""
    if _SHAPE.fullmatch(compact(text)):
        return ()
    return finding(
        KIND,
        "an LMA-nummer has eight digits, NN-NNNNNN, and perhaps a ninth for the family member",
        text,
        severity="warning",
    )


def format(text: str) -> str:  # noqa: A001 - one verb in every identifier module
    """The form on the card."""
    number = normalise(text)
    if not number.isdigit() or len(number) not in {8, 9}:
        return number
    return f"{number[:2]}-{number[2:8]}" + (f"/{number[8]}" if len(number) == 9 else "")


def parse(text: str) -> Parts | None:
    """The number; None when it does not look like one."""
    return Parts(value=normalise(text)) if _SHAPE.fullmatch(compact(text)) else None
