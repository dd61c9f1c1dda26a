"""Quantities: a number with a UCUM unit or a calendar duration (https://hl7.org/fhirpath/N1/#quantity)."""

import re
from decimal import Decimal
from fractions import Fraction

from rehabfhir.fhirpath.units import Unit, unit

__all__ = ["CALENDAR", "Quantity", "comparable", "divided", "parse_quantity", "ratio", "times"]

_NAMES = ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
CALENDAR = {name: name for name in _NAMES} | {f"{name}s": name for name in _NAMES}
_DEFINITE = {"week": "wk", "day": "d", "hour": "h", "minute": "min", "second": "s", "millisecond": "ms"}
_IN_UCUM = {"a": "year", "mo": "month"} | {code: name for name, code in _DEFINITE.items()}
_TEXT = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)\s*(?:'([^']+)'|([a-zA-Z]+))?")
_ONE: Unit = (Fraction(1), ())


class Quantity:
    """A number and its unit: a UCUM code, or the singular name of a calendar duration when `calendar` is set."""

    __slots__ = ("calendar", "unit", "value")

    def __init__(self, value: Decimal, unit: str, *, calendar: bool = False) -> None:
        self.value = value
        self.unit = unit
        self.calendar = calendar

    def __repr__(self) -> str:
        if self.calendar:
            return f"{self.value} {self.unit}" + ("" if abs(self.value) == 1 else "s")
        return f"{self.value} '{self.unit}'"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity):
            return False
        pair = ratio(self, other)
        return pair is not None and pair[0] == pair[1]

    def __hash__(self) -> int:
        return 0

    def calendar_unit(self) -> str | None:
        """The calendar duration that moves a date by this quantity; None when there is none (``cm``, UCUM's ``a`` and ``mo``)."""
        if self.calendar:
            return self.unit
        name = CALENDAR.get(self.unit) or _IN_UCUM.get(self.unit)
        return None if self.unit in {"a", "mo"} else name

    def measure(self) -> Unit | None:
        """Factor and dimension of the unit; None for years and months, whose length varies, and for unknown units."""
        if not self.calendar:
            return unit(self.unit)
        code = _DEFINITE.get(self.unit)
        return unit(code) if code else None


def parse_quantity(text: str) -> Quantity | None:
    """A quantity from text such as ``1.5 'mg'``, ``4 days`` or ``7``; None when it is none."""
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    value = Decimal(match[1])
    if match[2] is not None:
        return Quantity(value, match[2])
    if match[3] is not None:
        return Quantity(value, CALENDAR[match[3]], calendar=True) if match[3] in CALENDAR else None
    return Quantity(value, "1")


def ratio(left: Quantity, right: Quantity) -> tuple[Fraction, Fraction] | None:
    """Both values in one unit, None when the units cannot be compared."""
    mine, theirs = Fraction(left.value), Fraction(right.value)
    if left.unit == right.unit and left.calendar == right.calendar:
        return mine, theirs
    if left.calendar and right.calendar and {left.unit, right.unit} == {"year", "month"}:
        return mine * (12 if left.unit == "year" else 1), theirs * (12 if right.unit == "year" else 1)
    one, other = left.measure(), right.measure()
    if one is None or other is None or one[1] != other[1]:
        return None
    return mine * one[0], theirs * other[0]


def comparable(left: Quantity, right: Quantity) -> bool:
    """True when the two can be brought to one unit."""
    return ratio(left, right) is not None


def times(left: Quantity, right: Quantity) -> Quantity | None:
    """The product, in base units when both units have a dimension; None when a unit is not known."""
    if left.unit == "1" and not left.calendar:
        return Quantity(left.value * right.value, right.unit, calendar=right.calendar)
    if right.unit == "1" and not right.calendar:
        return Quantity(left.value * right.value, left.unit, calendar=left.calendar)
    return _combined(left, right, 1)


def divided(left: Quantity, right: Quantity) -> Quantity | None:
    """The quotient; None when the divisor is zero or a unit is not known."""
    if right.value == 0:
        return None
    if right.unit == "1" and not right.calendar:
        return Quantity(left.value / right.value, left.unit, calendar=left.calendar)
    if left.unit == right.unit and left.calendar == right.calendar:
        return Quantity(left.value / right.value, "1")
    return _combined(left, right, -1)


def _combined(left: Quantity, right: Quantity, sign: int) -> Quantity | None:
    mine, theirs = left.measure(), right.measure()
    if mine is None or theirs is None:
        return None
    powers = dict(mine[1])
    for base, power in theirs[1]:
        powers[base] = powers.get(base, 0) + sign * power
    exact = Fraction(left.value) * mine[0] * (Fraction(right.value) * theirs[0]) ** sign
    above = [base + (str(power) if power > 1 else "") for base, power in sorted(powers.items()) if power > 0]
    below = [base + (str(-power) if power < -1 else "") for base, power in sorted(powers.items()) if power < 0]
    code = ".".join(above) or ("1" if not below else "")
    code += "".join(f"/{part}" for part in below)
    return Quantity(Decimal(exact.numerator) / Decimal(exact.denominator), code)
