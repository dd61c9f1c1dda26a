"""What a caller may rely on: results, places, surroundings, types, errors with a position."""

from datetime import UTC, datetime
from decimal import Decimal
from threading import Thread

import pytest

import rehabfhir.fhirpath
from rehabfhir.errors import MisuseError
from rehabfhir.fhirpath import Env, FhirPathSyntaxError, FhirPathTypeError, Node, compile_expression, node_for
from rehabfhir.fhirpath.repairs import REPAIRS, repaired

PLAN = {
    "resourceType": "CarePlan",
    "id": "plan",
    "contained": [{"resourceType": "Goal", "id": "walk", "description": {"text": "Gå"}}],
    "status": "active",
    "_status": {"extension": [{"url": "http://example.org/s", "valueCode": "x"}]},
    "goal": [{"reference": "#walk"}, {"reference": "Goal/2"}],
    "period": {"start": "2026-01-07", "end": "2026-04"},
    "activity": [
        {"detail": {"status": "in-progress", "quantity": {"value": Decimal("1.50"), "code": "km"}}},
        {"detail": {"status": "completed", "scheduledString": "varje dag"}},
        {"reference": {"reference": "Appointment/1"}},
    ],
}


def evaluate(text, focus=PLAN, env=None):
    return compile_expression(text).evaluate(focus, env)


def test_the_public_names_are_these():
    assert rehabfhir.fhirpath.__all__ == [
        "Env",
        "Expression",
        "FhirPathError",
        "FhirPathLimit",
        "FhirPathSyntaxError",
        "FhirPathTypeError",
        "Node",
        "compile_expression",
        "node_for",
    ]
    assert all(hasattr(rehabfhir.fhirpath, name) for name in rehabfhir.fhirpath.__all__)


