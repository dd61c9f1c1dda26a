"""The JSON properties of every R4 type, from the embedded core: `children("CarePlan.activity")`, in the standard's order.

Rules of the JSON form: https://hl7.org/fhir/R4/json.html; of element definitions: https://hl7.org/fhir/R4/elementdefinition.html.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from rehabfhir.definitions.core import StructureRow, core

__all__ = ["Element", "children", "is_primitive", "is_resource", "is_type", "resource_types"]

_BASE = "http://hl7.org/fhir/StructureDefinition/"
_FHIR_TYPE = _BASE + "structuredefinition-fhir-type"
_SYSTEM_STRING = "http://hl7.org/fhirpath/System.String"
_ANONYMOUS = {"BackboneElement", "Element"}
_NOTHING: Mapping[str, "Element"] = MappingProxyType({})


class Element(NamedTuple):
    """One JSON property of a type.

    Attributes:
        name: the property as it stands in JSON: ``status``, ``valueQuantity``.
        path: the element's path where it is defined, with ``[x]`` for a choice: ``CarePlan.activity.detail.scheduled[x]``.
        type: the type's code (``Quantity``, ``code``, ``Resource``), or the backbone path whose children apply
            (``CarePlan.activity``; ``Questionnaire.item`` for ``Questionnaire.item.item``).
        is_list: True when JSON carries an array.
        min: least number of values.
        max: greatest number of values; None when there is no limit.
        targets: for Reference and canonical, the types that may be pointed at (``Resource`` for any).
        is_primitive: True when the value is a JSON primitive (with a ``_name`` sibling for id and extensions).
        choice: the base name of a choice (``value[x]``), None otherwise.
        is_attribute: True when XML carries the value as an attribute (``id`` of elements, ``Extension.url``).
    """

    name: str
    path: str
    type: str
    is_list: bool
    min: int
    max: int | None
    targets: tuple[str, ...]
    is_primitive: bool
    choice: str | None
    is_attribute: bool


@cache
def _types() -> dict[str, StructureRow]:
    """Type code -> index row, for the types that R4 itself defines (no profiles)."""
    rows = core().structures.values()
    return {row.type: row for row in rows if row.derivation != "constraint" and row.url == _BASE + row.type}


@cache
def resource_types() -> tuple[str, ...]:
    """The concrete resource types of R4, in alphabetical order."""
    return tuple(sorted(name for name, row in _types().items() if row.kind == "resource" and not row.abstract))


@cache
def _resource_set() -> frozenset[str]:
    return frozenset(resource_types())


@cache
def _primitive_set() -> frozenset[str]:
    return frozenset(name for name, row in _types().items() if row.kind == "primitive-type")


def is_resource(name: str) -> bool:
    """True when `name` is a concrete R4 resource type (so not ``Resource`` or ``DomainResource``)."""
    return name in _resource_set()


def is_primitive(name: str) -> bool:
    """True when `name` is an R4 primitive type, ``xhtml`` included."""
    return name in _primitive_set()


def is_type(name: str) -> bool:
    """True when `name` is any R4 type: resource, data type or primitive, abstract ones included."""
    return name in _types()


def type_code(entry: dict[str, Any]) -> str:
    """The FHIR type of an ``ElementDefinition.type`` row; the ``System.String`` of ids and values is told by its extension."""
    for extension in entry.get("extension", ()):
        if extension.get("url") == _FHIR_TYPE:
            return str(extension.get("valueUrl") or extension.get("valueUri"))
    code = str(entry.get("code", ""))
    return "string" if code == _SYSTEM_STRING else code


def _elements(definition: dict[str, Any]) -> list[Element]:
    """The JSON properties that one element of a snapshot gives: several for a choice."""
    path: str = definition["path"]
    name = path.rpartition(".")[2]
    rows = definition.get("type", [])
    high = definition["max"]
    most = None if high == "*" else int(high)
    base_high = definition["base"]["max"]
    is_list = base_high == "*" or int(base_high) > 1
    is_attribute = "xmlAttr" in definition.get("representation", ())

    def made(json_name: str, type_name: str, targets: tuple[str, ...], choice: str | None) -> Element:
        primitive = is_primitive(type_name)
        return Element(
            json_name, path, type_name, is_list, definition["min"], most, targets, primitive, choice, is_attribute
        )

    reference = definition.get("contentReference")
    if reference:
        return [made(name, reference.rpartition("#")[2], (), None)]
    if name.endswith("[x]"):
        stem = name[:-3]
        return [made(stem + _capital(code), code, _targets(row), name) for row in rows for code in (type_code(row),)]
    code = type_code(rows[0])
    if definition["base"]["path"] == "Resource.id":
        code = "id"  # the package says string; https://hl7.org/fhir/R4/resource.html says id
    return [made(name, path if code in _ANONYMOUS else code, _targets(rows[0]), None)]


def _capital(code: str) -> str:
    return code[:1].upper() + code[1:]


def _targets(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(url.rpartition("/")[2] for url in row.get("targetProfile", ()))


@lru_cache(maxsize=2048)  # names come from data too: unknown ones must not pile up
def _tables(type_name: str) -> dict[str, Mapping[str, Element]]:
    """Path -> properties, for a type and every backbone inside it."""
    row = _types().get(type_name)
    structure = core().resource("StructureDefinition", row.url) if row else None
    if structure is None:
        return {}
    tables: dict[str, dict[str, Element]] = {type_name: {}}
    for definition in structure["snapshot"]["element"][1:]:
        parent = definition["path"].rpartition(".")[0]
        if definition["path"].endswith(".value") and is_primitive(type_name):
            continue
        for element in _elements(definition):
            tables.setdefault(parent, {})[element.name] = element
    return {path: MappingProxyType(table) for path, table in tables.items()}


@lru_cache(maxsize=8192)
def children(path_or_type: str) -> Mapping[str, Element]:
    """The JSON properties of a type (``Period``, ``Resource``) or of what stands at a path (``Timing.repeat``, ``CarePlan.period``).

    Choice types are expanded (``valueString``), content references followed (``Questionnaire.item.item`` has the
    children of ``Questionnaire.item``). A primitive type has ``id`` and ``extension``, which JSON carries in the
    ``_name`` sibling. A type or path that R4 does not know gives an empty mapping.
    """
    type_name, *steps = path_or_type.split(".")
    tables = _tables(type_name)
    exact = tables.get(path_or_type)
    if exact is not None:
        return exact
    here = tables.get(type_name, _NOTHING)
    for step in steps:
        element = here.get(step)
        if element is None:
            return _NOTHING
        here = _of(element.type)
    return here


def _of(type_or_path: str) -> Mapping[str, Element]:
    return _tables(type_or_path.partition(".")[0]).get(type_or_path, _NOTHING)
