"""FHIRPath: microseconds an evaluation and compilations a second, ours beside fhirpathpy and (on Node) fhirpath.js.

    python benchmarks/fhirpath.py [--node FOLDER]

`--node` names a folder where `npm install fhirpath` was run. Peers are warm and get the expression compiled where they
can; rounds alternate, the best of each counts. fhirpathpy is timed when it is installed.
"""

import argparse
import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rehabfhir.fhirpath import Env, compile_expression
from rehabfhir.fhirpath.expression import Expression

try:
    import fhirpathpy
    from fhirpathpy.models import models
except ImportError:
    fhirpathpy = None

ROUNDS = 5
SECONDS = 0.15

DETAIL = {"status": "in-progress", "code": {"text": "Gångträning"}, "scheduledPeriod": {"start": "2026-01-08"}}
PLAN = {
    "resourceType": "CarePlan",
    "id": "plan",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Plan</div>'},
    "contained": [
        {
            "resourceType": "Goal",
            "id": "goal",
            "lifecycleStatus": "active",
            "description": {"text": "Gå 500 meter"},
            "subject": {"reference": "Patient/1"},
        },
    ],
    "status": "active",
    "intent": "plan",
    "category": [{"coding": [{"system": "http://snomed.info/sct", "code": "736252007"}]}],
    "subject": {"reference": "Patient/1"},
    "period": {"start": "2026-01-07", "end": "2026-04-30"},
    "goal": [{"reference": "#goal"}],
    "activity": [{"detail": DETAIL} for _ in range(8)],
}
CONDITION = {
    "resourceType": "Condition",
    "verificationStatus": {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"}]
    },
    "clinicalStatus": {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
    },
    "subject": {"reference": "Patient/1"},
}
DOM_3 = (
    "contained.where((('#'+id in (%resource.descendants().reference | %resource.descendants().as(canonical) | "
    "%resource.descendants().as(uri) | %resource.descendants().as(url))) or descendants().where(reference = '#').exists() or "
    "descendants().where(as(canonical) = '#').exists() or descendants().where(as(canonical) = '#').exists()).not())"
    ".trace('unmatched', id).empty()"
)
CON_5 = (
    "verificationStatus.coding.where(system='http://terminology.hl7.org/CodeSystem/condition-ver-status' and "
    "code='entered-in-error').empty() or clinicalStatus.empty()"
)
Row = tuple[str, str, str, Any]
ROWS: list[Row] = [
    ("cpl-3", "CarePlan.activity", "detail.empty() or reference.empty()", PLAN["activity"][0]),
    (
        "qrs-1",
        "QuestionnaireResponse.item",
        "(answer.exists() and item.exists()).not()",
        {"linkId": "1", "answer": [{"valueInteger": 3}]},
    ),
    ("per-1", "Period", "start.hasValue().not() or end.hasValue().not() or (start <= end)", PLAN["period"]),
    ("ele-1", "Coding", "hasValue() or (children().count() > id.count())", PLAN["category"][0]["coding"][0]),
    ("ext-1", "Extension", "extension.exists() != value.exists()", {"url": "http://example.org/x", "valueString": "a"}),
    ("con-5", "Condition", CON_5, CONDITION),
    ("dom-2", "CarePlan", "contained.contained.empty()", PLAN),
    ("dom-6", "CarePlan", "text.`div`.exists()", PLAN),
    ("dom-3", "CarePlan", DOM_3, PLAN),
    ("path", "CarePlan", "activity.detail.where(status = 'in-progress').code.text", PLAN),
]


def per_call(action: Callable[[], Any]) -> float:
    """Microseconds a call, over about `SECONDS`."""
    count, spent = 1, 0.0
    while spent < SECONDS / 3:
        count *= 2
        start = time.perf_counter()
        for _ in range(count):
            action()
        spent = time.perf_counter() - start
    return spent / count * 1e6


def ours(row: Row) -> Callable[[], Any]:
    _, type_name, text, focus = row
    expression = compile_expression(text, type=type_name)
    env = Env(resource=focus if "resourceType" in focus else PLAN)
    return (lambda: expression.evaluate(focus, env)) if row[0] == "path" else (lambda: expression.test(focus, env))


def ours_general(row: Row) -> Callable[[], Any]:
    _, type_name, text, focus = row
    expression = compile_expression(text, type=type_name)
    env = Env(resource=focus if "resourceType" in focus else PLAN)
    return lambda: expression.items(focus, env)


def peer(row: Row) -> Callable[[], Any] | None:
    if fhirpathpy is None:
        return None
    _, _, text, focus = row
    compiled = fhirpathpy.compile(text, models["r4"])
    return lambda: compiled(focus, {"resource": focus})


NODE = """
const fhirpath = require('fhirpath'), r4 = require('fhirpath/fhir-context/r4');
const rows = JSON.parse(require('fs').readFileSync(0));
const out = rows.map(([text, base, focus]) => {
  let run;
  try {
    const compiled = fhirpath.compile({base, expression: text}, r4);
    run = () => compiled(focus, {resource: focus});
    run();
  } catch (error) { return null; }
  for (let i = 0; i < 2000; i++) run();
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const count = 2000, start = process.hrtime.bigint();
    for (let i = 0; i < count; i++) run();
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1000 / count);
  }
  return best;
});
console.log(JSON.stringify(out));
"""


def on_node(folder: Path) -> list[float | None]:
    rows = [[text, type_name, focus] for _, type_name, text, focus in ROWS]
    done = subprocess.run(
        ["node", "-e", NODE], input=json.dumps(rows), capture_output=True, text=True, cwd=folder, check=True
    )
    return list(json.loads(done.stdout))


def best(action: Callable[[], Any] | None) -> float | None:
    if action is None:
        return None
    try:
        action()
    except Exception:  # noqa: BLE001 - a peer that cannot evaluate a row is shown as such
        return None
    return min(per_call(action) for _ in range(ROUNDS))


def shown(value: float | None) -> str:
    return "raises" if value is None else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def compiled_per_second(action: Callable[[], Any]) -> int:
    return round(1e6 / min(per_call(action) for _ in range(ROUNDS)))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--node", type=Path, help="folder with node_modules/fhirpath")
    given = arguments.parse_args()
    javascript = on_node(given.node) if given.node else [None] * len(ROWS)
    print("| constraint | ours, test | ours, general | fhirpathpy | fhirpath.js |")
    print("|---|---|---|---|---|")
    for row, script in zip(ROWS, javascript, strict=True):
        last = shown(script) if given.node else "–"
        print(
            f"| {row[0]} | {shown(best(ours(row)))} | {shown(best(ours_general(row)))} | {shown(best(peer(row)))} | {last} |"
        )
    text = ROWS[0][2]
    print(
        f"\ncompilations a second: ours {compiled_per_second(lambda: Expression(text, 'CarePlan.activity', strict=False))}",
        end="",
    )
    if fhirpathpy is not None:
        print(f", fhirpathpy {compiled_per_second(lambda: fhirpathpy.compile(text, models['r4']))}", end="")
    print()


if __name__ == "__main__":
    main()
