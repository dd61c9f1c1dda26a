"""The filters of a value set's include: which concepts of a code system they keep.

https://hl7.org/fhir/R4/valueset-filter-operator.html, with R5's ``child-of`` and ``descendent-leaf`` too.
"""

from collections.abc import Callable, Iterable
from typing import Any

from rehabfhir.terminology.codes import CodeTable

__all__ = ["UnknownFilterError", "select"]

_HIERARCHY = frozenset({"concept", "code", ""})


class UnknownFilterError(ValueError):
    """A filter that cannot be decided here; the text says why."""


def _is_a(table: CodeTable, value: str) -> set[str]:
    root = table.canonical(value)
    if root is None:
        raise UnknownFilterError(f"the filter's concept is not in code system {table.url}")
    return {root} | table.descendants(root)


def _below(table: CodeTable, value: str) -> set[str]:
    root = table.canonical(value)
    if root is None:
        raise UnknownFilterError(f"the filter's concept is not in code system {table.url}")
    return table.descendants(root) - {root}


def _above(table: CodeTable, value: str) -> set[str]:
    root = table.canonical(value)
    if root is None:
        raise UnknownFilterError(f"the filter's concept is not in code system {table.url}")
    return {root} | table.ancestors(root)


def _leaves(table: CodeTable, value: str) -> set[str]:
    return {code for code in _below(table, value) if not table.children.get(code)}


_HIERARCHICAL: dict[str, Callable[[CodeTable, str], Iterable[str]]] = {
    "is-a": _is_a,
    "descendent-of": _below,
    "is-not-a": lambda table, value: table.codes - _is_a(table, value),
    "generalizes": _above,
    "child-of": lambda table, value: table.children.get(value, ()),
    "descendent-leaf": _leaves,
}


def _values(table: CodeTable, name: str) -> Callable[[str], list[str]]:
    """How to read property `name` of a concept, the ones every system has included."""
    if name in _HIERARCHY:
        return lambda code: [code]
    if name == "display":
        return lambda code: [text for text, _ in table.displays(code)[:1]]
    if name == "inactive":
        return lambda code: ["true" if table.is_inactive(code) else "false"]
    if name == "notSelectable":
        return lambda code: ["true" if table.is_abstract(code) else "false"]
    if name == "parent":
        return lambda code: table.parents.get(code, [])
    if name == "child":
        return lambda code: table.children.get(code, [])
    if not table.complete and not table.has_property(name):
        raise UnknownFilterError(f"code system {table.url} has no property '{name}' that the filter could ask for")
    return lambda code: table.values(code, name)


def _fitting(table: CodeTable, pattern: str, read: Callable[[str], list[str]]) -> frozenset[str]:
    """The codes with a value that the pattern covers, matched so that no pattern can hang."""
    from rehabfhir.fhirpath.env import Run  # noqa: PLC0415 - few value sets filter by a pattern
    from rehabfhir.fhirpath.errors import FhirPathError  # noqa: PLC0415
    from rehabfhir.fhirpath.regex import fullmatch  # noqa: PLC0415

    try:
        return frozenset(code for code in table if any(fullmatch(pattern, text, Run(None, [])) for text in read(code)))
    except FhirPathError as error:
        raise UnknownFilterError("the filter's regular expression cannot be read, or is too costly to run") from error


def select(table: CodeTable, entry: dict[str, Any]) -> frozenset[str]:
    """The codes of `table` that one filter keeps.

    Raises:
        UnknownFilterError: when the filter cannot be decided with this table.
    """
    name, operator, value = str(entry.get("property", "")), str(entry.get("op", "")), entry.get("value")
    if not isinstance(value, str):
        raise UnknownFilterError("the filter has no value")
    hierarchical = _HIERARCHICAL.get(operator)
    if hierarchical is not None:
        if name not in _HIERARCHY and name not in {"parent", "subsumedBy"}:
            raise UnknownFilterError(f"the filter asks for '{operator}' of property '{name}', which has no hierarchy")
        return frozenset(hierarchical(table, value))
    read = _values(table, name)
    if operator == "=":
        return frozenset(code for code in table if value in read(code))
    if operator in {"in", "not-in"}:
        wanted = {item.strip() for item in value.split(",")}
        found = frozenset(code for code in table if not wanted.isdisjoint(read(code)))
        return found if operator == "in" else table.codes - found
    if operator == "exists":
        found = frozenset(code for code in table if read(code))
        return found if value == "true" else table.codes - found
    if operator == "regex":
        return _fitting(table, value, read)
    raise UnknownFilterError(f"the filter's operator '{operator}' is not one that FHIR defines")
