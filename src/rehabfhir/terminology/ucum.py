"""UCUM units: is it one, what does it measure, and the same quantity in base units, exactly.

Grammar and table: the Unified Code for Units of Measure (https://ucum.org/ucum), case-sensitive codes. Values are exact
fractions until the end; a conversion that a `Decimal` cannot hold exactly is rounded to 30 digits.
"""

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, NamedTuple

from rehabfhir.terminology import datafiles
from rehabfhir.terminology.answers import YES, Membership, not_in
from rehabfhir.terminology.filters import UnknownFilterError
from rehabfhir.terminology.parts import Rule

__all__ = ["URL", "Canonical", "UcumSystem", "comparable", "convert", "is_valid", "to_canonical"]

URL = "http://unitsofmeasure.org"

_LONGEST = 1_000
_DEEPEST = 40
_LARGEST_EXPONENT = 200
_ROUNDED = Context(prec=30)
_SYMBOL = re.compile(r"10[*^]|(?:[^\d\s./(){}\[\]+\-]|\[[^\[\]\s{}]*\])+")
_EXPONENT = re.compile(r"[+-]?\d+")
_INTEGER = re.compile(r"\d+")
_ANNOTATION = re.compile(r"\{[\x20-\x7a\x7c\x7e]*\}")
_TEMPERATURE_OFFSETS = {"Cel": Fraction("273.15"), "degF": Fraction("459.67"), "degRe": Fraction("218.52")}


class _Unit(NamedTuple):
    metric: bool
    special: bool
    arbitrary: bool
    value: Fraction
    unit: str  # "" for a base unit
    function: str


@cache
def _table() -> tuple[dict[str, Fraction], dict[str, _Unit]]:
    """Prefixes and units, from the data file."""
    prefixes: dict[str, Fraction] = {}
    units: dict[str, _Unit] = {}
    text = datafiles.text("ucum.tsv")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        kind, code, flags, value, unit, function = (line.split("\t") + [""] * 5)[:6]
        if kind == "prefix":
            prefixes[code] = Fraction(value)
        else:
            number = Fraction(value) if value else Fraction(1)
            units[code] = _Unit("m" in flags, "s" in flags, "a" in flags, number, unit, function)
    return prefixes, units


class _Factor(NamedTuple):
    """One factor of a product: an integer, or a unit symbol with its prefix; raised to `exponent`."""

    number: int
    prefix: str
    symbol: str
    exponent: int


class _SyntaxError(ValueError):
    """Not a UCUM expression."""


def _split(symbol: str) -> tuple[str, str]:
    """Prefix and unit of a symbol; a whole symbol wins over a prefixed one (``cd`` is candela, not centi-day)."""
    prefixes, units = _table()
    if symbol in units:
        return "", symbol
    for length in (1, 2):
        prefix, rest = symbol[:length], symbol[length:]
        if prefix in prefixes and rest in units and units[rest].metric:
            return prefix, rest
    raise _SyntaxError


def _component(text: str, at: int, depth: int, sign: int) -> tuple[list[_Factor], int]:
    if at < len(text) and text[at] == "(":
        if depth >= _DEEPEST:
            raise _SyntaxError
        factors, at = _term(text, at + 1, depth + 1, sign)
        if at >= len(text) or text[at] != ")":
            raise _SyntaxError
        return factors, _annotated(text, at + 1)
    if text.startswith("{", at):
        return [], _annotated(text, at)
    symbol = _SYMBOL.match(text, at)
    if symbol:
        prefix, unit = _split(symbol.group())
        at = symbol.end()
        exponent = _EXPONENT.match(text, at)
        power = 1
        if exponent:
            if len(exponent.group()) > 9:
                raise _SyntaxError
            power, at = int(exponent.group()), exponent.end()
        factors = [_Factor(1, prefix, unit, sign * power)]
    else:
        integer = _INTEGER.match(text, at)
        if not integer or len(integer.group()) > 30:
            raise _SyntaxError
        factors, at = [_Factor(int(integer.group()), "", "", sign)], integer.end()
    return factors, _annotated(text, at)


def _annotated(text: str, at: int) -> int:
    """The place behind the annotations that stand at `at`.

    The grammar has one, and none behind a parenthesis; HL7's own list of common units has both (``g/(8.h){shift}``).
    """
    while note := _ANNOTATION.match(text, at):
        at = note.end()
    return at


def _term(text: str, at: int, depth: int, sign: int) -> tuple[list[_Factor], int]:
    factors: list[_Factor] = []
    here = sign
    if at < len(text) and text[at] == "/":
        here, at = -sign, at + 1
    while True:
        found, at = _component(text, at, depth, here)
        factors += found
        if at >= len(text) or text[at] not in "./":
            return factors, at
        here = sign if text[at] == "." else -sign
        at += 1


@lru_cache(maxsize=4096)
def _parse(unit: str) -> tuple[_Factor, ...] | None:
    if not unit or len(unit) > _LONGEST or not unit.isascii():
        return None
    try:
        factors, at = _term(unit, 0, 0, 1)
    except _SyntaxError:
        return None
    return tuple(factors) if at == len(unit) else None


def is_valid(unit: str) -> bool:
    """True when `unit` is a UCUM expression: known symbols, prefixes only where allowed, well formed.

    >>> is_valid("mg/dL"), is_valid("mmHg"), is_valid("mm[Hg]"), is_valid("10*9/L")
    (True, False, True, True)
    """
    return _parse(unit) is not None


