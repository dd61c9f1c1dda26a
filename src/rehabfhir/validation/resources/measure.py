"""Measure: groups and populations told apart by codes, criteria in CQL that a library of the measure defines.

Rules: https://hl7.org/fhir/R4/measure.html and, for criteria, what HL7's validator asks of CQL.
"""

import base64
import binascii
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from rehabfhir.findings import Issue
from rehabfhir.validation.context import Context
from rehabfhir.validation.questionnaire.form import tree_list

__all__ = ["measure_rules"]

Tree = dict[str, Any]

_CQL = {"text/cql", "text/cql.identifier", "text/cql-identifier"}
_ELM = "urn:hl7-org:elm:r1"


def measure_rules(ctx: Context, measure: Tree, location: str) -> Iterator[Issue]:
    """What is wrong with a measure beyond its type."""
    libraries = _libraries(ctx, measure)
    groups = tree_list(measure, "group")
    if not groups:
        message = "a measure should have at least one group"
        yield ctx.issue("warning", "required", location, message, rule="measure-group")
    for index, group in enumerate(groups):
        here = f"{location}.group[{index}]"
        if len(groups) > 1 and "code" not in group:
            message = "where there are several groups, each should have a code"
            yield ctx.issue("warning", "required", here, message, rule="measure-code")
        if not tree_list(group, "population"):
            yield ctx.issue("warning", "required", here, "a group should have a population", rule="measure-population")
        yield from _parts(ctx, group, "population", here, libraries)
        yield from _parts(ctx, group, "stratifier", here, libraries)


def _parts(ctx: Context, owner: Tree, name: str, location: str, libraries: list[Tree]) -> Iterator[Issue]:
    parts = tree_list(owner, name)
    for index, part in enumerate(parts):
        here = f"{location}.{name}[{index}]"
        if len(parts) > 1 and "code" not in part:
            message = f"where there are several, each {name} should have a code"
            yield ctx.issue("warning", "required", here, message, rule="measure-code")
        criteria = part.get("criteria")
        if isinstance(criteria, dict):
            yield from _criteria(ctx, criteria, f"{here}.criteria", libraries)


def _criteria(ctx: Context, criteria: Tree, here: str, libraries: list[Tree]) -> Iterator[Issue]:
    language, expression = criteria.get("language"), criteria.get("expression")
    if not isinstance(language, str):
        return
    if language not in _CQL:
        message = "criteria in this language cannot be checked"
        yield ctx.issue("warning", "required", here, message, rule="measure-criteria", value=language)
        return
    problem = _unknown(str(expression or ""), libraries)
    if problem:
        yield ctx.issue("error", "invalid", here, problem, rule="measure-cql", value=expression)


def _unknown(expression: str, libraries: list[Tree]) -> str:
    """Why the CQL definition that criteria name is not to be found; empty when it is."""
    if not libraries:
        return "criteria in CQL need a library of the measure, and none is loaded"
    name, dot, rest = expression.partition(".")
    if dot:
        named = [library for library in libraries if library.get("name") == name]
        if len(named) != 1:
            return (
                "the library that the criteria name is not one of the measure's"
                if not named
                else "two libraries have the name used"
            )
        library, wanted = named[0], rest
    else:
        if len(libraries) != 1:
            return "with several libraries, criteria must name theirs: library.definition"
        library, wanted = libraries[0], expression
    definitions = _definitions(library)
    if definitions is None:
        return "the library has no compiled content (application/elm+xml) that can be read, so its definitions are not known"
    return "" if wanted in definitions else "the library does not define what the criteria name"


def _libraries(ctx: Context, measure: Tree) -> list[Tree]:
    found: list[Tree] = []
    canonicals = measure.get("library")
    for canonical in canonicals if isinstance(canonicals, list) else ():
        if not isinstance(canonical, str):
            continue
        if canonical.startswith("#"):
            resolved = ctx.resolve(canonical)
            library = resolved.resource if resolved is not None else None
        else:
            library = ctx.definitions.resource(canonical, "Library")
        if library is not None and library.get("resourceType") == "Library":
            found.append(library)
    return found


def _definitions(library: Tree) -> set[str] | None:
    """The names that the library's ELM defines; None when there is none that can be read."""
    for content in tree_list(library, "content"):
        data = content.get("data")
        if content.get("contentType") == "application/elm+xml" and isinstance(data, str):
            try:
                return _names(base64.b64decode(data))
            except (binascii.Error, ValueError, expat.ExpatError):
                return None
    return None


def _names(elm: bytes) -> set[str] | None:
    names: set[str] = set()
    depth: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        depth.append(name)
        if len(depth) == 3 and depth[1:] == [f"{_ELM} statements", f"{_ELM} def"]:
            names.add(attributes.get("name", ""))

    def doctype(*_: Any) -> None:
        raise ValueError("a DOCTYPE")

    root: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: root.append(depth.pop())
    parser.StartDoctypeDeclHandler = doctype
    parser.Parse(elm, True)  # noqa: FBT003 - expat's own signature
    return names if root and root[-1] == f"{_ELM} library" else None
