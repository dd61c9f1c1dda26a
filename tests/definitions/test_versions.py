"""Canonicals and the order of versions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.definitions.versions import best_version, split_canonical, version_key


def test_a_canonical_is_taken_apart():
    assert split_canonical("http://x/y|1.0#part") == ("http://x/y", "1.0", "part")
    assert split_canonical("http://x/y") == ("http://x/y", "", "")


@pytest.mark.parametrize(
    "rising",
    [
        ["", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0", "1.0.1", "1.2", "1.10", "2"],
        ["2019-01-01", "2020-06-30", "20210101"],
    ],
)
def test_newer_versions_are_greater(rising):
    assert sorted(set(rising), key=version_key) == rising


def test_the_version_asked_for_is_used_else_the_newest_of_the_same_minor():
    known = ["1.0.0", "1.0.3", "1.1.0", "2.0.0-beta"]
    assert best_version(known, "") == "2.0.0-beta"
    assert best_version(known, "1.0.0") == "1.0.0"
    assert best_version(known, "1.0") == "1.0.3"
    assert best_version(known, "1.0.9") == "1.0.3"
    assert best_version(known, "3.0.0") is None
    assert best_version(known, "1") is None
    assert best_version([], "") is None


@given(st.lists(st.text(max_size=12), min_size=1))
def test_any_texts_can_be_put_in_order(versions):
    assert best_version(versions, "") in versions
    assert len(sorted(versions, key=version_key)) == len(versions)
