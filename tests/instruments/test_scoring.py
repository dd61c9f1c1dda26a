"""Scoring: the sources' test vectors, missing data, and what is wrong with answers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.errors import MisuseError
from rehabfhir.instruments import ValueSet, change, instruments, load_value_set, named, score, scored_assessment
from rehabfhir.model import Answer, AnswerItem, Assessment, Code
from rehabfhir.model.assessment import Instrument as Made

VECTORS = [(instrument, vector) for instrument in instruments() for vector in instrument.vectors]


def response(answers, instrument=None, **more):
    items = [{"linkId": str(name), "answer": [{"valueInteger": value}]} for name, value in answers.items()]
    tree = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": items, **more}
    return tree | ({"questionnaire": instrument.url} if instrument else {})


def outcome(entry):
    return entry.text if entry.value is None else float(entry.value)


@pytest.mark.parametrize(("instrument", "vector"), VECTORS, ids=lambda value: getattr(value, "id", ""))
def test_the_sources_vectors_come_out(instrument, vector):
    scored = score(response(vector.answers), instrument)
    assert {name: outcome(scored[name]) for name in vector.expect} == dict(vector.expect)


def test_every_shipped_instrument_is_there_with_a_vector_and_sources():
    ids = {instrument.id for instrument in instruments()}
    assert ids == {
        "eortc-qlq-c30",
        "hads",
        "phq-9",
        "gad-7",
        "madrs-s",
        "keds",
        "fact-g",
        "eq-5d-5l",
        "distress-thermometer",
        "esas-r",
        "6mwt",
    }
    for instrument in instruments():
        assert instrument.source
        assert instrument.licence.text
        assert instrument.vectors
        assert not instrument.example
        for scale in instrument.scales:
            assert scale.source
            assert all(band.source for band in scale.bands)
            assert scale.mid is None or scale.mid.source


def test_no_item_text_of_a_protected_instrument_ships():
    for instrument in instruments():
        assert instrument.licence.texts or all(item.text is None for item in instrument.items)


def test_qlq_c30_has_its_fifteen_scales_and_every_item_in_exactly_one():
    qlq = named("QLQ-C30")
    listed = [name for scale in qlq.scales for name in scale.items]
    assert sorted(listed, key=int) == [str(n) for n in range(1, 31)]
    assert len(qlq.scales) == 16


@pytest.mark.parametrize("missing", [f"{n}" for n in range(1, 28)])
def test_the_qlq_c30_summary_falls_away_only_when_one_of_its_scales_does(missing):
    qlq = named("eortc-qlq-c30")
    answers = {str(n): 2 for n in range(1, 31) if str(n) != missing}
    scored = score(response(answers), qlq)
    alone = [scale for scale in qlq.scales if scale.items == (missing,)]
    assert scored["summary"].missing == bool(alone)


@pytest.mark.parametrize("gone", ["28", "29", "30"])
def test_the_qlq_c30_summary_needs_neither_finance_nor_global_health(gone):
    scored = score(response({str(n): 1 for n in range(1, 31) if str(n) != gone}), named("eortc-qlq-c30"))
    assert scored["summary"].value == 100


BANDS = [
    ("phq-9", "total", 9, "mild"), ("phq-9", "total", 10, "moderate"), ("phq-9", "total", 15, "moderately severe"), ("phq-9", "total", 20, "severe"),
    ("gad-7", "total", 4, "minimal"), ("gad-7", "total", 5, "mild"), ("gad-7", "total", 15, "severe"),
    ("madrs-s", "total", 12, "none or very mild"), ("madrs-s", "total", 13, "mild"), ("madrs-s", "total", 35, "severe"),
    ("keds", "total", 18, "below the cut-off"), ("keds", "total", 19, "at or above the cut-off for exhaustion disorder"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "scale", "total", "band"), BANDS)
def test_a_band_begins_where_its_source_says(name, scale, total, band):
    instrument = named(name)
    answers, left = {}, total
    for item in instrument.items:
        answers[item.id] = min(left, item.most)
        left -= answers[item.id]
    entry = score(response(answers), instrument)[scale]
    assert (entry.value, entry.band) == (total, band)


def test_a_prorated_score_that_is_not_whole_still_finds_its_band():
    entry = score(response({"1": 1, "3": 1, "5": 1, "7": 1, "9": 1, "11": 2}), named("hads"))["anxiety"]
    assert entry.value == Decimal("8.17")
    assert entry.band == "possible case"


@given(st.sampled_from(instruments()), st.data())
def test_every_score_stays_in_its_range_whatever_is_answered(instrument, data):
    answers = {item.id: data.draw(st.none() | st.integers(item.least, item.most)) for item in instrument.items}
    scored = score(response({name: value for name, value in answers.items() if value is not None}), instrument)
    for entry in scored.scores:
        if entry.value is not None and entry.scale.least is not None:
            assert entry.scale.least <= entry.value <= entry.scale.most
        assert entry.missing == bool(entry.reason)
    assert not [issue for issue in scored.issues if issue.severity == "error"]


ANY = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.dictionaries(st.sampled_from(["code", "value", "system"]), st.text(max_size=3), max_size=2)
)


@given(
    st.sampled_from(instruments()),
    st.lists(
        st.tuples(
            st.sampled_from(["1", "9", "MO", "GP1", "x", "distance", ""]),
            st.sampled_from(["valueInteger", "valueCoding", "valueString", "valueDecimal", "x"]),
            ANY,
        ),
        max_size=6,
    ),
)
def test_hostile_answers_give_findings_and_never_a_crash(instrument, rows):
    tree = {"item": [{"linkId": link, "answer": [{kind: value}]} for link, kind, value in rows]}
    scored = score(tree, instrument)
    assert len(scored.scores) == len(instrument.scales)


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"item": None},
        {"item": [None, 3, {"linkId": "1"}]},
        {"item": [{"linkId": "1", "answer": "x"}]},
        {"item": [{"linkId": "1", "answer": [None]}]},
    ],
)
def test_a_response_without_answers_scores_nothing(tree):
    assert all(entry.missing for entry in score(tree, named("phq-9")).scores)


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ({"valueInteger": 4}, "answer-range"),
        ({"valueInteger": -1}, "answer-range"),
        ({"valueDecimal": 1.5}, "answer-range"),
        ({"valueString": "often"}, "answer-range"),
        ({"valueBoolean": True}, "answer-range"),
    ],
)
def test_an_answer_that_cannot_be_counts_as_missing_and_is_said(answer, rule):
    tree = response(dict.fromkeys(map(str, range(1, 9)), 1))
    tree["item"].append({"linkId": "9", "answer": [answer]})
    scored = score(tree, named("phq-9"))
    assert scored["total"].missing
    assert [(issue.rule, issue.expression) for issue in scored.issues] == [(rule, "QuestionnaireResponse.item[8]")]
    assert all(
        str(next(iter(answer.values()))) not in issue.message for issue in scored.issues if answer.get("valueString")
    )


def test_two_answers_to_one_question_count_as_none():
    tree = response({"1": 1})
    tree["item"].append({"linkId": "1", "answer": [{"valueInteger": 2}]})
    scored = score(tree, named("phq-9"))
    assert scored["total"].answered == 0
    assert [issue.rule for issue in scored.issues] == ["answer-range"]


@pytest.mark.parametrize(
    "answer",
    [
        {"valueInteger": 2},
        {"valueDecimal": 2.0},
        {"valueString": "2"},
        {"valueCoding": {"code": "2"}},
        {"valueCoding": {"system": "http://loinc.org", "code": "LA6570-1"}},
        {"valueQuantity": {"value": 2}},
    ],
)
@pytest.mark.parametrize("link", ["1", "44250-9", "/44250-9"])
def test_an_answer_is_understood_in_every_form_that_forms_use(answer, link):
    scored = score({"item": [{"linkId": "group", "item": [{"linkId": link, "answer": [answer]}]}]}, named("phq-9"))
    assert scored["total"].answered == 1
    assert scored.issues == ()


def test_thoughts_of_death_are_pointed_out_whatever_the_score():
    scored = score(response({str(n): 0 if n < 9 else 1 for n in range(1, 10)}), named("phq-9"))
    assert scored["total"].band == "none or minimal"
    assert [issue.rule for issue in scored.issues] == ["answer-watch"]


def test_an_index_is_looked_up_in_the_users_own_value_set_and_names_it(tmp_path):
    file = tmp_path / "set.csv"
    file.write_text("# name: Exempel, påhittad\nprofile;value\n11111;1\n21234;0,512\n", encoding="utf-8")
    values = load_value_set(file)
    eq = named("EQ-5D-5L")
    tree = response({"MO": 2, "SC": 1, "UA": 2, "PD": 3, "AD": 4})
    found = score(tree, eq, value_set=values)["index"]
    assert (found.value, found.method) == (Decimal("0.512"), "Exempel, påhittad")
    assert score(tree, eq)["index"].reason == "no value set was given"
    assert score(tree, eq, value_set=ValueSet("empty", {}))["index"].reason == "the value set does not hold the profile"


@pytest.mark.parametrize("text", ["", "# name: x\n", "11111;1\n", "# name: x\n11111;1\nrubbish\n"])
def test_a_value_set_that_cannot_be_used_is_refused_with_a_reason(tmp_path, text):
    file = tmp_path / "set.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(MisuseError, match=r"set\.csv"):
        load_value_set(file)


def assessment(answers, url="https://rehabfhir.org/fhir/Questionnaire/phq-9", **more):
    items = tuple(AnswerItem(link_id=name, answers=(Answer(**value),)) for name, value in answers.items())
    return Assessment(instrument=Made(url=url), items=items, **more)


def test_a_domain_assessment_is_scored_and_takes_its_scores():
    made = assessment(
        {str(n): {"integer": 1} for n in range(1, 9)}
        | {"9": {"code": Code(system="http://loinc.org", code="LA6568-5")}}
    )
    scored = score(made)
    assert scored["total"].value == 8
    kept = scored_assessment(made, scored)
    assert kept.items == made.items
    (only,) = kept.scores
    assert only.quantity.value == 8
    assert only.code.code_in("http://loinc.org") == "44261-6"
    assert only.interpretation.text == "mild"
    again = scored_assessment(kept, scored)
    assert len(again.scores) == 1


def test_an_assessment_without_a_known_instrument_is_misuse_and_says_what_to_do():
    with pytest.raises(MisuseError, match="name it"):
        score(response({"1": 1}))
    with pytest.raises(MisuseError, match="not known"):
        score(response({"1": 1}, questionnaire="http://example.org/Questionnaire/other"))


@pytest.mark.parametrize(
    "name", ["phq-9", "PHQ-9", "https://rehabfhir.org/fhir/Questionnaire/phq-9|1", "http://example.org/forms/phq-9"]
)
def test_an_instrument_is_found_by_its_names(name):
    assert named(name).id == "phq-9"


def test_change_over_time_is_judged_by_the_smallest_change_that_matters():
    keds, phq = named("keds"), named("phq-9")
    series = [
        (day, score(response({str(n): value for n in range(1, 10)}), phq))
        for day, value in (("2026-06-01", 1), ("2026-01-01", 2), ("2026-03-01", 3))
    ]
    (found,) = change(series)
    assert (found.first, found.last, found.difference, found.verdict, found.count) == (
        ("2026-01-01", 18),
        ("2026-06-01", 9),
        -9,
        "improved",
        3,
    )
    (other,) = change(
        [
            ("2026-01-01", score(response(dict.fromkeys(map(str, range(1, 10)), 1)), keds)),
            ("2026-02-01", score(response(dict.fromkeys(map(str, range(1, 10)), 2)), keds)),
        ]
    )
    assert other.verdict == "not judged"
    assert change([]) == []
    with pytest.raises(MisuseError, match="one instrument"):
        change([series[0], ("2026-01-01", score(response({"1": 1}), keds))])


def test_a_rise_is_good_on_a_function_scale_and_bad_on_a_symptom_scale():
    qlq = named("eortc-qlq-c30")
    first = score(response({**dict.fromkeys(map(str, range(1, 31)), 2)}), qlq)
    last = score(response({**dict.fromkeys(map(str, range(1, 31)), 1)}), qlq)
    verdicts = {entry.scale.id: entry.verdict for entry in change([("2026", first), ("2027", last)])}
    assert verdicts["PF"] == verdicts["FA"] == "improved"
    assert verdicts["QL"] == "worsened"
    assert verdicts["summary"] == "not judged"


def test_an_assessment_scores_itself_by_the_instrument_that_it_names():
    items = tuple({"link_id": str(number), "answers": [{"integer": 1}]} for number in range(1, 10))
    assessment = Assessment.model_validate({"instrument": {"title": "PHQ-9"}, "items": items})
    assert assessment.score()["total"].value == score(assessment)["total"].value == 9
