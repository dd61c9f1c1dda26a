"""The ready-made concepts say what the published code systems say."""

import json

import pytest

from rehabfhir.data import folder
from rehabfhir.model import vocabulary

OWN = {
    vocabulary.DIMENSION: vocabulary.DIMENSIONS,
    vocabulary.NEED_LEVEL: vocabulary.NEED_LEVELS,
    vocabulary.PHASE: vocabulary.PHASES,
    vocabulary.OCCASION: vocabulary.OCCASIONS,
    vocabulary.ICF_QUALIFIER: vocabulary.ICF_QUALIFIERS,
    vocabulary.AGREEMENT_FORM: vocabulary.AGREEMENT_FORMS,
    vocabulary.DELIVERY_FORM: vocabulary.DELIVERY_FORMS,
    vocabulary.FOLLOW_UP_DECISION: vocabulary.FOLLOW_UP_DECISIONS,
}


@pytest.mark.parametrize("system", OWN)
def test_codes_and_titles_are_those_of_our_package(system):
    file = folder("profiles") / "package" / f"CodeSystem-{system.rpartition('/')[2]}.json"
    published = json.loads(file.read_text(encoding="utf-8"))
    assert published["url"] == system
    here = {code: concept.codings[0].display for code, concept in OWN[system].items()}
    assert here == {each["code"]: each["display"] for each in published["concept"]}


def test_professions_are_those_of_kva(shared):
    lines = (shared / "facts" / "kva_codes.tsv").read_text(encoding="utf-8").splitlines()
    titles = {row[0]: row[1] for row in (line.split("\t") for line in lines)}
    assert all(concept.codings[0].display == titles[code] for code, concept in vocabulary.PROFESSIONS.items())


def test_a_group_cannot_be_changed():
    with pytest.raises(TypeError):
        vocabulary.PHASES["other"] = vocabulary.REHABILITATION


def test_public_names_are_there():
    assert all(hasattr(vocabulary, name) for name in vocabulary.__all__)
