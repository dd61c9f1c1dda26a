"""What is known of KVÅ beside its lists: shapes, headings, ICF chapters, successions, exclusions (`data/kva/rules.toml`)."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from rehabfhir.terminology import datafiles

__all__ = ["Replaced", "Rules", "rules"]


@dataclass(frozen=True, slots=True)
class Replaced:
    """A code and its successor.

    Attributes:
        by: the code to use instead.
        valid_from: first day of the successor.
        source: where that is said.
    """

    by: str
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules, ready to use.

    Attributes:
        kka: shape of a surgical code.
        kma: shape of a medical code.
        shape: shape of any national code, of five or seven characters.
        heading: shape of a heading.
        reported_headings: headings that may be reported after all.
        icf_first: first letters of the sections that follow ICF.
        icf_chapters: second letter -> ICF chapter.
        introduced: code -> first day, where a source gives it.
        replaced: code -> its successor.
        exclusive: (code, code, reason) of pairs that must not stand together.
    """

    kka: re.Pattern[str]
    kma: re.Pattern[str]
    shape: re.Pattern[str]
    heading: re.Pattern[str]
    reported_headings: frozenset[str]
    icf_first: frozenset[str]
    icf_chapters: Mapping[str, str]
    introduced: Mapping[str, date]
    replaced: Mapping[str, Replaced]
    exclusive: tuple[tuple[str, str, str], ...]

    def is_heading(self, code: str) -> bool:
        """True for a code that groups others and is not reported itself."""
        return self.heading.fullmatch(code) is not None and code not in self.reported_headings


@cache
def rules() -> Rules:
    """The rules of the data file."""
    document: dict[str, Any] = tomllib.loads(datafiles.text("kva/rules.toml"))
    shape, heading, icf = document["shape"], document["heading"], document["icf"]
    return Rules(
        kka=re.compile(shape["kka"]),
        kma=re.compile(shape["kma"]),
        shape=re.compile(f"(?:{shape['kka']}|{shape['kma']})(?:{shape['more']})?"),
        heading=re.compile(heading["pattern"]),
        reported_headings=frozenset(heading["reportable"]),
        icf_first=frozenset(icf["first"]),
        icf_chapters=icf["chapters"],
        introduced={entry["code"]: entry["from"] for entry in document["introduced"]},
        replaced={
            entry["code"]: Replaced(entry["by"], entry["from"], entry["source"]) for entry in document["replaced"]
        },
        exclusive=tuple((*sorted(entry["codes"]), entry["reason"]) for entry in document["exclusive"]),
    )
