"""Bundles: fullUrls, links, documents, messages, search results, references; and that their cost grows with their size."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.validation import Validator

BASE = "https://example.org/fhir/"
URN = "urn:uuid:0d4a2a4e-1111-4a4a-8b8b-00000000000"
RULES = ("bundle", "search", "reference")


def patient(id_=None, **more):
    return {"resourceType": "Patient", **({"id": id_} if id_ else {}), "active": True, **more}


def observation(subject, id_="o", **more):
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": {"text": "x"},
        "subject": {"reference": subject},
        **more,
    }


def composition(**more):
    return {
        "resourceType": "Composition",
        "id": "c",
        "status": "final",
        "type": {"text": "x"},
        "date": "2026-01-01",
        "author": [{"reference": "Patient/p"}],
        "title": "x",
        **more,
    }


def entry(resource, url=None, **more):
    address = url or f"{BASE}{resource['resourceType']}/{resource.get('id')}"
    return {"fullUrl": address, "resource": resource, **more}


def bundle(kind, *entries, **more):
    return {"resourceType": "Bundle", "type": kind, **more, "entry": list(entries)}


def document(*entries, **more):
    return bundle(
        "document",
        *entries,
        identifier={"system": "https://example.org", "value": "1"},
        timestamp="2026-01-01T00:00:00Z",
        **more,
    )


PATIENT = entry(patient("p"))
COMPOSITION = entry(composition())
HEADER = {
    "resourceType": "MessageHeader",
    "id": "m",
    "eventUri": "https://example.org/e",
    "source": {"endpoint": "https://example.org/e"},
}


@pytest.mark.parametrize(
    "good",
    [
        bundle("collection", PATIENT),
        bundle("collection", entry(patient("p"), f"{URN}1")),
        bundle("collection", PATIENT, entry(observation("Patient/p"))),
        bundle("collection", PATIENT, entry(observation(f"{BASE}Patient/p"))),
        bundle("collection", entry(patient("p"), f"{URN}1"), entry(observation(f"{URN}1"), f"{URN}2")),
        bundle("collection", entry(observation("#p", contained=[patient("p")]))),
        bundle("transaction", {"resource": patient(), "request": {"method": "POST", "url": "Patient"}}),
        bundle(
            "transaction",
            entry(observation("Patient?identifier=x|1"), f"{URN}1", request={"method": "POST", "url": "Observation"}),
        ),
        document(COMPOSITION, PATIENT),
        bundle("message", entry({**HEADER, "focus": [{"reference": "Patient/p"}]}), PATIENT),
        bundle(
            "searchset",
            entry(patient("p"), search={"mode": "match"}),
            link=[{"relation": "self", "url": f"{BASE}Patient?x=y"}],
        ),
    ],
)
def test_what_is_right_is_left_alone(good, problems):
    assert problems(good, only=RULES) == []


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (bundle("collection", {"resource": patient("p")}), [("error", "bundle-fullurl-missing", "Bundle.entry[0]")]),
        (
            bundle("collection", PATIENT, entry(patient("q"), "Patient/q")),
            [("error", "bundle-fullurl-absolute", "Bundle.entry[1]")],
        ),
        (
            bundle("collection", entry(patient("p"), f"{BASE}Patient/q")),
            [("error", "bundle-fullurl-id", "Bundle.entry[0]")],
        ),
        (
            bundle("collection", entry(patient(), f"{BASE}Patient/q")),
            [("error", "bundle-fullurl-id", "Bundle.entry[0]")],
        ),
        (
            bundle("collection", PATIENT, link=[{"relation": "next", "url": BASE}]),
            [("error", "bundle-link-paging", "Bundle.link[0].relation")],
        ),
        (
            bundle(
                "collection",
                entry(patient("p"), f"{URN}1"),
                entry(patient("p"), f"{URN}1"),
                entry(observation(f"{URN}1"), f"{URN}2"),
            ),
            [("error", "bundle-reference-ambiguous", "Bundle.entry[2].resource.subject")],
        ),
        (
            bundle("collection", entry(observation(f"{URN}9"), f"{URN}2")),
            [("warning", "bundle-reference-urn", "Bundle.entry[0].resource.subject")],
        ),
        (
            bundle("collection", entry(patient("p"), f"{URN}1"), entry(observation("Patient/p"), f"{URN}2")),
            [("warning", "bundle-reference-fullurl", "Bundle.entry[1].resource.subject")],
        ),
        (
            bundle(
                "batch", {"resource": observation("Patient/p"), "request": {"method": "POST", "url": "Observation"}}
            ),
            [
                ("error", "bundle-fullurl-needed", "Bundle.entry[0]"),
                ("error", "bundle-reference", "Bundle.entry[0].resource.subject"),
            ],
        ),
        (
            bundle("collection", entry(observation("just-an-id"))),
            [("error", "bundle-reference", "Bundle.entry[0].resource.subject")],
        ),
    ],
)
def test_entries_and_references_that_do_not_fit_are_named(bad, expected, problems):
    assert sorted(problems(bad, only=RULES)) == sorted(expected)


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (document(PATIENT), [("error", "bundle-first-type", "Bundle.entry[0].resource")]),
        (document(), [("error", "bundle-first", "Bundle")]),
        (document(COMPOSITION), [("error", "bundle-leading-reference", "Bundle.entry[0].resource.author[0]")]),
        (document(COMPOSITION, PATIENT, entry(patient("z"))), [("error", "bundle-unreachable", "Bundle.entry[2]")]),
        (
            document(COMPOSITION, PATIENT, entry(observation("Patient/p"))),
            [("warning", "bundle-reverse", "Bundle.entry[2]")],
        ),
        (
            document(
                entry(
                    composition(
                        section=[
                            {"title": "a", "section": [{"title": "b", "entry": [{"reference": "Observation/no"}]}]}
                        ]
                    )
                ),
                PATIENT,
            ),
            [("error", "bundle-leading-reference", "Bundle.entry[0].resource.section[0].section[0].entry[0]")],
        ),
        (bundle("message", PATIENT), [("error", "bundle-first-type", "Bundle.entry[0].resource")]),
        (
            bundle("message", entry({**HEADER, "focus": [{"reference": "Patient/zz"}]}), PATIENT),
            [
                ("error", "bundle-leading-reference", "Bundle.entry[0].resource.focus[0]"),
                ("warning", "bundle-unreachable", "Bundle.entry[1]"),
            ],
        ),
    ],
)
def test_documents_and_messages_hang_together(bad, expected, problems):
    if not bad["entry"]:
        del bad["entry"]
    assert sorted(problems(bad, only=RULES)) == sorted(expected)


def test_provenance_may_point_into_a_document_from_outside(problems):
    provenance = {
        "resourceType": "Provenance",
        "id": "z",
        "target": [{"reference": "Composition/c"}],
        "recorded": "2026-01-01T00:00:00Z",
        "agent": [{"who": {"reference": "Patient/p"}}],
    }
    assert problems(document(COMPOSITION, PATIENT, entry(provenance)), only=RULES) == []


SELF = [{"relation": "self", "url": f"{BASE}Patient?name=x"}]


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (bundle("searchset", entry(patient("p"), search={"mode": "match"})), [("warning", "search-self", "Bundle")]),
        (
            bundle("searchset", entry(patient(), f"{URN}1", search={"mode": "match"}), link=SELF),
            [("error", "search-id", "Bundle.entry[0].resource")],
        ),
        (
            bundle("searchset", entry(observation("https://x.y/Patient/1"), search={"mode": "match"}), link=SELF),
            [("error", "search-type", "Bundle.entry[0].resource")],
        ),
        (
            bundle("searchset", entry(patient("p"), search={"mode": "outcome"}), link=SELF),
            [("error", "search-outcome", "Bundle.entry[0].resource")],
        ),
        (
            bundle("searchset", entry(patient("p"), search={"mode": "match"}), link=SELF * 2),
            [("error", "bundle-link-repeated", "Bundle.link[1]")],
        ),
        (
            bundle("searchset", entry(patient("p"), search={"mode": "match"}), entry(patient("q")), link=SELF),
            [("warning", "search-mode", "Bundle.entry[1]")],
        ),
    ],
)
def test_search_results_answer_their_search(bad, expected, problems):
    assert sorted(problems(bad, only=RULES)) == sorted(expected)


def chain(count, kind="collection"):
    links = [[{"other": {"reference": f"Patient/p{number - 1}"}, "type": "seealso"}] for number in range(count)]
    entries = [entry(patient(f"p{number}", **({"link": links[number]} if number else {}))) for number in range(count)]
    if kind == "document":
        return document(entry(composition(author=[{"reference": f"Patient/p{count - 1}"}])), *entries)
    return bundle(kind, *entries)


@pytest.mark.parametrize("kind", ["collection", "document"])
def test_ten_times_the_entries_cost_ten_times_the_work(kind, validator):
    small, large = chain(300, kind), chain(3000, kind)
    validator.validate(small)

    def cost(tree):
        began = time.process_time()
        assert validator.validate(tree).ok
        return time.process_time() - began

    assert min(cost(large) for _ in range(2)) < 25 * max(min(cost(small) for _ in range(3)), 0.002)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["Patient/1", "#1", f"{URN}1", BASE, "x", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "entry",
                    "resource",
                    "fullUrl",
                    "reference",
                    "subject",
                    "resourceType",
                    "link",
                    "search",
                    "mode",
                    "id",
                    "meta",
                    "url",
                    "section",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.sampled_from(["document", "message", "searchset", "collection", "transaction", "batch-response", "history"]),
    JUNK,
    JUNK,
)
def test_no_bundle_makes_the_rules_raise(kind, entries, links):
    Validator().validate({"resourceType": "Bundle", "type": kind, "entry": entries, "link": links})
    Validator().validate(
        bundle(
            kind, {"fullUrl": BASE, "resource": {"resourceType": "Composition", "section": entries, "author": links}}
        )
    )
