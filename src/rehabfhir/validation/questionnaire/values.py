"""Answers' values: which type they have, when two are the same, which is greater."""

from decimal import Decimal, InvalidOperation
from typing import Any

from rehabfhir.fhirpath.temporal import Temporal, parse
from rehabfhir.terminology.ucum import URL, convert

__all__ = ["answer_value", "compare", "number", "same"]

Value = tuple[str, Any]

_TEMPORAL = {"Date": "date", "DateTime": "dateTime", "Time": "time", "Instant": "instant"}
_NUMBERS = {"Integer", "Decimal"}
_TEXTS = {"String", "Uri", "Code"}


def answer_value(owner: dict[str, Any], name: str) -> Value | None:
    """Type (``Coding``, ``Date``) and value of a choice such as ``value[x]``; None when there is none."""
    length = len(name)
    for key, value in owner.items():
        if key.startswith(name) and key[length : length + 1].isupper():
            return key[length:], value
    return None


def number(value: Any) -> Decimal | None:
    """A JSON number as a decimal, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    try:
        found = Decimal(str(value)) if not isinstance(value, Decimal) else value
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def same(wanted: Value, value: Value) -> bool:
    """Whether an answer is the wanted one; a Coding without system matches the code of any system."""
    kind, expected = wanted
    other, found = value
    if kind in _NUMBERS and other in _NUMBERS or kind in _TEMPORAL or kind == "Quantity":  # noqa: RUF021
        if kind == "Quantity" and other == "Quantity" and _plain(expected) == _plain(found):
            return True
        return compare(value, wanted) == 0
    if kind == "Coding" and other == "Coding" and isinstance(expected, dict) and isinstance(found, dict):
        system = expected.get("system")
        return expected.get("code") == found.get("code") and (system is None or system == found.get("system"))
    if kind == "Reference" and other == "Reference" and isinstance(expected, dict) and isinstance(found, dict):
        return expected.get("reference") is not None and expected.get("reference") == found.get("reference")
    if kind in _TEXTS and other in _TEXTS:
        return bool(expected == found)
    return kind == other and type(expected) is type(found) and expected == found


def _plain(quantity: Any) -> Any:
    if not isinstance(quantity, dict):
        return None
    return number(quantity.get("value")), quantity.get("system"), quantity.get("code") or quantity.get("unit")


def compare(left: Value, right: Value) -> int | None:
    """-1, 0 or 1; None when the two cannot be compared. A date of less precision stands for its first moment."""
    kind, value = left
    other, bound = right
    if kind in _NUMBERS and other in _NUMBERS:
        return _order(number(value), number(bound))
    if kind in _TEMPORAL and other in _TEMPORAL and isinstance(value, str) and isinstance(bound, str):
        return _moments(_TEMPORAL[kind], value, _TEMPORAL[other], bound)
    if kind == "Quantity" and other == "Quantity" and isinstance(value, dict) and isinstance(bound, dict):
        return _quantities(value, bound)
    return None


def _order(left: Any, right: Any) -> int | None:
    if left is None or right is None:
        return None
    return int(left > right) - int(left < right)


def _moments(kind: str, left: str, other: str, right: str) -> int | None:
    first, second = parse(kind, left), parse(other, right)
    if first is None or second is None or (kind == "time") != (other == "time"):
        return None
    zoned = first.zone is not None and second.zone is not None
    return _order(_start(first, zoned=zoned), _start(second, zoned=zoned))


def _start(moment: Temporal, *, zoned: bool) -> tuple[Any, ...]:
    """The first moment of a date or time, as parts that sort; in UTC when both sides have a zone."""
    if moment.kind == "time":
        return (*moment.parts, 0, 0)[:3]
    year, month, day, hour, minute, second = (*moment.parts, *(0, 1, 1, 0, 0, 0)[len(moment.parts) :])[:6]
    if not zoned:
        return year, month, day, hour, minute, second
    from datetime import datetime, timedelta  # noqa: PLC0415 - only for moments with a zone

    whole = int(second)
    try:
        plain = datetime(int(year), int(month), int(day), int(hour), int(minute), min(whole, 59))  # noqa: DTZ001 - made UTC here
        utc = plain - timedelta(minutes=moment.zone or 0)
    except (ValueError, OverflowError):
        return year, month, day, hour, minute, second
    return utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second + (second - whole)


def _quantities(left: dict[str, Any], right: dict[str, Any]) -> int | None:
    value, bound = number(left.get("value")), number(right.get("value"))
    unit, other = left.get("code"), right.get("code")
    system = left.get("system")
    if value is None or bound is None or system is None or system != right.get("system") or not isinstance(unit, str):
        return None
    if unit == other:
        return _order(value, bound)
    if system != URL or not isinstance(other, str):
        return None
    return _order(convert(value, unit, other), bound)
