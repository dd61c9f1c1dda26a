"""Hostile expressions and hostile data: an error of ours or a result, never another exception, never without end."""

import time
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.fhirpath import Env, FhirPathError, FhirPathLimit, FhirPathSyntaxError, compile_expression
from rehabfhir.fhirpath.functions import FUNCTIONS

PIECES = st.sampled_from(
    [
        *[
            "name",
            "given",
            "value",
            "extension",
            "id",
            "Patient",
            "contained",
            "`div`",
            "x",
            "$this",
            "$index",
            "$total",
        ],
        *["%resource", "%context", "%ucum", "%`vs-x`", "%x", "%"],
        *[
            "1",
            "0",
            "-",
            "1.50",
            "9999999999999999999999",
            "1e9",
            "'a'",
            "'(a+)+$'",
            "''",
            "'\\u0041'",
            "'\\q'",
            "true",
            "{}",
        ],
        *[
            "@2020",
            "@2020-02-30",
            "@T10:30",
            "@2020-01-01T10:00:00+02:00",
            "@T25",
            "1 'mg'",
            "2 days",
            "3 'm/s2'",
            "4 '10*3/uL'",
        ],
        *[
            ".",
            ".",
            ".",
            "(",
            ")",
            "[",
            "]",
            ",",
            "+",
            "*",
            "/",
            "&",
            "|",
            "=",
            "!=",
            "~",
            "!~",
            "<",
            ">=",
            "//",
            "/*",
            "*/",
        ],
        *[
            " and ",
            " or ",
            " xor ",
            " implies ",
            " in ",
            " contains ",
            " is ",
            " as ",
            " div ",
            " mod ",
            "String",
            "Quantity",
        ],
    ]
    + [f"{name}(" for name in FUNCTIONS]
    + [f"{name}()" for name in FUNCTIONS]
    + [f".{name}()" for name in FUNCTIONS]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(max_size=8),
    st.sampled_from(
        ["2020-02-30", "9999-12-31", "0000", "2020-01-01T00:00:00Z", "12:00", "#a", Decimal("1E+999999999"), 10**500]
    ),
)
NAMES = st.sampled_from(
    [
        "resourceType",
        "id",
        "name",
        "_name",
        "value",
        "valueQuantity",
        "_valueString",
        "extension",
        "url",
        "code",
        "given",
        "_given",
        "contained",
    ]
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)
FOCUS = st.one_of(
    TREES, st.dictionaries(NAMES, TREES, max_size=5).map(lambda tree: {**tree, "resourceType": "Patient"})
)

FAST_ENOUGH = 20.0
"""Seconds of processor time: far above what a limit lets pass, under a coverage tracer too, far below a hang."""


def attempt(text, focus, type_name=None):
    """Evaluates in every way; only our own errors may come out."""
    start = time.process_time()
    messages = []
    try:
        expression = compile_expression(text, type=type_name)
        env = Env(resource=focus if isinstance(focus, dict) else None, step_limit=20_000)
        for way in (expression.evaluate, expression.nodes, expression.test):
            try:
                way(focus, env)
            except FhirPathError as error:
                messages.append(str(error))
    except FhirPathError as error:
        messages.append(str(error))
    assert all(messages)
    assert time.process_time() - start < FAST_ENOUGH


@given(text=st.text(max_size=60))
def test_any_text_is_compiled_or_refused(text):
    attempt(text, {"resourceType": "Patient"})


@given(
    pieces=st.lists(PIECES, max_size=12),
    focus=FOCUS,
    type_name=st.sampled_from([None, "Patient", "Extension", "HumanName", "string", "Bundle"]),
)
def test_any_pieces_of_expressions_on_any_tree(pieces, focus, type_name):
    attempt("".join(pieces), focus, type_name)


CALLS = st.sampled_from(sorted(FUNCTIONS))
ATOMS = st.sampled_from(
    [
        "$this",
        "name",
        "'a'",
        "'a(b|c)*'",
        "1",
        "2.5",
        "@2020-01-31",
        "1 'cm'",
        "true",
        "{}",
        "value",
        "children()",
        "(1|2|3)",
        "descendants()",
        "Quantity",
    ]
)


