"""People: the patient, next of kin, staff, and the team."""

from typing import Literal, Self

from pydantic import Field, model_validator

from rehabfhir.model.base import Filled, Id, Text, YesNo, at_most_one
from rehabfhir.model.coding import Concept, Identifier, Period
from rehabfhir.model.contact import Address, Language, PersonName, Telecom
from rehabfhir.model.link import Resource
from rehabfhir.model.time import Date, DateTime
from rehabfhir.model.unit import Unit

__all__ = ["Gender", "NextOfKin", "Patient", "ProtectedIdentity", "Staff", "Team", "TeamMember"]

Gender = Literal["male", "female", "other", "unknown"]
ProtectedIdentity = Literal["sekretessmarkering", "skyddadFolkbokforing"]
"""HL7 Sweden's SecurityLabel codes; interop §1.3."""


class Patient(Resource):
    """The patient (patienten). R4 Patient as HL7 Sweden profiles it; interop §1.2 SEBasePatient.

    The birth date is never checked against the personal number: they differ in practice (interop §1.4).
    """

    identifiers: tuple[Identifier, ...] = Field(
        default=(), description="Personnummer, samordningsnummer, reservnummer, LMA-nummer; interop §2.2, §2.4"
    )
    name: PersonName | None = Field(default=None, description="SEBasePatient.name 0..1; interop §1.2")
    gender: Gender | None = Field(default=None, description="Kön; R4 Patient.gender")
    birth_date: Date | None = Field(default=None, description="Födelsedatum; R4 Patient.birthDate")
    deceased: YesNo | None = Field(
        default=None, description="Avliden, when no time is known; R4 Patient.deceasedBoolean"
    )
    deceased_at: DateTime | None = Field(
        default=None, description="Time of death (dödsdatum); R4 Patient.deceasedDateTime"
    )
    addresses: tuple[Address, ...] = Field(default=(), description="R4 Patient.address; interop §1.3")
    telecom: tuple[Telecom, ...] = Field(default=(), description="R4 Patient.telecom")
    languages: tuple[Language, ...] = Field(default=(), description="R4 Patient.communication")
    interpreter_required: YesNo | None = Field(
        default=None, description="Behov av tolk; patient-interpreterRequired, KVÅ ZV020 in sweden §1.2"
    )
    protected_identity: tuple[ProtectedIdentity, ...] = Field(
        default=(), description="Sekretessmarkering, skyddad folkbokföring, to meta.security; interop §1.3"
    )

    @model_validator(mode="after")
    def _checked(self) -> Self:
        at_most_one(self, "deceased", "deceased_at")
        return self


class NextOfKin(Resource):
    """A next of kin (närstående), children among them (barn som anhöriga). R4 RelatedPerson.

    Sources: the definition covers patient and next of kin, sweden §0; children as next of kin, sweden §1.2 and §2.6.
    """

    identifiers: tuple[Identifier, ...] = Field(default=(), description="R4 RelatedPerson.identifier")
    name: PersonName | None = Field(default=None, description="R4 RelatedPerson.name")
    relationships: tuple[Concept, ...] = Field(
        default=(), description="Relation till patienten; R4 RelatedPerson.relationship"
    )
    gender: Gender | None = Field(default=None, description="R4 RelatedPerson.gender")
    birth_date: Date | None = Field(
        default=None, description="A year alone is enough for a child; R4 RelatedPerson.birthDate"
    )
    minor: YesNo | None = Field(default=None, description="Under 18 (minderårigt barn); sweden §1.2 DU055-DU057, §2.6")
    support_offered: YesNo | None = Field(
        default=None, description="Information, advice or support has been offered; sweden §2.6"
    )
    telecom: tuple[Telecom, ...] = Field(default=(), description="R4 RelatedPerson.telecom")
    protected_identity: tuple[ProtectedIdentity, ...] = Field(
        default=(), description="As for the patient; interop §1.3"
    )


class Staff(Resource):
    """A member of staff in a role at a unit (medarbetare). R4 PractitionerRole with its Practitioner and Organization."""

    person_id: Id | None = Field(
        default=None, description="Id of the R4 Practitioner; `id` is that of the PractitionerRole"
    )
    identifiers: tuple[Identifier, ...] = Field(default=(), description="HSA-id of the person; interop §2.2")
    name: PersonName | None = Field(default=None, description="R4 Practitioner.name")
    professions: tuple[Concept, ...] = Field(
        default=(), description="Yrke: KVÅ XS910-XS926, HOSP, KV Befattning; sweden §1.2, interop §1.2"
    )
    unit: Unit | None = Field(default=None, description="Where the person works; R4 PractitionerRole.organization")
    telecom: tuple[Telecom, ...] = Field(
        default=(), description="R4 PractitionerRole.telecom; contact details in Min vårdplan, sweden §2.2"
    )


class TeamMember(Filled):
    """One place in the team: a member of staff, or a unit, with the role there. R4 CareTeam.participant."""

    role: Concept | None = Field(default=None, description="Roll i teamet; R4 CareTeam.participant.role")
    staff: Staff | None = Field(default=None, description="R4 CareTeam.participant.member, a person")
    unit: Unit | None = Field(default=None, description="R4 CareTeam.participant.member, a unit")
    period: Period | None = Field(default=None, description="R4 CareTeam.participant.period")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        at_most_one(self, "staff", "unit")
        return self


class Team(Resource):
    """The team around the patient (rehabiliteringsteam). R4 CareTeam; professions in sweden §2.1."""

    name: Text | None = Field(default=None, description="R4 CareTeam.name")
    members: tuple[TeamMember, ...] = Field(default=(), description="R4 CareTeam.participant")
