"""What a value set holds, compiled: per system a `Part`, and the answer for every other system."""

from collections.abc import Mapping
from typing import Final

from rehabfhir.terminology.answers import YES, Answer, Membership, not_in
from rehabfhir.terminology.parts import Part, intersection, subtract, union

__all__ = ["NOTHING", "Content"]

_OTHER_SYSTEM: Final = not_in("the value set holds no code of that system")
_NO_SYSTEM: Final = not_in("no system of the value set has the code", "no-system")


class Content:
    """A compiled value set.

    Args:
        parts: system -> what is in of that system.
        rest: the answer for codes of systems that `parts` does not name.
    """

    __slots__ = ("_any", "parts", "rest")

    def __init__(self, parts: Mapping[str, Part], rest: Membership = _OTHER_SYSTEM) -> None:
        self.parts = dict(parts)
        self.rest = rest
        self._any: dict[str, Membership] | None = None

    @property
    def is_list(self) -> bool:
        """True when the content is a finite list without a doubt."""
        return self.rest.answer is Answer.NOT_IN and all(part.is_list for part in self.parts.values())

    def test(self, system: str, code: str) -> Membership:
        """The answer for a code of a named system."""
        part = self.parts.get(system)
        if part is None:
            return self.rest
        return YES if code in part.codes else part.test(code)

    def test_any(self, code: str) -> Membership:
        """The answer for a code whose system is not named (an element of type ``code``): any system will do."""
        known = self._any
        if known is None:
            known = {}
            for system, part in self.parts.items():
                found = Membership(Answer.IN, system=system)
                for listed in part.codes:
                    known.setdefault(listed, found)
            self._any = known
        answer = known.get(code)
        if answer is not None:
            return answer
        doubt: Membership | None = self.rest if self.rest.answer is Answer.CANNOT_TELL else None
        sole: Membership | None = None
        for system, part in self.parts.items():
            answer = part.test(code)
            if answer.answer is Answer.IN:
                return Membership(Answer.IN, answer.reason, answer.cause, system)
            if answer.answer is Answer.CANNOT_TELL:
                doubt = answer
            sole = answer
        if doubt is not None:  # a doubt is falsy, so `or` would lose it
            return doubt
        return sole if sole is not None and len(self.parts) == 1 else _NO_SYSTEM

    def part(self, system: str) -> Part:
        """What is in of `system`, whether named or not."""
        return self.parts.get(system) or Part(frozenset(), self.rest)

    def _systems(self, other: "Content") -> list[str]:
        return list(dict.fromkeys([*self.parts, *other.parts]))

    def __or__(self, other: "Content") -> "Content":
        rest = self.rest if other.rest.answer is Answer.NOT_IN else other.rest
        return Content({system: union(self.part(system), other.part(system)) for system in self._systems(other)}, rest)

    def __and__(self, other: "Content") -> "Content":
        rest = self.rest if self.rest.answer is Answer.NOT_IN else other.rest
        return Content(
            {system: intersection(self.part(system), other.part(system)) for system in self._systems(other)}, rest
        )

    def __sub__(self, other: "Content") -> "Content":
        return Content(
            {system: subtract(self.part(system), other.part(system)) for system in self._systems(other)}, self.rest
        )


NOTHING: Final = Content({})
