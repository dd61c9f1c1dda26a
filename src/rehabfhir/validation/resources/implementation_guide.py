"""ImplementationGuide: dependencies that can be found (https://hl7.org/fhir/R4/implementationguide.html)."""

import re
from collections.abc import Iterator
from typing import Any

from rehabfhir.findings import Issue
from rehabfhir.validation.context import Context
from rehabfhir.validation.questionnaire.form import tree_list

__all__ = ["guide_rules"]

_PACKAGE = re.compile(r"[a-z][a-zA-Z0-9]*?(\.[a-z0-9][a-zA-Z0-9\-]*)+")


def guide_rules(ctx: Context, guide: dict[str, Any], location: str) -> Iterator[Issue]:
    """What is wrong with a guide beyond its type and invariants."""
    for index, each in enumerate(tree_list(guide, "dependsOn")):
        here = f"{location}.dependsOn[{index}]"
        uri, package = each.get("uri"), each.get("packageId")
        if isinstance(uri, str):
            if "/ImplementationGuide/" not in uri:
                message = "uri should name the ImplementationGuide resource itself (…/ImplementationGuide/id)"
                yield ctx.issue("error", "business-rule", here, message, rule="guide-uri", value=uri)
            if ctx.definitions.resource(uri, "ImplementationGuide") is None:
                message = "the guide that this one depends on is not loaded"
                yield ctx.issue("warning", "business-rule", here, message, rule="guide-unknown", value=uri)
        if isinstance(package, str):
            if not _PACKAGE.fullmatch(package):
                message = "packageId is no FHIR package id, such as hl7.fhir.us.core"
                yield ctx.issue("error", "business-rule", here, message, rule="guide-package", value=package)
        elif package is None:
            message = "without packageId the version cannot be checked"
            yield ctx.issue("warning", "business-rule", here, message, rule="guide-package")
