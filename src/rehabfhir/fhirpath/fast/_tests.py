"""Boolean expressions over known types as closures: existence, logic, comparison, text, criteria on items."""

from collections.abc import Callable
from typing import Any, NamedTuple

from rehabfhir.fhirpath import regex, temporal, types
from rehabfhir.fhirpath.fast._closures import Bail
from rehabfhir.fhirpath.fast._paths import Place, here, place_of
from rehabfhir.fhirpath.fast._scalars import CONSTANTS, Scalar, scalar, split_call, value_kind
from rehabfhir.fhirpath.syntax import Ast, Binary, Call, Chain, External, Literal

__all__ = ["Fast", "fast_test"]

Closure = Callable[[Any, Any], bool | None]


class Fast(NamedTuple):
    """A boolean closure; `total` when it never answers None."""

    test: Closure
    total: bool


def fast_test(ast: Ast, type_name: str) -> Fast | None:
    """`ast` as a boolean closure over trees of the type; None when that cannot be done."""
    if isinstance(ast, Chain) and ast.operator in {"and", "or"}:
        parts = [fast_test(one, type_name) for one in ast.operands]
        known = [part for part in parts if part is not None]
        return combined(ast.operator, known) if len(known) == len(parts) else None
    if isinstance(ast, Binary):
        if ast.operator in {"implies", "xor"}:
            left, right = fast_test(ast.left, type_name), fast_test(ast.right, type_name)
            return None if left is None or right is None else combined(ast.operator, [left, right])
        return _compared(ast, type_name)
    if isinstance(ast, Literal) and len(ast.values) == 1 and type(ast.values[0]) is bool:
        value = ast.values[0]
        return Fast(lambda tree, call: value, total=True)  # noqa: ARG005 - the shape of a closure
    called = split_call(ast)
    if called is not None:
        made = _called(*called, type_name)
        if made is not None:
            return made
    place = place_of(ast, type_name, _criterion)
    return None if place is None else _bare(place)


def _criterion(ast: Ast, type_name: str) -> Closure | None:
    made = fast_test(ast, type_name)
    return None if made is None else made.test


def combined(operator: str, parts: list[Fast]) -> Fast:
    """The parts joined by ``and``, ``or``, ``implies`` or ``xor``, with three-valued logic where a part needs it."""
    tests = [part.test for part in parts]
    total = all(part.total for part in parts)
    if operator in {"implies", "xor"}:
        return _pair(operator, tests[0], tests[1], total=total)
    if len(tests) == 2 and total:
        one, other = tests
        if operator == "and":
            return Fast(lambda tree, call: one(tree, call) and other(tree, call), total=True)
        return Fast(lambda tree, call: one(tree, call) or other(tree, call), total=True)
    decisive = operator == "or"

    def chain(tree: Any, call: Any) -> bool | None:
        open_ = False
        for test in tests:
            found = test(tree, call)
            if found is decisive:
                return decisive
            if found is None:
                open_ = True
        return None if open_ else not decisive

    return Fast(chain, total=total)


def _pair(operator: str, one: Closure, other: Closure, *, total: bool) -> Fast:
    if operator == "xor":

        def exclusive(tree: Any, call: Any) -> bool | None:
            a, b = one(tree, call), other(tree, call)
            return None if a is None or b is None else a is not b

        return Fast(exclusive, total=total)

    def implication(tree: Any, call: Any) -> bool | None:
        premise = one(tree, call)
        if premise is False:
            return True
        conclusion = other(tree, call)
        return conclusion if premise or conclusion else None

    return Fast(implication, total=total)


def _bare(place: Place) -> Fast | None:
    """A path where a boolean belongs: its one boolean, or True for being there."""
    items = place.items()
    if items is None or not place.single:
        return None
    wanted = value_kind(place.type) == "boolean"

    def value(tree: Any, call: Any) -> bool | None:
        found = items(tree, call)
        if not found:
            return None
        if (type(found[0]) is bool) is not wanted:
            raise Bail
        return bool(found[0]) if wanted else True

    return Fast(value, total=False)


