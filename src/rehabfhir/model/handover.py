"""Active hand-over (aktiv överlämning): requested, received, contact confirmed; responsibility moves only at the last.

Source: sweden §2.3. The sender keeps the responsibility until the receiver has confirmed contact with the patient.
"""

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field, model_validator

from rehabfhir.model.base import Text, YesNo
from rehabfhir.model.coding import Concept
from rehabfhir.model.link import Note, Resource
from rehabfhir.model.person import Staff
from rehabfhir.model.time import DateTime
from rehabfhir.model.unit import Unit

__all__ = ["HAND_OVER_STATES", "HandOver", "HandOverState", "responsible_unit"]

HandOverState = Literal["requested", "received", "contact-confirmed"]
HAND_OVER_STATES: tuple[HandOverState, ...] = ("requested", "received", "contact-confirmed")
"""In the order they are gone through."""


class HandOver(Resource):
    """One hand-over from a sending to a receiving unit (aktiv överlämning). R4 Task; sweden §2.3."""

    state: HandOverState = Field(default="requested", description="How far it has come; sweden §2.3")
    sender: Unit | None = Field(default=None, description="Överlämnande enhet; sweden §2.3")
    receiver: Unit | None = Field(default=None, description="Mottagande enhet; sweden §2.3")
    sender_contact: Staff | None = Field(default=None, description="Who hands over; sweden §2.3")
    receiver_contact: Staff | None = Field(default=None, description="Who takes over; sweden §2.3")
    requested: DateTime | None = Field(default=None, description="When it was requested; sweden §2.3")
    received: DateTime | None = Field(default=None, description="When the receiver took it in; sweden §2.3")
    contact_confirmed: DateTime | None = Field(
        default=None, description="When the receiver confirmed contact with the patient; sweden §2.3"
    )
    oral: YesNo | None = Field(default=None, description="Muntligt; sweden §2.3")
    written: YesNo | None = Field(default=None, description="Skriftligt; sweden §2.3")
    reason: Concept | None = Field(
        default=None, description="Why: treatment ended, move to adult care …; sweden §2.3, §2.4"
    )
    situation: Text | None = Field(default=None, description="SBAR: situation; sweden §2.3")
    background: Text | None = Field(default=None, description="SBAR: bakgrund, diseases and treatment; sweden §2.3")
    assessment: Text | None = Field(default=None, description="SBAR: aktuell bedömning; sweden §2.3")
    recommendation: Text | None = Field(default=None, description="SBAR: rekommendation; sweden §2.3")
    patient_wishes: Text | None = Field(default=None, description="The patient's needs and wishes; sweden §2.3")
    ongoing: tuple[Text, ...] = Field(
        default=(),
        description="Ids or references of the measures that the receiver shall follow up, in the same plan; sweden §2.3",
    )
    in_record: YesNo | None = Field(
        default=None, description="The change of responsible care giver is visible in the record; sweden §2.3"
    )
    in_care_plan: YesNo | None = Field(default=None, description="The change is visible in Min vårdplan; sweden §2.3")
    notes: tuple[Note, ...] = Field(default=(), description="R4 Task.note")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        reached = HAND_OVER_STATES.index(self.state)
        if (self.received is not None and reached < 1) or (self.contact_confirmed is not None and reached < 2):
            raise ValueError(
                "a time is given for a state that is not reached; move state forward or leave the time out"
            )
        return self


def responsible_unit(accountable: Unit | None, hand_overs: Iterable[HandOver]) -> Unit | None:
    """The unit that carries the responsibility now: it moves only when contact with the patient is confirmed.

    Hand-overs count in the order given. One whose receiver is unknown moves nothing.
    """
    unit = accountable
    for hand_over in hand_overs:
        if hand_over.state == "contact-confirmed" and hand_over.receiver is not None:
            unit = hand_over.receiver
    return unit
