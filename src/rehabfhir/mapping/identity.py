"""Identifiers of people, staff and organisations in a source: those that fail their check are findings; they are read all the same."""

from collections.abc import Iterator
from typing import Any

from rehabfhir.findings import Issue

__all__ = ["identifier_issues"]

_LOGICAL = (
    "subject",
    "patient",
    "for",
    "beneficiary",
    "author",
    "source",
    "organization",
    "managingOrganization",
    "partOf",
)
"""References that may name a person or organisation by an identifier alone."""


def identifier_issues(tree: dict[str, Any]) -> Iterator[Issue]:
    """The findings about the identifiers of a resource, of what it contains, and of a bundle's entries, in document order."""
    kind = tree.get("resourceType")
    if type(kind) is not str:
        return
    entries = tree.get("entry")
    if kind == "Bundle" and type(entries) is list:
        for index, entry in enumerate(entries):
            resource = entry.get("resource") if type(entry) is dict else None
            if type(resource) is dict:
                yield from _of_resource(resource, f"Bundle.entry[{index}].resource")
        return
    yield from _of_resource(tree, kind)


def _of_resource(resource: dict[str, Any], place: str) -> Iterator[Issue]:
    held = resource.get("identifier")
    if type(held) is dict:
        yield from _of_identifier(held, f"{place}.identifier")
    elif type(held) is list:
        for index, each in enumerate(held):
            yield from _of_identifier(each, f"{place}.identifier[{index}]")
    for name in _LOGICAL:
        reference = resource.get(name)
        if type(reference) is dict and type(reference.get("identifier")) is dict:
            yield from _of_identifier(reference["identifier"], f"{place}.{name}.identifier")
    contained = resource.get("contained")
    if type(contained) is list:
        for index, each in enumerate(contained):
            if type(each) is dict:
                yield from _of_resource({**each, "contained": None}, f"{place}.contained[{index}]")


def _of_identifier(identifier: Any, place: str) -> Iterator[Issue]:
    if type(identifier) is not dict:
        return
    system, value = identifier.get("system"), identifier.get("value")
    if type(system) is not str or type(value) is not str or not system.startswith(_KNOWN):
        return
    from rehabfhir.model.identifiers import identify  # noqa: PLC0415 - python-stdnum, only where a source has such a number

    known = identify(system, value)
    for issue in known.issues if known is not None else ():
        yield Issue(issue.severity, issue.code, issue.message, f"{place}.value", rule=issue.rule, value=issue.value)


_KNOWN = (
    "http://electronichealth.se/identifier/",
    "urn:oid:",
    "1.2.752.",
    "2.5.4.97",
    "https://uid.regionstockholm.se/",
)