def _called(before: Ast | None, call: Call, type_name: str) -> Fast | None:
    name = call.name
    if name == "not" and before is not None:
        return _negated(fast_test(before, type_name))
    if name in _TEXT_TESTS or name in {"matches", "matchesFull"}:
        return _text_test(before, call, type_name)
    place = here(type_name) if before is None else place_of(before, type_name, _criterion)
    if place is None:
        return None
    if name == "exists" and call.arguments:
        return _quantified(place, call.arguments[0], every=False)
    if name == "all":
        return _quantified(place, call.arguments[0], every=True)
    if name in {"exists", "empty"}:
        exists = place.exists()
        if exists is None:
            return None
        return Fast(exists if name == "exists" else lambda tree, call: not exists(tree, call), total=True)
    if name == "hasValue":
        if before is None and not types.is_primitive(type_name):
            return Fast(lambda tree, call: False, total=True)  # noqa: ARG005 - the shape of a closure
        return _has_value(place)
    return _is_distinct(place) if name == "isDistinct" else None


def _negated(part: Fast | None) -> Fast | None:
    if part is None:
        return None
    test = part.test
    if part.total:
        return Fast(lambda tree, call: not test(tree, call), total=True)
    return Fast(lambda tree, call: None if (found := test(tree, call)) is None else not found, total=False)


def _quantified(place: Place, criterion: Ast, *, every: bool) -> Fast | None:
    items = place.items()
    test = None if place.type is None or items is None else _criterion(criterion, place.type)
    if items is None or test is None:
        return None
    if every:

        def all_hold(tree: Any, call: Any) -> bool:
            for item in items(tree, call):  # noqa: SIM110 - a generator would cost more than the criterion
                if test(item, call) is not True:
                    return False
            return True

        return Fast(all_hold, total=True)

    def any_holds(tree: Any, call: Any) -> bool:
        for item in items(tree, call):  # noqa: SIM110 - a generator would cost more than the criterion
            if test(item, call):
                return True
        return False

    return Fast(any_holds, total=True)


def _has_value(place: Place) -> Fast | None:
    items = place.items()
    if items is None or place.type is None or not types.is_primitive(place.type):
        return None

    def has_value(tree: Any, call: Any) -> bool:
        found = items(tree, call)
        if len(found) != 1:
            return False
        if type(found[0]) is dict:
            raise Bail
        return True

    return Fast(has_value, total=True)


def _is_distinct(place: Place) -> Fast | None:
    items = place.items()
    if items is None or value_kind(place.type) != "string":
        return None

    def is_distinct(tree: Any, call: Any) -> bool:
        found = items(tree, call)
        for item in found:
            if type(item) is not str:
                raise Bail
        return len(set(found)) == len(found)

    return Fast(is_distinct, total=True)


_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "endsWith": str.endswith,
    "startsWith": str.startswith,
}


def _text_test(before: Ast | None, call: Call, type_name: str) -> Fast | None:
    text = _focus(type_name) if before is None else scalar(before, type_name, _criterion)
    part = scalar(call.arguments[0], type_name, _criterion)
    if text is None or part is None or text.kind != "string" or part.kind != "string" or part.constant is None:
        return None
    given, constant = text.value, part.constant
    if call.name in {"matches", "matchesFull"}:
        found = regex.quick(constant, whole=call.name == "matchesFull")
        if found is None:
            return None
        matches, longest = found

        def matched(tree: Any, call: Any) -> bool | None:
            value = given(tree, call)
            if value is None:
                return None
            if len(value) > longest:
                raise Bail
            return matches(value) is not None

        return Fast(matched, total=False)
    decide = _TEXT_TESTS[call.name]
    return Fast(
        lambda tree, call: None if (value := given(tree, call)) is None else decide(value, constant), total=False
    )


def _focus(type_name: str) -> Scalar | None:
    if value_kind(type_name) != "string":
        return None

    def value(tree: Any, call: Any) -> Any:
        del call
        if type(tree) is not str:
            raise Bail
        return tree

    return Scalar("string", value)


_ORDERS: dict[str, Callable[[int], bool]] = {
    "<": lambda found: found < 0,
    "<=": lambda found: found <= 0,
    ">": lambda found: found > 0,
    ">=": lambda found: found >= 0,
}


def _compared(ast: Binary, type_name: str) -> Fast | None:
    if ast.operator == "in":
        return _among(ast, type_name)
    if ast.operator in {"=", "!="}:
        return _equal(ast, type_name)
    if ast.operator not in _ORDERS:
        return None
    left, right = scalar(ast.left, type_name, _criterion), scalar(ast.right, type_name, _criterion)
    if left is None or right is None:
        return None
    one, other, decide = left.value, right.value, _ORDERS[ast.operator]
    if left.kind == right.kind == "moment":

        def ordered(tree: Any, call: Any) -> bool | None:
            a, b = one(tree, call), other(tree, call)
            if a is None or b is None:
                return None
            if (a.kind == "time") != (b.kind == "time"):
                raise Bail
            found = temporal.compare(a, b)
            return None if found is None else decide(found)

        return Fast(ordered, total=False)
    if not (left.kind == right.kind == "integer" or _number_with_literal(left, right)):
        return None

    def smaller(tree: Any, call: Any) -> bool | None:
        a, b = one(tree, call), other(tree, call)
        return None if a is None or b is None else decide((a > b) - (a < b))

    return Fast(smaller, total=False)


