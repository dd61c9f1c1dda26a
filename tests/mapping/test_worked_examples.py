"""Worked examples: edits with a rest, findings, forms, options; read them as documentation."""

import json

import pytest

from rehabfhir.errors import MisuseError, NotOneValueError
from rehabfhir.formats import write_json
from rehabfhir.mapping import Rest, from_fhir, restoration, to_fhir, to_resource
from rehabfhir.model import (
    Assessment,
    Code,
    Concept,
    Goal,
    Identifier,
    Intervention,
    Need,
    NextOfKin,
    Patient,
    RehabilitationPlan,
    RehabilitationProcedure,
    Staff,
    Unit,
)
from tests.mapping import sources

KVA = "urn:oid:1.2.752.116.1.3.2.1.4"
PATIENT = Patient(
    identifiers=(Identifier(system="http://electronichealth.se/identifier/personnummer", value="197705232382"),),
    protected_identity=("sekretessmarkering",),
)


def plan(**fields):
    given = {
        "identifiers": (Identifier(system="urn:oid:1.2.3", value="plan-1"),),
        "patient": PATIENT,
        "goals": (Goal(id="g1", description=Concept(text="Gå i trappor")),),
        "interventions": (
            Intervention(
                id="m1",
                code=Concept(codings=(Code(system=KVA, code="QG003"),)),
                status="scheduled",
                goals=("g1",),
                responsible=(Staff(id="s1", person_id="p1", unit=Unit(id="u1", name="Rehab")),),
            ),
        ),
    }
    return RehabilitationPlan(**{**given, **fields})


def rules(outcome):
    return [(issue.rule, issue.expression, issue.severity) for issue in outcome.issues]


# ---- a rest and an edited value


def test_an_added_goal_stands_beside_the_goals_that_were_there():
    read = from_fhir(sources.PLAN)
    added = read.value.model_copy(
        update={"goals": (*read.value.goals, Goal(id="g2", description=Concept(text="Sova")))}
    )
    tree = to_fhir(added, rest=read.rest)
    assert [goal["reference"] for goal in tree["goal"]] == ["#g1", "Goal/elsewhere", "#g2"]
    assert tree["extension"] == sources.PLAN["extension"]
    assert tree["activity"] == sources.PLAN["activity"]
    assert {each["id"] for each in tree["contained"]} == {"c1", "g1", "g2"}


def test_a_changed_status_wins_over_the_rest_and_its_neighbours_stay():
    read = from_fhir(sources.PLAN)
    tree = to_fhir(read.value.model_copy(update={"status": "completed"}), rest=read.rest)
    assert tree == {**sources.PLAN, "status": "completed"}


def test_the_rest_of_a_removed_item_goes_with_it_and_is_named():
    read = from_fhir(sources.PLAN)
    said: list[str] = []
    tree = to_fhir(
        read.value.model_copy(update={"interventions": read.value.interventions[1:]}), rest=read.rest, said=said
    )
    assert tree["activity"] == sources.PLAN["activity"][1:]
    assert said == ["activity[0]"]


def test_a_rest_of_a_removed_first_item_does_not_slip_to_the_next():
    tree = {
        **sources.PLAN,
        "goal": [
            {"reference": "Goal/1", "extension": [{"url": "http://example.org/x", "valueString": "of one"}]},
            {"reference": "Goal/2"},
        ],
        "activity": [],
    }
    read = from_fhir(tree)
    again = to_fhir(read.value.model_copy(update={"goals": read.value.goals[1:]}), rest=read.rest)
    assert again["goal"] == [{"reference": "Goal/2"}]


def test_edits_do_the_same_with_a_stored_rest():
    read = from_fhir(sources.PLAN)
    stored = Rest.from_json(json.loads(write_json(read.rest.to_json())))
    edited = read.value.model_copy(update={"status": "on-hold", "interventions": read.value.interventions[:1]})
    assert to_fhir(edited, rest=stored) == to_fhir(edited, rest=read.rest)


def test_an_order_other_than_the_tables_is_given_back():
    extensions = [
        {
            "url": "https://rehabfhir.org/fhir/StructureDefinition/contact-form",
            "valueCodeableConcept": {"text": "besök"},
        },
        {"url": "http://example.org/foreign", "valueBoolean": True},
        {
            "url": "https://rehabfhir.org/fhir/StructureDefinition/additional-code",
            "valueCodeableConcept": {"text": "x"},
        },
    ]
    tree = {**sources.PROCEDURE, "extension": extensions}
    read = from_fhir(tree)
    assert read.value.contact_form == Concept(text="besök")
    assert to_fhir(read.value, rest=read.rest) == tree


