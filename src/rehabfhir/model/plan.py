"""The rehabilitation plan (rehabiliteringsplan, habiliteringsplan)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from rehabfhir.model._complete import complete, dangling
from rehabfhir.model.base import Id, Model, Text, YesNo
from rehabfhir.model.coding import Concept, Identifier, Period
from rehabfhir.model.course import Agreement, Delivery, FollowUp, KeyVisit, Milestone, ParentPlan, TreatmentSummary
from rehabfhir.model.goal import Goal
from rehabfhir.model.handover import HandOver, responsible_unit
from rehabfhir.model.intervention import Intervention
from rehabfhir.model.link import Link, Note
from rehabfhir.model.need import Diagnosis, Need
from rehabfhir.model.person import NextOfKin, Patient, Staff, Team
from rehabfhir.model.time import DateTime
from rehabfhir.model.unit import OutsideParticipant, Unit

__all__ = ["PlanIntent", "PlanStatus", "RehabilitationPlan"]

PlanStatus = Literal["draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"]
"""R4 request-status (https://hl7.org/fhir/R4/valueset-request-status.html)."""
PlanIntent = Literal["proposal", "plan", "order", "option"]


class RehabilitationPlan(Model):
    """A rehabilitation or habilitation plan (rehabiliteringsplan, habiliteringsplan). R4 CarePlan.

    Content: Socialstyrelsen's coding instruction, Region Jönköping and the national care programme, sweden §2.1.
    Goals, needs, diagnoses and next of kin are referred to inside the plan by their `id` (or, when they are
    links, by their `reference`). Missing ids are filled in when a plan is built: the same input gives the same ids.
    """

    id: Id | None = Field(default=None, description="R4 Resource.id, verbatim; filled in when missing")
    identifiers: tuple[Identifier, ...] = Field(
        default=(), description="R4 CarePlan.identifier; documentId in sweden §4.1"
    )
    version: Text | None = Field(
        default=None, description="Version of the plan (planens version); updated when needs change, sweden §2.1"
    )
    status: PlanStatus = Field(default="active", description="R4 CarePlan.status")
    status_reason: Concept | None = Field(
        default=None, description="Why it was ended or paused (avslutsorsak); sweden §1.2"
    )
    intent: PlanIntent = Field(default="plan", description="R4 CarePlan.intent")
    types: tuple[Concept, ...] = Field(
        default=(), description="Rehabilitation or habilitation: SNOMED, Inera RP/HP; sweden §4.1, R4 CarePlan.category"
    )
    title: Text | None = Field(default=None, description="R4 CarePlan.title; documentTitle in sweden §4.1")
    parents: tuple[ParentPlan, ...] = Field(default=(), description="Min vårdplan, SIP, vårdplan; sweden §2.1")
    based_on: tuple[Link, ...] = Field(default=(), description="R4 CarePlan.basedOn")
    replaces: tuple[Link, ...] = Field(default=(), description="Earlier plan; R4 CarePlan.replaces")
    patient: Patient = Field(description="R4 CarePlan.subject")
    created: DateTime | None = Field(default=None, description="Upprättad; R4 CarePlan.created")
    author: Staff | None = Field(
        default=None, description="Upprättad av; sweden §4.1 accountableHealthcareProfessional"
    )
    accountable_unit: Unit | None = Field(default=None, description="Ansvarig enhet when drawn up; sweden §4.1, §2.1")
    contact_nurse: Staff | None = Field(default=None, description="Kontaktsjuksköterska; sweden §2.1, §2.2")
    teams: tuple[Team, ...] = Field(default=(), description="Rehabiliteringsteam; sweden §2.1, R4 CarePlan.careTeam")
    period: Period | None = Field(default=None, description="Agreed rehabilitation period; sweden §1.2")
    phase: Concept | None = Field(default=None, description="Fas: prehabilitering … palliativ; sweden §2.1")
    summary: Text | None = Field(
        default=None, description="Sammanfattande bedömning; sweden §1.2, R4 CarePlan.description"
    )
    diagnoses: tuple[Diagnosis, ...] = Field(default=(), description="ICD-10-SE; interop §2.1, R4 CarePlan.addresses")
    needs: tuple[Need, ...] = Field(default=(), description="Rehabiliteringsbehov; sweden §2.1")
    goals: tuple[Goal, ...] = Field(default=(), description="Mål; sweden §1.2, R4 CarePlan.goal")
    interventions: tuple[Intervention, ...] = Field(
        default=(), description="Planerade åtgärder; sweden §1.2, R4 CarePlan.activity"
    )
    timeline: tuple[Milestone, ...] = Field(default=(), description="Tidplan; sweden §1.2")
    follow_ups: tuple[FollowUp, ...] = Field(default=(), description="Uppföljning, planned and held; sweden §1.2")
    key_visits: tuple[KeyVisit, ...] = Field(default=(), description="Nyckelbesök 13/17/18; sweden §2.4")
    treatment_summary: TreatmentSummary | None = Field(
        default=None, description="Behandlingssammanfattning; sweden §2.4"
    )
    hand_overs: tuple[HandOver, ...] = Field(default=(), description="Aktiv överlämning, in order of time; sweden §2.3")
    next_of_kin: tuple[NextOfKin, ...] = Field(
        default=(), description="Närstående, minor children among them; sweden §0, §2.6"
    )
    outside_participants: tuple[OutsideParticipant, ...] = Field(
        default=(), description="Actors outside health care; sweden §1.2"
    )
    agreement: Agreement | None = Field(default=None, description="Överenskommelse och delaktighet; sweden §2.1")
    deliveries: tuple[Delivery, ...] = Field(default=(), description="Utlämnad till patienten; sweden §2.1")
    approved_for_patient: YesNo | None = Field(
        default=None, description="May be shown on 1177 (approvedForPatient); sweden §4.1"
    )
    supporting_info: tuple[Link, ...] = Field(
        default=(), description="Assessments behind the plan; R4 CarePlan.supportingInfo"
    )
    notes: tuple[Note, ...] = Field(default=(), description="R4 CarePlan.note")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        complete(self)
        problem = dangling(self)
        if problem:
            raise ValueError(problem)
        return self

    @property
    def responsible_unit(self) -> Unit | None:
        """The unit responsible now; moves from `accountable_unit` only at a confirmed hand-over."""
        return responsible_unit(self.accountable_unit, self.hand_overs)

    def sub_goals(self, goal: Goal) -> tuple[Goal, ...]:
        """The goals that are part of `goal` (delmål)."""
        key = goal.id or goal.reference
        return tuple(each for each in self.goals if key is not None and each.part_of == key)
