"""Conversion (https://hl7.org/fhirpath/N1/#conversion)."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from rehabfhir.fhirpath.env import Run
from rehabfhir.fhirpath.errors import FhirPathTypeError
from rehabfhir.fhirpath.functions._table import Function, Items, lazy, values
from rehabfhir.fhirpath.quantity import CALENDAR, Quantity, comparable, parse_quantity
from rehabfhir.fhirpath.system import boolean, single, string, system, text_of
from rehabfhir.fhirpath.temporal import Temporal, build, parse_datetime, parse_time

__all__ = ["FUNCTIONS"]

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,200}(?:\.[0-9]{1,200})?")
_TRUE = {"true", "t", "yes", "y", "1", "1.0"}
_FALSE = {"false", "f", "no", "n", "0", "0.0"}


def _boolean(value: Any) -> bool | None:
    if type(value) is bool:
        return value
    if type(value) is int or type(value) is Decimal:
        return True if value == 1 else False if value == 0 else None
    if type(value) is str:
        lower = value.lower()
        return True if lower in _TRUE else False if lower in _FALSE else None
    return None


def _integer(value: Any) -> int | None:
    if type(value) is bool:
        return int(value)
    if type(value) is int:
        return value
    return int(value) if type(value) is str and _INTEGER.fullmatch(value) else None


def _decimal(value: Any) -> Decimal | int | None:
    if type(value) is bool:
        return Decimal(int(value))
    if type(value) is int:
        return Decimal(value)
    if type(value) is Decimal:
        return value
    return Decimal(value) if type(value) is str and _DECIMAL.fullmatch(value) else None


def _quantity(value: Any) -> Quantity | None:
    if type(value) is Quantity:
        return value
    if type(value) is bool or type(value) is int or type(value) is Decimal:
        return Quantity(Decimal(value), "1")
    return parse_quantity(value) if type(value) is str and len(value) < 300 else None


def _date(value: Any) -> Temporal | None:
    if type(value) is Temporal and value.kind != "time":
        return value if value.kind == "date" else build("date", value.parts[:3], None, 0)
    if type(value) is str:
        found = parse_datetime(value)
        return _date(found) if found else None
    return None


def _datetime(value: Any) -> Temporal | None:
    if type(value) is Temporal and value.kind != "time":
        return value if value.kind == "dateTime" else parse_datetime(value.text)
    return parse_datetime(value) if type(value) is str else None


def _time(value: Any) -> Temporal | None:
    if type(value) is Temporal and value.kind == "time":
        return value
    return parse_time(value) if type(value) is str else None


def _to(name: str, convert: Callable[[Any], Any]) -> Callable[..., Items]:
    def apply(run: Run, items: Items) -> Items:
        del run
        value = single(items, f"{name}()")
        found = None if value is None else convert(value)
        return [] if found is None else [found]

    return apply


def _converts(name: str, convert: Callable[[Any], Any]) -> Callable[..., Items]:
    def apply(run: Run, items: Items) -> Items:
        del run
        value = single(items, f"{name}()")
        return [] if value is None else [convert(value) is not None]

    return apply


def to_quantity(run: Run, items: Items, unit: Items | None = None) -> Items:
    del run
    value = single(items, "toQuantity()")
    found = None if value is None else _quantity(value)
    wanted = None if unit is None else string(unit, "toQuantity()")
    if found is None or wanted is None:
        return [] if found is None else [found]
    other = Quantity(Decimal(1), CALENDAR.get(wanted, wanted), calendar=wanted in CALENDAR)
    return [found] if comparable(found, other) else []


def converts_to_quantity(run: Run, items: Items, unit: Items | None = None) -> Items:
    return [bool(to_quantity(run, items, unit))] if items else []


def text(run: Run, items: Items) -> Items:
    del run
    if len(items) > 1:
        raise FhirPathTypeError(f"toString() needs one item and got {len(items)}")
    found = text_of(system(items[0])) if items else None
    return [] if found is None else [found]


def iif(run: Run, items: Items, *branches: Callable[[Items, Run], Items]) -> Items:
    if len(items) > 1:
        raise FhirPathTypeError(f"iif() needs one item and got {len(items)}")
    if boolean(branches[0](items, run), "iif()") is True:
        return branches[1](items, run)
    return branches[2](items, run) if len(branches) > 2 else []


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "Boolean": _boolean,
    "Date": _date,
    "DateTime": _datetime,
    "Decimal": _decimal,
    "Integer": _integer,
    "String": text_of,
    "Time": _time,
}

FUNCTIONS: dict[str, Function] = {
    "convertsToQuantity": values(0, 1, converts_to_quantity),
    "iif": lazy(2, 3, iif),
    "toQuantity": values(0, 1, to_quantity),
}
for _name, _convert in _CONVERSIONS.items():
    FUNCTIONS[f"to{_name}"] = values(0, 0, _to(f"to{_name}", _convert))
    FUNCTIONS[f"convertsTo{_name}"] = values(0, 0, _converts(f"convertsTo{_name}", _convert))
FUNCTIONS["toString"] = values(0, 0, text)
