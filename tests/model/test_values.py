"""The domain values: frozen, closed, compared by content, and never what FHIR could not hold."""

import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from rehabfhir import model
from rehabfhir.model import (
    Answer,
    AnswerItem,
    Code,
    Concept,
    Goal,
    Patient,
    Period,
    Quantity,
    RehabilitationPlan,
    Schedule,
    Target,
    Timing,
)
from tests.strategies import roots


def subclasses(kind):
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)


MODELS = sorted(set(subclasses(model.Model)), key=lambda kind: kind.__name__)


def test_public_names_are_what_is_exported():
    assert len(set(model.__all__)) == len(model.__all__)
    assert model.identifiers.identify("urn:x", "1") is None
    public = {name for name in vars(model) if not name.startswith("_")} - {"TYPE_CHECKING", "Any", "import_module"}
    modules = {
        "assessment",
        "base",
        "coding",
        "contact",
        "course",
        "document",
        "goal",
        "handover",
        "intervention",
        "link",
    }
    modules |= {"need", "person", "plan", "procedure", "schedule", "time", "unit"}
    assert public - modules == set(model.__all__)


@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.__name__)
def test_every_model_is_frozen_and_closed_and_every_field_says_where_it_comes_from(kind):
    assert kind.model_config["frozen"] is True
    assert kind.model_config["extra"] == "forbid"
    assert kind.__doc__
    for name, field in kind.model_fields.items():
        assert field.description, f"{kind.__name__}.{name} has no description"


def test_a_name_that_is_not_there_is_told():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = model.nothing


def test_the_identifiers_are_imported_on_first_use_only():
    code = "import sys, rehabfhir.model; print('stdnum' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_value_cannot_be_changed():
    goal = Goal(description=Concept(text="Gå i trappor"))
    with pytest.raises(ValidationError):
        goal.description = Concept(text="annat")


@given(roots())
@settings(max_examples=40)
def test_equal_content_is_equality_and_the_same_hash(value):
    copy = type(value).model_validate(value.model_dump())
    assert copy == value
    assert hash(copy) == hash(value)


@given(roots())
@settings(max_examples=40)
def test_completing_twice_changes_nothing(value):
    again = type(value)(**value.__dict__)
    assert again == value


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(Concept, id="an empty concept"),
        pytest.param(Code, id="an empty code"),
        pytest.param(model.Link, id="a reference to nothing"),
        pytest.param(lambda: Concept(text=""), id="empty text"),
        pytest.param(lambda: Concept(text="a\x00b"), id="a control character"),
        pytest.param(lambda: Code(code=" C50"), id="a code with a space before it"),
        pytest.param(lambda: Code(system="not a uri"), id="a system with a space in it"),
        pytest.param(lambda: Quantity(value=Decimal("NaN")), id="not a number"),
        pytest.param(lambda: Quantity(value=1, code="m"), id="a unit code without its system"),
        pytest.param(lambda: Period(start="2026-03-02", end="2026-03-01"), id="a period that ends before it starts"),
        pytest.param(lambda: model.Range(low=Quantity(value=2), high=Quantity(value=1)), id="a range upside down"),
        pytest.param(lambda: model.Ratio(numerator=Quantity(value=2)), id="half a ratio"),
        pytest.param(lambda: Patient(deceased=True, deceased_at="2026"), id="two deaths"),
        pytest.param(lambda: Patient(birth_date="2026-02-30"), id="a day that does not exist"),
        pytest.param(Goal, id="a goal of nothing"),
        pytest.param(lambda: Target(quantity=Quantity(value=1)), id="a value without its measure"),
        pytest.param(
            lambda: Target(due_in=Quantity(value=3, system="urn:x", code="d")), id="a duration that is not in UCUM"
        ),
        pytest.param(
            lambda: model.Range(low=Quantity(value=2, comparator="<")), id="a range that starts below something"
        ),
        pytest.param(lambda: model.OutsideParticipant(involvement="a"), id="an unnamed actor"),
        pytest.param(lambda: Timing(offset=10, when=("C",)), id="minutes from a meal as such"),
        pytest.param(lambda: Target(measure=Concept(text="x"), text="a", integer=1), id="two target values"),
        pytest.param(lambda: Schedule(text="a", time="2026"), id="two schedules"),
        pytest.param(lambda: Timing(duration=1), id="a duration without unit"),
        pytest.param(lambda: Timing(when=("MORN",), times_of_day=("08:00:00",)), id="when and time of day"),
        pytest.param(
            lambda: Timing(bounds_duration=Quantity(value=3, unit="veckor")), id="a duration without its unit's code"
        ),
        pytest.param(lambda: Answer(yes_no=True, text="ja"), id="two answers in one"),
        pytest.param(
            lambda: AnswerItem(link_id="1", answers=[Answer(text="a")], items=[AnswerItem(link_id="2")]),
            id="answers and items",
        ),
        pytest.param(model.Unit, id="a unit without name and identifier"),
        pytest.param(lambda: model.Score(quantity=Quantity(value=1)), id="a score of nothing"),
        pytest.param(
            lambda: model.Diagnosis(verification_status="entered-in-error", clinical_status="active"),
            id="an active mistake",
        ),
        pytest.param(lambda: model.Attachment(data="aGVq"), id="a document of no kind"),
        pytest.param(lambda: model.Telecom(value="070"), id="a number of no kind"),
        pytest.param(lambda: model.Instrument(version="1"), id="a version of nothing"),
        pytest.param(model.TreatmentSummary, id="a summary without a document"),
        pytest.param(RehabilitationPlan, id="a plan without a patient"),
        pytest.param(lambda: Patient(personnummer="1"), id="an unknown field"),
        pytest.param(
            lambda: model.Note(text="a", author="b", author_reference=model.Link(reference="c")), id="two authors"
        ),
    ],
)
def test_what_fhir_could_not_hold_is_refused(build):
    with pytest.raises(ValidationError):
        build()


def test_a_refusal_does_not_print_what_was_found():
    with pytest.raises(ValidationError) as caught:
        Patient(birth_date="hemlig")
    assert "hemlig" not in str(caught.value)


def test_a_decimal_keeps_its_digits():
    assert str(Quantity(value=Decimal("1.10")).value) == "1.10"
    assert str(Quantity(value="1.10").value) == "1.10"


def test_a_period_may_end_in_the_month_in_which_it_starts():
    assert Period(start="2026-03-15", end="2026-03").end == "2026-03"


def test_an_answer_tells_its_value_whichever_type_it_has():
    assert Answer(yes_no=False).value is False
    assert Answer(decimal="2.50").value == Decimal("2.50")
    assert Answer(code=Code(code="a")).value == Code(code="a")
    assert Answer(items=[AnswerItem(link_id="1")]).value is None


def test_a_concept_tells_its_code_in_a_system():
    both = Concept(codings=[Code(system="urn:a", code="1"), Code(system="urn:b", code="2")])
    assert both.code_in("urn:b") == "2"
    assert both.code_in("urn:c") is None


def test_the_respondent_is_whoever_answered():
    patient, kin = Patient(id="p"), model.NextOfKin(id="k")
    assert model.Assessment(patient=patient, respondent_patient=patient).respondent == patient
    assert model.Assessment(patient=patient, respondent_next_of_kin=kin).respondent == kin
    assert model.Assessment(patient=patient).respondent is None
