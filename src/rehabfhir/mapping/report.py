"""A line for one source: what it holds, what became of its leaves, and whether it comes back as it was."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehabfhir.findings import Issue
from rehabfhir.mapping.api import from_fhir, to_fhir
from rehabfhir.mapping.sources import read_source

__all__ = ["Restoration", "restoration"]


@dataclass(frozen=True, slots=True)
class Restoration:
    """What one source gave.

    Attributes:
        roots: how many plans, assessments and procedures were read from it.
        leaves: how many leaves it has.
        mapped: of these, how many the values hold.
        kept: how many the rest holds.
        dropped: how many a row leaves out on purpose.
        restored: whether value and rest together give the source back to the letter.
        issues: the findings.
    """

    roots: int
    leaves: int
    mapped: int
    kept: int
    dropped: int
    restored: bool
    issues: tuple[Issue, ...]


def restoration(source: Any, *, overlays: Iterable[Path | str] = ()) -> Restoration:
    """Read `source`, write it again from value and rest, and compare. `source` as for `from_fhir`.

    Raises:
        MisuseError: `source` is nothing that `from_fhir` takes.
    """
    overlays = tuple(overlays)
    tree = read_source(source)[0]
    outcome = from_fhir(source, overlays=overlays)
    if tree is None or outcome.rest is None or outcome.loss is None:
        return Restoration(0, 0, 0, 0, 0, restored=False, issues=outcome.issues)
    loss = outcome.loss
    restored = _same(to_fhir(outcome.values, rest=outcome.rest, overlays=overlays), tree)
    return Restoration(
        len(outcome.values), loss.leaves, loss.mapped, loss.kept, loss.dropped, restored=restored, issues=outcome.issues
    )


def _same(one: Any, other: Any) -> bool:
    """Equal to the letter: 1 is not true, and 1.10 is not 1.1."""
    work = [(one, other)]
    while work:
        here, there = work.pop()
        if type(here) is not type(there):
            return False
        if type(here) is dict:
            if here.keys() != there.keys():
                return False
            work.extend((value, there[key]) for key, value in here.items())
        elif type(here) is list:
            if len(here) != len(there):
                return False
            work.extend(zip(here, there, strict=True))
        elif here != there or str(here) != str(there):
            return False
    return True
