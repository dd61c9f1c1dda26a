"""Line and column of what an issue names."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.formats import read

BUNDLE = read(
    """{"resourceType":"Bundle",
 "entry":[
  {"resource":{"resourceType":"Patient","id":"1"}},
  {"resource":
    {"resourceType":"Observation",
     "status":"final",
     "_status":{"extension":[{"url":"u"}]},
     "valueQuantity":
       {"value":1.10}}}]}"""
)
XML = read(
    '<Patient xmlns="http://hl7.org/fhir">\n'
    '  <contained><Organization>\n    <name value="x"/>\n  </Organization></contained>\n'
    '  <name>\n    <given value="å"/><given value="b"/>\n  </name>\n</Patient>'
)


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        ("Bundle", (1, 1)),
        ("Bundle.entry[1]", (4, 3)),
        ("Bundle.entry[0].resource.id", (3, 41)),
        ("Bundle.entry[1].resource/*Observation/null*/.value.ofType(Quantity)", (8, 6)),
        ("Bundle.entry[1].resource.value.ofType(Quantity).value", (9, 9)),
        ("Bundle.entry[1].resource.valueQuantity.value", (9, 9)),
        ("Bundle.entry[1].resource.value", (8, 6)),
        ("Bundle.entry[1].resource.value[x]", (8, 6)),
        ("Bundle.entry[1].resource.status", (6, 6)),
        ("Bundle.entry[1].resource.status.extension[0].url", (7, 31)),
        ("Bundle.entry[1].resource.subject", (4, 4)),
        ("Bundle.entry[7].resource", (2, 2)),
        ("", (1, 1)),
        ("[[[%", (1, 1)),
    ],
)
def test_an_expression_leads_to_its_place_in_json(expression, place):
    assert BUNDLE.position(expression) == place


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        ("Patient", (1, 1)),
        ("Patient.contained[0].name", (3, 5)),
        ("Patient.name[0]", (5, 3)),
        ("Patient.name[0].given[1]", (6, 23)),
        ("Patient.name.given[0].extension[0]", (6, 5)),
    ],
)
def test_an_expression_leads_to_its_place_in_xml(expression, place):
    assert XML.position(expression) == place


def test_a_source_without_a_tree_has_no_places():
    assert read("[").position("Patient") is None


@given(st.text(max_size=40))
def test_no_expression_makes_position_raise(expression):
    assert BUNDLE.position(expression) is not None
    assert XML.position(f"Patient.{expression}") is not None


NAMES = st.text(st.sampled_from("abcdefg"), min_size=1, max_size=3)
TREES = st.recursive(
    st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=15,
)


def places(node, path, text, at, found):
    """Find by the standard library's own decoder where each part of `text` begins."""
    decoder = json.JSONDecoder()
    if isinstance(node, dict):
        for key, value in node.items():
            at = text.index(f"{json.dumps(key)}:", at)
            found[f"{path}.{key}"] = at
            start = at + len(json.dumps(key)) + 1
            assert decoder.raw_decode(text, start)[0] == value
            places(value, f"{path}.{key}", text, start, found)
            at = decoder.raw_decode(text, start)[1]
    elif isinstance(node, list) and not any(isinstance(value, list) for value in node):
        at += 1
        for i, value in enumerate(node):
            found[f"{path}[{i}]"] = at
            places(value, f"{path}[{i}]", text, at, found)
            at = decoder.raw_decode(text, at)[1] + 1


@given(st.dictionaries(NAMES, TREES, max_size=4))
def test_places_agree_with_the_standard_librarys_offsets(tree):
    text = json.dumps(tree, separators=(",", ":"))
    source = read(text)
    found = {}
    places(tree, "X", text, 0, found)
    for expression, offset in found.items():
        assert source.position(expression) == (1, offset + 1), expression
