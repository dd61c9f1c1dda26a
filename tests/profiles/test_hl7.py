"""HL7's validator agrees: it accepts package and stories, and finds each negative example where we do. One test, since it starts slowly."""

from pathlib import Path
from typing import Any

import pytest

from rehabfhir.cli._broken import Broken
from tests.profiles.conftest import grave, place

Issues = list[dict[str, Any]]


def disagreement(example: Broken, issues: Issues) -> str | None:
    """What HL7's validator says of a negative example instead of what is expected; None when they agree."""
    errors = grave(issues)
    told = [one for one in issues if example.rule in one["details"]["text"]]
    counted = errors if example.severity == "error" else [one for one in told if one["severity"] == "warning"]
    if example.severity == "warning" and errors:
        return f"errors beside the warning: {texts(errors)}"
    if {place(one["expression"][0]) for one in counted} != {place(example.place)}:
        return f"other places: {texts(counted)}"
    if example.rule.startswith("rehab-") and any(one not in told for one in counted):
        return f"other rules: {texts(counted)}"
    return None


def texts(issues: Issues) -> list[tuple[Any, str]]:
    return [(one.get("expression"), one["details"]["text"]) for one in issues]


@pytest.mark.slow
def test_hl7s_validator_accepts_package_and_stories_and_finds_each_example_at_its_place(
    root: Path, examples: list[Broken], claimed: dict[str, Any], drafted: dict[str, Any], hl7: dict[str, Issues]
):
    good = [path.name for path in (root / "profiles" / "package").glob("*-*.json")]
    good += [f"claimed-{name}.json" for name in claimed] + [f"drafted-{name}.json" for name in drafted]
    assert {name: texts(grave(hl7[name])) for name in good if grave(hl7[name])} == {}
    judged = {each.name: disagreement(each, hl7[f"broken-{each.name}.json"]) for each in examples}
    assert {name: said for name, said in judged.items() if said} == {}


def test_a_finding_elsewhere_by_another_rule_or_beside_an_error_is_disagreement():
    example = Broken("x", "why", "rehab-far-code", "error", "Goal.value", {})

    def issue(severity: str, expression: str, text: str) -> dict[str, Any]:
        return {"severity": severity, "expression": [expression], "details": {"text": text}}

    assert disagreement(example, [issue("error", "Goal.value.ofType(Coding)", "rehab-far-code: no")]) is None
    assert disagreement(example, []) is not None
    assert disagreement(example, [issue("error", "Goal", "rehab-far-code: no")]) is not None
    assert disagreement(example, [issue("error", "Goal.value", "another rule")]) is not None
    mild = Broken("x", "why", "rehab-far-code", "warning", "Goal", {})
    assert (
        disagreement(mild, [issue("warning", "Goal", "rehab-far-code: no"), issue("warning", "Goal.note", "other")])
        is None
    )
    assert (
        disagreement(mild, [issue("warning", "Goal", "rehab-far-code: no"), issue("error", "Goal", "other")])
        is not None
    )
