"""The package as a whole: its public names, what importing it costs, what it ships."""

import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata

import pytest

import rehabfhir
from rehabfhir.data import folder
from rehabfhir.errors import MissingDataError, NotOneValueError
from rehabfhir.findings import Issue, Outcome
from rehabfhir.model import vocabulary


def test_every_public_name_is_there_and_documented():
    for name in rehabfhir.__all__:
        value = getattr(rehabfhir, name)
        assert name == "__version__" or value.__doc__, name
    assert dir(rehabfhir) == rehabfhir.__all__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = rehabfhir.nonsense


def test_the_version_is_the_one_that_is_installed():
    assert rehabfhir.__version__ == metadata.version("rehabfhir")


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, rehabfhir; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"pydantic", "lxml", "requests", "orjson", "stdnum", "hypothesis", "fhir.resources", "zipfile", "tomllib"}
    assert not heavy & set(loaded)


def test_every_data_folder_is_found_and_a_missing_one_is_named():
    for name in ("profiles", "mappings", "fixtures"):
        assert any(folder(name).iterdir())
    with pytest.raises(MissingDataError, match="'nothing'"):
        folder("nothing")


def test_the_readme_has_two_commands_of_one_line_each(root):
    text = (root / "README.md").read_text()
    start = text.split("## Quick start")[1].split("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", start, re.DOTALL)
    assert [block.count("\n") for block in blocks] == [1, 1]


def test_an_outcome_with_one_value_gives_it_and_with_others_says_how_many():
    assert Outcome(values=("x",)).value == "x"
    for values in ((), ("x", "y")):
        with pytest.raises(NotOneValueError) as error:
            _ = Outcome(values=values).value
        assert error.value.count == len(values)


def test_an_issue_never_shows_its_value():
    issue = Issue("error", "value", "no such date", "CarePlan.created", 3, 7, "date", "http://p", value="191212121212")
    outcome = Outcome((issue,)).to_operation_outcome()
    assert "191212121212" not in f"{issue}{issue!r}{outcome}"
    assert outcome["issue"][0]["expression"] == ["CarePlan.created"]
    assert {entry["url"].rsplit("-", 1)[-1] for entry in outcome["issue"][0]["extension"]} == {
        "line",
        "col",
        "id",
        "source",
    }


def test_an_outcome_without_issues_says_that_all_is_well():
    tree = Outcome().to_operation_outcome()
    assert [issue["severity"] for issue in tree["issue"]] == ["information"]


@pytest.mark.parametrize(
    ("severity", "ok"), [("fatal", False), ("error", False), ("warning", True), ("information", True)]
)
def test_only_errors_make_an_outcome_bad(severity, ok):
    assert Outcome((Issue(severity, "value", "text"),)).ok is ok


def test_the_canonical_base_is_the_same_wherever_it_is_stated(root):
    base = vocabulary.BASE
    names = (root / "mappings" / "names.toml").read_text(encoding="utf-8")
    manifest = json.loads((root / "profiles" / "package" / "package.json").read_bytes())
    assert tomllib.loads(names)["extension_base"] == base
    assert set(re.findall(r"https://rehabfhir[^/\"]*/fhir", names)) == {base}
    assert manifest["canonical"] == base
    assert f"canonical: {base}\n" in (root / "profiles" / "sushi-config.yaml").read_text(encoding="utf-8")
