"""From a FHIRPath with indexes (`Bundle.entry[2].resource.name[0]`) to the line and column of the source."""

import re
from bisect import bisect_right
from typing import Any

from rehabfhir.formats._lazy_places import LazyPlace
from rehabfhir.formats._scan import Place, scan

__all__ = ["PlaceIndex"]

_COMMENT = re.compile(r"/\*.*?\*/")
_STEP = re.compile(
    r"""\.?(?:
        (?P<type>(?:ofType|as)\((?P<of>[A-Za-z0-9_.]+)\))
      | extension\('(?P<url>[^']*)'\)
      | (?P<call>[A-Za-z]+\([^()]*\))
      | (?P<name>`[^`]+`|[^.\[\]()]+)
    )
    | \[(?P<index>[0-9]+|x)\]
    | (?P<rest>.)""",
    re.VERBOSE,
)


class PlaceIndex:
    """The places of one source, scanned once, looked up many times."""

    def __init__(self, text: str, form: str) -> None:
        if form == "xml":
            from rehabfhir.formats._xml_places import scan_xml  # noqa: PLC0415 - expat only for XML

            self._root: Place | LazyPlace | None = scan_xml(text)
        else:
            self._root = LazyPlace.of(text)
        self._text = text
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def position(self, expression: str) -> tuple[int, int] | None:
        """Line and column of `expression`, or of the nearest element around it."""
        if self._root is None:
            return None
        try:
            offset = _find(self._root, expression)
        except (
            StopIteration,
            ValueError,
            RecursionError,
            IndexError,
        ):  # not the JSON that the quick way takes for granted
            self._root = scan(self._text).root
            offset = _find(self._root, expression) if self._root is not None else 0
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1


def _find(root: Any, expression: str) -> int:
    here: Any = root
    owner: Any = root
    name = ""
    first = True
    offset: int = root.offset
    shadow: Any = None  # the `_name` beside a primitive
    for step in _STEP.finditer(_COMMENT.sub("", expression)):
        if first:
            first = False
            continue
        if step["index"] is not None:
            if step["index"] == "x":
                continue
            here, shadow = _item(here, int(step["index"])), _item(shadow, int(step["index"]))
            if here is None and shadow is None:
                return offset
        elif step["of"] is not None:
            if name and owner is not None and owner.members is not None:
                of = step["of"].rpartition(".")[2]
                found = owner.members.get(name + of[:1].upper() + of[1:])
                here = found or here
        elif step["url"] is not None or step["name"] is not None:
            owner = _inside(here, shadow)
            name = step["name"].strip("`") if step["name"] is not None else "extension"
            if owner is None or owner.members is None:
                return offset
            here, shadow = _member(owner.members, name)
            if here is None and shadow is None:
                return offset
        elif step["call"] is None:
            return offset
        found = here or shadow
        if found is not None:
            offset = found.offset
    return offset


def _inside(here: Any, shadow: Any) -> Any:
    """The object that a further name is looked up in: the value, its first item, or the primitive's ``_name``."""
    for place in (here, shadow):
        if place is None:
            continue
        if place.members is not None:
            return place
        if place.items:
            return next((item for item in place.items if item.members is not None), place.items[0])
    return None


def _item(place: Any, index: int) -> Any:
    if place is None:
        return None
    if place.items is None:
        return place
    return place.items[index] if index < len(place.items) else None


def _member(members: dict[str, Any], name: str) -> tuple[Any, Any]:
    here, shadow = members.get(name), members.get(f"_{name}")
    if here is None and shadow is None:
        long = len(name)
        for key, place in members.items():
            bare = key.removeprefix("_")
            if bare.startswith(name) and bare[long : long + 1].isupper():
                if key is bare:
                    here = place
                else:
                    shadow = place
    return here, shadow
