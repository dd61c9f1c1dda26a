"""The patient stories: readable, complete, believable, and together they use every field of the model."""

import json
import re
from pathlib import Path

import pytest

from rehabfhir import model
from rehabfhir.data import folder
from rehabfhir.model import identifiers
from rehabfhir.model.vocabulary import KVA

STORIES = sorted(path.parent for path in (folder("fixtures") / "stories").glob("*/plan.json"))
NAMES = [path.name for path in STORIES]
SUBJECTS = [
    "breast-cancer-prehabilitation-to-follow-up",
    "child-key-visits-and-transfer-at-18",
    "fatigue-with-physical-activity-on-prescription",
    "haematology-with-existential-need",
    "hand-over-hospital-primary-care-municipality",
    "head-and-neck-dietician-and-speech-therapist",
    "lymphoedema",
    "melanoma-with-prom-over-time",
    "minor-children-as-next-of-kin",
    "palliative-phase",
    "pelvic-cancer-late-effects",
    "plan-ended-early",
    "protected-identity",
    "reserve-number-patient",
    "return-to-work-with-forsakringskassan",
]

stories = pytest.mark.parametrize("path", STORIES, ids=NAMES)


def load(path: Path):
    return model.load((path / "plan.json").read_bytes(), source=path.name)


def things(value):
    """Every model inside `value`, itself included."""
    if isinstance(value, model.Model):
        yield value
        for content in value.__dict__.values():
            yield from things(content)
    elif isinstance(value, tuple):
        for each in value:
            yield from things(each)


def test_there_is_a_story_for_every_subject():
    assert set(SUBJECTS) <= set(NAMES)


@stories
def test_a_story_is_read_without_findings_and_written_back_to_the_byte(path):
    outcome = load(path)
    assert outcome.issues == ()
    assert model.dump(outcome.values) == (path / "plan.json").read_bytes()


@stories
def test_a_story_has_a_plan_and_what_was_assessed_and_done(path):
    kinds = [type(value) for value in load(path).values]
    assert model.RehabilitationPlan in kinds
    assert kinds.count(model.RehabilitationProcedure) >= 2


def test_together_the_stories_use_every_field_of_the_model():
    used = set()
    for path in STORIES:
        for value in load(path).values:
            for thing in things(value):
                used |= {
                    (type(thing), name)
                    for name, content in thing.__dict__.items()
                    if content is not None and content != ()
                }
    shared = set(model.Resource.model_fields)
    missing = []
    for kind in {kind for kind, _ in used}:
        for name in kind.model_fields:
            inherited = name in shared and issubclass(kind, model.Linkable)
            if (kind, name) not in used and not (inherited and any(other == name for _, other in used)):
                missing.append(f"{kind.__name__}.{name}")
    assert not missing, sorted(missing)


def test_together_the_stories_use_every_model():
    used = {type(thing) for path in STORIES for value in load(path).values for thing in things(value)}
    abstract = {model.Model, model.Linkable, model.Resource, model.base.Filled}
    pending, known = [model.Model], set()
    while pending:
        for kind in pending.pop().__subclasses__():
            known.add(kind)
            pending.append(kind)
    assert known - used - abstract == set()


def test_hand_overs_stand_in_every_state():
    states = {
        thing.state
        for path in STORIES
        for value in load(path).values
        for thing in things(value)
        if isinstance(thing, model.HandOver)
    }
    assert states == set(model.HAND_OVER_STATES)


@stories
def test_every_person_number_and_hsa_id_holds(path):
    for value in load(path).values:
        for thing in things(value):
            if isinstance(thing, model.Identifier) and thing.system and thing.value:
                found = identifiers.identify(thing.system, thing.value)
                assert found is None or found.issues == ()


@stories
def test_every_telephone_number_is_one_that_is_kept_free_for_fiction(path):
    numbers = {
        thing.value
        for value in load(path).values
        for thing in things(value)
        if isinstance(thing, model.Telecom) and thing.system == "phone"
    }
    assert all(re.fullmatch(r"070-17406(?:0[5-9]|[1-9]\d)|08-465004\d\d", number) for number in numbers), numbers


@stories
def test_no_kva_heading_is_reported(path):
    codes = {
        code.code
        for value in load(path).values
        for code in things(value)
        if isinstance(code, model.Code) and code.system == KVA
    }
    assert codes
    assert all(re.fullmatch(r"[A-Z]{2}\d{3}", code) for code in codes)
    assert not {code for code in codes if code.endswith("000")} - {"QC000", "QL000"}


@stories
def test_kva_codes_are_established_ones(path, shared):
    lines = (shared / "facts" / "kva_codes.tsv").read_text(encoding="utf-8").splitlines()
    established = {row[0]: row[1] for row in (line.split("\t") for line in lines[1:]) if row[4] == "y"}
    for value in load(path).values:
        for code in things(value):
            if isinstance(code, model.Code) and code.system == KVA:
                assert code.code in established
                assert code.display.strip('"') in established[code.code].replace('""', '"')


OUTSIDE = {"CarePlan/rw-plan-2025", "ServiceRequest/ho-referral", "Encounter/ho-home-visit"}


@stories
def test_links_between_the_values_of_a_story_lead_somewhere(path):
    values = load(path).values
    found = [thing for value in values for thing in things(value)]
    ids = {getattr(thing, name, None) for thing in found for name in ("id", "person_id")}
    for thing in found:
        if type(thing) is model.Link and thing.reference:
            assert thing.reference in OUTSIDE or thing.reference.split("/")[1] in ids


@stories
def test_dates_stand_in_the_order_of_life(path):
    for value in load(path).values:
        if isinstance(value, model.RehabilitationPlan):
            born = value.patient.birth_date
            dates = [
                value.created,
                *(follow.held for follow in value.follow_ups),
                *(goal.start for goal in value.goals),
            ]
            assert all(model.as_date(each) > model.as_date(born) for each in dates if each)
            for follow in value.follow_ups:
                assert follow.held is None or model.as_date(follow.held) >= model.as_date(value.created)
            for step in value.hand_overs:
                times = [
                    model.as_date(each) for each in (step.requested, step.received, step.contact_confirmed) if each
                ]
                assert times == sorted(times)


@stories
def test_texts_are_swedish_and_answers_of_protected_instruments_have_none(path):
    text = (path / "plan.json").read_text(encoding="utf-8")
    assert re.search(r"[åäö]", text)
    protected = ("eortc", "hads", "eq-5d", "esas", "halsoskattning")
    for value in load(path).values:
        if isinstance(value, model.Assessment) and any(name in value.instrument.url for name in protected):
            assert all(item.text is None for item in things(value) if isinstance(item, model.AnswerItem))


@stories
def test_the_file_is_plain_json(path):
    assert set(json.loads((path / "plan.json").read_text(encoding="utf-8"))) <= {
        "plan",
        "plans",
        "assessments",
        "procedures",
    }
