"""`rehabfhir terminology` on the command line."""

import json
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rehabfhir.cli import main
from rehabfhir.terminology.kva import Kva, catalogue
from rehabfhir.terminology.kva_store import embedded
from rehabfhir.terminology.usage import check_tree

from .workbooks import published

KVA = "urn:oid:1.2.752.116.1.3.2.1.4"
KNOWN = Kva(embedded())


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("REHABFHIR_DATA", str(tmp_path / "data"))
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()


def procedure(*codes, day="2026-03-01", system=KVA):
    return {
        "resourceType": "Procedure",
        "status": "completed",
        "code": {"coding": [{"system": system, "code": code} for code in codes]},
        "subject": {"display": "-"},
        "performedDateTime": day,
    }


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("AW020", 0, "Upprättande av rehabiliteringsplan"),
        ("PD000", 1, "heading"),
        ("DV093", 1, "use AW020  Upprättande av rehabiliteringsplan"),
        ("QAA10", 1, "cannot-tell"),
        ("nonsense", 1, "not-kva"),
    ],
)
def test_lookup_says_what_a_code_is_and_ends_with_0_only_when_it_may_be_reported(code, status, said, capsys):
    assert main(["terminology", "lookup", code]) == status
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("system", "code", "status", "said"),
    [
        ("http://unitsofmeasure.org", "mg/dL", 0, "in the code system"),
        ("http://unitsofmeasure.org", "mmHg", 1, "not a UCUM unit"),
        ("kv-kon", "2", 0, "Kvinna"),
        ("1.2.752.116.1.3.2.3.5", "AW020", 0, "urn:oid:1.2.752.116.1.3.2.1.4"),
        ("http://hl7.org/fhir/request-status", "active", 0, "Active"),
        ("snomed", "736055002", 1, "check digit"),
        ("http://example.org/cs", "x", 1, "cannot-tell: code system http://example.org/cs is not loaded"),
    ],
)
def test_lookup_in_another_system(system, code, status, said, capsys):
    assert main(["terminology", "lookup", code, "--system", system]) == status
    assert said in capsys.readouterr().out


def test_lookup_minds_the_day():
    assert main(["terminology", "lookup", "DV093", "--on", "2020-05-01"]) == 0
    assert main(["terminology", "lookup", "DV093", "--on", "2021-05-01"]) == 1
    assert main(["terminology", "lookup", "DV093", "--on", "yesterday"]) == 2


def test_lookup_in_json_is_one_object(capsys):
    main(["terminology", "lookup", "DV093", "--output", "json"])
    found = json.loads(capsys.readouterr().out)
    assert (found["status"], found["successor"], found["title"]) == (
        "outdated",
        "AW020",
        "Upprättande av rehabiliteringsplan",
    )


def test_check_finds_headings_outdated_codes_and_never_blames_what_the_subset_lacks(tmp_path, capsys):
    file = tmp_path / "codes.txt"
    file.write_text("DV093\nQAA10\nPD000\nVG-77\n# a remark\nAW020\n", encoding="utf-8")
    assert main(["terminology", "check", str(file), "--output", "json"]) == 1
    found = {use["code"]: use for use in json.loads(capsys.readouterr().out)}
    assert {code: use["status"] for code, use in found.items()} == {
        "DV093": "outdated",
        "QAA10": "cannot-tell",
        "PD000": "heading",
        "VG-77": "not-kva",
        "AW020": "reportable",
    }
    assert {use["code"] for use in found.values() for issue in use["issues"] if issue["severity"] == "error"} == {
        "DV093",
        "PD000",
    }


def test_check_minds_the_day_of_each_procedure(tmp_path, capsys):
    file = tmp_path / "p.ndjson"
    lines = [procedure("DV093", day="2020-03-01"), procedure("DV093", day="2022-03-01"), procedure("AW020", day="2019")]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert main(["terminology", "check", str(file), "--output", "json"]) == 1
    assert [use["status"] for use in json.loads(capsys.readouterr().out)] == ["reportable", "outdated", "not-yet"]


def test_check_finds_codes_that_exclude_each_other(tmp_path, capsys):
    file = tmp_path / "p.json"
    file.write_text(json.dumps(procedure("AW005", "DV200")), encoding="utf-8")
    assert main(["terminology", "check", str(file)]) == 1
    assert "AW005 and DV200 must not stand together" in capsys.readouterr().out


