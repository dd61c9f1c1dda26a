"""What the tests of our profiles share: the packages below ours, and HL7's validator as a second opinion."""

import copy
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rehabfhir.cli._broken import Broken, broken
from rehabfhir.cli.profiles import pack

INERA_CARE_PLAN = "https://fhir.inera.se/ig/ehds-tk/StructureDefinition/inera-ehds-care-plan"


@pytest.fixture(scope="session")
def below(shared: Path) -> Path:
    """HL7 Sweden's base package, which ours stands on."""
    return shared / "fhir-packages" / "hl7se.fhir.base-1.1.0.tgz"


@pytest.fixture(scope="session")
def inera(shared: Path) -> Path:
    """Inera's draft package."""
    return shared / "fhir-packages" / "inera.ehds.tk-0.3.2.tgz"


def place(expression: str) -> str:
    """One spelling of a place: without HL7's comments and slice marks, choices by their bare name."""
    expression = re.sub(r"/\*.*?\*/|\[url='[^']*'\]|\.(?:ofType|as)\(\w+\)", "", expression)
    return re.sub(r"\b(value|performed|occurrence|detail|onset|start)[A-Z]\w*", r"\1", expression).rstrip(".")


def grave(issues: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The errors among HL7's issues."""
    return [issue for issue in issues if issue["severity"] in {"error", "fatal"}]


SE_BASE = "http://hl7.se/fhir/ig/base/StructureDefinition/SEBase"
OURS = "https://rehabfhir.org/fhir/StructureDefinition/"
BASED = ("Patient", "Practitioner", "Organization")
"""PractitionerRole is left out: HL7 Sweden's slices of its codes cannot be told apart by any validator; our profile repairs them."""


FAR = f"{OURS}physical-activity-prescription"


def claims(resource: dict[str, Any]) -> list[str]:
    """The profiles that a resource of a story must meet beside those that it names itself."""
    kind = resource["resourceType"]
    if kind in BASED:
        return [SE_BASE + kind]
    if any(each["url"] == FAR and each["valueBoolean"] for each in resource.get("extension", [])):
        return [f"{OURS}rehab-physical-activity-prescription"]
    return []


@pytest.fixture(scope="session")
def stories(root: Path) -> dict[str, dict[str, Any]]:
    found = {
        path.parent.name: json.loads(path.read_bytes())
        for path in sorted((root / "fixtures/stories").glob("*/bundle.json"))
    }
    assert len(found) >= 15
    return found


@pytest.fixture(scope="session")
def claimed(stories: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The stories, every resource naming all profiles that it must meet, Inera's draft aside."""
    held = copy.deepcopy(stories)
    for story in held.values():
        story.setdefault("meta", {})["profile"] = [f"{OURS}rehab-bundle"]
        for entry in story["entry"]:
            meta = entry["resource"].setdefault("meta", {})
            meta["profile"] = list(dict.fromkeys(meta.get("profile", []) + claims(entry["resource"])))
    return held


@pytest.fixture(scope="session")
def drafted(stories: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The stories, every plan naming Inera's draft, which asks for Inera's patient too.

    That patient slices its extensions by profiles of hl7.fhir.uv.extensions.r4 5.3.0-ballot-tc1, which the draft's package does not hold: without that package no validator
    can tell whether a patient's extension is one of them, so patients go without theirs here.
    """
    held = copy.deepcopy(stories)
    for story in held.values():
        for entry in story["entry"]:
            resource = entry["resource"]
            resource.pop("meta", None)
            if resource["resourceType"] == "CarePlan":
                resource["meta"] = {"profile": [INERA_CARE_PLAN]}
            elif resource["resourceType"] == "Patient":
                resource.pop("extension", None)
    return held


@pytest.fixture(scope="session")
def examples(root: Path) -> list[Broken]:
    """The negative examples."""
    return list(broken(root / "fixtures"))


@pytest.fixture(scope="session")
def hl7(
    shared: Path,
    below: Path,
    inera: Path,
    root: Path,
    examples: list[Broken],
    claimed: dict[str, Any],
    drafted: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, list[dict[str, Any]]]:
    """HL7's validator on everything at once, since it starts slowly: file name -> its issues. Skipped, saying so, where it is not built."""
    runner = shared / "tools" / "hl7-peer" / "run.sh"
    built = Path(
        os.environ.get("HL7PEER_HOME", Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hl7-peer")
    )
    if shutil.which("java") is None or not (built / "ready").exists():
        pytest.skip("HL7's validator is not built here; run tools/hl7-peer/run.sh of the shared folder once")
    folder = tmp_path_factory.mktemp("hl7")
    asked = {f"broken-{each.name}": each.resource for each in examples}
    asked |= {f"claimed-{name}": story for name, story in claimed.items()}
    asked |= {f"drafted-{name}": story for name, story in drafted.items()}
    for name, resource in asked.items():
        (folder / f"{name}.json").write_text(json.dumps(resource, ensure_ascii=False), encoding="utf-8")
    files = [*sorted(folder.glob("*.json")), *sorted((root / "profiles" / "package").glob("*-*.json"))]
    loaded = [
        word for package in (below, inera, pack(tmp_path_factory.mktemp("packed"))) for word in ("--package", package)
    ]
    done = subprocess.run(
        [runner, "check", "--json", *loaded, *files], capture_output=True, text=True, check=False, timeout=1800
    )
    outcomes = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(outcomes) == len(files), done.stderr[-2000:]
    return {Path(one["file"]).name: one["outcome"].get("issue", []) for one in outcomes}
