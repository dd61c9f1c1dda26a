"""Sets of codes of one system with three answers, and their union, intersection and difference."""

from collections.abc import Callable
from typing import Final

from rehabfhir.terminology.answers import YES, Answer, Membership, not_in

__all__ = ["EMPTY", "Part", "intersection", "subtract", "union"]

Rule = Callable[[str], Membership]
_OUT: Final = not_in("the value set does not include the code")


class Part:
    """What a value set holds of one system.

    Args:
        codes: codes that are in for certain.
        otherwise: the answer for every other code (NOT_IN, or the reason why it cannot be told).
        rule: asked instead of `otherwise` for a code outside `codes`, when membership is a rule and not a list.
        folded: True when case does not count.
    """

    __slots__ = ("codes", "folded", "lowered", "otherwise", "rule")

    def __init__(
        self, codes: frozenset[str], otherwise: Membership = _OUT, rule: Rule | None = None, *, folded: bool = False
    ) -> None:
        self.codes = codes
        self.otherwise = otherwise
        self.rule = rule
        self.folded = folded
        self.lowered: frozenset[str] | None = None

    @property
    def is_list(self) -> bool:
        """True when `codes` says it all."""
        return self.rule is None and self.otherwise.answer is Answer.NOT_IN

    def test(self, code: str) -> Membership:
        """The answer for one code."""
        if code in self.codes:
            return YES
        if self.folded:
            if self.lowered is None:
                self.lowered = frozenset(known.lower() for known in self.codes)
            if code.lower() in self.lowered:
                return _CASE
        return self.otherwise if self.rule is None else self.rule(code)


_CASE: Final = Membership(Answer.IN, "the code system ignores case, but writes this code with another one", "case")
EMPTY: Final = Part(frozenset())


def union(left: Part, right: Part) -> Part:
    """Codes that are in either."""
    if left.is_list and not left.codes:
        return right
    if right.is_list and not right.codes:
        return left
    folded = left.folded or right.folded
    if left.rule is None and right.rule is None:
        otherwise = left.otherwise if right.otherwise.answer is Answer.NOT_IN else right.otherwise
        return Part(left.codes | right.codes, otherwise, folded=folded)

    def rule(code: str) -> Membership:
        first = left.test(code)
        if first.answer is Answer.IN:
            return first
        second = right.test(code)
        return first if second.answer is Answer.NOT_IN else second

    return Part(left.codes | right.codes, rule=rule, folded=folded)


def intersection(left: Part, right: Part) -> Part:
    """Codes that are in both."""
    if left.is_list and right.is_list and left.folded == right.folded:
        return Part(left.codes & right.codes, folded=left.folded)

    def rule(code: str) -> Membership:
        first = left.test(code)
        if first.answer is Answer.NOT_IN:
            return first
        second = right.test(code)
        return first if second.answer is Answer.IN else second

    return Part(left.codes & right.codes, rule=rule)


def subtract(left: Part, right: Part) -> Part:
    """Codes that are in the first and not in the second."""
    if right.is_list and not right.codes:
        return left
    if left.is_list and right.is_list and not right.folded:
        return Part(left.codes - right.codes, folded=left.folded)

    def rule(code: str) -> Membership:
        first = left.test(code)
        if first.answer is Answer.NOT_IN:
            return first
        second = right.test(code)
        if second.answer is Answer.IN:
            return _OUT
        return second if second.answer is Answer.CANNOT_TELL else first

    certain = frozenset(code for code in left.codes if right.test(code).answer is Answer.NOT_IN)
    return Part(certain, rule=rule)
