"""Bad input is normal input: never a traceback, never a hang, and the same findings in every thread."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.findings import Outcome
from rehabfhir.validation import Validator

VALIDATOR = Validator()

RESOURCES = [
    {
        "resourceType": "CarePlan",
        "id": "plan",
        "meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/CarePlan"], "lastUpdated": "2026-01-01T10:00:00Z"},
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>Plan</p></div>'},
        "contained": [{"resourceType": "Goal", "id": "g", "lifecycleStatus": "active", "description": {"text": "x"}, "subject": {"display": "x"}}],
        "extension": [{"url": "http://example.org/x", "valuePeriod": {"start": "2026-01-01", "end": "2026-02-01"}}],
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": "urn:uuid:0f1c2d3e-0000-4000-8000-000000000000"}],
        "status": "active",
        "intent": "plan",
        "category": [{"coding": [{"system": "http://hl7.org/fhir/care-plan-category", "code": "assess-plan"}]}],
        "subject": {"reference": "Patient/1", "type": "Patient"},
        "period": {"start": "2026-01-01"},
        "_intent": {"extension": [{"url": "http://example.org/y", "valueBoolean": True}]},
        "goal": [{"reference": "#g"}],
        "activity": [
            {"detail": {"kind": "Task", "status": "completed", "scheduledTiming": {"repeat": {"frequency": 1, "period": 2, "periodUnit": "wk"}}}},
            {"reference": {"reference": "Task/1"}},
        ],
    },
    {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": "http://server.test/Patient/1", "resource": {"resourceType": "Patient", "id": "1", "birthDate": "1950-01-01"}},
            {
                "fullUrl": "http://server.test/Observation/2",
                "resource": {
                    "resourceType": "Observation",
                    "id": "2",
                    "status": "final",
                    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
                    "subject": {"reference": "Patient/1"},
                    "valueQuantity": {"value": 70.5, "system": "http://unitsofmeasure.org", "code": "kg"},
                },
            },
        ],
    },
    {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "questionnaire": "http://example.org/q",
        "item": [{"linkId": "1", "answer": [{"valueCoding": {"system": "http://x.test", "code": "a"}}], "item": [{"linkId": "1.1"}]}],
    },
    {
        "resourceType": "Questionnaire",
        "status": "active",
        "url": "http://example.org/q",
        "item": [{"linkId": "1", "type": "choice", "answerOption": [{"valueCoding": {"code": "a"}}], "enableWhen": [{"question": "1", "operator": "exists", "answerBoolean": True}]}],
    },
    {
        "resourceType": "StructureDefinition",
        "url": "http://example.org/sd",
        "name": "P",
        "status": "draft",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "derivation": "constraint",
        "differential": {"element": [{"id": "Patient", "path": "Patient"}, {"id": "Patient.name", "path": "Patient.name", "min": 1}]},
    },
    {
        "resourceType": "ValueSet",
        "url": "http://example.org/vs",
        "status": "draft",
        "compose": {"include": [{"system": "http://loinc.org", "concept": [{"code": "1"}], "filter": [{"property": "x", "op": "=", "value": "y"}]}]},
    },
]  # fmt: skip

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.text(max_size=20),
    st.sampled_from(["#", "#g", "", " ", "\x00", "\ud83d", "\u202e", "Patient/1", "urn:uuid:x", "2026-02-30", "9" * 400, -1, 10**400]),
)  # fmt: skip
GARBAGE = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["resourceType", "id", "extension", "url", "coding", "code", "valueString", "reference", "_x", ""]), inner, max_size=3),
    ),
    max_leaves=6,
)  # fmt: skip


def places(node, found=None):
    found = [] if found is None else found
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        found.append((node, key))
        places(value, found)
    return found


@given(st.data())
def test_any_damage_to_a_resource_becomes_findings(data):
    tree = deepcopy(data.draw(st.sampled_from(RESOURCES)))
    for _ in range(data.draw(st.integers(1, 4))):
        spots = places(tree)
        owner, key = spots[data.draw(st.integers(0, len(spots) - 1))]
        way = data.draw(st.sampled_from(["replace", "delete", "rename", "wrap", "repeat"]))
        if way == "replace":
            owner[key] = data.draw(GARBAGE)
        elif way == "delete":
            del owner[key]
        elif way == "rename" and isinstance(owner, dict):
            owner[
                data.draw(st.sampled_from(["_" + str(key), str(key) + "x", "extension", "contained", "valueCode"]))
            ] = owner.pop(key)
        elif way == "wrap":
            owner[key] = [owner[key]] if data.draw(st.booleans()) else {"value": owner[key]}
        elif isinstance(owner[key], list):
            owner[key] = owner[key] * 2
        if not tree:
            break
    outcome = VALIDATOR.validate(tree)
    assert isinstance(outcome, Outcome)
    json.dumps(outcome.to_operation_outcome())


@given(GARBAGE)
def test_any_json_object_can_be_validated(value):
    for kind in ("Patient", "Bundle", "Questionnaire", "QuestionnaireResponse", "StructureDefinition", "Parameters"):
        VALIDATOR.validate(
            {
                "resourceType": kind,
                "id": value,
                "name": value,
                "item": value,
                "entry": value,
                "contained": value,
                "snapshot": value,
                "parameter": value,
            }
        )


@given(st.data())
def test_a_damaged_definition_never_stops_a_validation(data):
    profile = deepcopy(RESOURCES[4])
    for _ in range(data.draw(st.integers(1, 3))):
        spots = [spot for spot in places(profile) if spot[1] not in {"resourceType", "url"}]
        owner, key = spots[data.draw(st.integers(0, len(spots) - 1))]
        owner[key] = data.draw(GARBAGE)
    validator = Validator(definitions=[profile])
    assert isinstance(validator.validate({"resourceType": "Patient"}, profiles=["http://example.org/sd"]), Outcome)


@pytest.mark.parametrize("depth", [50, 500, 5_000])
def test_deep_nesting_is_a_finding(depth):
    extension = {"url": "http://example.org/x", "valueString": "x"}
    for _ in range(depth):
        extension = {"url": "http://example.org/x", "extension": [extension]}
    assert isinstance(VALIDATOR.validate({"resourceType": "Patient", "extension": [extension]}), Outcome)
    contained = {"resourceType": "Patient", "id": "x"}
    for _ in range(depth):
        contained = {"resourceType": "Patient", "id": "x", "contained": [contained]}
    assert not VALIDATOR.validate(contained).ok


def test_references_in_a_ring_come_to_an_end():
    contained = [
        {"resourceType": "Patient", "id": "a", "link": [{"other": {"reference": "#b"}, "type": "seealso"}]},
        {"resourceType": "Patient", "id": "b", "link": [{"other": {"reference": "#a"}, "type": "seealso"}]},
    ]
    tree = {
        "resourceType": "Patient",
        "contained": contained,
        "link": [{"other": {"reference": "#a"}, "type": "seealso"}],
    }
    assert VALIDATOR.validate(tree).ok


@pytest.mark.parametrize("text", ["x" * 2_000_000, "<" * 200_000, "a " * 200_000, "(" * 100_000, "é" * 300_000])
def test_huge_texts_do_not_hang(text):
    started = time.perf_counter()
    tree = {
        "resourceType": "Patient",
        "gender": text,
        "birthDate": text,
        "name": [{"family": text}],
        "text": {"status": "generated", "div": text},
        "photo": [{"data": text, "url": text}],
    }
    assert not VALIDATOR.validate(tree).ok
    assert time.perf_counter() - started < 20


def bundle(size):
    entries = []
    for number in range(size):
        kind, more = (
            ("Patient", {"active": True})
            if number % 10 == 0
            else ("Basic", {"code": {"text": "x"}, "subject": {"reference": f"Patient/p{number - number % 10}"}})
        )
        resource = {"resourceType": kind, "id": f"p{number}", **more}
        entries.append({"fullUrl": f"http://server.test/{kind}/p{number}", "resource": resource})
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


@pytest.mark.slow
def test_a_bundle_costs_in_proportion_to_its_size():
    def best(tree):
        times = []
        for _ in range(3):
            started = time.perf_counter()
            assert VALIDATOR.validate(tree).ok
            times.append(time.perf_counter() - started)
        return min(times)

    assert best(bundle(10_000)) < 20 * best(bundle(1_000)), (
        "ten times the size, some noise allowed; squares would be a hundred"
    )


def test_eight_threads_give_the_findings_of_one():
    broken = [{**deepcopy(tree), "unheard": 1, "language": "x y", "id": "a_b"} for tree in RESOURCES] * 6
    alone = [VALIDATOR.validate(tree).issues for tree in broken]
    shared = Validator()
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda tree: shared.validate(tree).issues, broken))
    assert together == alone