def test_check_recognises_a_typo_in_a_system_and_a_bad_check_digit(tmp_path, capsys):
    tree = procedure("AW020")
    tree["performer"] = [{"function": {"coding": [{"system": "urn:oid:1.2.759.129.2.2.1.4", "code": "1"}]}}]
    tree["reasonCode"] = [{"coding": [{"system": "http://snomed.info/sct", "code": "736055002"}]}]
    file = tmp_path / "p.json"
    file.write_text(json.dumps(tree), encoding="utf-8")
    assert main(["terminology", "check", str(file), "--output", "json"]) == 1
    rules = {issue["rule"] for use in json.loads(capsys.readouterr().out) for issue in use["issues"]}
    assert rules == {"system-wrong", "code-wrong"}


def test_check_reads_domain_json_too(tmp_path, capsys):
    tree = {
        "patient": {},
        "performed_at": "2022-01-01",
        "code": {"codings": [{"system": KVA, "code": "DV093"}]},
        "additional_codes": [],
    }
    file = tmp_path / "domain.json"
    file.write_text(json.dumps(tree), encoding="utf-8")
    assert main(["terminology", "check", str(file)]) == 1
    assert "outdated" in capsys.readouterr().out


def test_check_of_a_broken_file_is_a_finding_and_not_a_crash(tmp_path):
    file = tmp_path / "broken.json"
    file.write_text('{"resourceType": ', encoding="utf-8")
    assert main(["terminology", "check", str(file)]) == 1
    assert main(["terminology", "check", str(tmp_path / "absent.json")]) == 2


def test_an_imported_workbook_is_known_from_then_on(tmp_path, capsys):
    path = published(tmp_path / "kva-2026.xlsx", {"AW020": "Upprättande av rehabiliteringsplan (i)", "AB777": "Ny kod"})
    assert main(["terminology", "lookup", "AB777"]) == 1
    assert main(["terminology", "import", str(path)]) == 0
    assert "2 codes (0 KKÅ, 2 KMÅ, 0 others) of KVÅ 2026" in capsys.readouterr().out
    assert main(["terminology", "lookup", "AB777"]) == 0
    assert main(["terminology", "lookup", "ZZ999"]) == 1
    assert "unknown: the edition of 2026 has no such code" in capsys.readouterr().out
    assert main(["terminology", "list"]) == 0
    assert "kva-2026.xlsx" in capsys.readouterr().out


def test_an_import_that_cannot_be_read_is_misuse(tmp_path, capsys):
    file = tmp_path / "kva-2026.xlsx"
    file.write_bytes(b"PK\x03\x04rubbish")
    assert main(["terminology", "import", str(file)]) == 2
    assert "not a workbook" in capsys.readouterr().err


def test_search_prints_codes_and_titles(capsys):
    assert main(["terminology", "search", "rehabiliteringsplan", "uppföljning"]) == 0
    assert capsys.readouterr().out.startswith("AW011  Uppföljning av rehabiliteringsplan")
    assert main(["terminology", "search", "nosuchword"]) == 1


def test_check_goes_as_deep_as_a_file_does():
    tree = {"code": {"coding": [{"system": KVA, "code": "PD000"}]}}
    for _ in range(5_000):
        tree = {"item": [tree]}
    (found,) = check_tree(tree, catalogue())
    assert found.status == "heading"


def test_each_use_says_where_it_stands_in_document_order():
    tree = {
        "resourceType": "Bundle",
        "entry": [{"resource": procedure("XS007", "XS008")}, {"resource": procedure("XS008")}],
    }
    found = list(check_tree(tree, catalogue()))
    assert [use.expression for use in found] == [
        f"Bundle.entry[{entry}].resource.code.coding[{coding}]" for entry, coding in ((0, 0), (0, 1), (1, 0))
    ]
    assert [issue.expression for use in found for issue in use.issues] == ["Bundle.entry[0].resource"]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # the folder is set once, and nothing is written to it
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=4)
        | st.sampled_from([KVA, "DV093", "2020-13-45", "Procedure", "http://loinc.org"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "system",
                        "code",
                        "resourceType",
                        "performedDateTime",
                        "performedPeriod",
                        "start",
                        "patient",
                        "performed_at",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_no_tree_crashes_a_check(tree):
    assert isinstance(list(check_tree(tree, KNOWN)), list)


def test_the_help_page_imports_nothing_heavy():
    code = "import sys; from rehabfhir.cli import main; main(['terminology', '--help']); print([m for m in ('lxml', 'pydantic', 'requests', 'orjson') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.rstrip().endswith("[]")
