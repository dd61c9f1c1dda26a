"""The three answers to "is this code in that set?": in, not in, cannot tell; the last two with a reason."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

__all__ = ["CANNOT_TELL", "IN", "NOT_IN", "Answer", "Membership", "cannot_tell", "not_in"]


class Answer(Enum):
    """In, not in, or not decidable with what is loaded."""

    IN = "in"
    NOT_IN = "not-in"
    CANNOT_TELL = "cannot-tell"


IN: Final = Answer.IN
NOT_IN: Final = Answer.NOT_IN
CANNOT_TELL: Final = Answer.CANNOT_TELL


@dataclass(frozen=True, slots=True)
class Membership:
    """One answer.

    Attributes:
        answer: ``Answer.IN``, ``Answer.NOT_IN`` or ``Answer.CANNOT_TELL``.
        reason: why not, or why it cannot be told; for IN a remark (such as another case) or nothing. Names systems and
            value sets, never the code that was asked for.
        cause: the reason as a stable word: ``not-included``, ``unknown-code``, ``bad-syntax``, ``unknown-system``,
            ``unknown-version``, ``incomplete-system``, ``supplement``, ``unknown-value-set``, ``not-expandable``,
            ``no-system``, ``server``, and for IN ``case`` (differs by case in a case-insensitive system).
        system: the system that holds the code (when it was inferred), or the one that the reason speaks of.
    """

    answer: Answer
    reason: str = ""
    cause: str = ""
    system: str | None = None

    def __bool__(self) -> bool:
        """True only when the code is in: a doubt is not a yes."""
        return self.answer is Answer.IN


YES: Final = Membership(Answer.IN)


def not_in(reason: str, cause: str = "not-included", system: str | None = None) -> Membership:
    """A NOT_IN with its reason."""
    return Membership(Answer.NOT_IN, reason, cause, system)


def cannot_tell(reason: str, cause: str, system: str | None = None) -> Membership:
    """A CANNOT_TELL with its reason."""
    return Membership(Answer.CANNOT_TELL, reason, cause, system)
