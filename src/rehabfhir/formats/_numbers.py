"""Numbers to the letter: which Python number stands for a JSON or XML number, so that writing gives its text back."""

from decimal import Decimal, InvalidOperation
from typing import Self

import orjson

__all__ = ["ExactDecimal", "number"]

_MAX_EXPONENT = 400
_MAX_INT_DIGITS = 400


class ExactDecimal(Decimal):
    """A decimal that carries the text it came from: ``1.10``, ``1E2`` and ``-0`` are written back as they were read.

    A number beyond 10^±400 is held at that bound, so that no arithmetic on hostile input can run away; its text stays.
    """

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> Self:
        try:
            value = Decimal(text)
            exponent = value.adjusted() if value else 0
        except InvalidOperation:
            value, exponent = Decimal(0), -_MAX_EXPONENT - 1 if "e-" in text.lower() else _MAX_EXPONENT + 1
        if abs(exponent) > _MAX_EXPONENT:
            sign = "-" if text.startswith("-") else ""
            value = Decimal(f"{sign}1E{_MAX_EXPONENT if exponent > 0 else -_MAX_EXPONENT}")
        self = super().__new__(cls, value)
        self.text = text
        return self

    def __str__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return (type(self), (self.text,))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


def number(text: str) -> int | float | ExactDecimal:
    """The number that stands for `text`: int, else float when orjson writes it so, else an exact decimal.

    `text` is a number as JSON writes it.
    """
    if "." not in text and "e" not in text and "E" not in text:
        if len(text) > _MAX_INT_DIGITS or text == "-0":
            return ExactDecimal(text)
        return int(text)
    value = float(text)
    return value if orjson.dumps(value) == text.encode() else ExactDecimal(text)
