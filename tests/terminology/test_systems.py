"""Code systems by every name that they go by."""

import pytest

from rehabfhir.errors import MisuseError
from rehabfhir.terminology import CANNOT_TELL, IN, NOT_IN, Terminology
from rehabfhir.terminology.systems import canonical, named, recognise, systems

from .conftest import Shelf

KVA = "urn:oid:1.2.752.116.1.3.2.1.4"


@pytest.mark.parametrize(
    "form",
    [
        "1.2.752.116.1.3.2.1.4",
        "urn:oid:1.2.752.116.1.3.2.1.4",
        "URN:OID:1.2.752.116.1.3.2.1.4",
        "OID:1.2.752.116.1.3.2.1.4",
        "1.2.752.116.1.3.2.3.4",
        "urn:oid:1.2.752.116.1.3.2.3.5",
        "1.2.752.116.1.3.2.3.6",
        "http://electronichealth.se/id/kva",
        "http://www.socialstyrelsen.se/kva/",
        "https://www.socialstyrelsen.se/statistik-och-data/klassifikationer-och-koder/kva/",
    ],
)
def test_every_form_of_kva_is_read_and_one_is_written(form):
    assert canonical(form) == KVA


def test_the_form_that_is_written_can_be_chosen():
    assert named("kva").written() == KVA
    assert named("kva").written("ehds") == "http://electronichealth.se/id/kva"
    with pytest.raises(MisuseError, match="known are"):
        named("kva").written("nonsense")


def test_an_oid_of_two_systems_is_kva_only_with_a_kva_code():
    assert recognise("1.2.752.129.2.2.2.1").system.key == "kv-informationstyp"
    assert recognise("1.2.752.129.2.2.2.1", "AW020").system.key == "kva"
    assert recognise("1.2.752.129.2.2.2.1", "AW020").ambiguous
    assert recognise("1.2.752.129.2.2.2.1", "vko").system.key == "kv-informationstyp"


def test_typos_and_wrong_identifiers_are_recognised_and_said():
    typo = recognise("urn:oid:1.2.759.129.2.2.1.4")
    assert typo.system.key == "hsa-befattning"
    assert "1.2.759" in typo.wrong
    assert recognise("1.2.752.116.1.1.1.1.1").wrong is not None


def test_the_parts_of_kva_are_told_apart():
    assert recognise("1.2.752.116.1.3.2.3.5").part == "KMÅ"
    assert recognise("1.2.752.116.1.3.2.3.6").part == "KKÅ"


@pytest.mark.parametrize(
    "oid", ["1.2.752.116.1.1.3", "1.2.752.116.1.1.3.1.1", "1.2.752.116.1.1.3.3.1", "2.16.840.1.113883.6.254"]
)
def test_every_oid_of_icf_is_icf(oid):
    assert canonical(oid) == "http://hl7.org/fhir/sid/icf"


def test_a_system_of_others_is_left_alone():
    assert recognise("http://example.org/cs") is None
    assert canonical("http://hl7.org/fhir/sid/icd-10") == "http://hl7.org/fhir/sid/icd-10"


def test_every_system_has_a_source_and_a_name_of_its_own():
    listed = systems()
    assert len({system.key for system in listed}) == len({system.uri for system in listed}) == len(listed)
    assert all(system.source and system.name for system in listed)


@pytest.mark.parametrize(
    ("key", "code", "answer"),
    [
        ("kv-kon", "2", IN),
        ("kv-kon", "7", NOT_IN),
        ("icf-qualifier", "9", IN),
        ("icf-qualifier", "5", NOT_IN),
        ("care-plan-type", "RP", IN),
        ("care-plan-type", "XX", NOT_IN),
        ("sosnyk", "1", CANNOT_TELL),
    ],
)
def test_small_systems_are_checked_by_their_list(key, code, answer):
    assert Terminology(Shelf()).code_in_system(named(key).uri, code).answer is answer
