"""A story's three files say the same: domain JSON, FHIR JSON and FHIR XML."""

import importlib.util
import json

import pytest

from rehabfhir import model
from rehabfhir.data import folder
from rehabfhir.formats import read
from rehabfhir.mapping import from_fhir, to_fhir

STORIES = sorted(path.parent for path in (folder("fixtures") / "stories").glob("*/plan.json"))
stories = pytest.mark.parametrize("path", STORIES, ids=[path.name for path in STORIES])


@pytest.fixture(scope="module")
def build(request):
    """The script that makes the bundles."""
    path = request.config.rootpath / "scripts" / "build_fixtures.py"
    spec = importlib.util.spec_from_file_location("build_fixtures", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@stories
def test_the_files_are_what_the_mapping_makes_of_the_story(path, build):
    for file, data in build.files(path).items():
        assert file.read_bytes() == data, (
            f"{file.name} is stale; run scripts/build_fixtures.py and look at the difference"
        )


@stories
def test_the_bundle_in_json_gives_the_story_back(path):
    values = model.load((path / "plan.json").read_bytes()).values
    outcome = from_fhir((path / "bundle.json").read_bytes())
    assert outcome.issues == ()
    assert outcome.values == values
    assert outcome.loss.leaves == outcome.loss.mapped
    assert to_fhir(outcome.values, rest=outcome.rest) == read((path / "bundle.json").read_bytes()).tree


@stories
def test_the_bundle_in_xml_is_the_bundle_in_json(path):
    in_json, in_xml = read((path / "bundle.json").read_bytes()), read((path / "bundle.xml").read_bytes())
    assert in_json.issues == in_xml.issues == ()
    assert in_json.tree == in_xml.tree


@stories
def test_the_bundle_in_xml_gives_the_story_back(path):
    values = model.load((path / "plan.json").read_bytes()).values
    assert from_fhir((path / "bundle.xml").read_bytes()).values == values


@stories
def test_every_resource_is_one_for_fhir_resources_too(path):
    r4b = pytest.importorskip("fhir.resources.R4B")
    for entry in json.loads((path / "bundle.json").read_bytes())["entry"]:
        kind = r4b.get_fhir_model_class(entry["resource"]["resourceType"])
        assert kind.model_validate(entry["resource"])


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node["reference"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


@stories
def test_every_reference_to_a_resource_of_the_bundle_leads_to_its_entry(path):
    bundle = json.loads((path / "bundle.json").read_bytes())
    addresses = {entry["fullUrl"] for entry in bundle["entry"]}
    names = {f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for entry in bundle["entry"]}
    for reference in references(bundle):
        assert reference not in names
        assert reference in addresses or not reference.startswith("urn:")


def test_protected_identity_stands_in_the_security_labels():
    bundle = json.loads((folder("fixtures") / "stories" / "protected-identity" / "bundle.json").read_bytes())
    labels = {
        entry["resource"]["resourceType"]: {label["code"] for label in entry["resource"]["meta"].get("security", ())}
        for entry in bundle["entry"]
    }
    assert labels["Patient"] == {"sekretessmarkering", "skyddadFolkbokforing"}
    assert labels["RelatedPerson"] == {"sekretessmarkering"}
