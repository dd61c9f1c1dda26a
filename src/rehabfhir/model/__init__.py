"""The domain: rehabilitation plans, assessments and procedures as immutable values, and what they are made of."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rehabfhir.model import vocabulary
from rehabfhir.model.assessment import (
    ANSWER_FIELDS,
    Answer,
    AnswerItem,
    Assessment,
    AssessmentStatus,
    Instrument,
    Score,
)
from rehabfhir.model.base import Id, Model
from rehabfhir.model.coding import Attachment, Code, Concept, Identifier, Period, Quantity, Range, Ratio
from rehabfhir.model.contact import Address, Language, PersonName, Telecom
from rehabfhir.model.course import Agreement, Delivery, FollowUp, KeyVisit, Milestone, ParentPlan, TreatmentSummary
from rehabfhir.model.document import dump, load
from rehabfhir.model.goal import Goal, GoalLifecycle, Target
from rehabfhir.model.handover import HAND_OVER_STATES, HandOver, HandOverState, responsible_unit
from rehabfhir.model.intervention import Intervention, InterventionStatus
from rehabfhir.model.link import Link, Linkable, Note, Resource, is_link
from rehabfhir.model.need import ClinicalStatus, Diagnosis, Need, VerificationStatus
from rehabfhir.model.person import Gender, NextOfKin, Patient, ProtectedIdentity, Staff, Team, TeamMember
from rehabfhir.model.plan import PlanIntent, PlanStatus, RehabilitationPlan
from rehabfhir.model.procedure import Performer, ProcedureStatus, RehabilitationProcedure
from rehabfhir.model.schedule import DayOfWeek, Schedule, Timing, UnitOfTime
from rehabfhir.model.time import Date, DateTime, Instant, Time, as_date, as_datetime, date_problem, precision
from rehabfhir.model.unit import OutsideParticipant, Unit

if TYPE_CHECKING:
    from rehabfhir.model import identifiers as identifiers

__all__ = [
    "ANSWER_FIELDS",
    "HAND_OVER_STATES",
    "Address",
    "Agreement",
    "Answer",
    "AnswerItem",
    "Assessment",
    "AssessmentStatus",
    "Attachment",
    "ClinicalStatus",
    "Code",
    "Concept",
    "Date",
    "DateTime",
    "DayOfWeek",
    "Delivery",
    "Diagnosis",
    "FollowUp",
    "Gender",
    "Goal",
    "GoalLifecycle",
    "HandOver",
    "HandOverState",
    "Id",
    "Identifier",
    "Instant",
    "Instrument",
    "Intervention",
    "InterventionStatus",
    "KeyVisit",
    "Language",
    "Link",
    "Linkable",
    "Milestone",
    "Model",
    "Need",
    "NextOfKin",
    "Note",
    "OutsideParticipant",
    "ParentPlan",
    "Patient",
    "Performer",
    "Period",
    "PersonName",
    "PlanIntent",
    "PlanStatus",
    "ProcedureStatus",
    "ProtectedIdentity",
    "Quantity",
    "Range",
    "Ratio",
    "RehabilitationPlan",
    "RehabilitationProcedure",
    "Resource",
    "Schedule",
    "Score",
    "Staff",
    "Target",
    "Team",
    "TeamMember",
    "Telecom",
    "Time",
    "Timing",
    "TreatmentSummary",
    "Unit",
    "UnitOfTime",
    "VerificationStatus",
    "as_date",
    "as_datetime",
    "date_problem",
    "dump",
    "identifiers",
    "is_link",
    "load",
    "precision",
    "responsible_unit",
    "vocabulary",
]


def __getattr__(name: str) -> Any:
    """`identifiers` on first use: python-stdnum takes as long to import as all the models."""
    if name != "identifiers":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module("rehabfhir.model.identifiers")