def test_the_account_names_each_leaf_and_its_fate():
    read = from_fhir(sources.PROCEDURE)
    fates = {leaf.path: leaf.fate for leaf in read.loss.entries}
    assert fates["Procedure.usedCode[0].text"] == "kept"
    assert fates["Procedure.code.coding[0].code"] == "mapped"
    assert fates["Procedure.resourceType"] == "mapped"
    assert all(leaf.reason for leaf in read.loss.entries)


def test_a_report_line_says_whether_a_source_comes_back():
    line = restoration(write_json(sources.PLAN))
    assert (line.roots, line.restored, line.leaves) == (1, True, line.mapped + line.kept)
    assert restoration(b"{").restored is False


# ---- findings


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        ({"resourceType": "Patient"}, ("resource-kind", "Patient", "error")),
        ({"no": "type"}, ("not-a-resource", "", "error")),
        ({"resourceType": "Bundle", "type": "collection"}, ("resource-kind", "Bundle", "error")),
        ({**sources.PROCEDURE, "performedPeriod": {"start": "2026-02-30"}}, ("value", "Procedure.performedPeriod.start", "error")),
        (
            {**sources.PROCEDURE, "code": {"coding": [{"system": KVA, "code": "nonsense"}]}},
            ("kva-shape", "Procedure.code.coding[0].code", "error"),
        ),
        ({**sources.PLAN, "goal": [{"reference": "#g1"}, {"reference": "#none"}]}, ("reference-resolves", "CarePlan.goal[1].reference", "error")),
    ],
)  # fmt: skip
def test_bad_input_gives_one_finding_with_its_place(tree, found):
    read = from_fhir(tree)
    assert rules(read) == [found]
    assert not read.ok
    assert to_fhir(read.values, rest=read.rest) == tree


def test_a_finding_in_text_has_line_and_column():
    tree = {**sources.PROCEDURE, "performedPeriod": {"start": "2026-02-30"}}
    issue = from_fhir(write_json(tree, pretty=True)).issues[0]
    assert (issue.expression, issue.line is not None, issue.column is not None) == (
        "Procedure.performedPeriod.start",
        True,
        True,
    )


def test_no_finding_holds_what_stood_there():
    tree = {**sources.PROCEDURE, "performedPeriod": {"start": "1977-05-99"}, "status": "secret-word"}
    for issue in from_fhir(tree, unknown_codes="refuse").issues:
        assert "1977" not in str(issue)
        assert "secret" not in str(issue)


@pytest.mark.parametrize(("policy", "severity"), [("keep", []), ("report", ["warning"]), ("refuse", ["error"])])
def test_unknown_code_is_kept_and_reported_as_asked(policy, severity):
    tree = {**sources.PROCEDURE, "status": "unheard-of"}
    read = from_fhir(tree, unknown_codes=policy)
    assert [issue.severity for issue in read.issues] == severity
    assert to_fhir(read.value, rest=read.rest) == tree


def test_a_goal_that_the_plan_does_not_list_is_found_and_kept():
    activity = [{"detail": {"status": "in-progress", "goal": [{"reference": "Goal/other"}]}}]
    tree = {**sources.PLAN, "activity": activity}
    read = from_fhir(tree)
    assert rules(read) == [("reference-in-plan", "CarePlan.activity[0].detail.goal[0].reference", "warning")]
    assert to_fhir(read.value, rest=read.rest) == tree


def test_broken_text_gives_its_finding_and_no_value():
    read = from_fhir(b'{"resourceType": "CarePlan",')
    assert read.values == ()
    assert [issue.severity for issue in read.issues] == ["fatal"]


def test_deep_nesting_is_no_traceback():
    tree: dict = {"linkId": "1"}
    for _ in range(5000):
        tree = {"linkId": "1", "item": [tree]}
    read = from_fhir({**sources.RESPONSE, "item": [tree]})
    assert read.loss is not None


def test_misuse_is_an_exception():
    value = plan()
    for call in (
        lambda: to_fhir("plan"),
        lambda: to_fhir([]),
        lambda: to_fhir([value, value], form="resource"),
        lambda: to_fhir(value, form="folder"),
        lambda: to_fhir(value, activities="none"),
        lambda: to_fhir(value, rest=Rest(), form="collection"),
        lambda: from_fhir(3),
        lambda: from_fhir({}, unknown_codes="maybe"),
        lambda: Rest.from_json({"format": "other"}),
    ):
        with pytest.raises(MisuseError):
            call()
    with pytest.raises(NotOneValueError):
        _ = from_fhir({"resourceType": "Patient"}).value


# ---- forms and options


