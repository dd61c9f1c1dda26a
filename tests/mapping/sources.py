"""Resources to test the mapping on: the national packages', FHIR's own examples', and mutations of them."""

import json
import os
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.conftest import SHARED

KINDS = ("CarePlan", "Procedure", "QuestionnaireResponse")
EXAMPLES = os.environ.get("REHABFHIR_EXAMPLES", "")


@cache
def packaged() -> tuple[tuple[str, bytes], ...]:
    """Name and bytes of every resource of the three kinds in the shared packages, and of the bundles that hold some."""
    found = []
    archives = sorted((SHARED / "fhir-packages").glob("*.tgz")) if SHARED.is_dir() else []
    if EXAMPLES:
        archives.append(Path(EXAMPLES))
    for path in archives:
        if "r4.core" in path.name:
            continue
        with tarfile.open(path) as archive:
            for member in archive:
                opened = archive.extractfile(member) if member.name.endswith(".json") else None
                if opened is None:
                    continue
                raw = opened.read()
                if not any(kind.encode() in raw for kind in KINDS):
                    continue
                tree = json.loads(raw)
                if isinstance(tree, dict) and holds_roots(tree):
                    found.append((f"{path.name}:{member.name}", raw))
    return tuple(found)


def holds_roots(tree: dict[str, Any]) -> bool:
    """Whether a resource is of the three kinds, or a Bundle that holds one."""
    if tree.get("resourceType") == "Bundle":
        return any(entry.get("resource", {}).get("resourceType") in KINDS for entry in tree.get("entry", []))
    return tree.get("resourceType") in KINDS


PLAN: dict[str, Any] = {
    "resourceType": "CarePlan",
    "id": "p1",
    "meta": {"versionId": "3"},
    "extension": [{"url": "http://example.org/foreign", "valueString": "kept"}],
    "contained": [
        {"resourceType": "Goal", "id": "g1", "lifecycleStatus": "active", "description": {"text": "Gå i trappor"}},
        {"resourceType": "Condition", "id": "c1", "code": {"text": "Smärta"}, "subject": {"reference": "Patient/1"}},
    ],
    "status": "active",
    "_status": {"extension": [{"url": "http://example.org/why", "valueCode": "x"}]},
    "intent": "plan",
    "category": [
        {"coding": [{"system": "http://snomed.info/sct", "code": "736055001"}]},
        {"text": "rehabilitering"},
    ],
    "subject": {"reference": "Patient/1", "display": "Anna"},
    "period": {"start": "2026-01", "end": "2026-06-30"},
    "addresses": [{"reference": "#c1"}],
    "goal": [{"reference": "#g1"}, {"reference": "Goal/elsewhere"}],
    "activity": [
        {
            "progress": [{"time": "2026-02-03T10:00:00+01:00", "text": "Går bättre"}],
            "detail": {
                "kind": "ServiceRequest",
                "code": {"coding": [{"system": "urn:oid:1.2.752.116.1.3.2.1.4", "code": "QG003"}]},
                "goal": [{"reference": "#g1"}],
                "status": "in-progress",
                "scheduledTiming": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "wk"}},
                "quantity": {"value": 10.5},
            },
        },
        {"reference": {"reference": "ServiceRequest/9"}, "outcomeCodeableConcept": [{"text": "bra"}]},
    ],
    "note": [{"text": "En anteckning", "authorString": "KSSK"}],
}
RESPONSE: dict[str, Any] = {
    "resourceType": "QuestionnaireResponse",
    "id": "q1",
    "questionnaire": "http://example.org/Questionnaire/phq9|1.0",
    "status": "completed",
    "subject": {"reference": "Patient/1"},
    "authored": "2026-03-01T08:30:00Z",
    "source": {"reference": "Patient/1"},
    "item": [
        {"linkId": "1", "answer": [{"valueCoding": {"system": "http://loinc.org", "code": "LA6568-5"}}]},
        {"linkId": "2", "item": [{"linkId": "2.1", "answer": [{"valueDecimal": 1.5, "item": [{"linkId": "2.1.1"}]}]}]},
        {"linkId": "3", "answer": [{"valueInteger": 7}, {"valueBoolean": False}, {"valueDate": "2026-02"}]},
    ],
}
PROCEDURE: dict[str, Any] = {
    "resourceType": "Procedure",
    "id": "r1",
    "status": "completed",
    "code": {"coding": [{"system": "urn:oid:1.2.752.116.1.3.2.1.4", "code": "QD016", "display": "Fysisk träning"}]},
    "subject": {"reference": "Patient/1"},
    "performedPeriod": {"start": "2026-02-01T10:00:00+01:00", "end": "2026-02-01T11:00:00+01:00"},
    "performer": [{"function": {"text": "fysioterapeut"}, "actor": {"reference": "Practitioner/2"}}],
    "usedCode": [{"text": "gåstavar"}],
}

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.sampled_from(
        ["", " ", "active", "2026-02-30", "2026-02", "#g1", "Patient/1", "a  b", "\u0001", "\ufffe", "urn:x"]
    ),
    st.text(max_size=6),
)
keys = st.sampled_from(
    sorted(
        {key for tree in (PLAN, RESPONSE, PROCEDURE) for key in tree}
        | {
            "coding",
            "system",
            "code",
            "reference",
            "detail",
            "item",
            "answer",
            "linkId",
            "extension",
            "url",
            "value",
            "text",
        }
        | {
            "start",
            "end",
            "entry",
            "resource",
            "fullUrl",
            "type",
            "id",
            "valueDecimal",
            "valueReference",
            "foreign",
            "_x",
        }
    )
)
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)
planted = st.builds(
    lambda kind, tree, more: {"resourceType": kind, **(tree if isinstance(tree, dict) else {"status": tree}), **more},
    st.one_of(st.sampled_from([*KINDS, "Bundle", "Patient"]), scalars),
    trees,
    st.dictionaries(keys, trees, max_size=4),
)


def _places(tree: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [here]
    if isinstance(tree, dict):
        for key, value in tree.items():
            found.extend(_places(value, (*here, key)))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            found.extend(_places(value, (*here, index)))
    return found


@st.composite
def mutated(draw: st.DrawFn, originals: list[dict[str, Any]]) -> dict[str, Any]:
    """A resource with foreign extensions, unknown elements, shuffled arrays, doubled items and odd types put in."""
    tree = json.loads(json.dumps(draw(st.sampled_from(originals))))
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.sampled_from(_places(tree)))
        holder: Any = None
        node: Any = tree
        for step in place:
            holder, node = node, node[step]
        action = draw(st.integers(0, 5))
        if action == 0 and isinstance(node, dict):
            extension = {"url": "http://example.org/x", "valueString": draw(st.text(min_size=1, max_size=3))}
            if isinstance(node.setdefault("extension", []), list):
                node["extension"].insert(draw(st.integers(0, 1)), extension)
        elif action == 1 and isinstance(node, dict):
            node[draw(keys)] = draw(trees)
        elif action == 2 and isinstance(node, list):
            node[:] = draw(st.permutations(node))
        elif action == 3 and isinstance(node, list) and node:
            node.append(json.loads(json.dumps(draw(st.sampled_from(node)))))
        elif action == 4 and holder is not None:
            holder[place[-1]] = draw(trees)
        elif action == 5 and isinstance(holder, dict):
            del holder[place[-1]]
    return tree
