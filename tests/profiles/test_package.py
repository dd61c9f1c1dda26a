"""The package folder is what FHIR tools expect, and keeps the promises of profiles/README.md."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rehabfhir.model.vocabulary import BASE

Resources = dict[str, dict[str, Any]]
OWN_SYSTEM = f"{BASE}/CodeSystem/"
OWN_STRUCTURE = f"{BASE}/StructureDefinition/"


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "profiles" / "package"


@pytest.fixture(scope="module")
def resources(folder: Path) -> Resources:
    return {path.name: json.loads(path.read_bytes()) for path in sorted(folder.glob("*-*.json"))}


@pytest.fixture(scope="module")
def structures(resources: Resources) -> list[dict[str, Any]]:
    return [one for one in resources.values() if one["resourceType"] == "StructureDefinition"]


def constraints(structures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        constraint
        for structure in structures
        for element in structure["differential"]["element"]
        for constraint in element.get("constraint", [])
    ]


def test_manifest_names_package_canonical_release_and_what_it_stands_on(folder: Path, resources: Resources):
    manifest = json.loads((folder / "package.json").read_bytes())
    (guide,) = (one for one in resources.values() if one["resourceType"] == "ImplementationGuide")
    assert manifest["name"] == guide["packageId"] == guide["id"]
    assert manifest["version"] == guide["version"]
    assert manifest["canonical"] == BASE
    assert manifest["fhirVersions"] == ["4.0.1"]
    assert manifest["dependencies"] == {"hl7.fhir.r4.core": "4.0.1", "hl7se.fhir.base": "1.1.0"}
    assert [entry["packageId"] for entry in guide["dependsOn"]] == ["hl7se.fhir.base"]


def test_index_lists_every_resource_once(folder: Path, resources: Resources):
    index = json.loads((folder / ".index.json").read_bytes())
    assert index["index-version"] == 2
    assert [entry["filename"] for entry in index["files"]] == sorted(resources)
    for entry in index["files"]:
        resource = resources[entry["filename"]]
        for key in ("resourceType", "id", "url", "version", "kind", "type"):
            assert entry.get(key) == resource.get(key), (entry["filename"], key)


def test_every_resource_stands_under_our_canonical_with_the_packages_version(resources: Resources):
    for name, resource in resources.items():
        assert name == f"{resource['resourceType']}-{resource['id']}.json"
        assert resource["url"] == f"{BASE}/{resource['resourceType']}/{resource['id']}"
        assert resource["version"] == "0.1.0", name
        assert resource["status"] == "active", name
        assert resource.get("description"), name


def test_names_are_unique_within_a_resource_kind(resources: Resources):
    names = [(one["resourceType"], one["name"]) for one in resources.values() if "name" in one]
    assert len(names) == len(set(names))


def test_every_structure_has_a_snapshot_that_begins_at_its_type(structures: list[dict[str, Any]]):
    for structure in structures:
        elements = structure["snapshot"]["element"]
        assert elements[0]["path"] == structure["type"]
        assert len(elements) >= len(structure["differential"]["element"]) > 0, structure["id"]


def test_every_extension_gives_the_reason_why_no_element_of_r4_would_do(structures: list[dict[str, Any]]):
    extensions = [one for one in structures if one["type"] == "Extension"]
    assert len(extensions) >= 20
    for one in extensions:
        assert re.search(r"Reason: .{20,}", one["description"]), one["id"]
        assert one["context"], one["id"]


def test_every_extension_is_used_by_a_profile(structures: list[dict[str, Any]]):
    used = {
        profile
        for one in structures
        for element in one["differential"]["element"]
        for type_ in element.get("type", [])
        for profile in type_.get("profile", [])
    }
    unused = [one["id"] for one in structures if one["type"] == "Extension" and one["url"] not in used]
    assert unused == []


def test_every_profile_marks_what_a_system_must_support(structures: list[dict[str, Any]]):
    for one in structures:
        if one["type"] != "Extension":
            assert any(element.get("mustSupport") for element in one["snapshot"]["element"]), one["id"]


def test_invariants_have_our_own_keys_and_the_same_text_everywhere(structures: list[dict[str, Any]]):
    seen: dict[str, tuple[str, str, str]] = {}
    for constraint in constraints(structures):
        assert re.fullmatch(r"rehab-[a-z0-9-]+", constraint["key"])
        facts = (constraint["severity"], constraint["human"], constraint["expression"])
        assert seen.setdefault(constraint["key"], facts) == facts
    assert len(seen) >= 20


def test_every_own_code_system_is_complete_and_bound_by_a_value_set(resources: Resources):
    systems = {
        one["url"]
        for one in resources.values()
        if one["resourceType"] == "CodeSystem" and one["content"] == "complete" and one["concept"]
    }
    included = {
        include["system"]
        for one in resources.values()
        if one["resourceType"] == "ValueSet"
        for include in one["compose"]["include"]
    }
    assert {system for system in included if system.startswith(OWN_SYSTEM)} == systems - {
        f"{OWN_SYSTEM}instrument-score"
    }


def test_own_canonicals_named_in_expressions_and_bindings_exist(resources: Resources):
    known = {one["url"] for one in resources.values()}
    text = json.dumps(list(resources.values()))
    named = set(re.findall(rf"{re.escape(BASE)}/(?:StructureDefinition|CodeSystem|ValueSet)/[a-z0-9-]+", text))
    assert named - known == set()


def test_package_is_what_the_sources_compile_to(root: Path, shared: Path):
    """SUSHI makes the same package again; skipped where node or the packages below ours are absent."""
    sushi = os.environ.get("SUSHI") or shutil.which("sushi")
    if sushi is None:
        pytest.skip("SUSHI is not here; name it in the environment variable SUSHI to run this test")
    done = subprocess.run(
        [root / "scripts" / "build_profiles.sh", "--check"],
        env={**os.environ, "SUSHI": sushi, "REHABFHIR_SHARED": str(shared)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_extension_system_and_profile_that_the_mapping_tables_name_is_in_the_package(
    root: Path, resources: Resources
):
    tables = "\n".join(path.read_text(encoding="utf-8") for path in sorted((root / "mappings").rglob("*.toml")))
    known = {one["url"] for one in resources.values()}
    parts = {
        element["fixedUri"]
        for one in resources.values()
        for element in one.get("snapshot", {}).get("element", [])
        if element["path"] == "Extension.extension.url" and "fixedUri" in element
    }
    extensions = {name for name in re.findall(r'\bextension = "([^"]+)"', tables) if "://" not in name}
    assert extensions
    assert {name for name in extensions if f"{OWN_STRUCTURE}{name}" not in known and name not in parts} == set()
    named = set(re.findall(rf"{re.escape(BASE)}/(?:StructureDefinition|CodeSystem|ValueSet)/[a-z0-9-]+", tables))
    assert named
    assert named - known == set()


def test_codes_of_our_systems_in_the_mapping_tables_are_defined(root: Path, resources: Resources):
    tables = "\n".join(path.read_text(encoding="utf-8") for path in sorted((root / "mappings").glob("*.toml")))
    used = set(re.findall(rf'system = "{re.escape(OWN_SYSTEM)}([a-z-]+)", code = "([a-z-]+)"', tables))
    used |= set(
        re.findall(r'"type\.coding\[\]\.system" = "\$(hand-over-part)", "type\.coding\[\]\.code" = "([a-z-]+)"', tables)
    )
    defined = {
        (one["id"], concept["code"])
        for one in resources.values()
        if one["resourceType"] == "CodeSystem"
        for concept in one["concept"]
    }
    assert len(used) >= 10
    assert used - defined == set()