def test_a_transaction_creates_people_once_and_puts_the_rest_under_its_id():
    tree = to_fhir(plan(), form="transaction")
    requests = {entry["resource"]["resourceType"]: entry["request"] for entry in tree["entry"]}
    assert requests["Patient"] == {
        "method": "POST",
        "url": "Patient",
        "ifNoneExist": "identifier=http%3A%2F%2Felectronichealth.se%2Fidentifier%2Fpersonnummer%7C197705232382",
    }
    assert requests["Goal"] == {"method": "PUT", "url": "Goal/g1"}
    assert all(entry["fullUrl"].startswith("urn:uuid:") for entry in tree["entry"])


def test_writing_twice_gives_the_same_ids():
    assert to_fhir(plan(), form="transaction") == to_fhir(plan(), form="transaction")


def test_a_unit_named_twice_is_written_once():
    unit = Unit(name="Rehab", identifiers=(Identifier(system="urn:oid:1.2.752.29.4.19", value="SE1-1"),))
    tree = to_fhir(plan(accountable_unit=unit, author=Staff(unit=unit)))
    assert [entry["resource"]["resourceType"] for entry in tree["entry"]].count(
        "Organization"
    ) == 2  # and the other unit


def test_two_different_things_of_one_id_are_refused():
    one = plan(id="a", patient=Patient(id="p", gender="male"))
    other = plan(id="b", patient=Patient(id="p", gender="female"))
    with pytest.raises(MisuseError):
        to_fhir([one, other])


def test_a_plan_with_measures_inside_keeps_what_one_with_references_holds():
    inside = to_fhir(plan(), activities="detail")
    outside = to_fhir(plan(), activities="reference")
    detail = inside["entry"][0]["resource"]["activity"][0]["detail"]
    request = next(
        entry["resource"] for entry in outside["entry"] if entry["resource"]["resourceType"] == "ServiceRequest"
    )
    assert detail["code"] == request["code"]
    assert (detail["status"], request["status"]) == ("scheduled", "active")
    assert from_fhir(inside).value == from_fhir(outside).value == plan()


def test_protected_identity_is_a_security_label_and_never_on_a_contained_resource():
    bundle = to_fhir(plan())
    label = {"system": "http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel", "code": "sekretessmarkering"}
    patient = next(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Patient")
    assert patient["meta"]["security"] == [label]
    alone = to_fhir(plan(), form="resource")
    assert alone["meta"]["security"] == [label]
    assert all("security" not in each.get("meta", {}) for each in alone["contained"])
    assert from_fhir(alone).value == plan()


def test_a_profile_is_named_only_where_its_conditions_are_met():
    named = "https://rehabfhir.org/fhir/StructureDefinition/rehab-care-plan"
    bare = to_fhir(plan())["entry"][0]["resource"]
    assert named not in bare.get("meta", {}).get("profile", [])
    codes = (
        Code(system="http://snomed.info/sct", code="736055001"),
        Code(system="https://fhir.inera.se/CodeSystem/typeofcareplan-cs", code="RP"),
    )
    whole = to_fhir(plan(title="Rehabiliteringsplan", types=(Concept(codings=codes),)))["entry"][0]["resource"]
    assert whole["meta"]["profile"] == [named]


def test_a_lone_assessment_is_a_resource_and_one_with_a_known_patient_a_bundle():
    alone = Assessment(id="a1", patient=Patient(reference="Patient/1"))
    assert to_fhir(alone)["resourceType"] == "QuestionnaireResponse"
    assert to_fhir(Assessment(id="a1", patient=PATIENT))["resourceType"] == "Bundle"


def test_scores_are_found_by_what_they_are_derived_from():
    response = {**sources.RESPONSE, "subject": {"reference": "Patient/1"}}
    score = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": {"text": "PHQ-9"},
        "valueQuantity": {"value": 7},
        "derivedFrom": [{"reference": "QuestionnaireResponse/q1"}],
    }
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": response}, {"resource": score}]}
    read = from_fhir(bundle)
    assert [each.id for each in read.value.scores] == ["o1"]
    assert to_fhir(read.value, rest=read.rest) == bundle


def test_a_need_of_a_next_of_kin_names_them():
    value = plan(
        next_of_kin=(NextOfKin(id="k1", minor=True),),
        needs=(Need(id="n1", code=Concept(text="stöd"), whose="next-of-kin", next_of_kin="k1"),),
    )
    assert from_fhir(to_fhir(value)).value == value


def test_what_is_written_is_a_resource_for_fhir_resources_and_comes_back_from_it():
    pytest.importorskip("fhir.resources.R4B")
    value = RehabilitationProcedure(id="x", patient=Patient(reference="Patient/1"), performed_at="2026-02-03")
    resource = to_resource(to_fhir(value))
    assert type(resource).__name__ == "Procedure"
    assert from_fhir(resource).value == value
    with pytest.raises(MisuseError):
        to_resource({"resourceType": "Nothing"})
