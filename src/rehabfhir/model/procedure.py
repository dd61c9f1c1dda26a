"""Performed measures (utförda åtgärder), KVÅ-coded."""

from typing import Literal, Self

from pydantic import Field, model_validator

from rehabfhir.model._complete import complete
from rehabfhir.model.base import Filled, Id, Model, Text, at_most_one
from rehabfhir.model.coding import Concept, Identifier, Period
from rehabfhir.model.link import Link, Note
from rehabfhir.model.person import Patient, Staff
from rehabfhir.model.time import DateTime
from rehabfhir.model.unit import Unit

__all__ = ["Performer", "ProcedureStatus", "RehabilitationProcedure"]

ProcedureStatus = Literal[
    "preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown"
]
"""R4 event-status (https://hl7.org/fhir/R4/valueset-event-status.html); planned is ``preparation``."""


class Performer(Filled):
    """Who did it (utförare), with profession and unit. R4 Procedure.performer."""

    profession: Concept | None = Field(
        default=None, description="Yrke: KVÅ XS910-XS926 and others; R4 Procedure.performer.function, sweden §1.2, §4.4"
    )
    staff: Staff | None = Field(default=None, description="R4 Procedure.performer.actor")
    unit: Unit | None = Field(default=None, description="R4 Procedure.performer.onBehalfOf")


class RehabilitationProcedure(Model):
    """A rehabilitation measure done, not done or planned (åtgärd), KVÅ-coded. R4 Procedure; sweden §1."""

    id: Id | None = Field(default=None, description="R4 Resource.id, verbatim; filled in when missing")
    identifiers: tuple[Identifier, ...] = Field(
        default=(), description="R4 Procedure.identifier; activity id in interop §3.4"
    )
    status: ProcedureStatus = Field(default="completed", description="R4 Procedure.status: utförd, ej utförd, planerad")
    status_reason: Concept | None = Field(default=None, description="Why not done; R4 Procedure.statusReason")
    category: Concept | None = Field(default=None, description="R4 Procedure.category")
    code: Concept | None = Field(default=None, description="Main KVÅ code; sweden §1.1")
    additional_codes: tuple[Concept, ...] = Field(
        default=(), description="Further KVÅ codes registered with it; sweden §1.1"
    )
    qualifiers: tuple[Concept, ...] = Field(default=(), description="KVÅ qualifiers ZV… (tilläggskoder); sweden §1.2")
    patient: Patient = Field(description="R4 Procedure.subject")
    performed_at: DateTime | None = Field(default=None, description="R4 Procedure.performedDateTime")
    performed_period: Period | None = Field(default=None, description="R4 Procedure.performedPeriod")
    performed_text: Text | None = Field(default=None, description="R4 Procedure.performedString")
    performers: tuple[Performer, ...] = Field(default=(), description="Utförare; sweden §4.4")
    contact_form: Concept | None = Field(
        default=None, description="Visit, team, group, distance: XS…, ZV…; sweden §1.2"
    )
    participants: tuple[Concept, ...] = Field(
        default=(), description="Who else took part, KVÅ ZV502-ZV516; sweden §1.2"
    )
    body_sites: tuple[Concept, ...] = Field(default=(), description="R4 Procedure.bodySite")
    reasons: tuple[Concept, ...] = Field(default=(), description="R4 Procedure.reasonCode")
    reason_references: tuple[Link, ...] = Field(
        default=(), description="Needs and diagnoses; R4 Procedure.reasonReference"
    )
    goals: tuple[Link, ...] = Field(default=(), description="The goals that it serves; interop §4")
    plans: tuple[Link, ...] = Field(default=(), description="The plan or planned measure; R4 Procedure.basedOn")
    part_of: tuple[Link, ...] = Field(default=(), description="R4 Procedure.partOf")
    encounter: Link | None = Field(default=None, description="Vårdkontakt; R4 Procedure.encounter")
    outcome: Concept | None = Field(default=None, description="Result; R4 Procedure.outcome")
    notes: tuple[Note, ...] = Field(default=(), description="R4 Procedure.note")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        at_most_one(self, "performed_at", "performed_period", "performed_text")
        complete(self)
        return self
