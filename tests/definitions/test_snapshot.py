"""Snapshots generated from differentials: each rule on a small profile that is written out here."""

import pytest

from rehabfhir.definitions import Definitions

HL7 = "http://hl7.org/fhir/StructureDefinition/"
OWN = "http://example.org/StructureDefinition/"


def profile(name, base, elements, **more):
    kind = {"type": base.rpartition("/")[2]} if base.startswith(HL7) else {}
    return {
        "resourceType": "StructureDefinition", "url": OWN + name, "name": name, "kind": "resource", "abstract": False,
        "derivation": "constraint", "baseDefinition": base, "differential": {"element": elements}, **kind, **more,
    }  # fmt: skip


def made(*profiles):
    """The last profile's elements by id, and its findings."""
    store = Definitions(definitions=profiles)
    url = profiles[-1]["url"]
    tree = store.structure(url)
    return {e["id"]: e for e in tree["snapshot"]["element"]}, store.structure_issues(url)


def keys(element):
    return {each["key"] for each in element["constraint"]}


def test_what_the_differential_does_not_name_stays_as_in_the_base():
    elements, issues = made(profile("P", HL7 + "Patient", [{"path": "Patient.birthDate", "min": 1}]))
    base = Definitions().structure("Patient")["snapshot"]["element"]
    assert issues == ()
    assert list(elements) == [e["id"] for e in base]
    changed = [e["id"] for e in base if e != elements[e["id"]]]
    assert changed == ["Patient.birthDate"]
    assert elements["Patient.birthDate"]["min"] == 1
    assert elements["Patient.birthDate"]["base"] == {"path": "Patient.birthDate", "min": 0, "max": "1"}


def test_invariants_add_up_and_the_first_statement_of_a_key_stays():
    rule = {"key": "own-1", "severity": "error", "expression": "true", "human": "said"}
    again = {"key": "ele-1", "severity": "warning", "expression": "false"}
    elements, _ = made(profile("P", HL7 + "Patient", [{"path": "Patient.name", "constraint": [rule, again]}]))
    name = elements["Patient.name"]
    assert keys(name) == {"ele-1", "own-1"}
    assert next(c for c in name["constraint"] if c["key"] == "ele-1")["severity"] == "error"
    assert next(c for c in name["constraint"] if c["key"] == "own-1")["human"] == "said"


def test_a_profile_of_a_profile_has_the_rules_of_both():
    first = profile("A", HL7 + "Patient", [{"path": "Patient.birthDate", "min": 1}])
    second = profile("B", OWN + "A", [{"path": "Patient.gender", "min": 1}], type="Patient")
    elements, issues = made(first, second)
    assert issues == ()
    assert elements["Patient.birthDate"]["min"] == elements["Patient.gender"]["min"] == 1


def test_a_sparse_differential_reaches_into_data_types():
    elements, issues = made(profile("P", HL7 + "Patient", [{"path": "Patient.identifier.period.start", "min": 1}]))
    assert issues == ()
    assert elements["Patient.identifier.period.start"]["min"] == 1
    assert elements["Patient.identifier.period.start"]["base"]["path"] == "Period.start"
    assert "Patient.identifier.period.end" in elements
    assert "Patient.name.family" not in elements


SLICING = {"discriminator": [{"type": "value", "path": "system"}], "rules": "open"}


def test_slices_start_from_the_base_definition_and_need_not_be_there():
    elements, issues = made(
        profile(
            "P",
            HL7 + "Patient",
            [
                {"id": "Patient.identifier", "path": "Patient.identifier", "slicing": SLICING, "min": 1, "max": "3"},
                {"id": "Patient.identifier:a", "path": "Patient.identifier", "sliceName": "a", "max": "1"},
                {
                    "id": "Patient.identifier:a.system",
                    "path": "Patient.identifier.system",
                    "min": 1,
                    "fixedUri": "urn:a",
                },
                {"id": "Patient.identifier:b", "path": "Patient.identifier", "sliceName": "b", "min": 1},
            ],
        )
    )
    assert issues == ()
    order = [i for i in elements if i.startswith("Patient.identifier")]
    assert order[0] == "Patient.identifier"
    assert order.index("Patient.identifier:a.system") < order.index("Patient.identifier:b")
    one, other = elements["Patient.identifier:a"], elements["Patient.identifier:b"]
    assert (one["min"], one["max"], "slicing" in one) == (0, "1", False)
    assert (other["min"], other["max"]) == (1, "3")
    assert elements["Patient.identifier:a.system"]["fixedUri"] == "urn:a"
    assert "Patient.identifier.system" not in elements
    assert "Patient.identifier:b.system" not in elements


