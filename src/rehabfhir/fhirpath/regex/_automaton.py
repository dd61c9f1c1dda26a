"""Matching in time proportional to the text: a non-deterministic automaton whose state sets are built as they are met."""

from rehabfhir.fhirpath.env import Run
from rehabfhir.fhirpath.errors import FhirPathTypeError
from rehabfhir.fhirpath.regex._syntax import UNBOUNDED, Alternatives, Anchor, Chars, Node, Opaque, Repeat, Sequence_

__all__ = ["Automaton"]

_MOST_STATES = 20_000
_MOST_SETS = 5_000


class Automaton:
    """Answers `search` and `fullmatch` for one pattern."""

    def __init__(self, tree: Node) -> None:
        self.edges: list[list[int]] = []
        self.tests: list[Chars | Anchor | None] = []
        self.targets: list[int] = []
        self.final = self._state()
        self.start = self._build(tree, self.final)
        self.edged = any(isinstance(test, Anchor) and test.kind in "bB" for test in self.tests)
        self._cache: dict[tuple[frozenset[int], str, bool], frozenset[int]] = {}

    def _state(self, test: Chars | Anchor | None = None, target: int = -1) -> int:
        if len(self.tests) >= _MOST_STATES:
            raise FhirPathTypeError(f"a regular expression is too large: more than {_MOST_STATES} states")
        self.edges.append([])
        self.tests.append(test)
        self.targets.append(target)
        return len(self.tests) - 1

    def _build(self, node: Node, following: int) -> int:
        """The state that matches `node` and goes on to `following`."""
        match node:
            case Chars() | Anchor():
                return self._state(node, following)
            case Sequence_(parts):
                for part in reversed(parts):
                    following = self._build(part, following)
                return following
            case Alternatives(parts):
                fork = self._state()
                self.edges[fork] = [self._build(part, following) for part in parts]
                return fork
            case Repeat(part, least, most):
                return self._repeat(part, least, most, following)
            case Opaque():
                raise FhirPathTypeError("a regular expression looks around or back in a way that may never end")

    def _repeat(self, part: Node, least: int, most: int, following: int) -> int:
        if most >= UNBOUNDED:
            loop = self._state()
            self.edges[loop] = [self._build(part, loop), following]
            here = loop
        else:
            here = following
            for _ in range(most - least):
                fork = self._state()
                self.edges[fork] = [self._build(part, here), following]
                here = fork
        for _ in range(least):
            here = self._build(part, here)
        return here

    def _closed(self, states: list[int], before: str, after: str) -> frozenset[int]:
        """All states that are reached without a character, between the characters `before` and `after` ('' at an end)."""
        seen: set[int] = set()
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            if state in seen:
                continue
            seen.add(state)
            test = self.tests[state]
            if test is None:
                waiting += self.edges[state]
            elif isinstance(test, Anchor) and _holds(test.kind, before, after):
                waiting.append(self.targets[state])
        return frozenset(seen)

    def _step(self, states: frozenset[int], char: str) -> list[int]:
        found = []
        for state in states:
            test = self.tests[state]
            if isinstance(test, Chars) and test.test(char):
                found.append(self.targets[state])
        return found

    def matches(self, text: str, run: Run, *, whole: bool) -> bool:
        """Whether the pattern covers the text (`whole`), or else is found anywhere in it.

        Raises:
            FhirPathLimit: when the run has no steps left.
        """
        run.charge(1 + len(text) // 16)
        states = self._closed([self.start], "", _ahead(text, 0))
        last = len(text) - 2
        for place, char in enumerate(text):
            if not whole and self.final in states:
                return True
            if self.edged or place >= last:
                run.charge(1 + len(states) // 4)
                states = self._following(states, char, _ahead(text, place + 1), whole=whole)
            else:
                key = (states, char, whole)
                found = self._cache.get(key)
                if found is None:
                    run.charge(1 + len(states) // 4)
                    found = self._following(states, char, "x", whole=whole)
                    if len(self._cache) >= _MOST_SETS:
                        self._cache.clear()
                    self._cache[key] = found
                states = found
            if not states:
                return False
        return self.final in states

    def _following(self, states: frozenset[int], char: str, after: str, *, whole: bool) -> frozenset[int]:
        moved = self._step(states, char)
        return self._closed(moved if whole else [*moved, self.start], char, after)


def _ahead(text: str, place: int) -> str:
    """What follows, as far as an anchor needs it: '' at the end, a line feed and ``$`` for a line feed that is the last."""
    if place == len(text) - 1 and text[place] == "\n":
        return "\n$"
    return text[place : place + 1]


def _is_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


def _holds(kind: str, before: str, after: str) -> bool:
    if kind in "^A":
        return before == ""
    if kind == "$":
        return after in {"", "\n$"}
    if kind == "z":
        return after == ""
    edge = _is_word(before[:1]) is not _is_word(after[:1]) if before or after else False
    return edge is (kind == "b")
