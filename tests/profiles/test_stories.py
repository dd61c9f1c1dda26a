"""Every patient story is valid against our profiles, HL7 Sweden's base profiles and Inera's draft care plan, by us and by HL7's validator."""

from pathlib import Path
from typing import Any

from rehabfhir.validation import Validator
from tests.profiles.conftest import OURS


def test_every_resource_of_a_story_names_one_of_our_profiles(claimed: dict[str, dict[str, Any]]):
    for name, story in claimed.items():
        for entry in story["entry"]:
            resource = entry["resource"]
            assert any(url.startswith(OURS) for url in resource["meta"]["profile"]), (
                name,
                resource["resourceType"],
                resource["id"],
            )


def errors_of_ours(validator: Validator, stories: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    found = {
        name: [str(issue) for issue in validator.validate(story).issues if issue.severity in {"error", "fatal"}]
        for name, story in stories.items()
    }
    return {name: errors for name, errors in found.items() if errors}


def test_every_story_is_valid_against_our_profiles_and_hl7_swedens(
    claimed: dict[str, dict[str, Any]], below: Path, root: Path
):
    assert errors_of_ours(Validator(packages=[below, root / "profiles" / "package"]), claimed) == {}


def test_every_plan_is_valid_against_ineras_draft(
    drafted: dict[str, dict[str, Any]], below: Path, inera: Path, root: Path
):
    assert errors_of_ours(Validator(packages=[below, inera, root / "profiles" / "package"]), drafted) == {}


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
