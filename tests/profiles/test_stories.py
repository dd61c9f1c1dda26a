"""Every patient story is valid against our profiles, HL7 Sweden's base profiles and Inera's draft care plan, by us and by HL7's validator."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.profiles.conftest import INERA_CARE_PLAN, grave

from rehabfhir.validation import Validator

SE_BASE = "http://hl7.se/fhir/ig/base/StructureDefinition/SEBase"
OURS = "https://rehabfhir.org/fhir/StructureDefinition/"
BASED = ("Patient", "Practitioner", "Organization")
"""PractitionerRole is left out: HL7 Sweden's slices of its codes cannot be told apart by any validator; our profile repairs them."""


def claims(resource: dict[str, Any]) -> list[str]:
    """The profiles that a resource of a story must meet beside those that it names itself."""
    kind = resource["resourceType"]
    if kind in BASED:
        return [SE_BASE + kind]
    if kind == "CarePlan":
        return [INERA_CARE_PLAN]
    return []


@pytest.fixture(scope="module")
def stories(root: Path) -> dict[str, dict[str, Any]]:
    found = {
        path.parent.name: json.loads(path.read_bytes())
        for path in sorted((root / "fixtures/stories").glob("*/bundle.json"))
    }
    assert len(found) >= 15
    return found


@pytest.fixture(scope="module")
def claimed(stories: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The stories, every resource naming all profiles that it must meet."""
    for story in stories.values():
        story.setdefault("meta", {})["profile"] = [f"{OURS}rehab-bundle"]
        for entry in story["entry"]:
            meta = entry["resource"].setdefault("meta", {})
            meta["profile"] = list(dict.fromkeys(meta.get("profile", []) + claims(entry["resource"])))
    return stories


def test_every_resource_of_a_story_names_one_of_our_profiles(claimed: dict[str, dict[str, Any]]):
    for name, story in claimed.items():
        for entry in story["entry"]:
            resource = entry["resource"]
            assert any(url.startswith(OURS) for url in resource["meta"]["profile"]), (
                name,
                resource["resourceType"],
                resource["id"],
            )


def test_every_story_is_valid_against_ours_sebase_and_inera(
    claimed: dict[str, dict[str, Any]], below: Path, inera: Path, root: Path
):
    validator = Validator(packages=[below, inera, root / "profiles" / "package"])
    wrong = {
        name: errors
        for name, story in claimed.items()
        if (
            errors := [str(issue) for issue in validator.validate(story).issues if issue.severity in {"error", "fatal"}]
        )
    }
    assert wrong == {}


@pytest.mark.slow
def test_hl7s_validator_accepts_every_story(
    claimed: dict[str, dict[str, Any]], below: Path, inera: Path, hl7, tmp_path: Path
):
    for name, story in claimed.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(story, ensure_ascii=False), encoding="utf-8")
    found = hl7(sorted(tmp_path.glob("*.json")), below, inera)
    assert set(found) == {f"{name}.json" for name in claimed}
    wrong = {
        name: [(one["expression"], one["details"]["text"]) for one in grave(issues)]
        for name, issues in found.items()
        if grave(issues)
    }
    assert wrong == {}


@pytest.mark.slow
def test_hl7s_validator_accepts_every_profile_and_the_rest_of_the_package(root: Path, below: Path, hl7):
    files = sorted((root / "profiles" / "package").glob("*-*.json"))
    found = hl7(files, below)
    assert set(found) == {path.name for path in files}
    assert {
        name: [one["details"]["text"] for one in grave(issues)] for name, issues in found.items() if grave(issues)
    } == {}


def test_our_validator_accepts_every_profile_and_the_rest_of_the_package(root: Path, below: Path):
    validator = Validator(packages=[below, root / "profiles" / "package"])
    wrong = {}
    for path in sorted((root / "profiles" / "package").glob("*-*.json")):
        errors = [
            str(issue) for issue in validator.validate(path.read_bytes()).issues if issue.severity in {"error", "fatal"}
        ]
        if errors:
            wrong[path.name] = errors
    assert wrong == {}
