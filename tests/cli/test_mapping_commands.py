"""The commands that map: what they print, what they write, how they end."""

import gzip
import json
import subprocess
import sys

import orjson
import pytest

from rehabfhir.cli import main
from rehabfhir.data import folder

STORY = folder("fixtures") / "stories" / "lymphoedema" / "plan.json"


@pytest.fixture
def bundle(tmp_path, capsysbinary):
    """FHIR JSON of one story, in a file."""
    assert main(["to-fhir", str(STORY)]) == 0
    path = tmp_path / "bundle.json"
    path.write_bytes(capsysbinary.readouterr().out)
    return path


def ran(capsysbinary, *words):
    status = main([*map(str, words)])
    out = capsysbinary.readouterr()
    return status, out.out, out.err.decode()


def test_a_story_goes_to_fhir_and_back_unchanged(bundle, capsysbinary):
    status, out, err = ran(capsysbinary, "from-fhir", bundle)
    assert (status, err) == (0, "")
    assert json.loads(out) == json.loads(STORY.read_bytes())


def test_a_story_goes_to_xml_and_back_unchanged(tmp_path, capsysbinary):
    assert main(["to-fhir", str(STORY), "--to", "xml", "--output", str(tmp_path / "b.xml")]) == 0
    status, out, err = ran(capsysbinary, "from-fhir", tmp_path / "b.xml")
    assert (status, err) == (0, "")
    assert json.loads(out) == json.loads(STORY.read_bytes())


def test_commands_work_in_a_pipe(bundle):
    """The form in which a shell user meets them: stdin to stdout."""
    command = [sys.executable, "-m", "rehabfhir"]
    first = subprocess.run([*command, "from-fhir", "-"], input=bundle.read_bytes(), capture_output=True, check=True)
    second = subprocess.run([*command, "to-fhir", "-"], input=first.stdout, capture_output=True, check=True)
    assert orjson.loads(second.stdout) == orjson.loads(bundle.read_bytes())


def test_a_foreign_resource_travels_with_its_rest(tmp_path, capsysbinary):
    source = {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "subject": {"reference": "Patient/1"},
        "extension": [{"url": "https://elsewhere.test/x", "valueString": "kept"}],
        "title": "Plan",
    }
    (tmp_path / "c.json").write_text(json.dumps(source))
    status, out, _ = ran(capsysbinary, "from-fhir", tmp_path / "c.json")
    assert status == 0
    assert "rest" in json.loads(out)
    (tmp_path / "d.json").write_bytes(out)
    status, out, _ = ran(capsysbinary, "to-fhir", tmp_path / "d.json")
    assert (status, json.loads(out)) == (0, source)


def _line(number):
    return json.dumps(
        {"resourceType": "Procedure", "id": f"p{number}", "status": "completed", "subject": {"reference": "Patient/1"}}
    )


@pytest.mark.parametrize("name", ["many.ndjson", "many.ndjson.gz"])
def test_one_bad_line_among_many_is_one_finding_with_its_line_and_is_kept_whole(name, tmp_path, capsysbinary):
    lines = [_line(number) for number in range(500)]
    lines[250] = '{"resourceType": "Procedure", "id": "p250", '
    data = ("\n".join(lines) + "\n").encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    rejected = tmp_path / "rejected.ndjson"
    status, out, err = ran(capsysbinary, "from-fhir", path, "--rejected", rejected)
    assert status == 1
    assert len(out.splitlines()) == 499
    findings = [line for line in err.splitlines() if "fatal" in line]
    assert len(findings) == 1
    assert f"{name}:251" in findings[0]
    assert "500 read, 499 mapped, 1 rejected" in err
    kept = [json.loads(line) for line in rejected.read_text().splitlines()]
    assert [entry["raw"] for entry in kept] == [lines[250]]
    back = tmp_path / "back.ndjson"
    back.write_bytes(out)
    status, out, err = ran(capsysbinary, "to-fhir", back)
    assert status == 0
    assert [json.loads(line) for line in out.splitlines()] == [json.loads(line) for line in lines[:250] + lines[251:]]


BAD = {
    "not-json": (b"hello", "json-syntax"),
    "not-a-resource": (b'{"a": 1}', "not-a-resource"),
    "wrong-kind": (b'{"resourceType": "Patient", "id": "x"}', "resource-kind"),
    "truncated": (b'{"resourceType": "CarePlan", "status": ', "json-truncated"),
    "xml-bomb": (
        (
            b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
            b'<CarePlan xmlns="http://hl7.org/fhir"><id value="&b;"/></CarePlan>'
        ),
        "xml-dtd",
    ),
    "nesting": (b'{"resourceType": "CarePlan", "x": ' + b"[" * 5_000_000 + b"]" * 5_000_000 + b"}", "too-deep"),
    "unknown-kva-code": (
        (
            b'{"resourceType": "Procedure", "status": "completed", "subject": {"reference": "Patient/1"},'
            b'"code": {"coding": [{"system": "urn:oid:1.2.752.116.1.3.2.1.4", "code": "A0020"}]}}'
        ),
        "kva-shape",
    ),
    "goal-to-nothing": (
        (
            b'{"resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": {"reference": "Patient/1"},'
            b'"goal": [{"reference": "#nope"}]}'
        ),
        "reference-resolves",
    ),
    "no-such-date": (
        (
            b'{"resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": {"reference": "Patient/1"},'
            b'"created": "2026-02-30"}'
        ),
        "value",
    ),
    "wrong-personal-number": (
        (
            b'{"resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": {"reference": "#p"},'
            b'"contained": [{"resourceType": "Patient", "id": "p", "identifier":'
            b'[{"system": "http://electronichealth.se/identifier/personnummer", "value": "189001019801"}]}]}'
        ),
        "personnummer",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gives_one_finding_with_its_place_and_status_1(name, tmp_path, capsysbinary):
    data, rule = BAD[name]
    path = tmp_path / f"{name}.json"
    path.write_bytes(data)
    status, _, err = ran(capsysbinary, "from-fhir", path)
    errors = [line for line in err.splitlines() if ": error:" in line or ": fatal:" in line]
    assert status == 1
    assert len(errors) == 1, err
    assert rule in errors[0]
    assert "Traceback" not in err
    assert "189001019801" not in err


def test_misuse_ends_with_2_and_a_sentence(tmp_path, capsysbinary):
    for words in (["from-fhir", tmp_path / "absent.json"], ["nonsense"], ["to-fhir", "--form", "odd"], []):
        status, _, err = ran(capsysbinary, *words)
        assert status == 2, words
        assert "Traceback" not in err


def test_the_demo_maps_every_story_and_writes_its_files(tmp_path, capsysbinary):
    status, out, _ = ran(capsysbinary, "demo", "--output", tmp_path / "demo")
    stories = sorted(path.parent.name for path in (folder("fixtures") / "stories").glob("*/plan.json"))
    assert status == 0
    assert all(f"\n{story} " in out.decode() for story in stories)
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == stories
    for story in stories:
        assert {path.name for path in (tmp_path / "demo" / story).iterdir()} == {
            "plan.json",
            "bundle.json",
            "bundle.xml",
        }


def test_explain_prints_the_table_of_a_kind(capsysbinary):
    status, out, _ = ran(capsysbinary, "explain", "CarePlan")
    assert status == 0
    assert "CarePlan" in out.decode()
    assert "title" in out.decode()


def test_restore_accounts_for_every_leaf(bundle, capsysbinary):
    status, out, _ = ran(capsysbinary, "restore", bundle, "--each")
    assert status == 0
    assert "yes" in out.decode()
