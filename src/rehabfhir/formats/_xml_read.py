"""FHIR XML to a JSON tree, in one pass of expat: no DTD, no entities, bounded depth, narrative kept to the letter.

What XML can say and the JSON form has no place for is reported and kept under names that JSON never uses:
``@name`` for an attribute that FHIR does not know, ``#text`` for text between elements, ``{namespace}name`` for an
element of another namespace; an unknown FHIR element keeps its own name. `write_xml` puts all of them back.
Rules: https://hl7.org/fhir/R4/xml.html.
"""

import re
from typing import Any
from xml.parsers import expat

from rehabfhir.definitions import r4
from rehabfhir.findings import Issue, Severity
from rehabfhir.formats._numbers import number
from rehabfhir.formats.limits import Limits
from rehabfhir.formats.xhtml import XHTML, standalone

__all__ = ["FHIR", "read_xml"]

FHIR = "http://hl7.org/fhir"
_SEPARATOR = " "
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,400})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_INTEGERS = {"integer", "positiveInt", "unsignedInt", "integer64"}
_TRUNCATED = {"no element found", "unclosed token", "unclosed CDATA section", "partial character"}
_COMPLEX, _PRIMITIVE, _WRAPPER, _UNKNOWN, _RESOURCE = range(5)


class _Refused(Exception):  # noqa: N818 - leaves the parser
    def __init__(self, rule: str, code: str, message: str) -> None:
        super().__init__(message)
        self.rule, self.code, self.message = rule, code, message


class _Frame:
    """An open element: where it goes when it closes, and what it has gathered."""

    __slots__ = ("children", "element", "kind", "name", "nulls", "order", "shadow", "tree", "value")

    def __init__(self, kind: int, name: str, element: Any, tree: dict[str, Any] | None) -> None:
        self.kind, self.name, self.element, self.tree = kind, name, element, tree
        self.children: Any = None
        self.order: Any = None
        self.shadow: dict[str, Any] | None = None
        self.value: Any = None
        self.nulls: set[str] | None = None


def read_xml(text: str, limits: Limits) -> tuple[dict[str, Any] | None, list[Issue]]:
    """The tree of the resource in `text`, and what was found; None when there is a fatal issue."""
    reader = _Reader(text.encode(), limits)
    return reader.read()


