"""The fast closures and the general evaluator are one language: what one answers, the other answers."""

import copy
import random
from collections import defaultdict
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.definitions import r4
from rehabfhir.fhirpath import Env, FhirPathError, compile_expression, node_for, types
from rehabfhir.fhirpath.env import Run
from rehabfhir.fhirpath.general import Compiler
from rehabfhir.fhirpath.parser import parse
from rehabfhir.fhirpath.system import truth
from tests.fhirpath.corpus import constraints, elements, examples


@cache
def slow(expression):
    return Compiler(expression.text, raw=False).compile(parse(expression.text))


def general(expression, focus, env):
    start = [node_for(focus, expression.type)]
    try:
        found = slow(expression)(start, Run(env, start))
    except FhirPathError as error:
        return type(error)
    return truth(found) if found else None


def fast(expression, focus, env):
    try:
        return expression.test(focus, env)
    except FhirPathError as error:
        return type(error)


@pytest.fixture(scope="module")
def by_type(shared):
    """Type -> the invariants that stand on it, compiled for it."""
    found = defaultdict(dict)
    for (text, path), key in constraints(shared).items():
        if key == "dom-3" or not r4.is_type(path.partition(".")[0]):
            continue
        name = types.type_at(path)
        if name is not None:
            found[name][text] = key
    return {
        name: [(key, compile_expression(text, type=name)) for text, key in texts.items()]
        for name, texts in found.items()
    }


def test_every_constraint_of_every_package_compiles(shared):
    texts = {text for text, _ in constraints(shared)}
    assert len(texts) > 230
    for text in texts:
        assert compile_expression(text).text == text


def test_fast_and_general_agree_on_every_element_of_the_examples(shared, by_type):
    compared = 0
    for number, example in enumerate(examples(shared)):
        for name, tree, resource in elements(example, example["resourceType"], example):
            env = Env(resource=resource, root_resource=example)
            for key, expression in by_type.get(name, ()):
                compared += 1
                assert fast(expression, tree, env) == general(expression, tree, env), (number, key, expression.text)
    assert compared > 10_000


ODD = (
    None,
    "",
    "x",
    0,
    1,
    -1.5,
    True,
    False,
    [],
    {},
    [None],
    [{}],
    ["a", "a"],
    [[]],
    {"value": 1},
    [None, {"id": "a"}],
    "2020-02-30",
    "#",
)


def spoiled(tree, chance):
    """A copy of an element with some properties replaced, doubled, removed or given a sibling."""
    made = copy.deepcopy(tree)
    for name in list(made):
        move = chance.random()
        if move < 0.1:
            made[name] = chance.choice(ODD)
        elif move < 0.15:
            made["_" + name] = chance.choice(
                [{"id": "a"}, [{"id": "a"}], None, [None], {}, {"extension": [{"url": "u"}]}]
            )
        elif move < 0.2:
            made["_" + name] = {"extension": [{"url": "u", "valueString": "v"}]}
            del made[name]
        elif move < 0.25 and isinstance(made[name], list):
            made[name] = made[name] * 2
        elif move < 0.3 and isinstance(made[name], list):
            made[name].append(chance.choice(ODD))
        elif isinstance(made[name], dict):
            made[name] = spoiled(made[name], chance)
        elif isinstance(made[name], list):
            made[name] = [spoiled(item, chance) if isinstance(item, dict) else item for item in made[name]]
    return made


@given(seed=st.integers(0, 2**32))
def test_fast_and_general_agree_on_spoiled_elements(shared, by_type, seed):
    chance = random.Random(seed)
    example = chance.choice(examples(shared))
    for name, tree, _ in elements(example, example["resourceType"], example):
        if name not in by_type or not isinstance(tree, dict):
            continue
        broken = spoiled(tree, chance)
        for key, expression in by_type[name]:
            env = Env(resource=broken if name == example["resourceType"] else example)
            assert fast(expression, broken, env) == general(expression, broken, env), (key, expression.text, broken)


