"""The codes that a file uses: which systems, which codes, and what is to be said of each on the day of its procedure.

Works on FHIR trees and on domain JSON alike: a coding is an object with ``system`` and ``code`` in both, and the day is
the nearest one around it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rehabfhir.findings import Issue, Severity
from rehabfhir.terminology.answers import Answer
from rehabfhir.terminology.builtin import built_in
from rehabfhir.terminology.kva import Kva, Status
from rehabfhir.terminology.systems import recognise

__all__ = ["Use", "check_kva", "check_tree"]

# The day of what was done or is meant to be done, best first: FHIR's names, then the domain's.
_DAYS = (
    "performedDateTime",
    "performedPeriod",
    "occurrenceDateTime",
    "occurrencePeriod",
    "effectiveDateTime",
    "effectivePeriod",
    "performed_at",
    "performed_period",
    "scheduled_period",
    "period",
    "authoredOn",
    "authored",
    "created",
    "recorded",
)
_SEVERITY: dict[Status, Severity] = {
    "reportable": "information",
    "heading": "error",
    "outdated": "error",
    "not-yet": "error",
    "unknown": "error",
    "not-kva": "warning",
    "cannot-tell": "warning",
}


@dataclass(frozen=True, slots=True)
class Use:
    """One code where it stands.

    Attributes:
        code: the code as written.
        system: short name of the system that was recognised, or the system as written.
        expression: where it stands.
        day: the day that counts for it, if one was found.
        status: what KVÅ's lists say (`rehabfhir.terminology.kva.KvaCheck`), or ``ok``, ``wrong``, ``cannot-tell`` for others.
        title: the code's title, where it is known.
        successor: the code to use instead, if there is one.
        issues: the findings; an empty tuple when all is well.
    """

    code: str
    system: str
    expression: str
    day: date | None
    status: str
    title: str = ""
    successor: str | None = None
    issues: tuple[Issue, ...] = ()


def _day(node: dict[str, Any]) -> date | None:
    for name in _DAYS:
        value = node.get(name)
        if isinstance(value, dict):
            value = value.get("start") or value.get("end")
        if isinstance(value, str):
            found = _parsed(value)
            if found is not None:
                return found
    return None


def _parsed(text: str) -> date | None:
    """The first day of a FHIR date or dateTime."""
    parts = [*text[:10].split("-"), "1", "1"]
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return None


def check_kva(kva: Kva, code: str, day: date | None = None, expression: str = "") -> Use:
    """What is to be said of one KVÅ code."""
    found = kva.check(code, day)
    issues: tuple[Issue, ...] = ()
    if found.status != "reportable":
        issue = Issue(
            _SEVERITY[found.status],
            "code-invalid",
            f"KVÅ: {found.message}",
            expression,
            rule=f"kva-{found.status}",
            value=code,
        )
        issues = (issue,)
    title = found.known.title if found.known else ""
    return Use(code, "kva", expression, day, found.status, title, found.successor, issues)


def check_tree(tree: Any, kva: Kva, day: date | None = None) -> Iterator[Use]:
    """Every code of a recognised system in a FHIR resource or a domain value, in document order.

    Args:
        tree: the resource or value.
        kva: the lists of KVÅ.
        day: the day for codes that have none around them.
    """
    name = tree.get("resourceType") if isinstance(tree, dict) else None
    found: list[tuple[Use, int]] = []
    events: list[str] = []  # where each procedure stands; a use belongs to the innermost one around it
    stack: list[tuple[Any, str, date | None, int]] = [(tree, str(name or ""), day, -1)]
    while stack:  # a stack, not recursion: nesting may be deeper than Python's
        node, at, around, event = stack.pop()
        if isinstance(node, list):
            stack += [(entry, f"{at}[{number}]", around, event) for number, entry in reversed(list(enumerate(node)))]
            continue
        if not isinstance(node, dict):
            continue
        around = _day(node) or around
        if _is_event(node):
            events.append(at)
            event = len(events) - 1
        system, code = node.get("system"), node.get("code")
        if isinstance(system, str) and isinstance(code, str):
            use = _coding(system, code, at, around, kva)
            if use is not None:
                found.append((use, event))
        inside = [(key, value) for key, value in node.items() if isinstance(value, dict | list)]
        stack += [(value, f"{at}.{key}" if at else str(key), around, event) for key, value in reversed(inside)]
    yield from _exclusive(found, events, kva)


def _is_event(node: dict[str, Any]) -> bool:
    """One procedure: FHIR's, or the domain's."""
    return node.get("resourceType") == "Procedure" or ("patient" in node and "code" in node and "performed_at" in node)


def _exclusive(found: list[tuple[Use, int]], events: list[str], kva: Kva) -> Iterator[Use]:
    """The same uses, with a finding on the first code of every pair of one procedure that must not stand together."""
    codes: dict[int, list[str]] = {}
    for use, event in found:
        if event >= 0 and use.system == "kva":
            codes.setdefault(event, []).append(use.code)
    pairs = {event: kva.exclusive(listed) for event, listed in codes.items()}
    for use, event in found:
        clashes = tuple(
            Issue(
                "error",
                "business-rule",
                f"KVÅ: {first} and {second} must not stand together: {reason}",
                events[event],
                rule="kva-exclusive",
            )
            for first, second, reason in pairs.get(event, ())
            if use.system == "kva" and use.code == first
        )
        yield replace(use, issues=use.issues + clashes) if clashes else use


def _coding(system: str, code: str, at: str, day: date | None, kva: Kva) -> Use | None:
    known = recognise(system, code)
    if known is not None and known.system.key == "kva":
        use = check_kva(kva, code, day, at)
    else:
        if known is None and not system.startswith(
            ("http://snomed.info", "http://loinc.org", "http://unitsofmeasure.org")
        ):
            return None
        rules = built_in(known.system.uri if known else system)
        if rules is None:
            use = Use(code, known.system.key if known else system, at, day, "cannot-tell")
        else:
            answer = rules.lookup(code)
            status = {Answer.IN: "ok", Answer.NOT_IN: "wrong", Answer.CANNOT_TELL: "cannot-tell"}[answer.answer]
            issues = (
                (Issue("error", "code-invalid", answer.reason, at, rule="code-wrong", value=code),)
                if status == "wrong"
                else ()
            )
            use = Use(code, known.system.key if known else system, at, day, status, issues=issues)
    if known is not None and known.wrong is not None:
        message = f"the code system's identifier is {known.wrong}; write {known.system.uri}"
        use = replace(
            use,
            issues=(*use.issues, Issue("warning", "value", message, f"{at}.system", rule="system-wrong", value=system)),
        )
    return use
