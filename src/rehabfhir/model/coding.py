"""Codes, quantities, periods, identifiers and documents: the values that everything else is made of.

Field for field what FHIR R4 data types hold (https://hl7.org/fhir/R4/datatypes.html), so that any code,
known here or not, can be held and given back.
"""

from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from rehabfhir.model.base import Base64, Filled, Text, Token, UnsignedInt, Uri, YesNo
from rehabfhir.model.time import DateTime, ends_before

__all__ = [
    "Attachment",
    "Code",
    "Comparator",
    "Concept",
    "Identifier",
    "IdentifierUse",
    "Period",
    "Quantity",
    "Range",
    "Ratio",
    "check_duration",
]

Comparator = Literal["<", "<=", ">=", ">"]
IdentifierUse = Literal["usual", "official", "temp", "secondary", "old"]


class Code(Filled):
    """One code (kod) from one code system (kodverk). R4 Coding."""

    system: Uri | None = Field(
        default=None, description="URI of the code system, ``urn:oid:…`` or a URL; R4 Coding.system"
    )
    version: Text | None = Field(default=None, description="Edition of the code system; R4 Coding.version")
    code: Token | None = Field(default=None, description="The code; R4 Coding.code")
    display: Text | None = Field(default=None, description="The code's title (klartext); R4 Coding.display")
    user_selected: YesNo | None = Field(default=None, description="Chosen by the user; R4 Coding.userSelected")


class Concept(Filled):
    """A concept (begrepp) as codes that mean the same, a text, or both. R4 CodeableConcept."""

    codings: tuple[Code, ...] = Field(
        default=(), description="The same meaning in one or several code systems; R4 CodeableConcept.coding"
    )
    text: Text | None = Field(default=None, description="The meaning in words; R4 CodeableConcept.text")

    def code_in(self, system: str) -> str | None:
        """The code that this concept has in `system`, if any."""
        for coding in self.codings:
            if coding.system == system:
                return coding.code
        return None


class Period(Filled):
    """A period (tidsperiod), open at either end. R4 Period."""

    start: DateTime | None = Field(default=None, description="R4 Period.start")
    end: DateTime | None = Field(default=None, description="R4 Period.end, inclusive")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.start is not None and self.end is not None and ends_before(self.start, self.end):
            raise ValueError("the period ends before it starts")
        return self


class Quantity(Filled):
    """A measured amount with its unit (mätvärde); `value` keeps its digits. R4 Quantity."""

    value: Decimal | None = Field(default=None, description="R4 Quantity.value")
    comparator: Comparator | None = Field(default=None, description="R4 Quantity.comparator")
    unit: Text | None = Field(default=None, description="The unit in words; R4 Quantity.unit")
    system: Uri | None = Field(default=None, description="Code system of the unit, usually UCUM; R4 Quantity.system")
    code: Token | None = Field(default=None, description="The unit's code; R4 Quantity.code")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.code is not None and self.system is None:
            raise ValueError("a unit's code needs its system")
        return self


class Range(Filled):
    """From one amount to another (intervall). R4 Range."""

    low: Quantity | None = Field(default=None, description="R4 Range.low")
    high: Quantity | None = Field(default=None, description="R4 Range.high")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        low, high = self.low, self.high
        if (low is not None and low.comparator is not None) or (high is not None and high.comparator is not None):
            raise ValueError("the ends of a range have no comparator")
        if (
            low is not None
            and high is not None
            and low.value is not None
            and high.value is not None
            and low.value > high.value
        ):
            raise ValueError("the range ends below its start")
        return self


class Ratio(Filled):
    """One amount per another (kvot). R4 Ratio."""

    numerator: Quantity | None = Field(default=None, description="R4 Ratio.numerator")
    denominator: Quantity | None = Field(default=None, description="R4 Ratio.denominator")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if (self.numerator is None) != (self.denominator is None):
            raise ValueError("a ratio needs numerator and denominator")
        return self


def check_duration(quantity: Quantity | None) -> None:
    """Refuse an amount that is not a duration: it needs a code for its unit, and UCUM as system (R4 invariant drt-1).

    Raises:
        ValueError: naming what is missing.
    """
    if quantity is None:
        return
    if quantity.value is not None and quantity.code is None:
        raise ValueError("a duration needs the code of its unit")
    if quantity.system is not None and quantity.system != "http://unitsofmeasure.org":
        raise ValueError("a duration has UCUM as system")


class Identifier(Filled):
    """A business identifier (identitetsbeteckning). R4 Identifier; systems in `rehabfhir.model.identifiers`."""

    system: Uri | None = Field(default=None, description="Namespace, URL or ``urn:oid:``; R4 Identifier.system")
    value: Text | None = Field(default=None, description="The identifier itself; R4 Identifier.value")
    use: IdentifierUse | None = Field(default=None, description="R4 Identifier.use")
    type: Concept | None = Field(default=None, description="R4 Identifier.type")
    period: Period | None = Field(default=None, description="When it was or is in use; R4 Identifier.period")
    assigner: Text | None = Field(default=None, description="Who issued it, in words; R4 Identifier.assigner.display")


class Attachment(Filled):
    """A document in the value or by address (bilaga). R4 Attachment."""

    content_type: Token | None = Field(default=None, description="MIME type; R4 Attachment.contentType")
    language: Token | None = Field(default=None, description="Language, BCP 47; R4 Attachment.language")
    data: Base64 | None = Field(default=None, description="The document itself, base64; R4 Attachment.data")
    url: Uri | None = Field(default=None, description="Where the document lies; R4 Attachment.url")
    size: UnsignedInt | None = Field(default=None, description="Bytes before base64; R4 Attachment.size")
    hash: Base64 | None = Field(default=None, description="SHA-1 of the document, base64; R4 Attachment.hash")
    title: Text | None = Field(default=None, description="R4 Attachment.title")
    creation: DateTime | None = Field(default=None, description="R4 Attachment.creation")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.data is not None and self.content_type is None:
            raise ValueError("a document needs its content_type")
        return self
