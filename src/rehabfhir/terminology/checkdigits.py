"""SNOMED CT and LOINC: their content is not here, but their identifiers carry a check digit that decides what cannot be one."""

import re
from typing import Any, Final

from rehabfhir.terminology.answers import Membership, cannot_tell, not_in
from rehabfhir.terminology.filters import UnknownFilterError
from rehabfhir.terminology.parts import Rule

__all__ = ["LOINC", "M49", "SNOMED_CT", "AreaSystem", "LoincSystem", "SnomedSystem", "is_loinc_number", "is_sctid"]

SNOMED_CT: Final = "http://snomed.info/sct"
LOINC: Final = "http://loinc.org"
M49: Final = "http://unstats.un.org/unsd/methods/m49/m49.htm"

# Verhoeff's tables: https://confluence.ihtsdotools.org/display/DOCRELFMT/5.5+Check-digit
_DIHEDRAL: Final = tuple(
    tuple((a + b) % 5 if b < 5 else (a + b) % 5 + 5 for b in range(10))
    if a < 5
    else tuple((a - b) % 5 + 5 if b < 5 else (a - b) % 5 for b in range(10))
    for a in range(10)
)
_PERMUTATION: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_SCTID: Final = re.compile(r"[1-9]\d{5,17}", re.ASCII)
_LOINC_NUMBER: Final = re.compile(r"(\d{1,7})-(\d)", re.ASCII)
_LOINC_OTHER: Final = re.compile(r"(?:LA|LP|LL|LG|MTHU)\d{1,8}(?:-\d)?", re.ASCII)
_EXPRESSION: Final = re.compile(r"[\s|:+={}<>^(),]")
_POSITIONS: Final = 8


def _permuted(digit: int, times: int) -> int:
    for _ in range(times):
        digit = _PERMUTATION[digit]
    return digit


_ROUNDS: Final = tuple(tuple(_permuted(digit, position) for digit in range(10)) for position in range(_POSITIONS))


def is_sctid(code: str) -> bool:
    """True when `code` has the form of a SNOMED CT identifier: 6 to 18 digits with Verhoeff's check digit."""
    if _SCTID.fullmatch(code) is None:
        return False
    check = 0
    for position, digit in enumerate(reversed(code)):
        check = _DIHEDRAL[check][_ROUNDS[position % _POSITIONS][int(digit)]]
    return check == 0


def is_loinc_number(code: str) -> bool:
    """True when `code` has the form of a LOINC number: up to 7 digits, a hyphen, a mod-10 (Luhn) check digit."""
    match = _LOINC_NUMBER.fullmatch(code)
    if match is None:
        return False
    total = 0
    for position, text in enumerate(reversed(match[1])):
        doubled = int(text) * (2 if position % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return (10 - total % 10) % 10 == int(match[2])


class _Registered:
    """A system whose content is elsewhere and whose identifiers can be checked for form alone."""

    ignores_case = False
    name = ""
    url = ""

    def __init__(self) -> None:
        self._malformed = not_in(
            f"the code has not the form of a {self.name} code (length or check digit)", "bad-syntax", self.url
        )
        self._unknown = cannot_tell(
            f"the form is right; the content of {self.name} is not loaded", "unknown-system", self.url
        )

    def well_formed(self, code: str) -> bool:
        """True when the code may be one of this system."""
        raise NotImplementedError

    def lookup(self, code: str) -> Membership:
        """NOT_IN for what cannot be a code, CANNOT_TELL for all else."""
        return self._unknown if self.well_formed(code) else self._malformed

    def select(self, entry: dict[str, Any]) -> Rule:
        """Filters need the content."""
        raise UnknownFilterError(
            f"a filter on {entry.get('property')} needs the content of {self.name}, which is not loaded"
        )


class SnomedSystem(_Registered):
    """SNOMED CT; post-coordinated expressions are let through."""

    name = "SNOMED CT"
    url = SNOMED_CT

    def well_formed(self, code: str) -> bool:
        """An identifier with a right check digit, or an expression."""
        return is_sctid(code) or _EXPRESSION.search(code.strip()) is not None


class LoincSystem(_Registered):
    """LOINC numbers, and the codes of parts, answers and groups (whose check digits have no published rule)."""

    name = "LOINC"
    url = LOINC

    def well_formed(self, code: str) -> bool:
        """A LOINC number with a right check digit, or the code of a part, answer, list or group."""
        return is_loinc_number(code) or _LOINC_OTHER.fullmatch(code) is not None


class AreaSystem(_Registered):
    """Areas of the world as the United Nations number them (M49): three digits (https://unstats.un.org/unsd/methodology/m49/)."""

    name = "UN M49"
    url = M49

    def well_formed(self, code: str) -> bool:
        """Three digits."""
        return len(code) == 3 and code.isascii() and code.isdigit()

    def select(self, _entry: dict[str, Any]) -> Rule:
        """Whichever areas a filter takes, a code without the form of one is not among them."""
        return self.lookup
