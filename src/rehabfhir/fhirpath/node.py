"""A place in a FHIR tree as FHIRPath sees it: value, type, the `_x` sibling of a primitive, and where it stands."""

from typing import Any

from rehabfhir.fhirpath import types
from rehabfhir.fhirpath.types import Alternatives, Property

__all__ = ["Node", "children", "expand", "node_for", "properties_of", "step"]

_NO_ELEMENTS = {"resourceType", "fhir_comments"}


class Node:
    """One element or resource. Evaluation makes nodes; the trees behind them stay plain.

    Attributes:
        value: the tree: dict, or for a primitive its JSON value (None when only its sibling is there).
        type: FHIR type or backbone path (``CarePlan.activity``); None when it is not known.
        sibling: the ``_x`` property of a primitive (id and extensions), else None.
        parent: the node it was reached from, None for a root.
        property: the JSON property it was reached by, None for a root.
        index: its place in a list, None when JSON carries no list there.
    """

    __slots__ = ("index", "parent", "property", "sibling", "type", "value")

    def __init__(
        self,
        value: Any,
        type: str | None,  # noqa: A002 - FHIR's word
        sibling: dict[str, Any] | None = None,
        parent: "Node | None" = None,
        property: Property | None = None,  # noqa: A002 - FHIR's word
        index: int | None = None,
    ) -> None:
        self.value = value
        self.type = type
        self.sibling = sibling
        self.parent = parent
        self.property = property
        self.index = index

    def __repr__(self) -> str:
        return f"Node({self.location}: {self.type})"

    @property
    def location(self) -> str:
        """FHIRPath of the place with indexes, from its root: ``Observation.component[1].value.ofType(Quantity)``."""
        steps: list[str] = []
        node: Node | None = self
        while node is not None:
            shown = (node.type or "") if node.property is None else node.property.shown
            steps.append(shown if node.index is None else f"{shown}[{node.index}]")
            node = node.parent
        return ".".join(reversed(steps))


def node_for(tree: Any, type: str | None = None) -> Node:  # noqa: A002 - FHIR's word
    """A root node. A resource's own ``resourceType`` wins over a `type` that is missing or abstract.

    Args:
        tree: the value.
        type: its FHIR type, or a path (``CarePlan.activity``, ``CarePlan.period``).
    """
    if type is not None and "." in type:
        type = types.type_at(type)  # noqa: A001
    if isinstance(tree, dict) and (type is None or type in {"Resource", "DomainResource"}):
        own = tree.get("resourceType")
        if isinstance(own, str):
            type = own  # noqa: A001
    return Node(tree, type)


def step(node: Node, name: str) -> list[Node]:
    """The children of `node` called `name` (``value`` finds ``valueQuantity``)."""
    found: list[Node] = []
    value = node.value
    if type(value) is dict:
        expand(node, value, properties_of(node.type, name, value), found)
    elif node.sibling is not None and name in {"extension", "id"}:
        expand(node, node.sibling, properties_of("Element", name, node.sibling), found)
    return found


def properties_of(type_name: str | None, name: str, tree: dict[str, Any]) -> tuple[Property, ...]:
    """What `name` stands for in a type; for a type that is not known, in the tree itself."""
    if type_name is not None and types.is_defined(type_name):
        return types.properties(type_name, name)
    if name in _NO_ELEMENTS or (name not in tree and f"_{name}" not in tree):
        return ()
    return (undeclared(name, tree),)


def undeclared(name: str, tree: dict[str, Any]) -> Property:
    """A property that no definition knows, described by its value."""
    value = tree.get(name)
    first = value[0] if isinstance(value, list) and value else value
    resource = isinstance(first, dict) and isinstance(first.get("resourceType"), str)
    return Property(name, None, isinstance(value, list), not isinstance(first, dict), resource, name)


def expand(parent: Node, tree: dict[str, Any], properties: tuple[Property, ...], found: list[Node]) -> None:
    """Append the nodes that `properties` have in `tree`; lists are spread, nulls aligned with their siblings."""
    if type(properties) is Alternatives:
        properties = properties.present(tree)
    for prop in properties:
        name, type_name, _, is_primitive, resource, _ = prop
        value = tree.get(name)
        beside = tree.get("_" + name) if is_primitive else None
        if beside is None:
            if value is None:
                continue
            kind = type(value)
            if kind is list:
                for index, item in enumerate(value):
                    if item is not None:
                        own = _resource_type(item, type_name) if resource else type_name
                        found.append(Node(item, own, None, parent, prop, index))
                continue
            if resource:
                type_name = _resource_type(value, type_name)
            found.append(Node(value, type_name, None, parent, prop))
        elif type(value) is list or type(beside) is list:
            _align(parent, value, beside, prop, found)
        else:
            sibling = beside if type(beside) is dict and beside else None
            if value is not None or sibling is not None:
                found.append(Node(value, type_name, sibling, parent, prop))


def _align(parent: Node, values: Any, beside: Any, prop: Property, found: list[Node]) -> None:
    """A list of primitives, its values and siblings matched by their places."""
    items = values if type(values) is list else [] if values is None else [values]
    siblings = beside if type(beside) is list else [beside]
    for index in range(max(len(items), len(siblings))):
        item = items[index] if index < len(items) else None
        sibling = siblings[index] if index < len(siblings) else None
        if type(sibling) is not dict or not sibling:
            sibling = None
            if item is None:
                continue
        found.append(Node(item, prop.type, sibling, parent, prop, index))


def _resource_type(tree: Any, declared: str | None) -> str | None:
    own = tree.get("resourceType") if type(tree) is dict else None
    return own if isinstance(own, str) else declared


def children(node: Node) -> list[Node]:
    """Every child of `node`, in document order; for a primitive its id and extensions.

    What a known type does not declare is no child of it.
    """
    found: list[Node] = []
    tree = node.value
    type_name = node.type
    if type(tree) is not dict:
        if node.sibling is None:
            return found
        tree, type_name = node.sibling, "Element"
    known = types.declared(type_name) if type_name is not None else {}
    for key in tree:
        name = key
        if key[:1] == "_":
            name = key[1:]
            if name in tree:
                continue
        prop = known.get(name)
        if prop is None:
            if known or name in _NO_ELEMENTS:
                continue
            prop = undeclared(name, tree)
        expand(node, tree, (prop,), found)
    return found
