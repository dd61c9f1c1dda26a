"""Print the tables of docs/conformance.md: `REHABFHIR_SHARED=… python scripts/conformance_tables.py [SUITE...]`."""

import argparse
import collections
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.suites import test_scores  # noqa: E402 - the root must be on the path first
from tests.suites.hl7_validator import check  # noqa: E402

SUITES = (
    "hl7-validator", "official-examples", "mutants/core-1", "mutants/core-2", "mutants/dk-3", "mutants/se-4",
    "national/dk", "national/se", "national/no",
)  # fmt: skip
HEAD = "| {} | n | verdict | found | clean | exact places |\n|---|---|---|---|---|---|"


def row(label, tally):
    invalid, valid = tally.tp + tally.fn, tally.tn + tally.fp
    parts = (
        (tally.tp + tally.tn, tally.n), (tally.reason - tally.tn, invalid), (tally.tn, valid), (tally.loc, tally.n)
    )  # fmt: skip
    cells = " | ".join(f"{100 * count / of:.1f}" if of else "–" for count, of in parts)
    return f"| {label} | {tally.n} | {cells} |"


def score(name):
    scorer = test_scores.scorer()
    suite = str(test_scores.SHARED / "suites" / name)
    data = scorer.load_json(Path(suite) / "cases_r4.json")
    wanted = argparse.Namespace(formats="json,xml", allow="", modules="", modes="base,profile", names="")
    total, parts = scorer.Tally(), collections.defaultdict(scorer.Tally)
    normal = scorer.Normaliser(data["choiceBases"])
    for case in scorer.select(data["cases"], wanted):
        issues = scorer.issues_of(check(scorer.absolute(case, suite)))
        scorer.score_case(case, issues, normal, (total, parts[case["module"]]), loose=False)
    return total, parts


def main():
    names = sys.argv[1:] or SUITES
    totals, modules, ways = {}, {}, collections.Counter()
    by_way = {}
    for name in names:
        totals[name], parts = score(name)
        if name == "hl7-validator":
            modules = parts
        if name.startswith("mutants"):
            for way, tally in parts.items():
                ways[way] += tally.n
                kept = by_way.setdefault(way, test_scores.scorer().Tally())
                for field in ("n", "tp", "tn", "fp", "fn", "reason", "loc"):
                    setattr(kept, field, getattr(kept, field) + getattr(tally, field))
    print(HEAD.format("suite"))
    for name, tally in totals.items():
        print(row(name, tally))
    if modules:
        print("\n" + HEAD.format("module"))
        for name, tally in sorted(modules.items(), key=lambda each: -each[1].n):
            print(row(name, tally))
    if by_way:
        print("\n" + HEAD.format("way of breaking"))
        for name, _ in ways.most_common():
            print(row(name, by_way[name]))
    if "REHABFHIR_SHARED" not in os.environ:
        print(f"\n(suites from {test_scores.SHARED})")


if __name__ == "__main__":
    main()
