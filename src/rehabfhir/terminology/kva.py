"""KVÅ, the Swedish classification of care measures (Klassifikation av vårdåtgärder): look-up, checks, search.

>>> lookup("AW020").title
'Upprättande av rehabiliteringsplan'
>>> check("PD000").status
'heading'
>>> replaced_by("DV093")
'AW020'
>>> icf_chapter("QM015"), icf_chapter("QAA10")
('d4', None)
"""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any

from rehabfhir.terminology.answers import YES, Membership, cannot_tell, not_in
from rehabfhir.terminology.filters import UnknownFilterError
from rehabfhir.terminology.kva_rules import Rules, rules
from rehabfhir.terminology.kva_types import (
    Edition,
    KvaCheck,
    KvaCode,
    Status,
    icf_chapter,
    is_shaped,
    part_of,
    title_of,
)
from rehabfhir.terminology.parts import Rule
from rehabfhir.terminology.systems import named

__all__ = [
    "Edition",
    "Kva",
    "KvaCheck",
    "KvaCode",
    "KvaSystem",
    "Status",
    "catalogue",
    "check",
    "icf_chapter",
    "is_reportable",
    "is_shaped",
    "lookup",
    "replaced_by",
    "search",
    "title_of",
]


class Kva:
    """Several editions side by side, national and regional.

    Args:
        editions: in any order; where two hold the same code, the one in force on the day asked for wins, then the newest.
    """

    def __init__(self, editions: Iterable[Edition]) -> None:
        listed = sorted(editions, key=lambda edition: (edition.valid_from, edition.whole))
        self.national = tuple(edition for edition in listed if edition.region is None)
        self.regional = tuple(edition for edition in listed if edition.region is not None)
        self.rules: Rules = rules()

    @property
    def editions(self) -> tuple[Edition, ...]:
        """Every edition, national ones first, oldest first."""
        return self.national + self.regional

    def _entries(self, code: str, on: date | None) -> Iterator[KvaCode]:
        """Entries of the code, the best first: in force on the day, then newest."""
        for group in (self.national, self.regional):
            order = sorted(
                group, key=lambda edition: (on is not None and edition.covers(on), edition.valid_from), reverse=True
            )
            for edition in order:
                found = edition.code(code)
                if found is not None:
                    yield found

    def lookup(self, code: str, on: date | None = None) -> KvaCode | None:
        """The entry of a code, from the edition in force on the day or else the newest that has it.

        Args:
            code: the code; case and surrounding space do not count, and of seven characters the first five do.
            on: the day; None for the newest.
        """
        return next(self._entries(self._plain(code), on), None)

    def _plain(self, code: str) -> str:
        text = code.strip().upper()
        if len(text) == 7 and self.rules.shape.fullmatch(text) and not any(text in e.index for e in self.editions):
            return text[:5]
        return text

    def replaced_by(self, code: str, on: date | None = None) -> str | None:
        """The code that replaces it, on that day (or at all); None when there is none."""
        rule = self.rules.replaced.get(self._plain(code))
        return rule.by if rule is not None and (on is None or on >= rule.valid_from) else None

    def check(self, code: str, on: date | None = None) -> KvaCheck:
        """What is to be said of a code on a day: see `KvaCheck`.

        Args:
            code: the code.
            on: the day of the procedure; None for today's view, the newest lists.
        """
        plain = self._plain(code)
        known = self.lookup(plain, on)
        if known is not None and known.region is not None:
            return KvaCheck("reportable", plain, f"regional code of {known.region}", known)
        heading = self.rules.is_heading(plain) and (known is not None or len(plain) == 5)
        if not self.rules.shape.fullmatch(plain) and not heading:
            return KvaCheck(
                "not-kva",
                plain,
                "not the shape of a national KVÅ code (three letters and two digits, or two letters and three digits); "
                "a regional code is known once its list is imported",
            )
        if heading and (known is not None or not any(edition.is_whole_for(plain) for edition in self.national)):
            return KvaCheck("heading", plain, "a heading; report the most detailed code below it", known)
        replaced = self.rules.replaced.get(plain)
        if replaced is not None and (on is None or on >= replaced.valid_from):
            message = f"replaced by {replaced.by} from {replaced.valid_from.isoformat()}"
            return KvaCheck("outdated", plain, message, known, replaced.by)
        introduced = self.rules.introduced.get(plain)
        if introduced is not None and on is not None and on < introduced:
            return KvaCheck("not-yet", plain, f"new from {introduced.isoformat()}", known)
        if known is not None and on is not None:
            first, last = known.day("from"), known.day("to")
            if first is not None and on < first:
                return KvaCheck("not-yet", plain, f"valid from {first.isoformat()}", known)
            if last is not None and on > last:
                return KvaCheck("outdated", plain, f"valid until {last.isoformat()}", known, self.replaced_by(plain))
        return self._by_editions(plain, on, known)

    def _by_editions(self, code: str, on: date | None, known: KvaCode | None) -> KvaCheck:
        whole = [edition for edition in self.national if edition.is_whole_for(code)]
        if not whole:
            if known is not None:
                return KvaCheck("reportable", code, f"known from the edition of {known.edition}", known)
            return KvaCheck(
                "cannot-tell",
                code,
                f"no whole list of {part_of(code) or 'KVÅ'} is at hand, and what is does not hold it; import the workbook",
            )
        in_force = [edition for edition in whole if on is not None and edition.covers(on)] or (
            whole[-1:] if on is None else []
        )
        if in_force:
            if any(code in edition.index for edition in in_force):
                return KvaCheck("reportable", code, f"in the edition of {in_force[-1].name}", known)
            name, start = in_force[-1].name, in_force[-1].valid_from
            earlier = [e.name for e in self.national if code in e.index and e.valid_from < start]
            later = [e.name for e in whole if code in e.index and e.valid_from > start]
            if earlier:
                return KvaCheck(
                    "outdated",
                    code,
                    f"in the edition of {earlier[-1]}, no longer in that of {name}",
                    known,
                    self.replaced_by(code),
                )
            if later:
                return KvaCheck("not-yet", code, f"in the edition of {later[0]}, not yet in that of {name}", known)
            return KvaCheck("unknown", code, f"the edition of {name} has no such code")
        return self._between(code, on, known, whole)

    def _between(self, code: str, on: date | None, known: KvaCode | None, whole: list[Edition]) -> KvaCheck:
        """A day that no whole edition covers: what its neighbours agree on."""
        before = [edition for edition in whole if on is not None and edition.valid_from <= on][-1:]
        after = [edition for edition in whole if on is not None and edition.valid_from > on][:1]
        holds = [code in edition.index for edition in before + after]
        names = " and ".join(edition.name for edition in before + after)
        if holds and all(holds):
            return KvaCheck("reportable", code, f"in the edition of {names}; that of the day is not at hand", known)
        return KvaCheck(
            "cannot-tell", code, f"the edition of the day is not at hand, and that of {names} does not decide", known
        )

    def is_reportable(self, code: str, on: date | None = None) -> Membership:
        """Whether the code may be reported for a procedure on that day: IN, NOT_IN or CANNOT_TELL, with the reason."""
        found = self.check(code, on)
        if found.status == "reportable":
            return YES
        uri = named("kva").uri
        if found.status == "cannot-tell":
            return cannot_tell(found.message, "incomplete-system", uri)
        return not_in(found.message, found.status, uri)

    def exclusive(self, codes: Iterable[str]) -> list[tuple[str, str, str]]:
        """Pairs of codes that must not stand together, each with the reason."""
        given = {self._plain(code) for code in codes}
        return [(first, second, reason) for first, second, reason in self.rules.exclusive if {first, second} <= given]

    def search(self, text: str, limit: int = 20) -> list[KvaCode]:
        """Codes whose title holds every word of `text`, or that begin with it; best first.

        A title that begins with the text comes before one that holds it, a reportable code before a heading.
        """
        words = text.casefold().split()
        if not words:
            return []
        found: dict[str, tuple[tuple[bool, bool, int, str], KvaCode]] = {}
        for edition in reversed(self.editions):
            for code, raw in zip(edition.codes, edition.raw_titles, strict=True):
                if code in found:
                    continue
                title = title_of(raw).casefold()
                by_code = len(words) == 1 and code.casefold().startswith(words[0])
                if by_code or all(word in title for word in words):
                    entry = edition.code(code)
                    assert entry is not None  # noqa: S101 - it was read from this edition just now
                    begins = by_code or title.startswith(" ".join(words))
                    found[code] = ((not begins, entry.is_heading, 0 if by_code else len(title), code), entry)
        return [entry for _, entry in sorted(found.values(), key=lambda pair: pair[0])[:limit]]


