"""Interventions (planerade åtgärder): what is to be done, by whom, when, towards which goals."""

from typing import Literal

from pydantic import Field

from rehabfhir.model.base import Text, YesNo
from rehabfhir.model.coding import Concept
from rehabfhir.model.link import Link, Note, Resource
from rehabfhir.model.person import Staff
from rehabfhir.model.schedule import Schedule
from rehabfhir.model.unit import Unit

__all__ = ["Intervention", "InterventionStatus"]

InterventionStatus = Literal[
    "not-started",
    "scheduled",
    "in-progress",
    "on-hold",
    "completed",
    "cancelled",
    "stopped",
    "unknown",
    "entered-in-error",
]
"""R4 care-plan-activity-status (https://hl7.org/fhir/R4/valueset-care-plan-activity-status.html)."""


class Intervention(Resource):
    """A planned measure (planerad åtgärd), KVÅ-coded or in words. R4 CarePlan.activity.detail or ServiceRequest.

    Content of a plan: sweden §1.2 (kodningsanvisning) and §2.1.
    """

    code: Concept | None = Field(default=None, description="Main KVÅ code and its title, or words alone; sweden §1.1")
    additional_codes: tuple[Concept, ...] = Field(
        default=(), description="Further KVÅ codes for the same measure; sweden §1.1"
    )
    qualifiers: tuple[Concept, ...] = Field(
        default=(), description="KVÅ qualifiers ZV… (tilläggskoder): participants, time, place, intention; sweden §1.2"
    )
    description: Text | None = Field(
        default=None, description="The measure in words; R4 CarePlan.activity.detail.description"
    )
    goals: tuple[Text, ...] = Field(
        default=(),
        description="Ids or references of the goals it serves, in the same plan; R4 CarePlan.activity.detail.goal",
    )
    addresses: tuple[Text, ...] = Field(
        default=(),
        description="Ids or references of the needs and diagnoses it serves; R4 CarePlan.activity.detail.reasonReference",
    )
    self_care: YesNo | None = Field(
        default=None, description="Egenvård, done by the patient; false: given by care; sweden §1.2, §2.1"
    )
    physical_activity_prescription: YesNo | None = Field(
        default=None, description="FaR, fysisk aktivitet på recept (DV200); sweden §1.2"
    )
    responsible_profession: Concept | None = Field(default=None, description="Ansvarigt yrke; sweden §2.1")
    responsible_unit: Unit | None = Field(default=None, description="Ansvarig enhet; sweden §2.1")
    responsible: tuple[Staff, ...] = Field(default=(), description="Ansvariga personer; sweden §2.1")
    contact_form: Concept | None = Field(
        default=None, description="Visit, group, team, distance (XS…, ZV…); sweden §1.2"
    )
    schedule: Schedule | None = Field(default=None, description="When; R4 CarePlan.activity.detail.scheduled[x]")
    status: InterventionStatus = Field(default="not-started", description="R4 CarePlan.activity.detail.status")
    status_reason: Concept | None = Field(default=None, description="R4 CarePlan.activity.detail.statusReason")
    prohibited: YesNo | None = Field(
        default=None, description="Something not to do; R4 CarePlan.activity.detail.doNotPerform"
    )
    outcomes: tuple[Concept, ...] = Field(
        default=(), description="Result (resultat); R4 CarePlan.activity.outcomeCodeableConcept"
    )
    outcome_references: tuple[Link, ...] = Field(
        default=(), description="Performed procedures, observations; R4 CarePlan.activity.outcomeReference"
    )
    progress: tuple[Note, ...] = Field(default=(), description="R4 CarePlan.activity.progress")