class _Reader:
    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.max_depth = max(2, limits.depth // 2)
        self.depth = 0
        self.issues: list[Issue] = []
        self.stack: list[_Frame] = []
        self.root: dict[str, Any] | None = None
        self.namespace = FHIR
        self.inside_primitive = r4.children("Element")
        self.names: dict[str, tuple[str, bool]] = {}
        self.prefixes: dict[str, str] = {}
        self.div_depth = 0
        self.div_start = 0
        self.div_filled = False
        parser = expat.ParserCreate("UTF-8", _SEPARATOR)
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = self.doctype
        parser.StartNamespaceDeclHandler = self.namespace_declared
        self.parser = parser

    def read(self) -> tuple[dict[str, Any] | None, list[Issue]]:
        try:
            self.parser.Parse(self.data, True)  # noqa: FBT003 - expat's own signature
        except expat.ExpatError as error:
            what = expat.ErrorString(error.code) or "not well-formed"
            rule = "xml-truncated" if what in _TRUNCATED else "xml-entity" if "entity" in what else "xml-syntax"
            hint = "; the file is truncated" if rule == "xml-truncated" else ""
            message = f"not readable as XML: {what}{hint}"
            issue = Issue("fatal", "invalid", message, "", error.lineno, error.offset + 1, rule)
            return None, [issue]
        except _Refused as refused:
            message = f"not readable as FHIR XML: {refused.message}"
            line, column = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
            return None, [Issue("fatal", refused.code, message, "", line, column, refused.rule)]
        finally:
            self.parser.StartElementHandler = self.parser.EndElementHandler = None
            self.parser.CharacterDataHandler = self.parser.StartDoctypeDeclHandler = None
            self.parser.StartNamespaceDeclHandler = None
        return self.root, self.issues

    # -- events

    def doctype(self, *_: Any) -> None:
        raise _Refused("xml-dtd", "invalid", "a DOCTYPE: FHIR forbids document types and entities, remove it")

    def namespace_declared(self, prefix: str | None, uri: str | None) -> None:
        if prefix and not self.div_depth:
            self.prefixes[prefix] = uri or ""

    def start(self, full: str, attributes: list[str]) -> None:
        self.depth += 1
        if self.depth > self.max_depth:
            raise _Refused("too-deep", "too-long", f"more than {self.max_depth} elements inside each other")
        if self.div_depth:
            self.div_depth += 1
            self.div_filled = True
            return
        if not self.stack:
            self.open_root(full, attributes)
            return
        name, plain = self.names.get(full) or self.local(full)
        parent = self.stack[-1]
        if parent.kind == _WRAPPER:
            self.open_resource(name, plain, attributes, parent)
            return
        element = parent.children.get(name) if parent.children is not None else None
        if element is not None and element.is_attribute:
            element = None  # `id` and `url` stand as attributes, not as elements
        if element is None or not plain:
            if (element is not None and element.type == "xhtml") or (
                full == f"{XHTML} div" and "div" in (parent.children or ())
            ):
                self.open_div(name, full, parent)
                return
            self.open_unknown(name, attributes, parent)
            return
        order = parent.order
        if order is not None:
            self.check_order(name, parent)
        if element.is_primitive:
            if element.type == "xhtml":
                self.open_plain_div(name, element, attributes)
                return
            frame = _Frame(_PRIMITIVE, name, element, None)
            frame.children = self.inside_primitive
            if len(attributes) == 2 and attributes[0] == "value":
                frame.value = attributes[1]
            elif attributes:
                self.primitive_attributes(frame, attributes)
        elif element.type == "Resource":
            frame = _Frame(_WRAPPER, name, element, None)
            if attributes:
                self.unknown_attributes(frame, attributes, keep=False)
        else:
            tree: dict[str, Any] = {}
            frame = _Frame(_COMPLEX, name, element, tree)
            frame.children = r4.children(element.type)
            frame.order = [-1, ""]
            if attributes:
                self.complex_attributes(frame, attributes)
        self.stack.append(frame)

    def end(self, _: str) -> None:
        self.depth -= 1
        if self.div_depth:
            self.div_depth -= 1
            if not self.div_depth:
                self.close_div()
            return
        frame = self.stack.pop()
        kind = frame.kind
        if kind == _PRIMITIVE:
            self.close_primitive(frame)
            return
        if kind == _WRAPPER:
            for value in frame.value or [{}]:
                self.put(frame, value)
            return
        tree: Any = frame.tree
        if frame.nulls:
            for name in frame.nulls:
                if all(value is None for value in tree[name]):
                    del tree[name]
        if kind == _RESOURCE:
            if self.stack:
                parent = self.stack[-1]
                parent.value = [*(parent.value or []), tree]
            return
        if kind == _UNKNOWN:
            if len(tree) == 1 and "@value" in tree:
                tree = tree["@value"]
            _gather(self.stack[-1].tree, frame.name, tree)
            return
        if not tree:
            self.empty(frame)
        self.put(frame, tree)

    def characters(self, text: str) -> None:
        if self.div_depth:
            self.div_filled = True
            return
        if not self.stack or text.isspace():
            return
        self.found(
            "error",
            "structure",
            "text between elements: FHIR has none, values stand in the value attribute",
            "xml-text",
        )
        frame = self.stack[-1]
        tree = frame.tree
        if tree is None:
            tree = frame.shadow = frame.shadow or {}
        tree["#text"] = tree.get("#text", "") + text

    # -- opening

    def open_root(self, full: str, attributes: list[str]) -> None:
        namespace, _, name = full.rpartition(_SEPARATOR)
        self.namespace = namespace
        if namespace != FHIR:
            message = f'the root element is not in the namespace {FHIR}: write xmlns="{FHIR}" on it'
            self.found("error", "structure", message, "xml-namespace", root=name)
        self.root = {"resourceType": name}
        frame = _Frame(_RESOURCE, name, None, self.root)
        self.as_resource(frame, attributes)

    def open_resource(self, name: str, plain: bool, attributes: list[str], parent: _Frame) -> None:  # noqa: FBT001
        if parent.value:
            self.found(
                "error", "structure", "more than one resource inside one element: give each its own", "xml-resource"
            )
        frame = _Frame(_RESOURCE, "", None, {"resourceType": name})
        if not plain:
            self.found("error", "structure", "the resource is not in FHIR's namespace", "xml-namespace")
        self.as_resource(frame, attributes)

    def as_resource(self, frame: _Frame, attributes: list[str]) -> None:
        assert frame.tree is not None  # noqa: S101 - a resource frame has one from its birth
        name = frame.tree["resourceType"]
        if r4.is_resource(name):
            frame.children = r4.children(name)
            frame.order = [-1, ""]
        if attributes:
            self.unknown_attributes(frame, attributes)
        self.stack.append(frame)

    def open_unknown(self, name: str, attributes: list[str], parent: _Frame) -> None:
        if parent.kind != _UNKNOWN and (parent.kind != _RESOURCE or parent.children is not None):
            shown = name if len(name) <= 64 else "(a long name)"
            self.found(
                "error",
                "structure",
                f"the element '{shown}' is not known here: FHIR R4 does not define it",
                "unknown-element",
            )
        if parent.tree is None:
            parent.tree = parent.shadow = parent.shadow or {}
        frame = _Frame(
            _UNKNOWN,
            name,
            None,
            {f"@{_attribute(attributes[i])}": attributes[i + 1] for i in range(0, len(attributes), 2)},
        )
        self.stack.append(frame)

    def open_div(self, name: str, full: str, parent: _Frame) -> None:
        if not full.startswith(f"{XHTML} "):
            self.found(
                "error",
                "invalid",
                f"the narrative is not in the namespace {XHTML}: write it on the div",
                "xml-namespace",
                tail=".div",
            )
        if parent.order is not None:
            self.check_order("div", parent)
        self.div_depth = 1
        self.div_filled = False
        self.div_start = self.parser.CurrentByteIndex
        self.stack.append(
            _Frame(_PRIMITIVE, "div" if name.endswith("}div") else name, parent.children.get("div"), None)
        )

    def open_plain_div(self, name: str, element: Any, attributes: list[str]) -> None:
        """A div in FHIR's own namespace: what `write_xml` makes of a narrative that is no XML."""
        if len(attributes) == 2 and attributes[0] == "value":
            frame = _Frame(_PRIMITIVE, name, element, None)
            frame.value = attributes[1]
            self.stack.append(frame)
            return
        self.open_div(name, "", self.stack[-1])

    # -- attributes

    def complex_attributes(self, frame: _Frame, attributes: list[str]) -> None:
        tree = frame.tree
        assert tree is not None  # noqa: S101 - a complex frame has one from its birth
        for i in range(0, len(attributes), 2):
            name = attributes[i]
            element = frame.children.get(name)
            if element is not None and element.is_attribute:
                tree[name] = attributes[i + 1]
            else:
                self.unknown_attributes(frame, attributes[i : i + 2])

    def primitive_attributes(self, frame: _Frame, attributes: list[str]) -> None:
        for i in range(0, len(attributes), 2):
            name = attributes[i]
            if name == "value":
                frame.value = attributes[i + 1]
            elif name == "id":
                frame.shadow = {**(frame.shadow or {}), "id": attributes[i + 1]}
            else:
                frame.shadow = frame.shadow or {}
                self.unknown_attributes(frame, attributes[i : i + 2])

    def unknown_attributes(self, frame: _Frame, attributes: list[str], *, keep: bool = True) -> None:
        for i in range(0, len(attributes), 2):
            name = _attribute(attributes[i])
            shown = name if len(name) <= 100 else "(a long name)"
            where = [*self.stack, frame]
            self.found(
                "error",
                "structure",
                f"the attribute '{shown}' is not known here: FHIR R4 does not define it",
                "unknown-attribute",
                stack=where,
            )
            tree = frame.shadow if frame.kind == _PRIMITIVE else frame.tree
            if keep and tree is not None:
                tree[f"@{name}"] = attributes[i + 1]

    # -- closing

    def close_primitive(self, frame: _Frame) -> None:
        value = frame.value
        shadow = frame.shadow
        if value is not None:
            kind = frame.element.type
            if kind == "boolean":
                value = True if value == "true" else False if value == "false" else value
            elif kind in _INTEGERS:
                value = number(value) if _INTEGER.fullmatch(value) else value
            elif kind == "decimal":
                value = number(value) if _DECIMAL.fullmatch(value) else value
        elif shadow is None:
            shadow = {}
            self.empty(frame)
        name = frame.name
        parent = self.stack[-1]
        tree = parent.tree
        assert tree is not None  # noqa: S101 - primitives stand in complex elements
        if frame.element.is_list:
            values = tree.setdefault(name, [])
            values.append(value)
            if value is None:
                parent.nulls = {*(parent.nulls or ()), name}
            shadows = tree.get(f"_{name}")
            if shadows is not None:
                shadows.append(shadow)
            elif shadow is not None:
                tree[f"_{name}"] = [*([None] * (len(values) - 1)), shadow]
            return
        if name in tree or f"_{name}" in tree:
            self.repeated(name)
            self.pile(tree, name, value, shadow)
            return
        if value is not None:
            tree[name] = value
        if shadow is not None:
            tree[f"_{name}"] = shadow

    @staticmethod
    def pile(tree: dict[str, Any], name: str, value: Any, shadow: Any) -> None:
        """A primitive that stands more than once where one is allowed becomes an array, so that none is lost."""
        values, shadows = tree.get(name), tree.get(f"_{name}")
        values = values if isinstance(values, list) else [values]
        shadows = shadows if isinstance(shadows, list) else [shadows]
        shadows += [None] * (len(values) - len(shadows))
        tree[name] = [*values, value]
        if shadow is not None or any(entry is not None for entry in shadows):
            tree[f"_{name}"] = [*shadows, shadow]

    def put(self, frame: _Frame, value: Any) -> None:
        parent = self.stack[-1]
        tree = parent.tree
        if tree is None:  # an extension inside a primitive
            tree = parent.shadow = parent.shadow if parent.shadow is not None else {}
        if frame.element.is_list:
            tree.setdefault(frame.name, []).append(value)
        elif frame.name in tree:
            self.repeated(frame.name)
            _gather(tree, frame.name, value)
        else:
            tree[frame.name] = value

    def close_div(self) -> None:
        frame = self.stack.pop()
        at = self.parser.CurrentByteIndex
        empty_tag = not self.div_filled and self.data[at - 2 : at] == b"/>"  # then expat stands behind it already
        end = at if empty_tag else self.data.index(b">", at) + 1
        raw = self.data[self.div_start : end].decode()
        frame.value = standalone(raw, self.prefixes)
        self.close_primitive(frame)

    # -- findings

    def check_order(self, name: str, parent: _Frame) -> None:
        order = parent.order
        positions = _positions(parent.children)
        at = positions[name]
        if at < order[0]:
            message = f"the element '{name}' stands after '{order[1]}': FHIR XML keeps the order of the definition"
            element = parent.children[name]
            standing = parent.tree.get(name) if parent.tree else None
            index = len(standing) if isinstance(standing, list) else 0
            self.found(
                "error", "invalid", message, "xml-order", tail=f".{name}[{index}]" if element.is_list else f".{name}"
            )
        order[0], order[1] = at, name

    def empty(self, frame: _Frame) -> None:
        message = "the element has neither a value nor content: leave it out"
        self.found("error", "invalid", message, "xml-empty", stack=[*self.stack, frame])

    def repeated(self, name: str) -> None:
        message = f"the element '{name}' stands more than once: one is allowed"
        self.found("error", "structure", message, "xml-repeated")

    def found(
        self,
        severity: Severity,
        code: str,
        message: str,
        rule: str,
        *,
        tail: str = "",
        root: str = "",
        stack: list[_Frame] | None = None,
    ) -> None:
        line, column = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        path = root or self.path(stack) + tail
        self.issues.append(Issue(severity, code, message, path, line, column, rule))

    def path(self, stack: list[_Frame] | None = None) -> str:
        frames = self.stack if stack is None else stack
        parts: list[str] = []
        for above, frame in zip([None, *frames], frames, strict=False):
            if not frame.name:
                continue
            name = frame.name
            if above is not None and frame.element is not None and frame.element.is_list:
                standing = (above.tree or above.shadow or {}).get(name)
                name = f"{name}[{len(standing) if isinstance(standing, list) else 0}]"
            parts.append(name)
        return ".".join(parts)

    def local(self, full: str) -> tuple[str, bool]:
        namespace, _, name = full.rpartition(_SEPARATOR)
        plain = namespace == self.namespace
        known = (name if plain else f"{{{namespace}}}{name}", plain)
        self.names[full] = known
        return known


_ORDER: dict[int, tuple[Any, dict[str, int]]] = {}


def _positions(children: Any) -> dict[str, int]:
    """Name -> place in the order of the standard; all types of a choice share one."""
    known = _ORDER.get(id(children))
    if known is None or known[0] is not children:
        places: dict[str, int] = {}
        paths: dict[str, int] = {}
        for name, element in children.items():
            places[name] = paths.setdefault(element.path, len(paths))
        _ORDER[id(children)] = known = (children, places)
    return known[1]


def _attribute(full: str) -> str:
    namespace, found, name = full.rpartition(_SEPARATOR)
    return f"{{{namespace}}}{name}" if found else name


def _gather(tree: Any, name: str, value: Any) -> None:
    if name not in tree:
        tree[name] = value
    elif isinstance(tree[name], list):
        tree[name].append(value)
    else:
        tree[name] = [tree[name], value]
