"""Profiles: cardinality, fixed values, patterns, bindings, slicing, references; profiles written here, as differentials."""

import pytest

from rehabfhir.validation import Validator

BASE = "http://example.org/StructureDefinition/"
R4 = "http://hl7.org/fhir/StructureDefinition/"


def profile(type_, *elements, name="p", **more):
    return {
        "resourceType": "StructureDefinition",
        "url": BASE + name,
        "name": name,
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": type_,
        "baseDefinition": R4 + type_,
        "derivation": "constraint",
        "differential": {"element": [{"path": type_, "id": type_}, *elements]},
        **more,
    }


def element(path, slice_name=None, id_=None, **facts):
    made = {"path": path, "id": id_ or (f"{path}:{slice_name}" if slice_name else path), **facts}
    return {**made, "sliceName": slice_name} if slice_name else made


def found(definitions, resource, *, profiles=(BASE + "p",), **options):
    given = definitions if isinstance(definitions, list) else [definitions]
    outcome = Validator(definitions=given, **options).validate(resource, profiles=list(profiles))
    return [(issue.expression, issue.rule) for issue in outcome.issues if issue.severity == "error"]


PATIENT = {"resourceType": "Patient", "active": True, "name": [{"family": "Berg"}, {"family": "Lund"}]}


def test_a_profile_tightens_cardinality():
    tight = profile("Patient", element("Patient.birthDate", min=1), element("Patient.name", max="1"))
    assert sorted(found(tight, PATIENT)) == [("Patient", "card-max"), ("Patient", "card-min")]


def test_an_element_can_be_forbidden():
    assert found(profile("Patient", element("Patient.active", max="0")), PATIENT) == [("Patient", "card-max")]


def test_fixed_values_are_held_to():
    fixed = profile("Patient", element("Patient.active", fixedBoolean=False))
    assert found(fixed, PATIENT) == [("Patient.active", "fixed")]


def test_a_pattern_allows_more_than_it_says():
    wanted = {"coding": [{"system": "http://example.org/s", "code": "x"}]}
    pattern = profile("Patient", element("Patient.maritalStatus", patternCodeableConcept=wanted))
    good = {"coding": [{"system": "http://example.org/s", "code": "x", "display": "X"}], "text": "more"}
    assert found(pattern, {**PATIENT, "maritalStatus": good}) == []
    assert found(pattern, {**PATIENT, "maritalStatus": {"text": "x"}}) == [("Patient.maritalStatus", "pattern")]


def test_a_length_and_a_number_have_limits():
    limits = profile(
        "Patient", element("Patient.name.family", maxLength=3), element("Patient.multipleBirth[x]", maxValueInteger=2)
    )
    resource = {**PATIENT, "multipleBirthInteger": 3}
    assert found(limits, resource) == [
        ("Patient.name[0].family", "max-length"),
        ("Patient.name[1].family", "max-length"),
        ("Patient.multipleBirth.ofType(integer)", "max-value"),
    ]


def test_limits_of_quantities_know_their_units():
    limit = {"value": 2, "system": "http://unitsofmeasure.org", "code": "kg"}
    heavy = profile("Observation", element("Observation.value[x]", minValueQuantity=limit))
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "valueQuantity": {"value": 1500, "system": "http://unitsofmeasure.org", "code": "g"},
    }
    assert found(heavy, resource) == [("Observation.value.ofType(Quantity)", "min-value")]
    resource["valueQuantity"]["value"] = 2500
    assert found(heavy, resource) == []


def test_a_choice_can_lose_types():
    narrow = profile("Patient", element("Patient.deceased[x]", type=[{"code": "boolean"}]))
    assert found(narrow, {**PATIENT, "deceasedDateTime": "2024"}) == [("Patient.deceased.ofType(dateTime)", "type")]


def test_an_invariant_of_a_profile_is_evaluated():
    rule = {"key": "p-1", "severity": "error", "human": "one name", "expression": "name.count() = 1"}
    assert found(profile("Patient", {**element("Patient"), "constraint": [rule]}), PATIENT) == [("Patient", "p-1")]


def test_a_binding_of_a_profile_is_checked():
    values = {
        "resourceType": "ValueSet",
        "url": "http://example.org/vs",
        "status": "active",
        "compose": {
            "include": [{"system": "http://hl7.org/fhir/administrative-gender", "concept": [{"code": "female"}]}]
        },
    }
    bound = profile(
        "Patient", element("Patient.gender", binding={"strength": "required", "valueSet": "http://example.org/vs"})
    )
    assert found([bound, values], {**PATIENT, "gender": "male"}) == [("Patient.gender", "binding-required")]
    assert found([bound, values], {**PATIENT, "gender": "female"}) == []


