"""Instrument files: what may stand in them, what is said when they are wrong."""

import pytest

from rehabfhir.errors import MisuseError
from rehabfhir.instruments import example, load, named, score
from rehabfhir.instruments.load import parse

GOOD = """
id = "mine"
title = "Mine"
[licence]
kind = "free"
[[items]]
ids = ["a", "b"]
min = 0
max = 3
[[scale]]
id = "total"
title = "Total"
rule = "sum"
items = ["a", "b"]
at_least = 1.0
source = "me"
"""


def test_the_example_for_halsoskattning_is_marked_as_one_and_says_so_when_scored():
    made = parse(example(), "example")
    assert made.example
    assert made.title.startswith("EXAMPLE")
    assert all(item.text.startswith("EXAMPLE") for item in made.items)
    scored = score({"item": [{"linkId": "A", "answer": [{"valueInteger": 4}]}]}, made)
    assert scored["A"].value == 4
    assert scored["B"].missing
    assert [issue.rule for issue in scored.issues] == ["instrument-example"]
    assert named("EXAMPLE: Hälsoskattning") is None


def test_a_form_of_the_users_own_is_loaded_from_a_file_with_its_texts(tmp_path):
    file = tmp_path / "halsoskattning.toml"
    text = (
        example()
        .replace("example = true", "example = false")
        .replace('id = "halsoskattning-example"', 'id = "halsoskattning"')
        .replace("EXAMPLE: ", "")
    )
    file.write_text(text, encoding="utf-8")
    made = load(file)
    assert (made.id, made.title, made.example) == ("halsoskattning", "Hälsoskattning", False)
    assert named("hälsoskattning", [made]) is made
    assert score({"questionnaire": made.url, "item": []}, more=[made]).instrument is made


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "mine"', "", "needs 'id'"),
        ('id = "mine"', 'id = "a b"', "letters, digits"),
        ('kind = "free"', 'kind = "stolen"', "'kind' is one of"),
        ("min = 0", "min = 5", "'max' is not above 'min'"),
        ("max = 3", 'max = "3"', "needs 'max'"),
        ('ids = ["a", "b"]', "ids = []", "needs 'ids'"),
        ('ids = ["a", "b"]', 'ids = ["a", "a", "b"]', "stands twice"),
        ('rule = "sum"', 'rule = "magic"', "no rule is called 'magic'"),
        ('items = ["a", "b"]', 'items = ["a", "z"]', "no items z"),
        ('items = ["a", "b"]', 'scales = ["later"]', "no scales later"),
        ('items = ["a", "b"]', "", "needs 'items', 'scales' or 'of'"),
        ('source = "me"', "", "who gives the rule"),
        ('source = "me"', 'source = "me"\nband = [{ from = 0, to = 3, text = "x" }]', "a band needs"),
        ('source = "me"', 'source = "me"\nmid = { value = 1 }', "'mid' needs"),
        ('ids = ["a", "b"]', 'ids = ["a", "b"]\ncodes = ["1"]', "1 entries for 2 items"),
        ("[[scale]]", "[[other]]", "no scale"),
    ],
)
def test_a_defect_is_named(old, new, said):
    assert old in GOOD
    with pytest.raises(MisuseError, match=r"defect") as caught:
        parse(GOOD.replace(old, new, 1), "mine.toml")
    assert said in str(caught.value)


def test_every_defect_is_listed_at_once():
    with pytest.raises(MisuseError) as caught:
        parse("id = 3\n[[items]]\nids = []\n", "mine.toml")
    assert str(caught.value).count("\n  - ") >= 5


@pytest.mark.parametrize("data", [b"\xff\xfe", b"= nothing", b""])
def test_a_file_that_is_no_instrument_is_refused(tmp_path, data):
    file = tmp_path / "mine.toml"
    file.write_bytes(data)
    with pytest.raises(MisuseError, match=r"mine\.toml"):
        load(file)
    with pytest.raises(MisuseError, match="cannot be read"):
        load(tmp_path / "absent.toml")
