"""Names, addresses and ways to reach people and units."""

from typing import Literal, Self

from pydantic import Field, model_validator

from rehabfhir.model.base import Filled, Model, PositiveInt, Text, YesNo
from rehabfhir.model.coding import Concept, Period

__all__ = ["Address", "Language", "PersonName", "Telecom"]


class PersonName(Filled):
    """A person's name (personnamn). R4 HumanName with HL7 Sweden's extensions; interop §1.2 SEBaseHumanName."""

    use: Literal["usual", "official", "temp", "nickname", "anonymous", "old", "maiden"] | None = Field(
        default=None, description="R4 HumanName.use"
    )
    text: Text | None = Field(default=None, description="The whole name; R4 HumanName.text")
    given: tuple[Text, ...] = Field(default=(), description="Given names (förnamn); R4 HumanName.given")
    middle: Text | None = Field(
        default=None, description="Middle name (mellannamn); SEBaseMiddleNameExtension, interop §1.3"
    )
    family: Text | None = Field(default=None, description="Surname (efternamn); R4 HumanName.family")
    prefix: tuple[Text, ...] = Field(default=(), description="R4 HumanName.prefix")
    suffix: tuple[Text, ...] = Field(default=(), description="R4 HumanName.suffix")


class Telecom(Filled):
    """A telephone number, e-mail address or the like (kontaktuppgift). R4 ContactPoint."""

    system: Literal["phone", "fax", "email", "pager", "url", "sms", "other"] | None = Field(
        default=None, description="R4 ContactPoint.system"
    )
    value: Text | None = Field(default=None, description="R4 ContactPoint.value")
    use: Literal["home", "work", "temp", "old", "mobile"] | None = Field(
        default=None, description="R4 ContactPoint.use"
    )
    rank: PositiveInt | None = Field(default=None, description="Order of preference, 1 first; R4 ContactPoint.rank")
    period: Period | None = Field(default=None, description="R4 ContactPoint.period")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.value is not None and self.system is None:
            raise ValueError("a telecom value needs its system")
        return self


class Address(Filled):
    """A postal address (adress). R4 Address; the official type is HL7 Sweden's extension, interop §1.3."""

    official_type: Concept | None = Field(
        default=None, description="Folkbokföringsadress, särskild postadress …; SEBaseAddressPersonVS, interop §1.3"
    )
    use: Literal["home", "work", "temp", "old", "billing"] | None = Field(default=None, description="R4 Address.use")
    type: Literal["postal", "physical", "both"] | None = Field(default=None, description="R4 Address.type")
    text: Text | None = Field(default=None, description="R4 Address.text")
    lines: tuple[Text, ...] = Field(default=(), description="R4 Address.line")
    city: Text | None = Field(default=None, description="Postort; R4 Address.city")
    district: Text | None = Field(default=None, description="Kommun; R4 Address.district")
    state: Text | None = Field(default=None, description="Län; R4 Address.state")
    postal_code: Text | None = Field(default=None, description="Postnummer; R4 Address.postalCode")
    country: Text | None = Field(default=None, description="R4 Address.country")
    period: Period | None = Field(default=None, description="R4 Address.period")


class Language(Model):
    """A language that the patient speaks (språk). R4 Patient.communication."""

    language: Concept = Field(description="BCP 47; R4 Patient.communication.language")
    preferred: YesNo | None = Field(default=None, description="R4 Patient.communication.preferred")
