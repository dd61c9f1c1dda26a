"""Value sets: what is in, what is out, what cannot be told."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.terminology import CANNOT_TELL, IN, NOT_IN, Terminology

from .conftest import Shelf, code_system, value_set

CS = "http://example.org/cs"
VS = "http://example.org/vs"
TREE = code_system(
    [
        {
            "code": "animal",
            "display": "Animal",
            "concept": [
                {"code": "dog", "display": "Dog", "designation": [{"language": "sv", "value": "Hund"}]},
                {"code": "cat", "concept": [{"code": "kitten", "property": [{"code": "legs", "valueInteger": 4}]}]},
            ],
        },
        {
            "code": "plant",
            "property": [{"code": "inactive", "valueBoolean": True}, {"code": "legs", "valueInteger": 0}],
        },
        {"code": "moss", "property": [{"code": "parent", "valueCode": "plant"}]},
    ],
    property=[
        {"code": "legs", "type": "integer"},
        {"code": "parent", "uri": "http://hl7.org/fhir/concept-properties#parent"},
    ],
)


def answers(terminology, *codes, system=CS, vs=VS):
    return [terminology.member(vs, system=system, code=code).answer for code in codes]


def held(include, **more):
    """The codes of TREE that one include holds."""
    terminology = Terminology(Shelf(TREE, value_set(include, **more)))
    everything = ["animal", "dog", "cat", "kitten", "plant", "moss"]
    return {code for code in everything if terminology.member(VS, system=CS, code=code)}


def by_filter(prop, op, value):
    return held({"system": CS, "filter": [{"property": prop, "op": op, "value": value}]})


def test_all_codes_of_a_loaded_system_are_in_and_others_are_not():
    terminology = Terminology(Shelf(code_system(["a", "b"]), value_set({"system": CS})))
    assert answers(terminology, "a", "b", "c") == [IN, IN, NOT_IN]
    assert answers(terminology, "a", system="http://example.org/other") == [NOT_IN]


def test_a_listed_concept_is_in_even_when_its_system_is_unknown():
    terminology = Terminology(Shelf(value_set({"system": CS, "concept": [{"code": "a"}]})))
    assert answers(terminology, "a", "b") == [IN, NOT_IN]


def test_a_whole_system_that_is_not_loaded_cannot_be_told():
    terminology = Terminology(Shelf(value_set({"system": CS})))
    answer = terminology.member(VS, system=CS, code="a")
    assert (answer.answer, answer.cause, answer.system) == (CANNOT_TELL, "unknown-system", CS)
    assert CS in answer.reason


def test_a_value_set_that_is_not_loaded_cannot_be_told():
    answer = Terminology(Shelf()).member(VS, system=CS, code="a")
    assert (answer.answer, answer.cause) == (CANNOT_TELL, "unknown-value-set")


def test_a_code_without_a_system_is_looked_for_in_every_system_of_the_value_set():
    other = code_system(["x"], url="http://example.org/other")
    terminology = Terminology(Shelf(TREE, other, value_set({"system": CS}, {"system": other["url"]})))
    assert terminology.member(VS, code="x").system == other["url"]
    assert terminology.member(VS, code="dog").system == CS
    assert terminology.member(VS, code="zebra").answer is NOT_IN


@pytest.mark.parametrize(
    ("prop", "op", "value", "expected"),
    [
        ("concept", "is-a", "animal", {"animal", "dog", "cat", "kitten"}),
        ("concept", "descendent-of", "animal", {"dog", "cat", "kitten"}),
        ("concept", "is-not-a", "animal", {"plant", "moss"}),
        ("concept", "generalizes", "kitten", {"kitten", "cat", "animal"}),
        ("concept", "is-a", "plant", {"plant", "moss"}),
        ("concept", "in", "dog, moss", {"dog", "moss"}),
        ("concept", "not-in", "dog,moss", {"animal", "cat", "kitten", "plant"}),
        ("legs", "=", "4", {"kitten"}),
        ("legs", "exists", "true", {"kitten", "plant"}),
        ("legs", "exists", "false", {"animal", "dog", "cat", "moss"}),
        ("code", "regex", "[dc].*", {"dog", "cat"}),
        ("parent", "=", "animal", {"dog", "cat"}),
        ("child", "=", "kitten", {"cat"}),
        ("inactive", "=", "true", {"plant"}),
        ("display", "=", "Dog", {"dog"}),
        ("concept", "child-of", "animal", {"dog", "cat"}),
        ("concept", "descendent-leaf", "animal", {"dog", "kitten"}),
        ("unheard", "=", "4", set()),
    ],
)
def test_a_filter_keeps_what_the_standard_says(prop, op, value, expected):
    assert by_filter(prop, op, value) == expected


def test_a_filter_on_a_system_that_is_a_fragment_leaves_unknown_codes_in_doubt():
    terminology = Terminology(
        Shelf(
            {**TREE, "content": "fragment"},
            value_set({"system": CS, "filter": [{"property": "concept", "op": "is-a", "value": "animal"}]}),
        )
    )
    assert answers(terminology, "dog", "plant", "zebra") == [IN, NOT_IN, CANNOT_TELL]


@pytest.mark.parametrize("pattern", ["(", "a" * 20_000, "(?<=a)b*"])
def test_a_pattern_that_cannot_be_run_leaves_a_doubt(pattern):
    vs = value_set({"system": CS, "filter": [{"property": "code", "op": "regex", "value": pattern}]})
    assert answers(Terminology(Shelf(TREE, vs)), "dog")[0] in {CANNOT_TELL, NOT_IN}


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|aa)*b", "(a*)*", "a*a*a*a*a*a*a*a*a*b", "(a|b|ab)*c"])
def test_no_pattern_hangs(pattern):
    long = code_system(["a" * 5_000, "ab", "x"])
    vs = value_set({"system": CS, "filter": [{"property": "code", "op": "regex", "value": pattern}]})
    start = time.perf_counter()
    assert answers(Terminology(Shelf(long, vs)), "x") in ([NOT_IN], [CANNOT_TELL])
    assert time.perf_counter() - start < 10


def test_excluded_codes_are_out():
    assert held({"system": CS}, exclude=[{"system": CS, "concept": [{"code": "dog"}]}]) == {
        "animal",
        "cat",
        "kitten",
        "plant",
        "moss",
    }


def test_an_exclude_that_cannot_be_decided_leaves_a_doubt_and_never_a_yes():
    vs = value_set({"system": CS}, exclude=[{"valueSet": ["http://example.org/unknown"]}])
    assert answers(Terminology(Shelf(TREE, vs)), "dog", "zebra") == [CANNOT_TELL, NOT_IN]


def test_inactive_codes_are_out_when_the_value_set_says_so():
    assert "plant" not in held({"system": CS}, inactive=False)
    assert "plant" in held({"system": CS})


def test_an_include_with_a_system_and_a_value_set_is_their_intersection():
    dogs = value_set({"system": CS, "concept": [{"code": "dog"}]}, url="http://example.org/dogs")
    moss = value_set({"system": CS, "concept": [{"code": "moss"}]}, url="http://example.org/moss")
    vs = value_set(
        {
            "system": CS,
            "filter": [{"property": "concept", "op": "is-a", "value": "animal"}],
            "valueSet": [dogs["url"], moss["url"]],
        }
    )
    assert answers(Terminology(Shelf(TREE, dogs, moss, vs)), "dog", "moss", "cat") == [IN, NOT_IN, NOT_IN]


def test_several_value_sets_in_one_include_are_a_union_as_r4_says():
    dogs = value_set({"system": CS, "concept": [{"code": "dog"}]}, url="http://example.org/dogs")
    moss = value_set({"system": CS, "concept": [{"code": "moss"}]}, url="http://example.org/moss")
    assert answers(
        Terminology(Shelf(dogs, moss, value_set({"valueSet": [dogs["url"], moss["url"]]}))), "dog", "moss", "cat"
    ) == [IN, IN, NOT_IN]


def test_a_ring_of_imports_ends_and_leaves_a_doubt():
    first = value_set({"system": CS, "concept": [{"code": "a"}]}, {"valueSet": ["http://example.org/b"]})
    second = value_set({"valueSet": [VS]}, {"system": CS, "concept": [{"code": "b"}]}, url="http://example.org/b")
    assert answers(Terminology(Shelf(first, second)), "a", "b", "c") == [IN, IN, CANNOT_TELL]


def test_a_long_chain_of_imports_ends():
    chain = [
        value_set({"valueSet": [f"http://example.org/{n + 1}"]}, url=f"http://example.org/{n}") for n in range(500)
    ]
    assert answers(Terminology(Shelf(*chain)), "a", vs="http://example.org/0") == [CANNOT_TELL]


def test_a_ring_in_a_hierarchy_ends():
    ring = code_system(
        [
            {"code": "a", "property": [{"code": "parent", "valueCode": "b"}]},
            {"code": "b", "property": [{"code": "parent", "valueCode": "a"}]},
        ]
    )
    vs = value_set({"system": CS, "filter": [{"property": "concept", "op": "is-a", "value": "a"}]})
    assert answers(Terminology(Shelf(ring, vs)), "a", "b") == [IN, IN]


def test_a_code_system_nested_ten_thousand_deep_is_read():
    concept = {"code": "c0"}
    for n in range(1, 10_000):
        concept = {"code": f"c{n}", "concept": [concept]}
    vs = value_set({"system": CS, "filter": [{"property": "concept", "op": "is-a", "value": "c9999"}]})
    assert answers(Terminology(Shelf(code_system([concept]), vs)), "c0", "d") == [IN, NOT_IN]


def test_case_counts_where_the_system_says_so_and_is_remarked_on_where_it_does_not():
    loose = Terminology(Shelf(code_system(["Ab"], caseSensitive=False), value_set({"system": CS})))
    answer = loose.member(VS, system=CS, code="aB")
    assert (answer.answer, answer.cause) == (IN, "case")
    assert loose.code_in_system(CS, "aB").cause == "case"
    strict = Terminology(Shelf(code_system(["Ab"]), value_set({"system": CS})))
    assert answers(strict, "aB") == [NOT_IN]


def test_an_expansion_serves_where_there_is_no_definition():
    expansion = {"contains": [{"system": CS, "code": "a", "contains": [{"system": CS, "code": "b"}]}]}
    whole = {"resourceType": "ValueSet", "url": VS, "expansion": expansion}
    assert answers(Terminology(Shelf(whole)), "a", "b", "c") == [IN, IN, NOT_IN]
    cut = {"resourceType": "ValueSet", "url": VS, "expansion": {**expansion, "total": 50}}
    assert answers(Terminology(Shelf(cut)), "a", "c") == [IN, CANNOT_TELL]


def test_a_whole_expansion_settles_what_the_definition_leaves_open():
    tree = value_set(
        {"system": "http://snomed.info/sct", "filter": [{"property": "concept", "op": "is-a", "value": "1"}]}
    )
    tree["expansion"] = {"contains": [{"system": "http://snomed.info/sct", "code": "71388002"}]}
    assert answers(Terminology(Shelf(tree)), "71388002", "73211009", system="http://snomed.info/sct") == [IN, NOT_IN]


def test_a_version_that_is_not_loaded_cannot_be_told():
    terminology = Terminology(Shelf(code_system(["a"], version="1"), value_set({"system": CS, "version": "2"})))
    assert terminology.member(VS, system=CS, code="a").cause == "unknown-version"
    assert terminology.code_in_system(CS, "a", "1").answer is IN
    assert terminology.code_in_system(CS, "a", "2").cause == "unknown-version"


def test_a_contained_value_set_and_code_system_are_used():
    contained = {
        "resourceType": "ValueSet",
        "contained": [code_system(["in"], url="http://example.org/inner", id="cs")],
        "compose": {
            "include": [
                {
                    "system": "http://example.org/inner",
                    "_system": {
                        "extension": [
                            {"url": "http://hl7.org/fhir/StructureDefinition/valueset-system", "valueCanonical": "#cs"}
                        ]
                    },
                }
            ]
        },
    }
    content = Terminology(Shelf()).compile(contained)
    assert [content.test("http://example.org/inner", code).answer for code in ("in", "out")] == [IN, NOT_IN]


def test_a_supplement_is_no_system_that_a_coding_can_name():
    terminology = Terminology(Shelf(code_system(["a"], content="supplement", supplements="http://example.org/base")))
    assert terminology.code_in_system(CS, "a").cause == "supplement"
    assert not terminology.known_system(CS)


@pytest.mark.parametrize("content", ["fragment", "example", "not-present"])
def test_a_code_that_a_partial_system_lacks_cannot_be_told(content):
    terminology = Terminology(Shelf(code_system(["a"], content=content)))
    assert terminology.code_in_system(CS, "a").answer is IN
    assert terminology.code_in_system(CS, "b").cause == "incomplete-system"


@pytest.mark.parametrize(
    ("display", "verdict"),
    [("Dog", "ok"), ("dOG", "ok"), ("Hund", "ok"), (" Dog ", "whitespace"), ("Wolf", "wrong")],
)
def test_a_display_may_be_any_designation_whatever_the_case(display, verdict):
    found = Terminology(Shelf(TREE)).display_ok(CS, "dog", display)
    assert found.verdict == verdict
    assert verdict == "ok" or found.expected == ("Dog", "Hund")


def test_a_display_of_an_unknown_system_or_code_cannot_be_told():
    terminology = Terminology(Shelf(TREE))
    assert terminology.display_ok("http://example.org/other", "x", "X").verdict == "cannot-tell"
    assert terminology.display_ok(CS, "zebra", "X").verdict == "cannot-tell"


def test_an_expansion_is_listed_in_order_with_displays():
    vs = value_set({"system": CS, "concept": [{"code": "moss", "display": "Mossa"}, {"code": "dog"}]})
    assert Terminology(Shelf(TREE, vs)).expand(VS) == [
        {"system": CS, "code": "moss", "display": "Mossa"},
        {"system": CS, "code": "dog", "display": "Dog"},
    ]


def test_what_cannot_be_listed_is_said_so_and_never_cut_silently():
    terminology = Terminology(
        Shelf(
            TREE,
            value_set({"system": CS}),
            value_set({"system": "http://unitsofmeasure.org"}, url="http://example.org/ucum"),
        )
    )
    assert terminology.expand(VS, limit=2).answer is CANNOT_TELL
    assert terminology.expand("http://example.org/ucum").cause == "not-expandable"
    assert terminology.expand("http://example.org/absent").cause == "unknown-value-set"


def test_eight_threads_get_the_same_answers_as_one():
    codes = [f"c{n}" for n in range(2000)]
    definitions = Shelf(
        code_system(codes), value_set({"system": CS, "filter": [{"property": "code", "op": "regex", "value": "c.*7"}]})
    )
    alone = answers(Terminology(definitions), *codes)
    shared, seen = Terminology(definitions), []
    threads = [threading.Thread(target=lambda: seen.append(answers(shared, *codes))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [alone] * 8


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([CS, VS, "is-a", "dog", "#x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "system",
                    "code",
                    "concept",
                    "filter",
                    "property",
                    "op",
                    "value",
                    "valueSet",
                    "include",
                    "exclude",
                    "compose",
                    "expansion",
                    "contains",
                    "contained",
                    "id",
                    "url",
                    "_system",
                    "extension",
                    "valueUri",
                    "version",
                    "inactive",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON, JSON)
def test_hostile_definitions_give_an_answer_and_never_a_crash(vs, cs):
    tree = {"resourceType": "ValueSet", "url": VS} | (vs if isinstance(vs, dict) else {"compose": vs})
    system = {"resourceType": "CodeSystem", "url": CS} | (cs if isinstance(cs, dict) else {"concept": cs})
    terminology = Terminology(Shelf({**system, "url": CS}, {**tree, "url": VS}))
    assert terminology.member(VS, system=CS, code="dog").answer in {IN, NOT_IN, CANNOT_TELL}
    assert terminology.member(VS, code="dog").answer in {IN, NOT_IN, CANNOT_TELL}
    assert terminology.code_in_system(CS, "dog").answer in {IN, NOT_IN, CANNOT_TELL}
    terminology.expand(VS)
