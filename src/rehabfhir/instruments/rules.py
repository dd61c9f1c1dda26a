"""Scoring rules by name: how answers (or other scores) become one score. Reading `RULES` is reading what is supported.

Every rule gives an exact value, a text, or None when too little is answered.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction

from rehabfhir.instruments.instrument import Item, Scale

__all__ = ["RULES", "Rule", "Values"]

Values = Mapping[str, Fraction | str | None]
"""Scale id -> its exact value; what the scales before gave."""
Rule = Callable[[Scale, Mapping[str, Item], Mapping[str, Fraction], Values], Fraction | str | None]


def _taken(scale: Scale, items: Mapping[str, Item], answers: Mapping[str, Fraction]) -> list[Fraction]:
    """The answers of the scale's items, those of reversed items turned round."""
    return [
        items[name].least + items[name].most - answers[name] if name in scale.reverse else answers[name]
        for name in scale.items
        if name in answers
    ]


def _sum(scale: Scale, items: Mapping[str, Item], answers: Mapping[str, Fraction], _: Values) -> Fraction | None:
    """The sum of the answers."""
    taken = _taken(scale, items, answers)
    return sum(taken, Fraction(0)) if scale.enough(len(taken), len(scale.items)) else None


def _prorated_sum(
    scale: Scale, items: Mapping[str, Item], answers: Mapping[str, Fraction], _: Values
) -> Fraction | None:
    """The mean of the answers times the number of items: missing ones count as the mean of the others."""
    taken = _taken(scale, items, answers)
    if not scale.enough(len(taken), len(scale.items)):
        return None
    return sum(taken, Fraction(0)) / len(taken) * len(scale.items)


def _stretch(scale: Scale, items: Mapping[str, Item], answers: Mapping[str, Fraction], _: Values) -> Fraction | None:
    """The mean of the answers, stretched from their range to the scale's; inverted when a high answer is bad."""
    taken = _taken(scale, items, answers)
    if not scale.enough(len(taken), len(scale.items)):
        return None
    first = items[scale.items[0]]
    share = (sum(taken, Fraction(0)) / len(taken) - first.least) / (first.most - first.least)
    least, most = Fraction(scale.least or 0), Fraction(scale.most if scale.most is not None else 100)
    return least + (1 - share if scale.invert else share) * (most - least)


def _single(scale: Scale, _: Mapping[str, Item], answers: Mapping[str, Fraction], __: Values) -> Fraction | None:
    """The answer itself."""
    return answers.get(scale.items[0])


def _profile(scale: Scale, _: Mapping[str, Item], answers: Mapping[str, Fraction], __: Values) -> str | None:
    """The answers as one string of digits."""
    if any(name not in answers for name in scale.items):
        return None
    return "".join(str(int(answers[name])) for name in scale.items)


def _parts(scale: Scale, values: Values) -> list[Fraction]:
    return [value for name in scale.scales if isinstance(value := values.get(name), Fraction)]


def _mean_of_scales(scale: Scale, _: Mapping[str, Item], __: Mapping[str, Fraction], values: Values) -> Fraction | None:
    """The mean of other scores, some of them turned round (100 - score)."""
    found = {name: value for name in scale.scales if isinstance(value := values.get(name), Fraction)}
    if not scale.enough(len(found), len(scale.scales)):
        return None
    return sum((100 - value if name in scale.turn else value for name, value in found.items()), Fraction(0)) / len(
        found
    )


def _sum_of_scales(
    scale: Scale, _: Mapping[str, Item], answers: Mapping[str, Fraction], values: Values
) -> Fraction | None:
    """The sum of other scores: all of them must be there, and of the items the share that is asked for."""
    parts = _parts(scale, values)
    if len(parts) != len(scale.scales):
        return None
    if scale.items and not scale.enough(sum(name in answers for name in scale.items), len(scale.items)):
        return None
    return sum(parts, Fraction(0))


def _index(_: Scale, __: Mapping[str, Item], ___: Mapping[str, Fraction], ____: Values) -> None:
    """Looked up in a value set that the caller gives; see `rehabfhir.instruments.score`."""


RULES: Mapping[str, Rule] = {
    "sum": _sum,
    "prorated-sum": _prorated_sum,
    "stretch": _stretch,
    "single": _single,
    "profile": _profile,
    "mean-of-scales": _mean_of_scales,
    "sum-of-scales": _sum_of_scales,
    "index": _index,
}