@dataclass(frozen=True, slots=True)
class Canonical:
    """A quantity in base units.

    Attributes:
        value: the exact value.
        unit: the base units, in alphabetical order with exponents (``g.m-1.s-2``); ``1`` when there is none.
    """

    value: Fraction
    unit: str

    @property
    def decimal(self) -> Decimal:
        """The value as a `Decimal`, rounded to 30 digits where it has more."""
        return _decimal(self.value)


def _decimal(value: Fraction) -> Decimal:
    return _ROUNDED.divide(Decimal(value.numerator), Decimal(value.denominator))


class _NotConvertibleError(ValueError):
    """A unit without a factor to base units (a logarithm in a product, an exponent beyond reason)."""


def _power(value: Fraction, exponent: int) -> Fraction:
    if abs(exponent) > _LARGEST_EXPONENT:
        raise _NotConvertibleError
    return value**exponent if value else value


@lru_cache(maxsize=4096)
def _reduce(unit: str) -> tuple[Fraction, tuple[tuple[str, int], ...]]:
    """The factor and the base units of a unit expression."""
    prefixes, units = _table()
    factors = _parse(unit)
    if factors is None:
        raise _NotConvertibleError
    value = Fraction(1)
    dimension: dict[str, int] = {}
    for factor in factors:
        if not factor.symbol:
            value *= _power(Fraction(factor.number), factor.exponent)
            continue
        definition = units[factor.symbol]
        scale = prefixes[factor.prefix] if factor.prefix else Fraction(1)
        # Arbitrary units measure only what their own procedure measures; so do logarithms, here.
        if definition.unit and not definition.arbitrary and not definition.special:
            inner, base = _reduce(definition.unit)
            scale *= definition.value * inner
        else:
            base = ((factor.symbol, 1),)
        value *= _power(scale, factor.exponent)
        for name, exponent in base:
            dimension[name] = dimension.get(name, 0) + exponent * factor.exponent
    return value, tuple(sorted((name, exponent) for name, exponent in dimension.items() if exponent))


def _temperature(unit: str) -> tuple[Fraction, Fraction] | None:
    """(kelvins a degree, degrees from absolute zero to this scale's zero) of a lone temperature unit, or None."""
    prefixes, units = _table()
    factors = _parse(unit)
    if factors is None or len(factors) != 1 or factors[0].exponent != 1 or not factors[0].symbol:
        return None
    definition = units[factors[0].symbol]
    offset = _TEMPERATURE_OFFSETS.get(definition.function)
    if offset is None:
        return None
    scale = prefixes[factors[0].prefix] if factors[0].prefix else Fraction(1)
    kelvins = definition.value * _reduce(definition.unit)[0]
    return scale * kelvins, offset / scale


def to_canonical(value: Decimal | int | str | Fraction, unit: str) -> Canonical | None:
    """The quantity in base units, exactly; None when `unit` is not UCUM or cannot be converted.

    >>> to_canonical("5", "mg/dL")
    Canonical(value=Fraction(50, 1), unit='g.m-3')
    >>> to_canonical("37", "Cel").decimal
    Decimal('310.15')
    """
    temperature = _temperature(unit)
    number = Fraction(value)
    if temperature is not None:
        return Canonical((number + temperature[1]) * temperature[0], "K")
    try:
        factor, base = _reduce(unit)
    except _NotConvertibleError:
        return None
    text = ".".join(name if exponent == 1 else f"{name}{exponent}" for name, exponent in base) or "1"
    return Canonical(number * factor, text)


def comparable(left: str, right: str) -> bool:
    """True when both are UCUM units of the same dimension, so that their quantities can be compared."""
    first, second = to_canonical(1, left), to_canonical(1, right)
    return first is not None and second is not None and first.unit == second.unit


def convert(value: Decimal | int | str | Fraction, unit: str, to: str) -> Decimal | None:
    """`value` `unit` expressed in unit `to`; None when they do not measure the same thing.

    >>> convert("1.5", "h", "min")
    Decimal('90')
    """
    first, second = to_canonical(value, unit), to_canonical(1, to)
    if first is None or second is None or first.unit != second.unit:
        return None
    temperature = _temperature(to)
    if temperature is not None:
        return _decimal(first.value / temperature[0] - temperature[1])
    return _decimal(first.value / second.value) if second.value else None


class UcumSystem:
    """UCUM as a code system that is a rule."""

    ignores_case = False
    _unknown = not_in("not a UCUM unit (case counts; see https://ucum.org/ucum)", "unknown-code", URL)
    _other = not_in("the unit measures something else than the value set asks for", "not-included", URL)

    def lookup(self, code: str) -> Membership:
        """IN for every well-formed UCUM expression."""
        return YES if _parse(code) is not None else self._unknown

    def select(self, entry: dict[str, Any]) -> Rule:
        """``canonical = UNIT``: the units comparable with UNIT (https://hl7.org/fhir/R4/ucum.html)."""
        wanted = entry.get("value")
        if entry.get("property") != "canonical" or entry.get("op") != "=" or not isinstance(wanted, str):
            raise UnknownFilterError("UCUM knows only the filter canonical = unit")
        return lambda code: (YES if comparable(code, wanted) else self._other) if is_valid(code) else self._unknown