def test_a_slice_of_a_backbone_element_has_all_its_children():
    elements, _ = made(
        profile(
            "P",
            HL7 + "Observation",
            [
                {
                    "path": "Observation.component",
                    "slicing": {"discriminator": [{"type": "pattern", "path": "code"}], "rules": "open"},
                },
                {"path": "Observation.component", "sliceName": "one"},
                {"path": "Observation.component.code", "patternCodeableConcept": {"text": "one"}},
                {"path": "Observation.component", "sliceName": "two"},
                {"path": "Observation.component.code", "patternCodeableConcept": {"text": "two"}},
            ],
        )
    )
    assert elements["Observation.component:one.code"]["patternCodeableConcept"] == {"text": "one"}
    assert elements["Observation.component:two.code"]["patternCodeableConcept"] == {"text": "two"}
    assert "patternCodeableConcept" not in elements["Observation.component.code"]
    assert "Observation.component:one.referenceRange" in elements


def test_a_new_slice_in_a_derived_profile_comes_last_and_a_re_slice_after_its_slice():
    first = profile(
        "A",
        HL7 + "Patient",
        [
            {"path": "Patient.identifier", "slicing": SLICING},
            {"path": "Patient.identifier", "sliceName": "a", "max": "2"},
            {"path": "Patient.identifier", "sliceName": "b"},
        ],
    )
    second = profile(
        "B",
        OWN + "A",
        [
            {"id": "Patient.identifier:c", "path": "Patient.identifier", "sliceName": "c"},
            {"id": "Patient.identifier:a/x", "path": "Patient.identifier", "sliceName": "a/x", "min": 1},
        ],
        type="Patient",
    )
    elements, issues = made(first, second)
    assert issues == ()
    names = [e["sliceName"] for e in elements.values() if e["path"] == "Patient.identifier" and "sliceName" in e]
    assert names == ["a", "a/x", "b", "c"]
    assert (elements["Patient.identifier:a/x"]["min"], elements["Patient.identifier:a/x"]["max"]) == (1, "2")


def test_a_shortcut_path_slices_the_choice_by_type_and_leaves_no_other():
    elements, issues = made(profile("P", HL7 + "Observation", [{"path": "Observation.valueQuantity.code", "min": 1}]))
    assert issues == ()
    choice = elements["Observation.value[x]"]
    assert choice["slicing"] == {
        "discriminator": [{"type": "type", "path": "$this"}],
        "ordered": False,
        "rules": "closed",
    }
    assert [each["code"] for each in choice["type"]] == ["Quantity"]
    one = elements["Observation.value[x]:valueQuantity"]
    assert [each["code"] for each in one["type"]] == ["Quantity"]
    assert elements["Observation.value[x]:valueQuantity.code"]["min"] == 1
    assert not any("(index)" in element for element in elements.values())


def test_a_required_type_slice_fixes_the_type():
    elements, _ = made(profile("P", HL7 + "Observation", [{"path": "Observation.valueQuantity", "min": 1}]))
    choice = elements["Observation.value[x]"]
    assert ([each["code"] for each in choice["type"]], choice["min"]) == (["Quantity"], 1)


def test_a_choice_narrowed_to_one_type_can_be_walked_into():
    elements, issues = made(
        profile(
            "P",
            HL7 + "Observation",
            [
                {"path": "Observation.value[x]", "type": [{"code": "Quantity"}]},
                {"path": "Observation.value[x].unit", "min": 1},
            ],
        )
    )
    assert issues == ()
    assert elements["Observation.value[x].unit"]["min"] == 1


