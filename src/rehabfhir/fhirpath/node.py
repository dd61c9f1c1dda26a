"""A place in a FHIR tree as FHIRPath sees it: value, type, the `_x` sibling of a primitive, and where it stands."""

from collections.abc import Iterator
from typing import Any

from rehabfhir.fhirpath import types
from rehabfhir.fhirpath.types import Property

__all__ = ["Node", "children", "node_for", "step"]


class Node:
    """One element or resource. Evaluation makes nodes; the trees behind them stay plain.

    Attributes:
        value: the tree: dict, or for a primitive its JSON value (None when only its sibling is there).
        type: FHIR type or backbone path (``CarePlan.activity``); None when it is not known.
        sibling: the ``_x`` property of a primitive (id and extensions), else None.
        parent: the node it was reached from, None for a root.
        name: the JSON property it was reached by, empty for a root.
        shown: the step as FHIRPath writes it (``value.ofType(Quantity)``).
        index: its place in a list, None when JSON carries no list there.
    """

    __slots__ = ("index", "name", "parent", "shown", "sibling", "type", "value")

    def __init__(
        self,
        value: Any,
        type: str | None,  # noqa: A002 - FHIR's word
        sibling: dict[str, Any] | None = None,
        parent: "Node | None" = None,
        name: str = "",
        shown: str = "",
        index: int | None = None,
    ) -> None:
        self.value = value
        self.type = type
        self.sibling = sibling
        self.parent = parent
        self.name = name
        self.shown = shown
        self.index = index

    def __repr__(self) -> str:
        return f"Node({self.location}: {self.type})"

    @property
    def location(self) -> str:
        """FHIRPath of the place with indexes, from its root: ``CarePlan.activity[1].detail``."""
        steps: list[str] = []
        node: Node | None = self
        while node is not None:
            step = node.shown or node.name or node.type or ""
            steps.append(step if node.index is None else f"{step}[{node.index}]")
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
    if type(value) is not dict:
        if node.sibling is not None and name in {"extension", "id"}:
            expand(
                node, node.sibling, properties_of(None if node.type is None else "Element", name, node.sibling), found
            )
        return found
    expand(node, value, properties_of(node.type, name, value), found)
    return found


def properties_of(type_name: str | None, name: str, tree: dict[str, Any]) -> tuple[Property, ...]:
    """What `name` stands for in a type; for a type that is not known, in the tree itself."""
    if type_name is not None and types.is_defined(type_name):
        return types.properties(type_name, name)
    if name == "resourceType":
        return ()
    if name in tree or f"_{name}" in tree:
        return (undeclared(name, tree),)
    return ()


def undeclared(name: str, tree: dict[str, Any]) -> Property:
    """A property that no definition knows, described by its value."""
    value = tree.get(name)
    first = value[0] if isinstance(value, list) and value else value
    resource = isinstance(first, dict) and isinstance(first.get("resourceType"), str)
    return Property(name, None, isinstance(value, list), not isinstance(first, dict), resource, name)


def expand(parent: Node, tree: dict[str, Any], properties: tuple[Property, ...], found: list[Node]) -> None:
    """Append the nodes that `properties` have in `tree`; lists are spread, nulls aligned with their siblings."""
    for name, type_name, _, is_primitive, resource, shown in properties:
        value = tree.get(name)
        beside = tree.get("_" + name) if is_primitive else None
        if value is None and beside is None:
            continue
        if type(value) is list or type(beside) is list:
            _expand_list(parent, value, beside, (name, type_name, resource, shown), found)
            continue
        if resource and type(value) is dict:
            type_name = _resource_type(value, type_name)  # noqa: PLW2901 - the property said only Resource
        if type(beside) is not dict or not beside:
            beside = None
            if value is None:
                continue
        found.append(Node(value, type_name, beside, parent, name, shown))


def _expand_list(
    parent: Node, values: Any, beside: Any, about: tuple[str, str | None, bool, str], found: list[Node]
) -> None:
    name, type_name, resource, shown = about
    items = values if type(values) is list else [] if values is None else [values]
    siblings = beside if type(beside) is list else [] if beside is None else [beside]
    for index in range(max(len(items), len(siblings))):
        item = items[index] if index < len(items) else None
        sibling = siblings[index] if index < len(siblings) else None
        if type(sibling) is not dict or not sibling:
            sibling = None
            if item is None:
                continue
        own = _resource_type(item, type_name) if resource and type(item) is dict else type_name
        found.append(Node(item, own, sibling, parent, name, shown, index))


def _resource_type(tree: dict[str, Any], declared: str | None) -> str | None:
    own = tree.get("resourceType")
    return own if isinstance(own, str) else declared


def children(node: Node) -> list[Node]:
    """Every child of `node`, in document order; for a primitive its id and extensions."""
    found: list[Node] = []
    tree = node.value
    type_name = node.type
    if type(tree) is not dict:
        if node.sibling is None:
            return found
        tree, type_name = node.sibling, "Element"
    for name in _names(tree):
        known = types.property_of(type_name, name) if type_name is not None else None
        expand(node, tree, (known or undeclared(name, tree),), found)
    return found


def _names(tree: dict[str, Any]) -> Iterator[str]:
    for key in tree:
        if key in {"resourceType", "fhir_comments"}:
            continue
        if key[:1] != "_":
            yield key
        elif key[1:] not in tree:
            yield key[1:]
