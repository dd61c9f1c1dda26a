"""Scoring: the answers of an assessment to the scores of its instrument."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from rehabfhir.errors import MisuseError
from rehabfhir.findings import Issue
from rehabfhir.instruments.answers import numbers
from rehabfhir.instruments.instrument import Instrument, Scale
from rehabfhir.instruments.load import named
from rehabfhir.instruments.rules import RULES

if TYPE_CHECKING:
    from rehabfhir.instruments.index import ValueSet
    from rehabfhir.model import Assessment

__all__ = ["ScaleScore", "Scored", "instrument_of", "score"]

_PRECISE = Context(prec=40)


@dataclass(frozen=True, slots=True)
class ScaleScore:
    """One score.

    Attributes:
        scale: which one.
        value: the score, rounded half up to the scale's digits; None when it is a text or missing.
        text: a score that is a text, such as an EQ-5D profile.
        answered: how many of its items (or scales) were answered.
        of: how many there are.
        band: what the range of the score is called, by the instrument's source.
        method: the value set that an index was looked up in.
        reason: why there is no score.
    """

    scale: Scale
    value: Decimal | None = None
    text: str | None = None
    answered: int = 0
    of: int = 0
    band: str | None = None
    method: str | None = None
    reason: str = ""

    @property
    def missing(self) -> bool:
        """True when there is no score."""
        return self.value is None and self.text is None


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of one assessment.

    Attributes:
        instrument: by which it was scored.
        scores: every scale of the instrument, in its order, missing ones included.
        issues: answers left out, answers to look at, an example file in use.
    """

    instrument: Instrument
    scores: tuple[ScaleScore, ...]
    issues: tuple[Issue, ...] = ()

    def __getitem__(self, scale: str) -> ScaleScore:
        for entry in self.scores:
            if entry.scale.id == scale:
                return entry
        raise KeyError(scale)


def rounded(value: Fraction, digits: int) -> Decimal:
    """The value with at most so many digits after the point, halves away from zero, no trailing zeros."""
    exact = _PRECISE.divide(Decimal(value.numerator), Decimal(value.denominator))
    short = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP).normalize()
    plain = short.quantize(Decimal(1)) if short == short.to_integral_value() else short
    return abs(plain) if plain == 0 else plain


def instrument_of(source: "Assessment | Mapping[str, Any]", more: Iterable[Instrument] = ()) -> Instrument:
    """The instrument that an assessment or a QuestionnaireResponse says it was made with.

    Raises:
        MisuseError: it names none, or one that is not known; give the instrument then.
    """
    if isinstance(source, Mapping):
        names = [source.get("questionnaire")]
    else:
        known = source.instrument
        names = [known.url, known.title] if known is not None else []
    for name in names:
        if isinstance(name, str) and (found := named(name, more)) is not None:
            return found
    if not any(names):
        raise MisuseError("the assessment does not say which instrument it was made with; name it")
    raise MisuseError("the assessment's instrument is not known; name it, or give a file that describes it")


def score(
    source: "Assessment | Mapping[str, Any]",
    instrument: Instrument | None = None,
    *,
    value_set: "ValueSet | None" = None,
    more: Iterable[Instrument] = (),
) -> Scored:
    """The scores of an assessment.

    Args:
        source: a domain assessment, or a FHIR QuestionnaireResponse as a tree.
        instrument: by which to score; the one that the source names when absent.
        value_set: for an index, the table to look it up in; its name stands in the result.
        more: instruments of the user's own, among which to look for the one named.

    Raises:
        MisuseError: no instrument was given and the source names none that is known.
    """
    chosen = instrument or instrument_of(source, more)
    answers, issues = numbers(chosen, source)
    items = {item.id: item for item in chosen.items}
    values: dict[str, Fraction | str | None] = {}
    scores: list[ScaleScore] = []
    for scale in chosen.scales:
        method = None
        if scale.rule == "index":
            profile = values.get(scale.of)
            values[scale.id] = value_set.values.get(str(profile)) if value_set and profile is not None else None
            method = value_set.name if value_set else None
            answered, of = int(profile is not None), 1
            reason = (
                "no value set was given"
                if value_set is None
                else "the profile is not complete"
                if profile is None
                else "the value set does not hold the profile"
            )
        else:
            values[scale.id] = RULES[scale.rule](scale, items, answers, values)
            answered, of = _counted(scale, answers, values)
            reason = f"{answered} of {of} answered"
        scores.append(_made(scale, values[scale.id], answered, of, method, reason))
    if chosen.example:
        text = f"{chosen.title} is an example that shows the form of a file, not an instrument; its scores mean nothing"
        issues.append(Issue("warning", "informational", text, rule="instrument-example"))
    for watch in chosen.watches:
        if watch.item in answers and answers[watch.item] >= watch.least:
            issues.append(Issue("warning", "informational", f"item {watch.item}: {watch.text}", rule="answer-watch"))
    return Scored(chosen, tuple(scores), tuple(issues))


def _counted(
    scale: Scale, answers: Mapping[str, Fraction], values: Mapping[str, Fraction | str | None]
) -> tuple[int, int]:
    if scale.items:
        return sum(name in answers for name in scale.items), len(scale.items)
    return sum(values.get(name) is not None for name in scale.scales), len(scale.scales)


def _made(
    scale: Scale, value: Fraction | str | None, answered: int, of: int, method: str | None, reason: str
) -> ScaleScore:
    if value is None:
        return ScaleScore(scale, answered=answered, of=of, reason=reason)
    if isinstance(value, str):
        return ScaleScore(scale, text=value, answered=answered, of=of, method=method)
    short = rounded(value, scale.decimals)
    band = next((band.text for band in scale.bands if band.least <= rounded(value, 0) <= band.most), None)
    return ScaleScore(scale, short, None, answered, of, band, method)
