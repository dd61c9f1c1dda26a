"""KVÅ codes of a source against the lists at hand, for callers who want unknown codes reported or refused."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rehabfhir.findings import Issue, Severity

__all__ = ["kva_issues"]

_SEVERITY: dict[str, Severity] = {"report": "warning", "refuse": "error"}


def kva_issues(tree: dict[str, Any], policy: str) -> Iterator[Issue]:
    """A finding for each KVÅ code that no list knows, that is a heading, or that was not valid on the day it was used.

    Where the lists at hand are not whole a code that they lack is a warning under either policy: it may be right.
    Codes without the shape of a KVÅ code are reported elsewhere, whatever the policy.
    """
    from rehabfhir.terminology.kva import catalogue  # noqa: PLC0415 - only for those who ask
    from rehabfhir.terminology.usage import check_tree  # noqa: PLC0415

    for use in check_tree(tree, catalogue()):
        if use.system != "kva" or use.status in {"reportable", "not-kva"}:
            continue
        severity: Severity = "warning" if use.status == "cannot-tell" else _SEVERITY[policy]
        for issue in use.issues:
            if issue.rule == f"kva-{use.status}":
                yield replace(issue, severity=severity)
