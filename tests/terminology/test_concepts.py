"""Concept maps kept as files."""

import pytest

from rehabfhir.errors import MisuseError
from rehabfhir.terminology.concepts import concept_map, concept_maps, translate
from rehabfhir.terminology.kva import Kva
from rehabfhir.terminology.kva_store import embedded
from rehabfhir.terminology.systems import named

PLAN = "https://fhir.inera.se/CodeSystem/typeofcareplan-cs"
OWN = [entry for entry in concept_maps().values() if entry.source]


def test_a_rehabilitation_plan_is_the_same_in_riv_ta_fhir_and_snomed():
    riv = "urn:riv:clinicalprocess:logistics:logistics:enums:TypeOfCarePlanEnum:3"
    assert concept_map("care-plan-type-rivta").forward("RP") == "RP"
    assert concept_map("care-plan-type-rivta").source_system == riv
    assert translate(PLAN, "RP", "http://snomed.info/sct") == "736055001"
    assert translate("1.2.752.116.2.1.1", "736055001", PLAN) == "RP"
    assert translate(PLAN, "VP", "http://snomed.info/sct") is None


@pytest.mark.parametrize("words", ["Sjukgymnast", "fysioterapeut", "SJUKGYMNAST/FYSIOTERAPEUT "])
def test_a_profession_in_words_finds_its_code(words):
    assert concept_map("profession-words").backward(words) == "XS918"


def test_levels_without_a_counterpart_are_not_given_one():
    assert concept_map("need-level-rcc-sydost").backward("specialised") is None
    assert concept_map("need-level-rcc-sydost").forward("very-advanced") is None
    assert concept_map("need-level-rcc-syd").forward("basic") == "basic"


def test_every_kva_code_in_a_map_is_a_reviewed_one():
    kva = Kva(embedded())
    for known in OWN:
        if known.source_system == named("kva").uri:
            for code in [*known.both, *known.to, *known.back.values()]:
                assert kva.lookup(code) is not None, (known.name, code)


@pytest.mark.parametrize("known", OWN, ids=lambda known: known.name)
def test_both_ways_give_the_code_back(known):
    assert len(set(known.both.values())) == len(known.both)
    for left, right in known.both.items():
        assert known.forward(left) == right
        assert known.backward(right) == left
    for left, right in known.to.items():
        assert known.forward(left) == right


def test_a_map_of_codes_becomes_a_fhir_concept_map():
    tree = concept_map("care-plan-type-snomed").to_fhir("https://rehabfhir.org/fhir")
    assert tree["group"][0]["element"] == [{"code": "RP", "target": [{"code": "736055001", "equivalence": "equal"}]}]
    with pytest.raises(MisuseError, match="words"):
        concept_map("profession-words").to_fhir("https://rehabfhir.org/fhir")


def test_a_map_that_does_not_exist_is_misuse():
    with pytest.raises(MisuseError, match="known are"):
        concept_map("nonsense")
