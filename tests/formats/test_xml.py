"""FHIR XML: both ways, the official examples to the letter, hostile documents refused at once."""

import time
import urllib.request

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.errors import MisuseError
from rehabfhir.formats import Limits, read, write_json, write_xml
from rehabfhir.formats.xhtml import canonical

HEAD = '<Patient xmlns="http://hl7.org/fhir">'
XHTML = "http://www.w3.org/1999/xhtml"


def patient(inner):
    return read(f"{HEAD}{inner}</Patient>")


def test_primitives_get_their_json_types():
    source = read(
        '<Observation xmlns="http://hl7.org/fhir"><valueQuantity><value value="1.10"/></valueQuantity>'
        '<component><valueInteger value="7"/></component><component><valueBoolean value="true"/></component></Observation>'
    )
    assert source.issues == ()
    assert write_json(source.tree) == (
        b'{"resourceType":"Observation","valueQuantity":{"value":1.10},"component":[{"valueInteger":7},{"valueBoolean":true}]}'
    )


def test_extensions_of_primitives_stand_beside_them_with_null_alignment():
    source = patient(
        '<name><given value="A"/><given id="x"/><given value="C"><extension url="u"><valueCode value="v"/></extension></given></name>'
        '<birthDate><extension url="u"/></birthDate>'
    )
    assert source.issues == ()
    assert source.tree == {
        "resourceType": "Patient",
        "name": [
            {"given": ["A", None, "C"], "_given": [None, {"id": "x"}, {"extension": [{"url": "u", "valueCode": "v"}]}]}
        ],
        "_birthDate": {"extension": [{"url": "u"}]},
    }


def test_contained_resources_keep_their_type():
    source = patient('<contained><Organization><id value="o"/></Organization></contained>')
    assert source.tree["contained"] == [{"resourceType": "Organization", "id": "o"}]


def test_narrative_is_kept_to_the_letter():
    div = f"<div xmlns=\"{XHTML}\">å &amp; <b class='x'>b</b><!-- c --><br /></div>"
    assert patient(f"<text>{div}</text>").tree["text"]["div"] == div


@pytest.mark.parametrize(
    "empty", [f'<div xmlns="{XHTML}"/>', f'<div xmlns="{XHTML}"></div>', f'<div xmlns="{XHTML}"><br/></div>']
)
def test_empty_narrative_ends_where_it_ends(empty):
    assert patient(f'<text>{empty}</text><active value="true"/>').tree == {
        "resourceType": "Patient",
        "text": {"div": empty},
        "active": True,
    }


def test_narrative_with_a_prefix_is_made_to_stand_alone():
    source = read(
        f'<f:Patient xmlns:f="http://hl7.org/fhir" xmlns:h="{XHTML}"><f:text><h:div>å<h:br/> "q"</h:div></f:text></f:Patient>'
    )
    assert source.issues == ()
    assert source.tree["text"]["div"] == f'<div xmlns="{XHTML}">å<br/> &quot;q&quot;</div>'


@pytest.mark.parametrize(
    "div",
    [
        f'<div xmlns="{XHTML}">a\r\nb\rc\td</div>',
        "<div>no namespace</div>",
        "not xhtml & <broken",
        f'<div xmlns="{XHTML}">&nbsp;</div>',
        "",
    ],
)
def test_any_narrative_string_survives_xml(div):
    tree = {"resourceType": "Patient", "text": {"status": "generated", "div": div}}
    assert read(write_xml(tree)).tree == tree


def test_unknown_elements_and_attributes_are_reported_and_kept():
    source = patient(
        '<id value="a" x="1"/><foo value="3"/><bar baz="1"><q value="r"/>text</bar><z:e xmlns:z="urn:z" value="1"/>'
    )
    assert source.tree == {
        "resourceType": "Patient",
        "id": "a",
        "_id": {"@x": "1"},
        "foo": "3",
        "bar": {"@baz": "1", "q": "r", "#text": "text"},
        "{urn:z}e": "1",
    }
    assert [(issue.rule, issue.expression) for issue in source.issues] == [
        ("unknown-attribute", "Patient.id"),
        ("unknown-element", "Patient"),
        ("unknown-element", "Patient"),
        ("xml-text", "Patient.bar"),
        ("unknown-element", "Patient"),
    ]
    assert read(write_xml(source.tree)).tree == source.tree


@pytest.mark.parametrize(
    "inner",
    ['<active><id value="x"/></active>', '<name><id value="x"/></name>', "<extension><url value='x'/></extension>"],
)
def test_an_attribute_written_as_an_element_is_reported_and_kept(inner):
    source = patient(inner)
    assert "unknown-element" in [issue.rule for issue in source.issues]
    assert "x" in str(source.tree)
    assert read(write_xml(source.tree)).tree == source.tree


def test_an_element_out_of_order_is_reported_and_kept():
    source = patient('<gender value="male"/><name><family value="x"/></name><name><family value="y"/></name>')
    assert [name["family"] for name in source.tree["name"]] == ["x", "y"]
    assert [(issue.rule, issue.expression) for issue in source.issues] == [("xml-order", "Patient.name[0]")]


