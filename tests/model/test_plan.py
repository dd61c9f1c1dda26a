"""A plan completes itself: ids, links to what it holds, and references that lead somewhere."""

import re

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from rehabfhir import model
from rehabfhir.model import (
    Concept,
    Goal,
    HandOver,
    Identifier,
    Intervention,
    Need,
    NextOfKin,
    Patient,
    RehabilitationPlan,
    Staff,
    Team,
    TeamMember,
    Unit,
)
from tests.strategies import plans

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def plan(**fields):
    fields.setdefault("patient", Patient(identifiers=[Identifier(system="urn:pnr", value="199002222397")]))
    fields.setdefault("identifiers", [Identifier(system="urn:plans", value="1")])
    return RehabilitationPlan(**fields)


def goal(text="Gå", **fields):
    return Goal(description=Concept(text=text), **fields)


def test_missing_ids_are_filled_in_the_same_way_every_time():
    one, two = plan(goals=[goal()], interventions=[{}]), plan(goals=[goal()], interventions=[{}])
    assert one == two
    assert one.id
    assert one.goals[0].id
    assert one.patient.id


def test_the_plans_id_comes_from_its_identifier_alone():
    assert plan(title="a").id == plan(title="b").id
    assert plan().id != plan(identifiers=[Identifier(system="urn:plans", value="2")]).id


def test_no_id_is_made_from_a_personal_number():
    other = Patient(identifiers=[Identifier(system="urn:pnr", value="195009072553")])
    assert plan().patient.id == plan(patient=other).patient.id


def test_the_patient_who_answered_is_the_patient():
    patient = Patient(gender="female")
    one = model.Assessment(patient=patient, respondent_patient=patient)
    other = model.Assessment(patient=patient, respondent_patient=Patient(gender="male"))
    assert one.respondent_patient.id == one.patient.id
    assert other.respondent_patient.id != other.patient.id


def test_two_plans_without_identifier_get_ids_of_their_own():
    assert plan(identifiers=(), title="a").id != plan(identifiers=(), title="b").id


def test_ids_that_are_given_are_kept():
    given_ids = plan(id="plan-1", goals=[goal(id="goal.1")])
    assert (given_ids.id, given_ids.goals[0].id) == ("plan-1", "goal.1")


def test_a_long_plan_id_still_gives_ids_that_fit():
    long = plan(id="x" * 64, outside_participants=[{"name": "Skolan"}], next_of_kin=[{}])
    assert ID.fullmatch(long.outside_participants[0].id)
    assert ID.fullmatch(long.next_of_kin[0].id)


def test_the_same_unit_named_twice_is_one_unit():
    both = plan(accountable_unit=Unit(name="Onkologen"), author=Staff(unit=Unit(name="Onkologen")))
    assert both.accountable_unit.id == both.author.unit.id


def test_a_reference_to_something_in_the_plan_becomes_the_thing_itself():
    unit = Unit(id="u1", name="Onkologen")
    link = Unit(reference="Organization/u1", reference_display="onk")
    made = plan(accountable_unit=unit, teams=[Team(members=[TeamMember(staff=Staff(id="s1", unit=link))])])
    assert made.teams[0].members[0].staff.unit.name == "Onkologen"
    assert made.teams[0].members[0].staff.unit.reference_display == "onk"


def test_a_reference_to_something_elsewhere_stays_a_reference():
    made = plan(accountable_unit=Unit(reference="Organization/elsewhere"))
    assert model.is_link(made.accountable_unit)
    assert made.accountable_unit.id is None


def test_two_things_with_one_id_are_refused():
    with pytest.raises(ValidationError, match="one id"):
        plan(accountable_unit=Unit(id="u", name="A"), author=Staff(unit=Unit(id="u", name="B")))


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"interventions": [Intervention(goals=["nowhere"])]}, r"interventions\[0\]\.goals"),
        ({"interventions": [Intervention(addresses=["nowhere"])]}, r"interventions\[0\]\.addresses"),
        ({"goals": [goal(part_of="nowhere")]}, r"goals\[0\]\.part_of"),
        ({"goals": [goal(addresses=["nowhere"])]}, r"goals\[0\]\.addresses"),
        ({"needs": [Need(next_of_kin="nowhere")]}, r"needs\[0\]\.next_of_kin"),
        ({"hand_overs": [HandOver(ongoing=["nowhere"])]}, r"hand_overs\[0\]\.ongoing"),
    ],
)
def test_a_reference_inside_the_plan_to_nothing_is_refused_with_its_place(fields, place):
    with pytest.raises(ValidationError, match=place):
        plan(**fields)


def test_references_inside_the_plan_reach_full_things_and_links():
    made = plan(
        next_of_kin=[NextOfKin(id="k1", minor=True)],
        needs=[Need(id="n1", next_of_kin="k1")],
        goals=[goal(id="g1", addresses=["n1"]), goal(id="g2", part_of="g1"), Goal(reference="Goal/9")],
        interventions=[Intervention(id="i1", goals=["g2", "Goal/9"], addresses=["n1"])],
        hand_overs=[HandOver(ongoing=["i1"])],
    )
    assert made.sub_goals(made.goals[0]) == (made.goals[1],)
    assert made.sub_goals(made.goals[1]) == ()


@given(plans())
@settings(max_examples=40)
def test_every_id_fits_and_no_two_of_a_kind_are_equal(value):
    for things in (value.goals, value.needs, value.interventions, value.diagnoses, value.hand_overs, value.key_visits):
        ids = [thing.id for thing in things if thing.id]
        assert all(ID.fullmatch(each) for each in ids)
        assert len(set(ids)) == len(ids)


HOSPITAL, PRIMARY, MUNICIPALITY = (
    Unit(id="h", name="Sjukhuset"),
    Unit(id="p", name="Vårdcentralen"),
    Unit(id="m", name="Kommunen"),
)


@pytest.mark.parametrize(
    ("states", "responsible"),
    [
        ((), HOSPITAL),
        (("requested",), HOSPITAL),
        (("received",), HOSPITAL),
        (("contact-confirmed",), PRIMARY),
        (("contact-confirmed", "received"), PRIMARY),
        (("contact-confirmed", "contact-confirmed"), MUNICIPALITY),
    ],
)
def test_responsibility_moves_only_when_contact_is_confirmed(states, responsible):
    steps = [
        HandOver(state=state, sender=a, receiver=b)
        for state, a, b in zip(states, (HOSPITAL, PRIMARY), (PRIMARY, MUNICIPALITY), strict=False)
    ]
    assert plan(accountable_unit=HOSPITAL, hand_overs=steps).responsible_unit == responsible


def test_a_confirmed_contact_with_nobody_moves_nothing():
    assert model.responsible_unit(HOSPITAL, [HandOver(state="contact-confirmed")]) == HOSPITAL


@pytest.mark.parametrize(
    ("state", "time"),
    [("requested", "received"), ("requested", "contact_confirmed"), ("received", "contact_confirmed")],
)
def test_a_hand_over_has_no_time_for_a_state_that_it_has_not_reached(state, time):
    with pytest.raises(ValidationError, match="not reached"):
        HandOver(state=state, **{time: "2026-03-01"})
