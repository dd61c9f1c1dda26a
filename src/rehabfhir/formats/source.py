"""What was read: a JSON tree, the issues found while reading, and the way back to line and column."""

from dataclasses import dataclass, field
from typing import Any, Literal

from rehabfhir.findings import Issue
from rehabfhir.formats._places import PlaceIndex

__all__ = ["Format", "Source"]

Format = Literal["json", "xml"]


@dataclass(frozen=True, slots=True)
class Source:
    """One resource as it came in.

    Attributes:
        tree: the resource as a JSON tree; None when the source could not be read (then `issues` says why).
        format: ``json`` or ``xml``.
        issues: what was found while reading, in the order of the text.
        raw: the source as it was given.
        text: the source as text; empty when it was refused unread.
        line: the line of an NDJSON stream that this source stood on, from 1; else None.
    """

    tree: dict[str, Any] | None
    format: Format
    issues: tuple[Issue, ...] = ()
    raw: bytes | str = field(default=b"", repr=False, compare=False)
    text: str = field(default="", repr=False, compare=False)
    line: int | None = None
    _index: list[PlaceIndex] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """True when there is a tree and no issue is an error."""
        return self.tree is not None and not any(issue.severity in {"error", "fatal"} for issue in self.issues)

    def position(self, expression: str) -> tuple[int, int] | None:
        """Line and column (from 1) of the element that `expression` names, as issues write it.

        In JSON that is the property's name, or the value itself in an array; in XML the element's opening tag.
        An element that is not there answers with the nearest one around it; a source without a tree with None.
        The text is scanned again on the first call; a validation without findings never pays for it.
        """
        if self.tree is None or not self.text:
            return None
        if not self._index:
            self._index.append(PlaceIndex(self.text, self.format))
        place = self._index[0].position(expression)
        if place is None or self.line is None:
            return place
        return place[0] + self.line - 1, place[1]
