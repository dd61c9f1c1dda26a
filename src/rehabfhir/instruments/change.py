"""Change over time: per scale the first and the last score, their difference, and whether it matters."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rehabfhir.errors import MisuseError
from rehabfhir.instruments.instrument import Scale
from rehabfhir.instruments.scoring import Scored

__all__ = ["Change", "change"]

Verdict = Literal["improved", "worsened", "no important change", "not judged"]


@dataclass(frozen=True, slots=True)
class Change:
    """How one score moved.

    Attributes:
        scale: which one.
        first: when and what it was first.
        last: when and what it was last.
        difference: last less first.
        verdict: by the smallest change that matters, where a source gives one and the scale has a good end; else not judged.
        count: how many scores there were.
    """

    scale: Scale
    first: tuple[str, Decimal]
    last: tuple[str, Decimal]
    difference: Decimal
    verdict: Verdict
    count: int


def change(series: Iterable[tuple[str, Scored]]) -> list[Change]:
    """How the scores of one person moved.

    Args:
        series: (when, scores), all of one instrument, in any order; `when` is a FHIR date or dateTime. A scale that has
            fewer than two scores is left out.

    Raises:
        MisuseError: the scores are of different instruments.
    """
    listed = sorted(series, key=lambda entry: entry[0])
    if len({scored.instrument.id for _, scored in listed}) > 1:
        raise MisuseError("change over time needs scores of one instrument")
    found: list[Change] = []
    for scale in listed[0][1].instrument.scales if listed else ():
        values = [(when, value) for when, scored in listed if (value := scored[scale.id].value) is not None]
        if len(values) < 2:
            continue
        difference = values[-1][1] - values[0][1]
        found.append(Change(scale, values[0], values[-1], difference, _verdict(scale, difference), len(values)))
    return found


def _verdict(scale: Scale, difference: Decimal) -> Verdict:
    if scale.mid is None or scale.better == "none":
        return "not judged"
    if abs(difference) < Decimal(str(scale.mid.value)):
        return "no important change"
    return "improved" if (difference > 0) == (scale.better == "high") else "worsened"
