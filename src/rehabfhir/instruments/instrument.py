"""What an instrument is: items with answer ranges, scales with scoring rules, bands with sources. Values, made by `load`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from rehabfhir.model.vocabulary import BASE

__all__ = [
    "SCORE_SYSTEM",
    "Band",
    "Coded",
    "Group",
    "Instrument",
    "Item",
    "Licence",
    "Mid",
    "Option",
    "Scale",
    "Vector",
    "Watch",
]

SCORE_SYSTEM = f"{BASE}/CodeSystem/instrument-score"
"""Code system of the scales: ``<instrument>.<scale>``, for instance ``phq-9.total``."""

Better = Literal["high", "low", "none"]


@dataclass(frozen=True, slots=True)
class Coded:
    """A code in a code system."""

    system: str
    code: str


@dataclass(frozen=True, slots=True)
class Option:
    """An answer that may be given as a code: the code and the number that it stands for."""

    value: int
    system: str
    code: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question.

    Attributes:
        id: its linkId.
        least: smallest answer.
        most: largest answer.
        also: other linkIds that forms use for it.
        code: its code, if it has one.
        unit: UCUM unit of the answer, for a measurement.
        decimal: True when the answer need not be a whole number.
        optional: True when the form may lack it.
        text: the question, only where the licence allows or from the user's own file.
    """

    id: str
    least: int
    most: int
    also: tuple[str, ...] = ()
    code: Coded | None = None
    unit: str | None = None
    decimal: bool = False
    optional: bool = False
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """What a score from `least` to `most` is called, and by whom."""

    least: float
    most: float
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Mid:
    """The smallest change that matters, and who says so."""

    value: float
    source: str


@dataclass(frozen=True, slots=True)
class Scale:
    """One score.

    Attributes:
        id: its id within the instrument.
        title: its name.
        rule: name of the scoring rule, see `rehabfhir.instruments.rules`.
        items: ids of its items.
        reverse: ids of the items whose answers count turned round.
        scales: ids of the scales that it is made of.
        turn: ids of those among them that count turned round (100 - score).
        invert: True when a high answer gives a low score.
        of: the scale that an index is looked up by.
        at_least: share of the items (or scales) that must be answered, that share included.
        more_than: the same, that share not included; one of the two is given.
        least: smallest score, where the scale has one.
        most: largest score.
        better: whether a high or a low score is good; ``none`` when neither.
        decimals: digits kept after the point.
        unit: UCUM unit.
        codes: codes of the score in public code systems.
        bands: what ranges of the score are called.
        mid: the smallest change that matters.
        source: who gives the rule.
    """

    id: str
    title: str
    rule: str
    items: tuple[str, ...] = ()
    reverse: frozenset[str] = frozenset()
    scales: tuple[str, ...] = ()
    turn: frozenset[str] = frozenset()
    invert: bool = False
    of: str = ""
    at_least: float | None = None
    more_than: float | None = None
    least: float | None = None
    most: float | None = None
    better: Better = "none"
    decimals: int = 2
    unit: str = ""
    codes: tuple[Coded, ...] = ()
    bands: tuple[Band, ...] = ()
    mid: Mid | None = None
    source: str = ""

    def enough(self, answered: int, of: int) -> bool:
        """Whether so many answers of so many are enough to score."""
        share = answered / of if of else 0.0
        return (
            share > self.more_than if self.more_than is not None else share >= (self.at_least or 0.0) and answered > 0
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Items that stand together in the form, under a linkId of their own."""

    id: str
    title: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """An answer that must be looked at whatever the score."""

    item: str
    least: int
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Licence:
    """On what terms the instrument may be used.

    Attributes:
        kind: ``free``, ``registration``, ``permission`` or ``unknown``.
        texts: True when the item texts may be shipped.
        text: the terms in short.
        source: where they stand.
    """

    kind: Literal["free", "registration", "permission", "unknown"]
    texts: bool
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Vector:
    """Answers with the scores that a source gives for them; None for a score that is missing."""

    answers: Mapping[str, int]
    expect: Mapping[str, float | str | None]
    source: str


@dataclass(frozen=True)
class Instrument:
    """An instrument, without its texts.

    Attributes:
        id: short name, for instance ``phq-9``.
        title: name in full.
        version: edition, if it has one.
        also: other names and canonicals that it goes by.
        recall: the time that the questions are about.
        source: where items, ranges and rules come from.
        licence: terms of use.
        codes: codes of the instrument as a whole.
        items: its questions, in order.
        options: answers that may be given as codes.
        groups: items that stand together in the form; none when the form is flat.
        scales: its scores, in order; a scale made of others comes after them.
        watches: answers that must be looked at.
        vectors: test vectors.
        example: True for an example that only shows the form of a file.
    """

    id: str
    title: str
    licence: Licence
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    version: str | None = None
    also: tuple[str, ...] = ()
    recall: str = ""
    source: str = ""
    codes: tuple[Coded, ...] = ()
    options: tuple[Option, ...] = ()
    groups: tuple[Group, ...] = ()
    watches: tuple[Watch, ...] = ()
    vectors: tuple[Vector, ...] = field(default=(), repr=False)
    example: bool = False

    @property
    def url(self) -> str:
        """Canonical of the Questionnaire that is made of it."""
        return f"{BASE}/Questionnaire/{self.id}"

    @cached_property
    def by_link(self) -> Mapping[str, Item]:
        """Every linkId that is understood -> its item: ids, other ids, codes, and codes as LHC-Forms writes them."""
        found: dict[str, Item] = {item.id: item for item in self.items}
        for item in self.items:
            more = [*item.also]
            if item.code is not None:
                more += [item.code.code, f"/{item.code.code}"]
            for name in more:
                found.setdefault(name, item)
        return found

    @cached_property
    def by_scale(self) -> Mapping[str, Scale]:
        """Scale id -> scale."""
        return {scale.id: scale for scale in self.scales}

    def score_code(self, scale: str) -> str:
        """The code of one of its scores in `SCORE_SYSTEM`."""
        return f"{self.id}.{scale}"
