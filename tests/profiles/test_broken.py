"""Negative examples: each breaks one rule, and is found by that rule alone, at its place, by us and by HL7's validator."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from rehabfhir.cli import main
from rehabfhir.cli._broken import Broken, broken
from rehabfhir.cli._rules import missed, own_validator
from rehabfhir.errors import MisuseError

STORY = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Goal", "id": "a", "description": {"text": "Gå"}}},
        {
            "resource": {
                "resourceType": "Goal",
                "id": "b",
                "lifecycleStatus": "active",
                "description": {
                    "text": "Orka",
                    "coding": [{"system": "urn:x:one", "code": "1"}, {"system": "urn:x:two", "code": "2"}],
                },
            }
        },
    ],
}


def example(tmp_path: Path, **case: Any) -> Broken:
    """The one negative example that `case` describes, made from the little story above."""
    (tmp_path / "negative").mkdir()
    story = tmp_path / "stories" / "little"
    story.mkdir(parents=True)
    (story / "bundle.json").write_text(json.dumps(STORY), encoding="utf-8")
    lines = ['base = "https://x.test/"', "[profiles]", 'Goal = "goal"', "[[case]]"]
    case = {"name": "one", "why": "because", "resource": "Goal", "rule": "r", **case}
    lines += [f"{key} = {toml(value)}" for key, value in case.items()]
    (tmp_path / "negative" / "cases.toml").write_text("\n".join(lines), encoding="utf-8")
    (made,) = broken(tmp_path)
    return made


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def test_first_resource_of_the_type_is_taken_and_names_the_profile(tmp_path: Path):
    made = example(tmp_path, remove=["description"])
    assert made.resource == {"resourceType": "Goal", "id": "a", "meta": {"profile": ["https://x.test/goal"]}}
    assert (made.place, made.severity) == ("Goal", "error")


def test_resource_is_chosen_by_members_and_values(tmp_path: Path):
    made = example(
        tmp_path,
        resource="Goal has lifecycleStatus=active and description.coding",
        set={"lifecycleStatus": "gone"},
        at="lifecycleStatus",
    )
    assert (made.resource["id"], made.resource["lifecycleStatus"], made.place) == ("b", "gone", "Goal.lifecycleStatus")


def test_entries_of_lists_are_named_by_the_end_of_their_system(tmp_path: Path):
    made = example(
        tmp_path,
        resource="Goal has lifecycleStatus",
        set={"description.coding(x:two).code": "9"},
        at="description.coding(x:two)",
    )
    assert [each["code"] for each in made.resource["description"]["coding"]] == ["1", "9"]
    assert made.place == "Goal.description.coding[1]"


def test_star_removes_all_and_an_emptied_list_goes_with_its_last_entry(tmp_path: Path):
    made = example(
        tmp_path,
        resource="Goal has lifecycleStatus",
        remove=["description.coding(one)*", "description.coding(two)*", "note*"],
    )
    assert made.resource["description"] == {"text": "Orka"}


def test_add_appends_one_or_several(tmp_path: Path):
    made = example(tmp_path, add={"note": {"text": "a"}, "category": [{"text": "b"}, {"text": "c"}]})
    assert made.resource["note"] == [{"text": "a"}]
    assert [each["text"] for each in made.resource["category"]] == ["b", "c"]


def test_story_is_left_as_it_was(tmp_path: Path):
    example(tmp_path, set={"description.text": "changed"})
    assert json.loads((tmp_path / "stories/little/bundle.json").read_bytes()) == STORY


@pytest.mark.parametrize(
    "case",
    [
        {"resource": "Task"},
        {"story": "absent"},
        {"remove": ["target"]},
        {"remove": ["description.coding[4]"]},
        {"set": {"target[0].dueDate": "2026"}},
        {"at": "description.coding(urn)"},
        {"set": {"not a path": 1}},
    ],
)
def test_a_case_that_does_not_fit_the_stories_is_named(tmp_path: Path, case: dict[str, Any]):
    with pytest.raises(MisuseError, match="negative example one: "):
        example(tmp_path, **case)


def test_there_are_at_least_sixty_examples_with_names_of_their_own(examples: list[Broken]):
    errors = [each for each in examples if each.severity == "error"]
    assert len(errors) >= 60
    assert len({each.name for each in examples}) == len(examples)
    assert len({json.dumps(each.resource, sort_keys=True) for each in examples}) == len(examples)


def test_every_invariant_of_ours_has_a_negative_example_of_its_severity(examples: list[Broken], root: Path):
    keys = {
        (constraint["key"], constraint["severity"])
        for path in (root / "profiles/package").glob("StructureDefinition-*.json")
        for element in json.loads(path.read_bytes())["differential"]["element"]
        for constraint in element.get("constraint", [])
    }
    assert keys == {(each.rule, each.severity) for each in examples if each.rule.startswith("rehab-")}


def test_every_profile_has_a_negative_example(examples: list[Broken], root: Path):
    profiles = {
        one["url"]
        for one in (
            json.loads(path.read_bytes())
            for path in (root / "profiles/package").glob("StructureDefinition-rehab-*.json")
        )
    }
    assert profiles - {url for each in examples for url in each.resource["meta"]["profile"]} == set()


def test_each_example_is_found_by_its_rule_alone_at_its_place(examples: list[Broken], below: Path):
    validator = own_validator([str(below)])
    wrong = {
        each.name: [str(issue) for issue in found]
        for each in examples
        if (found := missed(validator, each)) is not None
    }
    assert wrong == {}


def test_command_writes_the_examples_and_what_is_expected_of_each(examples: list[Broken], tmp_path: Path, capsys):
    assert main(["profiles", "broken", "--output", str(tmp_path / "new")]) == 0
    assert capsys.readouterr().out.startswith(f"{len(examples)} negative examples")
    with (tmp_path / "new/expected.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["file"], row["rule"], row["expression"]) for row in rows] == [
        (f"{each.name}.json", each.rule, each.place) for each in examples
    ]
    for each in examples:
        assert json.loads((tmp_path / f"new/{each.name}.json").read_bytes()) == each.resource


def test_check_prints_stories_and_a_table_rule_by_rule(examples: list[Broken], below: Path, capsys):
    status = main(["profiles", "check", "--package", str(below)])
    out = capsys.readouterr().out
    assert status == 0, out
    assert "INVALID" not in out
    total = next(line for line in out.splitlines() if line.startswith("all "))
    assert total.split() == ["all", str(len(examples)), str(len(examples))]
