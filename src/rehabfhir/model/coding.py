"""Codes, quantities, periods, identifiers and documents: the values that everything else is made of.

Field for field what FHIR R4 data types hold (https://hl7.org/fhir/R4/datatypes.html), so that any code,
known here or not, can be held and given back.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, Strict

from rehabfhir.model.base import Model
from rehabfhir.model.time import DateTime

__all__ = [
    "Attachment",
    "Code",
    "Comparator",
    "Concept",
    "Identifier",
    "IdentifierUse",
    "Int",
    "Period",
    "Quantity",
    "Range",
    "Ratio",
    "YesNo",
]

YesNo = Annotated[bool, Strict()]
Int = Annotated[int, Strict()]
Comparator = Literal["<", "<=", ">=", ">"]
IdentifierUse = Literal["usual", "official", "temp", "secondary", "old"]


class Code(Model):
    """One code (kod) from one code system (kodverk). R4 Coding."""

    system: str | None = Field(
        default=None, description="URI of the code system, ``urn:oid:…`` or a URL; R4 Coding.system"
    )
    version: str | None = Field(default=None, description="Edition of the code system; R4 Coding.version")
    code: str | None = Field(default=None, description="The code; R4 Coding.code")
    display: str | None = Field(default=None, description="The code's title (klartext); R4 Coding.display")
    user_selected: YesNo | None = Field(default=None, description="Chosen by the user; R4 Coding.userSelected")


class Concept(Model):
    """A concept (begrepp) as codes that mean the same, a text, or both. R4 CodeableConcept."""

    codings: tuple[Code, ...] = Field(
        default=(), description="The same meaning in one or several code systems; R4 CodeableConcept.coding"
    )
    text: str | None = Field(default=None, description="The meaning in words; R4 CodeableConcept.text")

    def code_in(self, system: str) -> str | None:
        """The code that this concept has in `system`, if any."""
        for coding in self.codings:
            if coding.system == system:
                return coding.code
        return None


class Period(Model):
    """A period (tidsperiod), open at either end. R4 Period."""

    start: DateTime | None = Field(default=None, description="R4 Period.start")
    end: DateTime | None = Field(default=None, description="R4 Period.end, inclusive")


class Quantity(Model):
    """A measured amount with its unit (mätvärde); `value` keeps its digits. R4 Quantity."""

    value: Decimal | None = Field(default=None, description="R4 Quantity.value")
    comparator: Comparator | None = Field(default=None, description="R4 Quantity.comparator")
    unit: str | None = Field(default=None, description="The unit in words; R4 Quantity.unit")
    system: str | None = Field(default=None, description="Code system of the unit, usually UCUM; R4 Quantity.system")
    code: str | None = Field(default=None, description="The unit's code; R4 Quantity.code")


class Range(Model):
    """From one amount to another (intervall). R4 Range."""

    low: Quantity | None = Field(default=None, description="R4 Range.low")
    high: Quantity | None = Field(default=None, description="R4 Range.high")


class Ratio(Model):
    """One amount per another (kvot). R4 Ratio."""

    numerator: Quantity | None = Field(default=None, description="R4 Ratio.numerator")
    denominator: Quantity | None = Field(default=None, description="R4 Ratio.denominator")


class Identifier(Model):
    """A business identifier (identitetsbeteckning). R4 Identifier; systems in `rehabfhir.model.identifiers`."""

    system: str | None = Field(default=None, description="Namespace, URL or ``urn:oid:``; R4 Identifier.system")
    value: str | None = Field(default=None, description="The identifier itself; R4 Identifier.value")
    use: IdentifierUse | None = Field(default=None, description="R4 Identifier.use")
    type: Concept | None = Field(default=None, description="R4 Identifier.type")
    period: Period | None = Field(default=None, description="When it was or is in use; R4 Identifier.period")
    assigner: str | None = Field(default=None, description="Who issued it, in words; R4 Identifier.assigner.display")


class Attachment(Model):
    """A document in the value or by address (bilaga). R4 Attachment."""

    content_type: str | None = Field(default=None, description="MIME type; R4 Attachment.contentType")
    language: str | None = Field(default=None, description="Language, BCP 47; R4 Attachment.language")
    data: str | None = Field(default=None, description="The document itself, base64; R4 Attachment.data")
    url: str | None = Field(default=None, description="Where the document lies; R4 Attachment.url")
    size: Int | None = Field(default=None, description="Bytes before base64; R4 Attachment.size")
    hash: str | None = Field(default=None, description="SHA-1 of the document, base64; R4 Attachment.hash")
    title: str | None = Field(default=None, description="R4 Attachment.title")
    creation: DateTime | None = Field(default=None, description="R4 Attachment.creation")