PATHS = st.sampled_from(
    [
        *[
            "active",
            "gender",
            "birthDate",
            "id",
            "name",
            "name.given",
            "name.family",
            "name.first().family",
            "name[0].given",
            "name.use",
        ],
        *[
            "telecom.value",
            "telecom.rank",
            "telecom.where(system = 'phone').value",
            "contact.name.family",
            "contact.period.start",
        ],
        *[
            "deceased",
            "deceased.ofType(boolean)",
            "(deceased as dateTime)",
            "multipleBirth",
            "multipleBirth.ofType(integer)",
            "contained",
            "contained.id",
        ],
        *[
            "maritalStatus",
            "maritalStatus.coding.code",
            "maritalStatus.text",
            "link.other.reference",
            "photo",
            "meta.profile",
            "text.`div`",
        ],
        *[
            "managingOrganization.reference",
            "address.period.end",
            "extension.value",
            "extension.url",
            "unknown",
            "Patient.gender",
            "$this.gender",
            "%resource.id",
        ],
    ]
)
ENDS = st.sampled_from(
    [
        *[
            "",
            ".exists()",
            ".empty()",
            ".not()",
            ".count() > 1",
            ".count()",
            ".hasValue()",
            ".isDistinct()",
            ".first()",
            ".tail().exists()",
            ".distinct().count() = 1",
        ],
        *[
            " = 'a'",
            " != 'b'",
            " = true",
            " > 1",
            " >= 'a'",
            " <= @2020",
            " in ('a' | 'male' | 'phone')",
            ".startsWith('a')",
            ".matches('^[a-z]+$')",
            ".contains('e')",
        ],
        *[
            ".length() < 5",
            ".lower() = 'a'",
            ".substring(1) = 'b'",
            ".toString() = '1'",
            ".exists($this = 'a')",
            ".where($this = 'a').exists()",
            ".all($this != 'a')",
        ],
        *[
            ".all(exists())",
            ".exists(use = 'official')",
            ".where(given.exists() and family.exists()).count() = 1",
            ".select(given).exists()",
            ".trace('x').exists()",
        ],
        *[
            ".all(value.exists() implies system = 'phone')",
            ".ofType(string).exists()",
            " is string",
            ".extension.exists()",
            ".where(use = 'home' or use.empty()).empty()",
        ],
    ]
)


def logical(inner):
    pair = st.tuples(inner, st.sampled_from(["and", "or", "xor", "implies", "=", "!="]), inner)
    return st.one_of(
        pair.map(lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"),
        inner.map(lambda one: f"({one}).not()"),
        inner.map(lambda one: f"({one}).exists()"),
    )


EXPRESSIONS = st.recursive(st.tuples(PATHS, ENDS).map("".join), logical, max_leaves=4)
PATIENT = {
    "resourceType": "Patient",
    "id": "a",
    "meta": {"profile": ["x"]},
    "text": {"status": "generated", "div": "<div/>"},
    "contained": [{"resourceType": "Organization", "id": "b"}, {"resourceType": "Binary", "id": "c"}],
    "extension": [{"url": "a", "valueString": "b"}],
    "active": True,
    "name": [{"use": "official", "family": "a", "given": ["a", "b"]}, {"family": "e"}],
    "telecom": [{"system": "phone", "value": "a", "rank": 1}, {"value": "b"}],
    "gender": "male",
    "birthDate": "1974-12-25",
    "_birthDate": {"extension": [{"url": "t", "valueDateTime": "1974"}]},
    "deceasedBoolean": False,
    "maritalStatus": {"coding": [{"code": "a"}], "text": "male"},
    "multipleBirthInteger": 2,
    "contact": [{"name": {"family": "a"}, "period": {"start": "2020-02-01"}}],
    "managingOrganization": {"reference": "Organization/1"},
}


@given(text=EXPRESSIONS, seed=st.integers(0, 2**32), whole=st.booleans())
def test_fast_and_general_agree_on_any_logic_over_paths(text, seed, whole):
    tree = PATIENT if whole else spoiled(PATIENT, random.Random(seed))
    expression = compile_expression(text, type="Patient")
    env = Env(resource=tree)
    assert fast(expression, tree, env) == general(expression, tree, env)
    criteria = compile_expression(f"$this.where({text}).count()", type="Patient")
    try:
        found = criteria.evaluate(tree, env)
    except FhirPathError as error:
        found = type(error)
    try:
        start = [node_for(tree, "Patient")]
        wanted = slow(criteria)(start, Run(env, start))
    except FhirPathError as error:
        wanted = type(error)
    assert found == wanted