def test_results_are_plain_trees():
    assert evaluate("activity.detail.status") == ["in-progress", "completed"]
    assert evaluate("period") == [PLAN["period"]]
    assert evaluate("activity.detail.quantity.value") == [Decimal("1.50")]
    assert evaluate("@2026-01-07 + 1 month") == ["2026-02-07"]
    assert evaluate("2 'mg' + 1 'g'") == [
        {"value": 1002, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
    ]
    assert evaluate("3 days") == [{"value": 3, "unit": "day"}]
    assert evaluate("nothing.at.all") == []


def test_nodes_tell_their_place_and_type():
    nodes = compile_expression(
        "activity.detail.status | activity.detail.scheduled | activity.reference | contained"
    ).nodes(PLAN)
    assert [(node.location, node.type) for node in nodes] == [
        ("CarePlan.activity[0].detail.status", "code"),
        ("CarePlan.activity[1].detail.status", "code"),
        ("CarePlan.activity[1].detail.scheduled.ofType(string)", "string"),
        ("CarePlan.activity[2].reference", "Reference"),
        ("CarePlan.contained[0]", "Goal"),
    ]
    assert compile_expression("activity.count()").nodes(PLAN) == []


def test_a_node_or_a_tree_with_its_type_may_be_the_focus():
    detail = PLAN["activity"][1]["detail"]
    expression = compile_expression("scheduled is string and status.exists()", type="CarePlan.activity.detail")
    assert expression.test(detail) is True
    assert expression.test(node_for(detail, "CarePlan.activity.detail")) is True
    assert compile_expression("$this is Period", type="CarePlan.period").test(PLAN["period"]) is True
    assert compile_expression("hasValue() and extension.exists()").test(Node("active", "code", PLAN["_status"])) is True
    assert node_for(PLAN, "DomainResource").type == "CarePlan"


def test_an_invariant_holds_fails_or_says_nothing():
    assert compile_expression("status = 'active'", type="CarePlan").test(PLAN) is True
    assert compile_expression("status = 'draft'", type="CarePlan").test(PLAN) is False
    assert compile_expression("intent = 'plan'", type="CarePlan").test(PLAN) is None
    assert compile_expression("activity", type="CarePlan").test(PLAN) is True


def test_a_choice_is_found_by_its_name_only():
    assert evaluate("activity.detail.scheduled") == ["varje dag"]
    assert evaluate("activity.detail.scheduledString") == []


def test_extensions_of_primitives_are_found_beside_them():
    assert evaluate("status.extension('http://example.org/s').value") == ["x"]
    only = {"resourceType": "CarePlan", "_status": {"id": "a"}}
    assert evaluate("status.exists() and status.hasValue().not()", only) == [True]
    assert evaluate("status.id", only) == ["a"]


def test_references_resolve_inside_first_and_by_the_host_else():
    asked = []

    def resolve(reference, node):
        asked.append((reference, node.location))
        return {"resourceType": "Goal", "id": "2"}, None

    assert evaluate("goal.resolve().id", env=Env(resource=PLAN, resolve=resolve)) == ["walk", "2"]
    assert asked == [("Goal/2", "CarePlan.goal[1]")]
    assert evaluate("goal.resolve().id", env=Env(resource=PLAN)) == ["walk"]
    assert evaluate("goal.where(resolve() is Goal).reference", env=Env(resource=PLAN)) == ["#walk"]


def test_the_host_answers_for_terminology_and_profiles():
    env = Env(
        member_of=lambda node, url: None if url == "?" else (node.value, url) == ("active", "vs"),
        conforms_to=lambda node, url: node.type == "CarePlan" if url == "plan" else None,
        html_checks=lambda text: "<script" not in text,
        subsumes=lambda one, other: (getattr(one, "value", one), other) == ("active", "x"),
    )
    assert evaluate("status.memberOf('vs')", env=env) == [True]
    assert evaluate("status.memberOf('?')", env=env) == []
    assert evaluate("conformsTo('plan')", env=env) == [True]
    assert evaluate("status.subsumes('x') | 'x'.subsumedBy(%context.status)", env=env) == [True]
    assert compile_expression("htmlChecks()").test(Node("<div><script/></div>", "xhtml"), env) is False
    with pytest.raises(FhirPathTypeError, match="profile is not known"):
        evaluate("conformsTo('other')", env=env)


def test_variables_are_trees_nodes_values_or_lists_of_them():
    env = Env(
        variables={"one": 1, "many": ["a", "b"], "tree": {"resourceType": "Goal", "id": "g"}, "node": node_for(PLAN)}
    )
    assert evaluate("%one + 1", env=env) == [2]
    assert evaluate("%many.count() = 2 and 'b' in %many", env=env) == [True]
    assert evaluate("%tree.id | %node.id", env=env) == ["g", "plan"]
    assert evaluate("%resource.id = %context.id and %rootResource is CarePlan") == [True]
    with pytest.raises(FhirPathTypeError, match="%unheard is not known"):
        evaluate("%unheard", env=env)


def test_an_expression_may_define_variables_of_its_own():
    assert evaluate("defineVariable('all', activity.detail.status).goal.select(%all.count())") == [2, 2]
    assert evaluate("activity.detail.select(defineVariable('now').select(%now.status & '!'))") == [
        "in-progress!",
        "completed!",
    ]
    assert evaluate("coalesce(intent, description, status)") == ["active"]


def test_the_moment_is_one_for_an_evaluation_and_may_be_given():
    assert evaluate("now() = now() and today() <= now().toDate()") == [True]
    env = Env(now=datetime(2026, 1, 7, 8, 9, 10, tzinfo=UTC))
    assert evaluate("now() | today() | timeOfDay()", env=env) == [
        "2026-01-07T08:09:10.000+00:00",
        "2026-01-07",
        "08:09:10.000",
    ]


def test_traces_reach_their_sink():
    seen = []
    env = Env(trace=lambda name, items: seen.append((name, [item.value for item in items])))
    expression = compile_expression("activity.detail.status.trace('s').exists()", type="CarePlan")
    assert expression.test(PLAN, env) is True
    assert seen == [("s", ["in-progress", "completed"])]


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("status = ", 9, "the end"),
        ("status = 'a", 9, "not closed"),
        ("status.foo()", 7, "no function foo"),
        ("status.where()", 7, "takes 1 argument"),
        ("status = #", 9, "unexpected"),
        ("'\\q'", 0, "escape"),
        ("@2026-13-01", 0, "date that exists"),
        ("a b", 2, "an operator or the end"),
        ("ofType(1)", 0, "name of a type"),
    ],
)
def test_a_syntax_error_tells_where_and_why(text, position, reason):
    with pytest.raises(FhirPathSyntaxError, match=reason) as caught:
        compile_expression(text)
    assert caught.value.position == position
    assert isinstance(caught.value, MisuseError)
    assert f"character {position + 1}" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("activity.detail.single()", "single"),
        ("activity.detail and true", "2 items"),
        ("1 + 'a'", "System.Integer and System.String"),
        ("status < 1", "System.String and System.Integer"),
        ("period.startsWith('a')", "FHIR.Period"),
        ("@2026 + 1 'cm'", "calendar duration"),
        ("activity.ofType(Nonsense)", "no type Nonsense"),
    ],
)
def test_what_has_no_meaning_raises_without_telling_data(text, reason):
    with pytest.raises(FhirPathTypeError, match=reason) as caught:
        evaluate(text)
    assert "in-progress" not in str(caught.value)
    assert "2026-01" not in str(caught.value)


