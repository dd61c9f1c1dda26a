"""A validator is reused for thousands of resources; what it met before must not change what it says."""

import copy

import pytest

from rehabfhir import Validator

SLIPS = [
    {"system": "https://loinc.org", "code": "29308-4"},
    {"system": "http://hl7.org/fhir/no-such-system", "code": "x"},
    {"system": "  ", "code": "x"},
    {"system": "local", "code": "x"},
    {"code": "x"},
    {"system": "http://snomed.info/sct/45991000052106", "code": "736055001"},
]


def holders(coding):
    """The same coding where it is judged leniently and strictly, bound and unbound."""
    yield {"resourceType": "Observation", "status": "final", "code": {"coding": [coding]}}
    yield {"resourceType": "Patient", "meta": {"tag": [coding]}}
    yield {"resourceType": "Encounter", "status": "planned", "class": coding}
    option = {"linkId": "1", "type": "choice", "answerOption": [{"valueCoding": coding}], "code": [coding]}
    yield {"resourceType": "Questionnaire", "status": "draft", "item": [option]}
    quantity = {**coding, "value": 1, "unit": "x"}
    yield {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "valueQuantity": quantity}


@pytest.mark.parametrize("coding", SLIPS)
def test_a_slip_is_found_each_time_and_wherever_it_stands(coding):
    resources = [*holders(coding)]
    shared = Validator()
    alone = [Validator().validate(copy.deepcopy(each)).issues for each in resources]
    for order in (resources, resources[::-1], resources):
        found = {id(each): shared.validate(each).issues for each in order}
        assert [found[id(each)] for each in resources] == alone


def test_an_https_form_of_a_known_system_is_an_error_that_says_so():
    (issue,) = [
        each
        for each in Validator().validate({"resourceType": "Patient", "meta": {"tag": [SLIPS[0]]}}).issues
        if each.severity == "error"
    ]
    assert issue.expression == "Patient.meta.tag[0]"
    assert "http:" in issue.message
