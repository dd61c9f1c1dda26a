"""HSA-id: the identifier of staff, units and care givers in the HSA catalogue, ``SE`` + organisation number + ``-`` + own part.

FHIR profiles and RIV-TA know it under two OIDs; both are read. Older identifiers and those in certificates deviate, so
a deviation is a warning.

>>> check("SE2321000131-E000000012345")
()
>>> parse("SE2321000131-E000000012345").owner
'2321000131'
"""

import re

from rehabfhir.findings import Issue
from rehabfhir.model.identifiers._shared import Parts, finding, luhn_holds

__all__ = ["KIND", "NAME", "OIDS", "SYSTEM", "check", "format", "normalise", "parse"]

KIND = "hsa-id"
NAME = "HSA-id"
SYSTEM = "urn:oid:1.2.752.29.4.19"
OIDS = ("1.2.752.29.4.19", "1.2.752.129.2.1.4.1")
_LONGEST = 31

_SHAPE = re.compile(r"SE(\d{10})-[A-Za-z0-9]+", re.ASCII)


def normalise(text: str) -> str:
    """The identifier without white space around it; capital and small letters are kept apart."""
    return text.strip()


def check(text: str) -> tuple[Issue, ...]:
    """Warnings about shape, length and the organisation number inside."""
    value = normalise(text)
    match = _SHAPE.fullmatch(value)
    if match is None:
        return finding(
            KIND, "an HSA-id is SE, ten digits, a hyphen and letters A-Z or digits", text, severity="warning"
        )
    if len(value) > _LONGEST:
        return finding(KIND, f"an HSA-id has at most {_LONGEST} characters", text, severity="warning")
    if not luhn_holds(match[1]):
        return finding(
            KIND, "the organisation number inside the HSA-id fails its check digit", text, severity="warning"
        )
    return ()


def format(text: str) -> str:  # noqa: A001 - one verb in every identifier module
    """The identifier as it is stored; it has no other form for people."""
    return normalise(text)


def parse(text: str) -> Parts | None:
    """The identifier and the organisation number inside; None when it is not of the HSA form."""
    value = normalise(text)
    match = _SHAPE.fullmatch(value)
    return Parts(value=value, owner=match[1]) if match else None
