"""The JSON properties of R4 types, as formats and mapping read them."""

import subprocess
import sys

import pytest

from rehabfhir.definitions import r4


def test_properties_come_in_the_order_of_the_standard():
    names = list(r4.children("CarePlan.activity"))
    assert names == [
        "id",
        "extension",
        "modifierExtension",
        "outcomeCodeableConcept",
        "outcomeReference",
        "progress",
        "reference",
        "detail",
    ]


def test_a_resource_has_the_properties_of_its_ancestors_first():
    assert list(r4.children("CarePlan"))[:8] == [
        "id", "meta", "implicitRules", "language", "text", "contained", "extension", "modifierExtension",
    ]  # fmt: skip


def test_a_choice_is_expanded_to_its_types():
    table = r4.children("CarePlan.activity.detail")
    assert [name for name, element in table.items() if element.choice == "scheduled[x]"] == [
        "scheduledTiming",
        "scheduledPeriod",
        "scheduledString",
    ]
    assert table["scheduledString"].is_primitive
    assert not table["scheduledTiming"].is_primitive
    assert table["scheduledString"].path == "CarePlan.activity.detail.scheduled[x]"


def test_extension_values_may_be_any_of_fifty_types():
    assert len([e for e in r4.children("Extension").values() if e.choice == "value[x]"]) == 50


def test_a_content_reference_is_followed_to_any_depth():
    item = r4.children("Questionnaire.item")
    assert item["item"].type == "Questionnaire.item"
    assert r4.children("Questionnaire.item.item") == item
    assert r4.children("Questionnaire.item.item.item.answerOption") == r4.children("Questionnaire.item.answerOption")
    assert "valueCoding" in r4.children("Questionnaire.item.item.answerOption")


def test_data_types_and_their_anonymous_parts_have_properties():
    assert list(r4.children("Period")) == ["id", "extension", "start", "end"]
    assert r4.children("Timing")["repeat"].type == "Timing.repeat"
    assert "boundsPeriod" in r4.children("Timing.repeat")
    assert "asNeededBoolean" in r4.children("Dosage")


def test_a_path_through_a_data_type_leads_to_that_type():
    assert r4.children("CarePlan.period") == r4.children("Period")
    assert list(r4.children("CarePlan.period.start")) == ["id", "extension"]


@pytest.mark.parametrize(
    "path", ["", "Nothing", "CarePlan.nothing", "CarePlan.activity.nothing.more", ".", "CarePlan.", "é" * 50]
)
def test_an_unknown_path_has_no_properties(path):
    assert r4.children(path) == {}


def test_contained_and_entry_resources_are_resources_of_any_type():
    assert r4.children("CarePlan")["contained"].type == "Resource"
    assert r4.children("Bundle.entry")["resource"].type == "Resource"
    assert not r4.is_resource("Resource")


def test_cardinality_and_lists_are_told():
    status = r4.children("CarePlan")["status"]
    assert (status.min, status.max, status.is_list, status.type) == (1, 1, False, "code")
    goal = r4.children("CarePlan")["goal"]
    assert (goal.min, goal.max, goal.is_list, goal.targets) == (0, None, True, ("Goal",))
    assert r4.children("Bundle.link")["url"].type == "uri"


def test_a_reference_names_its_targets():
    assert r4.children("CarePlan")["subject"].targets == ("Patient", "Group")
    assert r4.children("CarePlan")["supportingInfo"].targets == ("Resource",)
    assert "Questionnaire" in r4.children("CarePlan")["instantiatesCanonical"].targets


def test_ids_and_extension_urls_are_attributes_in_xml_but_resource_ids_are_elements():
    assert r4.children("Period")["id"].is_attribute
    assert r4.children("Extension")["url"].is_attribute
    assert r4.children("CarePlan.activity")["id"].is_attribute
    assert not r4.children("CarePlan")["id"].is_attribute
    assert r4.children("CarePlan")["id"].type == "id"
    assert r4.children("Narrative")["div"].type == "xhtml"


def test_resource_types_are_the_146_concrete_ones_of_r4():
    assert len(r4.resource_types()) == 146
    assert r4.is_resource("QuestionnaireResponse")
    assert not r4.is_resource("Period")


def test_primitive_types_are_told_from_the_rest():
    assert r4.is_primitive("positiveInt")
    assert r4.is_primitive("xhtml")
    assert not r4.is_primitive("Quantity")
    assert not r4.is_primitive("SimpleQuantity")


def test_every_property_of_every_type_leads_somewhere():
    """Closure: each property is a primitive, a resource, or a type or path with properties of its own."""
    seen = set()
    waiting = [*r4.resource_types(), "Extension"]
    while waiting:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        table = r4.children(here)
        assert table, here
        waiting += [element.type for element in table.values()]
    assert {"Resource", "Timing.repeat", "SubstanceAmount", "ElementDefinition.slicing", "xhtml"} <= seen


def test_reading_properties_pulls_in_no_heavy_module():
    code = (
        "import sys; from rehabfhir.definitions import r4; r4.children('CarePlan'); "
        "print(sorted({'pydantic', 'lxml', 'requests', 'zipfile', 'tarfile'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
