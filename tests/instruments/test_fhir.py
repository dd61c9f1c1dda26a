"""Instruments and scores as FHIR: Questionnaire, Observation, CodeSystem, and back."""

import json
from decimal import Decimal

import pytest

from rehabfhir import Validator, data
from rehabfhir.cli import main
from rehabfhir.instruments import (
    SCORE_SYSTEM,
    code_system,
    from_observation,
    instruments,
    named,
    observations,
    questionnaire,
    score,
    scored_assessment,
)
from rehabfhir.mapping import from_fhir, to_fhir
from rehabfhir.model import dump

OURS = str(data.folder("profiles") / "package")
ALL = pytest.mark.parametrize("instrument", instruments(), ids=lambda instrument: instrument.id)


def answered(instrument, answers):
    items = []
    for item in instrument.items:
        if item.id not in answers:
            continue
        value = answers[item.id]
        answer = {"valueDecimal": value} if item.decimal else {"valueInteger": value}
        items.append({"linkId": item.id, "answer": [answer]})
    if instrument.groups:
        items = [
            {"linkId": group.id, "item": [item for item in items if item["linkId"] in group.items]}
            for group in instrument.groups
        ]
        items = [group for group in items if group["item"]]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "r1",
        "questionnaire": instrument.url,
        "status": "completed",
        "subject": {"reference": "Patient/p1"},
        "authored": "2026-03-01",
        "item": items,
    }


def grouped(tree):
    """The answered items, inside groups or not."""
    return [inner for item in tree["item"] for inner in item.get("item", [item])]


def errors(outcome):
    return [(issue.expression, issue.message) for issue in outcome.issues if issue.severity in {"error", "fatal"}]


@ALL
def test_the_questionnaire_is_valid_and_so_is_a_response_to_it(instrument):
    form = questionnaire(instrument)
    validator = Validator(definitions=[form])
    assert errors(validator.validate(form)) == []
    tree = answered(instrument, instrument.vectors[-1].answers)
    assert errors(validator.validate(tree)) == []


@ALL
def test_an_answer_outside_the_range_is_found_against_the_questionnaire(instrument):
    tree = answered(instrument, {instrument.items[0].id: instrument.items[0].most})
    kind = "valueDecimal" if instrument.items[0].decimal else "valueInteger"
    grouped(tree)[0]["answer"] = [{kind: 99_999}]
    found = errors(Validator(definitions=[questionnaire(instrument)]).validate(tree))
    assert len(found) == 1
    assert ".answer[0]" in found[0][0]


@ALL
def test_scores_become_valid_observations_and_come_back(instrument):
    for vector in instrument.vectors:
        tree = answered(instrument, vector.answers)
        scored = score(tree)
        made = observations(scored, tree)
        assert len(made) == len(scored.scores)
        for entry, observation in zip(scored.scores, made, strict=True):
            assert observation["derivedFrom"] == [{"reference": "QuestionnaireResponse/r1"}]
            expected = entry.text if entry.value is None else entry.value
            assert from_observation(observation) == (instrument, entry.scale.id, expected)
    validator = Validator(packages=[OURS], definitions=[code_system(instruments())])
    assert [errors(validator.validate(observation)) for observation in made] == [[]] * len(made)


def test_a_missing_score_says_why_and_is_never_a_zero():
    tree = answered(named("phq-9"), {"/44250-9": 1})
    (only,) = observations(score(tree), tree)
    assert "valueQuantity" not in only
    assert only["dataAbsentReason"]["text"] == "1 of 9 answered"


def test_an_observation_of_something_else_is_no_score():
    assert from_observation({"resourceType": "Observation"}) is None
    assert from_observation({"code": {"coding": [{"system": SCORE_SYSTEM, "code": "phq-9.nonsense"}]}}) is None
    assert from_observation({"code": {"coding": [None, {"system": SCORE_SYSTEM, "code": 7}]}}) is None


def test_the_stories_answers_fit_the_forms_of_their_instruments():
    forms = [questionnaire(instrument) for instrument in instruments()]
    validator = Validator(packages=[OURS], definitions=[*forms, code_system(instruments())])
    found = 0
    for path in sorted(data.folder("fixtures").glob("stories/*/bundle.json")):
        for entry in json.loads(path.read_text(encoding="utf-8"))["entry"]:
            tree = entry["resource"]
            if tree["resourceType"] == "QuestionnaireResponse" and named(tree["questionnaire"]) is not None:
                assert errors(validator.validate(tree)) == [], path
                found += 1
    assert found > 5


def test_the_code_system_holds_every_scale_once():
    codes = [concept["code"] for concept in code_system(instruments())["concept"]]
    assert len(codes) == len(set(codes)) == sum(len(instrument.scales) for instrument in instruments())