def test_binding_that_no_type_can_have_is_dropped_with_the_types():
    elements, _ = made(
        profile(
            "P",
            HL7 + "MedicationRequest",
            [
                {
                    "path": "MedicationRequest.medication[x]",
                    "type": [{"code": "Reference", "targetProfile": [HL7 + "Medication"]}],
                }
            ],
        )
    )
    assert "binding" not in elements["MedicationRequest.medication[x]"]


def test_extension_slices_take_the_cardinality_of_the_extension():
    extension = profile(
        "ext",
        HL7 + "Extension",
        [
            {"path": "Extension", "max": "1"},
            {"path": "Extension.url", "fixedUri": OWN + "ext"},
            {"path": "Extension.value[x]", "type": [{"code": "string"}]},
        ],
        kind="complex-type",
    )
    user = profile(
        "P",
        HL7 + "Patient",
        [{"path": "Patient.extension", "sliceName": "mine", "type": [{"code": "Extension", "profile": [OWN + "ext"]}]}],
    )
    elements, issues = made(extension, user)
    assert issues == ()
    assert elements["Patient.extension"]["slicing"]["discriminator"] == [{"type": "value", "path": "url"}]
    assert (elements["Patient.extension:mine"]["min"], elements["Patient.extension:mine"]["max"]) == (0, "1")
    assert "Patient.extension:mine.url" not in elements


def test_a_complex_extension_has_slices_with_values():
    elements, issues = made(
        profile(
            "ext",
            HL7 + "Extension",
            [
                {"id": "Extension.extension:part", "path": "Extension.extension", "sliceName": "part", "min": 1},
                {"id": "Extension.extension:part.url", "path": "Extension.extension.url", "fixedUri": "part"},
                {
                    "id": "Extension.extension:part.value[x]",
                    "path": "Extension.extension.value[x]",
                    "type": [{"code": "code"}],
                },
                {"id": "Extension.value[x]", "path": "Extension.value[x]", "max": "0"},
            ],
            kind="complex-type",
        )
    )
    assert issues == ()
    assert elements["Extension.extension:part.url"]["fixedUri"] == "part"
    assert [each["code"] for each in elements["Extension.extension:part.value[x]"]["type"]] == ["code"]
    assert elements["Extension.value[x]"]["max"] == "0"


def test_a_content_reference_is_unfolded_only_where_the_differential_goes():
    elements, issues = made(profile("P", HL7 + "Questionnaire", [{"path": "Questionnaire.item.item.text", "min": 1}]))
    assert issues == ()
    assert elements["Questionnaire.item.item.text"]["min"] == 1
    assert elements["Questionnaire.item.text"]["min"] == 0
    assert "contentReference" not in elements["Questionnaire.item.item"]
    assert elements["Questionnaire.item.item"]["type"] == [{"code": "BackboneElement"}]
    assert elements["Questionnaire.item.item.item"]["contentReference"] == "#Questionnaire.item"


def test_children_of_a_profiled_type_come_from_the_profile():
    human = profile("name", HL7 + "HumanName", [{"path": "HumanName.family", "min": 1}], kind="complex-type")
    user = profile(
        "P",
        HL7 + "Patient",
        [
            {"path": "Patient.name", "type": [{"code": "HumanName", "profile": [OWN + "name"]}]},
            {"path": "Patient.name.given", "min": 1},
        ],
    )
    elements, issues = made(human, user)
    assert issues == ()
    assert elements["Patient.name.family"]["min"] == elements["Patient.name.given"]["min"] == 1


def test_elements_out_of_order_are_a_finding_and_land_in_the_order_of_the_base():
    elements, issues = made(
        profile(
            "P",
            HL7 + "Patient",
            [{"path": "Patient"}, {"path": "Patient.link.other", "min": 1}, {"path": "Patient.active", "min": 1}],
        )
    )
    assert [(issue.rule, issue.expression) for issue in issues] == [
        ("snapshot-order", "StructureDefinition.differential.element[1]")
    ]
    order = list(elements)
    assert order.index("Patient.active") < order.index("Patient.link.other")
    assert elements["Patient.active"]["min"] == 1


