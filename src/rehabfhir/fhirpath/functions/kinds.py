"""Types: `is`, `as`, `ofType`, `type` (https://hl7.org/fhirpath/N1/#types)."""

from typing import Any

from rehabfhir.fhirpath import types
from rehabfhir.fhirpath.env import Run
from rehabfhir.fhirpath.errors import FhirPathTypeError
from rehabfhir.fhirpath.functions._table import Function, Items, typed, values
from rehabfhir.fhirpath.node import Node
from rehabfhir.fhirpath.system import system_type

__all__ = ["FUNCTIONS", "as_type", "has_type", "is_of", "is_type"]


def is_of(item: Any, name: str) -> bool:
    """Whether an item is of the named type or of one that specialises it."""
    if type(item) is not Node:
        return name.removeprefix("System.") == system_type(item)
    if item.type is None or name.startswith("System."):
        return False
    return types.is_a(item.type, name.removeprefix("FHIR."))


def has_type(item: Any, name: str) -> bool:
    """Whether `as` and `ofType` let an item through: as `is_of`, but a primitive must be of the very type (HL7's reading)."""
    if not is_of(item, name):
        return False
    if type(item) is Node and item.type is not None and types.is_primitive(item.type):
        return item.type == name.removeprefix("FHIR.")
    return True


def is_type(run: Run, items: Items, name: str) -> Items:
    """``is``: whether the one item is of the type."""
    del run
    if not items:
        return []
    if len(items) > 1:
        raise FhirPathTypeError(f"is needs one item and got {len(items)}")
    return [is_of(items[0], name)]


def as_type(run: Run, items: Items, name: str) -> Items:
    """``as``: the items of the type."""
    del run
    return _of_type(items, name, "as")


def of_type(run: Run, items: Items, name: str) -> Items:
    del run
    return _of_type(items, name, "ofType")


def _of_type(items: Items, name: str, what: str) -> Items:
    if not types.is_known_type(name):
        raise FhirPathTypeError(f"{what}: R4 has no type {name}")
    return [item for item in items if has_type(item, name)]


def type_info(run: Run, items: Items) -> Items:
    del run
    found = []
    for item in items:
        namespace, name = ("FHIR", item.type or "Element") if type(item) is Node else ("System", system_type(item))
        if namespace == "FHIR" and "." in name:
            name = types.base_type(name) or name
        found.append(Node({"namespace": namespace, "name": name}, None))
    return found


FUNCTIONS: dict[str, Function] = {
    "as": typed(as_type),
    "is": typed(is_type),
    "ofType": typed(of_type),
    "type": values(0, 0, type_info),
}
