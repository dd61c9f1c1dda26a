"""Assessments (bedömningar, skattningar): an instrument answered on an occasion, with its scores."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator

from rehabfhir.model._complete import complete
from rehabfhir.model.base import Filled, Id, Int, Model, Text, Uri, YesNo, at_most_one
from rehabfhir.model.coding import Attachment, Code, Concept, Identifier, Quantity
from rehabfhir.model.link import Link, Resource, is_link
from rehabfhir.model.person import NextOfKin, Patient, Staff
from rehabfhir.model.time import Date, DateTime, Time

if TYPE_CHECKING:
    from rehabfhir.instruments import Instrument as InstrumentFile
    from rehabfhir.instruments import Scored

__all__ = ["ANSWER_FIELDS", "Answer", "AnswerItem", "Assessment", "AssessmentStatus", "Instrument", "Score"]

AssessmentStatus = Literal["in-progress", "completed", "amended", "entered-in-error", "stopped"]
"""R4 questionnaire-answers-status (https://hl7.org/fhir/R4/valueset-questionnaire-answers-status.html)."""


class Instrument(Filled):
    """The instrument (instrument, formulär), by canonical and version; never its protected item texts, sweden §3."""

    url: Text | None = Field(
        default=None, description="Canonical of the questionnaire; R4 QuestionnaireResponse.questionnaire before the |"
    )
    version: Uri | None = Field(default=None, description="Version of the questionnaire; after the |")
    title: Text | None = Field(default=None, description="The instrument's name; sweden §3")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.version is not None and self.url is None:
            raise ValueError("a version needs the instrument's url")
        return self


class Answer(Filled):
    """One answer (svar): exactly one of the values. R4 QuestionnaireResponse.item.answer.value[x]."""

    yes_no: YesNo | None = Field(default=None, description="R4 valueBoolean")
    decimal: Decimal | None = Field(default=None, description="R4 valueDecimal; keeps its digits")
    integer: Int | None = Field(default=None, description="R4 valueInteger")
    date: Date | None = Field(default=None, description="R4 valueDate")
    date_time: DateTime | None = Field(default=None, description="R4 valueDateTime")
    time: Time | None = Field(default=None, description="R4 valueTime")
    text: Text | None = Field(default=None, description="R4 valueString")
    uri: Uri | None = Field(default=None, description="R4 valueUri")
    attachment: Attachment | None = Field(default=None, description="R4 valueAttachment")
    code: Code | None = Field(default=None, description="R4 valueCoding")
    quantity: Quantity | None = Field(default=None, description="R4 valueQuantity")
    reference: Link | None = Field(default=None, description="R4 valueReference")
    items: tuple["AnswerItem", ...] = Field(default=(), description="Questions under this answer; R4 item.answer.item")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        at_most_one(self, *ANSWER_FIELDS)
        return self

    @property
    def value(self) -> bool | Decimal | int | str | Attachment | Code | Quantity | Link | None:
        """The answer itself, whichever type it has."""
        for name in ANSWER_FIELDS:
            value: bool | Decimal | int | str | Attachment | Code | Quantity | Link | None = getattr(self, name)
            if value is not None:
                return value
        return None


ANSWER_FIELDS = (
    "yes_no", "decimal", "integer", "date", "date_time", "time", "text", "uri", "attachment", "code", "quantity", "reference",
)  # fmt: skip
"""The fields of `Answer` that hold its value, in FHIR's order."""


class AnswerItem(Model):
    """One question or group with its answers (fråga). R4 QuestionnaireResponse.item; the text may be absent."""

    link_id: Text = Field(description="R4 QuestionnaireResponse.item.linkId")
    definition: Uri | None = Field(default=None, description="R4 QuestionnaireResponse.item.definition")
    text: Text | None = Field(default=None, description="Absent for instruments whose texts are protected; sweden §3")
    answers: tuple[Answer, ...] = Field(default=(), description="R4 QuestionnaireResponse.item.answer")
    items: tuple["AnswerItem", ...] = Field(
        default=(), description="Questions in this group; R4 QuestionnaireResponse.item.item"
    )

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.answers and self.items:
            raise ValueError("an item has answers or items, not both; put follow-up questions under the answer")
        return self


class Score(Resource):
    """A score (poäng, index) from the answers. R4 Observation with derivedFrom the response; interop §4 consensus."""

    code: Concept | None = Field(default=None, description="Which score; sweden §3")
    quantity: Quantity | None = Field(default=None, description="R4 Observation.valueQuantity")
    concept: Concept | None = Field(default=None, description="R4 Observation.valueCodeableConcept")
    text: Text | None = Field(default=None, description="A profile string such as 21234; R4 Observation.valueString")
    interpretation: Concept | None = Field(default=None, description="Band or cut-off in words; sweden §3")
    method: Concept | None = Field(
        default=None, description="Scoring rule or value set, named since they differ by country; sweden §3 EQ-5D"
    )

    @model_validator(mode="after")
    def _checked(self) -> Self:
        at_most_one(self, "quantity", "concept", "text")
        if self.code is None and not is_link(self):
            raise ValueError("a score needs its code")
        return self


class Assessment(Model):
    """An assessment (bedömning, skattning) made with an instrument. R4 QuestionnaireResponse; sweden §2.1, §3."""

    id: Id | None = Field(default=None, description="R4 Resource.id, verbatim; filled in when missing")
    identifier: Identifier | None = Field(default=None, description="R4 QuestionnaireResponse.identifier")
    instrument: Instrument | None = Field(default=None, description="Which instrument and version; sweden §3")
    status: AssessmentStatus = Field(default="completed", description="R4 QuestionnaireResponse.status")
    occasion: Concept | None = Field(
        default=None, description="Diagnosis, start or end of treatment, progress, hand-over …; sweden §2.1"
    )
    patient: Patient | None = Field(default=None, description="R4 QuestionnaireResponse.subject")
    respondent_patient: Patient | None = Field(
        default=None, description="The patient answered; R4 QuestionnaireResponse.source"
    )
    respondent_next_of_kin: NextOfKin | None = Field(
        default=None, description="A next of kin answered; R4 QuestionnaireResponse.source"
    )
    respondent_staff: Staff | None = Field(default=None, description="Staff answered; R4 QuestionnaireResponse.source")
    author: Staff | None = Field(default=None, description="Who entered it; R4 QuestionnaireResponse.author")
    authored: DateTime | None = Field(
        default=None, description="When it was answered; R4 QuestionnaireResponse.authored"
    )
    plans: tuple[Link, ...] = Field(
        default=(), description="The plan that it belongs to; R4 QuestionnaireResponse.basedOn"
    )
    part_of: tuple[Link, ...] = Field(default=(), description="R4 QuestionnaireResponse.partOf")
    encounter: Link | None = Field(default=None, description="Vårdkontakt; R4 QuestionnaireResponse.encounter")
    items: tuple[AnswerItem, ...] = Field(default=(), description="R4 QuestionnaireResponse.item")
    scores: tuple[Score, ...] = Field(default=(), description="Poäng; sweden §3")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        at_most_one(self, "respondent_patient", "respondent_next_of_kin", "respondent_staff")
        complete(self)
        return self

    @property
    def respondent(self) -> Patient | NextOfKin | Staff | None:
        """Who answered: the patient, a next of kin or staff."""
        return self.respondent_patient or self.respondent_next_of_kin or self.respondent_staff

    def score(self, instrument: "InstrumentFile | None" = None, **options: Any) -> "Scored":
        """The scores of this assessment by its instrument (poängsättning); `rehabfhir.instruments.score` in a method.

        Args:
            instrument: by which to score; the one that the assessment names when absent.
            **options: ``value_set`` and ``more``, as for `rehabfhir.instruments.score`.

        Raises:
            MisuseError: no instrument was given and the assessment names none that is known.
        """
        from rehabfhir.instruments import score  # noqa: PLC0415 - the one step upwards, for the sake of the caller

        return score(self, instrument, **options)