def test_strict_mode_finds_what_an_author_got_wrong():
    for text, reason in {
        "activity.detial": "no element detial",
        "Patient.name": "not the type of the context",
        "children().first()": "needs an order",
        "activity.select(detail.scheduledString)": "no element scheduledString",
    }.items():
        assert compile_expression(text, type="CarePlan").type == "CarePlan"
        with pytest.raises(FhirPathTypeError, match=reason):
            compile_expression(text, type="CarePlan", strict=True)
    good = compile_expression(
        "activity.where(detail.exists()).detail.scheduled.ofType(string)", type="CarePlan", strict=True
    )
    assert good.evaluate(PLAN) == ["varje dag"]


def test_the_third_rule_of_domain_resources_evaluates_as_published():
    text = (
        "contained.where((('#'+id in (%resource.descendants().reference | %resource.descendants().as(canonical) | "
        "%resource.descendants().as(uri) | %resource.descendants().as(url))) or descendants().where(reference = '#').exists() or "
        "descendants().where(as(canonical) = '#').exists() or descendants().where(as(canonical) = '#').exists()).not())"
        ".trace('unmatched', id).empty()"
    )
    expression = compile_expression(text, type="CarePlan")
    assert expression.test(PLAN) is True
    assert expression.test({**PLAN, "goal": []}) is False


def test_many_threads_share_one_expression():
    expression = compile_expression(
        "activity.where(detail.status = 'completed').count() = 1 and goal.count() = 2", type="CarePlan"
    )
    answers = []
    threads = [Thread(target=lambda: answers.extend(expression.test(PLAN) for _ in range(500))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 4000


def test_every_repair_compiles_and_is_found():
    for repair in REPAIRS:
        assert compile_expression(repair.repaired).text == repair.repaired
        assert repaired(repair.text or "anything", repair.key) == repair
        assert repair.reason
    assert repaired("detail.empty() or reference.empty()", "cpl-3") is None
    name = repaired("name.matches('[A-Z]([A-Za-z0-9_]){0,254}')", "cid-0")
    assert name is not None
    assert compile_expression(name.repaired).test({"resourceType": "ValueSet", "name": "no name"}) is False
    assert compile_expression(name.repaired).test({"resourceType": "ValueSet"}) is True
