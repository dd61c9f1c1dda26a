"""Goals (mål) with targets, sub-goals and evaluation."""

from typing import Literal, Self

from pydantic import Field, model_validator

from rehabfhir.model.base import Filled, Int, Text, YesNo, at_most_one
from rehabfhir.model.coding import Concept, Identifier, Quantity, Range, Ratio, check_duration
from rehabfhir.model.link import Link, Note, Resource, is_link
from rehabfhir.model.time import Date

__all__ = ["TARGET_VALUES", "Goal", "GoalLifecycle", "Target"]

GoalLifecycle = Literal[
    "proposed", "planned", "accepted", "active", "on-hold", "completed", "cancelled", "entered-in-error", "rejected"
]
"""R4 goal-status (https://hl7.org/fhir/R4/valueset-goal-status.html)."""

TARGET_VALUES = ("quantity", "range", "concept", "text", "yes_no", "integer", "ratio")
"""The fields of `Target` that hold its value, in FHIR's order of R4 Goal.target.detail[x]."""


class Target(Filled):
    """What is measured and what it shall reach (målvärde), by when. R4 Goal.target; at most one of the values."""

    measure: Concept | None = Field(default=None, description="What is measured (mått); R4 Goal.target.measure")
    quantity: Quantity | None = Field(default=None, description="R4 Goal.target.detailQuantity")
    range: Range | None = Field(default=None, description="R4 Goal.target.detailRange")
    concept: Concept | None = Field(default=None, description="R4 Goal.target.detailCodeableConcept")
    text: Text | None = Field(default=None, description="R4 Goal.target.detailString")
    yes_no: YesNo | None = Field(default=None, description="R4 Goal.target.detailBoolean")
    integer: Int | None = Field(default=None, description="R4 Goal.target.detailInteger")
    ratio: Ratio | None = Field(default=None, description="R4 Goal.target.detailRatio")
    due: Date | None = Field(default=None, description="Måldatum; R4 Goal.target.dueDate")
    due_in: Quantity | None = Field(default=None, description="Time to the goal; R4 Goal.target.dueDuration")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        at_most_one(self, *TARGET_VALUES)
        at_most_one(self, "due", "due_in")
        check_duration(self.due_in)
        if self.measure is None and any(getattr(self, name) is not None for name in TARGET_VALUES):
            raise ValueError("a target value needs its measure")
        return self


class Goal(Resource):
    """A goal (mål) or, with `part_of`, a sub-goal (delmål). R4 Goal; goals are part of a plan's content, sweden §2.1."""

    identifiers: tuple[Identifier, ...] = Field(default=(), description="R4 Goal.identifier")
    description: Concept | None = Field(default=None, description="The goal in words or as a code; R4 Goal.description")
    patient_words: Text | None = Field(
        default=None,
        description="The patient's own words (patientens egna ord); plan drawn up with the patient, sweden §1.2 AW020",
    )
    part_of: Text | None = Field(
        default=None,
        description="Id or reference of the goal that this is a sub-goal of, in the same plan; sweden §2.1",
    )
    lifecycle_status: GoalLifecycle = Field(default="active", description="R4 Goal.lifecycleStatus")
    achievement_status: Concept | None = Field(
        default=None, description="Måluppfyllelse; R4 Goal.achievementStatus, codes in `vocabulary`"
    )
    categories: tuple[Concept, ...] = Field(default=(), description="R4 Goal.category")
    priority: Concept | None = Field(default=None, description="R4 Goal.priority")
    start: Date | None = Field(default=None, description="R4 Goal.startDate")
    targets: tuple[Target, ...] = Field(default=(), description="Measure, value with unit, due date; R4 Goal.target")
    icf_now: Concept | None = Field(
        default=None, description="ICF level now (nuvarande nivå); interop §4 DK home care, consensus"
    )
    icf_expected: Concept | None = Field(
        default=None, description="ICF level expected (förväntad nivå), same vocabulary; interop §4"
    )
    addresses: tuple[Text, ...] = Field(
        default=(),
        description="Ids or references of the needs and diagnoses it serves, in the same plan; R4 Goal.addresses",
    )
    expressed_by: Link | None = Field(default=None, description="Who set the goal; R4 Goal.expressedBy")
    status_date: Date | None = Field(
        default=None, description="When it was evaluated or its status last changed; R4 Goal.statusDate"
    )
    status_reason: Text | None = Field(default=None, description="R4 Goal.statusReason")
    outcomes: tuple[Concept, ...] = Field(
        default=(), description="Evaluation (utvärdering), coded or in words; R4 Goal.outcomeCode"
    )
    outcome_references: tuple[Link, ...] = Field(
        default=(), description="Measurements that show the outcome; R4 Goal.outcomeReference"
    )
    notes: tuple[Note, ...] = Field(default=(), description="R4 Goal.note")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.description is None and not is_link(self):
            raise ValueError("a goal needs a description")
        return self
