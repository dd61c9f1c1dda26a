"""Places in JSON text found on demand: only the objects and arrays on the way to an element are opened.

What lies beside the way is skipped by the standard library's own scanner, which is some twenty times as fast as walking it.
The text must be JSON that has been read already.
"""

import re
from json import JSONDecoder
from json.decoder import scanstring  # type: ignore[attr-defined]  # C code without stubs

__all__ = ["LazyPlace"]

_WS = re.compile(r"[ \t\r\n]*")
_skip = JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False).scan_once  # type: ignore[attr-defined]  # C code without stubs


def _after(text: str, at: int) -> int:
    match = _WS.match(text, at)
    return match.end() if match else at


class LazyPlace:
    """Where a value starts, and on demand the places inside it; the same face as `rehabfhir.formats._scan.Place`."""

    __slots__ = ("_at", "_items", "_members", "_opened", "_text", "offset")

    def __init__(self, text: str, offset: int, at: int) -> None:
        self.offset = offset
        self._text = text
        self._at = at
        self._opened = False
        self._members: dict[str, LazyPlace] | None = None
        self._items: list[LazyPlace] | None = None

    @classmethod
    def of(cls, text: str) -> "LazyPlace":
        """The place of the whole text."""
        at = _after(text, 0)
        return cls(text, at, at)

    @property
    def members(self) -> "dict[str, LazyPlace] | None":
        """The places of an object's members by key, None for what is no object."""
        if not self._opened:
            self._open()
        return self._members

    @property
    def items(self) -> "list[LazyPlace] | None":
        """The places of an array's items, None for what is no array."""
        if not self._opened:
            self._open()
        return self._items

    def _open(self) -> None:
        self._opened = True
        text, at = self._text, self._at
        char = text[at : at + 1]
        if char == "{":
            members: dict[str, LazyPlace] = {}
            at = _after(text, at + 1)
            while text[at : at + 1] == '"':
                start = at
                key, at = scanstring(text, at + 1, False)  # noqa: FBT003 - the standard library's own signature
                at = _after(text, _after(text, at) + 1)
                members.setdefault(key, LazyPlace(text, start, at))
                at = self._beyond(at)
            self._members = members
        elif char == "[":
            items: list[LazyPlace] = []
            at = _after(text, at + 1)
            while text[at : at + 1] not in {"]", ""}:
                items.append(LazyPlace(text, at, at))
                at = self._beyond(at)
            self._items = items

    def _beyond(self, at: int) -> int:
        """Where the next sibling of the value at `at` begins, or what closes."""
        text = self._text
        _, end = _skip(text, at)
        end = _after(text, end)
        return _after(text, end + 1) if text[end : end + 1] == "," else end
