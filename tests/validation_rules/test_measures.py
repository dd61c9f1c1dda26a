"""Measures, and reports against them."""

import base64

import pytest

from rehabfhir.validation import Validator

POPULATIONS = "http://terminology.hl7.org/CodeSystem/measure-population"
SCORING = "http://terminology.hl7.org/CodeSystem/measure-scoring"
ELM = b"""<library xmlns="urn:hl7-org:elm:r1"><statements><def name="In Population"/></statements></library>"""
LIBRARY = {
    "resourceType": "Library",
    "url": "https://example.org/Library/l",
    "name": "L",
    "status": "active",
    "type": {"text": "x"},
    "content": [{"contentType": "application/elm+xml", "data": base64.b64encode(ELM).decode()}],
}


def concept(code, system="https://example.org/cs"):
    return {"coding": [{"system": system, "code": code}]}


def population(code, expression="true", language="text/fhirpath"):
    return {"code": concept(code, POPULATIONS), "criteria": {"language": language, "expression": expression}}


NAMES = ("initial-population", "numerator", "denominator")


def measure(scoring="proportion", groups=None, **more):
    return {
        "resourceType": "Measure",
        "id": "m",
        "status": "active",
        "scoring": concept(scoring, SCORING),
        "group": groups or [{"population": [population(name) for name in NAMES]}],
        **more,
    }


def counted(code, **more):
    return {"code": concept(code, POPULATIONS), "count": 1, **more}


EVERY = [counted(name) for name in NAMES]
HALF = {"value": 0.5}


def report(of, groups, kind="summary"):
    return {
        "resourceType": "MeasureReport",
        "contained": [of],
        "status": "complete",
        "type": kind,
        "measure": "#m",
        "period": {"start": "2025-01-01", "end": "2025-12-31"},
        "group": groups,
    }


TWO = [{"code": concept(code), "population": [population("initial-population")]} for code in ("g1", "g2")]
FIRST = {"code": concept("g1"), "population": [counted("initial-population")], "measureScore": HALF}
SECOND = {**FIRST, "code": concept("g2")}
STRATIFIED = [{"population": [population("initial-population")], "stratifier": [{"code": concept("s1")}]}]


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (report(measure(), [{"population": EVERY, "measureScore": HALF}]), []),
        (report(measure(), [{"population": EVERY}]), [("report-score", "group[0]")]),
        (
            report(measure(), [{"population": EVERY, "measureScore": {"value": 1.5}}]),
            [("report-score", "group[0].measureScore.value")],
        ),
        (
            report(measure(), [{"population": EVERY, "measureScore": {"value": 1, "unit": "x"}}]),
            [("report-score-unit", "group[0].measureScore.unit")],
        ),
        (
            report(measure(), [{"population": EVERY[:2], "measureScore": HALF}]),
            [("report-population-missing", "group[0]")],
        ),
        (
            report(measure(), [{"population": [*EVERY, counted("x")], "measureScore": HALF}]),
            [("report-population", "group[0].population[3]")],
        ),
        (
            report(measure(), [{"population": [*EVERY, EVERY[0]], "measureScore": HALF}]),
            [("report-population", "group[0].population[3]")],
        ),
        (report(measure(), [{"population": EVERY}], "data-collection"), []),
        (
            report(measure(), [{"population": EVERY, "measureScore": HALF}], "data-collection"),
            [("report-score", "group[0].measureScore")],
        ),
        (
            report(
                measure(),
                [
                    {
                        "population": [counted(NAMES[0], subjectResults={"reference": "List/1"}), *EVERY[1:]],
                        "measureScore": HALF,
                    }
                ],
            ),
            [("report-subjects", "group[0].population[0]")],
        ),
        (report(measure("cohort", TWO), [FIRST, SECOND]), []),
        (report(measure("cohort", TWO), [FIRST]), [("report-group-missing", "")]),
        (report(measure("cohort", TWO), [FIRST, FIRST]), [("report-group", "group[1]"), ("report-group-missing", "")]),
        (report(measure("cohort", TWO[:1]), [SECOND]), [("report-group", "group[0]")]),
        (report(measure("cohort", STRATIFIED), [FIRST]), [("report-stratifier-missing", "group[0]")]),
        (report(measure("cohort", STRATIFIED), [{**FIRST, "stratifier": [{"code": [concept("s1")]}]}]), []),
    ],
)
def test_a_report_answers_its_measure(tree, expected, validator):
    issues = [
        issue
        for issue in validator.validate(tree).issues
        if issue.severity == "error" and issue.rule.startswith("report")
    ]
    found = [(issue.rule, issue.expression.removeprefix("MeasureReport").removeprefix(".")) for issue in issues]
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize(
    ("expression", "library", "good"),
    [
        ("In Population", [LIBRARY["url"]], True),
        ("L.In Population", [LIBRARY["url"]], True),
        ("Other", [LIBRARY["url"]], False),
        ("M.In Population", [LIBRARY["url"]], False),
        ("In Population", [], False),
        ("In Population", ["https://example.org/Library/none"], False),
    ],
)
def test_criteria_in_cql_are_defined_by_a_library(expression, library, good):
    tree = measure(
        groups=[{"population": [population("numerator", expression, "text/cql")]}],
        **({"library": library} if library else {}),
    )
    issues = [issue for issue in Validator(definitions=[LIBRARY]).validate(tree).issues if issue.rule == "measure-cql"]
    assert [issue.expression for issue in issues] == ([] if good else ["Measure.group[0].population[0].criteria"])


@pytest.mark.parametrize(
    "content", ["%%%", base64.b64encode(b"<!DOCTYPE x><library/>").decode(), base64.b64encode(b"<other/>").decode()]
)
def test_a_library_that_cannot_be_read_is_said_so(content):
    library = {**LIBRARY, "content": [{"contentType": "application/elm+xml", "data": content}]}
    tree = measure(
        groups=[{"population": [population("numerator", "In Population", "text/cql")]}], library=[LIBRARY["url"]]
    )
    issues = [issue for issue in Validator(definitions=[library]).validate(tree).issues if issue.rule == "measure-cql"]
    assert len(issues) == 1
