"""KVÅ codes against the lists at hand: only for callers who ask, and never "wrong" where the list is not whole."""

import pytest

from rehabfhir import from_fhir


def procedure(code):
    return {
        "resourceType": "Procedure",
        "status": "completed",
        "subject": {"reference": "Patient/1"},
        "performedDateTime": "2024-05-01",
        "code": {"coding": [{"system": "urn:oid:1.2.752.116.1.3.2.1.4", "code": code}]},
    }


@pytest.mark.parametrize(("policy", "severity"), [("report", "warning"), ("refuse", "error")])
@pytest.mark.parametrize(("code", "rule"), [("PD000", "kva-heading"), ("DV093", "kva-outdated")])
def test_headings_and_outdated_codes_are_reported_or_refused(policy, severity, code, rule):
    issues = from_fhir(procedure(code), unknown_codes=policy).issues
    assert [(issue.rule, issue.severity) for issue in issues] == [(rule, severity)]
    assert issues[0].expression == "Procedure.code.coding[0]"


@pytest.mark.parametrize("policy", ["report", "refuse"])
def test_a_code_that_only_the_embedded_subset_lacks_is_never_called_wrong(policy):
    (issue,) = from_fhir(procedure("ZZ999"), unknown_codes=policy).issues
    assert (issue.rule, issue.severity) == ("kva-cannot-tell", "warning")


@pytest.mark.parametrize("code", ["PD000", "DV093", "ZZ999", "AW020"])
def test_codes_are_kept_without_a_word_by_default(code):
    outcome = from_fhir(procedure(code))
    assert outcome.issues == ()
    assert outcome.value.code.codings[0].code == code


def test_a_good_code_gives_no_finding_under_any_policy():
    assert from_fhir(procedure("AW020"), unknown_codes="refuse").issues == ()
