"""Where an element stands, cheaply: a chain of tuples while walking, a FHIRPath string only when something is wrong.

A place is ``(parent place or None, node, index or -1, value)``. The node is compiled with the profile and says what the
element is called and defined as; the index counts within an array.
"""

from typing import Any

__all__ = ["Node", "Place", "place_text"]

Place = tuple[Any, "Node", int, Any]


class Node:
    """The static half of a place.

    Attributes:
        name: the JSON property, ``valueQuantity``; the resource's location for a root.
        label: how it stands in a FHIRPath location, ``value.ofType(Quantity)``.
        path: the path where it is defined, ``Observation.value[x]``.
        type: its type's code, or the backbone path whose children apply.
        element: its ElementDefinition, empty for a root.
    """

    __slots__ = ("element", "label", "name", "path", "type")

    def __init__(self, name: str, path: str, type_: str, element: dict[str, Any] | None = None) -> None:
        self.name = name
        self.path = path
        self.type = type_
        self.element = element or {}
        last = path.rpartition(".")[2]
        self.label = f"{last[:-3]}.ofType({type_})" if last.endswith("[x]") and name != last else name


def place_text(place: Place | None, node: Node | None = None, index: int = -1) -> str:
    """The FHIRPath location of `place`, or of its child `node` at `index`."""
    parts: list[str] = []
    if node is not None:
        parts.append(node.label if index < 0 else f"{node.label}[{index}]")
    while place is not None:
        place, step, at, _ = place
        parts.append(step.label if at < 0 else f"{step.label}[{at}]")
    parts.reverse()
    return ".".join(parts)
