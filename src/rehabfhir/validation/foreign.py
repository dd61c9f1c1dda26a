"""A profile held against a resource of another type: everything that the profile does not know is reported."""

from typing import TYPE_CHECKING, Any

from rehabfhir.definitions import r4
from rehabfhir.validation.counting import listed
from rehabfhir.validation.invariants import Check
from rehabfhir.validation.parts import Part
from rehabfhir.validation.place import Node, Place

if TYPE_CHECKING:
    from rehabfhir.validation.run import Run

__all__ = ["strangers"]


def strangers(root: Part, kind: str, url: str) -> Check:
    """Report what a profile of another type does not know, and what stands in another order there."""
    order = {name: index for index, name in enumerate(r4.children(kind))}
    known: list[Part] = root.children
    table = r4.children(kind)

    def check(value: Any, place: Place, run: "Run") -> None:
        latest = 0
        before = ""
        for name in sorted(
            {each.lstrip("_") for each in value if each.lstrip("_") in order}, key=lambda each: order[each]
        ):
            element = table[name]
            node = Node(name, element.path, element.type)
            last = element.path.rpartition(".")[2]
            position = next(
                (index for index, each in enumerate(known) if each.last == last or _stem(each.last, name)), None
            )
            for _, index in listed(value, name):
                if position is None:
                    run.add(
                        "error",
                        "not-supported",
                        place,
                        node,
                        index,
                        f"the profile {url} knows no such element",
                        "profile-element",
                        url,
                    )
                elif position < latest:
                    run.add(
                        "error",
                        "invalid",
                        place,
                        node,
                        index,
                        f"the profile {url} has it before {before}",
                        "profile-order",
                        url,
                    )
                    latest = position
                elif name in table and not _types_agree(known[position], element):
                    types = ", ".join(known[position].types())
                    run.add(
                        "error",
                        "structure",
                        place,
                        node,
                        index,
                        f"the profile {url} allows the type {types}, found {element.type}",
                        "type",
                        url,
                    )
            latest, before = (position or 0), name

    return check


def _stem(last: str, name: str) -> bool:
    return last.endswith("[x]") and name.startswith(last[:-3])


_LIKE = [{"string", "id"}]


def _types_agree(part: Part, element: r4.Element) -> bool:
    types = part.types()
    if len(types) != 1 or types[0] in {"Element", "BackboneElement", "Resource"}:
        return True
    found = "BackboneElement" if "." in element.type else element.type
    return found == types[0] or any({found, types[0]} <= each for each in _LIKE)
