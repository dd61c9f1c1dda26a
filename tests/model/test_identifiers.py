"""Swedish identifiers, against published test numbers only."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.model import identifiers
from rehabfhir.model.identifiers import (
    hsa_id,
    identify,
    lma_nummer,
    nationellt_reservnummer,
    organisationsnummer,
    personnummer,
    regionalt_reservnummer,
    samordningsnummer,
)

# The examples of HL7 Sweden's base package and numbers of Skatteverket's published test series; see fixtures/README.md.
PERSONNUMMER = [
    "195009072553",
    "196101182803",
    "189602029812",
    "189002029800",
    "199002222397",
    "200001252386",
    "200302022389",
    "195303282387",
    "195607222394",
    "198105169281",
    "201901052397",
    "194807171899",
    "191212121212",
]
# python-stdnum's own examples.
STDNUM_GOOD, STDNUM_BAD = ("880320-0016", "811228-9874"), ("880320-0018", "811228-9841")
VERBS = ("normalise", "check", "format", "parse")
MODULES = (personnummer, samordningsnummer, nationellt_reservnummer, lma_nummer, organisationsnummer, hsa_id)
RESERVE = [
    ("1.2.752.97.3.1.3", "991981000010"),
    ("1.2.752.113.11.0.2.1.1.1", "19810829M071"),
    ("1.2.752.113.11.0.2.1.1.1", "20210325K069"),
    ("1.2.752.74.9.2", "19810829SU3A"),
    ("1.2.752.129.2.1.3.2", "198108320014"),
    ("1.2.752.74.9.3", "19810829TB1F"),
    ("1.2.752.219.1.10.10.1", "810829DA1B"),
    ("1.2.752.74.9.5", "20200501-AA8A"),
    ("1.2.752.269.1.1", "20100101014R"),
    ("1.2.752.266.1.1.1", "19600606AA1G"),
    ("1.2.752.266.1.1.2", "18500101N123"),
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.KIND)
def test_every_kind_has_the_same_verbs(module):
    assert all(callable(getattr(module, verb)) for verb in VERBS)
    assert module.__doc__


@pytest.mark.parametrize("number", PERSONNUMMER)
def test_published_personal_numbers_hold_in_every_written_form(number):
    for written in (
        number,
        f"{number[:8]}-{number[8:]}",
        f" {number[:8]} {number[8:]} ",
        f"{number[:8]}\u2013{number[8:]}",
    ):
        assert personnummer.check(written) == ()
        assert personnummer.normalise(written) == number


@pytest.mark.parametrize("number", STDNUM_GOOD[:1])
def test_a_short_number_gets_the_latest_century_that_is_not_in_the_future(number):
    assert personnummer.normalise(number, today=date(2026, 1, 1)) == "198803200016"
    assert personnummer.normalise(number.replace("-", "+"), today=date(2026, 1, 1)) == "188803200016"
    assert personnummer.normalise(number, today=date(1987, 1, 1)) == "188803200016"
    assert personnummer.check(number) == ()


@pytest.mark.parametrize(
    "number",
    [*STDNUM_BAD[:1], "199002222398", "199013222397", "199002302397", "1990", "", "abc", "１９９００２２２２３９７"],
)
def test_a_number_that_fails_is_an_error_with_the_number_kept_out_of_the_message(number):
    (issue,) = personnummer.check(number)
    assert (issue.severity, issue.rule, issue.value) == ("error", "identifier-personnummer", number)
    assert not number or number not in issue.message


def test_a_temporary_number_with_a_letter_is_information():
    (issue,) = personnummer.check("19900222T397")
    assert issue.severity == "information"


def test_the_separator_tells_those_who_turn_a_hundred():
    assert personnummer.format("191212121212", today=date(2011, 12, 31)) == "121212-1212"
    assert personnummer.format("191212121212", today=date(2012, 1, 1)) == "121212+1212"


def test_a_number_tells_date_and_sex():
    parts = personnummer.parse("20030202-2389")
    assert (parts.value, parts.birth_date, parts.sex) == ("200302022389", "2003-02-02", "female")
    assert personnummer.parse("199002222397").sex == "male"
    assert personnummer.parse("20010230-2389") is None
    assert personnummer.parse("196109732393") is None


@pytest.mark.parametrize("number", ["196109732393", "197010632391", "19701063-2391"])
def test_published_coordination_numbers_hold(number):
    assert samordningsnummer.check(number) == ()
    assert samordningsnummer.parse(number).sex == "male"


@pytest.mark.parametrize("number", ["196109132393", "196109732394", "x"])
def test_what_is_not_a_coordination_number_is_an_error(number):
    assert samordningsnummer.check(number)[0].severity == "error"


def test_a_national_reserve_number_is_never_refused_for_its_check_digit():
    for digit in range(10):
        assert nationellt_reservnummer.check(f"98240301AA0{digit}") == ()


def test_a_local_number_under_the_national_system_is_a_warning():
    (issue,) = nationellt_reservnummer.check("20210325K069")
    assert issue.severity == "warning"


def test_a_national_reserve_number_tells_the_birth_date_behind_its_shifted_century():
    assert nationellt_reservnummer.parse("22950606-FH20").birth_date == "1995-06-06"
    assert nationellt_reservnummer.parse("23150606-FH20").birth_date == "2015-06-06"
    assert nationellt_reservnummer.parse("00000000FHA0").birth_date is None
    assert nationellt_reservnummer.parse("00000000FHA0").sex is None
    assert nationellt_reservnummer.format("22950606FH20") == "22950606-FH20"
    assert nationellt_reservnummer.parse("x") is None


@pytest.mark.parametrize(("oid", "number"), RESERVE)
def test_published_regional_reserve_numbers_hold(oid, number):
    assert regionalt_reservnummer.check(oid, number) == ()
    assert regionalt_reservnummer.check(f"urn:oid:{oid}", number) == ()


@pytest.mark.parametrize("oid", ["1.2.752.97.3.1.3", "1.2.752.113.11.0.2.1.1.1", "1.2.752.129.2.1.3.2"])
def test_a_deviating_regional_check_digit_is_a_warning(oid):
    number = dict(reversed(RESERVE))[oid]
    other = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert regionalt_reservnummer.check(oid, other)[0].severity == "warning"


def test_every_regional_series_has_its_own_namespace():
    oids = [row.oid for row in regionalt_reservnummer.SERIES]
    assert len(set(oids)) == len(oids) == 15


def test_a_series_without_published_format_is_held_and_not_judged():
    assert regionalt_reservnummer.check("1.2.3", "whatever") == ()
    assert regionalt_reservnummer.format(" 19810829m071") == "19810829M071"
    assert regionalt_reservnummer.parse("19810829M071").birth_date == "1981-08-29"


@pytest.mark.parametrize("number", ["2321000131", "232100-0131", "16 232100-0131", "5565594230", "123456-7897"])
def test_organisation_numbers_hold(number):
    assert organisationsnummer.check(number) == ()


@pytest.mark.parametrize("number", ["1234567891", "12345", "abcdefghij", "２３２１０００１３１"])
def test_what_is_not_an_organisation_number_is_an_error(number):
    assert organisationsnummer.check(number)[0].severity == "error"


@pytest.mark.parametrize("value", ["SE2321000131-E000000012345", "SE5565594230-A"])
def test_hsa_ids_hold(value):
    assert hsa_id.check(value) == ()


@pytest.mark.parametrize(
    "value", ["", "TSTNMT2321000131-1", "SE2321000132-E1", "SE2321000131-" + "E" * 30, "SE2321000131-Å1"]
)
def test_a_deviating_hsa_id_is_a_warning(value):
    assert hsa_id.check(value)[0].severity == "warning"


def test_lma_numbers_are_read_in_both_forms():
    assert lma_nummer.normalise("50-123456/1") == lma_nummer.normalise("501234561") == "501234561"
    assert lma_nummer.format("50123456") == "50-123456"
    assert lma_nummer.check("50-12345")[0].severity == "warning"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.KIND)
def test_a_kind_is_found_by_url_and_by_oid_with_and_without_urn(module):
    for system in (module.SYSTEM, *module.OIDS, *(f"urn:oid:{oid}" for oid in module.OIDS)):
        found = identify(system, "x")
        assert (found.kind, found.system) == (module.KIND, module.SYSTEM)


@pytest.mark.parametrize("row", regionalt_reservnummer.SERIES, ids=lambda row: row.region)
def test_a_regional_series_is_found_by_its_namespace(row):
    for system in filter(None, (row.oid, f"urn:oid:{row.oid}", row.uri)):
        assert row.region in identify(system, "x").name


def test_an_unknown_system_is_no_kind_known_here():
    assert identify("http://example.org/mrn", "1") is None


@given(
    st.sampled_from([*MODULES]), st.one_of(st.text(max_size=20), st.from_regex(r"[0-9A-Z\-+/]{0,16}", fullmatch=True))
)
def test_no_text_makes_a_verb_fail_and_normalising_twice_changes_nothing(module, text):
    for verb in ("check", "format", "parse"):
        getattr(module, verb)(text)
    once = module.normalise(text)
    assert module.normalise(once) == once
    identify(module.SYSTEM, text)


@given(st.sampled_from(regionalt_reservnummer.SERIES), st.text(max_size=16))
def test_no_text_makes_a_regional_series_fail(row, text):
    assert all(issue.severity == "warning" for issue in identify(row.oid, text).issues)
    regionalt_reservnummer.parse(text)


def test_public_names_are_what_is_exported():
    assert sorted(identifiers.__all__) == list(identifiers.__all__)
    assert all(hasattr(identifiers, name) for name in identifiers.__all__)
