"""ElementDefinitions as trees: a snapshot or a differential taken apart by id and path, and put together again.

Ids follow https://hl7.org/fhir/R4/elementdefinition.html#id: `Patient.extension:race.value[x]:valueString`.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from rehabfhir.definitions.r4 import type_code

__all__ = ["INDEX", "Node", "flat", "grown", "segments", "snapshot_tree"]

Facts = dict[str, Any]
Segments = list[tuple[str, str]]

INDEX = "(index)"  # where an element stands in its differential; no FHIR name has brackets


class Node:
    """An element, its children by name and its slices by name, each in order. `facts` is shared: replace, never change it."""

    __slots__ = ("children", "facts", "slices")

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.children: dict[str, Node] = {}
        self.slices: dict[str, Node] = {}

    def copy(self) -> "Node":
        """A tree of new nodes with the same facts."""
        twin = Node(self.facts)
        twin.children = {name: child.copy() for name, child in self.children.items()}
        twin.slices = {name: one.copy() for name, one in self.slices.items()}
        return twin

    def branch(self) -> "Node":
        """Like `copy`, without the slices of the node itself."""
        twin = Node(self.facts)
        twin.children = {name: child.copy() for name, child in self.children.items()}
        return twin

    def size(self) -> int:
        """How many nodes there are, this one included."""
        parts = (*self.children.values(), *self.slices.values())
        return 1 + sum(part.size() for part in parts)

    def choice_of(self, name: str) -> "tuple[str, Node] | None":
        """The choice child that `valueQuantity` stands for, with its own name."""
        for own, child in self.children.items():
            if own.endswith("[x]") and name.startswith(own[:-3]):
                codes = {type_code(each) for each in child.facts.get("type", ())}
                suffix = name[len(own) - 3 :]
                if suffix in {code[:1].upper() + code[1:] for code in codes}:
                    return own, child
        return None

    def insert_slice(self, name: str, one: "Node") -> None:
        """Put a new slice last; a re-slice (`a/b`) after `a` and its other re-slices."""
        parent = name.rpartition("/")[0]
        if not parent or parent not in self.slices:
            self.slices[name] = one
            return
        ordered: dict[str, Node] = {}
        placed = False
        past = False
        for known, node in self.slices.items():
            related = known == parent or known.startswith(parent + "/")
            if past and not related and not placed:
                ordered[name] = one
                placed = True
            past = past or related
            ordered[known] = node
        if not placed:
            ordered[name] = one
        self.slices = ordered


def _id_parts(element_id: str, names: list[str]) -> Segments | None:
    """The id as (name, slice) pairs, when it agrees with the names of the path."""
    pieces = element_id.split(".")
    if len(pieces) > len(names):
        pieces = _joined(pieces, names)
    if len(pieces) != len(names):
        return None
    found: Segments = []
    for piece, name in zip(pieces, names, strict=True):
        own, _, slice_name = piece.partition(":")
        if own != name and not (own.endswith("[x]") and name.startswith(own[:-3])):
            return None
        found.append((own, slice_name))
    return found


def _joined(pieces: list[str], names: list[str]) -> list[str]:
    """Pieces of an id whose slice names hold dots, joined so that each begins with a name of the path."""
    joined: list[str] = []
    for piece in pieces:
        following = len(joined) < len(names) and piece.partition(":")[0] == names[len(joined)]
        if following or not joined:
            joined.append(piece)
        else:
            joined[-1] += "." + piece
    return joined


def segments(elements: Iterable[Facts]) -> Iterator[tuple[Segments, Facts]]:
    """Each element with its place as (name, slice) pairs: by its id, or by its path, its sliceName and what went before.

    Where one id disagrees with its element's sliceName, no id of the list is trusted.
    """
    current: Segments = []
    listed = list(elements)
    placed = [_id_parts(each.get("id", ""), each["path"].split(".")) for each in listed]
    trusted = not any(
        place is not None and "sliceName" in facts and place[-1][1] != facts["sliceName"]
        for place, facts in zip(placed, listed, strict=True)
    )
    for known, facts in zip(placed, listed, strict=True):
        names = facts["path"].split(".")
        slice_name = facts.get("sliceName", "")
        place: Segments = known if known is not None and trusted else []
        if not place:
            same = True
            for number, name in enumerate(names[:-1]):
                same = same and number < len(current) and _same_name(current[number][0], name)
                place.append(current[number] if same else (name, ""))
            last = names[-1]
            number = len(names) - 1
            if (
                same
                and not slice_name
                and number < len(current)
                and current[number][0].endswith("[x]")
                and last != current[number][0]
            ):
                place.append((last, ""))
            else:
                place.append((last, slice_name))
        current = place
        yield place, facts


def _same_name(known: str, name: str) -> bool:
    return known == name or (
        known.endswith("[x]") and name.startswith(known[:-3]) and name[len(known) - 3 : len(known) - 2].isupper()
    )


def grown(elements: Iterable[Facts]) -> Node | None:
    """The tree of a snapshot or differential; its root stands for the type. None when there are no elements.

    A node that no element describes (a sparse differential) has empty facts.
    """
    root: Node | None = None
    for place, facts in segments(elements):
        if root is None:
            root = Node({})
        node = root
        for name, slice_name in place[1:]:
            node = node.children.setdefault(name, Node({})) if name not in node.children else node.children[name]
            if slice_name:
                if slice_name not in node.slices:
                    node.slices[slice_name] = Node({})
                node = node.slices[slice_name]
        node.facts = {**node.facts, **facts} if node.facts else facts
    return root


def snapshot_tree(elements: Iterable[Facts]) -> Node | None:
    """The tree of a snapshot, in which every node has facts."""
    root = grown(elements)
    if root is not None:
        _fill(root)
    return root


def _fill(node: Node) -> None:
    """An element that stands there only as a named slice, with no slicing before it, is the element itself."""
    for name, child in node.children.items():
        if not child.facts and child.slices:
            first = next(iter(child.slices.values()))
            facts = {key: value for key, value in first.facts.items() if key != "sliceName"}
            child.facts = {"path": name, "min": 0, "max": "*", **facts}
            if len(child.slices) == 1:
                child.children = first.children
                child.slices = first.slices
        elif not child.facts:
            child.facts = {"path": name, "min": 0, "max": "*"}
        for one in child.slices.values():
            _fill(one)
        _fill(child)


def flat(root: Node, type_name: str) -> list[Facts]:
    """The tree as the list of a snapshot, each element with its path and id: an element, its children, its slices."""
    listed: list[Facts] = []
    _emit(root, type_name, type_name, listed)
    return listed


def _emit(node: Node, path: str, element_id: str, listed: list[Facts]) -> None:
    facts = node.facts
    if facts.get("path") != path or facts.get("id") != element_id:
        facts = {**facts, "id": element_id, "path": path}
    listed.append(facts)
    for name, child in node.children.items():
        _emit(child, f"{path}.{name}", f"{element_id}.{name}", listed)
    own = element_id.rpartition(":")[0] if ":" in element_id.rpartition(".")[2] else element_id
    for name, one in node.slices.items():
        _emit(one, path, f"{own}:{name}", listed)
