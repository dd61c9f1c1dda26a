"""A profile's snapshot as a tree of parts: elements, their children, their slices."""

from collections.abc import Iterator
from typing import Any

from rehabfhir.definitions import r4

__all__ = ["Part", "named_profiles", "part_tree", "within"]

Tree = dict[str, Any]
_ELEMENT = "http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element"


def named_profiles(row: Tree) -> list[str]:
    """The profiles of an ``ElementDefinition.type`` row, with ``#id`` for an element within one."""
    urls = list(row.get("profile", ()))
    beside = row.get("_profile")
    for index, each in enumerate(beside if isinstance(beside, list) else ()):
        for extension in (each or {}).get("extension", ()) if isinstance(each, dict) else ():
            if extension.get("url") == _ELEMENT and index < len(urls):
                urls[index] = f"{urls[index]}#{extension.get('valueString')}"
    return urls


class Part:
    """One ElementDefinition of a snapshot, with what stands under it.

    Attributes:
        definition: the ElementDefinition.
        last: the last step of its path, ``value[x]``.
        slice_name: its slice's name, None for an element that is no slice.
        children: the parts under it, slices left out.
        slices: for an element with slicing, its slices in order.
    """

    __slots__ = ("children", "definition", "last", "slice_name", "slices")

    def __init__(self, definition: Tree) -> None:
        self.definition = definition
        self.last = str(definition["path"]).rpartition(".")[2]
        self.slice_name: str | None = definition.get("sliceName")
        self.children: list[Part] = []
        self.slices: list[Part] = []

    def child(self, name: str) -> "Part | None":
        """The child called `name` (``value`` finds ``value[x]``)."""
        for each in self.children:
            if each.last in {name, name + "[x]"}:
                return each
        return None

    def types(self) -> list[str]:
        """The type codes that the definition allows."""
        return [r4.type_code(row) for row in self.definition.get("type", ())]

    def profiles(self) -> Iterator[str]:
        """The profiles that its types name, with ``#id`` when a type names an element within the profile."""
        for row in self.definition.get("type", ()):
            yield from named_profiles(row)

    def __repr__(self) -> str:
        return f"Part({self.definition.get('id')})"


def part_tree(structure: Tree) -> Part | None:
    """The snapshot of a StructureDefinition as a tree, None when there is none."""
    elements = (structure.get("snapshot") or {}).get("element") or []
    if not elements:
        return None
    root = Part(elements[0])
    stack: list[Part] = [root]
    for definition in elements[1:]:
        depth = str(definition["path"]).count(".")
        if depth < 1 or depth > len(stack):
            continue
        part = Part(definition)
        del stack[depth:]
        parent = stack[depth - 1]
        same = next((each for each in parent.children if each.last == part.last), None)
        if part.slice_name is not None and same is not None:
            same.slices.append(part)
        else:
            parent.children.append(part)
        stack.append(part)
    return root


def within(root: Part, element_id: str) -> Part | None:
    """The part with this ElementDefinition.id."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        if part.definition.get("id") == element_id:
            return part
        waiting.extend(part.children)
        waiting.extend(part.slices)
    return None
