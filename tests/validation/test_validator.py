"""The validator as its users meet it."""

import json

import pytest

import rehabfhir
from rehabfhir.errors import MisuseError
from rehabfhir.validation import ValidationOptions, Validator

PLAN = {
    "resourceType": "CarePlan",
    "status": "active",
    "intent": "plan",
    "subject": {"reference": "Patient/1"},
    "activity": [{"detail": {"status": "scheduled", "description": "Gångträning"}}],
}


@pytest.fixture(scope="module")
def validator():
    return Validator()


def rules(outcome):
    return [(issue.expression, issue.rule) for issue in outcome.issues]


def errors(outcome):
    return [(i.expression, i.rule) for i in outcome.issues if i.severity in {"error", "fatal"}]


def test_a_valid_plan_has_no_issues(validator):
    outcome = validator.validate(PLAN)
    assert outcome.ok
    assert outcome.issues == ()


def test_the_validator_is_a_public_name_of_the_library():
    assert rehabfhir.Validator is Validator


def test_every_finding_is_reported_with_its_place(validator):
    broken = json.loads(json.dumps(PLAN))
    del broken["status"]
    broken["activity"].append({"detail": {"status": "nonsense"}, "reference": {"reference": "Task/1"}})
    broken["period"] = {"start": "2026-02-30"}
    assert errors(validator.validate(broken)) == [
        ("CarePlan", "card-min"),
        ("CarePlan.activity[1]", "cpl-3"),
        ("CarePlan.activity[1].detail.status", "binding-required"),
        ("CarePlan.period.start", "dateTime-format"),
    ]


def test_text_gives_lines_and_columns_in_document_order(validator):
    text = '{\n  "resourceType": "Patient",\n  "gender": "unknowable",\n  "birthDate": "2026-13-01"\n}'
    outcome = validator.validate(text)
    assert [(i.line, i.column, i.rule) for i in outcome.issues] == [
        (3, 3, "binding-required"),
        (4, 3, "date-format"),
    ]


def test_xml_is_read_as_well(validator):
    text = '<Patient xmlns="http://hl7.org/fhir"><gender value="nonsense"/></Patient>'
    outcome = validator.validate(text)
    assert errors(outcome) == [("Patient.gender", "binding-required")]
    assert outcome.issues[0].line == 1


def test_bytes_text_and_tree_give_the_same_findings(validator):
    broken = {**PLAN, "intent": "hope", "unheard": 1}
    data = json.dumps(broken)
    assert rules(validator.validate(data)) == rules(validator.validate(broken))
    assert rules(validator.validate(data.encode())) == rules(validator.validate(data))


def test_a_model_of_fhir_resources_is_taken(validator):
    models = pytest.importorskip("fhir.resources.R4B.patient")
    assert validator.validate(models.Patient(active=True)).ok


def test_the_outcome_becomes_an_operation_outcome(validator):
    outcome = validator.validate({"resourceType": "Patient", "active": "yes"}).to_operation_outcome()
    assert outcome["resourceType"] == "OperationOutcome"
    issue = outcome["issue"][0]
    assert issue["severity"] == "error"
    assert issue["expression"] == ["Patient.active"]
    assert "yes" not in json.dumps(outcome), "no data of the patient in messages"


def test_messages_hold_no_data_of_the_patient(validator):
    secret = "Hemlig-Uppgift"
    tree = {
        "resourceType": "Patient",
        "gender": secret,
        "birthDate": secret,
        "telecom": [{"system": secret, "value": secret, "rank": secret}],
        "identifier": [{"system": "urn:oid:" + secret, "value": secret}],
        "name": secret,
        "contact": [{"relationship": [{"coding": [{"system": "http://snomed.info/sct", "code": secret}]}]}],
        "extension": [{"url": "http://nowhere.test/x", "valueString": secret}],
    }
    outcome = validator.validate(tree)
    assert len(outcome.issues) > 5
    assert all(secret not in issue.message for issue in outcome.issues)
    assert any(issue.value == secret for issue in outcome.issues), "the value is there for the caller"


@pytest.mark.parametrize("thing", [None, 3, 2.5, object(), ["x"]])
def test_what_is_no_resource_is_refused_as_misuse(validator, thing):
    with pytest.raises(MisuseError):
        validator.validate(thing)


@pytest.mark.parametrize("tree", [{}, {"resourceType": 3}, {"resourceType": "Nonsense"}, {"resourceType": "Resource"}])
def test_a_tree_that_is_no_resource_is_a_finding(validator, tree):
    outcome = validator.validate(tree)
    assert [i.severity for i in outcome.issues] == ["fatal"]


@pytest.mark.parametrize("text", ["", "{", "[]", "<", "null", '{"resourceType": "Patient"', b"\xff\xfe", "\x00"])
def test_text_that_cannot_be_read_is_a_finding(validator, text):
    assert not validator.validate(text).ok


def test_profiles_must_be_a_list(validator):
    with pytest.raises(MisuseError):
        validator.validate(PLAN, profiles="http://example.org/p")


def test_an_option_that_does_not_exist_is_misuse():
    with pytest.raises(MisuseError, match="no such option"):
        Validator(leniency="high")


def test_a_profile_that_is_not_loaded_is_said_to_be_so(validator):
    named = validator.validate(PLAN, profiles=["http://example.org/StructureDefinition/p"])
    assert errors(named) == [("CarePlan", "profile-unknown")]
    claimed = validator.validate({**PLAN, "meta": {"profile": ["http://example.org/StructureDefinition/p"]}})
    assert claimed.ok
    assert rules(claimed) == [("CarePlan.meta.profile[0]", "profile-unknown")]


def test_best_practice_is_reported_only_when_asked_for():
    assert rules(Validator(best_practice="warning").validate(PLAN)) == [("CarePlan", "dom-6")]
    assert not Validator(best_practice="error").validate(PLAN).ok


def test_options_can_be_given_as_one_value():
    options = ValidationOptions(best_practice="information")
    assert rules(Validator(options=options).validate(PLAN)) == [("CarePlan", "dom-6")]
    assert rules(Validator(options=options, best_practice="ignore").validate(PLAN)) == []


def test_example_urls_can_be_forbidden():
    tree = {"resourceType": "Patient", "identifier": [{"system": "http://example.org/ids", "value": "1"}]}
    assert Validator().validate(tree).ok
    assert errors(Validator(allow_examples=False).validate(tree)) == [("Patient.identifier[0].system", "url-example")]


def test_html_in_text_is_an_error_only_under_security_checks():
    tree = {"resourceType": "Patient", "name": [{"text": "<script>alert(1)</script>"}]}
    assert [i.severity for i in Validator().validate(tree).issues] == ["information"]
    assert errors(Validator(security_checks=True).validate(tree)) == [("Patient.name[0].text", "html-in-text")]


def test_the_core_comes_with_its_vital_signs_profiles(validator):
    weight = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": {"reference": "Patient/1"},
        "valueQuantity": {"value": 71, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
    }
    found = errors(validator.validate(weight))
    assert ("Observation", "card-min") in found, "category and time are asked for by the code alone"
