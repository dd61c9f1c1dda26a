"""The account of a source: every leaf is mapped, kept in the rest, or dropped for a stated reason; nothing else.

A leaf is a scalar of the JSON tree, ``resourceType`` and the members of ``_name`` siblings included. Counting and
listing walk the source and the rest together, and only when asked.
"""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

__all__ = ["Fate", "Leaf", "Loss"]

Fate = Literal["mapped", "kept", "dropped"]


class Leaf(NamedTuple):
    """One leaf: where it stands, what became of it, and why."""

    path: str
    fate: Fate
    reason: str


_MAPPED = "the value holds it"
_KEPT = "no row takes it; the rest holds it"
_SPELLED = "the table writes it otherwise; the rest holds the source's form"


class Loss:
    """What became of the leaves of one source.

    ``leaves == mapped + kept + dropped`` always; `entries` lists each with its path and the reason.
    """

    __slots__ = ("_counts", "_drops", "_source", "change")

    def __init__(self, source: Any, change: Any, drops: dict[str, str] | None = None) -> None:
        self._source = source
        self.change = change
        self._drops = drops or {}
        self._counts: tuple[int, int, int] | None = None

    def _count(self) -> tuple[int, int, int]:
        if self._counts is None:
            totals = {"mapped": 0, "kept": 0, "dropped": 0}
            for leaf in self.entries:
                totals[leaf.fate] += 1
            self._counts = (totals["mapped"], totals["kept"], totals["dropped"])
        return self._counts

    @property
    def leaves(self) -> int:
        """How many leaves the source has."""
        return leaf_count(self._source)

    @property
    def mapped(self) -> int:
        """How many the value holds, or the table writes of itself."""
        return self._count()[0]

    @property
    def kept(self) -> int:
        """How many the rest holds."""
        return self._count()[1]

    @property
    def dropped(self) -> int:
        """How many a row leaves out on purpose."""
        return self._count()[2]

    @property
    def entries(self) -> Iterator[Leaf]:
        """Every leaf, in document order."""
        root = self._source.get("resourceType") if type(self._source) is dict else None
        start = root if type(root) is str else ""
        return _leaves(self._source, self.change, start, self._drops)

    def __repr__(self) -> str:
        mapped, kept, dropped = self._count()
        return f"Loss(leaves={self.leaves}, mapped={mapped}, kept={kept}, dropped={dropped})"


def leaf_count(tree: Any) -> int:
    """How many scalars a JSON tree holds."""
    count = 0
    work = [tree]
    while work:
        node = work.pop()
        kind = type(node)
        if kind is dict:
            work.extend(node.values())
        elif kind is list:
            work.extend(node)
        else:
            count += 1
    return count


def _leaves(tree: Any, change: Any, path: str, drops: dict[str, str]) -> Iterator[Leaf]:
    work: list[tuple[Any, Any, str, Leaf | None]] = [(tree, change, path, None)]
    while work:
        node, here, place, fate = work.pop()
        if fate is None and here is not None and type(here) is list and here[0][0] != "[":
            fate = Leaf("", "kept", _KEPT if here[0] == "+" else _SPELLED)
        if drops and fate is not None:
            reason = drops.get(place)
            if reason is not None:
                fate = Leaf("", "dropped", reason)
        kind = type(node)
        if kind is dict:
            inner = here if type(here) is dict and fate is None else {}
            pending = [(value, inner.get(key), f"{place}.{key}" if place else key, fate) for key, value in node.items()]
            work.extend(reversed(pending))
        elif kind is list:
            steps = here[2] if type(here) is list and here and here[0][0] == "[" and fate is None else ()
            pending = []
            for index, value in enumerate(node):
                step = steps[index] if index < len(steps) else None
                inside = None if step is None or type(step) is int else step if step[0] == "+" else step[1]
                pending.append((value, inside, f"{place}[{index}]", fate))
            work.extend(reversed(pending))
        elif fate is None:
            yield Leaf(place, "mapped", _MAPPED)
        else:
            yield Leaf(place, fate.fate, fate.reason)
