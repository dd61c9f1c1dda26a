"""UCUM units to an exact factor and a dimension: as much of UCUM as comparing quantities in FHIRPath needs.

Factors from https://ucum.org/ucum (the Unified Code for Units of Measure). A unit that is not listed is comparable
with itself only.
"""

import re
from fractions import Fraction
from functools import lru_cache

__all__ = ["Unit", "unit"]

Unit = tuple[Fraction, tuple[tuple[str, int], ...]]

_PREFIXES = {
    "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1,
    "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
}  # fmt: skip

_BASE = ("m", "s", "g", "rad", "K", "C", "cd", "mol")

_METRIC: dict[str, tuple[str, str]] = {
    "l": ("1/1000", "m3"),
    "L": ("1/1000", "m3"),
    "t": ("1000000", "g"),
    "N": ("1000", "g.m/s2"),
    "Pa": ("1000", "g/m.s2"),
    "J": ("1000", "g.m2/s2"),
    "W": ("1000", "g.m2/s3"),
    "Hz": ("1", "s-1"),
    "A": ("1", "C/s"),
    "V": ("1000", "g.m2/s2.C"),
    "F": ("1/1000", "s2.C2/g.m2"),
    "Ohm": ("1000", "g.m2/s.C2"),
    "S": ("1/1000", "s.C2/g.m2"),
    "Bq": ("1", "s-1"),
    "Gy": ("1", "m2/s2"),
    "Sv": ("1", "m2/s2"),
    "kat": ("1", "mol/s"),
    "U": ("1/60000000", "mol/s"),
    "bar": ("100000000", "g/m.s2"),
    "cal": ("4184", "g.m2/s2"),
    "m[H2O]": ("9806650", "g/m.s2"),
    "m[Hg]": ("133322000", "g/m.s2"),
    "eq": ("1", "mol"),
    "osm": ("1", "mol"),
    "[iU]": ("1", "[iU]"),
    "[IU]": ("1", "[iU]"),
}
_PLAIN: dict[str, tuple[str, str]] = {
    "%": ("1/100", "1"),
    "[ppth]": ("1/1000", "1"),
    "[ppm]": ("1/1000000", "1"),
    "min": ("60", "s"),
    "h": ("3600", "s"),
    "d": ("86400", "s"),
    "wk": ("604800", "s"),
    "a": ("31557600", "s"),
    "mo": ("2629800", "s"),
    "[in_i]": ("127/5000", "m"),
    "[ft_i]": ("381/1250", "m"),
    "[yd_i]": ("1143/1250", "m"),
    "[mi_i]": ("201168/125", "m"),
    "[lb_av]": ("45359237/100000", "g"),
    "[oz_av]": ("45359237/1600000", "g"),
    "[gr]": ("6479891/100000000", "g"),
    "[stone_av]": ("635029318/100000", "g"),
    "[gal_us]": ("473176473/125000000000", "m3"),
    "[foz_us]": ("473176473/16000000000000", "m3"),
    "deg": ("1", "deg"),
    "[arb'U]": ("1", "[arb'U]"),
}
_TERM = re.compile(r"(?:(?P<number>[0-9]+)(?![0-9]))$|(?P<code>.*?[^0-9+-])(?P<power>[+-]?[0-9]+)?$")
_WELL_FORMED = re.compile(r"/?[^./()]+(?:[./][^./()]+)*")
_POWER_OF_TEN = re.compile(r"10[*^]([+-]?[0-9]{1,2})?")
_ANNOTATION = re.compile(r"\{[^{}]*\}")
_MAX = 200


@lru_cache(maxsize=1024)
def unit(code: str) -> Unit | None:
    """The factor to base units and the dimension of a UCUM code; None when it is not known here."""
    if len(code) > _MAX:
        return None
    bare = _ANNOTATION.sub("", code)
    if not bare:
        return (Fraction(1), ()) if code else None
    factor = Fraction(1)
    powers: dict[str, int] = {}
    sign = 1
    if _WELL_FORMED.fullmatch(bare) is None:
        return None
    for operator, term in re.findall(r"(^|[./])([^./]+)", bare):
        if operator:
            sign = -1 if operator == "/" else 1
        found = _term(term)
        if found is None:
            return None
        factor *= found[0] ** sign
        for base, power in found[1]:
            powers[base] = powers.get(base, 0) + sign * power
    return factor, tuple(sorted((base, power) for base, power in powers.items() if power))


def _term(term: str) -> Unit | None:
    ten = _POWER_OF_TEN.fullmatch(term)
    if ten is not None:
        return Fraction(10) ** int(ten[1] or 1), ()
    match = _TERM.match(term)
    if match is None:
        return None
    if match["number"]:
        number = int(match["number"])
        return (Fraction(number), ()) if number else None
    found = _atom(match["code"])
    power = int(match["power"] or 1)
    if found is None or abs(power) > 20:
        return None
    return found[0] ** power, tuple((base, own * power) for base, own in found[1])


def _atom(code: str) -> Unit | None:
    plain = _PLAIN.get(code)
    if plain is not None:
        return _scaled(code, plain, Fraction(1))
    metric = _metric(code, Fraction(1))
    if metric is not None:
        return metric
    for size in (2, 1):
        exponent = _PREFIXES.get(code[:size])
        if exponent is not None and len(code) > size:
            found = _metric(code[size:], Fraction(10) ** exponent)
            if found is not None:
                return found
    return None


def _metric(code: str, scale: Fraction) -> Unit | None:
    if code in _BASE:
        return scale, ((code, 1),)
    row = _METRIC.get(code)
    return _scaled(code, row, scale) if row else None


def _scaled(code: str, row: tuple[str, str], scale: Fraction) -> Unit | None:
    factor = Fraction(row[0]) * scale
    if row[1] == "1":
        return factor, ()
    if row[1] == code or row[1].startswith("["):
        return factor, ((row[1], 1),)
    powers: dict[str, int] = {}
    above, _, below = row[1].partition("/")
    for side, text in ((1, above), (-1, below)):
        for part in filter(None, text.split(".")):
            match = re.fullmatch(r"([A-Za-z]+)(-?[0-9]+)?", part)
            if match is not None:
                powers[match[1]] = powers.get(match[1], 0) + side * int(match[2] or 1)
    return factor, tuple(sorted(powers.items()))
