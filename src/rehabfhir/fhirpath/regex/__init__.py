"""Regular expressions of FHIRPath's `matches`, `matchesFull` and `replaceMatches`, which no pattern can hang.

Python's ``re`` answers where its cost is known to be small; everything else runs on an automaton in linear time.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rehabfhir.fhirpath.env import Run
from rehabfhir.fhirpath.errors import FhirPathLimit, FhirPathTypeError

if TYPE_CHECKING:
    from rehabfhir.fhirpath.regex._automaton import Automaton
    from rehabfhir.fhirpath.regex._syntax import Pattern

__all__ = ["fullmatch", "quick", "replace", "search"]

_FLAGS = re.DOTALL | re.ASCII
_WORK = 3_000_000
_LONGEST_PATTERN = 5_000
_REFERENCE = re.compile(r"\\(.)|\$(?:(\d)|\{(\w+)\})|\\", re.DOTALL)


class _Compiled(NamedTuple):
    pattern: "Pattern"
    python: re.Pattern[str] | None
    limit: int


@lru_cache(maxsize=512)
def _compiled(text: str) -> _Compiled:
    if len(text) > _LONGEST_PATTERN:
        raise FhirPathTypeError(f"a regular expression is longer than {_LONGEST_PATTERN} characters")
    from rehabfhir.fhirpath.regex._syntax import read  # noqa: PLC0415 - only for expressions with a pattern

    pattern = read(text)
    if pattern.python is None:
        return _Compiled(pattern, None, -1)
    try:
        python = re.compile(pattern.python, _FLAGS)
    except (re.error, OverflowError, RecursionError) as error:
        raise FhirPathTypeError(f"a regular expression cannot be read: {error}") from None
    limit = -1 if pattern.nested else int((_WORK / pattern.ways) ** (1 / (pattern.loops + 1)))
    return _Compiled(pattern, python, limit)


@lru_cache(maxsize=128)
def _linear(text: str) -> "Automaton":
    from rehabfhir.fhirpath.regex._automaton import Automaton  # noqa: PLC0415 - only for the few patterns that re may not run

    return Automaton(_compiled(text).pattern.tree)


def quick(text: str, *, whole: bool) -> tuple[Callable[[str], object], int] | None:
    """The bare match function of a pattern and the length of text up to which it is safe; None when there is none."""
    try:
        found = _compiled(text)
    except FhirPathTypeError:
        return None
    if found.python is None or found.limit < 1:
        return None
    return (found.python.fullmatch if whole else found.python.search), found.limit


def _matches(pattern: str, text: str, run: Run, *, whole: bool) -> bool:
    found = _compiled(pattern)
    run.charge(1 + len(text) // 64)
    if found.python is not None and len(text) <= found.limit:
        return (found.python.fullmatch(text) if whole else found.python.search(text)) is not None
    if found.pattern.opaque and not found.pattern.nested:
        raise FhirPathLimit("characters of text for this regular expression", found.limit)
    return _linear(pattern).matches(text, run, whole=whole)


def search(pattern: str, text: str, run: Run) -> bool:
    """Whether the pattern is found anywhere in the text.

    Raises:
        FhirPathTypeError: when the pattern cannot be read, or may take for ever.
        FhirPathLimit: when the text is too long for it.
    """
    return _matches(pattern, text, run, whole=False)


def fullmatch(pattern: str, text: str, run: Run) -> bool:
    """Whether the pattern covers the whole text; errors as for `search`."""
    return _matches(pattern, text, run, whole=True)


def replace(pattern: str, text: str, substitution: str, run: Run) -> str:
    """The text with every match replaced; ``$1`` and ``${name}`` stand for groups. Errors as for `search`."""
    found = _compiled(pattern)
    run.charge(1 + len(text) // 16)
    if found.python is None or found.limit < 0:
        raise FhirPathTypeError("replaceMatches(): the regular expression may take for ever")
    if len(text) > found.limit:
        raise FhirPathLimit("characters of text for this regular expression", found.limit)
    try:
        return found.python.sub(_REFERENCE.sub(_python_reference, substitution), text)
    except (re.error, IndexError) as error:
        raise FhirPathTypeError(f"replaceMatches(): {error}") from None


def _python_reference(match: re.Match[str]) -> str:
    if match[2] or match[3]:
        return f"\\g<{match[2] or match[3]}>"
    char = match[1] or "\\"
    return "\\\\" if char == "\\" else char