def test_a_value_set_that_is_not_loaded_gives_a_doubt_not_an_error():
    bound = profile(
        "Patient", element("Patient.gender", binding={"strength": "required", "valueSet": "http://example.org/no"})
    )
    outcome = Validator(definitions=[bound]).validate({**PATIENT, "gender": "male"}, profiles=[BASE + "p"])
    assert [(i.severity, i.rule) for i in outcome.issues] == [("warning", "binding-unknown")]


def slicing(kind, path, rules="open", **more):
    return {"discriminator": [{"type": kind, "path": path}], "rules": rules, **more}


def official(rules="open", least=1, most="1", **more):
    return profile(
        "Patient",
        element("Patient.name", slicing=slicing("value", "use", rules, **more)),
        element("Patient.name", "official", min=least, max=most),
        element("Patient.name.use", id_="Patient.name:official.use", min=1, fixedCode="official"),
        element("Patient.name", "nick", max="1"),
        element("Patient.name.use", id_="Patient.name:nick.use", min=1, fixedCode="nickname"),
    )


def names(*uses):
    return {**PATIENT, "name": [{"use": use, "family": "x"} for use in uses]}


def test_a_slice_that_is_required_must_be_there():
    assert found(official(), names("usual")) == [("Patient", "slice-min")]
    assert found(official(), names("official", "usual")) == []


def test_a_slice_has_a_maximum():
    assert found(official(), names("official", "official")) == [("Patient", "slice-max")]


def test_closed_slicing_allows_no_others():
    assert found(official("closed"), names("official", "usual")) == [("Patient.name[1]", "slice-closed")]


def test_ordered_slices_stand_in_order():
    assert found(official(ordered=True), names("nickname", "official")) == [("Patient.name[1]", "slice-order")]
    assert found(official(ordered=True), names("official", "nickname")) == []


def test_the_children_of_a_slice_are_checked():
    sliced = profile(
        "Patient",
        element("Patient.name", slicing=slicing("value", "use")),
        element("Patient.name", "official", min=0),
        element("Patient.name.use", id_="Patient.name:official.use", min=1, fixedCode="official"),
        element("Patient.name.given", id_="Patient.name:official.given", min=1),
    )
    assert found(sliced, names("official", "usual")) == [("Patient.name[0]", "card-min")]


def test_slices_by_existence():
    sliced = profile(
        "Patient",
        element("Patient.name", slicing=slicing("exists", "period")),
        element("Patient.name", "past", max="1"),
        element("Patient.name.period", id_="Patient.name:past.period", min=1),
        element("Patient.name", "now", max="1"),
        element("Patient.name.period", id_="Patient.name:now.period", max="0"),
    )
    old = {"family": "x", "period": {"end": "2020"}}
    assert found(sliced, {**PATIENT, "name": [old, {"family": "y"}]}) == []
    assert found(sliced, {**PATIENT, "name": [old, old]}) == [("Patient", "slice-max")]


def test_slices_by_type_of_a_choice():
    sliced = profile(
        "Observation",
        element("Observation.value[x]", slicing=slicing("type", "$this")),
        element("Observation.value[x]", "valueQuantity", type=[{"code": "Quantity"}]),
        element("Observation.value[x].code", id_="Observation.value[x]:valueQuantity.code", min=1),
    )
    base = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    assert found(sliced, {**base, "valueQuantity": {"value": 1}}) == [
        ("Observation.value.ofType(Quantity)", "card-min")
    ]
    assert found(sliced, {**base, "valueString": "x"}) == []


def test_slices_by_pattern_of_a_whole_element():
    wanted = {"coding": [{"system": "http://example.org/s", "code": "x"}]}
    sliced = profile(
        "Observation",
        element("Observation.category", slicing=slicing("pattern", "$this")),
        element("Observation.category", "mine", min=1, max="1", patternCodeableConcept=wanted),
    )
    base = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    assert found(sliced, {**base, "category": [{"text": "y"}]}) == [("Observation", "slice-min")]
    assert found(sliced, {**base, "category": [{"text": "y"}, wanted]}) == []


