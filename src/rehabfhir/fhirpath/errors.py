"""What FHIRPath raises: a text that is no expression, an evaluation that has no meaning, a limit that was reached.

MisuseError
└── FhirPathError            anything wrong with an expression; catch this one
    ├── FhirPathSyntaxError  the text cannot be parsed; holds the position
    ├── FhirPathTypeError    the evaluation asks for what has no meaning (several items where one is needed …)
    └── FhirPathLimit        the evaluation was stopped: steps, depth or size
"""

from rehabfhir.errors import MisuseError

__all__ = ["FhirPathError", "FhirPathLimit", "FhirPathSyntaxError", "FhirPathTypeError"]


class FhirPathError(MisuseError):
    """An expression cannot be compiled or evaluated."""


class FhirPathSyntaxError(FhirPathError):
    """The text is not a FHIRPath expression.

    Attributes:
        text: the whole expression.
        position: offset of the character where reading stopped, from 0.
        reason: what was found and what was expected.
    """

    def __init__(self, text: str, position: int, reason: str) -> None:
        super().__init__(text, position, reason)
        self.text = text
        self.position = position
        self.reason = reason

    def __str__(self) -> str:
        start = max(0, self.position - 20)
        near = self.text[start : self.position + 20]
        return f"not a FHIRPath expression: {self.reason} at character {self.position + 1}, near {near!r}"


class FhirPathTypeError(FhirPathError):
    """An evaluation has no meaning by the specification: wrong type, several items where one is needed."""


class FhirPathLimit(FhirPathError):  # noqa: N818 - it names what was reached
    """An evaluation was stopped because it reached the limit named by `what`."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(what, limit)
        self.what = what
        self.limit = limit

    def __str__(self) -> str:
        return f"the evaluation was stopped at its limit of {self.limit} {self.what}"
