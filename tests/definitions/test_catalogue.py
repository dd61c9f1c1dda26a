"""What `packages list`, `show` and `check` say."""

import json

import pytest

from rehabfhir.definitions.catalogue import check_packages, list_packages, show_package
from rehabfhir.errors import PackageError

HL7 = "http://hl7.org/fhir/StructureDefinition/"
OWN = "http://example.org/StructureDefinition/"


def write(folder, manifest, *resources):
    home = folder / "package"
    home.mkdir(parents=True)
    (home / "package.json").write_text(json.dumps(manifest))
    for number, resource in enumerate(resources):
        (home / f"{number}.json").write_text(resource if isinstance(resource, str) else json.dumps(resource))
    return folder


def profile(name, elements, base=HL7 + "Patient"):
    return {
        "resourceType": "StructureDefinition", "url": OWN + name, "version": "1", "type": "Patient", "derivation": "constraint",
        "baseDefinition": base, "differential": {"element": elements},
    }  # fmt: skip


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setenv("FHIR_PACKAGE_CACHE", str(folder))
    return folder


def test_the_embedded_core_and_the_cache_are_listed(cache):
    write(cache / "b#1.0", {"name": "b", "version": "1.0"})
    write(cache / "a#1.10.0", {"name": "a", "version": "1.10.0"})
    write(cache / "a#1.9.0", {"name": "a", "version": "1.9.0"})
    (cache / "packages.ini").write_text("")
    assert [(name, version) for name, version, _ in list_packages()] == [
        ("hl7.fhir.r4.core", "4.0.1"),
        ("a", "1.9.0"),
        ("a", "1.10.0"),
        ("b", "1.0"),
    ]


def test_a_cache_that_is_not_there_is_empty(tmp_path):
    assert list_packages(tmp_path / "none") == (("hl7.fhir.r4.core", "4.0.1", None),)


def test_a_package_is_shown_with_what_it_holds_and_needs(tmp_path):
    manifest = {
        "name": "own", "version": "2", "canonical": "http://example.org", "fhirVersions": ["4.0.1"],
        "dependencies": {"hl7.fhir.r4.core": "4.0.1", "absent": "1.0"},
    }  # fmt: skip
    folder = write(
        tmp_path / "own",
        manifest,
        profile("P", []),
        {"resourceType": "CodeSystem", "url": "http://example.org/cs"},
        "{",
    )
    shown = show_package(folder)
    assert (shown.label, shown.canonical, shown.fhir_versions) == ("own#2", "http://example.org", ("4.0.1",))
    assert shown.dependencies == {"hl7.fhir.r4.core#4.0.1": True, "absent#1.0": False}
    assert shown.counts == {"CodeSystem": 1, "StructureDefinition": 1}
    assert shown.canonicals == (OWN + "P|1", "http://example.org/cs|2")
    assert [issue.rule for issue in shown.issues] == ["package-file"]


def test_the_embedded_core_can_be_shown():
    shown = show_package("hl7.fhir.r4.core#4.0.1")
    assert shown.counts["StructureDefinition"] == 655
    with pytest.raises(PackageError):
        show_package("no.such#1")


def test_a_sound_package_has_no_findings(tmp_path):
    folder = write(
        tmp_path / "own",
        {"name": "own", "version": "1", "fhirVersions": ["4.0.1"]},
        profile("P", [{"path": "Patient.name", "min": 1}]),
    )
    assert check_packages([folder]) == ()


def test_each_thing_that_is_wrong_in_a_package_is_told(tmp_path):
    folder = write(
        tmp_path / "own",
        {"name": "own", "version": "1", "fhirVersions": ["5.0.0"], "dependencies": {"absent": "1.0"}},
        profile("P", [{"path": "Patient.wings", "min": 1}]),
        profile("P", [{"path": "Patient.wings", "min": 1}]),
        profile("Q", [], base="http://example.org/none"),
        profile(
            "R", [{"path": "Patient.gender", "binding": {"strength": "required", "valueSet": "http://example.org/vs"}}]
        ),
        "[]",
    )
    rules = sorted(issue.rule for issue in check_packages([folder]))
    assert rules == [
        "package-dependency",
        "package-duplicate",
        "package-fhir-version",
        "package-file",
        "package-link",
        "snapshot-base",
        "snapshot-path",
        "snapshot-path",
    ]


def test_the_swedish_base_package_is_sound(shared):
    issues = check_packages([shared / "fhir-packages" / "hl7se.fhir.base-1.1.0.tgz"])
    assert [str(issue) for issue in issues if issue.severity == "error"] == []
