"""What the strict mode finds in an expression before it is evaluated: names that a type has not, order where there is none."""

from dataclasses import dataclass, replace

from rehabfhir.fhirpath import types
from rehabfhir.fhirpath.errors import FhirPathTypeError
from rehabfhir.fhirpath.syntax import (
    Ast,
    Binary,
    Call,
    Chain,
    External,
    Index,
    Literal,
    Member,
    Path,
    TypeTest,
    Unary,
    Variable,
    type_argument,
)
from rehabfhir.fhirpath.system import system_type

__all__ = ["check"]


@dataclass(frozen=True)
class _Found:
    """What is known of a result: its possible types (None for any) and whether its order has a meaning."""

    types: frozenset[str] | None = None
    ordered: bool = True


_ANY = _Found()
_BOOLEAN = _Found(frozenset({"System.Boolean"}))
_SAME = {"where", "distinct", "single", "trace", "exclude", "intersect", "combine", "union"}
_IN_ORDER = {"first", "last", "tail", "skip", "take"}
_OF_TEXT = {
    "contains",
    "endsWith",
    "indexOf",
    "length",
    "lower",
    "matches",
    "replace",
    "replaceMatches",
    "startsWith",
    "substring",
    "toChars",
    "upper",
}
_ANSWERS = {"all", "allFalse", "allTrue", "anyFalse", "anyTrue", "empty", "exists", "hasValue", "isDistinct", "not"}
_PER_ITEM = {"aggregate", "all", "exists", "iif", "repeat", "select", "sort", "trace", "where"}
_ABSTRACT = {"Resource", "DomainResource", "Element", "BackboneElement"}


def check(ast: Ast, type_name: str | None) -> None:
    """Look an expression over.

    Args:
        ast: the expression.
        type_name: FHIR type or backbone path of its focus, None when it is not known.

    Raises:
        FhirPathTypeError: at the first thing that can have no meaning.
    """
    _result(ast, _Found(None if type_name is None else frozenset({type_name})))


def _result(ast: Ast, this: _Found) -> _Found:
    match ast:
        case Literal(values):
            return _Found(frozenset(f"System.{system_type(value)}" for value in values))
        case Path(first, steps):
            found = _result(first, this)
            for step in steps:
                found = _step(step, found, this)
            return found
        case Member(name):
            if name[:1].isupper() and this.types is not None:
                return _root(name, this)
            return _step(ast, this, this)
        case Call():
            return _step(ast, this, this)
        case Variable(name):
            return this if name == "$this" else _ANY
        case Chain(_, operands):
            for operand in operands:
                _result(operand, this)
            return _ANY if ast.operator == "|" else _BOOLEAN
        case Binary(_, left, right):
            _result(left, this)
            _result(right, this)
            return _ANY
        case Unary(_, operand):
            return _result(operand, this)
        case TypeTest(operator, operand, name):
            found = _result(operand, this)
            return _BOOLEAN if operator == "is" else _narrowed(found, name)
        case External():
            return _ANY


def _root(name: str, this: _Found) -> _Found:
    known = frozenset(one for one in this.types or () if types.is_a(one, name))
    if not known and types.is_known_type(name):
        raise FhirPathTypeError(f"{name} is not the type of the context, {_listed(this)}")
    return _Found(known or None)


def _listed(found: _Found) -> str:
    return " or ".join(sorted(found.types or ())) or "unknown"


def _step(step: Member | Call | Index | Variable, found: _Found, this: _Found) -> _Found:
    if isinstance(step, Variable):
        return found if step.name == "$this" else _ANY
    if isinstance(step, Index):
        _result(step.expression, this)
        return _in_order(found, "[]")
    if isinstance(step, Member):
        return _child(found, step.name)
    return _call(step, found, this)


def _child(found: _Found, name: str) -> _Found:
    if found.types is None:
        return replace(found, types=None)
    below: set[str] = set()
    for one in found.types:
        if one in _ABSTRACT or (not one.startswith("System.") and not types.is_defined(one)):
            return replace(found, types=None)
        for prop in types.properties(one, name):
            below.add(prop.type or "Element")
    if not below and found.types:
        raise FhirPathTypeError(f"{_listed(found)} has no element {name}")
    return replace(found, types=frozenset(below))


def _in_order(found: _Found, what: str) -> _Found:
    if not found.ordered:
        raise FhirPathTypeError(f"{what} needs an order, and children() and descendants() have none")
    return found


def _narrowed(found: _Found, name: str) -> _Found:
    return replace(found, types=frozenset({name.removeprefix("FHIR.")}) if types.is_known_type(name) else None)


def _call(call: Call, found: _Found, this: _Found) -> _Found:
    name = call.name
    if name in {"is", "as", "ofType"}:
        wanted = type_argument(call.arguments[0])
        return _BOOLEAN if name == "is" or wanted is None else _narrowed(found, wanted)
    results = [_result(argument, found if name in _PER_ITEM else this) for argument in call.arguments]
    if name in _IN_ORDER:
        return _in_order(found, f"{name}()")
    if name in _OF_TEXT and found.types and not any(map(_has_text, found.types)):
        raise FhirPathTypeError(f"{name}() needs a string, and {_listed(found)} is none")
    if name == "iif" and results[0].types and not any(map(_has_boolean, results[0].types)):
        raise FhirPathTypeError(f"iif() needs a boolean, and {_listed(results[0])} is none")
    if name in {"children", "descendants"}:
        return _Found(ordered=False)
    if name == "select":
        return replace(results[0], ordered=found.ordered and results[0].ordered)
    if name in _ANSWERS:
        return _BOOLEAN
    return replace(found, types=found.types if name in _SAME and name not in {"combine", "union"} else None)


def _has_text(name: str) -> bool:
    return name == "System.String" or types.is_primitive(name)


def _has_boolean(name: str) -> bool:
    return name in {"System.Boolean", "boolean"}
