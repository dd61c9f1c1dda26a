"""Where every element of an XML source stands: a second pass of expat, made only when somebody asks."""

from itertools import accumulate
from typing import Any
from xml.parsers import expat

from rehabfhir.formats._scan import Place

__all__ = ["scan_xml"]


def scan_xml(text: str) -> Place | None:
    """The places of `text`, an XML source that has been read before; offsets count characters."""
    starts = [0, *accumulate(len(line) for line in text.splitlines(keepends=True))] if "\r" in text else None
    starts = starts or [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    stack: list[Place] = []
    roots: list[Place] = []
    div = 0
    parser: Any = expat.ParserCreate("UTF-8", " ")

    def start(full: str, _: Any) -> None:
        nonlocal div
        if div:
            div += 1
            return
        name = full.rpartition(" ")[2]
        if full.startswith("http://www.w3.org/1999/xhtml "):
            div = 1
        place = Place(starts[parser.CurrentLineNumber - 1] + parser.CurrentColumnNumber, {})
        if not stack:
            roots.append(place)
        elif name[:1].isupper() and not div:
            place = stack[-1]  # a resource inside `contained` or `resource`: JSON has one level, XML two
        else:
            _add(stack[-1], name, place)
        stack.append(place)

    def end(_: str) -> None:
        nonlocal div
        if div > 1:
            div -= 1
            return
        div = 0
        stack.pop()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(text.encode(), True)  # noqa: FBT003 - expat's own signature
    return roots[0] if roots else None


def _add(parent: Place, name: str, place: Place) -> None:
    members = parent.members
    if members is None:
        return
    standing = members.get(name)
    if standing is None:
        members[name] = place
    elif standing.items is None:
        members[name] = Place(standing.offset, None, [standing, place])
    else:
        standing.items.append(place)