def _number_with_literal(left: Scalar, right: Scalar) -> bool:
    """A float stands for its shortest decimal text, which is on the same side of a small integer as the float itself."""
    for one, other in ((left, right), (right, left)):
        if one.kind == "number" and other.kind == "integer" and other.constant is not None:
            return -(2**31) < int(other.constant) < 2**31
    return False


def _equal(ast: Binary, type_name: str) -> Fast | None:
    negative = ast.operator == "!="
    left, right = scalar(ast.left, type_name, _criterion), scalar(ast.right, type_name, _criterion)
    if left is not None and right is not None:
        if left.kind != right.kind or left.kind not in {"string", "boolean", "integer"}:
            return None
        return _equal_values(left, right, negative=negative)
    sides = (ast.left, right), (ast.right, left)
    for path, other in sides:
        if other is not None and other.constant is not None and other.kind == "string":
            place = place_of(path, type_name, _criterion)
            items = None if place is None or value_kind(place.type) != "string" else place.items()
            if items is not None:
                return _equal_list(items, other.constant, negative=negative)
    return _equal_tests(ast, type_name, negative=negative)


def _equal_values(left: Scalar, right: Scalar, *, negative: bool) -> Fast:
    one, constant = left.value, right.constant
    if constant is not None:
        if negative:
            return Fast(lambda tree, call: None if (a := one(tree, call)) is None else a != constant, total=False)
        return Fast(lambda tree, call: None if (a := one(tree, call)) is None else a == constant, total=False)
    other = right.value

    def same(tree: Any, call: Any) -> bool | None:
        a, b = one(tree, call), other(tree, call)
        return None if a is None or b is None else (a == b) is not negative

    return Fast(same, total=False)


def _equal_list(items: Callable[[Any, Any], Any], constant: str, *, negative: bool) -> Fast:
    def same(tree: Any, call: Any) -> bool | None:
        found = items(tree, call)
        if not found:
            return None
        if len(found) > 1:
            return negative
        if type(found[0]) is not str:
            raise Bail
        return (found[0] == constant) is not negative

    return Fast(same, total=False)


def _equal_tests(ast: Binary, type_name: str, *, negative: bool) -> Fast | None:
    """Two expressions whose results are booleans: ``request.exists() = response.exists()``."""
    left, right = _answer(ast.left, type_name), _answer(ast.right, type_name)
    if left is None or right is None:
        return None
    one, other = left.test, right.test
    if left.total and right.total:
        return Fast(lambda tree, call: (one(tree, call) is other(tree, call)) is not negative, total=True)

    def same(tree: Any, call: Any) -> bool | None:
        a, b = one(tree, call), other(tree, call)
        return None if a is None or b is None else (a is b) is not negative

    return Fast(same, total=False)


def _answer(ast: Ast, type_name: str) -> Fast | None:
    called = split_call(ast)
    if isinstance(ast, Chain | Binary) or (called is not None and called[1].name in _BOOLEAN_CALLS):
        return fast_test(ast, type_name)
    return None


_BOOLEAN_CALLS = {*_TEXT_TESTS, "all", "empty", "exists", "hasValue", "isDistinct", "matches", "matchesFull", "not"}


def _among(ast: Binary, type_name: str) -> Fast | None:
    sought = scalar(ast.left, type_name, _criterion)
    operands = ast.right.operands if isinstance(ast.right, Chain) and ast.right.operator == "|" else (ast.right,)
    allowed: set[str] = set()
    for operand in operands:
        if isinstance(operand, Literal) and len(operand.values) == 1 and type(operand.values[0]) is str:
            allowed.add(operand.values[0])
        elif isinstance(operand, External) and operand.name in CONSTANTS:
            allowed.add(CONSTANTS[operand.name])
        else:
            return None
    if sought is None or sought.kind != "string":
        return None
    value = sought.value
    return Fast(lambda tree, call: None if (found := value(tree, call)) is None else found in allowed, total=False)
