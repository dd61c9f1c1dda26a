"""Native twins say what their FHIRPath text says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.fhirpath import Env, compile_expression
from rehabfhir.validation import Validator
from rehabfhir.validation.invariants import TWINS, corrected, is_best_practice, pruned

_TYPES = {
    "extension.exists() != value.exists()": "Extension",
    "data.empty() or contentType.exists()": "Attachment",
    "value.empty() or system.exists()": "ContactPoint",
    "code.empty() or system.exists()": "Quantity",
    "detail.empty() or reference.empty()": "CarePlan.activity",
    "(answer.exists() and item.exists()).not()": "QuestionnaireResponse.item",
    "low.empty() or high.empty() or (low <= high)": "Range",
}
_DATES = st.sampled_from(
    [
        "2024",
        "2024-02",
        "2024-02-29",
        "2024-03-01",
        "2024-02-29T10:00:00Z",
        "2024-02-29T11:00:00+01:00",
        "2023-12-31",
        "1999-01",
    ]
)
_UNIT = st.sampled_from([{}, {"code": "kg", "system": "http://unitsofmeasure.org"}])
_QUANTITY = st.builds(lambda value, unit: {"value": value, **unit}, st.sampled_from([1, 2, 2.5, 10]), _UNIT)
_TEXT = st.sampled_from(["a", "b"])
_EXTENSIONS = st.just([{"url": "http://example.org/x", "valueString": "x"}])
_CONTAINED = st.lists(
    st.fixed_dictionaries(
        {"resourceType": st.just("Patient"), "id": st.sampled_from(["a", "b"])},
        optional={
            "meta": st.fixed_dictionaries({}, optional={"versionId": _TEXT, "security": st.just([{"code": "R"}])}),
            "contained": st.just([{"resourceType": "Patient", "id": "c"}]),
        },
    ),
    min_size=1,
    max_size=2,
)

_VALUES = {
    "Extension": st.fixed_dictionaries(
        {"url": st.just("http://example.org/x")},
        optional={"extension": _EXTENSIONS, "valueString": _TEXT, "_valueString": st.just({"extension": [{"url": "u", "valueCode": "c"}]})},
    ),
    "Attachment": st.fixed_dictionaries({"title": _TEXT}, optional={"data": st.just("YQ=="), "contentType": st.just("text/plain")}),
    "ContactPoint": st.fixed_dictionaries({"use": st.just("home")}, optional={"value": _TEXT, "system": st.just("phone")}),
    "Quantity": st.fixed_dictionaries({"value": st.just(1)}, optional={"code": _TEXT, "system": st.just("http://unitsofmeasure.org")}),
    "CarePlan.activity": st.fixed_dictionaries(
        {"id": _TEXT}, optional={"detail": st.just({"status": "completed"}), "reference": st.just({"reference": "Task/1"})}
    ),
    "QuestionnaireResponse.item": st.fixed_dictionaries(
        {"linkId": _TEXT}, optional={"answer": st.just([{"valueString": "x"}]), "item": st.just([{"linkId": "2"}])}
    ),
    "Range": st.fixed_dictionaries({}, optional={"low": _QUANTITY, "high": _QUANTITY}),
    "Period": st.fixed_dictionaries({}, optional={"start": _DATES, "end": _DATES}),
    "Timing.repeat": st.fixed_dictionaries(
        {},
        optional={
            "duration": st.just(1), "durationMax": st.just(2), "durationUnit": st.just("h"), "period": st.just(1),
            "periodMax": st.just(2), "periodUnit": st.just("d"), "count": st.just(1), "countMax": st.just(3),
            "timeOfDay": st.just(["10:00:00"]), "when": st.just(["MORN"]),
        },
    ),
    "Reference": st.fixed_dictionaries({"display": _TEXT}, optional={"reference": st.sampled_from(["#", "#a", "#z", "Patient/1"])}),
    "Patient": st.fixed_dictionaries(
        {"resourceType": st.just("Patient")},
        optional={"contained": _CONTAINED, "text": st.sampled_from([{"status": "empty"}, {"status": "empty", "div": "<div>x</div>"}])},
    ),
}  # fmt: skip


class _Run:
    """As much of a run as the twins look at."""

    def __init__(self, resource):
        self.resource = resource


def _type_of(expression):
    if expression in _TYPES:
        return _TYPES[expression]
    if expression.startswith("reference.startsWith"):
        return "Reference"
    if expression.startswith("start.hasValue"):
        return "Period"
    if expression.startswith(("contained", "text.`div`")):
        return "Patient"
    return "Timing.repeat"


@pytest.mark.parametrize("expression", TWINS)
@given(data=st.data())
def test_a_native_twin_answers_as_its_fhirpath_does(expression, data):
    """A twin may leave a question to FHIRPath (None), but never answers otherwise."""
    type_ = _type_of(expression)
    value = data.draw(_VALUES[type_])
    root = value if type_ == "Patient" else {"resourceType": "Patient", "contained": data.draw(_CONTAINED)}
    answer = TWINS[expression](value, _Run(root))
    key = "ref-1" if type_ == "Reference" else ""
    by_path = compile_expression(corrected(expression, key), type=type_).test(
        value, Env(resource=root, root_resource=root)
    )
    assert answer is None or answer is bool(by_path)


def test_a_recommendation_is_known_by_its_extension():
    best = {
        "extension": [
            {"url": "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice", "valueBoolean": True}
        ]
    }
    assert is_best_practice(best)
    assert not is_best_practice({"key": "x"})


def test_what_is_whole_keeps_its_identity_when_pruned():
    whole = {"a": [{"b": 1}], "c": "x"}
    assert pruned(whole) is whole
    assert pruned({"a": {}, "b": {"c": {}}, "d": 1}) == {"d": 1}


@pytest.mark.parametrize(
    ("start", "end", "fine"),
    [
        ("2024-01-01", "2024-01-02", True),
        ("2024-01-02", "2024-01-01", False),
        ("2024", "2024-05", False),
        ("2024-01-01T10:00:00+01:00", "2024-01-01T09:30:00Z", True),
        ("2024-01-01T10:00:00Z", "2024-01-01T10:30:00+01:00", False),
    ],
)
def test_a_period_ends_after_it_starts(start, end, fine):
    """Where precision differs, R4's per-1 is not met: HL7's validator says so too."""
    tree = {"resourceType": "Patient", "address": [{"text": "x", "period": {"start": start, "end": end}}]}
    found = [issue.rule for issue in Validator().validate(tree).issues]
    assert found == ([] if fine else ["per-1"])
