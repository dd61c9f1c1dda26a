"""A tree to FHIR XML: elements in the order of the standard, primitives with their extensions, narrative as it stands."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from rehabfhir.definitions import r4
from rehabfhir.errors import MisuseError
from rehabfhir.formats.xhtml import embeddable

__all__ = ["write_xml"]

_NAME = re.compile(r"[A-Za-z_\u00b7-\u02ff\u0370-\u1fff][A-Za-z0-9_.\u00b7-\u02ff\u0370-\u1fff-]*")
_QUALIFIED = re.compile(r"\{([^{}]*)\}(.+)", re.DOTALL)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)
_SPECIAL = re.compile('[&<>"\n\r\t\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')
_MAX_DEPTH = 250
_UNKNOWN: Mapping[str, Any] = {}


def write_xml(tree: dict[str, Any], *, pretty: bool = False) -> bytes:
    """`tree`, one resource, as FHIR XML in UTF-8; one element a line when `pretty`.

    Properties that R4 does not define are written after those that it does, so that nothing is lost.

    Raises:
        MisuseError: `tree` is no resource, or holds what XML has no form for (control characters, a property whose
            name is no XML name); the message names the place.
    """
    if not isinstance(tree, dict) or not isinstance(tree.get("resourceType"), str):
        raise MisuseError("write_xml takes a resource: a dict with a resourceType")
    writer = _Writer(pretty=pretty)
    writer.resource(tree, 0, ' xmlns="http://hl7.org/fhir"')
    text = "".join(writer.out)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{chr(10) if pretty else ""}{text}{chr(10) if pretty else ""}'.encode()
    )


def _ordered(tree: dict[str, Any], table: Mapping[str, Any]) -> list[str]:
    """The properties to write as elements, without the underscore, in the order of the standard; unknown ones last."""
    positions = _positions(table)
    known: dict[str, int] = {}
    rest: dict[str, None] = {}
    for key, value in tree.items():
        first = key[:1]
        bare = key[1:] if first == "_" and len(key) > 1 else key
        position = positions.get(bare)
        if position is None:
            if first not in {"@", "#"}:
                rest[bare] = None
        elif not (table[bare].is_attribute and bare is key and isinstance(value, str)):
            known[bare] = position
    return [*sorted(known, key=known.__getitem__), *rest]


_POSITIONS: dict[int, tuple[Mapping[str, Any], dict[str, int]]] = {}


def _positions(table: Mapping[str, Any]) -> dict[str, int]:
    found = _POSITIONS.get(id(table))
    if found is None or found[0] is not table:
        found = _POSITIONS[id(table)] = (table, {name: index for index, name in enumerate(table)})
    return found[1]


class _Writer:
    def __init__(self, *, pretty: bool) -> None:
        self.out: list[str] = []
        self.pretty = pretty
        self.path: list[str] = []

    def resource(self, tree: dict[str, Any], depth: int, xmlns: str = "") -> None:
        name = tree["resourceType"]
        self.path.append(name)
        table = r4.children(name) if r4.is_resource(name) else _UNKNOWN
        body = {key: value for key, value in tree.items() if key != "resourceType"}
        self.complex(name, body, table, depth, xmlns)
        self.path.pop()

    def complex(self, name: str, tree: dict[str, Any], table: Mapping[str, Any], depth: int, extra: str = "") -> None:
        if depth > _MAX_DEPTH:
            raise MisuseError(f"the tree is deeper than {_MAX_DEPTH}, or holds itself")
        out = self.out
        attributes = extra
        for key, value in tree.items():
            element = table.get(key)
            if element is not None and element.is_attribute and isinstance(value, str):
                attributes += f' {key}="{self.text(value)}"'
            elif key[:1] == "@" and isinstance(value, str):
                attributes += self.attribute(key[1:], value)
        opening = len(out)
        self.indent(depth)
        out.append(f"<{self.tag(name)}{attributes}>")
        filled = len(out)
        for bare in _ordered(tree, table):
            element = table.get(bare)
            self.path.append(bare)
            self.member(bare, tree.get(bare), tree.get(f"_{bare}"), element, depth + 1)
            self.path.pop()
        if "#text" in tree and isinstance(tree["#text"], str):
            out.append(self.text(tree["#text"]))
        if len(out) == filled:
            out[opening:] = [
                *(["\n" + "  " * depth] if self.pretty and depth else []),
                f"<{self.tag(name)}{attributes}/>",
            ]
            return
        self.indent(depth)
        out.append(f"</{self.closing(name)}>")

    def member(self, name: str, value: Any, shadow: Any, element: Any, depth: int) -> None:
        values = value if isinstance(value, list) else [value]
        shadows = shadow if isinstance(shadow, list) else [shadow]
        for i in range(max(len(values), len(shadows))):
            one = values[i] if i < len(values) else None
            beside = shadows[i] if i < len(shadows) else None
            if one is None and beside is None:
                continue
            if element is not None and element.type == "xhtml" and isinstance(one, str):
                self.div(name, one, depth)
            elif isinstance(one, dict):
                if element is not None and element.type == "Resource" and isinstance(one.get("resourceType"), str):
                    self.indent(depth)
                    self.out.append(f"<{name}>")
                    self.resource(one, depth + 1)
                    self.indent(depth)
                    self.out.append(f"</{name}>")
                else:
                    self.complex(name, one, self.table(element), depth)
            else:
                self.primitive(name, one, beside, depth)

    @staticmethod
    def table(element: Any) -> Mapping[str, Any]:
        if element is None or element.is_primitive or element.type == "Resource":
            return _UNKNOWN
        return r4.children(element.type)

    def primitive(self, name: str, value: Any, shadow: Any, depth: int) -> None:
        attribute = "" if value is None else f' value="{self.scalar(value)}"'
        if isinstance(shadow, dict) and shadow:
            self.complex(name, shadow, r4.children("Element"), depth, attribute)
            return
        self.indent(depth)
        self.out.append(f"<{self.tag(name)}{attribute}/>")

    def div(self, name: str, text: str, depth: int) -> None:
        self.indent(depth)
        inner = embeddable(text)
        if inner is None:  # no XHTML: kept as a value, which `read` takes back
            self.out.append(f'<{name} value="{self.text(text)}"/>')
        else:
            self.out.append(inner)

    def scalar(self, value: Any) -> str:
        if value is True:
            return "true"
        if value is False:
            return "false"
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            raise MisuseError(f"{self.where()}: an array inside an array has no form in FHIR XML")
        return orjson.dumps(value).decode() if type(value) is float else str(value)

    def text(self, value: str) -> str:
        if not _SPECIAL.search(value):
            return value
        if _FORBIDDEN.search(value):
            raise MisuseError(f"{self.where()}: a control character that XML cannot carry")
        return value.translate(_ESCAPE)

    def attribute(self, name: str, value: str) -> str:
        match = _QUALIFIED.fullmatch(name)
        if match:
            return f' xmlns:a="{self.text(match[1])}" a:{self.tag(match[2])}="{self.text(value)}"'
        return f' {self.tag(name)}="{self.text(value)}"'

    def tag(self, name: str) -> str:
        match = _QUALIFIED.fullmatch(name)
        if match:
            return f'{self.tag(match[2])} xmlns="{self.text(match[1])}"'
        if not _NAME.fullmatch(name):
            raise MisuseError(f"{self.where()}: a property whose name is no XML name")
        return name

    @staticmethod
    def closing(name: str) -> str:
        match = _QUALIFIED.fullmatch(name)
        return match[2] if match else name

    def where(self) -> str:
        return ".".join(self.path)

    def indent(self, depth: int) -> None:
        if self.pretty and depth:
            self.out.append("\n" + "  " * depth)
