"""Tables: the library's own have no defects, a user's are checked, overlaid, explained."""

import os

import pytest

from rehabfhir.errors import MisuseError, TableError
from rehabfhir.mapping import explain, from_fhir, to_fhir
from rehabfhir.mapping.check import defects
from rehabfhir.mapping.engine import engine
from rehabfhir.model import Concept
from tests.mapping import sources

OVERLAY = """
[concepts.activity-status.from]
"aktiv-hos-oss" = "in-progress"

[[table]]
name = "Procedure"
rows = [
  { domain = "category", extension = "https://example.org/fhir/regional-category", fhir = "valueCodeableConcept", as = "Concept" },
  { domain = "notes", fhir = "followUp[].text", only = "read", reason = "the region writes notes as follow-up" },
  { fhir = "text", drop = true, reason = "narrative repeats the record and is not passed on" },
]
"""


@pytest.fixture
def overlay(tmp_path):
    def made(text, name="region.toml"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return made


def test_the_tables_have_no_defects():
    assert list(defects(engine().tables)) == []


def test_an_overlay_adds_rows_before_the_librarys(overlay):
    region = overlay(
        OVERLAY.replace(
            '  { domain = "notes", fhir = "followUp[].text", only = "read", reason = "the region writes notes as follow-up" },\n',
            "",
        )
    )
    extension = {"url": "https://example.org/fhir/regional-category", "valueCodeableConcept": {"text": "regional"}}
    tree = {**sources.PROCEDURE, "extension": [extension]}
    read = from_fhir(tree, overlays=[region])
    assert read.value.category == Concept(text="regional")
    assert from_fhir(tree).value.category is None
    assert to_fhir(read.value, rest=read.rest, overlays=[region]) == tree


def test_a_dropped_leaf_is_counted_with_its_reason_and_not_given_back(overlay):
    region = overlay(
        '[[table]]\nname = "Procedure"\nrows = [{ fhir = "text", drop = true, reason = "not passed on" }]\n'
    )
    tree = {**sources.PROCEDURE, "text": {"status": "generated", "div": "<div>Anna</div>"}}
    read = from_fhir(tree, overlays=[region])
    assert (read.loss.dropped, read.loss.leaves) == (2, read.loss.mapped + read.loss.kept + 2)
    assert {leaf.reason for leaf in read.loss.entries if leaf.fate == "dropped"} == {"not passed on"}
    assert to_fhir(read.value, rest=read.rest, overlays=[region]) == sources.PROCEDURE


def test_an_edited_overlay_is_read_again(overlay):
    path = overlay('[[table]]\nname = "Goal"\nrows = [{ fhir = "language", value = "sv" }]\n')
    assert "sv" in explain("Goal", overlays=[path])
    path.write_text('[[table]]\nname = "Goal"\nrows = [{ fhir = "language", value = "sv-SE" }]\n')
    os.utime(path, (1, 1))
    assert "sv-SE" in explain("Goal", overlays=[path])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ('{ domain = "nonsense", fhir = "status" }', "no field 'nonsense'"),
        ('{ domain = "outcome", fhir = "nonsense" }', "R4 has no 'nonsense'"),
        ('{ domain = "notes", fhir = "note", as = "Note" }', "is written 'note[]'"),
        ('{ domain = "outcome", fhir = "performedDateTime" }', "does not fit"),
        ('{ domain = "outcome", fhir = "outcome", as = "Period" }', "holds another kind"),
        ('{ domain = "patient", fhir = "encounter", link = "Patient" }', "may not refer to a Patient"),
        ('{ domain = "status", fhir = "status", codes = "none" }', "no concept map 'none'"),
        ('{ domain = "status", fhir = "status", only = "read" }', "gives no reason"),
        ('{ domain = "performed_text", fhir = "category.text" }, { domain = "outcome", fhir = "category", link = "None" }', "no table 'None'"),
        ('{ domain = "code", fhir = "statusReason", as = "Concept" }', "claims the same leaf"),
        ('{ domain = "outcome", fhir = "outcome", oops = 1 }', "unknown key 'oops'"),
        ('{ domain = "identifiers", fhir = "identifier[]", as = "Identifier", where = { nonsense = "x" } }', "condition: R4 has no 'nonsense'"),
    ],
)  # fmt: skip
def test_a_defect_is_named(overlay, rows, expected):
    path = overlay(f'[[table]]\nname = "Procedure"\nrows = [{rows}]\n')
    with pytest.raises(TableError) as refused:
        from_fhir(sources.PROCEDURE, overlays=[path])
    assert any(expected in defect for defect in refused.value.defects), refused.value.defects


def test_every_defect_is_listed(overlay):
    path = overlay(
        '[[table]]\nname = "Procedure"\nrows = [{ domain = "x", fhir = "status" }, { domain = "y", fhir = "status" }]\n'
    )
    with pytest.raises(TableError) as refused:
        engine((path,))
    assert len(refused.value.defects) == 2


def test_a_field_without_a_row_is_a_defect(overlay):
    path = overlay(
        '[[table]]\nname = "Half"\nfhir = "Period"\ndomain = "Period"\nresource = false\nrows = [{ domain = "start", fhir = "start" }]\n'
    )
    with pytest.raises(TableError) as refused:
        engine((path,))
    assert refused.value.defects == (
        "region.toml: table Half: the field 'end' of Period has no row; map it, or say why not under unmapped",
    )


def test_a_file_that_is_no_toml_is_named(overlay):
    with pytest.raises(TableError) as refused:
        engine((overlay("rows = [", "broken.toml"),))
    assert "broken.toml" in refused.value.defects[0]


@pytest.mark.parametrize("layout", ["markdown", "terminal"])
def test_every_table_explains_itself(layout):
    for name, table in engine().tables.tables.items():
        page = explain(name, format=layout)
        assert table.fhir in page
        for row in table.rows:
            assert row.domain in page
    assert explain("Condition").count("## ") == 2
    with pytest.raises(MisuseError):
        explain("Nothing")
    with pytest.raises(MisuseError):
        explain(format="html")


def test_the_overlay_in_the_documentation_loads(overlay, root):
    text = (root / "docs" / "mapping.md").read_text()
    example = text.split("```toml\n")[2].partition("```")[0]
    assert "https://region.example/fhir/category" in explain("Procedure", overlays=[overlay(example)])
