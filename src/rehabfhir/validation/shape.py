"""The JSON form of a resource: unknown properties, arrays where arrays belong, nulls, empty objects, JSON types.

The compiled checks take the form for granted and raise `MalformedError` where it is broken; only then does this
slower pass run. It says what is wrong and hands back a tree with the broken parts left out, as HL7's parser does, so
that everything else can still be checked (https://hl7.org/fhir/R4/json.html).
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from rehabfhir.definitions import r4
from rehabfhir.findings import Issue

__all__ = ["MalformedError", "well_formed"]

Tree = dict[str, Any]

_NUMBERS = {"integer", "unsignedInt", "positiveInt", "decimal"}
_SIMPLE = (str, bool, int, float, Decimal)
_DEEPEST = 60


class MalformedError(Exception):
    """The tree does not have FHIR's JSON form; never leaves the package."""


def well_formed(resource: Tree, location: str) -> tuple[Tree, list[Issue]]:
    """`resource` without the parts whose form is broken, and what was broken, in document order."""
    former = _Former()
    tree = former.resource(resource, location)
    return tree, former.issues


def _what(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, str):
        return "a string"
    return "true or false" if isinstance(value, bool) else "a number"


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


class _Former:
    def __init__(self) -> None:
        self.issues: list[Issue] = []

    def _say(self, location: str, message: str, rule: str, value: Any, code: str = "invalid") -> None:
        self.issues.append(Issue("error", code, message, location, rule=rule, value=value))

    def resource(self, value: Tree, location: str) -> Tree:
        """A resource's tree; its ``resourceType`` is known to be right."""
        return self._object(value, location, value["resourceType"], 0, resource=True)

    def _object(self, value: Tree, location: str, path: str, depth: int, *, resource: bool = False) -> Tree:
        if depth > _DEEPEST:
            self._say(location, f"nested deeper than {_DEEPEST} levels; flatten it", "json-depth", None)
            return {}
        if not value:
            self._say(location, "empty object; leave the element out or give it content", "json-empty-object", value)
        table = r4.children(path)
        kept: Tree = {}
        chosen: dict[str, str] = {}
        for name, inner in value.items():
            if resource and name == "resourceType":
                kept[name] = inner
                continue
            plain = name.removeprefix("_")
            element = table.get(plain)
            if element is None or (name != plain and not element.is_primitive):
                self._unknown(location, path, name, inner)
                continue
            if element.choice is not None and chosen.setdefault(element.choice, plain) != plain:
                self._unknown(location, path, name, inner, f"{chosen[element.choice]} is there already")
                continue
            here = (
                f"{location}.{element.choice[:-3]}.ofType({element.type})" if element.choice else f"{location}.{plain}"
            )
            if element.is_primitive:
                if name != plain and plain in value:
                    continue
                self._primitive(kept, value, plain, element, here, depth)
            else:
                self._complex(kept, plain, inner, element, here, depth)
        return kept

    def _unknown(self, location: str, path: str, name: str, value: Any, why: str | None = None) -> None:
        reason = why or f"{path} has no such element"
        self._say(
            location,
            f"unknown property '{name[:60]}': {reason}; correct the name or remove it",
            "unknown-element",
            value,
            "structure",
        )

    def _complex(self, kept: Tree, name: str, value: Any, element: r4.Element, here: str, depth: int) -> None:
        if element.is_list and isinstance(value, list):
            if not value:
                self._say(here, "empty array; leave the element out", "json-empty-array", value)
            items = [
                made
                for index, each in enumerate(value)
                for made in self._instance(each, f"{here}[{index}]", element, depth)
            ]
            if items:
                kept[name] = items
            return
        if element.is_list:
            self._say(here, f"expected an array, found {_what(value)}; put it in [ ]", "json-array", value)
        for made in self._instance(value, here, element, depth):
            kept[name] = [made] if element.is_list else made

    def _instance(self, value: Any, here: str, element: r4.Element, depth: int) -> Iterator[Tree]:
        if not isinstance(value, dict):
            self._say(here, f"expected an object, found {_what(value)}", "json-object", value)
        elif element.type != "Resource":
            yield self._object(value, here, element.type, depth + 1)
        else:
            kind = value.get("resourceType")
            if not isinstance(kind, str):
                self._say(
                    here, "a resource needs the property 'resourceType' with its type's name", "resource-type", kind
                )
            elif not r4.is_resource(kind):
                self._say(here, "'resourceType' names no R4 resource type", "resource-type", kind)
            else:
                yield self._object(value, here, kind, depth + 1, resource=True)
                return
            if element.name == "contained":
                yield {}  # keeps the places of those that follow

    def _primitive(self, kept: Tree, value: Tree, name: str, element: r4.Element, here: str, depth: int) -> None:
        main, under = value.get(name), value.get("_" + name)
        has_main, has_under = name in value, "_" + name in value
        if not element.is_list:
            self._pair(kept, name, (main, has_main, under, has_under), element, here, depth)
            return
        broken = False
        for part, there in ((main, has_main), (under, has_under)):
            if there and not isinstance(part, list):
                self._say(here, f"expected an array, found {_what(part)}; put it in [ ]", "json-array", part)
                broken = True
        if broken:
            return
        mains, unders = main or [], under or []
        pairs: list[tuple[Any, Any]] = []
        for index in range(max(len(mains), len(unders))):
            first = mains[index] if index < len(mains) else None
            second = unders[index] if index < len(unders) else None
            one: Tree = {}
            if first is None and second is None:
                self._say(here, "null has no extension beside it; leave it out or give the value", "json-null", None)
                continue
            if self._pair(one, name, (first, first is not None, second, second is not None), element, here, depth):
                pairs.append((one.get(name), one.get("_" + name)))
        if pairs:
            kept[name] = [first for first, _ in pairs]
            if any(second is not None for _, second in pairs):
                kept["_" + name] = [second for _, second in pairs]

    def _pair(
        self, kept: Tree, name: str, pair: tuple[Any, bool, Any, bool], element: r4.Element, here: str, depth: int
    ) -> bool:
        main, has_main, under, has_under = pair
        if has_main and not isinstance(main, _SIMPLE):
            self._say(here, f"expected a simple value, found {_what(main)}", "json-primitive", main)
            return False
        if has_under and not isinstance(under, dict):
            self._say(here, f"'_{name}' must be an object, found {_what(under)}", "json-object", under)
            return False
        if has_main:
            kept[name] = self._typed(main, element.type, here)
        if has_under and element.type == "xhtml":
            for key in under or ("",):
                self._unknown(here, "xhtml", key, under)
        elif has_under:
            beneath = {key: each for key, each in under.items() if key != "value"} if "value" in under else under
            made = self._object(beneath, here, element.type, depth + 1) if beneath or "value" not in under else {}
            if "value" in under:
                self._value_beside(under["value"], here)
                made["value"] = None
            kept["_" + name] = made
        return True

    def _value_beside(self, value: Any, here: str) -> None:
        """The one mistake about ``_name`` that is made often: the value put inside it."""
        if not isinstance(value, str):
            self._say(f"{here}.value", f"expected a string in quotes, found {_what(value)}", "json-type", value)
        self._say(
            here, "the value stands inside the '_' property; put it in the property without '_'", "value-beside", value
        )

    def _typed(self, value: Any, type_: str, here: str) -> Any:
        if type_ == "boolean":
            right, want = isinstance(value, bool), "true or false without quotes"
        elif type_ in _NUMBERS:
            right, want = (
                isinstance(value, (int, float, Decimal)) and not isinstance(value, bool),
                "a number without quotes",
            )
        else:
            right, want = isinstance(value, str), "a string in quotes"
        if not right:
            self._say(here, f"expected {want}, found {_what(value)}", "json-type", value)
            return _text(value)
        return value
