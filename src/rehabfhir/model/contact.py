"""Names, addresses and ways to reach people and units."""

from typing import Literal

from pydantic import Field

from rehabfhir.model.base import Model
from rehabfhir.model.coding import Concept, Int, Period, YesNo

__all__ = ["Address", "Language", "PersonName", "Telecom"]


class PersonName(Model):
    """A person's name (personnamn). R4 HumanName with HL7 Sweden's extensions; interop §1.2 SEBaseHumanName."""

    use: Literal["usual", "official", "temp", "nickname", "anonymous", "old", "maiden"] | None = Field(
        default=None, description="R4 HumanName.use"
    )
    text: str | None = Field(default=None, description="The whole name; R4 HumanName.text")
    given: tuple[str, ...] = Field(default=(), description="Given names (förnamn); R4 HumanName.given")
    middle: str | None = Field(
        default=None, description="Middle name (mellannamn); SEBaseMiddleNameExtension, interop §1.3"
    )
    family: str | None = Field(default=None, description="Surname (efternamn); R4 HumanName.family")
    prefix: tuple[str, ...] = Field(default=(), description="R4 HumanName.prefix")
    suffix: tuple[str, ...] = Field(default=(), description="R4 HumanName.suffix")


class Telecom(Model):
    """A telephone number, e-mail address or the like (kontaktuppgift). R4 ContactPoint."""

    system: Literal["phone", "fax", "email", "pager", "url", "sms", "other"] | None = Field(
        default=None, description="R4 ContactPoint.system"
    )
    value: str | None = Field(default=None, description="R4 ContactPoint.value")
    use: Literal["home", "work", "temp", "old", "mobile"] | None = Field(
        default=None, description="R4 ContactPoint.use"
    )
    rank: Int | None = Field(default=None, description="Order of preference, 1 first; R4 ContactPoint.rank")
    period: Period | None = Field(default=None, description="R4 ContactPoint.period")


class Address(Model):
    """A postal address (adress). R4 Address; the official type is HL7 Sweden's extension, interop §1.3."""

    official_type: Concept | None = Field(
        default=None, description="Folkbokföringsadress, särskild postadress …; SEBaseAddressPersonVS, interop §1.3"
    )
    use: Literal["home", "work", "temp", "old", "billing"] | None = Field(default=None, description="R4 Address.use")
    type: Literal["postal", "physical", "both"] | None = Field(default=None, description="R4 Address.type")
    text: str | None = Field(default=None, description="R4 Address.text")
    lines: tuple[str, ...] = Field(default=(), description="R4 Address.line")
    city: str | None = Field(default=None, description="Postort; R4 Address.city")
    district: str | None = Field(default=None, description="Kommun; R4 Address.district")
    state: str | None = Field(default=None, description="Län; R4 Address.state")
    postal_code: str | None = Field(default=None, description="Postnummer; R4 Address.postalCode")
    country: str | None = Field(default=None, description="R4 Address.country")
    period: Period | None = Field(default=None, description="R4 Address.period")


class Language(Model):
    """A language that the patient speaks (språk). R4 Patient.communication."""

    language: Concept = Field(description="BCP 47; R4 Patient.communication.language")
    preferred: YesNo | None = Field(default=None, description="R4 Patient.communication.preferred")
