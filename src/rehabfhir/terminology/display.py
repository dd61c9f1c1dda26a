"""Whether a display is one of the names that a code system gives its code."""

from dataclasses import dataclass
from typing import Literal

from rehabfhir.terminology.codes import CodeTable

__all__ = ["DisplayCheck", "check_display"]


@dataclass(frozen=True, slots=True)
class DisplayCheck:
    """The verdict on a display.

    Attributes:
        verdict: ``ok``; ``whitespace`` when only white space differs; ``wrong``; ``cannot-tell`` when the system or the
            code is not known, or gives the code no name.
        expected: the names that would do, the system's own display first.
    """

    verdict: Literal["ok", "whitespace", "wrong", "cannot-tell"]
    expected: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """True unless the display is known to be wrong."""
        return self.verdict in {"ok", "cannot-tell"}


_OK = DisplayCheck("ok")
_UNKNOWN = DisplayCheck("cannot-tell")


def check_display(table: CodeTable, code: str, display: str, more: list[str] | None = None) -> DisplayCheck:
    """Compare as HL7's validator does: case does not count, every designation will do, white space counts.

    Args:
        table: the code system.
        code: a code of it.
        display: the text to check.
        more: further texts that will do, for instance the display that a value set gives the code.
    """
    names = [text for text, _ in table.displays(code)] + (more or [])
    if not names:
        return _UNKNOWN
    folded = display.casefold()
    if display == names[0] or any(folded == name.casefold() for name in names):
        return _OK
    expected = tuple(dict.fromkeys(names))
    squeezed = " ".join(folded.split())
    if any(squeezed == " ".join(name.casefold().split()) for name in names):
        return DisplayCheck("whitespace", expected)
    return DisplayCheck("wrong", expected)