def test_what_is_said_of_all_slices_holds_in_each_of_them():
    elements, issues = made(
        profile(
            "P",
            HL7 + "Patient",
            [
                {"path": "Patient.identifier", "slicing": SLICING},
                {"path": "Patient.identifier.value", "min": 1, "maxLength": 10},
                {"path": "Patient.identifier", "sliceName": "a"},
                {"path": "Patient.identifier.value", "maxLength": 5},
                {"path": "Patient.identifier", "sliceName": "b"},
            ],
        )
    )
    assert issues == ()
    assert (elements["Patient.identifier:a.value"]["min"], elements["Patient.identifier:a.value"]["maxLength"]) == (
        1,
        5,
    )
    assert (elements["Patient.identifier:b.value"]["min"], elements["Patient.identifier:b.value"]["maxLength"]) == (
        1,
        10,
    )


def test_a_forbidden_type_slice_takes_its_type_away():
    elements, _ = made(
        profile(
            "P",
            HL7 + "Patient",
            [
                {
                    "path": "Patient.deceased[x]",
                    "slicing": {"discriminator": [{"type": "type", "path": "$this"}], "rules": "open"},
                },
                {
                    "path": "Patient.deceased[x]",
                    "sliceName": "deceasedDateTime",
                    "max": "0",
                    "type": [{"code": "dateTime"}],
                },
            ],
        )
    )
    assert [each["code"] for each in elements["Patient.deceased[x]"]["type"]] == ["boolean"]


def test_ids_that_contradict_slice_names_are_not_trusted():
    elements, issues = made(
        profile(
            "P",
            HL7 + "Bundle",
            [
                {
                    "id": "Bundle.entry",
                    "path": "Bundle.entry",
                    "slicing": {"discriminator": [{"type": "type", "path": "resource"}], "rules": "open"},
                },
                {"id": "Bundle.entry", "path": "Bundle.entry", "sliceName": "a"},
                {"id": "Bundle.entry.resource", "path": "Bundle.entry.resource", "min": 1},
            ],
        )
    )
    assert issues == ()
    assert elements["Bundle.entry:a.resource"]["min"] == 1
    assert elements["Bundle.entry.resource"]["min"] == 0


def test_inside_a_slice_a_shortcut_narrows_the_choice_itself():
    elements, issues = made(
        profile(
            "P",
            HL7 + "Communication",
            [
                {
                    "path": "Communication.payload",
                    "slicing": {"discriminator": [{"type": "type", "path": "content"}], "rules": "closed"},
                },
                {"path": "Communication.payload", "sliceName": "text"},
                {"path": "Communication.payload.contentString", "maxLength": 9},
            ],
        )
    )
    assert issues == ()
    content = elements["Communication.payload:text.content[x]"]
    assert ([each["code"] for each in content["type"]], content["maxLength"]) == (["string"], 9)
    assert "slicing" not in content


def test_a_choice_that_names_no_type_is_a_finding_about_the_definition():
    _, (issue,) = made(profile("P", HL7 + "Observation", [{"path": "Observation.valueBla", "min": 1}]))
    assert (issue.rule, issue.code, issue.expression) == ("snapshot-choice-type", "exception", "StructureDefinition")


def test_a_new_type_adds_its_elements_after_those_of_its_base():
    elements, issues = made(
        {
            "resourceType": "StructureDefinition", "url": OWN + "Model", "name": "Model", "kind": "logical", "type": OWN + "Model",
            "derivation": "specialization", "baseDefinition": HL7 + "Element",
            "differential": {"element": [
                {"path": "Model"},
                {"path": "Model.part", "min": 1, "max": "*", "type": [{"code": "BackboneElement"}]},
                {"path": "Model.part.when[x]", "min": 0, "max": "1", "type": [{"code": "date"}]},
            ]},
        }
    )  # fmt: skip
    assert issues == ()
    assert list(elements) == [
        "Model", "Model.id", "Model.extension", "Model.part", "Model.part.id", "Model.part.extension",
        "Model.part.modifierExtension", "Model.part.when[x]",
    ]  # fmt: skip
    assert elements["Model.part"]["base"] == {"path": "Model.part", "min": 1, "max": "*"}
    assert keys(elements["Model.part"]) == {"ele-1"}


