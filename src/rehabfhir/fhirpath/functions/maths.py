"""Mathematics (https://hl7.org/fhirpath/N1/#math)."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, DecimalException

from rehabfhir.fhirpath.arithmetic import bounded
from rehabfhir.fhirpath.env import Run
from rehabfhir.fhirpath.functions._table import Function, Items, values
from rehabfhir.fhirpath.operators import CONTEXT, round_to
from rehabfhir.fhirpath.quantity import Quantity
from rehabfhir.fhirpath.system import number, single, whole

__all__ = ["FUNCTIONS"]

Number = int | Decimal


def _math(name: str, apply: Callable[[Number], Number]) -> Function:
    def calculate(run: Run, items: Items) -> Items:
        del run
        value = number(items, f"{name}()")
        if value is None:
            return []
        try:
            return bounded(apply(value))
        except (DecimalException, OverflowError):
            return []

    return values(0, 0, calculate)


def absolute(run: Run, items: Items) -> Items:
    del run
    value = single(items, "abs()")
    if type(value) is Quantity:
        return [Quantity(abs(value.value), value.unit, calendar=value.calendar)]
    found = number(items, "abs()")
    return [] if found is None else [abs(found)]


def _to_integer(value: Number, rounding: str | None) -> int:
    if not -(2**63) < value < 2**63:
        raise OverflowError
    return int(value) if rounding is None else int(Decimal(value).to_integral_value(rounding=rounding))


def rounded(run: Run, items: Items, digits: Items | None = None) -> Items:
    del run
    value = number(items, "round()")
    count: int | None = 0 if digits is None else whole(digits, "round()")
    if value is None or count is None:
        return []
    if not 0 <= count <= 28:
        return []
    return [round_to(Decimal(value), count)]


def logarithm(run: Run, items: Items, base: Items) -> Items:
    del run
    value, root = number(items, "log()"), number(base, "log()")
    if value is None or root is None or value <= 0 or root <= 0 or root == 1:
        return []
    found = CONTEXT.divide(CONTEXT.ln(Decimal(value)), CONTEXT.ln(Decimal(root)))
    return bounded(round_to(found, 28).normalize(CONTEXT))


def power(run: Run, items: Items, exponent: Items) -> Items:
    del run
    value, high = number(items, "power()"), number(exponent, "power()")
    if value is None or high is None:
        return []
    try:
        found = CONTEXT.power(Decimal(value), Decimal(high))
    except DecimalException:
        return []
    if not found.is_finite():
        return []
    if type(value) is int and type(high) is int and high >= 0:
        return bounded(int(found)) if abs(found) < 2**63 else []
    return [found]


FUNCTIONS: dict[str, Function] = {
    "abs": values(0, 0, absolute),
    "ceiling": _math("ceiling", lambda value: _to_integer(value, ROUND_CEILING)),
    "exp": _math("exp", lambda value: CONTEXT.exp(Decimal(value))),
    "floor": _math("floor", lambda value: _to_integer(value, ROUND_FLOOR)),
    "ln": _math("ln", lambda value: CONTEXT.ln(Decimal(value))),
    "log": values(1, 1, logarithm),
    "power": values(1, 1, power),
    "round": values(0, 1, rounded),
    "sqrt": _math("sqrt", lambda value: CONTEXT.sqrt(Decimal(value))),
    "truncate": _math("truncate", lambda value: _to_integer(value, None)),
}
