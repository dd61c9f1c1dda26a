"""What FHIRPath needs to know of the R4 types: the properties behind a name, and which type is a kind of which."""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple, Self

from rehabfhir.definitions import r4

__all__ = [
    "Alternatives",
    "Property",
    "base_type",
    "declared",
    "is_a",
    "is_defined",
    "is_known_type",
    "is_primitive",
    "properties",
    "property_of",
    "type_at",
]

_PRIMITIVE_BASE = {
    "code": "string",
    "id": "string",
    "markdown": "string",
    "canonical": "uri",
    "oid": "uri",
    "url": "uri",
    "uuid": "uri",
    "positiveInt": "integer",
    "unsignedInt": "integer",
}
_COMPLEX_BASE = {
    "Age": "Quantity",
    "Count": "Quantity",
    "Distance": "Quantity",
    "Duration": "Quantity",
    "MoneyQuantity": "Quantity",
    "SimpleQuantity": "Quantity",
    "Bundle": "Resource",
    "Binary": "Resource",
    "Parameters": "Resource",
    "DomainResource": "Resource",
    "BackboneElement": "Element",
    "Dosage": "BackboneElement",
    "ElementDefinition": "BackboneElement",
    "MarketingStatus": "BackboneElement",
    "Population": "BackboneElement",
    "ProdCharacteristic": "BackboneElement",
    "ProductShelfLife": "BackboneElement",
    "SubstanceAmount": "BackboneElement",
    "Timing": "BackboneElement",
    "Element": "",
    "Resource": "",
}
SYSTEM_TYPES = frozenset({"Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity"})
_RESOURCES = {"Resource", "DomainResource"}


class Property(NamedTuple):
    """One JSON property that a name may stand for.

    Attributes:
        name: the JSON property (``valueQuantity``).
        type: FHIR type or backbone path of its values; None when nothing is known of it.
        is_list: True when JSON carries an array.
        is_primitive: True when a ``_name`` sibling may stand beside it.
        resource: True when the value is a resource whose type stands in ``resourceType``.
        shown: the step as FHIRPath writes it: ``value.ofType(Quantity)``.
    """

    name: str
    type: str | None
    is_list: bool
    is_primitive: bool
    resource: bool
    shown: str


class Alternatives(tuple[Property, ...]):  # noqa: SLOT001 - a tuple cannot have slots
    """The properties of a choice, found by name as well."""

    by_name: dict[str, Property]

    def __new__(cls, properties: Iterable[Property]) -> Self:
        """The alternatives, with their index by name."""
        made = super().__new__(cls, properties)
        made.by_name = {name: prop for prop in made for name in (prop.name, "_" + prop.name)}
        return made

    def present(self, tree: dict[str, Any]) -> tuple[Property, ...]:
        """Those that the tree has, by their value or by their sibling."""
        by_name = self.by_name
        return tuple(by_name[key] for key in tree if key in by_name and (key[0] != "_" or key[1:] not in tree))


@cache
def is_primitive(type_name: str) -> bool:
    """True for R4's primitive types."""
    return r4.is_primitive(type_name)


@cache
def is_known_type(name: str) -> bool:
    """True for a FHIR type, with or without ``FHIR.``, and for a System type, with or without ``System.``."""
    namespace, _, rest = name.rpartition(".")
    if namespace == "System":
        return rest in SYSTEM_TYPES
    if namespace not in {"", "FHIR"}:
        return False
    return r4.is_type(rest) or rest in _COMPLEX_BASE or (not namespace and rest in SYSTEM_TYPES)


@cache
def base_type(name: str) -> str | None:
    """The type that `name` (a type or a backbone path) specialises; None at the top or when it is not known."""
    if "." in name:
        return "BackboneElement"
    special = _PRIMITIVE_BASE.get(name) or _COMPLEX_BASE.get(name)
    if special is not None:
        return special or None
    if name in _COMPLEX_BASE:
        return None
    if r4.is_resource(name):
        return "DomainResource"
    return "Element" if r4.is_type(name) else None


@cache
def is_a(name: str, ancestor: str) -> bool:
    """True when `name` is `ancestor` or a specialisation of it."""
    here: str | None = name
    while here is not None:
        if here == ancestor:
            return True
        here = base_type(here)
    return False


@cache
def declared(type_name: str) -> dict[str, Property]:
    """JSON property -> what it is, for a type or backbone path."""
    found: dict[str, Property] = {}
    for element in r4.children(type_name).values():
        shown = element.name
        if element.choice:
            base = element.choice.removesuffix("[x]")
            code = element.type
            shown = f"{base}.ofType({code})"
        resource = element.type in _RESOURCES
        found[element.name] = Property(
            element.name, element.type, element.is_list, element.is_primitive, resource, shown
        )
    return found


@cache
def is_defined(type_name: str) -> bool:
    """True when the elements of a type or backbone path are known."""
    return bool(r4.children(type_name))


@cache
def properties(type_name: str, name: str) -> tuple[Property, ...]:
    """The properties that `name` stands for in a type: one, several for a choice, none when there is no such element.

    A choice is found by its name (``value``), not by that of one of its JSON properties (``valueQuantity``).
    """
    table = r4.children(type_name)
    exact = table.get(name)
    if exact is not None and exact.choice is None:
        return (declared(type_name)[name],)
    choice = f"{name}[x]"
    return Alternatives(declared(type_name)[element.name] for element in table.values() if element.choice == choice)


@cache
def type_at(path: str) -> str | None:
    """The type that applies at a path: ``Period`` for ``CarePlan.period``; None for an open choice or an unknown path.

    A name without a point is a type already, known or not.
    """
    here, *steps = path.removeprefix("FHIR.").split(".")
    for step in steps:
        found = properties(here, step.removesuffix("[x]"))
        if len(found) != 1 or found[0].type is None:
            return None
        here = found[0].type
    return here


@cache
def property_of(type_name: str, json_name: str) -> Property | None:
    """The declared property of exactly this JSON name."""
    return declared(type_name).get(json_name)
