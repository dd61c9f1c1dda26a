"""FHIR's own functions and FHIRPath's utilities (https://hl7.org/fhir/R4/fhirpath.html#functions)."""

from typing import Any

from rehabfhir.fhirpath.env import Run
from rehabfhir.fhirpath.errors import FhirPathTypeError
from rehabfhir.fhirpath.functions._table import Function, Items, Lazy, lazy, values
from rehabfhir.fhirpath.node import Node, node_for, step
from rehabfhir.fhirpath.system import string, system

__all__ = ["FUNCTIONS"]


def extension(run: Run, items: Items, url: Items) -> Items:
    wanted = string(url, "extension()")
    found: Items = []
    for item in items:
        if type(item) is not Node:
            continue
        for one in step(item, "extension"):
            run.charge(1)
            if type(one.value) is dict and one.value.get("url") == wanted:
                found.append(one)
    return found


def has_value(run: Run, items: Items) -> Items:
    del run
    if len(items) != 1:
        return [False]
    item = items[0]
    return [type(item) is not Node or _is_value(item)]


def _is_value(node: Node) -> bool:
    return node.value is not None and type(node.value) is not dict and type(node.value) is not list


def get_value(run: Run, items: Items) -> Items:
    return [system(items[0])] if has_value(run, items)[0] else []


def resolve(run: Run, items: Items) -> Items:
    found: Items = []
    for item in items:
        run.charge(1)
        reference = _reference(item)
        if reference is None:
            continue
        if reference.startswith("#"):
            target = _contained(reference[1:], run)
        else:
            given = run.env.resolve(reference, item) if run.env.resolve is not None and type(item) is Node else None
            target = None if given is None else node_for(*given)
        if target is not None:
            found.append(target)
    return found


def _reference(item: Any) -> str | None:
    value = item.value if type(item) is Node else item
    if type(value) is dict:
        value = value.get("reference")
    return value if type(value) is str else None


def _contained(name: str, run: Run) -> Node | None:
    for root in (*run.root_resource, *run.resource):
        if type(root) is not Node or type(root.value) is not dict:
            continue
        if not name:
            return root
        for one in step(root, "contained"):
            if type(one.value) is dict and one.value.get("id") == name:
                return one
    return None


def member_of(run: Run, items: Items, value_set: Items) -> Items:
    url = string(value_set, "memberOf()")
    if len(items) != 1 or url is None or run.env.member_of is None:
        return []
    found = run.env.member_of(items[0], url)
    return [] if found is None else [found]


def conforms_to(run: Run, items: Items, profile: Items) -> Items:
    url = string(profile, "conformsTo()")
    if len(items) > 1:
        raise FhirPathTypeError(f"conformsTo() needs one item and got {len(items)}")
    if not items or url is None:
        return []
    node = items[0]
    found = run.env.conforms_to(node, url) if run.env.conforms_to is not None and type(node) is Node else None
    if found is None:
        raise FhirPathTypeError("conformsTo(): the profile is not known here")
    return [found]


def html_checks(run: Run, items: Items) -> Items:
    found: Items = []
    for item in items:
        value = item.value if type(item) is Node else item
        check = run.env.html_checks
        found.append(type(value) is str and (check is None or check(value)))
    return found


def subsumes(run: Run, items: Items, other: Items) -> Items:
    return _subsumption(run, items, other)


def subsumed_by(run: Run, items: Items, other: Items) -> Items:
    return _subsumption(run, other, items)


def _subsumption(run: Run, above: Items, below: Items) -> Items:
    if len(above) != 1 or len(below) != 1 or run.env.subsumes is None:
        return []
    found = run.env.subsumes(above[0], below[0])
    return [] if found is None else [found]


def trace(run: Run, items: Items, name: Lazy, projection: Lazy | None = None) -> Items:
    sink = run.env.trace
    if sink is not None:
        label = string(name(run.focus, run), "trace()")
        sink(label or "", items if projection is None else [one for item in items for one in projection([item], run)])
    return items


def define_variable(run: Run, items: Items, name: Lazy, value: Lazy | None = None) -> Items:
    label = string(name(items, run), "defineVariable()")
    if label is None:
        raise FhirPathTypeError("defineVariable() needs a name")
    run.defined[label] = items if value is None else value(items, run)
    return items


def coalesce(run: Run, items: Items, *choices: Lazy) -> Items:
    for choice in choices:
        found = choice(items, run)
        if found:
            return found
    return []


def now(run: Run, items: Items) -> Items:
    del items
    return [run.moment[0]]


def today(run: Run, items: Items) -> Items:
    del items
    return [run.moment[1]]


def time_of_day(run: Run, items: Items) -> Items:
    del items
    return [run.moment[2]]


FUNCTIONS: dict[str, Function] = {
    "coalesce": lazy(1, 50, coalesce),
    "conformsTo": values(1, 1, conforms_to),
    "defineVariable": lazy(1, 2, define_variable),
    "extension": values(1, 1, extension),
    "getValue": values(0, 0, get_value),
    "hasValue": values(0, 0, has_value),
    "htmlChecks": values(0, 0, html_checks),
    "htmlChecks2": values(0, 0, html_checks),
    "memberOf": values(1, 1, member_of),
    "now": values(0, 0, now),
    "resolve": values(0, 0, resolve),
    "subsumedBy": values(1, 1, subsumed_by),
    "subsumes": values(1, 1, subsumes),
    "timeOfDay": values(0, 0, time_of_day),
    "today": values(0, 0, today),
    "trace": lazy(1, 2, trace),
}
