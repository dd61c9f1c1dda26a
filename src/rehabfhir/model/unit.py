"""Units (enheter): care units, care givers and organisations outside health care."""

from typing import Self

from pydantic import Field, model_validator

from rehabfhir.model.base import Text
from rehabfhir.model.coding import Concept, Identifier
from rehabfhir.model.contact import Telecom
from rehabfhir.model.link import Resource, is_link

__all__ = ["OutsideParticipant", "Unit"]


class Unit(Resource):
    """A care unit or care giver (vårdenhet, vårdgivare). R4 Organization; HSA-id and organisation number as identifiers."""

    identifiers: tuple[Identifier, ...] = Field(default=(), description="HSA-id, organisationsnummer; interop §2.2")
    name: Text | None = Field(default=None, description="R4 Organization.name")
    types: tuple[Concept, ...] = Field(
        default=(), description="Kind of unit (verksamhetskod HSA); interop §1.2 Organization.type"
    )
    telecom: tuple[Telecom, ...] = Field(default=(), description="Contact details, part of Min vårdplan; sweden §2.2")
    parent: "Unit | None" = Field(
        default=None, description="The unit or care giver above it (vårdgivare); R4 Organization.partOf"
    )

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.name is None and not self.identifiers and not is_link(self):
            raise ValueError("a unit needs a name or an identifier")
        return self


class OutsideParticipant(Resource):
    """Someone outside health care who takes part (aktör utanför vården): Försäkringskassan, Arbetsförmedlingen, employer, school.

    Sources: KVÅ participant qualifiers ZV502-ZV516, sweden §1.2; plan coordinates across actors, sweden §2.1.
    """

    kind: Concept | None = Field(
        default=None, description="What kind of actor, KVÅ qualifier such as ZV503; sweden §1.2"
    )
    name: Text | None = Field(default=None, description="The organisation's name; R4 Organization.name")
    identifiers: tuple[Identifier, ...] = Field(default=(), description="Organisationsnummer; interop §2.2")
    contact_name: Text | None = Field(
        default=None, description="Contact person (handläggare), in words; R4 Organization.contact.name.text"
    )
    telecom: tuple[Telecom, ...] = Field(default=(), description="R4 Organization.telecom")
    involvement: Text | None = Field(
        default=None, description="What they take part with (insats), in words; sweden §2.1"
    )

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.name is None and not self.identifiers and not is_link(self):
            raise ValueError("an outside participant needs a name or an identifier")
        return self