class KvaSystem:
    """KVÅ as a code system: known codes are in; others cannot be told, since regions have codes of their own."""

    ignores_case = False

    def select(self, entry: dict[str, Any]) -> Rule:
        """KVÅ's hierarchy is too thin to filter by."""
        raise UnknownFilterError(f"KVÅ has no property '{entry.get('property')}' to filter by")

    def lookup(self, code: str) -> Membership:
        """IN for a known code, NOT_IN for one that a whole edition lacks, else CANNOT_TELL."""
        kva = catalogue()
        if kva.lookup(code) is not None:
            return YES
        found = kva.check(code)
        uri = named("kva").uri
        return (
            not_in(found.message, "unknown-code", uri)
            if found.status == "unknown"
            else cannot_tell(found.message, "incomplete-system", uri)
        )


@cache
def catalogue() -> Kva:
    """KVÅ as it is known on this machine: the embedded subset and every list that was imported."""
    from rehabfhir.terminology.kva_store import embedded, stored  # noqa: PLC0415 - they make values of this module

    return Kva([*embedded(), *stored()])


def lookup(code: str, on: date | None = None) -> KvaCode | None:
    """The entry of a code; see `Kva.lookup`."""
    return catalogue().lookup(code, on)


def check(code: str, on: date | None = None) -> KvaCheck:
    """What is to be said of a code on a day; see `Kva.check`."""
    return catalogue().check(code, on)


def is_reportable(code: str, on: date | None = None) -> Membership:
    """Whether the code may be reported for a procedure on that day; see `Kva.is_reportable`."""
    return catalogue().is_reportable(code, on)


def replaced_by(code: str, on: date | None = None) -> str | None:
    """The code that replaces it; see `Kva.replaced_by`."""
    return catalogue().replaced_by(code, on)


def search(text: str, limit: int = 20) -> list[KvaCode]:
    """Codes by words of their title; see `Kva.search`."""
    return catalogue().search(text, limit)
