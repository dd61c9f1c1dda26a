"""FHIR JSON: numbers to the letter, what is broken named with its place, nothing raised."""

import json
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.errors import MisuseError
from rehabfhir.formats import DEFAULT_LIMITS, Limits, read, write_json
from rehabfhir.formats._json_read import read_json, read_plain

NUMBERS = [
    "1.10",
    "0.1",
    "1E2",
    "1e-7",
    "-0",
    "-0.0",
    "0",
    "12",
    "123456789012345678901234567890",
    "1e400",
    "100.00",
    "1.0",
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=4)
    ),
    max_leaves=25,
)
OBJECTS = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), JSON, max_size=5)


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_written_with_the_digits_it_came_with(text):
    source = f'{{"resourceType":"X","a":[{text}]}}'
    assert write_json(read(source).tree) == source.encode()


@pytest.mark.parametrize(
    ("text", "kind"), [("12", int), ("0.5", float), ("1.10", Decimal), ("1E2", Decimal), ("1.0", float)]
)
def test_the_kind_of_a_number_follows_its_text(text, kind):
    value = read(f'{{"a":{text}}}').tree["a"]
    assert isinstance(value, kind)
    assert value == Decimal(text)


def test_a_number_beyond_all_bounds_is_held_and_keeps_its_text():
    value = read('{"a":1e999999999999999999999}').tree["a"]
    assert int(value) == 10**400
    assert str(value) == "1e999999999999999999999"


@pytest.mark.parametrize(
    ("text", "rule", "line", "column"),
    [
        ("", "json-empty", 1, 1),
        ('{"a": 1', "json-truncated", 1, 8),
        ('{"a":\n "x', "json-truncated", 2, 4),
        ('{"a": NaN}', "json-nan", 1, 7),
        ('{"a": -Infinity}', "json-nan", 1, 7),
        ('{"a": 1,}', "json-syntax", 1, 9),
        ('{"a": 01}', "json-number", 1, 7),
        ("{'a': 1}", "json-syntax", 1, 2),
        ('{"a": 1} {}', "json-extra", 1, 10),
        ('{"a": "\\ud800"}', "json-surrogate", 1, 8),
        ('{"a": "x\ty"}', "json-control", 1, 9),
        ('{"a": "\\q"}', "json-escape", 1, 8),
        ('// x\n{"a": 1}', "json-comment", 1, 1),
        ("nonsense", "json-syntax", 1, 1),
        ("[1, 2]", "json-object", 1, 1),
        ('"text"', "json-object", 1, 1),
        ("[" * 100_000, "too-deep", 1, 255),
    ],
)
def test_what_is_not_readable_gives_one_finding_with_its_place(text, rule, line, column):
    source = read(text)
    assert source.tree is None
    assert [(issue.rule, issue.line, issue.column, issue.severity) for issue in source.issues] == [
        (rule, line, column, "fatal")
    ]


def test_duplicate_keys_are_named_and_the_first_is_used():
    source = read('{"resourceType":"Patient",\n"name":[{"given":["a"], "given" :["b"]}]}')
    assert source.tree == {"resourceType": "Patient", "name": [{"given": ["a"]}]}
    (issue,) = source.issues
    assert (issue.rule, issue.expression, issue.line, issue.column) == (
        "duplicate-property",
        "Patient.name[0]",
        2,
        25,
    )


def test_a_message_holds_nothing_of_the_data():
    for text in ('{"name":"Tolvan Tolvansson" x}', '{"name": Tolvan}', '{"a":"Tolvan\nTolvansson"}'):
        assert "Tolvan" not in str(read(text).issues)


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252"]
)
def test_every_usual_encoding_is_read_and_all_but_utf_8_reported(codec):
    source = read('{"a":"åäö"}'.encode(codec))
    assert source.tree == {"a": "åäö"}
    assert [issue.rule for issue in source.issues] == ([] if codec.startswith("utf-8") else ["encoding"])


def test_a_source_larger_than_the_limit_is_refused():
    (issue,) = read(b'{"a":"' + b"x" * 1000 + b'"}', limits=Limits(size=500)).issues
    assert (issue.rule, issue.severity) == ("too-large", "fatal")


def test_wrong_arguments_are_misuse():
    with pytest.raises(MisuseError):
        read(5)
    with pytest.raises(MisuseError):
        read("{}", format="turtle")
    with pytest.raises(MisuseError):
        write_json({"a": object()})
    with pytest.raises(MisuseError):
        write_json({"a": "\ud800"})


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_no_bytes_and_no_text_make_read_raise(data):
    source = read(data)
    assert source.tree is not None or source.issues


@given(OBJECTS, st.booleans())
def test_what_is_written_is_read_back(tree, pretty):
    source = read(write_json(tree, pretty=pretty))
    assert source.issues == ()
    assert source.tree == tree


@given(
    OBJECTS, st.sampled_from([None, 1]), st.sampled_from([(",", ":"), (" , ", " : "), (",", "\n\t:")]), st.booleans()
)
def test_the_standard_librarys_json_is_read_alike(tree, indent, separators, ascii_only):
    source = read(json.dumps(tree, indent=indent, separators=separators, ensure_ascii=ascii_only))
    assert source.issues == ()
    assert source.tree == tree


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "a\\u0062", "\\u0061"]), st.integers(0, 9)), max_size=5))
def test_no_duplicate_key_passes_and_none_is_made_up(pairs):
    text = "{" + ",".join(f'"{key}":{value}' for key, value in pairs) + "}"
    keys = [json.loads(f'"{key}"') for key, _ in pairs]
    assert bool(read(text).issues) == (len(set(keys)) < len(keys))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_the_quick_reading_says_what_the_careful_one_says(value):
    """A source is read quickly only when that cannot be told from reading it with care."""
    raw = orjson.dumps({"resourceType": "Basic", "x": value}, default=str) if _fits(value) else b"{}"
    for form in (raw, raw.replace(b":", b": "), raw.replace(b"1", b"1.10"), raw.replace(b'"x"', b'"resourceType"')):
        plain = read_plain(form, DEFAULT_LIMITS)
        if plain is not None:
            careful, issues = read_json(form.decode(), DEFAULT_LIMITS)
            assert (plain, issues) == (careful, [])
            assert json.dumps(plain, default=str) == json.dumps(careful, default=str)


def _fits(value):
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True
