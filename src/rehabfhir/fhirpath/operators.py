"""Equality, equivalence, ordering and membership (https://hl7.org/fhirpath/N1/#equality)."""

from collections.abc import Callable
from decimal import Context, Decimal, DecimalException
from typing import Any

from rehabfhir.fhirpath import quantity, temporal
from rehabfhir.fhirpath.env import Run
from rehabfhir.fhirpath.errors import FhirPathLimit, FhirPathTypeError
from rehabfhir.fhirpath.node import Node
from rehabfhir.fhirpath.quantity import Quantity
from rehabfhir.fhirpath.system import describe, single, system, text_of
from rehabfhir.fhirpath.temporal import Temporal

__all__ = [
    "CONTEXT",
    "NUMBERS",
    "as_quantity",
    "compared",
    "distinct",
    "equal",
    "equal_collections",
    "equivalent_collections",
    "found_in",
    "order",
    "round_to",
]

CONTEXT = Context(prec=40, Emax=9999, Emin=-9999)
_DEEPEST = 200


def equal(left: Any, right: Any, run: Run) -> bool | None:
    """Whether two items are equal; None when their precision leaves it open."""
    a, b = system(left), system(right)
    kind, other = type(a), type(b)
    if kind is other:
        if kind is Temporal:
            return _equal_moments(a, b)
        if kind is Quantity:
            pair = quantity.ratio(a, b)
            if pair is None:
                return None if _calendar_mix(a, b) else False
            return pair[0] == pair[1]
        if kind is Node:
            return same_tree(a, b, run)
        return bool(a == b)
    if kind is bool or other is bool or Node in (kind, other):
        mine, theirs = text_of(a), text_of(b)
        return mine is not None and mine == theirs
    if kind in NUMBERS and other in NUMBERS:
        return bool(a == b)
    if Quantity in (kind, other) and (kind in NUMBERS or other in NUMBERS):
        return equal(as_quantity(a), as_quantity(b), run)
    return text_of(a) == text_of(b)


NUMBERS = {int, Decimal}


def as_quantity(value: Any) -> Quantity:
    """A number as a quantity of unit 1; a quantity as it is."""
    return value if type(value) is Quantity else Quantity(Decimal(value), "1")


def _calendar_mix(a: Quantity, b: Quantity) -> bool:
    """True for a calendar year or month beside its UCUM namesake, which differ in length."""
    return a.calendar != b.calendar and (a.measure() is None or b.measure() is None)


def _equal_moments(a: Temporal, b: Temporal) -> bool | None:
    if (a.kind == "time") != (b.kind == "time"):
        return False
    found = temporal.compare(a, b)
    return None if found is None else found == 0


def same_tree(a: Node, b: Node, run: Run) -> bool:
    """Whether two elements have the same content; ids of elements count, as all children do."""
    if a.value is b.value and a.sibling is b.sibling:
        return True
    if a.value is None and b.value is None:
        return _same(a.sibling, b.sibling, run, 0)
    return _same(a.value, b.value, run, 0)


def _same(a: Any, b: Any, run: Run, depth: int) -> bool:
    run.charge(1)
    if depth > _DEEPEST:
        raise FhirPathLimit("levels of depth", _DEEPEST)
    if type(a) is dict and type(b) is dict:
        return a.keys() == b.keys() and all(_same(a[key], b[key], run, depth + 1) for key in a)
    if type(a) is list and type(b) is list:
        return len(a) == len(b) and all(_same(x, y, run, depth + 1) for x, y in zip(a, b, strict=True))
    if type(a) is bool or type(b) is bool:
        return a is b
    return bool(a == b)


