"""Our profiles at work: every story must pass, every negative example must be found by its rule, at its place, and by no other."""

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rehabfhir.cli._broken import Broken, broken

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rehabfhir.findings import Issue
    from rehabfhir.validation import Validator

__all__ = ["check", "missed", "own_validator"]

_CHOICE = re.compile(r"\.ofType\((\w)(\w*)\)")


def own_validator(packages: list[str]) -> "Validator":
    """A validator with our package and `packages`."""
    from rehabfhir.data import folder  # noqa: PLC0415 - heavy, and only for this command
    from rehabfhir.validation import Validator  # noqa: PLC0415

    return Validator(packages=[*packages, folder("profiles") / "package"])


def missed(validator: "Validator", example: Broken) -> list["Issue"] | None:
    """None when `example` is found by its rule, at its place, and by no other; else all that was found instead.

    A warning is a finding of one rule as well, as long as there is no error beside it.
    """
    issues = validator.validate(example.resource).issues
    grave = [issue for issue in issues if issue.severity in {"error", "fatal"}]
    named = [issue for issue in issues if issue.severity == "warning" and issue.rule == example.rule]
    found = grave if example.severity == "error" else grave + named
    wanted = {(example.severity, example.rule, _same(example.place))}
    return None if {(issue.severity, issue.rule, _same(issue.expression)) for issue in found} == wanted else found


def check(packages: list[str]) -> int:
    """Print the table and give back the command's status: 1 when a story fails or a negative example is missed."""
    from rehabfhir.data import folder  # noqa: PLC0415 - as above

    fixtures = folder("fixtures")
    validator = own_validator(packages)
    status = 0
    for story in sorted((fixtures / "stories").glob("*/bundle.json")):
        outcome = validator.validate(story.read_bytes())
        status = status if outcome.ok else 1
        print(f"{'valid' if outcome.ok else 'INVALID':<8} {story.parent.name}")
        _print(issue for issue in outcome.issues if issue.severity in {"error", "fatal"})
    return max(status, _check_broken(validator, fixtures))


def _check_broken(validator: "Validator", fixtures: Path) -> int:
    total: Counter[tuple[str, str]] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    misses: list[tuple[Broken, list[Issue]]] = []
    for example in broken(fixtures):
        key = (example.rule, example.severity)
        total[key] += 1
        instead = missed(validator, example)
        if instead is None:
            found[key] += 1
        else:
            misses.append((example, instead))
    width = max(len(rule) for rule, _ in total)
    print(f"\n{'rule':<{width}}  severity  examples  found by it alone, in place")
    for (rule, severity), count in sorted(total.items()):
        print(f"{rule:<{width}}  {severity:<8}  {count:>8}  {found[rule, severity]:>8}")
    print(f"{'all':<{width}}  {'':<8}  {total.total():>8}  {found.total():>8}")
    for example, instead in misses:
        print(f"\n{example.name}: wanted {example.rule} at {example.place}; found")
        _print(instead)
    return 1 if misses else 0


def _print(issues: "Iterable[Issue]") -> None:
    for issue in issues:
        print(f"    {issue}")


def _same(expression: str) -> str:
    """One spelling of a choice: ``value.ofType(Coding)`` as ``valueCoding``."""
    return _CHOICE.sub(lambda match: match[1].upper() + match[2], expression)
