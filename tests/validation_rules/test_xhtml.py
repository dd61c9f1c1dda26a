"""Narratives: what is allowed in them, what is reported, and that nothing hostile hurts."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.validation.xhtml import _looked_over, check, html_checks
from rehabfhir.validation.xhtml_quick import plain

X = 'xmlns="http://www.w3.org/1999/xhtml"'


def rules(inner):
    return [finding.rule for finding in check(f"<div {X}>{inner}</div>").findings]


@pytest.mark.parametrize(
    "inner",
    [
        "<p>text</p>",
        "<p>a <b>b <i>c</i></b> &amp; d</p>",
        "<ul><li>a<div>b</div></li></ul>",
        "<table class='x'><thead><tr><th>a</th></tr></thead><tbody><tr><td colspan='2'>b<ul><li>c</li></ul></td></tr></tbody></table>",
        "<dl><dt>a</dt><dd>b</dd></dl>",
        "<a href='https://example.org'>a</a><img src='x.png' alt='x'/>",
        "<img src='https://example.org/x.png'/>",
        "<!-- comment -->text",
        "\u00a0",
        "<p xml:space='preserve'>a</p>",
    ],
)
def test_the_usual_narrative_is_accepted(inner):
    assert rules(inner) == []


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<script>alert(1)</script>", ["xhtml-element", "txt-1"]),
        ("<p onclick='x()'>a</p>", ["xhtml-attribute", "txt-1"]),
        ("<form>a</form>", ["xhtml-element", "txt-1"]),
        ("<a href='JavaScript:alert(1)'>a</a>", ["xhtml-active"]),
        ("<a href=' java\tscript:x'>a</a>", ["xhtml-active"]),
        ("<a href='http://x.y' target='_blank'>a</a>", ["xhtml-attribute", "txt-1"]),
        ("<P>a</P>", ["xhtml-element", "txt-1"]),
        ("<p><div>a</div></p>", ["xhtml-paragraph", "xhtml-block"]),
        ("<span><div>a</div></span>", ["xhtml-block"]),
        ("<b>a<b>b</b></b>", ["xhtml-nested"]),
        ("a<br>b</br>", ["xhtml-empty"]),
        ("<td>a</td>", ["xhtml-place"]),
        ("<li>a</li>", ["xhtml-place"]),
        ("<ul>a<li>b</li></ul>", ["xhtml-children"]),
        ("<table><tr><div>a</div></tr></table>", ["xhtml-children"]),
        ("", ["txt-2"]),
        ("  <p> </p>\n", ["txt-2"]),
        ("<!-- only this -->", ["txt-2"]),
        ("a&nbsp;b", ["xhtml-entity"]),
        ("&unknown;", ["xhtml-syntax", "txt-1", "txt-2"]),
        ("<p>a", ["xhtml-syntax", "txt-1", "txt-2"]),
        ("a & b", ["xhtml-syntax", "txt-1", "txt-2"]),
        ("<p id='a'>a</p><p id='a'>b</p>", ["xhtml-id"]),
        ("<p xmlns='urn:x'>a</p>", ["xhtml-namespace"]),
        ("<div xml:lang='sv'>a</div>b", ["xhtml-language"]),
    ],
)
def test_what_is_wrong_is_named(inner, expected):
    assert rules(inner) == expected


@pytest.mark.parametrize(
    ("div", "expected"),
    [
        ("<div>a</div>", ["xhtml-namespace"]),
        ('<div xmlns="urn:x">a</div>', ["xhtml-namespace"]),
        (f"<p {X}>a</p>", ["xhtml-root"]),
        (f"<!DOCTYPE div><div {X}>a</div>", ["xhtml-doctype"]),
        ('<h:div xmlns:h="http://www.w3.org/1999/xhtml"><h:p>a</h:p></h:div>', []),
        (f" <div {X}>a</div>\n", []),
        ("no markup", ["xhtml-syntax", "txt-1", "txt-2"]),
    ],
)
def test_the_outermost_element_is_a_div_of_xhtml(div, expected):
    assert [finding.rule for finding in check(div).findings] == expected


def test_html_checks_is_what_txt_1_and_txt_2_say():
    assert html_checks(f"<div {X}>a</div>")
    assert not html_checks(f"<div {X}></div>")
    assert not html_checks(f"<div {X}><script/>a</div>")


def test_links_into_the_resource_must_lead_somewhere(problems):
    div = f'<div {X}><a href="#here">a</a><a href="#inside">b</a><a href="#nowhere">c</a><b id="inside">d</b></div>'
    patient = {
        "resourceType": "Patient",
        "text": {"status": "generated", "div": div},
        "name": [{"id": "here", "text": "x"}],
    }
    assert problems(patient, only=["xhtml"]) == [("error", "xhtml-link", "Patient.text.div")]


def test_a_finding_stands_at_the_div_and_holds_no_text_of_it(validator):
    patient = {"resourceType": "Patient", "text": {"status": "generated", "div": f"<div {X}><x-Tolvan/>Tolvan</div>"}}
    issues = [issue for issue in validator.validate(patient).issues if issue.rule == "txt-1"]
    assert [issue.expression for issue in issues] == ["Patient.text.div"]
    assert "Tolvan" not in issues[0].message


def test_the_official_narratives_are_judged_as_hl7_does(shared):
    cases = json.loads((shared / "suites/official-examples/cases_r4.json").read_text())["cases"]
    wrong = []
    for case in cases:
        tree = json.loads((shared / "suites/official-examples/validator" / case["resource"]).read_text())
        div = (tree.get("text") or {}).get("div")
        expected = any(
            issue["loc"].endswith(".text.div") and ".contained" not in issue["loc"]
            for issue in case["java"]["errorIssues"]
        )
        if (
            div
            and bool([each for each in check(div).findings if each.severity == "error"]) != expected
            and not check(div).fragments
        ):
            wrong.append(case["resource"])
    assert wrong == []


@given(st.text(st.sampled_from("<>/=\"'&;# abdivpluxmns!-[]:"), max_size=80))
def test_no_text_makes_the_check_raise(text):
    check(text)
    check(f"<div {X}>{text}</div>")


def test_a_huge_or_deep_narrative_is_checked_in_linear_time():
    began = time.perf_counter()
    check(f"<div {X}>" + "<p>a</p>" * 60_000 + "</div>")
    check(f"<div {X}>" + "<b><i>" * 20_000 + "</i></b>" * 20_000 + "</div>")
    check("<div " * 100_000)
    check("&lt;" * 100_000)
    assert time.perf_counter() - began < 5


PIECES = st.lists(
    st.sampled_from(
        [
            *(f"<{name}>" for name in ("p", "b", "div", "table", "tr", "td", "ul", "li", "span", "script")),
            *(f"</{name}>" for name in ("p", "b", "div", "table", "tr", "td", "ul", "li", "span", "script")),
            "<br/>",
            "<hr />",
            "<p/>",
            '<a href="#x">',
            '<a href="https://example.org">',
            "</a>",
            "text",
            " ",
            "&amp;",
            "&nbsp;",
            '<p class="x" id="y">',
            '<td colspan="2" title="a>b">',
            "<!-- c -->",
            "<p\n>",
        ]
    ),
    max_size=14,
)


@given(PIECES)
def test_the_quick_check_never_passes_what_the_full_one_reports(pieces):
    div = f"<div {X}>{''.join(pieces)}</div>"
    if plain(div):
        found = _looked_over(div)
        assert (found.findings, found.fragments) == ((), ())


@pytest.mark.parametrize(
    "inner",
    [
        "<p>a</p>",
        "<table><tr><td colspan='2'>a</td></tr></table>",
        "<p>a <b>b</b><br/></p>",
        '<a href="https://x.y">a</a>',
    ],
)
def test_the_quick_check_passes_the_usual_narrative(inner):
    assert plain(f"<div {X}>{inner}</div>")
