"""What every domain value shares: frozen, closed to unknown fields, compared by content; and the kinds of text.

A value that FHIR could not hold is refused when it is built: empty text, empty elements, two values where the
standard takes one. `model_construct` skips these checks, for callers that have made them already.
"""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints, model_validator

__all__ = [
    "TEXT_RULES",
    "Base64",
    "Filled",
    "Id",
    "Int",
    "Model",
    "PositiveInt",
    "Text",
    "Token",
    "UnsignedInt",
    "Uri",
    "YesNo",
    "at_most_one",
]

_ID = r"^[A-Za-z0-9\-.]{1,64}$"
_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]+$"
_CODE = r"^[^\s\x00-\x1f]+( [^\s\x00-\x1f]+)*$"
_URI = r"^[^\s\x00-\x1f]+$"
_BASE64 = r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$"

TEXT_RULES = {
    _ID: "expected an id: 1 to 64 letters A-Z, digits, hyphens and points",
    _TEXT: "expected text that is not empty and has no control characters",
    _CODE: "expected a code: not empty, no space at the ends, none doubled",
    _URI: "expected a URI: not empty, no white space",
    _BASE64: "expected base64 without white space",
}
"""What each pattern of text asks for, in words."""

Id = Annotated[str, StringConstraints(pattern=_ID)]
"""A FHIR logical id, taken over verbatim (https://hl7.org/fhir/R4/datatypes.html#id)."""
Text = Annotated[str, StringConstraints(pattern=_TEXT)]
"""Text, not empty, without control characters (https://hl7.org/fhir/R4/datatypes.html#string)."""
Token = Annotated[str, StringConstraints(pattern=_CODE)]
"""A code: no space at the ends, none doubled (https://hl7.org/fhir/R4/datatypes.html#code)."""
Uri = Annotated[str, StringConstraints(pattern=_URI)]
"""A URI: no white space (https://hl7.org/fhir/R4/datatypes.html#uri)."""
Base64 = Annotated[str, StringConstraints(pattern=_BASE64)]
"""Bytes as base64, without white space."""

YesNo = Annotated[bool, Strict()]
Int = Annotated[int, Strict(), Field(ge=-(2**31), le=2**31 - 1)]
UnsignedInt = Annotated[int, Strict(), Field(ge=0, le=2**31 - 1)]
PositiveInt = Annotated[int, Strict(), Field(ge=1, le=2**31 - 1)]


class Model(BaseModel):
    """An immutable value. Equal content is equality; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Filled(Model):
    """A value that means nothing when it is empty, and is refused then (R4 invariant ele-1)."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        for value in self.__dict__.values():
            if value is not None and value != ():
                return self
        raise ValueError("empty; leave it out or give it a value")


def at_most_one(value: Any, *names: str) -> None:
    """Refuse a value that fills more than one of the fields `names`.

    Raises:
        ValueError: naming the fields.
    """
    if sum(getattr(value, name) is not None for name in names) > 1:
        raise ValueError(f"give at most one of {', '.join(names)}")