@pytest.mark.parametrize(
    ("element", "rule", "severity"),
    [
        ({"path": "Patient.wings", "min": 1}, "snapshot-path", "error"),
        ({"path": "Patient.link.other", "min": 0}, "snapshot-min", "error"),
        ({"path": "Patient.birthDate", "max": "*"}, "snapshot-max", "error"),
        ({"path": "Patient.birthDate", "type": [{"code": "Period"}]}, "snapshot-type", "error"),
        ({"path": "Patient.gender", "binding": {"strength": "example"}}, "snapshot-binding", "error"),
        ({"path": "Patient.deceased[x].value", "min": 1}, "snapshot-choice", "warning"),
        ({"path": "Patient.name", "type": [{"code": "HumanName", "profile": ["http://example.org/none"]}]}, None, None),
    ],
)
def test_what_a_differential_may_not_do_is_a_finding_about_the_profile(element, rule, severity):
    elements, issues = made(profile("P", HL7 + "Patient", [element]))
    assert [(issue.rule, issue.severity) for issue in issues] == ([(rule, severity)] if rule else [])
    assert all(issue.profile == OWN + "P" for issue in issues)
    assert "Patient.contact" in elements


def test_two_slices_without_slicing_are_a_finding():
    elements, issues = made(
        profile(
            "P",
            HL7 + "Patient",
            [{"path": "Patient.name", "sliceName": "a"}, {"path": "Patient.name", "sliceName": "b"}],
        )
    )
    assert [issue.rule for issue in issues] == ["snapshot-slicing"]
    assert "Patient.name:b" in elements


def test_one_named_element_without_slicing_is_the_element_itself():
    elements, issues = made(
        profile("P", HL7 + "Patient", [{"path": "Patient.birthDate", "sliceName": "born", "min": 1}])
    )
    assert issues == ()
    assert elements["Patient.birthDate"]["min"] == 1
    assert "sliceName" not in elements["Patient.birthDate"]


def test_an_unknown_base_gives_no_structure_and_says_why():
    store = Definitions(definitions=[profile("P", "http://example.org/none", [], type="Patient")])
    assert store.structure(OWN + "P") is None
    (issue,) = store.structure_issues(OWN + "P")
    assert issue.rule == "snapshot-base"
    assert "http://example.org/none" in issue.message


@pytest.mark.parametrize("length", [1, 2, 3])
def test_definitions_that_build_on_each_other_in_a_circle_end_in_a_finding(length):
    ring = [profile(str(n), OWN + str((n + 1) % length), [], type="Patient") for n in range(length)]
    store = Definitions(definitions=ring)
    assert all(store.structure(each["url"]) is None for each in ring)
    assert all(store.structure_issues(each["url"]) for each in ring)


def test_a_profile_whose_element_has_the_profile_itself_ends():
    """The profile is not ready while it is being made: the type's own children are used, and a finding says so."""
    own = profile(
        "P",
        HL7 + "Extension",
        [
            {"path": "Extension.extension", "sliceName": "in", "type": [{"code": "Extension", "profile": [OWN + "P"]}]},
            {"path": "Extension.extension.extension", "max": "0"},
        ],
        kind="complex-type",
    )
    elements, issues = made(own)
    assert elements["Extension.extension:in.extension"]["max"] == "0"
    assert {issue.rule for issue in issues} == {"snapshot-profile"}


def test_a_published_snapshot_is_used_as_it_is():
    tree = profile("P", HL7 + "Patient", [{"path": "Patient.birthDate", "min": 1}])
    tree["snapshot"] = {"element": [{"id": "Patient", "path": "Patient", "min": 0, "max": "*"}]}
    elements, issues = made(tree)
    assert issues == ()
    assert list(elements) == ["Patient"]


def test_a_long_chain_of_profiles_ends_in_a_finding():
    chain = [profile(str(n), OWN + str(n + 1), [], type="Patient") for n in range(3000)] + [
        profile("3000", HL7 + "Patient", [])
    ]
    store = Definitions(definitions=chain)
    assert store.structure(OWN + "0") is None
    assert store.structure_issues(OWN + "0")
    assert store.structure(OWN + "2990")["snapshot"]["element"]


