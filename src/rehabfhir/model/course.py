"""The course of a plan: milestones, follow-ups, agreement, delivery, key visits and the treatment summary."""

from typing import Self

from pydantic import Field, model_validator

from rehabfhir.model.base import Filled, Model, Text, UnsignedInt, YesNo, at_most_one
from rehabfhir.model.coding import Attachment, Concept, Period
from rehabfhir.model.link import Link, Resource, is_link
from rehabfhir.model.person import Staff
from rehabfhir.model.time import Date, DateTime
from rehabfhir.model.unit import Unit

__all__ = ["Agreement", "Delivery", "FollowUp", "KeyVisit", "Milestone", "ParentPlan", "TreatmentSummary"]


class Milestone(Model):
    """A step in the plan's timeline (tidplan); sweden §1.2 (a plan holds: … tidplan)."""

    text: Text = Field(description="What happens")
    date: DateTime | None = Field(default=None, description="When, a moment or a day")
    period: Period | None = Field(default=None, description="When, a period")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        at_most_one(self, "date", "period")
        return self


class FollowUp(Resource):
    """A follow-up (uppföljning), planned or held. R4 Encounter or Appointment; sweden §1.2 AW011, §2.5."""

    code: Concept | None = Field(default=None, description="KVÅ code, AW011 for a follow-up of the plan; sweden §1.2")
    planned: DateTime | None = Field(default=None, description="When it is planned; sweden §1.2")
    held: DateTime | None = Field(default=None, description="When it was held; None while it is only planned")
    contact_form: Concept | None = Field(default=None, description="Visit, telephone, team …; sweden §1.2")
    responsible: Staff | None = Field(default=None, description="Who follows up; sweden §2.1")
    result: Text | None = Field(default=None, description="What came out of it, in words; sweden §1.2")
    decision: Concept | None = Field(default=None, description="Continue, change or end; interop §4 DK home care")


class Agreement(Filled):
    """The patient's agreement to the plan and part in it (överenskommelse, delaktighet); sweden §2.1."""

    agreed: YesNo | None = Field(default=None, description="Whether the patient agrees; sweden §2.1")
    date: Date | None = Field(default=None, description="When; sweden §2.1")
    form: Concept | None = Field(default=None, description="How: orally, in writing, digitally; sweden §2.1")
    participation: Text | None = Field(
        default=None, description="How the patient took part, in words; sweden §1.2 AW020"
    )
    next_of_kin_took_part: YesNo | None = Field(default=None, description="Närstående took part; sweden §1.2 AW020")


class Delivery(Filled):
    """A copy of the plan handed to the patient (utlämnad plan); sweden §2.1."""

    date: Date | None = Field(default=None, description="When; sweden §2.1")
    form: Concept | None = Field(default=None, description="Digital (1177) or print; sweden §2.1")


class KeyVisit(Resource):
    """A key visit after childhood cancer (nyckelbesök), at about 13, 17 and 18 years. R4 Encounter; sweden §2.4."""

    age: UnsignedInt | None = Field(
        default=None, description="The age in years that it is for: 13, 17, 18; sweden §2.4"
    )
    planned: DateTime | None = Field(default=None, description="When it is planned")
    held: DateTime | None = Field(default=None, description="When it was held")
    unit: Unit | None = Field(default=None, description="Uppföljningsmottagning; sweden §2.4")
    staff: tuple[Staff, ...] = Field(
        default=(), description="The team at the visit, doctor and nurse for most; sweden §2.4"
    )
    result: Text | None = Field(default=None, description="What came out of it, in words")


class TreatmentSummary(Resource):
    """The written summary of treatment with advice on follow-up (behandlingssammanfattning), given at 18. R4 DocumentReference; sweden §2.4, §2.2 row 9."""

    written: DateTime | None = Field(default=None, description="When it was written")
    author: Staff | None = Field(default=None, description="Who wrote it")
    recommendations: Text | None = Field(default=None, description="Advice on follow-up; sweden §2.4")
    documents: tuple[Attachment, ...] = Field(
        default=(), description="The summary itself; R4 DocumentReference.content"
    )

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if not self.documents and not is_link(self):
            raise ValueError("a treatment summary needs a document, or where it lies")
        return self


class ParentPlan(Link):
    """The plan that this one is part of (Min vårdplan, SIP, vårdplan); sweden §1.2, §2.1. R4 CarePlan.partOf."""

    kind: Concept | None = Field(
        default=None, description="Min vårdplan, SIP, vårdplan; GetCarePlans enum in sweden §4.1"
    )
