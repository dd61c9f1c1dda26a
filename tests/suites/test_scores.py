"""Published suites, scored with the third-party scorer beside them; the floors only go up.

Every case runs through `tests.suites.hl7_validator.check`. The suites lie outside the project; without them the tests skip.
"""

import argparse
import importlib.util
import os
from pathlib import Path

import pytest

from tests.suites.hl7_validator import check

SHARED = Path(os.environ.get("REHABFHIR_SHARED", Path(__file__).parents[3] / "shared"))
_SCORER = SHARED / "tools" / "score_suite.py"

pytestmark = pytest.mark.skipif(not _SCORER.is_file(), reason=f"no suites at {SHARED} (set REHABFHIR_SHARED)")

_FLOORS = {
    "hl7-validator": {"verdict": 96.5, "found": 95.0, "clean": 97.0, "exact": 89.0},
    "official-examples": {"verdict": 99.5, "found": 99.0, "clean": 99.5, "exact": 99.5},
    "mutants/core-1": {"verdict": 99.5, "found": 99.0, "clean": 99.5, "exact": 98.5},
    "mutants/core-2": {"verdict": 99.5, "found": 98.5, "clean": 99.5, "exact": 98.5},
    "mutants/dk-3": {"verdict": 99.0, "found": 99.0, "clean": 98.5, "exact": 97.5},
    "mutants/se-4": {"verdict": 99.5, "found": 99.0, "clean": 99.0, "exact": 99.0},
    "national/dk": {"verdict": 99.5, "found": 99.5, "clean": 99.5, "exact": 99.5},
    "national/se": {"verdict": 99.5, "found": 0.0, "clean": 99.5, "exact": 99.5},
    "national/no": {"verdict": 99.5, "found": 99.5, "clean": 99.5, "exact": 99.5},
}
"""Per cent. Verdict: valid or invalid as HL7 says; found: of the invalid, those called so at a place that HL7 names;
clean: of the valid, those left alone; exact: the set of places with errors is HL7's."""


def scorer():
    spec = importlib.util.spec_from_file_location("score_suite", _SCORER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _score(name):
    tool = scorer()
    suite = str(SHARED / "suites" / name)
    data = tool.load_json(Path(suite) / "cases_r4.json")
    wanted = argparse.Namespace(formats="json,xml", allow="", modules="", modes="base,profile", names="")
    tally, crashes = tool.Tally(), []
    normal = tool.Normaliser(data["choiceBases"])
    for case in tool.select(data["cases"], wanted):
        try:
            issues = tool.issues_of(check(tool.absolute(case, suite)))
        except Exception as error:  # noqa: BLE001 - any crash is a miss, and named
            issues, _ = None, crashes.append(f"{case['id']}: {type(error).__name__}: {error}")
        tool.score_case(case, issues, normal, (tally,), loose=False)
    invalid, valid = tally.tp + tally.fn, tally.tn + tally.fp
    scores = {
        "verdict": 100 * (tally.tp + tally.tn) / tally.n,
        "found": 100 * (tally.reason - tally.tn) / max(1, invalid),
        "clean": 100 * tally.tn / max(1, valid),
        "exact": 100 * tally.loc / tally.n,
    }
    return scores, crashes


@pytest.mark.slow
@pytest.mark.parametrize("name", _FLOORS)
def test_the_suite_is_answered_as_hl7_answers_it(name):
    scores, crashes = _score(name)
    assert not crashes
    below = {key: (round(scores[key], 1), floor) for key, floor in _FLOORS[name].items() if scores[key] < floor}
    assert not below, f"{name}: (score, floor) {below}"