def test_a_very_deep_path_is_a_finding():
    deep = "Questionnaire" + ".item" * 5000
    elements, issues = made(
        profile(
            "P", HL7 + "Questionnaire", [{"path": deep, "min": 1}, {"path": "Questionnaire" + ".item" * 50, "min": 1}]
        )
    )
    assert "element-definition" in {issue.rule for issue in issues}
    assert elements["Questionnaire" + ".item" * 50]["min"] == 1


@pytest.mark.parametrize("name", ["s{}", "s/{}"])
def test_a_differential_made_to_exhaust_the_machine_is_left_out(name):
    path = "Observation.component"
    slices = [{"path": path, "sliceName": name.format(n)} for n in range(3000)]
    common = [
        {"path": f"{path}.{child}.id", "min": 1}
        for child in ("code", "interpretation", "referenceRange", "dataAbsentReason")
    ]
    slicing = {"discriminator": [{"type": "value", "path": "code"}], "rules": "open"}
    head = [{"path": path, "slicing": slicing}, *common, {"path": path, "sliceName": "s"}]
    store = Definitions(definitions=[profile("P", HL7 + "Observation", head + slices * 3)])
    tree = store.structure(OWN + "P")
    rules = {issue.rule for issue in store.structure_issues(OWN + "P")}
    assert "snapshot-size" in rules if tree is None else len(tree["snapshot"]["element"]) < 300_000


def test_slices_in_slices_in_slices_do_not_multiply_without_end():
    path = "Questionnaire"
    elements = []
    for _ in range(12):
        path += ".item"
        elements.append(
            {"path": path, "slicing": {"discriminator": [{"type": "value", "path": "linkId"}], "rules": "open"}}
        )
    for name in ("a", "b", "c", "d"):
        depth = "Questionnaire"
        for _ in range(12):
            depth += ".item"
            elements.append({"path": depth, "sliceName": name})
    store = Definitions(definitions=[profile("P", HL7 + "Questionnaire", elements)])
    tree = store.structure(OWN + "P")
    rules = {issue.rule for issue in store.structure_issues(OWN + "P")}
    assert "snapshot-size" in rules if tree is None else len(tree["snapshot"]["element"]) < 300_000


def test_what_later_fhir_says_of_an_element_by_extension_is_kept():
    extra = "http://hl7.org/fhir/tools/StructureDefinition/additional-binding"
    other = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.valueAlternatives"
    binding = {
        "strength": "required",
        "valueSet": "http://x",
        "extension": [{"url": extra}, {"url": "http://example.org/other"}],
    }
    element = {"path": "Patient.maritalStatus", "binding": binding, "extension": [{"url": other}]}
    elements, _ = made(profile("P", HL7 + "Patient", [element]))
    found = elements["Patient.maritalStatus"]
    assert found["binding"]["extension"] == [{"url": extra}]
    assert found["extension"] == [{"url": other}]


def test_extensions_that_must_be_there_add_up_in_a_complex_extension():
    elements, _ = made(
        profile(
            "ext",
            HL7 + "Extension",
            [
                {"path": "Extension.extension", "sliceName": "a", "min": 1},
                {"path": "Extension.extension", "sliceName": "b", "min": 2},
            ],
            kind="complex-type",
        )
    )
    assert elements["Extension.extension"]["min"] == 3


def test_a_shortcut_may_say_its_slice_name_too():
    elements, issues = made(
        profile(
            "ext",
            HL7 + "Extension",
            [
                {
                    "id": "Extension.valueBoolean:valueBoolean",
                    "path": "Extension.valueBoolean",
                    "sliceName": "valueBoolean",
                    "max": "1",
                },
                {
                    "id": "Extension.valueCode:valueCode",
                    "path": "Extension.valueCode",
                    "sliceName": "valueCode",
                    "max": "1",
                },
            ],
            kind="complex-type",
        )
    )
    assert issues == ()
    assert [each["code"] for each in elements["Extension.value[x]"]["type"]] == ["boolean", "code"]
    assert {"Extension.value[x]:valueBoolean", "Extension.value[x]:valueCode"} <= elements.keys()