def test_an_element_that_stands_twice_is_reported_and_kept():
    source = patient('<gender value="male"/><gender value="female"/>')
    assert source.tree["gender"] == ["male", "female"]
    assert [issue.rule for issue in source.issues] == ["xml-repeated"]
    assert read(write_xml(source.tree)).tree == source.tree


def test_comments_and_instructions_are_no_finding():
    source = read(f'<?xml version="1.0"?><?a b?><!-- c -->{HEAD}<!-- d --><id value="a"/><?e f?></Patient><!-- g -->')
    assert (source.tree, source.issues) == ({"resourceType": "Patient", "id": "a"}, ())


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + HEAD + "</Patient>", "xml-dtd"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd">' + HEAD + "</Patient>", "xml-dtd"),
        (HEAD + '<id value="&nbsp;"/></Patient>', "xml-entity"),
        (HEAD + '<id value="a', "xml-truncated"),
        (HEAD + '<id value="a"/>', "xml-truncated"),
        (HEAD + "<id></Patient>", "xml-syntax"),
        (HEAD + "<name>" * 200, "too-deep"),
    ],
)
def test_what_is_not_readable_gives_one_finding_with_its_place(text, rule):
    source = read(text)
    assert source.tree is None
    assert [(issue.rule, issue.severity) for issue in source.issues] == [(rule, "fatal")]
    assert source.issues[0].line == 1


def test_a_wrong_namespace_is_one_finding_and_the_resource_is_read():
    source = read('<Patient><id value="a"/><active value="true"/></Patient>')
    assert source.tree == {"resourceType": "Patient", "id": "a", "active": True}
    assert [issue.rule for issue in source.issues] == ["xml-namespace"]


def test_an_entity_bomb_and_ten_megabytes_of_nesting_are_refused_at_once(monkeypatch):
    monkeypatch.setattr(urllib.request, "urlopen", None)
    bomb = (
        '<!DOCTYPE b [<!ENTITY a0 "ha">'
        + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
        + f']>{HEAD}<id value="&a11;"/></Patient>'
    )
    began = time.perf_counter()
    for hostile in (bomb, HEAD + "<name>" * 1_700_000, '{"a":' * 2_000_000):
        assert read(hostile).tree is None
    assert time.perf_counter() - began < 2


def test_the_encoding_that_the_declaration_names_is_honoured_and_reported():
    source = read(
        '<?xml version="1.0" encoding="ISO-8859-1"?><Patient xmlns="http://hl7.org/fhir"><id value="å"/></Patient>'.encode(
            "latin-1"
        )
    )
    assert source.tree["id"] == "å"
    assert [issue.rule for issue in source.issues] == ["encoding"]


def test_a_tree_without_xml_form_is_misuse():
    for tree in (
        {},
        {"resourceType": "Patient", "id": "\x00"},
        {"resourceType": "Patient", "a b": "x"},
        {"resourceType": "Patient", "a": [["b"]]},
    ):
        with pytest.raises(MisuseError):
            write_xml(tree)


@pytest.mark.parametrize("pretty", [False, True])
def test_official_examples_survive_json_to_xml_to_json(shared, pretty):
    paths = sorted((shared / "suites/official-examples/validator").glob("*.json"))
    assert paths
    for path in paths:
        tree = read(path.read_bytes()).tree
        source = read(write_xml(tree, pretty=pretty))
        assert source.issues == (), path.name
        assert write_json(source.tree) == write_json(in_order(tree, source.tree)), path.name


def in_order(tree, like):
    """`tree` with its members in the order of `like`; a difference in content stays one."""
    if isinstance(tree, dict) and isinstance(like, dict) and tree.keys() == like.keys():
        return {key: in_order(tree[key], like[key]) for key in like}
    if isinstance(tree, list) and isinstance(like, list) and len(tree) == len(like):
        return [in_order(one, other) for one, other in zip(tree, like, strict=True)]
    return tree


def test_published_xml_gives_the_published_json(shared):
    from_xml = read((shared / "suites/fhirpath/input/patient-example.xml").read_bytes()).tree
    from_json = read((shared / "suites/official-examples/validator/Patient-example.json").read_bytes()).tree
    for tree in (from_xml, from_json):
        tree["text"]["div"] = canonical(tree["text"]["div"])
    assert from_xml == from_json


def test_every_xml_file_of_the_suite_keeps_its_content_through_a_second_round(shared):
    paths = sorted((shared / "suites/hl7-validator/validator").glob("*.xml"))
    assert paths
    for path in paths:
        tree = read(path.read_bytes()).tree
        if tree is not None:
            assert read(write_xml(tree)).tree == tree, path.name


@given(st.text(st.sampled_from('<>/="& abPatientvalueid!?-[]'), max_size=80))
def test_no_markup_makes_read_raise(text):
    read("<" + text)
    read(f"{HEAD}{text}</Patient>", limits=Limits(depth=20))


@given(
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\n\r\t")
    )
)
def test_every_text_survives_an_attribute(text):
    tree = {"resourceType": "Patient", "name": [{"text": text}]}
    assert read(write_xml(tree)).tree == tree
