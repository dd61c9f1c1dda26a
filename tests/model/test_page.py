"""The page about the model says what the models say."""

import importlib.util
import re

import pytest

from rehabfhir import model


@pytest.fixture(scope="module")
def builder(request):
    path = request.config.rootpath / "scripts" / "build_model_page.py"
    spec = importlib.util.spec_from_file_location("build_model_page", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_fresh(builder):
    assert builder.PAGE.read_text(encoding="utf-8") == builder.page(), "run scripts/build_model_page.py"


def test_the_page_has_every_model(builder):
    shown = {each for kinds in builder.CHAPTERS.values() for each in kinds}
    public = {each for each in vars(model).values() if isinstance(each, type) and issubclass(each, model.Model)}
    assert public - shown == {model.Model, model.Linkable, model.Resource}


def test_every_source_key_stands_in_the_list_of_sources(builder, request):
    listed = (request.config.rootpath / "docs" / "sources.md").read_text(encoding="utf-8")
    sections = {"sweden": set(), "interop": set()}
    name = None
    for line in listed.splitlines():
        if line.startswith("## "):
            name = "interop" if "interop" in line else "sweden"
        sections[name or "sweden"] |= set(re.findall(r"§(\d+(?:\.\d+)?)", line))
    used = re.findall(r"(sweden|interop) ((?:§[\d.]+(?:, | and )?)+)", builder.page())
    assert len(used) > 100
    for document, keys in used:
        assert set(re.findall(r"§(\d+(?:\.\d+)?)", keys)) <= sections[document]
