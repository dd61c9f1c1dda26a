"""Responses against their questionnaires, kind of item by kind of item."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.validation import Validator

EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/"
UCUM = "http://unitsofmeasure.org"
Q = "QuestionnaireResponse"


def item(link, kind, **more):
    return {"linkId": link, "text": link, "type": kind, **more}


def answer(link, *values, **more):
    return {"linkId": link, **({"answer": list(values)} if values else {}), **more}


def response(items, form, *, status="completed", questionnaire=None, **more):
    contained = {"resourceType": "Questionnaire", "id": "q", "status": "active", **(questionnaire or {}), "item": form}
    return {
        "resourceType": Q,
        "contained": [contained],
        "questionnaire": "#q",
        "status": status,
        **more,
        **({"item": items} if items else {}),
    }


def text(value):
    return {"valueString": value}


def code(value, system="https://example.org/cs"):
    return {"valueCoding": {"system": system, "code": value}}


def extended(link, kind, *extensions, **more):
    return item(
        link,
        kind,
        extension=[{"url": url if ":" in url else EXTENSION + url, **value} for url, value in extensions],
        **more,
    )


@pytest.fixture
def found(problems):
    return lambda tree: [
        (severity, rule, place.removeprefix(Q)) for severity, rule, place in problems(tree, only=["qr-"])
    ]


STRING = [item("a", "string")]


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (response([answer("a", text("x"))], STRING), []),
        (response([answer("zz", text("x"))], STRING), [("error", "qr-link-unknown", "")]),
        (response([{"answer": [text("x")]}], STRING), [("error", "qr-link-missing", "")]),
        (
            response([answer("b", text("x")), answer("a", text("x"))], [*STRING, item("b", "string")]),
            [("error", "qr-order", "")],
        ),
        (response([answer("a", text("x")), answer("a", text("y"))], STRING), [("error", "qr-repeats", "")]),
        (response([answer("a", text("x")), answer("a", text("y"))], [item("a", "string", repeats=True)]), []),
        (response([answer("a", text("x"), text("y"))], STRING), [("error", "qr-repeats", ".item[0]")]),
        (response([answer("a", text("x"))], [item("g", "group", item=STRING)]), [("error", "qr-misplaced", "")]),
        (response([answer("a", text("x"), text="other")], STRING), [("error", "qr-text", ".item[0]")]),
        (
            response([answer("g", text("x"))], [item("g", "group", item=STRING)]),
            [("error", "qr-group-answer", ".item[0]")],
        ),
        (response([answer("d", text("x"))], [item("d", "display")]), [("error", "qr-display-answer", ".item[0]")]),
        (response([answer("d")], [item("d", "display")]), []),
        (
            response(
                [answer("a", text("x"), item=[answer("s", text("y"))])],
                [item("a", "string", item=[item("s", "string")])],
            ),
            [("error", "qr-nesting", ".item[0]")],
        ),
        (
            response(
                [answer("a", {**text("x"), "item": [answer("s", {"valueInteger": 1})]})],
                [item("a", "string", item=[item("s", "string")])],
            ),
            [("error", "qr-type", ".item[0].answer[0].item[0].answer[0].value.ofType(integer)")],
        ),
        (
            response(
                [answer("a", {**text("x"), "item": [answer("zz", text("y"))]})],
                [item("a", "string", item=[item("s", "string")])],
            ),
            [("error", "qr-link-unknown", ".item[0].answer[0]")],
        ),
    ],
)
def test_items_stand_where_the_questionnaire_has_them(tree, expected, found):
    assert found(tree) == expected


REQUIRED = [item("a", "string", required=True), item("b", "string")]
B = [answer("b", text("x"))]


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (response(B, REQUIRED), [("error", "qr-required", "")]),
        (response([], REQUIRED), [("error", "qr-required", "")]),
        (response([answer("a"), *B], REQUIRED), [("error", "qr-required", ".item[0]")]),
        (response(B, REQUIRED, status="in-progress"), [("warning", "qr-required", "")]),
        (response(B, REQUIRED, status="stopped"), [("warning", "qr-required", "")]),
        (response(B, REQUIRED, status="entered-in-error"), [("warning", "qr-required", "")]),
        (response(B, REQUIRED, status="amended"), [("error", "qr-required", "")]),
        (
            response(B, [item("g", "group", required=True, item=STRING), item("b", "string")]),
            [("error", "qr-required", "")],
        ),
        (response(B, [item("g", "group", item=[item("a", "string", required=True)]), item("b", "string")]), []),
        (
            response([answer("g")], [item("g", "group", item=[item("a", "string", required=True)])]),
            [("error", "qr-required", ".item[0]")],
        ),
        (
            response([answer("a", text("x"))], [item("a", "string", item=[item("s", "string", required=True)])]),
            [("error", "qr-required", ".item[0].answer[0]")],
        ),
    ],
)
def test_required_items_are_demanded_when_the_response_is_done(tree, expected, found):
    assert found(tree) == expected


TYPES = {
    "boolean": {"valueBoolean": True},
    "decimal": {"valueDecimal": 1.5},
    "integer": {"valueInteger": 1},
    "date": {"valueDate": "2026-01-01"},
    "dateTime": {"valueDateTime": "2026-01-01"},
    "time": {"valueTime": "10:00:00"},
    "string": text("x"),
    "text": text("x"),
    "url": {"valueUri": "https://example.org"},
    "choice": code("x"),
    "open-choice": text("x"),
    "attachment": {"valueAttachment": {"contentType": "text/plain", "data": "eA=="}},
    "reference": {"valueReference": {"reference": "Patient/1"}},
    "quantity": {"valueQuantity": {"value": 1}},
}


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_of_item_takes_its_answers_and_no_others(kind, found):
    assert found(response([answer("a", TYPES[kind])], [item("a", kind)])) == []
    wrong = text("x") if kind == "url" else TYPES["url"]
    name = "string" if kind == "url" else "uri"
    assert found(response([answer("a", wrong)], [item("a", kind)])) == [
        ("error", "qr-type", f".item[0].answer[0].value.ofType({name})")
    ]


OPTIONS = [code("x"), code("y")]
GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender"
GENDERS = "http://hl7.org/fhir/administrative-gender"


@pytest.mark.parametrize(
    ("kind", "more", "value", "expected"),
    [
        ("choice", {"answerOption": OPTIONS}, code("x"), []),
        ("choice", {"answerOption": OPTIONS}, code("z"), ["qr-option"]),
        ("choice", {"answerOption": OPTIONS}, code("x", "https://example.org/other"), ["qr-option"]),
        ("choice", {"answerOption": OPTIONS}, text("free"), ["qr-option"]),
        ("open-choice", {"answerOption": OPTIONS}, text("free"), []),
        ("open-choice", {"answerOption": OPTIONS}, code("z"), ["qr-option"]),
        ("choice", {"answerOption": [{"valueInteger": 1}]}, {"valueInteger": 2}, ["qr-option"]),
        ("choice", {"answerOption": [{"valueDate": "2026-01-01"}]}, {"valueDate": "2026-01-02"}, ["qr-option"]),
        ("string", {"answerOption": [text("s")]}, text("t"), ["qr-option"]),
        ("choice", {"answerValueSet": GENDER}, code("male", GENDERS), []),
        ("choice", {"answerValueSet": GENDER}, code("zale", GENDERS), ["qr-option"]),
        ("choice", {"answerValueSet": GENDER}, code("male", "https://example.org"), ["qr-option"]),
        ("open-choice", {"answerValueSet": GENDER}, text("free"), []),
        ("string", {"answerValueSet": GENDER}, text("zale"), ["qr-option"]),
        ("string", {"answerValueSet": GENDER}, text("male"), []),
    ],
)
def test_answers_come_from_the_options(kind, more, value, expected, found):
    assert [rule for _, rule, _ in found(response([answer("a", value)], [item("a", kind, **more)]))] == expected


def test_an_unknown_value_set_is_said_not_guessed(found):
    tree = response([answer("a", code("x"))], [item("a", "choice", answerValueSet="https://example.org/none")])
    assert found(tree) == [("warning", "qr-option", ".item[0].answer[0]")]


def test_a_contained_value_set_is_used(found):
    tree = response([answer("a", code("z"))], [item("a", "choice", answerValueSet="#vs")])
    tree["contained"].append(
        {
            "resourceType": "ValueSet",
            "id": "vs",
            "status": "active",
            "compose": {"include": [{"system": "https://example.org/cs", "concept": [{"code": "x"}]}]},
        }
    )
    assert found(tree) == [("error", "qr-option", ".item[0].answer[0]")]


def test_an_exclusive_option_stands_alone(found):
    alone = {**code("x"), "extension": [{"url": f"{EXTENSION}questionnaire-optionExclusive", "valueBoolean": True}]}
    form = [item("a", "choice", repeats=True, answerOption=[alone, code("y")])]
    assert found(response([answer("a", code("x"), code("y"))], form)) == [
        ("error", "qr-exclusive", ".item[0].answer[0]")
    ]
    assert found(response([answer("a", code("x"))], form)) == []


KG = {"system": UCUM, "code": "kg"}


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        (extended("a", "integer", ("minValue", {"valueInteger": 2})), {"valueInteger": 1}, ["qr-bounds"]),
        (extended("a", "integer", ("maxValue", {"valueInteger": 2})), {"valueInteger": 2}, []),
        (extended("a", "decimal", ("maxValue", {"valueDecimal": 1.2})), {"valueDecimal": 1.3}, ["qr-bounds"]),
        (extended("a", "date", ("minValue", {"valueDate": "2026-06-01"})), {"valueDate": "2026"}, ["qr-bounds"]),
        (extended("a", "date", ("maxValue", {"valueDate": "2026"})), {"valueDate": "2026-06"}, ["qr-bounds"]),
        (
            extended("a", "dateTime", ("maxValue", {"valueDateTime": "2026-01-01T00:00:00Z"})),
            {"valueDateTime": "2026-01-01T01:30:00+02:00"},
            [],
        ),
        (extended("a", "time", ("maxValue", {"valueTime": "10:00:00"})), {"valueTime": "11:00:00"}, ["qr-bounds"]),
        (
            extended("a", "quantity", (f"{SDC}sdc-questionnaire-minQuantity", {"valueQuantity": {"value": 2, **KG}})),
            {"valueQuantity": {"value": 1999, "system": UCUM, "code": "g"}},
            ["qr-bounds"],
        ),
        (
            extended("a", "quantity", (f"{SDC}sdc-questionnaire-minQuantity", {"valueQuantity": {"value": 2, **KG}})),
            {"valueQuantity": {"value": 3, "system": UCUM, "code": "m"}},
            ["qr-bounds"],
        ),
        (item("a", "string", maxLength=3), text("abcd"), ["qr-length"]),
        (extended("a", "text", ("minLength", {"valueInteger": 3})), text("ab"), ["qr-length"]),
        (extended("a", "string", ("regex", {"valueString": "[0-9]+"})), text("12x"), ["qr-pattern"]),
        (extended("a", "string", ("regex", {"valueString": "(a+)+b"})), text("a" * 5000), ["qr-pattern"]),
        (extended("a", "string", ("regex", {"valueString": "[0-"})), text("a"), ["qr-pattern"]),
        (
            extended("a", "decimal", ("maxDecimalPlaces", {"valueInteger": 2})),
            {"valueDecimal": 1.234},
            ["qr-decimal-places"],
        ),
        (extended("a", "quantity", ("maxDecimalPlaces", {"valueInteger": 2})), {"valueQuantity": {"value": 1.23}}, []),
        (
            extended("a", "quantity", ("questionnaire-unitOption", {"valueCoding": KG})),
            {"valueQuantity": {"value": 1, **KG}},
            [],
        ),
        (
            extended("a", "quantity", ("questionnaire-unitOption", {"valueCoding": KG})),
            {"valueQuantity": {"value": 1, "unit": "kg"}},
            ["qr-unit"],
        ),
        (
            extended(
                "a",
                "quantity",
                ("questionnaire-unitValueSet", {"valueCanonical": "http://hl7.org/fhir/ValueSet/age-units"}),
            ),
            {"valueQuantity": {"value": 1, **KG}},
            ["qr-unit"],
        ),
        (extended("a", "attachment", ("mimeType", {"valueCode": "image/png"})), TYPES["attachment"], ["qr-mime"]),
        (
            extended("a", "attachment", ("maxSize", {"valueDecimal": 2})),
            {"valueAttachment": {"contentType": "x/y", "data": "eHh4eHh4"}},
            ["qr-size"],
        ),
        (
            extended("a", "reference", ("questionnaire-referenceResource", {"valueCode": "Patient"})),
            {"valueReference": {"reference": "Organization/1"}},
            ["qr-reference"],
        ),
        (
            extended("a", "string", ("questionnaire-minOccurs", {"valueInteger": 2}), repeats=True),
            text("x"),
            ["qr-occurs"],
        ),
    ],
)
def test_the_constraints_of_an_item_hold_its_answers(form, value, expected, found):
    assert [rule for _, rule, _ in found(response([answer("a", value)], [form]))] == expected


def when(operator, **expected):
    return {"question": "c", "operator": operator, **expected}


TRUE, FALSE = {"valueBoolean": True}, {"valueBoolean": False}


@pytest.mark.parametrize(
    ("condition", "control", "on"),
    [
        (when("=", answerBoolean=True), TRUE, True),
        (when("=", answerBoolean=True), FALSE, False),
        (when("=", answerBoolean=True), None, False),
        (when("!=", answerBoolean=True), FALSE, True),
        (when("!=", answerBoolean=True), None, False),
        (when("exists", answerBoolean=True), FALSE, True),
        (when("exists", answerBoolean=False), None, True),
        (when("exists", answerBoolean=False), TRUE, False),
        (when(">", answerInteger=2), {"valueInteger": 3}, True),
        (when(">", answerInteger=2), {"valueInteger": 2}, False),
        (when(">=", answerInteger=2), {"valueInteger": 2}, True),
        (when("<", answerDecimal=1.5), {"valueDecimal": 1.5}, False),
        (when("<=", answerDate="2026-01-01"), {"valueDate": "2026-01-01"}, True),
        (when("<", answerDateTime="2026-01-01T00:00:00Z"), {"valueDateTime": "2026-01-01T01:00:00+02:00"}, True),
        (when("<", answerTime="10:00:00"), {"valueTime": "11:00:00"}, False),
        (when("=", answerString="x"), text("X"), False),
        (when("=", answerCoding={"code": "x"}), code("x"), True),
        (when("=", answerCoding={"system": "https://example.org/other", "code": "x"}), code("x"), False),
        (
            when(">", answerQuantity={"value": 1, **KG}),
            {"valueQuantity": {"value": 1500, "system": UCUM, "code": "g"}},
            True,
        ),
        (when("=", answerReference={"reference": "Patient/1"}), {"valueReference": {"reference": "Patient/1"}}, True),
        (when("=", answerString="true"), TRUE, False),
        ({"question": "none", "operator": "=", "answerBoolean": True}, TRUE, False),
    ],
)
def test_enable_when_decides_by_the_answer(condition, control, on, found):
    kinds = {
        "Boolean": "boolean",
        "Integer": "integer",
        "Decimal": "decimal",
        "Date": "date",
        "DateTime": "dateTime",
        "Time": "time",
    }
    kinds |= {"String": "string", "Coding": "choice", "Quantity": "quantity", "Reference": "reference"}
    kind = kinds[next(iter(control))[5:]] if control else "boolean"
    items = [*([answer("c", control)] if control else []), answer("a", text("x"))]
    expected = [] if on else [("error", "qr-not-enabled", f".item[{len(items) - 1}]")]
    assert found(response(items, [item("c", kind), item("a", "string", enableWhen=[condition])])) == expected


def test_all_and_any_join_conditions(found):
    conditions = [when("=", answerBoolean=True), when("exists", answerBoolean=False)]
    items = [answer("c", TRUE), answer("a", text("x"))]
    for behaviour, on in (("all", False), ("any", True)):
        form = [item("c", "boolean"), item("a", "string", enableWhen=conditions, enableBehavior=behaviour)]
        assert bool(found(response(items, form))) != on


def test_a_condition_sees_its_own_group_first(found):
    form = [
        item(
            "g",
            "group",
            repeats=True,
            item=[item("c", "boolean"), item("a", "string", enableWhen=[when("=", answerBoolean=True)])],
        )
    ]
    items = [answer("g", item=[answer("c", value), answer("a", text("x"))]) for value in (TRUE, FALSE)]
    assert found(response(items, form)) == [("error", "qr-not-enabled", ".item[1].item[1]")]


def test_a_required_item_is_demanded_only_when_enabled(found):
    form = [item("c", "boolean"), item("a", "string", required=True, enableWhen=[when("=", answerBoolean=True)])]
    assert found(response([answer("c", FALSE)], form)) == []
    assert found(response([answer("c", TRUE)], form)) == [("error", "qr-required", "")]


def test_an_expression_can_enable(found):
    expression = {"language": "text/fhirpath", "expression": "%resource.item.where(linkId = 'c').answer.value = true"}
    form = [
        item("c", "boolean"),
        extended("a", "string", (f"{SDC}sdc-questionnaire-enableWhenExpression", {"valueExpression": expression})),
    ]
    assert found(response([answer("c", TRUE), answer("a", text("x"))], form)) == []
    assert found(response([answer("c", FALSE), answer("a", text("x"))], form)) == [
        ("error", "qr-not-enabled", ".item[1]")
    ]


def test_the_questionnaire_is_found_among_the_definitions_and_in_the_bundle(problems):
    form = {
        "resourceType": "Questionnaire",
        "url": "https://example.org/Questionnaire/q",
        "status": "active",
        "item": STRING,
    }
    tree = {
        "resourceType": Q,
        "questionnaire": form["url"],
        "status": "completed",
        "item": [answer("zz", text("x"))],
    }
    loaded = Validator(definitions=[form])
    assert problems(tree, only=["qr-"], validator=loaded) == [("error", "qr-link-unknown", Q)]
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": "urn:uuid:0d4a2a4e-1111-4a4a-8b8b-00000000000a", "resource": tree},
            {"fullUrl": "urn:uuid:0d4a2a4e-1111-4a4a-8b8b-00000000000b", "resource": form},
        ],
    }
    assert problems(bundle, only=["qr-"]) == [("error", "qr-link-unknown", "Bundle.entry[0].resource")]


def test_an_answer_outside_the_questionnaires_period_is_a_warning(problems):
    tree = response(
        [answer("a", text("x"))],
        STRING,
        questionnaire={"effectivePeriod": {"start": "2025-01-01", "end": "2025-12-31"}},
        authored="2026-05-05T10:00:00Z",
    )
    assert problems(tree, only=["qr-"]) == [("warning", "qr-period", f"{Q}.authored")]
    tree["authored"] = "2025-12-31T23:00:00Z"
    assert problems(tree, only=["qr-"]) == []


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            [item("a", "string", enableWhen=[when("=", answerBoolean=True)])],
            ("error", "q-enable-unknown", "Questionnaire.item[0]"),
        ),
        (
            [item("c", "boolean", enableWhen=[when("=", answerBoolean=True)])],
            ("error", "q-enable-self", "Questionnaire.item[0]"),
        ),
        (
            [item("a", "group", enableWhen=[when("=", answerBoolean=True)], item=[item("c", "boolean")])],
            ("error", "q-enable-inner", "Questionnaire.item[0]"),
        ),
        (
            [item("a", "string", enableWhen=[when("=", answerBoolean=True)]), item("c", "boolean")],
            ("warning", "q-enable-later", "Questionnaire.item[0]"),
        ),
    ],
)
def test_conditions_of_a_questionnaire_point_at_earlier_items(form, expected, problems):
    assert problems({"resourceType": "Questionnaire", "status": "active", "item": form}, only=["q-"]) == [expected]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["a", "c", "#q", "boolean", "=", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "item",
                    "answer",
                    "linkId",
                    "type",
                    "valueCoding",
                    "valueDate",
                    "enableWhen",
                    "question",
                    "operator",
                    "answerBoolean",
                    "extension",
                    "url",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JUNK, JUNK)
def test_no_response_makes_the_rules_raise(items, form):
    Validator().validate(response(items, form))
