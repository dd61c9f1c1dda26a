"""Precision: lowBoundary, highBoundary, precision, comparable (https://hl7.org/fhirpath/#utility-functions)."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, DecimalException
from typing import Any

from rehabfhir.fhirpath.env import Run
from rehabfhir.fhirpath.errors import FhirPathTypeError
from rehabfhir.fhirpath.functions._table import Function, Items, values
from rehabfhir.fhirpath.operators import CONTEXT
from rehabfhir.fhirpath.quantity import Quantity
from rehabfhir.fhirpath.quantity import comparable as can_compare
from rehabfhir.fhirpath.system import describe, single, whole
from rehabfhir.fhirpath.temporal import Temporal, build, days_in

__all__ = ["FUNCTIONS"]

_LARGEST_DECIMALS = 31
_DATE_DIGITS = {4: 1, 6: 2, 8: 3, 10: 4, 12: 5, 14: 6, 17: 6}
_TIME_DIGITS = {2: 1, 4: 2, 6: 3, 9: 3}


def _boundary(name: str, side: int) -> Function:
    def apply(run: Run, items: Items, precision: Items | None = None) -> Items:
        del run
        value = single(items, f"{name}()")
        digits = None if precision is None else whole(precision, f"{name}()")
        found = None if value is None else _bound(value, digits, side)
        return [] if found is None else [found]

    return values(0, 1, apply)


def _bound(value: Any, digits: int | None, side: int) -> Any:
    if type(value) is int or type(value) is Decimal:
        return _decimal(Decimal(value), 8 if digits is None else digits, side)
    if type(value) is Quantity:
        found = _decimal(value.value, 8 if digits is None else digits, side)
        return None if found is None else Quantity(found, value.unit, calendar=value.calendar)
    if type(value) is Temporal:
        return _temporal(value, digits, side)
    raise FhirPathTypeError(f"a boundary needs a number, a quantity or a date and got {describe(value)}")


def _decimal(value: Decimal, digits: int, side: int) -> Decimal | None:
    if not 0 <= digits <= _LARGEST_DECIMALS:
        return None
    half = Decimal(5).scaleb(int(value.as_tuple().exponent) - 1)
    try:
        edge = CONTEXT.add(value, half.copy_sign(Decimal(side)))
        rounding = ROUND_FLOOR if side < 0 else ROUND_CEILING
        if abs(edge) < Decimal(1).scaleb(-digits) and abs(value) < Decimal(1):
            return Decimal(0).scaleb(-digits).copy_sign(value)
        return edge.quantize(Decimal(1).scaleb(-digits), rounding=rounding, context=CONTEXT)
    except DecimalException:
        return None


def _temporal(value: Temporal, digits: int | None, side: int) -> Temporal | None:
    if value.kind == "time":
        wanted = _TIME_DIGITS.get(9 if digits is None else digits)
        if wanted is None:
            return None
        edge = (0, 0, Decimal(0)) if side < 0 else (23, 59, Decimal("59.999"))
        parts = (*_to_the_millisecond(value, 3, side), *edge[len(value.parts) :])
        return build("time", parts[:wanted], None, 3 if wanted == 3 and digits != 6 else 0)
    digits = (8 if value.kind == "date" else 17) if digits is None else digits
    count = _DATE_DIGITS.get(digits)
    if count is None:
        return None
    filled = _to_the_millisecond(value, 6, side)
    if len(filled) < 2:
        filled = (*filled, 1 if side < 0 else 12)
    if len(filled) < 3:
        filled = (*filled, 1 if side < 0 else days_in(int(filled[0]), int(filled[1])))
    known = len(value.parts)
    first_minute = side < 0 or known == 4
    edge = (0, 0, Decimal(0)) if side < 0 else (23, 0 if first_minute else 59, Decimal("59.999"))
    filled = (*filled, *edge[max(0, len(filled) - 3) :])
    zone = value.zone
    if count > 3 and zone is None:
        zone = 14 * 60 if side < 0 else -12 * 60
    return build(
        "date" if count <= 3 and value.kind == "date" else "dateTime", filled[:count], zone, 3 if digits == 17 else 0
    )


def _to_the_millisecond(value: Temporal, seconds: int, side: int) -> tuple[int | Decimal, ...]:
    """The parts, the seconds (the part of that number) raised to the last millisecond that their digits may stand for."""
    parts = value.parts
    if side < 0 or len(parts) < seconds:
        return parts
    exact = Decimal(parts[-1])
    unit = Decimal(1).scaleb(int(exact.as_tuple().exponent))
    return (*parts[:-1], exact + max(unit - Decimal("0.001"), Decimal(0)))


def precision(run: Run, items: Items) -> Items:
    del run
    value = single(items, "precision()")
    if value is None:
        return []
    if type(value) is int:
        return [0]
    if type(value) is Decimal:
        return [max(0, -int(value.as_tuple().exponent))]
    if type(value) is Temporal:
        digits = value.text.partition("+")[0].removesuffix("Z")
        if value.zone is not None and value.zone < 0:
            digits = digits.rpartition("-")[0]
        return [sum(character.isdigit() for character in digits)]
    raise FhirPathTypeError(f"precision() needs a number or a date and got {describe(value)}")


def comparable(run: Run, items: Items, other: Items) -> Items:
    del run
    mine, theirs = single(items, "comparable()"), single(other, "comparable()")
    if mine is None or theirs is None:
        return []
    if type(mine) is Quantity and type(theirs) is Quantity:
        return [can_compare(mine, theirs)]
    return [type(mine) is type(theirs)]


FUNCTIONS: dict[str, Function] = {
    "comparable": values(1, 1, comparable),
    "highBoundary": _boundary("highBoundary", 1),
    "lowBoundary": _boundary("lowBoundary", -1),
    "precision": values(0, 0, precision),
}
