"""FHIR dates and times: what is one, what it means, how exact it is."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rehabfhir.model import Date, DateTime, Instant, Time, as_date, as_datetime, date_problem, precision
from tests.strategies import datetimes

GOOD_DATES = ["2026", "2026-02", "2026-02-28", "2024-02-29", "0001-01-01"]
BAD_DATES = [
    "",
    "26",
    "2026-13",
    "2026-02-30",
    "2023-02-29",
    "2026-2-3",
    "20260203",
    "0000",
    "2026-02-03T10:00:00Z",
    "２０２６",
    "2026-02-03 ",
]
GOOD_TIMES = ["2026-02-03T10:00:00Z", "2026-02-03T10:00:00.123+01:00", "2026-06-30T23:59:60Z"]
BAD_TIMES = [
    "2026-02-03T10:00:00",
    "2026-02-03T10:00Z",
    "2026-02T10:00:00Z",
    "2026-02-03T24:00:00Z",
    "2026-02-03T10:00:00+15:00",
    "2026-02-03T",
]


def accepts(kind, text):
    try:
        return TypeAdapter(kind).validate_python(text) == text
    except ValidationError:
        return False


def test_a_date_is_a_year_a_month_or_a_day_that_exists():
    assert all(accepts(Date, text) for text in GOOD_DATES)
    assert not any(accepts(Date, text) for text in BAD_DATES + GOOD_TIMES + BAD_TIMES)


def test_a_date_time_is_a_date_or_a_moment_with_its_offset():
    assert all(accepts(DateTime, text) for text in GOOD_DATES + GOOD_TIMES)
    assert not any(accepts(DateTime, text) for text in BAD_TIMES)


def test_an_instant_is_a_moment():
    assert all(accepts(Instant, text) for text in GOOD_TIMES)
    assert not any(accepts(Instant, text) for text in GOOD_DATES + BAD_TIMES)


def test_a_time_of_day_has_hours_minutes_and_seconds():
    assert accepts(Time, "08:30:00")
    assert not any(accepts(Time, text) for text in ["8:30", "08:30", "25:00:00", "08:30:00Z"])


def test_dates_are_plain_text_at_run_time():
    assert type(TypeAdapter(Date).validate_python("2026-02")) is str


def test_precision_is_told():
    assert [precision(text) for text in ("2026", "2026-02", "2026-02-03", "2026-02-03T10:00:00Z")] == [
        "year",
        "month",
        "day",
        "time",
    ]


def test_a_partial_date_means_its_first_day():
    assert as_date("2026") == date(2026, 1, 1)
    assert as_date("2026-02") == date(2026, 2, 1)
    assert as_datetime("2026-02") == datetime(2026, 2, 1, tzinfo=UTC)
    assert as_datetime("2026-02-03T01:00:00+01:00") == datetime(2026, 2, 3, tzinfo=UTC)
    assert as_datetime("2026-06-30T23:59:60Z").second == 59


@given(datetimes)
def test_every_date_time_can_be_told_in_python(text):
    assert date_problem(text, time=True) is None
    assert as_datetime(text).tzinfo is not None


@given(st.text(max_size=30))
def test_no_text_makes_the_check_fail_otherwise_than_in_words(text):
    problem = date_problem(text, time=True)
    assert problem is None or problem


def test_the_words_do_not_hold_the_value():
    assert "2026-02-30" not in date_problem("2026-02-30")