def test_slices_by_the_type_that_a_reference_leads_to():
    sliced = profile(
        "CarePlan",
        element("CarePlan.author"),
        element("CarePlan.contributor", slicing=slicing("type", "resolve()")),
        element(
            "CarePlan.contributor",
            "person",
            min=1,
            type=[{"code": "Reference", "targetProfile": [R4 + "Practitioner"]}],
        ),
    )
    plan = {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "subject": {"display": "x"},
        "contained": [
            {"resourceType": "Practitioner", "id": "a"},
            {"resourceType": "Organization", "id": "b", "name": "B"},
        ],
        "contributor": [{"reference": "#a"}, {"reference": "#b"}],
    }
    assert found(sliced, plan) == []
    plan["contributor"] = [{"reference": "#b"}]
    plan["contained"] = plan["contained"][1:]
    assert found(sliced, plan) == [("CarePlan", "slice-min")]


def extension(name="note", **more):
    return {
        **profile(
            "Extension",
            element("Extension.extension", max="0"),
            element("Extension.url", fixedUri=BASE + name),
            element("Extension.value[x]", min=1, type=[{"code": "string"}]),
            name=name,
        ),
        "kind": "complex-type",
        "context": [{"type": "element", "expression": "Patient"}],
        **more,
    }


def test_extensions_are_sliced_by_their_urls():
    wants = profile(
        "Patient",
        element("Patient.extension", slicing=slicing("value", "url")),
        element("Patient.extension", "note", min=1, type=[{"code": "Extension", "profile": [BASE + "note"]}]),
    )
    assert found([wants, extension()], PATIENT) == [("Patient", "slice-min")]
    noted = {**PATIENT, "extension": [{"url": BASE + "note", "valueString": "x"}]}
    assert found([wants, extension()], noted) == []


def test_an_extension_has_its_place_and_its_type():
    noted = {**PATIENT, "extension": [{"url": BASE + "note", "valueInteger": 1}]}
    assert ("Patient.extension[0]", "extension-type") in found(extension(), noted, profiles=())
    plan = {
        "resourceType": "Group",
        "type": "person",
        "actual": True,
        "extension": [{"url": BASE + "note", "valueString": "x"}],
    }
    assert found(extension(), plan, profiles=()) == [("Group", "extension-context")]


def test_an_extension_that_nobody_defines_is_an_error_unless_its_domain_is_allowed():
    tree = {**PATIENT, "extension": [{"url": "https://unknown.test/x", "valueString": "x"}]}
    assert found([], tree, profiles=()) == [("Patient.extension[0]", "extension-unknown")]
    assert found([], tree, profiles=(), extension_domains=("https://unknown.test/",)) == []
    assert found([], tree, profiles=(), unknown_extensions="warning") == []


def test_a_modifier_extension_is_marked_as_one():
    tree = {**PATIENT, "modifierExtension": [{"url": BASE + "note", "valueString": "x"}]}
    assert ("Patient.modifierExtension[0]", "extension-modifier") in found(extension(), tree, profiles=())


def test_a_false_claim_is_reported_in_full():
    tree = {**PATIENT, "meta": {"profile": [R4 + "vitalsigns"]}}
    rules = {rule for _, rule in found([], tree, profiles=())}
    assert {"profile-element", "card-min", "slice-min"} <= rules
    assert found([], PATIENT, profiles=[R4 + "vitalsigns"]) == [("Patient", "profile-type")]


def test_a_discriminator_that_says_nothing_is_a_finding_about_the_profile():
    useless = profile(
        "Patient", element("Patient.name", slicing=slicing("value", "use")), element("Patient.name", "official", min=1)
    )
    assert {rule for _, rule in found(useless, PATIENT)} == {"slicing-unusable"}


def test_aggregation_modes_are_held_to():
    inside = profile(
        "CarePlan",
        element(
            "CarePlan.subject",
            type=[{"code": "Reference", "targetProfile": [R4 + "Patient"], "aggregation": ["contained"]}],
        ),
    )
    plan = {"resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": {"reference": "Patient/1"}}
    assert found(inside, plan) == [("CarePlan.subject", "reference-aggregation")]
    plan |= {"contained": [{"resourceType": "Patient", "id": "p"}], "subject": {"reference": "#p"}}
    assert found(inside, plan) == []


@pytest.mark.parametrize(
    "garbage",
    [None, 3, "x", [], {"element": "x"}, {"element": [None, {"path": 3}]}, {"element": [{"path": "Patient.x.y.z"}]}],
)
def test_a_profile_that_is_broken_never_stops_a_validation(garbage):
    broken = profile("Patient") | {"differential": garbage}
    outcome = Validator(definitions=[broken]).validate(PATIENT, profiles=[BASE + "p"])
    assert isinstance(outcome.issues, tuple)