def called(inner):
    argument = st.lists(inner, max_size=2).map(", ".join)
    binary = st.tuples(
        inner,
        st.sampled_from(["+", "-", "*", "/", "&", "|", "=", "~", "<", "and", "or", "in", "div", "mod", "implies"]),
        inner,
    )
    return st.one_of(
        st.tuples(inner, CALLS, argument).map(lambda parts: f"({parts[0]}).{parts[1]}({parts[2]})"),
        binary.map(lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"),
    )


@given(text=st.recursive(ATOMS, called, max_leaves=5), focus=FOCUS)
def test_well_formed_expressions_on_any_tree(text, focus):
    attempt(text, focus)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "1" + ")" * 10_000,
        "(" * 10_000,
        "-" * 10_000 + "1",
        "1" + "+1" * 10_000,
        "not(" * 5_000,
        "a[" * 5_000,
        "iif(true, " * 3_000,
        "'" + "a" * 200_000 + "'",
        "where(" * 500 + "true" + ")" * 500,
        "1 implies " * 1_000 + "1",
    ],
    ids=lambda text: text[:12],
)
def test_excessive_nesting_is_refused_with_an_error(text):
    with pytest.raises(FhirPathSyntaxError):
        compile_expression(text)


def test_long_chains_of_one_operator_are_no_nesting():
    expression = compile_expression(" | ".join(f"'{number}'" for number in range(2_000)))
    assert len(expression.evaluate({})) == 2_000
    assert compile_expression(" or ".join(["false"] * 2_000)).test({}) is False
    assert compile_expression("a" + ".b" * 5_000).evaluate({"a": 1}) == []


@pytest.mark.parametrize(
    "text",
    [
        "descendants().select(%resource.descendants()).count()",
        "descendants().where(%resource.descendants().where(%resource.descendants().exists()).exists()).count()",
        "repeat($this | $this)",
        "descendants().aggregate($total.combine($total | 1).combine($total), 1)",
        "descendants().aggregate(iif($total.empty(), 'abcdefgh', $total & $total & $total & $total & $total & $total), '')",
        "descendants().aggregate($total * $total * $total + 3, 3)",
        "descendants().all(descendants().combine(%resource.descendants()).isDistinct() or true)",
        "descendants().subsetOf(%resource.descendants())",
    ],
)
def test_expensive_evaluations_end_at_a_limit(text):
    tree = {
        "resourceType": "Bundle",
        "entry": [{"resource": {"resourceType": "Basic", "id": str(n), "code": {"text": "x"}}} for n in range(400)],
    }
    start = time.process_time()
    with suppress(FhirPathLimit):
        compile_expression(text).evaluate(tree)
    assert time.process_time() - start < FAST_ENOUGH


def test_the_step_limit_is_the_callers():
    tree = {"resourceType": "Patient", "name": [{"given": ["a"] * 50}]}
    expression = compile_expression("name.given.where($this = 'b').count()")
    assert expression.evaluate(tree) == [0]
    with pytest.raises(FhirPathLimit) as caught:
        expression.evaluate(tree, Env(step_limit=10))
    assert (caught.value.what, caught.value.limit) == ("steps", 10)


def test_deep_data_ends_at_a_limit():
    tree = {"resourceType": "Patient", "extension": [deeply(5_000)]}
    assert compile_expression("descendants().count()").evaluate(tree)[0] >= 5_000
    expression = compile_expression("extension.first() = %other")
    with pytest.raises(FhirPathLimit):
        expression.evaluate(tree, Env(variables={"other": deeply(5_000)}))


def deeply(levels):
    tree = {"url": "x"}
    for _ in range(levels):
        tree = {"extension": [tree]}
    return tree


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|aa)+$",
        "(a|a?)+$",
        "(.*a){20}$",
        "((b|b){7}){7}c",
        "(a|a)" * 40 + "$",
        "a?" * 40 + "a" * 40,
        "(x+x+)+y",
        "([a-zA-Z]+)*$",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
    ],
)
def test_catastrophic_patterns_answer_in_linear_time(pattern):
    start = time.process_time()
    for text in ("a" * 30 + "!", "a" * 3_000 + "!", "x" * 3_000):
        compile_expression(f"matches('{pattern}')").evaluate(text)
        compile_expression(f"matchesFull('{pattern}')").evaluate(text)
    assert time.process_time() - start < FAST_ENOUGH
