"""Points in time as FHIR writes them: text that keeps its precision and its offset to the letter.

`Date` (``2026``, ``2026-02``, ``2026-02-03``), `DateTime` (the same, or with time and offset), `Instant` and
`Time` are plain ``str`` at run time; reading a domain value checks that the date exists (2026-02-30 is refused).
Rules: https://hl7.org/fhir/R4/datatypes.html#dateTime.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator

__all__ = ["Date", "DateTime", "Instant", "Time", "as_date", "as_datetime", "date_problem", "ends_before", "precision"]

_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(\.\d+)?", re.ASCII)
_OFFSET = re.compile(r"Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)", re.ASCII)


def date_problem(text: str, *, time: bool = False) -> str | None:
    """What is wrong with a FHIR date (or dateTime when `time`), in words without the value; None when it is right."""
    day, mark, rest = text.partition("T")
    match = _DATE.fullmatch(day)
    if match is None:
        return "expected YYYY, YYYY-MM or YYYY-MM-DD" + (", or with time and offset" if time else "")
    if match[1] == "0000":
        return "there is no year 0000"
    if match[3] is not None and int(match[3]) > monthrange(int(match[1]), int(match[2]))[1]:
        return "there is no such day in that month"
    if not mark:
        return None
    if not time:
        return "a date has no time of day"
    if match[3] is None:
        return "a time of day needs a whole date before it"
    clock = _CLOCK.match(rest)
    if clock is None:
        return "expected the time of day as hh:mm:ss"
    if _OFFSET.fullmatch(rest, clock.end()) is None:
        return "a time of day needs an offset, Z or +hh:mm"
    return None


def _date(text: str) -> str:
    problem = date_problem(text)
    if problem:
        raise ValueError(problem)
    return text


def _datetime(text: str) -> str:
    problem = date_problem(text, time=True)
    if problem:
        raise ValueError(problem)
    return text


def _instant(text: str) -> str:
    if "T" not in text:
        raise ValueError("an instant needs date, time of day and offset")
    return _datetime(text)


def _time(text: str) -> str:
    if _CLOCK.fullmatch(text) is None:
        raise ValueError("expected hh:mm:ss")
    return text


Date = Annotated[str, AfterValidator(_date)]
"""A FHIR date: a year, a month or a day."""
DateTime = Annotated[str, AfterValidator(_datetime)]
"""A FHIR dateTime: a year, a month, a day, or a moment with its offset."""
Instant = Annotated[str, AfterValidator(_instant)]
"""A FHIR instant: a moment with its offset."""
Time = Annotated[str, AfterValidator(_time)]
"""A FHIR time of day, hh:mm:ss."""


def precision(text: str) -> str:
    """How exact a FHIR date or dateTime is: ``year``, ``month``, ``day`` or ``time``."""
    return "time" if "T" in text else {4: "year", 7: "month"}.get(len(text), "day")


def as_date(text: str) -> date:
    """The first day that a FHIR date or dateTime may mean; sorts values of different precision."""
    year, month, day = (text.partition("T")[0] + "-01-01").split("-")[:3]
    return date(int(year), int(month), int(day))


def as_datetime(text: str) -> datetime:
    """The first moment that a FHIR date or dateTime may mean; UTC where the text has no offset."""
    if "T" not in text:
        day = as_date(text)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    moment = datetime.fromisoformat(text.replace(":60", ":59"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def ends_before(start: str, end: str) -> bool:
    """Whether `end` is before `start`, as far as the two say: a month holds all its days."""
    if "T" in start and "T" in end:
        return as_datetime(end) < as_datetime(start)
    shared = min(len(start.partition("T")[0]), len(end.partition("T")[0]))
    return end[:shared] < start[:shared]
