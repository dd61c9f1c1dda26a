"""What the tests of our profiles share: the packages below ours, and HL7's validator as a second opinion."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

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


@pytest.fixture(scope="session")
def hl7(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, list[dict[str, Any]]]]:
    """HL7's validator: files and packages in, the issues of each file out. Skipped, saying so, where Java or its build is absent."""
    runner = shared / "tools" / "hl7-peer" / "run.sh"
    built = Path(
        os.environ.get("HL7PEER_HOME", Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hl7-peer")
    )
    if shutil.which("java") is None or not (built / "ready").exists():
        pytest.skip("HL7's validator is not built here; run tools/hl7-peer/run.sh of the shared folder once")
    own = pack(tmp_path_factory.mktemp("packed"))

    def validate(files: Iterable[Path], *packages: Path) -> dict[str, list[dict[str, Any]]]:
        loaded = [word for package in (*packages, own) for word in ("--package", package)]
        done = subprocess.run(
            [runner, "check", "--json", *loaded, *files], capture_output=True, text=True, check=False, timeout=900
        )
        outcomes = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        assert outcomes, done.stderr[-2000:]
        return {Path(one["file"]).name: one["outcome"].get("issue", []) for one in outcomes}

    return validate


def place(expression: str) -> str:
    """One spelling of a place: without HL7's comments and slice marks, choices by their bare name."""
    expression = re.sub(r"/\*.*?\*/|\[url='[^']*'\]|\.(?:ofType|as)\(\w+\)", "", expression)
    return re.sub(r"\b(value|performed|occurrence|detail|onset|start)[A-Z]\w*", r"\1", expression).rstrip(".")


def grave(issues: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The errors among HL7's issues."""
    return [issue for issue in issues if issue["severity"] in {"error", "fatal"}]
