"""Regular expressions: Python's `re` and the automaton are one dialect, and unreadable patterns are refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.fhirpath import Env, FhirPathError, FhirPathLimit, FhirPathTypeError, compile_expression
from rehabfhir.fhirpath.env import Run
from rehabfhir.fhirpath.regex import replace, search
from rehabfhir.fhirpath.regex._automaton import Automaton
from rehabfhir.fhirpath.regex._syntax import read

ATOMS = st.sampled_from(
    ["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", r"\s", r"\.", "^", "$", r"\b", "c", r"[\d-]", r"\n"]
)


def joined(inner):
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda parts: f"(?:{parts[0]}|{parts[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,9}"])).map(
            lambda parts: f"(?:{parts[0]}){parts[1]}"
        ),
    )


@given(pattern=st.recursive(ATOMS, joined, max_leaves=6), text=st.text("abc1- \n.", max_size=8))
def test_the_automaton_answers_as_re(pattern, text):
    known = read(pattern)
    compiled = re.compile(known.python, re.DOTALL | re.ASCII)
    automaton = Automaton(known.tree)
    assert automaton.matches(text, Run(None, []), whole=False) is (compiled.search(text) is not None)
    assert automaton.matches(text, Run(None, []), whole=True) is (compiled.fullmatch(text) is not None)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"^\p{Lu}\p{L}*$", "Åsa", True),
        (r"^\p{Lu}\p{L}*$", "åsa", False),
        (r"[^\p{L}]", "åsa", False),
        (r"^[\p{L}\d]+$", "Åsa1", True),
        (r"^\d{8}-\d{4}$", "19121212-1212", True),
        (r"^\d+$", "١٢", False),
        (r"[[a]", "[", True),
        (r"^[a-z\-]+$", "a-b", True),
        (r"^[\]]$", "]", True),
        (r"^a{2,}$", "aaa", True),
        (r"^(?<year>\d{4})$", "2026", True),
        (r"^(?!x)a", "a", True),
        (r"^(?!x)a", "xa", False),
        (r"A.B", "A\nB", True),
    ],
)
def test_dialects_of_profiles_are_read(pattern, text, found):
    assert search(pattern, text, Run(None, [])) is found


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        ")",
        "[",
        "a**",
        "*",
        "\\",
        "(?i)a",
        "a{3,1}",
        "[z-a]",
        "[a&&b]",
        r"\y",
        r"\p{Nonsense}",
        "(" * 100,
        "a" * 6_000,
    ],
)
def test_what_is_no_regular_expression_is_refused(pattern):
    with pytest.raises(FhirPathTypeError, match="regular expression"):
        search(pattern, "a", Run(None, []))


def test_replacing_uses_groups_and_leaves_other_text():
    run = Run(None, [])
    assert replace(r"(\d{4})-(\d{2})", "2026-01", "$2/$1", run) == "01/2026"
    assert replace(r"a", "banana", r"\\", run) == "b\\n\\n\\"
    with pytest.raises(FhirPathTypeError):
        replace("(a|b)*c", "abab", "x", run)
    with pytest.raises(FhirPathError):
        replace("a", "a", "$7", run)


def test_a_long_text_is_matched_in_linear_time_or_stopped_at_the_limit():
    text = "ab" * 200_000
    assert compile_expression("matches('^(a|b|ab)*$')").evaluate(text) == [True]
    with pytest.raises(FhirPathLimit):
        compile_expression("matches('^(a|b|ab)*$')").evaluate(text, Env(step_limit=1_000))
