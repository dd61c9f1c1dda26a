"""Findings about data, as values: `Issue`, and `Outcome`, which gathers the issues of one source.

An `Issue` names the place and the rule, never the patient's data: what was found stays in `value`,
which `repr`, `str` and `to_operation_outcome` leave out. Severities and codes are FHIR's own
(https://hl7.org/fhir/R4/valueset-issue-severity.html, https://hl7.org/fhir/R4/valueset-issue-type.html).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from rehabfhir.errors import NotOneValueError

if TYPE_CHECKING:
    from rehabfhir.mapping import Loss, Rest

__all__ = ["SEVERITIES", "Issue", "Outcome", "Severity", "operation_outcome"]

Severity = Literal["fatal", "error", "warning", "information"]
SEVERITIES: tuple[Severity, ...] = ("fatal", "error", "warning", "information")

_LINE = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line"
_COLUMN = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-col"
_RULE = "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id"
_SOURCE = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-source"


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding: how bad, what kind, where, by which rule.

    Attributes:
        severity: fatal, error, warning or information.
        code: FHIR issue type, for instance ``structure``, ``required``, ``value``, ``invariant``, ``code-invalid``.
        message: what was found, what was expected, what to do. Never patient data.
        expression: FHIRPath of the place with indexes, for instance ``CarePlan.activity[1].detail.status``;
            empty when the source could not be read as far as a tree.
        line: line in the source, from 1; None when the source was not text.
        column: column in the source, from 1; None when the source was not text.
        rule: stable id of the rule, for instance ``card-min`` or an invariant's key such as ``cpl-3``.
        profile: canonical of the profile that asked, if one did.
        value: what stood there; for the caller alone, never printed by the library.
        source: name of the file or stream, when there are several.
    """

    severity: Severity
    code: str
    message: str
    expression: str = ""
    line: int | None = None
    column: int | None = None
    rule: str = ""
    profile: str | None = None
    value: Any = field(default=None, repr=False, compare=False)
    source: str | None = None

    def __str__(self) -> str:
        place = self.expression
        if self.line is not None:
            place = (
                f"{place} (line {self.line}, column {self.column})"
                if place
                else f"line {self.line}, column {self.column}"
            )
        source = f"{self.source}: " if self.source else ""
        rule = f" [{self.rule}]" if self.rule else ""
        return (
            f"{source}{self.severity}: {place}: {self.message}{rule}"
            if place
            else f"{source}{self.severity}: {self.message}{rule}"
        )

    def to_operation_outcome_issue(self) -> dict[str, Any]:
        """This finding as an element of ``OperationOutcome.issue``."""
        extension: list[dict[str, Any]] = []
        if self.line is not None:
            extension.append({"url": _LINE, "valueInteger": self.line})
        if self.column is not None:
            extension.append({"url": _COLUMN, "valueInteger": self.column})
        if self.rule:
            extension.append({"url": _RULE, "valueString": self.rule})
        if self.profile:
            extension.append({"url": _SOURCE, "valueString": self.profile})
        issue: dict[str, Any] = {"extension": extension} if extension else {}
        issue["severity"] = self.severity
        issue["code"] = self.code
        issue["details"] = {"text": self.message}
        if self.expression:
            issue["expression"] = [self.expression]
        return issue


def operation_outcome(issues: Iterable[Issue]) -> dict[str, Any]:
    """The findings as a FHIR R4 ``OperationOutcome`` (JSON tree); "all OK" when there are none."""
    listed = [issue.to_operation_outcome_issue() for issue in issues]
    if not listed:
        listed = [{"severity": "information", "code": "informational", "details": {"text": "All OK"}}]
    return {"resourceType": "OperationOutcome", "issue": listed}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call found: issues always; values, rest and loss where the call reads data.

    Attributes:
        issues: every finding, in document order.
        values: the domain values read (``from_fhir``), in document order; empty for a validation.
        rest: all of the source that was not mapped, in place; hand it back to ``to_fhir``.
        loss: the account of every leaf of the source.
    """

    issues: tuple[Issue, ...] = ()
    values: tuple[Any, ...] = ()
    rest: "Rest | None" = None
    loss: "Loss | None" = None

    @property
    def ok(self) -> bool:
        """True when no issue is an error or fatal."""
        return not any(issue.severity in {"error", "fatal"} for issue in self.issues)

    @property
    def value(self) -> Any:
        """The one value read.

        Raises:
            NotOneValueError: when there is none, or more than one (then use ``values``).
        """
        if len(self.values) != 1:
            raise NotOneValueError(len(self.values))
        return self.values[0]

    def to_operation_outcome(self) -> dict[str, Any]:
        """The issues as a FHIR R4 ``OperationOutcome`` (JSON tree)."""
        return operation_outcome(self.issues)
