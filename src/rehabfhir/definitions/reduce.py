"""Which facts of a conformance resource the library uses: `reduced` keeps those and leaves the prose behind."""

from collections.abc import Callable
from typing import Any

__all__ = ["reduced", "reduced_element", "reduced_head"]

_EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
_KEPT_EXTENSIONS = {
    _EXTENSION + name
    for name in (
        "elementdefinition-bestpractice",
        "elementdefinition-maxValueSet",
        "elementdefinition-minValueSet",
        "regex",
        "structuredefinition-fhir-type",
        "structuredefinition-normative-version",
        "structuredefinition-standards-status",
    )
}
_GIVEN_EXTENSIONS = _KEPT_EXTENSIONS | {
    _EXTENSION + name
    for name in (
        "elementdefinition-profile-element",
        "maxDecimalPlaces",
        "maxSize",
        "minLength",
        "narrative-language-control",
        "narrative-source-control",
        "structuredefinition-imposeProfile",
    )
}
_GIVEN_EXTENSIONS |= {
    "http://hl7.org/fhir/tools/StructureDefinition/additional-binding",
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.binding.additional",
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.mustHaveValue",
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.valueAlternatives",
}
"""Kept of what a caller loads; the core has none of the additional ones."""
_HEAD = ("resourceType", "id", "url", "version", "name", "status", "experimental")
_STRUCTURE = (
    *_HEAD,
    "fhirVersion",
    "kind",
    "abstract",
    "context",
    "contextInvariant",
    "type",
    "baseDefinition",
    "derivation",
)
_ELEMENT = (
    "id",
    "path",
    "representation",
    "sliceName",
    "sliceIsConstraining",
    "min",
    "max",
    "base",
    "contentReference",
    "maxLength",
)
_TYPE = ("code", "profile", "targetProfile", "aggregation", "versioning")
_CONSTRAINT = ("key", "severity", "expression", "source")
_SLICING = ("discriminator", "ordered", "rules")
_CHOICES = ("fixed", "pattern", "minValue", "maxValue")
_INCLUDE = ("system", "version", "valueSet")
_FILTER = ("property", "op", "value")
_CODE_SYSTEM = (
    *_HEAD,
    "caseSensitive",
    "valueSet",
    "hierarchyMeaning",
    "compositional",
    "versionNeeded",
    "content",
    "supplements",
)

Tree = dict[str, Any]


def _is_kept(extension: object, urls: set[str]) -> bool:
    url = extension.get("url") if isinstance(extension, dict) else None
    return isinstance(url, str) and url in urls


def _pick(source: Tree, names: tuple[str, ...], urls: set[str] = _KEPT_EXTENSIONS) -> Tree:
    kept = {name: source[name] for name in names if name in source}
    listed = source.get("extension")
    extension = [each for each in listed if _is_kept(each, urls)] if isinstance(listed, list) else []
    return {"extension": extension} | kept if extension else kept


def reduced_head(resource: Tree) -> Tree:
    """The facts of a StructureDefinition itself, without its elements."""
    return _pick(resource, _STRUCTURE, _GIVEN_EXTENSIONS)


def reduced_element(element: Tree, *, with_human: bool = False) -> Tree:
    """The facts of an ElementDefinition that validation uses; `with_human` keeps the sentence that tells an invariant."""
    kept = {name: element[name] for name in _ELEMENT if name in element}
    if with_human:
        kept = _pick(element, _ELEMENT, _GIVEN_EXTENSIONS - _KEPT_EXTENSIONS)
    if "slicing" in element:
        kept["slicing"] = _pick(element["slicing"], _SLICING)
    if "type" in element:
        rows = (*_TYPE, "_profile") if with_human else _TYPE
        kept["type"] = [_pick(each, rows) for each in element["type"]]
    kept |= {name: value for name, value in element.items() if name.startswith(_CHOICES)}
    if element.get("isModifier"):
        kept["isModifier"] = True
    if "constraint" in element:
        names = (*_CONSTRAINT, "human") if with_human else _CONSTRAINT
        kept["constraint"] = [_pick(each, names) for each in element["constraint"]]
    if "binding" in element:
        urls = _GIVEN_EXTENSIONS if with_human else _KEPT_EXTENSIONS
        kept["binding"] = _pick(element["binding"], ("strength", "valueSet"), urls)
    return kept


def _structure(resource: Tree) -> Tree:
    kept = reduced_head(resource)
    view = "snapshot" if "snapshot" in resource else "differential"
    kept[view] = {"element": [reduced_element(each) for each in resource.get(view, {}).get("element", ())]}
    return kept


def _include(include: Tree) -> Tree:
    kept = _pick(include, _INCLUDE)
    if "concept" in include:
        kept["concept"] = [_pick(each, ("code", "display")) for each in include["concept"]]
    if "filter" in include:
        kept["filter"] = [_pick(each, _FILTER) for each in include["filter"]]
    return kept


def _contains(listed: list[Tree]) -> list[Tree]:
    rows = []
    for each in listed:
        row = _pick(each, ("system", "abstract", "inactive", "version", "code", "display"))
        if "contains" in each:
            row["contains"] = _contains(each["contains"])
        rows.append(row)
    return rows


def _value_set(resource: Tree) -> Tree:
    kept = _pick(resource, (*_HEAD, "immutable"))
    if "compose" in resource:
        compose = resource["compose"]
        kept["compose"] = _pick(compose, ("lockedDate", "inactive")) | {
            part: [_include(each) for each in compose[part]] for part in ("include", "exclude") if part in compose
        }
    if "contains" in resource.get("expansion", {}):
        kept["expansion"] = {"contains": _contains(resource["expansion"]["contains"])}
    return kept


def _concepts(listed: list[Tree]) -> list[Tree]:
    rows = []
    for each in listed:
        row = _pick(each, ("code", "display"))
        if "designation" in each:
            row["designation"] = [_pick(one, ("language", "value")) for one in each["designation"]]
        if "property" in each:
            row["property"] = [
                {name: value for name, value in one.items() if name != "extension"} for one in each["property"]
            ]
        if "concept" in each:
            row["concept"] = _concepts(each["concept"])
        rows.append(row)
    return rows


def _code_system(resource: Tree) -> Tree:
    kept = _pick(resource, _CODE_SYSTEM)
    if "property" in resource:
        kept["property"] = [_pick(each, ("code", "uri", "type")) for each in resource["property"]]
    if "filter" in resource:
        kept["filter"] = [_pick(each, ("code", "operator")) for each in resource["filter"]]
    if "concept" in resource:
        kept["concept"] = _concepts(resource["concept"])
    return kept


def _naming_system(resource: Tree) -> Tree:
    kept = _pick(resource, (*_HEAD, "kind"))
    kept["uniqueId"] = [_pick(each, ("type", "value", "preferred")) for each in resource.get("uniqueId", ())]
    return kept


_REDUCERS: dict[str, Callable[[Tree], Tree]] = {
    "StructureDefinition": _structure,
    "ValueSet": _value_set,
    "CodeSystem": _code_system,
    "NamingSystem": _naming_system,
}


def reduced(resource: Tree) -> Tree:
    """A copy of `resource` with the facts that the library uses; its head only when the type is none of those it knows."""
    kind = str(resource.get("resourceType"))
    kept = _REDUCERS[kind](resource) if kind in _REDUCERS else _pick(resource, _HEAD)
    contained = [reduced(each) for each in resource.get("contained", ())]
    return kept | {"contained": contained} if contained else kept
