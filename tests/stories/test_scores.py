"""The scores that the stories hold are those that their answers give."""

import pytest

from rehabfhir import model
from rehabfhir.data import folder
from rehabfhir.instruments import named, score

STORIES = sorted((folder("fixtures") / "stories").glob("*/plan.json"))


def answered():
    for path in STORIES:
        for value in model.load(path.read_bytes()).values:
            if isinstance(value, model.Assessment) and value.scores and named(value.instrument.url.rpartition("/")[2]):
                yield pytest.param(value, id=value.id)


@pytest.mark.parametrize("assessment", list(answered()))
def test_each_score_is_what_the_answers_give(assessment):
    computed = {}
    scored = score(assessment)
    for entry in scored.scores:
        for code in (scored.instrument.score_code(entry.scale.id), *(each.code for each in entry.scale.codes)):
            computed[code] = entry.text or entry.value
    held = [each for each in assessment.scores if each.code.codings]
    assert held
    for each in held:
        code = each.code.codings[0].code
        value = each.text if each.quantity is None else each.quantity.value
        assert computed[code] == value, code


def test_the_instruments_of_several_stories_are_known():
    known = {param.values[0].instrument.url.rpartition("/")[2] for param in answered()}
    assert known >= {"eortc-qlq-c30", "hads", "phq-9", "gad-7", "eq-5d-5l"}
