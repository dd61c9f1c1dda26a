"""Dates, date-times and times of any precision, with three-valued comparison (https://hl7.org/fhirpath/N1/#datetime-equality)."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache

__all__ = [
    "Temporal",
    "build",
    "compare",
    "days_in",
    "of_moment",
    "parse",
    "parse_date",
    "parse_datetime",
    "parse_time",
    "plus",
]

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_CLOCK = r"([0-9]{2})(?::([0-9]{2})(?::([0-9]{2}(?:\.[0-9]+)?))?)?"
_TIME = re.compile(_CLOCK)
_DATETIME = re.compile(_DATE.pattern + r"(?:T(?:" + _CLOCK + r"(Z|[+-][0-9]{2}:[0-9]{2})?)?)?")
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ZONE_WEST = 12 * 60
_ZONE_EAST = 14 * 60


class Temporal:
    """A date, date-time or time with the precision its text had.

    Attributes:
        kind: ``date``, ``dateTime`` or ``time``.
        parts: year, month, day, hour, minute, seconds (a Decimal), as far as they are known; hours onwards for a time.
        zone: minutes east of UTC, None when the text had no zone.
        text: the value in FHIR's lexical form, without ``@``.
    """

    __slots__ = ("kind", "parts", "text", "zone")

    def __init__(self, kind: str, parts: tuple[int | Decimal, ...], zone: int | None, text: str) -> None:
        self.kind = kind
        self.parts = parts
        self.zone = zone
        self.text = text

    def __repr__(self) -> str:
        return f"@{self}"

    def __str__(self) -> str:
        return f"T{self.text}" if self.kind == "time" else self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Temporal) and compare(self, other) == 0

    def __hash__(self) -> int:
        return hash(self.kind == "time")


def days_in(year: int, month: int) -> int:
    """The number of days of a month in the Gregorian calendar."""
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if leap else _DAYS[month - 1]


def _day_parts(match: re.Match[str]) -> tuple[int, ...] | None:
    year = int(match[1])
    if match[2] is None:
        return (year,) if year else None
    month = int(match[2])
    if not year or not 1 <= month <= 12:
        return None
    if match[3] is None:
        return (year, month)
    day = int(match[3])
    return (year, month, day) if 1 <= day <= days_in(year, month) else None


def _clock_parts(hour: str, minute: str | None, second: str | None) -> tuple[int | Decimal, ...] | None:
    if int(hour) > 23:
        return None
    if minute is None:
        return (int(hour),)
    if int(minute) > 59:
        return None
    if second is None:
        return (int(hour), int(minute))
    seconds = Decimal(second)
    return (int(hour), int(minute), seconds) if seconds < 60 else None


@lru_cache(maxsize=1024)
def parse_date(text: str) -> Temporal | None:
    """A date (``2015``, ``2015-02``, ``2015-02-04``), None when `text` is no date that exists."""
    match = _DATE.fullmatch(text) if text.isascii() else None
    parts = _day_parts(match) if match else None
    return Temporal("date", parts, None, text) if parts else None


@lru_cache(maxsize=1024)
def parse_datetime(text: str) -> Temporal | None:
    """A date-time of any precision (``2015``, ``2015-02-04T14:34:28Z``; FHIRPath's ``2015T`` too), None when it is none."""
    match = _DATETIME.fullmatch(text) if text.isascii() else None
    days = _day_parts(match) if match else None
    if match is None or days is None:
        return None
    shown = text.removesuffix("T")
    if match[4] is None:
        return Temporal("dateTime", days, None, shown)
    clock = _clock_parts(match[4], match[5], match[6]) if len(days) == 3 else None
    if clock is None:
        return None
    zone = _zone(match[7])
    if zone is not None and (abs(zone) > _ZONE_EAST or match[7][4:6] > "59"):
        return None
    return Temporal("dateTime", (*days, *clock), zone, shown)


def _zone(text: str | None) -> int | None:
    if text is None:
        return None
    if text == "Z":
        return 0
    minutes = int(text[1:3]) * 60 + int(text[4:6])
    return -minutes if text[0] == "-" else minutes


@lru_cache(maxsize=256)
def parse_time(text: str) -> Temporal | None:
    """A time (``14``, ``14:34``, ``14:34:28.123``; a leading ``T`` is allowed), None when it is none."""
    text = text.removeprefix("T")
    match = _TIME.fullmatch(text) if text.isascii() else None
    parts = _clock_parts(match[1], match[2], match[3]) if match else None
    return Temporal("time", parts, None, text) if parts else None


def parse(fhir_type: str, text: str) -> Temporal | None:
    """The value of a FHIR primitive of type ``date``, ``dateTime``, ``instant`` or ``time``."""
    if fhir_type == "date":
        return parse_date(text)
    return parse_time(text) if fhir_type == "time" else parse_datetime(text)


def compare(left: Temporal, right: Temporal) -> int | None:
    """-1, 0 or 1; None when the precision or a missing time zone leaves it open, or a time meets a date."""
    if (left.kind == "time") != (right.kind == "time"):
        return None
    mine, theirs = left.parts, right.parts
    if left.zone != right.zone:
        if left.zone is None or right.zone is None:
            return _compare_ranges(left, right)
        mine, theirs = _in_utc(left), _in_utc(right)
    for a, b in zip(mine, theirs, strict=False):
        if a != b:
            return -1 if a < b else 1
    return 0 if len(mine) == len(theirs) else None


def _in_utc(value: Temporal) -> tuple[int | Decimal, ...]:
    parts = value.parts
    if not value.zone or len(parts) < 4:
        return parts
    minutes = _minutes(parts) - value.zone
    days, rest = divmod(minutes, 24 * 60)
    if not 1 <= days <= date.max.toordinal():
        return parts
    day = date.fromordinal(days)
    whole: tuple[int | Decimal, ...] = (day.year, day.month, day.day, rest // 60, rest % 60, *parts[5:])
    return whole[: max(len(parts), 5)]


def _minutes(parts: tuple[int | Decimal, ...]) -> int:
    year, month, day, hour, minute = (*(int(p) for p in parts[:5]), *(1, 1, 1, 0, 0)[len(parts) :])
    return date(year, month, day).toordinal() * 24 * 60 + hour * 60 + minute


def _range(value: Temporal) -> tuple[Decimal, Decimal]:
    """First and last moment that `value` may stand for, in seconds UTC."""
    parts = value.parts
    first = Decimal(_minutes(parts)) * 60
    if len(parts) >= 6:
        first += parts[5]
        last = first
    elif len(parts) == 5:
        last = first + 60
    elif len(parts) == 4:
        last = first + 3600
    elif len(parts) == 3:
        last = first + 86400
    else:
        year = int(parts[0])
        days = days_in(year, int(parts[1])) if len(parts) == 2 else (date(year, 12, 31) - date(year, 1, 1)).days + 1
        last = first + days * 86400
    if value.zone is None:
        return first - _ZONE_EAST * 60, last + _ZONE_WEST * 60
    return first - value.zone * 60, last - value.zone * 60


def _compare_ranges(left: Temporal, right: Temporal) -> int | None:
    low, high = _range(left)
    other_low, other_high = _range(right)
    if high < other_low:
        return -1
    return 1 if other_high < low else None


def of_moment(moment: datetime) -> tuple[Temporal, Temporal, Temporal]:
    """The date-time, the date and the time of `moment`, which must carry its zone."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    stamp = moment.isoformat(timespec="milliseconds")
    now = parse_datetime(stamp)
    today = parse_date(moment.date().isoformat())
    clock = parse_time(moment.time().isoformat(timespec="milliseconds"))
    if now is None or today is None or clock is None:
        raise ValueError(stamp)
    return now, today, clock


def plus(value: Temporal, amount: int, unit: str) -> Temporal | None:
    """`value` moved by whole `amount` of a calendar unit, at its own precision; None when it leaves years 1 to 9999.

    A unit finer than the precision counts in whole steps of the precision: 24 hours a day, 30 days a month, 12 months a year.
    """
    precision = len(value.parts)
    if value.kind == "time":
        return _plus_time(value, amount, unit)
    if unit == "week":
        amount, unit = amount * 7, "day"
    if unit in {"year", "month"} or precision < 3:
        months = _as_months(amount, unit) if precision > 1 else 12 * _truncated(_as_months(amount, unit), 12)
        year, month = divmod(int(value.parts[0]) * 12 + (int(value.parts[1]) if precision > 1 else 1) - 1 + months, 12)
        if not 1 <= year <= 9999:
            return None
        moved: tuple[int | Decimal, ...] = (year, month + 1)
        if precision > 2:
            moved = (*moved, min(int(value.parts[2]), days_in(year, month + 1)), *value.parts[3:])
        return _rebuilt(value, moved[:precision])
    seconds = Decimal(amount) * _SECONDS[unit]
    step = {3: 86400, 4: 3600, 5: 60}.get(precision)
    if step is not None:
        seconds = Decimal(int(seconds / step) * step)
    clock = (*value.parts[3:], 0, 0, 0)[:3]
    total = seconds + Decimal(clock[0]) * 3600 + Decimal(clock[1]) * 60 + Decimal(clock[2])
    days, rest = int(total // 86400), total % 86400
    if rest < 0:
        days, rest = days - 1, rest + 86400
    ordinal = date(int(value.parts[0]), int(value.parts[1]), int(value.parts[2])).toordinal() + days
    if not 1 <= ordinal <= date.max.toordinal():
        return None
    day = date.fromordinal(ordinal)
    minutes, second = divmod(rest, 60)
    return _rebuilt(value, (day.year, day.month, day.day, int(minutes) // 60, int(minutes) % 60, second)[:precision])


_SECONDS = {
    "day": Decimal(86400),
    "hour": Decimal(3600),
    "minute": Decimal(60),
    "second": Decimal(1),
    "millisecond": Decimal("0.001"),
}


def _truncated(amount: int, by: int) -> int:
    return -(-amount // by) if amount < 0 else amount // by


def _as_months(amount: int, unit: str) -> int:
    if unit == "year":
        return amount * 12
    if unit == "month":
        return amount
    days = int(Decimal(amount) * _SECONDS[unit] / 86400)
    return _truncated(days, 30)


def _plus_time(value: Temporal, amount: int, unit: str) -> Temporal | None:
    if unit not in _SECONDS or unit == "day":
        return None
    clock = (*value.parts, 0, 0)[:3]
    seconds = Decimal(amount) * _SECONDS[unit]
    step = {1: 3600, 2: 60}.get(len(value.parts))
    if step is not None:
        seconds = Decimal(int(seconds / step) * step)
    total = (seconds + Decimal(clock[0]) * 3600 + Decimal(clock[1]) * 60 + Decimal(clock[2])) % 86400
    if total < 0:
        total += 86400
    minutes, second = divmod(total, 60)
    return _rebuilt(value, (int(minutes) // 60, int(minutes) % 60, second)[: len(value.parts)])


def _rebuilt(value: Temporal, parts: tuple[int | Decimal, ...]) -> Temporal:
    return build(value.kind, parts, value.zone, _fraction_digits(value.text))


def _fraction_digits(text: str) -> int:
    match = re.search(r"\.([0-9]+)", text)
    return len(match[1]) if match else 0


def build(kind: str, parts: tuple[int | Decimal, ...], zone: int | None, digits: int) -> Temporal:
    """A value from its parts, its text written with at least `digits` decimals of a second."""
    clock = parts if kind == "time" else parts[3:]
    written = []
    for number, part in enumerate(clock):
        written.append(_seconds(Decimal(part), digits) if number == 2 else f"{int(part):02d}")
    text = ":".join(written)
    if kind != "time":
        days = "-".join(f"{int(part):0{4 if number == 0 else 2}d}" for number, part in enumerate(parts[:3]))
        text = f"{days}T{text}" if text else days
        if clock and zone is not None:
            text += "Z" if zone == 0 else f"{'-' if zone < 0 else '+'}{abs(zone) // 60:02d}:{abs(zone) % 60:02d}"
    return Temporal(kind, parts, zone, text)


def _seconds(value: Decimal, digits: int) -> str:
    exact = max(digits, -int(value.as_tuple().exponent) if value != value.to_integral_value() else 0)
    whole, _, fraction = f"{value:f}".partition(".")
    fraction = fraction.ljust(exact, "0")[:exact]
    return f"{int(whole):02d}.{fraction}" if exact else f"{int(whole):02d}"
