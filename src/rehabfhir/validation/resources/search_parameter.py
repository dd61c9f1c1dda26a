"""SearchParameter: an expression that can be evaluated, components where it is composite, what it is derived from.

Rules: https://hl7.org/fhir/R4/searchparameter.html, with the severities of HL7's validator.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from rehabfhir.definitions import r4
from rehabfhir.findings import Issue
from rehabfhir.validation.context import Context
from rehabfhir.validation.questionnaire.form import tree_list

__all__ = ["capability_rules", "search_parameter_rules"]

Tree = dict[str, Any]

_SEARCH = "http://hl7.org/fhir/SearchParameter/"


def search_parameter_rules(ctx: Context, parameter: Tree, location: str) -> Iterator[Issue]:
    """What is wrong with a search parameter beyond its type and invariants."""
    expression = parameter.get("expression")
    if isinstance(expression, str) and expression:
        problem = _problem(expression, parameter.get("base"))
        if problem:
            message = f"the expression cannot be evaluated: {problem}"
            yield ctx.issue(
                "error", "invalid", f"{location}.expression", message, rule="search-expression", value=expression
            )
    if parameter.get("type") == "composite" and len(tree_list(parameter, "component")) < 2:
        message = "a search parameter of type composite has two or more components"
        yield ctx.issue("error", "business-rule", location, message, rule="search-components")
    derived = parameter.get("derivedFrom")
    if isinstance(derived, str) and derived:
        yield from _derived(ctx, parameter, derived, location)


def _problem(expression: str, base: Any) -> str:
    """Why the expression cannot be evaluated on the types that it is for; empty when it can."""
    from rehabfhir.fhirpath import FhirPathError, compile_expression  # noqa: PLC0415 - only for search parameters

    types = [each for each in base if isinstance(each, str) and r4.is_resource(each)] if isinstance(base, list) else []
    try:
        if len(types) == 1:
            compile_expression(expression, type=types[0], strict=True)
        else:
            compile_expression(expression)
    except FhirPathError as error:
        return str(error)
    return ""


def _derived(ctx: Context, parameter: Tree, derived: str, location: str) -> Iterator[Issue]:
    found = ctx.definitions.resource(derived, "SearchParameter")
    if found is None:
        message = (
            "the search parameter that this one is derived from is not loaded, so the derivation could not be checked"
        )
        yield ctx.issue("warning", "business-rule", location, message, rule="search-derived", value=derived)
        return
    if _type(found) not in {None, parameter.get("type")}:
        message = "the type differs from that of the search parameter it is derived from"
        yield ctx.issue("error", "business-rule", location, message, rule="search-derived")
    bases = parameter.get("base")
    allowed = found.get("base")
    for each in bases if isinstance(bases, list) else ():
        if (
            isinstance(allowed, list)
            and each not in allowed
            and "Resource" not in allowed
            and "DomainResource" not in allowed
        ):
            message = "the parameter is for a type that the one it is derived from is not for"
            yield ctx.issue("error", "business-rule", location, message, rule="search-derived", value=each)
    if "expression" in found and found["expression"] != parameter.get("expression"):
        message = "the expression differs from that of the search parameter it is derived from"
        yield ctx.issue("warning", "business-rule", location, message, rule="search-derived-expression")


def _type(parameter: Tree) -> Any:
    """The type of a search parameter: its own, or, where only the name of one of R4's is at hand, from the list."""
    return parameter.get("type") or _core_types().get(str(parameter.get("url")))


@cache
def _core_types() -> dict[str, str]:
    types: dict[str, str] = {}
    text = files(__package__).joinpath("search_types.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        owner, *codes = line.split()
        if owner != "#":
            for each in codes:
                code, _, kind = each.rpartition(":")
                types[f"{_SEARCH}{owner}-{code}"] = kind
    return types


def capability_rules(ctx: Context, statement: Tree, location: str) -> Iterator[Issue]:
    """CapabilityStatement: search parameters have the type that their definition gives them."""
    for number, rest in enumerate(tree_list(statement, "rest")):
        places = [(rest, f"{location}.rest[{number}]")]
        places += [
            (each, f"{places[0][1]}.resource[{index}]") for index, each in enumerate(tree_list(rest, "resource"))
        ]
        for owner, here in places:
            for index, each in enumerate(tree_list(owner, "searchParam")):
                definition, kind = each.get("definition"), each.get("type")
                found = ctx.definitions.resource(definition, "SearchParameter") if isinstance(definition, str) else None
                if found is not None and isinstance(kind, str) and _type(found) not in {None, kind}:
                    message = f"the search parameter is defined with type {_type(found)}, here it has type {kind}"
                    yield ctx.issue(
                        "error", "invalid", f"{here}.searchParam[{index}]", message, rule="search-type-differs"
                    )
