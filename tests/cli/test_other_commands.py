"""The commands around packages and validation: what they print and how they end."""

import json

import orjson
import pytest
from lxml import etree

from rehabfhir.cli import main
from rehabfhir.data import folder

OWN = folder("profiles") / "package"
GOOD = {
    "resourceType": "Patient",
    "id": "p",
    "birthDate": "1980-01-01",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'},
}
BAD = {**GOOD, "birthDate": "1980-02-31", "gender": "kvinna"}


@pytest.fixture
def files(tmp_path):
    """A folder with a good and a bad patient."""
    (tmp_path / "bad.json").write_bytes(orjson.dumps(BAD, option=orjson.OPT_INDENT_2))
    (tmp_path / "good.json").write_bytes(orjson.dumps(GOOD, option=orjson.OPT_INDENT_2))
    return tmp_path


def ran(capsysbinary, *words):
    status = main([*map(str, words)])
    out = capsysbinary.readouterr()
    return status, out.out.decode(), out.err.decode()


def test_validate_says_where_and_by_which_rule_and_sums_up(files, capsysbinary):
    status, out, _ = ran(capsysbinary, "validate", files)
    assert status == 1
    assert "Patient.birthDate" in out
    assert "Patient.gender" in out
    assert "9:3" in out
    assert "[binding-required]" in out
    assert "2 validated, 1 valid, 1 invalid: 2 error" in out
    assert "kvinna" not in out


def test_validate_ends_with_0_on_a_valid_resource(files, capsysbinary):
    assert ran(capsysbinary, "validate", files / "good.json")[0] == 0


def test_validate_writes_one_operation_outcome_or_a_bundle_of_them(files, capsysbinary):
    _, out, _ = ran(capsysbinary, "validate", files / "bad.json", "--output", "json")
    assert json.loads(out)["resourceType"] == "OperationOutcome"
    _, out, _ = ran(capsysbinary, "validate", files, "--output", "json")
    assert [entry["resource"]["resourceType"] for entry in json.loads(out)["entry"]] == ["OperationOutcome"] * 2
    _, out, _ = ran(capsysbinary, "validate", files, "--output", "ndjson")
    assert [json.loads(line)["valid"] for line in out.splitlines()] == [False, True]


def test_validate_writes_junit_and_sarif_that_their_readers_understand(files, capsysbinary):
    _, out, _ = ran(capsysbinary, "validate", files, "--output", "junit")
    suite = etree.fromstring(out.encode()).find("testsuite")
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    _, out, _ = ran(capsysbinary, "validate", files, "--output", "sarif")
    run = json.loads(out)["runs"][0]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert {place["artifactLocation"]["uri"] for place in places} == {str(files / "bad.json")}
    assert all(place["region"]["startLine"] > 0 for place in places)
    assert {result["ruleId"] for result in run["results"]} <= {rule["id"] for rule in run["tool"]["driver"]["rules"]}


def test_validate_reads_ndjson_from_its_lines(tmp_path, capsysbinary):
    (tmp_path / "p.ndjson").write_bytes(b"\n".join(map(orjson.dumps, [GOOD, BAD, GOOD])))
    status, out, _ = ran(capsysbinary, "validate", tmp_path / "p.ndjson")
    assert status == 1
    assert "p.ndjson:2\n" in out
    assert "2:36  error" in out


def test_packages_lists_the_embedded_core(capsysbinary):
    status, out, _ = ran(capsysbinary, "packages", "list")
    assert status == 0
    assert "hl7.fhir.r4.core" in out


def test_packages_shows_and_checks_the_librarys_own(capsysbinary):
    status, out, _ = ran(capsysbinary, "packages", "show", OWN, "--canonicals")
    assert status == 0
    assert "StructureDefinition: " in out
    status, out, _ = ran(capsysbinary, "packages", "check", OWN)
    assert "1 checked" in out


def test_a_package_that_is_not_there_is_misuse_with_a_sentence(tmp_path, capsysbinary):
    status, _, err = ran(capsysbinary, "packages", "show", tmp_path / "none.tgz")
    assert status == 2
    assert "none.tgz" in err


@pytest.mark.parametrize(
    "command",
    ["to-fhir", "from-fhir", "explain", "restore", "validate", "packages", "profiles", "terminology", "score", "demo"],
)
def test_every_command_has_a_help_page(command, capsysbinary):
    status, out, _ = ran(capsysbinary, command, "--help")
    assert status == 0
    assert f"rehabfhir {command}" in out


def test_the_top_page_lists_every_command(capsysbinary):
    status, out, _ = ran(capsysbinary, "--help")
    assert status == 0
    assert "from-fhir" in out
    assert "Exit status" in out
    assert ran(capsysbinary, "--version")[1].startswith("rehabfhir ")
