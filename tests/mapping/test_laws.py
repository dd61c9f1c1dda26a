"""The laws of the mapping, on generated domain values, generated resources and published ones."""

import json
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from rehabfhir.errors import MisuseError
from rehabfhir.formats import read, write_json, write_xml
from rehabfhir.mapping import Rest, from_fhir, to_fhir
from rehabfhir.mapping.api import _from_tree
from rehabfhir.mapping.engine import engine
from rehabfhir.mapping.fast import Doubt, is_clean
from tests import strategies
from tests.mapping import sources

_ABOUT_CODES = {"kva-shape", "reference-resolves"}


def assert_accounted(outcome: Any) -> None:
    loss = outcome.loss
    assert loss.leaves == loss.mapped + loss.kept + loss.dropped
    paths = [leaf.path for leaf in loss.entries]
    assert len(paths) == loss.leaves
    assert len(set(paths)) == len(paths)


def same(one: Any, other: Any) -> bool:
    """Equal to the letter: 1 is not true, and 1.10 is not 1.1."""
    return json.dumps(one, sort_keys=True, default=str) == json.dumps(other, sort_keys=True, default=str)


def assert_restored(tree: dict[str, Any]) -> Any:
    before = json.dumps(tree, sort_keys=True, default=str)
    outcome = from_fhir(tree)
    assert json.dumps(tree, sort_keys=True, default=str) == before, "the source was changed"
    assert same(to_fhir(outcome.values, rest=outcome.rest), tree)
    assert_accounted(outcome)
    for value in outcome.values:
        assert type(value).model_validate(value.model_dump()) == value
    stored = Rest.from_json(json.loads(write_json(outcome.rest.to_json())))
    assert same(to_fhir(outcome.values, rest=stored), tree)
    return outcome


def assert_round_trip(value: Any, form: str, activities: str) -> None:
    tree = to_fhir(value, form=form, activities=activities)
    outcome = from_fhir(tree)
    assert outcome.value == value
    assert [issue for issue in outcome.issues if issue.rule not in _ABOUT_CODES] == []
    assert same(to_fhir(outcome.value, rest=outcome.rest), tree)
    assert outcome.loss.mapped == outcome.loss.leaves
    assert_accounted(outcome)


@given(
    strategies.plans(),
    st.sampled_from(["resource", "collection", "transaction"]),
    st.sampled_from(["reference", "detail"]),
)
def test_a_plan_comes_back_from_every_form(plan, form, activities):
    """from_fhir(to_fhir(x)).value == x"""
    assert_round_trip(plan, form, activities)


@given(strategies.assessments(), st.sampled_from(["resource", "collection", "transaction"]))
def test_an_assessment_comes_back_from_every_form(assessment, form):
    """from_fhir(to_fhir(x)).value == x"""
    assert_round_trip(assessment, form, "reference")


@given(strategies.procedures(), st.sampled_from(["resource", "collection", "transaction"]))
def test_a_procedure_comes_back_from_every_form(procedure, form):
    """from_fhir(to_fhir(x)).value == x"""
    assert_round_trip(procedure, form, "reference")


@settings(max_examples=15)
@given(st.lists(strategies.roots(), min_size=2, max_size=4, unique_by=lambda root: root.id))
def test_several_values_share_one_bundle(values):
    try:
        tree = to_fhir(values)
    except MisuseError:  # the strategies number the parts of every plan alike
        reject()
    assert list(from_fhir(tree).values) == values


@given(strategies.roots())
def test_text_and_tree_say_the_same(value):
    """JSON bytes, JSON text, XML and the tree give one value."""
    tree = to_fhir(value)
    text = write_json(tree)
    assert from_fhir(text).value == value
    assert from_fhir(text.decode()).value == value
    assert from_fhir(write_xml(tree)).value == value


@settings(max_examples=50)
@given(sources.mutated([sources.PLAN, sources.RESPONSE, sources.PROCEDURE]))
def test_every_mutation_is_restored(tree):
    """to_fhir(r.values, rest=r.rest) == source"""
    assert_restored(tree)


@settings(max_examples=80)
@given(sources.planted)
def test_no_json_makes_it_fail(tree):
    """Hostile input is normal input: no exception, nothing lost."""
    assert_restored(tree)


@settings(max_examples=20)
@given(st.lists(sources.mutated([sources.PLAN, sources.RESPONSE, sources.PROCEDURE]), max_size=3), sources.trees)
def test_bundles_of_mutations_are_restored(resources, odd):
    entries = [
        {"fullUrl": f"http://example.org/fhir/x/{index}", "resource": tree} for index, tree in enumerate(resources)
    ]
    assert_restored({"resourceType": "Bundle", "type": "searchset", "entry": [*entries, odd]})


@settings(max_examples=25)
@given(sources.mutated([sources.PLAN, sources.RESPONSE, sources.PROCEDURE]))
def test_both_ways_of_reading_agree(tree):
    """The fast form gives what the model's own judgement gives, or gives up."""
    try:
        clean = is_clean(write_json(tree))
    except ValueError:
        return
    if not clean:
        return
    try:
        fast = _from_tree(engine(), tree, (), None, "report", fast=True)
    except Doubt:
        return
    slow = _from_tree(engine(), tree, (), None, "report", fast=False)
    assert fast.values == slow.values
    assert fast.issues == slow.issues


@pytest.mark.usefixtures("shared")
def test_every_published_resource_is_restored():
    """Every CarePlan, Procedure and QuestionnaireResponse of the national packages, and the bundles that hold them."""
    assert sources.packaged()
    for name, raw in sources.packaged():
        tree = read(raw).tree
        outcome = assert_restored(tree)
        assert outcome.values, name
        xml = read(write_xml(tree)).tree
        again = from_fhir(write_xml(tree))
        assert same(to_fhir(again.values, rest=again.rest), xml), name


@pytest.mark.usefixtures("shared")
@settings(max_examples=25)
@given(st.data())
def test_mutations_of_published_resources_are_restored(data):
    originals = [json.loads(raw) for _, raw in sources.packaged() if len(raw) < 20_000]
    assert_restored(data.draw(sources.mutated(originals)))


@pytest.mark.parametrize(
    "tree", [sources.PLAN, sources.RESPONSE, sources.PROCEDURE], ids=lambda tree: tree["resourceType"]
)
def test_a_rest_survives_storage(tree):
    outcome = from_fhir(tree)
    stored = json.loads(write_json(outcome.rest.to_json()))
    assert same(to_fhir(outcome.value, rest=Rest.from_json(stored)), tree)


@pytest.mark.parametrize("odd", ["\b", "\f", "\x00", "\x1f", "a\ufffe", "\uffff"])
def test_text_that_the_model_refuses_is_never_clean(odd):
    assert not is_clean(write_json({"text": odd}))
    assert not is_clean(json.dumps({"text": odd}).encode())


@pytest.mark.parametrize("plain", ["å", "två\nrader", "a\tb", '"quoted"', "\uffef", "🙂"])
def test_ordinary_text_is_clean(plain):
    assert is_clean(write_json({"text": plain}))
