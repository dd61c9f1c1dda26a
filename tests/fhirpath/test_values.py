"""Quantities, units, partial dates: conversions are exact, comparison says nothing where precision leaves it open."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.fhirpath import Env, compile_expression
from rehabfhir.fhirpath.quantity import Quantity, ratio
from rehabfhir.fhirpath.temporal import compare, parse, parse_date, parse_datetime, parse_time, plus
from rehabfhir.fhirpath.units import unit


def evaluate(text):
    return compile_expression(text).evaluate({})


@pytest.mark.parametrize(
    ("code", "factor", "dimension"),
    [
        ("1", 1, ()),
        ("%", Fraction(1, 100), ()),
        ("{score}", 1, ()),
        ("mg", Fraction(1, 1000), (("g", 1),)),
        ("kg/m2", 1000, (("g", 1), ("m", -2))),
        ("mmol/L", 1, (("m", -3), ("mol", 1))),
        ("10*3/uL", 10**12, (("m", -3),)),
        ("10*-6", Fraction(1, 10**6), ()),
        ("/min", Fraction(1, 60), (("s", -1),)),
        ("1/min", Fraction(1, 60), (("s", -1),)),
        ("mm[Hg]", 133322, (("g", 1), ("m", -1), ("s", -2))),
        ("kPa", 10**6, (("g", 1), ("m", -1), ("s", -2))),
        ("[lb_av]", Fraction(45359237, 100000), (("g", 1),)),
        ("m/s", 1, (("m", 1), ("s", -1))),
        ("m.s-1", 1, (("m", 1), ("s", -1))),
    ],
)
def test_units_have_their_factor_and_dimension(code, factor, dimension):
    assert unit(code) == (Fraction(factor), dimension)


@pytest.mark.parametrize("code", ["", "m/", ".m", "m//s", "m/(s)", "foo", "m99", "0", "kmin", "m" * 300])
def test_what_is_no_known_unit_is_comparable_with_itself_only(code):
    assert unit(code) is None
    assert ratio(Quantity(Decimal(1), code), Quantity(Decimal(2), code)) == (1, 2)
    assert ratio(Quantity(Decimal(1), code), Quantity(Decimal(2), "g")) is None


@given(
    value=st.decimals(-1000, 1000, places=3),
    pair=st.sampled_from(
        [("kg", "mg", 10**6), ("h", "min", 60), ("m2", "cm2", 10**4), ("L", "dL", 10), ("d", "h", 24)]
    ),
)
def test_conversion_is_exact_both_ways(value, pair):
    large, small, factor = pair
    expression = compile_expression("%a = %b and %b = %a and (%a < %b).not()")
    env = Env(variables={"a": Quantity(value, large), "b": Quantity(value * factor, small)})
    assert expression.test({}, env) is True


def test_calendar_durations_and_their_ucum_namesakes():
    assert evaluate("1 week = 7 days and 1 day = 1 'd' and 24 hours = 1 'd'") == [True]
    assert evaluate("1 year = 1 'a'") == []
    assert evaluate("1 year ~ 1 'a' and 1 month ~ 1 'mo'") == [True]
    assert evaluate("1 year = 12 months") == [True]
    assert evaluate("@2024-01-31 + 1 month") == ["2024-02-29"]
    assert evaluate("@2024-02-29 + 1 year") == ["2025-02-28"]
    assert evaluate("@2024 + 24 months") == ["2026"]
    assert evaluate("@2024-01-01T10:00 + 90 seconds") == ["2024-01-01T10:01"]
    assert evaluate("@T23:30 + 1 hour") == ["00:30"]
    assert evaluate("@9999-12-31 + 1 day") == []


@given(start=st.dates(), days=st.integers(-400, 400))
def test_moving_a_date_by_days_is_the_calendars(start, days):
    try:
        wanted = (start + timedelta(days=days)).isoformat()
    except OverflowError:
        wanted = None
    moved = plus(parse_date(start.isoformat()), days, "day")
    assert (moved and moved.text) == wanted


@given(
    one=st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    other=st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    cut=st.sampled_from([4, 7, 10]),
)
def test_a_coarser_date_is_before_after_or_undecided(one, other, cut):
    coarse = parse_date(one.isoformat()[:cut])
    found = compare(coarse, parse_date(other.isoformat()))
    if one.isoformat()[:cut] == other.isoformat()[:cut]:
        assert found == (0 if cut == 10 else None)
    else:
        assert found == (-1 if one < other else 1)
    assert compare(parse_date(other.isoformat()), coarse) == (None if found is None else -found)


@given(moment=st.datetimes(), zones=st.tuples(st.integers(-11, 13), st.integers(-11, 13)))
def test_the_same_moment_in_two_zones_is_equal(moment, zones):
    try:
        texts = [(moment + timedelta(hours=zone)).isoformat(timespec="seconds") + f"{zone:+03d}:00" for zone in zones]
    except OverflowError:
        return
    one, other = map(parse_datetime, texts)
    assert compare(one, other) == 0


def test_a_missing_zone_leaves_near_moments_open_and_far_ones_decided():
    def order(left, right):
        return compare(parse_datetime(left), parse_datetime(right))

    assert order("2026-01-07T10:00:00", "2026-01-07T11:00:00Z") is None
    assert order("2026-01-07T10:00:00", "2026-01-09T11:00:00Z") == -1
    assert order("2026-01-09T10:00:00", "2026-01-07T11:00:00+02:00") == 1
    assert compare(parse_time("10:00"), parse_date("2026")) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29",
        "2026-13",
        "0000",
        "2026-1-1",
        "2026-01-01T25:00",
        "2026-01-01T10:60",
        "2026T10",
        "2026-01-01T10:00+15:00",
        "2026-01-01T10:00+10:60",
        "٢٠٢٦",
        "",
        "2026-01-01T10:00:60",
        "abc",
    ],
)
def test_dates_that_do_not_exist_are_none(text):
    assert parse("dateTime", text) is None
    assert parse("date", text) is None


def test_decimals_are_exact_and_bounded():
    assert evaluate("0.1 + 0.2 = 0.3") == [True]
    assert evaluate("1.10 = 1.1 and 1.10.precision() = 2") == [True]
    assert evaluate("9223372036854775807 + 1") == []
    assert evaluate("10.power(400)") == []
    assert evaluate("1.0 / 3.0 * 3.0 ~ 1.0") == [True]
    assert compile_expression("value > 0.1").test({"resourceType": "x", "value": 0.1}) is False
