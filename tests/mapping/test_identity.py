"""Identifiers in a source that fail their check are findings with their place; nothing is refused for them."""

import json

import pytest

from rehabfhir.data import folder
from rehabfhir.mapping import from_fhir, to_fhir

STORY = folder("fixtures") / "stories" / "lymphoedema" / "bundle.json"
PNR = "http://electronichealth.se/identifier/personnummer"


def plan(**members):
    return {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "subject": {"reference": "Patient/1"},
        **members,
    }


def test_a_personal_number_that_fails_its_check_is_one_error_with_its_place_and_line():
    text = STORY.read_text(encoding="utf-8").replace("195303282387", "195303282388")
    outcome = from_fhir(text)
    (issue,) = outcome.issues
    assert (issue.severity, issue.rule, issue.value) == ("error", "identifier-personnummer", "195303282388")
    assert issue.expression.startswith("Bundle.entry[")
    assert issue.expression.endswith(".resource.identifier[0].value")
    assert text.splitlines()[issue.line - 1].strip().startswith('"value": "195303282388"')
    assert "195303282388" not in str(issue)
    assert to_fhir(outcome.values, rest=outcome.rest) == json.loads(text)


@pytest.mark.parametrize(
    ("identifier", "severities"),
    [
        ({"system": PNR, "value": "195303282387"}, []),
        ({"system": "urn:oid:1.2.752.129.2.1.3.1", "value": "195303282388"}, ["error"]),
        ({"system": "urn:oid:1.2.752.129.2.1.4.1", "value": "no such form"}, ["warning"]),
        ({"system": "http://electronichealth.se/identifier/nationelltReservnummer", "value": "98240301AA09"}, []),
        ({"system": "http://example.org/mrn", "value": "1"}, []),
        ({"system": PNR}, []),
        ({"system": 1, "value": []}, []),
    ],
)
def test_a_person_named_by_an_identifier_alone_is_checked_too(identifier, severities):
    outcome = from_fhir(plan(subject={"identifier": identifier}))
    found = [issue for issue in outcome.issues if issue.rule.startswith("identifier-")]
    assert [issue.severity for issue in found] == severities
    assert all(issue.expression == "CarePlan.subject.identifier.value" for issue in found)


def test_a_contained_patient_is_checked():
    patient = {"resourceType": "Patient", "id": "p", "identifier": [{"system": PNR, "value": "199002222398"}]}
    outcome = from_fhir(plan(contained=[patient], subject={"reference": "#p"}))
    assert [issue.expression for issue in outcome.issues] == ["CarePlan.contained[0].identifier[0].value"]


@pytest.mark.parametrize("odd", [None, [], [None], [[]], {"system": None}, "x", [{"system": PNR, "value": {}}]])
def test_an_identifier_of_any_shape_is_no_reason_to_fail(odd):
    assert from_fhir(plan(identifier=odd)).rest is not None


def test_a_day_that_does_not_exist_is_told_in_words_at_its_place():
    outcome = from_fhir(plan(created="2026-02-30"))
    (issue,) = outcome.issues
    assert issue.expression == "CarePlan.created"
    assert issue.message.startswith("there is no such day in that month")


def test_references_between_the_resources_of_a_bundle_lead_to_its_entries_and_come_back_as_names():
    values = from_fhir(STORY.read_bytes()).values
    assert {link.reference for value in values[1:] for link in value.plans} == {"CarePlan/lo-plan"}
    bundle = to_fhir(values, form="transaction")
    address = next(entry["fullUrl"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "CarePlan")
    procedures = [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Procedure"]
    assert {reference["reference"] for each in procedures for reference in each["basedOn"]} == {address}
    assert from_fhir(bundle).values == values
