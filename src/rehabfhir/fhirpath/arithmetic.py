"""Arithmetic of numbers, quantities, dates and text (https://hl7.org/fhirpath/N1/#math-1)."""

from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any

from rehabfhir.fhirpath import quantity, temporal
from rehabfhir.fhirpath.env import TEXT_LIMIT, Run
from rehabfhir.fhirpath.errors import FhirPathLimit, FhirPathTypeError
from rehabfhir.fhirpath.operators import CONTEXT, NUMBERS, as_quantity
from rehabfhir.fhirpath.quantity import Quantity
from rehabfhir.fhirpath.system import describe, single
from rehabfhir.fhirpath.temporal import Temporal

__all__ = ["ARITHMETIC", "bounded", "concatenate"]

_INTEGERS = range(-(2**63), 2**63)


def bounded(value: Any) -> list[Any]:
    """A number as a result: nothing when it is beyond what FHIRPath holds."""
    if type(value) is int:
        return [value] if value in _INTEGERS else []
    if type(value) is Decimal and not value.is_finite():
        return []
    return [value]


def concatenate(left: str, right: str, run: Run) -> str:
    """Both texts in one.

    Raises:
        FhirPathLimit: when the result is longer than a text may become.
    """
    run.charge((len(left) + len(right)) // 64)
    if len(left) + len(right) > TEXT_LIMIT:
        raise FhirPathLimit("characters of text", TEXT_LIMIT)
    return left + right


def _plus(a: Any, b: Any, run: Run) -> Any:
    if type(a) is str and type(b) is str:
        return concatenate(a, b, run)
    if type(a) is Temporal and type(b) is Quantity:
        return _moved(a, b, 1)
    if type(a) is Quantity and type(b) is Quantity:
        return _summed(a, b, 1)
    return _numbers("+", a, b, CONTEXT.add)


def _minus(a: Any, b: Any, run: Run) -> Any:
    del run
    if type(a) is Temporal and type(b) is Quantity:
        return _moved(a, b, -1)
    if type(a) is Quantity and type(b) is Quantity:
        return _summed(a, b, -1)
    return _numbers("-", a, b, CONTEXT.subtract)


def _times(a: Any, b: Any, run: Run) -> Any:
    del run
    if type(a) is Quantity or type(b) is Quantity:
        return quantity.times(*_quantities("*", a, b))
    return _numbers("*", a, b, CONTEXT.multiply)


def _divided(a: Any, b: Any, run: Run) -> Any:
    del run
    if type(a) is Quantity or type(b) is Quantity:
        return quantity.divided(*_quantities("/", a, b))
    _check_numbers("/", a, b)
    return None if b == 0 else CONTEXT.divide(Decimal(a), Decimal(b))


def _div(a: Any, b: Any, run: Run) -> Any:
    del run
    _check_numbers("div", a, b)
    return None if b == 0 else int(CONTEXT.divide_int(Decimal(a), Decimal(b)))


def _mod(a: Any, b: Any, run: Run) -> Any:
    del run
    _check_numbers("mod", a, b)
    if b == 0:
        return None
    found = CONTEXT.remainder(Decimal(a), Decimal(b))
    return int(found) if type(a) is int and type(b) is int else found


def _numbers(operator: str, a: Any, b: Any, apply: Callable[[Decimal, Decimal], Decimal]) -> Any:
    _check_numbers(operator, a, b)
    found = apply(Decimal(a), Decimal(b))
    return int(found) if type(a) is int and type(b) is int else found


def _check_numbers(operator: str, a: Any, b: Any) -> None:
    if type(a) not in NUMBERS or type(b) not in NUMBERS:
        raise FhirPathTypeError(f"{operator} has no meaning between {describe(a)} and {describe(b)}")


def _quantities(operator: str, a: Any, b: Any) -> tuple[Quantity, Quantity]:
    for value in (a, b):
        if type(value) is not Quantity and type(value) not in NUMBERS:
            raise FhirPathTypeError(f"{operator} has no meaning between {describe(a)} and {describe(b)}")
    return as_quantity(a), as_quantity(b)


def _summed(a: Quantity, b: Quantity, sign: int) -> Quantity | None:
    pair = quantity.ratio(a, b)
    if pair is None:
        return None
    if a.unit == b.unit and a.calendar == b.calendar:
        return Quantity(CONTEXT.add(a.value, b.value * sign), a.unit, calendar=a.calendar)
    mine = a.measure()
    scale = mine[0] if mine is not None else (12 if a.unit == "year" else 1)
    exact = (pair[0] + sign * pair[1]) / scale
    return Quantity(CONTEXT.divide(Decimal(exact.numerator), Decimal(exact.denominator)), a.unit, calendar=a.calendar)


def _moved(moment: Temporal, by: Quantity, sign: int) -> Temporal | None:
    unit = by.calendar_unit()
    if unit is None:
        raise FhirPathTypeError("a date or time can be moved by a calendar duration only (4 days, 1 'h')")
    if abs(by.value) > 10**12:
        return None
    return temporal.plus(moment, sign * int(by.value), unit)


def _arithmetic(
    operator: str, apply: Callable[[Any, Any, Run], Any]
) -> Callable[[list[Any], list[Any], Run], list[Any]]:
    def calculate(left: list[Any], right: list[Any], run: Run) -> list[Any]:
        a, b = single(left, operator), single(right, operator)
        if a is None or b is None:
            return []
        try:
            found = apply(a, b, run)
        except DecimalException:
            return []
        return [] if found is None else bounded(found)

    return calculate


ARITHMETIC = {
    operator: _arithmetic(operator, apply)
    for operator, apply in {"+": _plus, "-": _minus, "*": _times, "/": _divided, "div": _div, "mod": _mod}.items()
}
