"""Primitive values: what R4's regular expressions and calendars allow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.validation.primitives import fits, is_absolute, problems

GOOD = {
    "date": ["2024", "2024-02", "2024-02-29"],
    "dateTime": ["2024", "2024-02-29T23:59:60Z", "2024-02-29T10:00:00.123456789+14:00", "1066-10-14"],
    "instant": ["2024-02-29T10:00:00Z", "2024-02-29T10:00:00.1-03:30"],
    "time": ["00:00:00", "23:59:60", "10:00:00.5"],
    "id": ["a", "A-1.b", "x" * 64],
    "code": ["a", "a b", "å-1"],
    "oid": ["urn:oid:1.2.752.129"],
    "uuid": ["urn:uuid:0f1c2d3e-0000-4000-8000-000000000000"],
    "uri": ["http://x", "urn:oid:2.16.840.1", "mailto:a@b", "relative/path"],
    "canonical": ["http://x/y|1.0", "#a", "urn:uuid:0f1c2d3e-0000-4000-8000-000000000000|1"],
    "url": ["https://x"],
    "integer": [0, -(2**31), 2**31 - 1, "5"],
    "positiveInt": [1],
    "unsignedInt": [0],
    "decimal": [1, 1.5, -0.001, "1.10", "1e3"],
    "boolean": [True, False, "true"],
    "base64Binary": ["", "aGVq", "aGVqYQ=="][1:],
    "string": ["x", "a b", "två"],
    "markdown": ["# x\n\ny"],
}
BAD = {
    "date": ["2024-13", "2024-02-30", "2023-02-29", "24-01-01", "2024-1-1", "2024-01-01T10:00:00Z", "0000"],
    "dateTime": ["2024-02-29T10:00:00", "2024-02-29T24:00:00Z", "2024-02-29T10:00Z", "20240229", "2024-02-30"],
    "instant": ["2024-02-29", "2024-02-29T10:00:00"],
    "time": ["24:00:00", "10:00", "10:00:00Z"],
    "id": ["", "a_b", "å", "x" * 65, " "],
    "code": ["", " a", "a ", "a  b", "a\tb"],
    "oid": ["1.2.3", "urn:oid:1.2.03", "urn:oid:3.1.1.1"],
    "uuid": ["urn:uuid:nonsense", "urn:uuid:0F1C2D3E-0000-4000-8000-000000000000"],
    "uri": ["a b", "oid:1.2", "urn:oid:1.2.03"],
    "canonical": ["Questionnaire/1", "x"],
    "integer": [2**31, "1.5", "x", 1.5, "01"],
    "positiveInt": [0, -1],
    "unsignedInt": [-1],
    "decimal": ["x", "1.", ".5", "1,5"],
    "boolean": ["yes", 1],
    "base64Binary": ["a", "åäö", "=a=="],
    "string": [""],
}


def severities(type_, value):
    return {severity for severity, _, _ in problems(type_, value)}


@pytest.mark.parametrize(("type_", "value"), [(t, v) for t, values in GOOD.items() for v in values])
def test_good_values_are_left_alone(type_, value):
    assert "error" not in severities(type_, value)


@pytest.mark.parametrize(("type_", "value"), [(t, v) for t, values in BAD.items() for v in values])
def test_bad_values_are_errors(type_, value):
    assert "error" in severities(type_, value)
    assert not fits(type_)(value)


@given(
    st.sampled_from(sorted(GOOD)),
    st.one_of(st.text(max_size=30), st.integers(), st.floats(allow_nan=False), st.booleans()),
)
def test_what_fits_has_no_problems(type_, value):
    """The quick test is never more generous than the close look."""
    if fits(type_)(value):
        assert not list(problems(type_, value))


@given(st.text(max_size=200))
def test_any_text_can_be_judged_as_any_type(value):
    for type_ in GOOD:
        for severity, rule, message in problems(type_, value):
            assert severity in {"error", "warning"}
            assert rule
            assert message


@pytest.mark.parametrize(
    ("uri", "absolute"), [("http://x", True), ("urn:x", True), ("x", False), ("a/b:c", False), ("file:x", False)]
)
def test_a_uri_is_absolute_when_it_has_a_scheme(uri, absolute):
    assert is_absolute(uri) is absolute
