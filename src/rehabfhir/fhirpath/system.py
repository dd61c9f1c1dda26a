"""FHIR elements as FHIRPath's own values: what an operator sees of a node (https://hl7.org/fhir/R4/fhirpath.html#types)."""

from decimal import Decimal
from typing import Any

from rehabfhir.fhirpath.errors import FhirPathTypeError
from rehabfhir.fhirpath.node import Node
from rehabfhir.fhirpath.quantity import Quantity
from rehabfhir.fhirpath.temporal import Temporal, parse
from rehabfhir.fhirpath.types import is_a

__all__ = ["UCUM", "boolean", "number", "single", "string", "system", "system_type", "text_of", "truth", "whole"]

UCUM = "http://unitsofmeasure.org"
_MOST_DIGITS = 400
_TOO_LARGE = 10**_MOST_DIGITS
_TEMPORAL = {"date", "dateTime", "instant", "time"}


def system(item: Any) -> Any:
    """The system value of an item: a str, bool, int, Decimal, Temporal or Quantity.

    A node that has none (a complex element, a primitive without value, a date that does not exist) is returned as it is.
    """
    if type(item) is not Node:
        return item
    value = item.value
    kind = type(value)
    if kind is str:
        if item.type in _TEMPORAL:
            found = parse(item.type, value)
            return item if found is None else found
        return value
    if kind is bool:
        return value
    if kind is int or kind is Decimal or kind is float:
        found_number = number_of(value)
        return item if found_number is None else found_number
    if kind is dict and item.type is not None and is_a(item.type, "Quantity"):
        found_quantity = _quantity(value)
        return item if found_quantity is None else found_quantity
    return item


def _quantity(tree: dict[str, Any]) -> Quantity | None:
    value = number_of(tree.get("value"))
    if value is None or "comparator" in tree:
        return None
    code, source, unit = tree.get("code"), tree.get("system"), tree.get("unit")
    if isinstance(code, str):
        return Quantity(Decimal(value), code if source == UCUM else f"{source}|{code}")
    return Quantity(Decimal(value), unit if isinstance(unit, str) else "1")


def number_of(value: Any) -> int | Decimal | None:
    """A JSON number as an exact one; None for anything else, and for what is too large to calculate with."""
    if type(value) is int:
        return value if abs(value) < _TOO_LARGE else None
    if type(value) is float:
        value = Decimal(repr(value))
    if type(value) is not Decimal or not value.is_finite() or abs(value.adjusted()) > _MOST_DIGITS:
        return None
    return value


def single(items: list[Any], what: str) -> Any:
    """The one item's system value, None when there is none.

    Raises:
        FhirPathTypeError: when there are several.
    """
    if not items:
        return None
    if len(items) > 1:
        raise FhirPathTypeError(f"{what} needs one item and got {len(items)}")
    return system(items[0])


def string(items: list[Any], what: str) -> str | None:
    """The one string, None when there is none or it has no value. Any primitive of the data serves, as its text.

    Raises:
        FhirPathTypeError: when there are several items, or one that is no string.
    """
    value = single(items, what)
    if value is None or type(value) is str:
        return value
    if type(items[0]) is Node and type(items[0].value) not in {dict, list}:
        return text_of(value)
    raise FhirPathTypeError(f"{what} needs a string and got {describe(items[0])}")


def whole(items: list[Any], what: str) -> int | None:
    """The one integer, None when there is none.

    Raises:
        FhirPathTypeError: when there are several items, or one that is no integer.
    """
    value = single(items, what)
    if value is None or type(value) is int:
        return value
    if type(value) is Decimal and value == int(value):
        return int(value)
    raise FhirPathTypeError(f"{what} needs an integer and got {describe(items[0])}")


def number(items: list[Any], what: str) -> int | Decimal | None:
    """The one number, None when there is none.

    Raises:
        FhirPathTypeError: when there are several items, or one that is no number.
    """
    value = single(items, what)
    if value is None or type(value) is int or type(value) is Decimal:
        return value
    raise FhirPathTypeError(f"{what} needs a number and got {describe(items[0])}")


def boolean(items: list[Any], what: str) -> bool | None:
    """Singleton evaluation of a boolean operand: empty is None, one item that is no boolean is True.

    Raises:
        FhirPathTypeError: when there are several items.
    """
    if not items:
        return None
    if len(items) > 1:
        raise FhirPathTypeError(f"{what} needs one boolean and got {len(items)} items")
    item = items[0]
    value = item.value if type(item) is Node else item
    return value if type(value) is bool else True


def truth(items: list[Any]) -> bool:
    """Whether a criterion or an invariant holds: empty is False; anything but one boolean holds by being there."""
    if len(items) == 1:
        item = items[0]
        value = item.value if type(item) is Node else item
        return value if type(value) is bool else True
    return bool(items)


def text_of(value: Any) -> str | None:
    """A system value as ``toString()`` gives it; None for what has no text."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is Decimal:
        return f"{value:f}"
    if kind is Temporal:
        return str(value.text)
    if kind is Node:
        return value.value if type(value.value) is str else None
    return str(value) if kind is Quantity else None


_SYSTEM_NAME = {bool: "Boolean", str: "String", int: "Integer", Decimal: "Decimal", Quantity: "Quantity"}
_TEMPORAL_NAME = {"date": "Date", "dateTime": "DateTime", "time": "Time"}


def system_type(value: Any) -> str:
    """The name of a system value's type, without ``System.``."""
    if type(value) is Temporal:
        return _TEMPORAL_NAME[value.kind]
    return _SYSTEM_NAME.get(type(value), "Any")


def describe(item: Any) -> str:
    """The type of an item for a message; never its value."""
    if type(item) is Node:
        return f"FHIR.{item.type}" if item.type else "an element of unknown type"
    return f"System.{system_type(item)}"
