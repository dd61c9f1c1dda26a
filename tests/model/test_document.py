"""Domain JSON: what is written is read back; what is wrong is told with its place and without the patient's data."""

import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rehabfhir import model
from rehabfhir.errors import MisuseError
from rehabfhir.findings import Outcome
from tests.strategies import assessments, plans, procedures

ORDER = (model.RehabilitationPlan, model.Assessment, model.RehabilitationProcedure)


@given(st.lists(plans(), max_size=2), st.lists(assessments(), max_size=2), st.lists(procedures(), max_size=2))
@settings(max_examples=25)
def test_what_is_written_is_read_back(some_plans, some_assessments, some_procedures):
    values = (*some_plans, *some_assessments, *some_procedures)
    assume(len({value.id for value in values}) == len(values))
    outcome = model.load(model.dump(values))
    assert outcome.issues == ()
    assert outcome.values == values


@given(plans())
@settings(max_examples=20)
def test_writing_twice_gives_the_same_bytes(value):
    written = model.dump(value)
    assert model.dump(model.load(written).value) == written


def test_a_number_keeps_its_digits_as_text_or_as_a_number():
    text = b'{"procedures": [], "plan": {"patient": {}, "goals": [{"description": {"text": "a"}, "targets": [{"measure": {"text": "b"}, "quantity": {"value": 1.10}}]}]}}'
    value = model.load(text).value.goals[0].targets[0].quantity.value
    assert str(value) == "1.10"
    assert b'"1.10"' in model.dump(model.load(text).values)


def test_a_thing_written_once_is_named_by_reference_elsewhere():
    document = {
        "plan": {"patient": {"id": "p1", "gender": "female"}, "accountable_unit": {"id": "u1", "name": "Onkologen"}},
        "assessments": [{"patient": {"reference": "Patient/p1"}, "respondent_patient": {"reference": "Patient/p1"}}],
        "procedures": [
            {"patient": {"reference": "Patient/p1"}, "performers": [{"unit": {"reference": "Organization/u1"}}]}
        ],
    }
    plan, assessment, procedure = model.load(json.dumps(document)).values
    assert assessment.respondent_patient == assessment.patient == procedure.patient == plan.patient
    assert procedure.performers[0].unit == plan.accountable_unit
    written = json.loads(model.dump((plan, assessment, procedure)))
    assert written["procedures"][0]["patient"] == {"reference": "Patient/p1"}


def test_answers_nested_too_deep_are_one_finding():
    depth = 300
    text = '{"assessments": [{"items": [' + '{"link_id": "1", "items": [' * depth + "]}" * depth + "]}]}"
    (issue,) = model.load(text).issues
    assert (issue.code, issue.expression) == ("too-long", "assessments[0]")


def test_units_that_are_part_of_each_other_are_refused_and_do_not_hang():
    unit = {"id": "a", "name": "A", "parent": {"id": "b", "name": "B", "parent": {"reference": "Organization/a"}}}
    (issue,) = model.load(json.dumps({"plan": {"patient": {}, "accountable_unit": unit}})).issues
    assert (issue.code, issue.expression) == ("value", "plan")


def test_two_plans_may_share_a_next_of_kin_whom_their_needs_name():
    plan = {"patient": {"id": "p"}, "next_of_kin": [{"id": "k"}], "needs": [{"next_of_kin": "k"}]}
    first, second = model.load(json.dumps({"plans": [{"id": "a", **plan}, {"id": "b", **plan}]})).values
    assert model.load(model.dump((first, second))).values == (first, second)


SECRET = "Hemlig Person"


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        (b'{"plan":', "structure", ""),
        (b"[]", "structure", ""),
        (b"\xff\xfe", "structure", ""),
        (b'{"plan": NaN}', "structure", ""),
        (b'{"plan": {}, "plan": {}}', "structure", ""),
        (b"[" * 100_000, "too-long", ""),
        (b'{"plan": []}', "structure", "plan"),
        (b'{"plan": null}', "structure", "plan"),
        (b'{"plan": {"patient": {}}, "plans": []}', "structure", "plan"),
        (b'{"planer": []}', "structure", "planer"),
        (b'{"procedures": {}}', "structure", "procedures"),
        (b'{"plan": {}}', "required", "plan.patient"),
        (b'{"plan": {"patient": {"birth_date": "2026-02-30"}}}', "value", "plan.patient.birth_date"),
        (b'{"plan": {"patient": {"gender": "Hemlig Person"}}}', "code-invalid", "plan.patient.gender"),
        (b'{"plan": {"patient": {"name": "Hemlig Person"}}}', "structure", "plan.patient.name"),
        (b'{"plan": {"patient": {"namn": "Hemlig Person"}}}', "structure", "plan.patient.namn"),
        (b'{"plan": {"patient": {"deceased": "Hemlig Person"}}}', "value", "plan.patient.deceased"),
        (b'{"plan": {"patient": {"id": "Hemlig Person"}}}', "value", "plan.patient.id"),
        (b'{"plan": {"patient": {}, "interventions": [{"goals": ["Hemlig Person"]}]}}', "value", "plan"),
        (
            b'{"assessments": [{"items": [{"link_id": "1", "answers": [{"integer": 1.5}]}]}]}',
            "value",
            "assessments[0].items[0].answers[0].integer",
        ),
        (
            b'{"assessments": [{"items": [{"link_id": "1", "answers": [{"decimal": "Hemlig Person"}]}]}]}',
            "value",
            "assessments[0].items[0].answers[0].decimal",
        ),
        (b'{"assessments": [{"items": [{"link_id": ""}]}]}', "value", "assessments[0].items[0].link_id"),
        (
            b'{"assessments": [{"items": [{"link_id": "1", "answers": [{"integer": 99999999999}]}]}]}',
            "value",
            "assessments[0].items[0].answers[0].integer",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_without_the_data(text, code, place):
    outcome = model.load(text, source="plan.json")
    assert isinstance(outcome, Outcome)
    assert not outcome.ok
    issue = outcome.issues[0]
    assert (issue.code, issue.expression) == (code, place)
    assert str(issue).startswith("plan.json: ")
    assert SECRET not in "".join(str(each) for each in outcome.issues)


def test_not_json_has_line_and_column():
    issue = model.load('{\n  "plan" {}}').issues[0]
    assert (issue.severity, issue.line, issue.column) == ("fatal", 2, 10)


def test_one_bad_value_does_not_hide_the_good_ones():
    outcome = model.load(b'{"procedures": [{"patient": {"id": "p"}}, {"patient": 1}, {"patient": {"id": "q"}}]}')
    assert [value.patient.id for value in outcome.values] == ["p", "q"]
    assert [issue.expression for issue in outcome.issues] == ["procedures[1].patient"]


def test_the_value_that_was_wrong_is_kept_for_the_caller():
    issue = model.load(b'{"plan": {"patient": {"birth_date": "2026-02-30"}}}').issues[0]
    assert issue.value == "2026-02-30"


def test_two_things_with_one_id_in_two_values_are_told():
    outcome = model.load(
        b'{"procedures": [{"patient": {"id": "p", "gender": "male"}}, {"patient": {"id": "p", "gender": "female"}}]}'
    )
    assert outcome.issues[0].code == "duplicate"
    assert len(outcome.values) == 2


def test_only_domain_values_are_written():
    with pytest.raises(MisuseError, match="str"):
        model.dump(["a"])