def equal_collections(left: list[Any], right: list[Any], run: Run) -> bool | None:
    """``=``: empty when either is; the same items in the same order."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    open_ = False
    for a, b in zip(left, right, strict=True):
        found = equal(a, b, run)
        if found is False:
            return False
        open_ = open_ or found is None
    run.charge(len(left))
    return None if open_ else True


def equivalent(left: Any, right: Any, run: Run, depth: int = 0) -> bool:
    """``~`` for two items: case, white space, order of children and surplus precision do not count."""
    if depth > _DEEPEST:
        raise FhirPathLimit("levels of depth", _DEEPEST)
    a, b = system(left), system(right)
    kind, other = type(a), type(b)
    if kind is str and other is str:
        return " ".join(a.split()).casefold() == " ".join(b.split()).casefold()
    if kind is Temporal and other is Temporal:
        return (a.kind == "time") == (b.kind == "time") and temporal.compare(a, b) == 0
    if kind in NUMBERS and other in NUMBERS:
        return _equal_at_least_precision(a, b)
    if kind is Quantity and other is Quantity:
        return _equivalent_quantities(a, b)
    if kind is Node and other is Node and type(a.value) is dict and type(b.value) is dict:
        return _equivalent_trees(a.value, b.value, run, depth)
    return equal(left, right, run) is True


def _equal_at_least_precision(a: int | Decimal, b: int | Decimal) -> bool:
    digits = min(_decimals(a), _decimals(b))
    return round_to(Decimal(a), digits) == round_to(Decimal(b), digits)


def _decimals(value: int | Decimal) -> int:
    if type(value) is int:
        return 0
    _, digits, exponent = Decimal(value).as_tuple()
    places = -int(exponent)
    for digit in reversed(digits):
        if digit or places <= 0:
            break
        places -= 1
    return max(0, places)


def round_to(value: Decimal, digits: int) -> Decimal:
    """`value` rounded half up to `digits` decimals; as it is when that many digits cannot be held."""
    try:
        return value.quantize(Decimal(1).scaleb(-digits), rounding="ROUND_HALF_UP", context=CONTEXT)
    except DecimalException:
        return value


def _equivalent_quantities(a: Quantity, b: Quantity) -> bool:
    definite_a = Quantity(a.value, {"year": "a", "month": "mo"}.get(a.unit, a.unit)) if a.measure() is None else a
    definite_b = Quantity(b.value, {"year": "a", "month": "mo"}.get(b.unit, b.unit)) if b.measure() is None else b
    if definite_a.unit == definite_b.unit:
        return _equal_at_least_precision(a.value, b.value)
    pair = quantity.ratio(definite_a, definite_b)
    mine, theirs = definite_a.measure(), definite_b.measure()
    if pair is None or mine is None or theirs is None:
        return False
    coarse, fine, scale = (a.value, pair[1], mine[0]) if mine[0] >= theirs[0] else (b.value, pair[0], theirs[0])
    converted = fine / scale
    exact = CONTEXT.divide(Decimal(converted.numerator), Decimal(converted.denominator))
    digits = _decimals(coarse)
    return round_to(coarse, digits) == round_to(exact, digits)


def _equivalent_trees(a: dict[str, Any], b: dict[str, Any], run: Run, depth: int) -> bool:
    run.charge(1)
    names = {key for key in a if key != "id"}
    if names != {key for key in b if key != "id"}:
        return False
    for name in names:
        mine = a[name] if type(a[name]) is list else [a[name]]
        theirs = b[name] if type(b[name]) is list else [b[name]]
        pairs = ([Node(x, None) for x in mine], [Node(x, None) for x in theirs])
        if not equivalent_collections(*pairs, run, depth + 1):
            return False
    return True


def equivalent_collections(left: list[Any], right: list[Any], run: Run, depth: int = 0) -> bool:
    """``~``: the same items in any order; two empty collections are equivalent."""
    if len(left) != len(right):
        return False
    rest = list(right)
    for item in left:
        run.charge(1 + len(rest))
        for place, other in enumerate(rest):
            if equivalent(item, other, run, depth):
                del rest[place]
                break
        else:
            return False
    return True


def order(left: list[Any], right: list[Any], operator: str) -> bool | None:
    """``<``, ``<=``, ``>``, ``>=``; None when a side is empty or the precision leaves it open.

    Raises:
        FhirPathTypeError: when a side has several items, or the two have no order.
    """
    a, b = single(left, operator), single(right, operator)
    if a is None or b is None:
        return None
    found = compared(a, b, operator)
    if found is None:
        return None
    return _ORDERS[operator](found)


_ORDERS: dict[str, Callable[[int], bool]] = {
    "<": lambda found: found < 0,
    "<=": lambda found: found <= 0,
    ">": lambda found: found > 0,
    ">=": lambda found: found >= 0,
}


def compared(a: Any, b: Any, operator: str) -> int | None:
    """-1, 0 or 1 for two system values; None when it is left open.

    Raises:
        FhirPathTypeError: when the two have no order.
    """
    kind, other = type(a), type(b)
    if kind in NUMBERS and other in NUMBERS:
        return -1 if a < b else int(a > b)
    if kind is str and other is str:
        return -1 if a < b else int(a > b)
    if kind is Temporal and other is Temporal and (a.kind == "time") == (b.kind == "time"):
        return temporal.compare(a, b)
    if (kind is Quantity and (other in NUMBERS or other is Quantity)) or (other is Quantity and kind in NUMBERS):
        pair = quantity.ratio(as_quantity(a), as_quantity(b))
        return None if pair is None else -1 if pair[0] < pair[1] else int(pair[0] > pair[1])
    if (kind is Node and type(a.value) is not dict) or (other is Node and type(b.value) is not dict):
        return None
    raise FhirPathTypeError(f"{operator} has no meaning between {describe(a)} and {describe(b)}")


def distinct(items: list[Any], run: Run) -> list[Any]:
    """The items without repetitions, in order of first appearance."""
    kept: list[Any] = []
    seen: set[tuple[str, Any]] = set()
    unhashed: list[Any] = []
    for item in items:
        key = _key(item)
        if key is not None:
            if key not in seen:
                seen.add(key)
                kept.append(item)
            continue
        run.charge(1 + len(unhashed))
        if not any(equal(item, other, run) for other in unhashed):
            unhashed.append(item)
            kept.append(item)
    run.charge(len(items))
    return kept


def _key(item: Any) -> tuple[str, Any] | None:
    value = system(item)
    kind = type(value)
    if kind is str:
        return ("s", value)
    if kind is bool:
        return ("b", value)
    if kind is int or kind is Decimal:
        return ("n", value)
    return None


def found_in(item: Any, items: list[Any], run: Run) -> bool:
    """Whether an equal item is among `items`."""
    run.charge(1 + len(items))
    return any(equal(item, other, run) for other in items)
