"""Single values of known types: strings, counts, numbers and moments, as closures that give None for nothing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from rehabfhir.fhirpath import temporal, types
from rehabfhir.fhirpath.fast._closures import Bail
from rehabfhir.fhirpath.fast._paths import Criteria, Place, place_of
from rehabfhir.fhirpath.syntax import Ast, Binary, Call, External, Literal, Path

__all__ = ["CONSTANTS", "Scalar", "scalar", "split_call", "value_kind"]

Value = Callable[[Any, Any], Any]

CONSTANTS = {
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
    "ucum": "http://unitsofmeasure.org",
}
_INTEGERS = {"integer", "positiveInt", "unsignedInt"}
_MOMENTS = {"date", "dateTime", "instant", "time"}
_LARGEST = 2**63
_NUMBERS = {int, float, Decimal}


class Scalar(NamedTuple):
    """A closure and the kind of what it gives: ``string``, ``integer``, ``number``, ``boolean`` or ``moment``.

    `constant` holds the value of a literal, else None.
    """

    kind: str
    value: Value
    constant: Any = None


def value_kind(type_name: str | None) -> str | None:
    """The kind of a primitive FHIR type; None for a complex one."""
    if type_name is None or not types.is_primitive(type_name) or type_name == "xhtml":
        return None
    if type_name in _MOMENTS:
        return "moment"
    if type_name in _INTEGERS:
        return "integer"
    if type_name == "decimal":
        return "number"
    return "boolean" if type_name == "boolean" else "string"


def scalar(ast: Ast, type_name: str, criteria: Criteria) -> Scalar | None:
    """`ast` as a single value; None when it may give several, or its type is not known."""
    if isinstance(ast, Literal):
        return _literal(ast)
    if isinstance(ast, External):
        constant = CONSTANTS.get(ast.name)
        return None if constant is None else _fixed("string", constant)
    if isinstance(ast, Binary) and ast.operator in {"+", "-"}:
        return _sum(ast, type_name, criteria)
    called = split_call(ast)
    if called is not None:
        made = _called(*called, type_name, criteria)
        if made is not None:
            return made
    place = place_of(ast, type_name, criteria)
    return None if place is None else _of_place(place)


def split_call(ast: Ast) -> tuple[Ast | None, Call] | None:
    """An expression that ends in a call: what it is called on (None for the focus) and the call."""
    if isinstance(ast, Call):
        return None, ast
    if isinstance(ast, Path) and isinstance(ast.steps[-1], Call):
        before = ast.steps[:-1]
        return (Path(ast.first, before) if before else ast.first), ast.steps[-1]
    return None


def _fixed(kind: str, value: Any) -> Scalar:
    return Scalar(kind, lambda tree, call: value, value)  # noqa: ARG005 - the shape of a closure


def _literal(ast: Literal) -> Scalar | None:
    value = ast.values[0] if len(ast.values) == 1 else None
    if type(value) is str:
        return _fixed("string", value)
    if type(value) is bool:
        return _fixed("boolean", value)
    if type(value) is int and value < _LARGEST:
        return _fixed("integer", value)
    return None


def _of_place(place: Place) -> Scalar | None:
    kind, items = value_kind(place.type), place.items()
    if kind is None or items is None or not place.single:
        return None
    if len(place.hops) == 1 and place.before is None:
        return Scalar(kind, _property(place.hops[0].name, kind, place.type or ""))
    check = _CHECKS[kind](place.type or "")

    def value(tree: Any, call: Any) -> Any:
        found = items(tree, call)
        return check(found[0]) if found else None

    return Scalar(kind, value)


def _property(name: str, kind: str, type_name: str) -> Value:
    beside = "_" + name
    if kind == "string":

        def text(tree: Any, call: Any) -> Any:
            del call
            value = tree.get(name)
            if type(value) is str:
                return value
            if value is None and beside not in tree:
                return None
            raise Bail

        return text
    check = _CHECKS[kind](type_name)

    def other(tree: Any, call: Any) -> Any:
        del call
        value = tree.get(name)
        if value is not None:
            return check(value)
        if beside in tree:
            raise Bail
        return None

    return other


def _exactly(kind: type) -> Callable[[str], Callable[[Any], Any]]:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise Bail
        return value

    return lambda type_name: check  # noqa: ARG005 - the shape of a maker


def _whole(value: Any) -> Any:
    if type(value) is not int or not -_LARGEST < value < _LARGEST:
        raise Bail
    return value


def _number(value: Any) -> Any:
    if type(value) not in _NUMBERS or not -_LARGEST < value < _LARGEST:
        raise Bail
    return value


def _moment(type_name: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        found = temporal.parse(type_name, value) if type(value) is str else None
        if found is None:
            raise Bail
        return found

    return check


_CHECKS: dict[str, Callable[[str], Callable[[Any], Any]]] = {
    "string": _exactly(str),
    "boolean": _exactly(bool),
    "integer": lambda type_name: _whole,  # noqa: ARG005 - the shape of a maker
    "number": lambda type_name: _number,  # noqa: ARG005 - the shape of a maker
    "moment": _moment,
}


def _sum(ast: Binary, type_name: str, criteria: Criteria) -> Scalar | None:
    left, right = scalar(ast.left, type_name, criteria), scalar(ast.right, type_name, criteria)
    if left is None or right is None or left.kind != "integer" or right.kind != "integer":
        return None
    one, other = left.value, right.value
    sign = 1 if ast.operator == "+" else -1

    def total(tree: Any, call: Any) -> int | None:
        a, b = one(tree, call), other(tree, call)
        if a is None or b is None:
            return None
        found = int(a + sign * b)
        if not -_LARGEST < found < _LARGEST:
            raise Bail
        return found

    return Scalar("integer", total)


def _called(before: Ast | None, call: Call, type_name: str, criteria: Criteria) -> Scalar | None:
    if call.name == "count" and not call.arguments and before is not None:
        if isinstance(before, Call) and before.name == "children" and not types.is_primitive(type_name):
            return Scalar("integer", _children_count(type_name))
        return _count(place_of(before, type_name, criteria))
    if call.name == "substring" and before is not None:
        return _substring(scalar(before, type_name, criteria), call.arguments)
    if (call.name not in _TEXT and call.name != "length") or call.arguments or before is None:
        return None
    text = scalar(before, type_name, criteria)
    if text is None or text.kind != "string":
        return None
    given = text.value
    if call.name == "length":
        return Scalar("integer", lambda tree, call: None if (found := given(tree, call)) is None else len(found))
    change = _TEXT[call.name]
    return Scalar("string", lambda tree, call: None if (found := given(tree, call)) is None else change(found))


_TEXT: dict[str, Callable[[str], str]] = {"lower": str.lower, "toString": str, "trim": str.strip, "upper": str.upper}


def _substring(text: Scalar | None, arguments: tuple[Ast, ...]) -> Scalar | None:
    numbers = [
        one.values[0] for one in arguments if isinstance(one, Literal) and one.values and type(one.values[0]) is int
    ]
    if text is None or text.kind != "string" or len(numbers) != len(arguments):
        return None
    given, start = text.value, numbers[0]
    stop = start + numbers[1] if len(numbers) > 1 else None

    def part(tree: Any, call: Any) -> str | None:
        found = given(tree, call)
        return None if found is None or start >= len(found) else found[start:stop]

    return Scalar("string", part)


def _children_count(type_name: str) -> Value:
    known = types.declared(type_name)

    def count(tree: Any, call: Any) -> int:
        del call
        found = 0
        for name, value in tree.items():
            if name in known:
                if type(value) is not list:
                    if value is None:
                        raise Bail
                    found += 1
                elif None in value:
                    raise Bail
                else:
                    found += len(value)
            elif name[:1] == "_" or not known:
                raise Bail
        return found

    return count


def _count(place: Place | None) -> Scalar | None:
    if place is None:
        return None
    items = place.items()
    if items is not None:
        return Scalar("integer", lambda tree, call: len(items(tree, call)))
    exists = place.exists() if place.single else None
    return None if exists is None else Scalar("integer", lambda tree, call: int(exists(tree, call)))
