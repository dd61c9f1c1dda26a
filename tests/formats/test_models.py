"""fhir.resources at the edge."""

import builtins
import sys

import pytest

from rehabfhir.errors import MissingExtraError, MisuseError
from rehabfhir.formats import is_model, read, to_model, tree_of


def test_a_tree_becomes_a_model_and_comes_back():
    tree = read(
        '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.5}}'
    ).tree
    model = to_model(tree)
    assert is_model(model)
    assert tree_of(model) == tree


def test_what_is_no_model_or_no_resource_is_misuse():
    with pytest.raises(MisuseError):
        tree_of({"resourceType": "Patient"})
    with pytest.raises(MisuseError):
        to_model({"resourceType": "Nothing"})
    with pytest.raises(MisuseError):
        to_model({})


def test_the_extra_is_named_where_it_is_missing(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("fhir"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    for name in [name for name in sys.modules if name.startswith("fhir.resources")]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"rehabfhir\[models\]"):
        to_model({"resourceType": "Patient"})
