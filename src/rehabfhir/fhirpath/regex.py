"""Regular expressions of FHIRPath's `matches`, `matchesFull` and `replaceMatches`."""

import re
from functools import lru_cache

from rehabfhir.fhirpath.env import Run
from rehabfhir.fhirpath.errors import FhirPathTypeError

__all__ = ["fullmatch", "replace", "search"]


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.DOTALL)
    except (re.error, OverflowError, RecursionError) as error:
        raise FhirPathTypeError(f"a regular expression cannot be read: {error}") from None


def search(pattern: str, text: str, run: Run) -> bool:
    """Whether the pattern is found anywhere in the text."""
    run.charge(len(text) // 64)
    return _compiled(pattern).search(text) is not None


def fullmatch(pattern: str, text: str, run: Run) -> bool:
    """Whether the pattern covers the whole text."""
    run.charge(len(text) // 64)
    return _compiled(pattern).fullmatch(text) is not None


def replace(pattern: str, text: str, substitution: str, run: Run) -> str:
    """The text with every match replaced."""
    run.charge(len(text) // 64)
    return _compiled(pattern).sub(substitution, text)
