"""Findings in the forms that people and tools read: text, JSON, NDJSON, JUnit, SARIF. No patient data in any."""

from collections import Counter
from collections.abc import Callable
from html import escape
from typing import IO, Any, Protocol

from rehabfhir.findings import SEVERITIES, Issue, Outcome

__all__ = ["REPORTS", "Report"]

_SARIF_LEVEL = {"fatal": "error", "error": "error", "warning": "warning", "information": "note"}


class Report(Protocol):
    """Takes each source's outcome as it comes, and writes it to a stream."""

    def start(self) -> None:
        """Write what stands before the first."""

    def add(self, name: str, outcome: Outcome) -> None:
        """Write one source's findings."""

    def end(self) -> None:
        """Write what stands after the last."""


class _Text:
    def __init__(self, out: IO[str], level: str) -> None:
        self._out = out
        self._shown = SEVERITIES[: SEVERITIES.index(level) + 1]
        self._counts: Counter[str] = Counter()
        self._sources = self._valid = 0

    def start(self) -> None: ...

    def add(self, name: str, outcome: Outcome) -> None:
        self._sources += 1
        self._valid += outcome.ok
        shown = [issue for issue in outcome.issues if issue.severity in self._shown]
        self._counts.update(issue.severity for issue in outcome.issues)
        if shown:
            print(name, file=self._out)
            for issue in shown:
                print(_line(issue), file=self._out)

    def end(self) -> None:
        found = ", ".join(f"{self._counts[each]} {each}" for each in SEVERITIES if self._counts[each]) or "no findings"
        print(
            f"{self._sources} validated, {self._valid} valid, {self._sources - self._valid} invalid: {found}",
            file=self._out,
        )


def _line(issue: Issue) -> str:
    where = f"{issue.line}:{issue.column}" if issue.line is not None else "-"
    rule = f"  [{issue.rule}]" if issue.rule else ""
    profile = (
        f"\n{'':>14}profile {issue.profile}"
        if issue.profile and "/fhir/StructureDefinition/" not in issue.profile[:40]
        else ""
    )
    return f"  {where:>8}  {issue.severity:<11}  {issue.expression}\n{'':>14}{issue.message}{rule}{profile}"


def _quoted(text: str) -> str:
    return f'"{escape(text)}"'


def _dump(tree: Any) -> str:
    import orjson  # noqa: PLC0415 - only the JSON forms need it

    return orjson.dumps(tree).decode()


class _Ndjson:
    """One OperationOutcome a line, its source's name in an extension-free sibling form: {"source", "outcome"}."""

    def __init__(self, out: IO[str], _level: str) -> None:
        self._out = out

    def start(self) -> None: ...

    def add(self, name: str, outcome: Outcome) -> None:
        print(_dump({"source": name, "valid": outcome.ok, "outcome": outcome.to_operation_outcome()}), file=self._out)

    def end(self) -> None: ...


class _Json:
    """One OperationOutcome when there is one source; else a Bundle of them, in the order of the sources."""

    def __init__(self, out: IO[str], _level: str) -> None:
        self._out = out
        self._entries: list[dict[str, Any]] = []

    def start(self) -> None: ...

    def add(self, name: str, outcome: Outcome) -> None:
        self._entries.append(
            {"link": [{"relation": "source", "url": name}], "resource": outcome.to_operation_outcome()}
        )

    def end(self) -> None:
        import orjson  # noqa: PLC0415 - only the JSON forms need it

        one = len(self._entries) == 1
        tree = (
            self._entries[0]["resource"]
            if one
            else {"resourceType": "Bundle", "type": "collection", "entry": self._entries}
        )
        print(orjson.dumps(tree, option=orjson.OPT_INDENT_2).decode(), file=self._out)


class _Junit:
    def __init__(self, out: IO[str], _level: str) -> None:
        self._out = out
        self._cases: list[str] = []
        self._failures = 0

    def start(self) -> None: ...

    def add(self, name: str, outcome: Outcome) -> None:
        errors = [issue for issue in outcome.issues if issue.severity in {"error", "fatal"}]
        if not errors:
            self._cases.append(f'    <testcase classname="rehabfhir.validate" name={_quoted(name)}/>')
            return
        self._failures += 1
        text = "\n".join(str(issue) for issue in errors)
        message = _quoted(f"{len(errors)} error(s)")
        escaped = escape(text, quote=False)
        self._cases.append(
            f'    <testcase classname="rehabfhir.validate" name={_quoted(name)}>\n'
            f"      <failure message={message}>{escaped}</failure>\n    </testcase>",
        )

    def end(self) -> None:
        head = f'<testsuite name="rehabfhir validate" tests="{len(self._cases)}" failures="{self._failures}">'
        body = "\n".join(self._cases)
        print(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n  {head}\n{body}\n  </testsuite>\n</testsuites>',
            file=self._out,
        )


class _Sarif:
    """SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), as code-scanning tools read it."""

    def __init__(self, out: IO[str], _level: str) -> None:
        self._out = out
        self._results: list[dict[str, Any]] = []
        self._rules: dict[str, None] = {}

    def start(self) -> None: ...

    def add(self, name: str, outcome: Outcome) -> None:
        file = name.rsplit(":", 1)[0] if name.rsplit(":", 1)[-1].isdigit() else name
        for issue in outcome.issues:
            rule = issue.rule or issue.code
            self._rules[rule] = None
            place: dict[str, Any] = {"artifactLocation": {"uri": file}}
            if issue.line is not None:
                place["region"] = {"startLine": issue.line, "startColumn": issue.column or 1}
            location: dict[str, Any] = {"physicalLocation": place}
            if issue.expression:
                location["logicalLocations"] = [{"fullyQualifiedName": issue.expression}]
            self._results.append(
                {
                    "ruleId": rule,
                    "level": _SARIF_LEVEL[issue.severity],
                    "message": {"text": issue.message},
                    "locations": [location],
                },
            )

    def end(self) -> None:
        import orjson  # noqa: PLC0415 - only the JSON forms need it

        from rehabfhir import __version__  # noqa: PLC0415

        driver = {"name": "rehabfhir", "version": __version__, "rules": [{"id": rule} for rule in self._rules]}
        log = {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": self._results}],
        }
        print(orjson.dumps(log, option=orjson.OPT_INDENT_2).decode(), file=self._out)


REPORTS: dict[str, Callable[[IO[str], str], Report]] = {
    "text": _Text,
    "json": _Json,
    "ndjson": _Ndjson,
    "junit": _Junit,
    "sarif": _Sarif,
}
