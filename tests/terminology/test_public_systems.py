"""Systems that are rules or public lists: UCUM, media types, language tags, countries, currencies, check digits."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.terminology import CANNOT_TELL, IN, NOT_IN, Terminology, ucum
from rehabfhir.terminology.checkdigits import is_loinc_number, is_sctid

from .conftest import Shelf, value_set

NOTHING = Terminology(Shelf())


@pytest.mark.parametrize(
    ("system", "code", "answer"),
    [
        ("http://unitsofmeasure.org", "mg/dL", IN),
        ("http://unitsofmeasure.org", "mmHg", NOT_IN),
        ("urn:ietf:bcp:13", "application/fhir+json", IN),
        ("urn:ietf:bcp:13", 'text/plain; charset="utf-8"', IN),
        ("urn:ietf:bcp:13", "TEXT/HTML;charset=utf-8", IN),
        ("urn:ietf:bcp:13", "application/vnd.new-thing.v9+xml", IN),
        ("urn:ietf:bcp:13", "pdf", NOT_IN),
        ("urn:ietf:bcp:13", "picture/png", NOT_IN),
        ("urn:ietf:bcp:13", "[%payloadFormat%]", NOT_IN),
        ("urn:ietf:bcp:47", "sv", IN),
        ("urn:ietf:bcp:47", "sv-SE", IN),
        ("urn:ietf:bcp:47", "zh-Hant-TW", IN),
        ("urn:ietf:bcp:47", "de-CH-1996", IN),
        ("urn:ietf:bcp:47", "zh-min-nan", IN),
        ("urn:ietf:bcp:47", "i-klingon", IN),
        ("urn:ietf:bcp:47", "x-whatever", IN),
        ("urn:ietf:bcp:47", "en-u-ca-gregory", IN),
        ("urn:ietf:bcp:47", "qab", IN),
        ("urn:ietf:bcp:47", "sv_SE", NOT_IN),
        ("urn:ietf:bcp:47", "swedish", NOT_IN),
        ("urn:ietf:bcp:47", "sv-XQ1", NOT_IN),
        ("urn:ietf:bcp:47", "de-1996-1996", NOT_IN),
        ("urn:ietf:rfc:3986", "urn:oid:1.2.3", IN),
        ("urn:ietf:rfc:3986", "nothing of the kind", NOT_IN),
        ("urn:iso:std:iso:3166", "SE", IN),
        ("urn:iso:std:iso:3166", "SWE", IN),
        ("urn:iso:std:iso:3166", "752", IN),
        ("urn:iso:std:iso:3166", "se", NOT_IN),
        ("urn:iso:std:iso:3166", "20422", NOT_IN),
        ("urn:iso:std:iso:3166:-2", "SE-AB", IN),
        ("urn:iso:std:iso:3166:-2", "SE-ÅÄ", NOT_IN),
        ("urn:iso:std:iso:3166:-2", "QQ-AB", NOT_IN),
        ("urn:iso:std:iso:3166:-2", "SE-99", CANNOT_TELL),
        ("urn:iso:std:iso:4217", "SEK", IN),
        ("urn:iso:std:iso:4217", "kr", NOT_IN),
        ("https://www.iana.org/time-zones", "Europe/Stockholm", IN),
        ("https://www.iana.org/time-zones", "Europe/Nyköping", NOT_IN),
        ("http://snomed.info/sct", "736055001", CANNOT_TELL),
        ("http://snomed.info/sct", "276885007x", NOT_IN),
        ("http://snomed.info/sct", "736055002", NOT_IN),
        ("http://snomed.info/sct", "71388002 |Procedure|", CANNOT_TELL),
        ("http://loinc.org", "72133-2", CANNOT_TELL),
        ("http://loinc.org", "72133-3", NOT_IN),
        ("http://loinc.org", "LA6715-2", CANNOT_TELL),
        ("http://unstats.un.org/unsd/methods/m49/m49.htm", "150", CANNOT_TELL),
        ("http://unstats.un.org/unsd/methods/m49/m49.htm", "Europe", NOT_IN),
    ],
)
def test_a_public_system_is_checked_without_any_package(system, code, answer):
    assert NOTHING.code_in_system(system, code).answer is answer


def test_a_loaded_system_wins_over_the_built_in_one():
    mine = {
        "resourceType": "CodeSystem",
        "url": "urn:iso:std:iso:3166",
        "content": "complete",
        "concept": [{"code": "ZZ"}],
    }
    assert Terminology(Shelf(mine)).code_in_system("urn:iso:std:iso:3166", "ZZ").answer is IN


def test_a_system_that_is_only_named_leaves_the_built_in_one_in_place():
    named = {"resourceType": "CodeSystem", "url": "http://snomed.info/sct", "content": "not-present"}
    assert Terminology(Shelf(named)).code_in_system("http://snomed.info/sct", "736055002").cause == "bad-syntax"


def test_a_part_of_a_system_leaves_the_rest_to_the_built_in_rule():
    part = {
        "resourceType": "CodeSystem",
        "url": "http://unitsofmeasure.org",
        "content": "fragment",
        "concept": [{"code": "mine"}],
    }
    whole = value_set({"system": "http://unitsofmeasure.org"})
    terminology = Terminology(Shelf(part, whole))
    for ask in (
        lambda code: terminology.code_in_system(part["url"], code),
        lambda code: terminology.member(whole["url"], code=code),
    ):
        assert [ask(code).answer for code in ("mine", "mg/dL", "mmHg")] == [IN, IN, NOT_IN]
    snomed = Terminology(Shelf({**part, "url": "http://snomed.info/sct"}))
    assert snomed.code_in_system("http://snomed.info/sct", "736055001").cause == "incomplete-system"


@pytest.mark.parametrize(
    ("sctid", "valid"),
    [("22298006", True), ("736055001", True), ("22298007", False), ("0", False), ("٢٢٢٩٨٠٠٦", False)],
)
def test_snomed_identifiers_carry_verhoeffs_check_digit(sctid, valid):
    assert is_sctid(sctid) is valid


@given(st.integers(min_value=0, max_value=9_999_999))
def test_exactly_one_check_digit_fits_a_loinc_number(number):
    assert sum(is_loinc_number(f"{number}-{digit}") for digit in range(10)) == 1


@given(st.integers(min_value=10**5, max_value=10**17 - 1))
def test_exactly_one_check_digit_fits_a_snomed_identifier(number):
    assert sum(is_sctid(f"{number}{digit}") for digit in range(10)) == 1


@pytest.mark.parametrize(
    "unit",
    [
        "m",
        "kg",
        "mm[Hg]",
        "10*9/L",
        "10*-3",
        "10^3/ul",
        "/min",
        "{score}",
        "mg{total}/dL",
        "kg/m2",
        "[degF]",
        "Cel",
        "%",
        "1",
        "m.s-2",
        "(kg.m)/(s2.A)",
        "mL/min/{1.73_m2}",
        "[in_i'H2O]",
        "B[10.nV]",
        "meq/L",
        "[iU]/mL",
        "umol/(24.h)",
        "cal_[15]",
        "dag",
        "1/(m.s)",
    ],
)
def test_units_that_ucum_defines_are_valid(unit):
    assert ucum.is_valid(unit)


@pytest.mark.parametrize(
    "unit",
    [
        "",
        " ",
        "mmHg",
        "mcg",
        "bpm",
        "ml/hr",
        "month",
        "mEq",
        "k[in_i]",
        "m..s",
        "m.",
        "(m",
        "m)",
        "m{",
        "{}}",
        "m+",
        "kg m",
        "µg",
        "°C",
        "[nonsense]",
        "m-",
        "٣",
        "(" * 5000 + "m" + ")" * 5000,
        "m" * 2000,
        "9" * 500,
    ],
)
def test_what_is_not_ucum_is_not_valid(unit):
    assert not ucum.is_valid(unit)


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        ("50", "km", "m", "50000"),
        ("1", "g", "kg", "0.001"),
        ("98.6", "[degF]", "Cel", "37"),
        ("37", "Cel", "[degF]", "98.6"),
        ("0", "Cel", "K", "273.15"),
        ("1", "[lb_av]", "g", "453.59237"),
        ("1", "[in_i]", "cm", "2.54"),
        ("120", "mm[Hg]", "kPa", "15.99864"),
        ("1", "wk", "h", "168"),
        ("2", "mmol/L", "umol/mL", "2"),
        ("100", "%", "1", "1"),
        ("180", "/min", "Hz", "3"),
        ("5", "[iU]/mL", "[iU]/L", "5000"),
    ],
)
def test_quantities_convert_exactly(value, unit, to, expected):
    assert ucum.convert(Decimal(value), unit, to) == Decimal(expected)


@pytest.mark.parametrize(
    ("unit", "to"), [("kg", "m"), ("[iU]", "g"), ("mmHg", "kPa"), ("m99999", "m"), ("[pH]", "mol/L")]
)
def test_what_does_not_measure_the_same_does_not_convert(unit, to):
    assert ucum.convert(1, unit, to) is None
    assert not ucum.comparable(unit, to)


UNITS = st.sampled_from(["m", "km", "cm", "[in_i]", "[ft_i]", "mm", "[mi_i]"])


@given(st.fractions(max_denominator=1000), UNITS, UNITS)
def test_converting_there_and_back_gives_the_same_value(value, unit, to):
    there = ucum.to_canonical(value, unit)
    assert there.unit == ucum.to_canonical(1, to).unit
    back = there.value / ucum.to_canonical(1, unit).value
    assert back == value


@given(st.text(alphabet="mkg[]in_(){}./*^10+-23 'Hu%", max_size=30))
def test_no_text_crashes_the_unit_parser(text):
    valid = ucum.is_valid(text)
    found = ucum.to_canonical(1, text)
    assert valid or found is None


def test_every_unit_of_the_table_reduces_to_base_units():
    prefixes, units = ucum._table()
    assert len(prefixes) == 24
    assert len(units) > 300
    for code in units:
        found = ucum.to_canonical(1, code)
        assert found is not None
        assert isinstance(found.value, Fraction)


def test_a_value_set_of_comparable_units_holds_them():
    vs = value_set(
        {"system": "http://unitsofmeasure.org", "filter": [{"property": "canonical", "op": "=", "value": "m"}]}
    )
    terminology = Terminology(Shelf(vs))
    answers = [
        terminology.member(vs["url"], system="http://unitsofmeasure.org", code=code).answer
        for code in ("km", "kg", "mmHg")
    ]
    assert answers == [IN, NOT_IN, NOT_IN]


def test_countries_filtered_by_a_pattern_are_the_two_letter_ones():
    vs = value_set(
        {"system": "urn:iso:std:iso:3166", "filter": [{"property": "code", "op": "regex", "value": "([A-Z]{2})"}]}
    )
    terminology = Terminology(Shelf(vs))
    assert [terminology.member(vs["url"], code=code).answer for code in ("SE", "SWE", "20422")] == [IN, NOT_IN, NOT_IN]
    assert len(terminology.expand(vs["url"])) == 249


@given(st.text(max_size=40))
def test_no_text_crashes_a_built_in_system(text):
    for system in (
        "urn:ietf:bcp:13",
        "urn:ietf:bcp:47",
        "urn:ietf:rfc:3986",
        "urn:iso:std:iso:3166:-2",
        "http://snomed.info/sct",
        "http://loinc.org",
    ):
        assert NOTHING.code_in_system(system, text).answer in {IN, NOT_IN, CANNOT_TELL}


def test_a_name_is_no_jurisdiction_whatever_areas_the_filter_takes(r4):
    assert r4.member("http://hl7.org/fhir/ValueSet/jurisdiction", code="Europe").answer is NOT_IN
    assert r4.member("http://hl7.org/fhir/ValueSet/jurisdiction", code="150").answer is CANNOT_TELL
