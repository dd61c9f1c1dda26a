"""A terminology server: asked only when given, its answers kept, its failures a doubt."""

import pytest
import requests

from rehabfhir.terminology import CANNOT_TELL, IN, NOT_IN, Terminology, TerminologyServer

from .conftest import Shelf, code_system, value_set

SNOMED = "http://snomed.info/sct"


class Answering:
    """A stand-in for a `requests.Session`."""

    def __init__(self, tree, status=200):
        self.tree, self.status_code, self.asked = tree, status, []

    def get(self, url, *, params, headers, timeout):
        assert headers["Accept"] == "application/fhir+json"
        assert timeout > 0
        self.asked.append((url, params))
        if isinstance(self.tree, Exception):
            raise self.tree
        return self

    def json(self):
        if self.tree is None:
            raise ValueError("no JSON")
        return self.tree


def parameters(**values):
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": name, "valueBoolean": value} for name, value in values.items()],
    }


@pytest.mark.parametrize(
    ("tree", "status", "answer"),
    [
        (parameters(result=True), 200, IN),
        (parameters(result=False), 200, NOT_IN),
        (parameters(other=True), 200, CANNOT_TELL),
        ({"resourceType": "OperationOutcome"}, 404, CANNOT_TELL),
        ({"resourceType": "Parameters", "parameter": ["x", {"name": 7}]}, 200, CANNOT_TELL),
        (None, 502, CANNOT_TELL),
        (requests.ConnectionError("http://secret.example/?code=1"), 0, CANNOT_TELL),
    ],
)
def test_the_servers_answer_counts_and_its_failure_is_a_doubt(tree, status, answer):
    server = TerminologyServer("https://tx.example.org/r4/", session=Answering(tree, status))
    found = Terminology(Shelf(), server).code_in_system(SNOMED, "736055001")
    assert found.answer is answer
    assert "secret" not in found.reason


def test_the_server_is_asked_once_and_only_about_what_cannot_be_told_here():
    session = Answering(parameters(result=True))
    vs = value_set(
        {"system": SNOMED, "filter": [{"property": "concept", "op": "is-a", "value": "71388002"}]},
        {"system": "http://example.org/cs"},
    )
    terminology = Terminology(
        Shelf(code_system(["a"]), vs), TerminologyServer("https://tx.example.org", session=session)
    )
    assert terminology.member(vs["url"], system="http://example.org/cs", code="a").answer is IN
    assert session.asked == []
    assert terminology.member(vs["url"], system=SNOMED, code="736055001").answer is IN
    assert terminology.member(vs["url"], system=SNOMED, code="736055001").answer is IN
    assert session.asked == [
        ("https://tx.example.org/ValueSet/$validate-code", {"url": vs["url"], "code": "736055001", "system": SNOMED})
    ]


def test_a_failure_is_not_kept():
    session = Answering(requests.Timeout())
    server = TerminologyServer("https://tx.example.org", session=session)
    server.in_system(SNOMED, "736055001")
    session.tree = parameters(result=True)
    assert server.in_system(SNOMED, "736055001").answer is IN