def test_texts_of_the_users_own_stand_in_the_questionnaire():
    form = questionnaire(named("keds"), {"1": "Egen text"})
    assert [item.get("text") for item in form["item"]] == ["Egen text"] + [None] * 8


def write(folder, name, tree):
    (folder / name).write_text(json.dumps(tree), encoding="utf-8")
    return str(folder / name)


def test_the_command_prints_a_table_and_writes_observations(tmp_path, capsys):
    qlq = named("eortc-qlq-c30")
    file = write(tmp_path, "r.json", answered(qlq, {item.id: item.least for item in qlq.items}))
    target = tmp_path / "scores.json"
    assert main(["score", file, "--observations", str(target)]) == 0
    printed = capsys.readouterr().out
    assert "summary  Summary score               100  13/13" in printed
    bundle = json.loads(target.read_text())
    assert len(bundle["entry"]) == 16
    assert from_observation(bundle["entry"][-1]["resource"])[2] == Decimal(100)


def test_the_command_scores_a_bundle_and_shows_the_change(tmp_path, capsys):
    phq = named("phq-9")
    responses = [
        answered(phq, {item.id: value for item in phq.items}) | {"authored": day}
        for day, value in (("2026-05-01", 0), ("2026-01-01", 2))
    ]
    file = write(
        tmp_path,
        "b.json",
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": tree} for tree in responses]},
    )
    assert main(["score", file, "--change"]) == 0
    assert "total     18     0     -18  improved" in capsys.readouterr().out


def test_the_command_reads_domain_json(tmp_path, capsys):
    phq = named("phq-9")
    value = from_fhir(answered(phq, {item.id: 2 for item in phq.items})).value
    file = tmp_path / "domain.json"
    file.write_bytes(dump([value]))
    assert main(["score", str(file)]) == 0
    assert "18" in capsys.readouterr().out


def test_the_command_says_what_is_wrong_and_ends_with_1_or_2(tmp_path, capsys):
    bad = answered(named("keds"), {"1": 1})
    bad["item"][0]["answer"][0]["valueInteger"] = 77
    assert main(["score", write(tmp_path, "bad.json", bad)]) == 1
    assert "outside 0 to 6" in capsys.readouterr().err
    assert main(["score", write(tmp_path, "unknown.json", {**bad, "questionnaire": "http://example.org/q"})]) == 1
    assert "not known" in capsys.readouterr().err
    assert main(["score", write(tmp_path, "patient.json", {"resourceType": "Patient"})]) == 1
    assert main(["score", str(tmp_path / "absent.json")]) == 2
    assert main(["score", "--instrument", "nonsense"]) == 2
    assert main(["score", "--questionnaire"]) == 2


def test_the_command_lists_instruments_and_prints_forms(capsys):
    assert main(["score", "--list"]) == 0
    assert "eortc-qlq-c30" in capsys.readouterr().out
    assert main(["score", "--questionnaire", "--instrument", "HADS"]) == 0
    assert json.loads(capsys.readouterr().out)["url"].endswith("/hads")
    assert main(["score", "--example"]) == 0
    assert capsys.readouterr().out.startswith("# EXAMPLE, NOT THE INSTRUMENT")


def test_the_stories_scores_are_the_ones_that_scoring_gives():
    """The stories were written by hand; what they say of HADS and GAD-7 must be what their answers give."""
    checked = 0
    for path in sorted(data.folder("fixtures").glob("stories/*/bundle.json")):
        entries = json.loads(path.read_text(encoding="utf-8"))["entry"]
        said = {}
        for entry in entries:
            tree = entry["resource"]
            if tree["resourceType"] == "Observation" and "valueQuantity" in tree and "derivedFrom" in tree:
                said.setdefault(tree["derivedFrom"][0].get("reference"), []).append(
                    float(tree["valueQuantity"]["value"])
                )
        for entry in entries:
            tree = entry["resource"]
            if (
                tree["resourceType"] != "QuestionnaireResponse"
                or named(tree["questionnaire"]) is None
                or named(tree["questionnaire"]).id not in {"hads", "gad-7"}
            ):
                continue
            given = [float(entry.value) for entry in score(tree).scores if entry.value is not None]
            expected = said.get(entry["fullUrl"], []) + said.get(f"QuestionnaireResponse/{tree.get('id')}", [])
            assert set(expected) <= set(given), path
            checked += len(expected)
    assert checked >= 3


@ALL
def test_a_scored_assessment_goes_to_fhir_and_back_with_its_scores(instrument):
    tree = answered(instrument, instrument.vectors[0].answers)
    value = from_fhir(tree).value
    scored = scored_assessment(value, score(value))
    assert scored.scores
    there = to_fhir(scored)
    assert from_fhir(there).value == scored
    validator = Validator(packages=[OURS], definitions=[code_system(instruments()), questionnaire(instrument)])
    assert errors(validator.validate(there)) == []
