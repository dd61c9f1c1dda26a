"""Union, intersection and difference of sets with three answers keep to three-valued logic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.terminology import CANNOT_TELL, IN, NOT_IN, Terminology, kva_store
from rehabfhir.terminology.answers import YES, cannot_tell, not_in
from rehabfhir.terminology.content import Content
from rehabfhir.terminology.parts import Part, intersection, subtract, union

from .conftest import Shelf, code_system, value_set

CODES = "abcd"
DOUBT = cannot_tell("unknown", "unknown-system")
OUT = not_in("out")
ANSWERS = {IN: YES, NOT_IN: OUT, CANNOT_TELL: DOUBT}
ORDER = [NOT_IN, CANNOT_TELL, IN]
INVERSE = {IN: NOT_IN, NOT_IN: IN, CANNOT_TELL: CANNOT_TELL}


@st.composite
def parts(draw):
    codes = frozenset(draw(st.sets(st.sampled_from(CODES))))
    kind = draw(st.sampled_from(["list", "doubt", "rule"]))
    if kind == "list":
        return Part(codes)
    if kind == "doubt":
        return Part(codes, DOUBT)
    table = {code: draw(st.sampled_from(ORDER)) for code in CODES}
    return Part(codes, rule=lambda code: ANSWERS[table[code]])


def of(part):
    return {code: part.test(code).answer for code in CODES}


def least(left, right):
    return min(left, right, key=ORDER.index)


def most(left, right):
    return max(left, right, key=ORDER.index)


@given(parts(), parts())
def test_a_union_answers_with_the_surer_yes(left, right):
    assert of(union(left, right)) == {code: most(of(left)[code], of(right)[code]) for code in CODES}


@given(parts(), parts())
def test_an_intersection_answers_with_the_surer_no(left, right):
    assert of(intersection(left, right)) == {code: least(of(left)[code], of(right)[code]) for code in CODES}


@given(parts(), parts())
def test_a_difference_is_the_intersection_with_the_opposite(left, right):
    assert of(subtract(left, right)) == {code: least(of(left)[code], INVERSE[of(right)[code]]) for code in CODES}


@st.composite
def contents(draw):
    systems = draw(st.lists(st.sampled_from(["s", "t"]), unique=True))
    return Content({system: draw(parts()) for system in systems}, draw(st.sampled_from([OUT, DOUBT])))


def whole(content):
    return {(system, code): content.test(system, code).answer for system in "stu" for code in CODES}


@given(contents(), contents())
def test_value_sets_combine_system_by_system(left, right):
    first, second = whole(left), whole(right)
    assert whole(left | right) == {key: most(first[key], second[key]) for key in first}
    assert whole(left & right) == {key: least(first[key], second[key]) for key in first}
    rest = {key: least(first[key], INVERSE[second[key]]) for key in first}
    known = {key for key in first if key[0] in {*left.parts, *right.parts}}
    found = whole(left - right)
    assert {key: found[key] for key in known} == {key: rest[key] for key in known}


@given(contents())
def test_a_code_without_a_system_is_in_when_some_system_has_it(content):
    for code in CODES:
        answers = [content.test(system, code).answer for system in content.parts]
        found = content.test_any(code).answer
        if IN in answers:
            assert found is IN
        elif CANNOT_TELL in answers or content.rest.answer is CANNOT_TELL:
            assert found is CANNOT_TELL
        else:
            assert found is NOT_IN


@pytest.mark.parametrize(
    ("prop", "value", "held"),
    [
        ("region", "true", {"sv-SE"}),
        ("region", "false", {"sv", "zh-Hant"}),
        ("script", "true", {"zh-Hant"}),
        ("ext-lang", "true", set()),
    ],
)
def test_language_tags_are_filtered_by_their_parts(prop, value, held):
    vs = value_set({"system": "urn:ietf:bcp:47", "filter": [{"property": prop, "op": "exists", "value": value}]})
    terminology = Terminology(Shelf(vs))
    assert {
        tag for tag in ("sv", "sv-SE", "zh-Hant", "nonsense-tag") if terminology.member(vs["url"], code=tag)
    } == held
    assert terminology.member(vs["url"], code="i-klingon").answer is CANNOT_TELL


@pytest.mark.parametrize(
    "system",
    [
        "urn:ietf:bcp:13",
        "urn:ietf:bcp:47",
        "urn:ietf:rfc:3986",
        "urn:iso:std:iso:3166:-2",
        "http://snomed.info/sct",
        "http://loinc.org",
        "http://unitsofmeasure.org",
        "urn:oid:1.2.752.116.1.3.2.1.4",
    ],
)
def test_a_filter_that_a_rule_does_not_know_leaves_a_doubt(system):
    vs = value_set({"system": system, "filter": [{"property": "colour", "op": "=", "value": "red"}]})
    assert Terminology(Shelf(vs)).member(vs["url"], system=system, code="text/plain").answer is CANNOT_TELL


@pytest.mark.parametrize(
    "entry",
    [
        {"property": "concept", "op": "is-a", "value": "absent"},
        {"property": "concept", "op": "descendent-of", "value": "absent"},
        {"property": "concept", "op": "generalizes", "value": "absent"},
        {"property": "colour", "op": "is-a", "value": "a"},
        {"property": "concept", "op": "magic", "value": "a"},
        {"property": "concept", "op": "is-a"},
    ],
)
def test_a_filter_without_meaning_leaves_a_doubt(entry):
    vs = value_set({"system": "http://example.org/cs", "filter": [entry]})
    assert (
        Terminology(Shelf(code_system(["a"]), vs)).member(vs["url"], system="http://example.org/cs", code="a").answer
        is CANNOT_TELL
    )


def test_a_checker_is_one_value_set_in_hand():
    tree = value_set({"system": "http://example.org/cs", "concept": [{"code": "a"}]})
    terminology = Terminology(Shelf(tree))
    for check in (terminology.checker(tree), terminology.checker(tree["url"])):
        assert [check("http://example.org/cs", "a").answer, check(None, "b").answer] == [IN, NOT_IN]


def test_what_a_concept_says_of_itself_can_be_asked():
    cs = code_system(
        [
            {"code": "old", "property": [{"code": "status", "valueCode": "retired"}]},
            {"code": "group", "property": [{"code": "notSelectable", "valueBoolean": True}]},
            "plain",
        ]
    )
    terminology = Terminology(Shelf(cs))
    assert [terminology.is_inactive(cs["url"], code) for code in ("old", "group", "plain", "absent")] == [
        True,
        False,
        False,
        False,
    ]
    assert [terminology.is_abstract(cs["url"], code) for code in ("old", "group", "plain", "absent")] == [
        False,
        True,
        False,
        False,
    ]
    assert not terminology.is_inactive("http://unitsofmeasure.org", "g")


@pytest.mark.parametrize(
    ("platform", "set_", "expected"),
    [
        ("linux", {"XDG_DATA_HOME": "/x"}, "/x/rehabfhir/kva"),
        ("linux", {"REHABFHIR_DATA": "/y"}, "/y/kva"),
        ("darwin", {"HOME": "/h"}, "/h/Library/Application Support/rehabfhir/kva"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/rehabfhir/kva"),
    ],
)
def test_imported_lists_lie_where_the_platform_keeps_a_users_data(monkeypatch, platform, set_, expected):
    monkeypatch.delenv("REHABFHIR_DATA", raising=False)
    monkeypatch.setattr(kva_store.sys, "platform", platform)
    for name, value in set_.items():
        monkeypatch.setenv(name, value)
    assert kva_store.folder().as_posix() == expected
