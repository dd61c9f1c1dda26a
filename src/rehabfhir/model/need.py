"""Diagnoses (diagnoser) and rehabilitation needs (rehabiliteringsbehov)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from rehabfhir.model.base import Text, YesNo
from rehabfhir.model.coding import Concept
from rehabfhir.model.link import Link, Note, Resource
from rehabfhir.model.time import DateTime

__all__ = ["ClinicalStatus", "Diagnosis", "Need", "VerificationStatus"]

ClinicalStatus = Literal["active", "recurrence", "relapse", "inactive", "remission", "resolved"]
VerificationStatus = Literal["unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"]


class Diagnosis(Resource):
    """A diagnosis (diagnos), ICD-10-SE. R4 Condition; code system in interop §2.1."""

    code: Concept | None = Field(default=None, description="ICD-10-SE code and title; interop §2.1")
    clinical_status: ClinicalStatus | None = Field(default=None, description="R4 Condition.clinicalStatus")
    verification_status: VerificationStatus | None = Field(default=None, description="R4 Condition.verificationStatus")
    body_sites: tuple[Concept, ...] = Field(default=(), description="Lokalisation och sida; R4 Condition.bodySite")
    onset: DateTime | None = Field(default=None, description="Insjuknande; R4 Condition.onsetDateTime")
    recorded: DateTime | None = Field(default=None, description="Diagnosdatum; R4 Condition.recordedDate")
    notes: tuple[Note, ...] = Field(default=(), description="R4 Condition.note")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.verification_status == "entered-in-error" and self.clinical_status is not None:
            raise ValueError("a diagnosis entered in error has no clinical_status")
        return self


class Need(Resource):
    """A rehabilitation need (rehabiliteringsbehov) of the patient or of next of kin. R4 Condition.

    Four dimensions and levels: sweden §2.1. The levels' vocabulary varies between regions, so it is a concept.
    """

    code: Concept | None = Field(
        default=None,
        description="What is needed: ICF code(s), and the need in words as its text; sweden §2.5, interop §2.1",
    )
    dimension: Concept | None = Field(default=None, description="Fysisk, psykisk, social, existentiell; sweden §2.1")
    icf_qualifier: Concept | None = Field(default=None, description="ICF-bedömningsfaktor 0-4, 8, 9; interop §0 row 7")
    level: Concept | None = Field(
        default=None,
        description="Behovsnivå (grundläggande, särskilda, avancerade …), vocabulary as its system; sweden §2.1",
    )
    whose: Literal["patient", "next-of-kin"] | None = Field(
        default=None, description="Whose need: patient eller närstående; sweden §0"
    )
    next_of_kin: Text | None = Field(
        default=None, description="Id or reference of the next of kin in the same plan, when the need is theirs"
    )
    late_effect: YesNo | None = Field(default=None, description="Sen komplikation av behandling; sweden §0 S0")
    clinical_status: ClinicalStatus | None = Field(
        default=None, description="R4 Condition.clinicalStatus; resolved when the need is met"
    )
    identified: DateTime | None = Field(default=None, description="When it was found at assessment; sweden §2.1")
    evidence: tuple[Link, ...] = Field(
        default=(), description="The assessments that show it; R4 Condition.evidence.detail"
    )
    notes: tuple[Note, ...] = Field(default=(), description="R4 Condition.note")
