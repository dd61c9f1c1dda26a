"""What KVÅ is made of: editions, codes, and what is to be said of a code on a day."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from rehabfhir.terminology.kva_rules import rules

__all__ = ["Edition", "KvaCheck", "KvaCode", "Status", "icf_chapter", "is_shaped", "part_of", "title_of"]

Status = Literal["reportable", "heading", "outdated", "not-yet", "unknown", "not-kva", "cannot-tell"]

_INFORMATION = re.compile(r"\s*\(i\)\s*$", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")


def title_of(raw: str) -> str:
    """A title without the ``(i)`` that marks codes with a description, and with single spaces."""
    return " ".join(_INFORMATION.sub("", raw).split())


def is_shaped(code: str) -> bool:
    """True when `code` has the shape of a national KVÅ code, with or without the two characters that some have more."""
    return rules().shape.fullmatch(code) is not None


def icf_chapter(code: str) -> str | None:
    """The ICF chapter that a KMÅ code of the sections P (assessment) and Q (intervention) belongs to; None for others.

    Decided by shape: ``QAA10`` is a surgical code.
    """
    known = rules()
    if known.kma.fullmatch(code[:5]) is None or code[0] not in known.icf_first:
        return None
    return known.icf_chapters.get(code[1])


def part_of(code: str) -> str | None:
    """``KKÅ`` (surgical) or ``KMÅ`` (medical) by the code's shape; None when it has neither."""
    known = rules()
    return "KKÅ" if known.kka.fullmatch(code[:5]) else "KMÅ" if known.kma.fullmatch(code[:5]) else None


@dataclass(frozen=True, slots=True)
class Edition:
    """One list of codes.

    Attributes:
        name: the year that it is for, for instance ``2026``, or the name of a regional list.
        source: file or page that it came from.
        valid_from: first day.
        valid_to: last day; the last of the year for a national edition.
        whole: True when it lists every code of the parts (KKÅ, KMÅ) that it has codes of, so that a code that it lacks does
            not exist.
        region: the region whose own codes these are; None for national ones.
        codes: the codes, in the order of the file.
        raw_titles: the titles as published, one a code.
        texts: column -> code -> text, for the columns that were filled in (description, includes, excludes, icf, parent ...).
        sources: code -> its own source, where it is not the edition's.
    """

    name: str
    source: str
    valid_from: date
    valid_to: date | None
    whole: bool
    region: str | None
    codes: Sequence[str]
    raw_titles: Sequence[str]
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    index: dict[str, int] = field(init=False, repr=False, compare=False)
    _parts: frozenset[str | None] | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", dict(zip(self.codes, range(len(self.codes)), strict=True)))

    def __len__(self) -> int:
        return len(self.codes)

    def is_whole_for(self, code: str) -> bool:
        """True when a code of this shape that the edition lacks does not exist in it."""
        return self.whole and part_of(code) in self.parts

    @property
    def parts(self) -> frozenset[str | None]:
        """The parts of KVÅ that it has codes of."""
        if self._parts is None:
            object.__setattr__(self, "_parts", frozenset(map(part_of, self.codes)))
        assert self._parts is not None  # noqa: S101 - set just above
        return self._parts

    def covers(self, day: date) -> bool:
        """True when the edition is in force on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def code(self, code: str) -> "KvaCode | None":
        """The code as this edition has it."""
        at = self.index.get(code)
        if at is None:
            return None
        texts = {column: listed[code] for column, listed in self.texts.items() if code in listed}
        raw = self.raw_titles[at]
        return KvaCode(code, title_of(raw), raw, self.name, self.sources.get(code, self.source), self.region, texts)


@dataclass(frozen=True, slots=True)
class KvaCode:
    """One code of one edition.

    Attributes:
        code: the code.
        title: its title, without ``(i)``.
        raw_title: its title as published.
        edition: the edition that it was read from.
        source: where that edition came from.
        region: the region whose own code it is; None for a national one.
        texts: further columns of the edition (description, includes, excludes, icf, parent ...).
    """

    code: str
    title: str
    raw_title: str
    edition: str
    source: str
    region: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_heading(self) -> bool:
        """True for a code that groups others and is not reported itself."""
        return self.region is None and rules().is_heading(self.code)

    @property
    def part(self) -> str | None:
        """``KKÅ`` (surgical), ``KMÅ`` (medical), or None for a heading of three letters and for regional codes."""
        return part_of(self.code)

    def day(self, column: str) -> date | None:
        """The day in a column of the edition (``from`` or ``to``), where the file gives one for the code itself."""
        match = _DAY.match(self.texts.get(column, ""))
        try:
            return date(int(match[1]), int(match[2]), int(match[3])) if match else None
        except ValueError:
            return None

    @property
    def icf_chapter(self) -> str | None:
        """The ICF chapter of its section."""
        return icf_chapter(self.code)


@dataclass(frozen=True, slots=True)
class KvaCheck:
    """What is to be said of a code on a day.

    Attributes:
        status: ``reportable``; ``heading``; ``outdated`` (was valid); ``not-yet`` (valid later); ``unknown`` (the whole
            list of that day lacks it); ``not-kva`` (not the shape of a national code, and no regional list has it);
            ``cannot-tell`` (the lists at hand do not decide).
        code: the code as looked up: upper case, five characters of the seven that some have.
        message: the same in a sentence.
        known: the code's entry, where one was found.
        successor: the code that replaces it.
    """

    status: Status
    code: str
    message: str
    known: KvaCode | None = None
    successor: str | None = None
