"""KVÅ: codes, editions, rules, imports."""

import re
import tempfile
import time
import tomllib
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir import data
from rehabfhir.errors import MisuseError
from rehabfhir.terminology import CANNOT_TELL, IN, NOT_IN, Terminology, kva
from rehabfhir.terminology.kva import Edition, Kva, icf_chapter, is_shaped, title_of
from rehabfhir.terminology.kva_import import read_kva
from rehabfhir.terminology.kva_store import embedded, load, save, stored
from rehabfhir.terminology.systems import named, recognise

from .conftest import SHARED, Shelf
from .workbooks import COLUMNS, published, workbook

KVA = Kva(embedded())


def edition(year, codes, *, whole=True, region=None):
    codes = codes if isinstance(codes, dict) else dict.fromkeys(codes, "Titel")
    last = date(year, 12, 31) if region is None else None
    return Edition(
        str(year), f"kva-{year}.xlsx", date(year, 1, 1), last, whole, region, list(codes), list(codes.values())
    )


def test_the_embedded_subset_is_the_reviewed_one_and_nothing_else():
    facts = SHARED / "facts" / "kva_codes.tsv"
    if not facts.is_file():
        pytest.skip(f"the reviewed table is not at {facts} (set REHABFHIR_SHARED)")
    rows = [line.split("\t") for line in facts.read_text(encoding="utf-8").splitlines()[1:]]
    expected = {row[0]: row[1] for row in rows if row[4] == "y"}
    held = {code: title for part in embedded() for code, title in zip(part.codes, part.raw_titles, strict=True)}
    assert held == expected
    assert len(held) == 534
    assert "AW026" not in held


def test_every_embedded_code_has_a_source_a_title_and_a_known_shape():
    for part in embedded():
        for code in part.codes:
            entry = part.code(code)
            assert is_shaped(code)
            assert entry.title
            assert not entry.title.endswith("(i)")
            assert entry.source.startswith("http")
            assert entry.edition in {"2020", "2021"}


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("AW020", "reportable"),
        (" aw020 ", "reportable"),
        ("AW02012", "reportable"),
        ("PD000", "heading"),
        ("PD008", "reportable"),
        ("QC000", "reportable"),
        ("QL000", "reportable"),
        ("DV093", "outdated"),
        ("QAA10", "cannot-tell"),
        ("ZZ999", "cannot-tell"),
        ("AW026", "cannot-tell"),
        ("", "not-kva"),
        ("ÅÄ123", "not-kva"),
        ("736055001", "not-kva"),
        ("AW٠٢٠", "not-kva"),
    ],
)
def test_the_subset_never_calls_a_code_wrong_that_it_only_lacks(code, status):
    assert KVA.check(code).status == status


def test_a_replaced_code_was_right_before_its_successor_came():
    assert KVA.check("DV093", date(2020, 12, 31)).status == "reportable"
    late = KVA.check("DV093", date(2021, 1, 1))
    assert (late.status, late.successor) == ("outdated", "AW020")
    assert KVA.replaced_by("DV093") == "AW020"
    assert KVA.replaced_by("DV093", date(2020, 1, 1)) is None
    assert KVA.replaced_by("AW020") is None
    assert KVA.check("AW020", date(2020, 6, 1)).status == "not-yet"


@pytest.mark.parametrize(
    ("code", "answer", "cause"),
    [
        ("AW020", IN, ""),
        ("PD000", NOT_IN, "heading"),
        ("DV093", NOT_IN, "outdated"),
        ("QAA10", CANNOT_TELL, "incomplete-system"),
    ],
)
def test_is_reportable_gives_three_answers(code, answer, cause):
    found = KVA.is_reportable(code)
    assert (found.answer, found.cause) == (answer, cause)


@pytest.mark.parametrize(
    ("code", "chapter"),
    [
        ("PA000", "b1"),
        ("QB001", "b2"),
        ("QM015", "d4"),
        ("QT011", "e"),
        ("QV003", None),
        ("QAA10", None),
        ("AW020", None),
        ("", None),
        ("P", None),
    ],
)
def test_the_icf_chapter_follows_from_the_shape_and_the_section(code, chapter):
    assert icf_chapter(code) == chapter


def test_chapters_agree_with_the_headings_of_both_sections():
    for letter in "ABDEFGHJKLMNPQRST":
        assert icf_chapter(f"P{letter}000") == icf_chapter(f"Q{letter}000") is not None


@given(st.from_regex(r"[A-Z]{3}[0-9]{2}", fullmatch=True))
def test_a_surgical_code_never_has_an_icf_chapter(code):
    assert icf_chapter(code) is None


def test_the_mark_of_a_description_is_stripped_for_matching_and_kept_raw():
    entry = KVA.lookup("AW020")
    assert (entry.title, entry.raw_title) == (
        "Upprättande av rehabiliteringsplan",
        "Upprättande av rehabiliteringsplan (i)",
    )
    assert (
        title_of('Upprättande av "Min vårdplan" inom cancervården (i) ')
        == 'Upprättande av "Min vårdplan" inom cancervården'
    )


def test_search_finds_by_words_and_by_the_beginning_of_a_code():
    assert [entry.code for entry in KVA.search("Upprättande rehabiliteringsplan")][:2] == ["AW020", "DV093"]
    assert KVA.search("aw02")[0].code == "AW020"
    assert KVA.search("") == []
    assert len(KVA.search("behandling", limit=3)) == 3


def test_pairs_that_exclude_each_other_are_found_with_the_reason():
    assert [pair[:2] for pair in KVA.exclusive(["DV200", "AW005", "XS007"])] == [("AW005", "DV200")]
    assert [pair[:2] for pair in KVA.exclusive(["AW021", "AW020"])] == [("AW020", "AW021")]
    assert [pair[:2] for pair in KVA.exclusive(["XS008", "XS007"])] == [("XS007", "XS008")]
    assert KVA.exclusive(["AW020", "AW011"]) == []


def test_whole_editions_side_by_side_decide_by_the_day():
    lists = Kva([*embedded(), edition(2025, ["AB001", "AB002", "PD000"]), edition(2026, ["AB001", "AB003", "PD000"])])
    assert lists.check("AB001", date(2025, 3, 1)).status == "reportable"
    assert lists.check("AB002", date(2025, 3, 1)).status == "reportable"
    assert lists.check("AB002", date(2026, 3, 1)).status == "outdated"
    assert lists.check("AB003", date(2025, 3, 1)).status == "not-yet"
    assert lists.check("AB009", date(2026, 3, 1)).status == "unknown"
    assert lists.check("AB009").status == "unknown"
    assert lists.check("PD000", date(2026, 3, 1)).status == "heading"
    assert lists.check("ZZ000", date(2026, 3, 1)).status == "unknown"
    assert lists.is_reportable("AB009", date(2026, 3, 1)).answer is NOT_IN


def test_a_day_without_its_edition_is_decided_only_where_the_neighbours_agree():
    lists = Kva([edition(2022, ["AB001", "AB002"]), edition(2026, ["AB001"])])
    assert lists.check("AB001", date(2024, 3, 1)).status == "reportable"
    assert lists.check("AB002", date(2024, 3, 1)).status == "cannot-tell"
    assert lists.check("AB001", date(2027, 3, 1)).status == "reportable"
    assert lists.check("AB009", date(2027, 3, 1)).status == "cannot-tell"


def test_a_regional_code_is_known_once_its_list_is_there_and_a_national_code_wins():
    lists = Kva(
        [
            edition(2026, {"AB001": "Nationell"}),
            edition(2026, {"VG-77": "Regional", "AB001": "Regionens"}, region="VGR"),
        ]
    )
    assert lists.check("VG-77").status == "reportable"
    assert lists.lookup("VG-77").region == "VGR"
    assert lists.lookup("AB001").title == "Nationell"
    assert KVA.check("VG-77").status == "not-kva"


@pytest.mark.parametrize("inline", [False, True])
def test_the_published_workbook_is_read(tmp_path, inline):
    path = published(
        tmp_path / "kva-inkl-beskrivningstexter-2026.xlsx",
        {"AW020": "Upprättande av plan (i)", "QM015": "Gångträning"},
        inline=inline,
    )
    found = read_kva(path)
    assert found.issues == ()
    assert (found.edition.name, found.edition.valid_from, found.edition.valid_to) == (
        "2026",
        date(2026, 1, 1),
        date(2026, 12, 31),
    )
    assert list(found.edition.codes) == ["AW020", "QM015"]
    entry = found.edition.code("QM015")
    assert (entry.title, entry.texts["icf"], entry.texts["description"]) == ("Gångträning", "d450", "Om gångträning")


@pytest.mark.parametrize(
    "header", [COLUMNS, [name.upper() for name in COLUMNS], [f" {name.lower()} " for name in COLUMNS]]
)
def test_columns_are_found_whatever_the_case(tmp_path, header):
    path = workbook(tmp_path / "kva-2024.xlsx", {"blad": [["om"], [], header, ["KKÅ", "AAA00", "Titel"]]})
    assert list(read_kva(path).edition.codes) == ["AAA00"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1252"])
def test_the_older_text_files_are_read_with_rows_that_carry_on(tmp_path, encoding):
    path = tmp_path / "kma-2019.tsv"
    text = '"Kod"\t"Giltig från"\t"Överordnad kod"\t"Titel"\t"Utesluter"\r\n"DV093"\t"2010-01-01"\t"DV"\t"Upprättande av plan (i)"\t"Åtgärd 1"\r\n""\t""\t""\t""\t"Åtgärd 2"\r\n'
    path.write_bytes(text.encode(encoding))
    entry = read_kva(path).edition.code("DV093")
    assert entry.texts == {"from": "2010-01-01", "parent": "DV", "excludes": "Åtgärd 1\nÅtgärd 2"}


def test_the_year_comes_from_the_name_or_must_be_said(tmp_path):
    path = published(tmp_path / "kva-inkl-beskrivningstexter-2021-rev2020-12-23.xlsx", {"AW020": "T"})
    assert read_kva(path).edition.name == "2021"
    bare = published(tmp_path / "kva.xlsx", {"AW020": "T"})
    with pytest.raises(MisuseError, match="--edition"):
        read_kva(bare)
    assert read_kva(bare, edition="2023").edition.valid_from == date(2023, 1, 1)
    with pytest.raises(MisuseError, match="--from"):
        read_kva(bare, edition="provversion")


def test_rows_that_are_not_codes_are_said_and_left_out(tmp_path):
    path = workbook(
        tmp_path / "kva-2026.xlsx",
        {"b": [["Kod", "Titel"], ["summa", "11888"], ["AW020", "En"], ["AW020", "Annan"], ["EMA", "Rubrik"]]},
    )
    found = read_kva(path)
    assert list(found.edition.codes) == ["AW020", "EMA"]
    assert [(issue.line, issue.code) for issue in found.issues] == [(2, "value"), (4, "duplicate")]
    assert found.edition.code("EMA").is_heading
    assert Kva([found.edition]).check("EMA").status == "heading"


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04 not a zip", b"\xd0\xcf\x11\xe0old", b"\x00\xff\xfe", b"a\tb\n1\t2\n", b"Kod\tTitel\n"]
)
def test_a_file_that_is_no_list_of_codes_is_refused_with_a_reason(tmp_path, data):
    path = tmp_path / "kva-2026.bin"
    path.write_bytes(data)
    with pytest.raises(MisuseError, match=re.escape(path.name)):
        read_kva(path)


def test_a_missing_file_is_refused_with_a_reason():
    with pytest.raises(MisuseError, match="cannot be read"):
        read_kva(Path("no-such-2026.xlsx"))


def test_an_external_entity_in_a_workbook_is_not_followed(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("hemligt")
    path = published(tmp_path / "kva-2026.xlsx", {"AW020": "Innehåll"})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    doctype = f'<!DOCTYPE sst [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'.encode()
    parts["xl/sharedStrings.xml"] = doctype + parts["xl/sharedStrings.xml"].replace("Innehåll<".encode(), b"&x;<")
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert "hemligt" not in str(read_kva(path).edition.raw_titles)


def test_what_is_kept_is_what_was_read_and_loads_quickly(tmp_path):
    codes = {
        f"{chr(65 + a)}{chr(65 + b)}{n:03}": f"Åtgärd nummer {a} {b} {n}"
        for a in range(6)
        for b in range(20)
        for n in range(100)
    }
    made = read_kva(published(tmp_path / "kva-2026.xlsx", codes)).edition
    assert len(made) == 12_000
    path = save(made, tmp_path / "kept")
    best = min(_seconds(lambda: load(path)) for _ in range(5))
    assert best < 0.15  # 50 ms is the aim, on a machine that does nothing else
    again = next(stored(tmp_path / "kept"))
    assert again == made


def _seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"kva edition, form 1": "2026"}'])
def test_a_kept_file_that_was_damaged_is_named(tmp_path, data):
    path = tmp_path / "kva-2026.json"
    path.write_bytes(data)
    with pytest.raises(MisuseError, match=re.escape("kva-2026.json")):
        list(stored(tmp_path))


@pytest.mark.parametrize(
    "system", ["urn:oid:1.2.752.116.1.3.2.1.4", "urn:oid:1.2.752.116.1.3.2.3.6", "http://electronichealth.se/id/kva"]
)
def test_a_kva_code_is_known_to_the_terminology_under_every_name_of_the_system(system, monkeypatch, tmp_path):
    monkeypatch.setenv("REHABFHIR_DATA", str(tmp_path))
    terminology = Terminology(Shelf())
    assert terminology.code_in_system(system, "AW020").answer is IN
    assert terminology.code_in_system(system, "QAA10").answer is CANNOT_TELL


@given(st.text(max_size=12))
def test_no_text_crashes_a_check(text):
    assert KVA.check(text).status in {"reportable", "heading", "outdated", "unknown", "not-kva", "cannot-tell"}


def test_a_list_of_one_part_says_nothing_of_the_other(tmp_path):
    path = workbook(tmp_path / "kma-2026.xlsx", {"b": [["Kod", "Titel"], ["AB001", "En"]]})
    lists = Kva([read_kva(path).edition])
    assert lists.check("AB002").status == "unknown"
    assert lists.check("AAA10").status == "cannot-tell"


def test_the_two_older_files_are_read_together(tmp_path):
    surgical = workbook(tmp_path / "kka-2019.xlsx", {"b": [["Kod", "Titel"], ["AAA10", "Ett"]]})
    medical = workbook(tmp_path / "kma-2019.xlsx", {"b": [["Kod", "Titel"], ["AB001", "Två"]]})
    found = read_kva(surgical, medical).edition
    assert (list(found.codes), found.source) == (["AAA10", "AB001"], "kka-2019.xlsx, kma-2019.xlsx")
    assert Kva([found]).check("AAA99").status == "unknown"


def test_days_of_the_code_itself_are_minded(tmp_path):
    path = tmp_path / "kva-2020.tsv"
    path.write_text(
        "Kod\tTitel\tGiltig från\tGiltig till\nAB001\tEn\t2020-07-01\t\nAB002\tTvå\t\t20200630\nAB003\tTre\tnär som helst\t2020-99-99\n",
        encoding="utf-8",
    )
    lists = Kva([read_kva(path).edition])
    assert lists.check("AB001", date(2020, 6, 30)).status == "not-yet"
    assert lists.check("AB001", date(2020, 7, 1)).status == "reportable"
    assert lists.check("AB002", date(2020, 7, 1)).status == "outdated"
    assert lists.check("AB003", date(2020, 7, 1)).status == "reportable"


def test_the_module_answers_without_a_catalogue_in_hand(monkeypatch, tmp_path):
    monkeypatch.setenv("REHABFHIR_DATA", str(tmp_path))
    kva.catalogue.cache_clear()
    assert kva.lookup("AW020").title == "Upprättande av rehabiliteringsplan"
    assert kva.is_reportable("PD000").answer is NOT_IN
    assert kva.replaced_by("DV093") == "AW020"
    assert kva.check("QAA10").status == "cannot-tell"
    assert kva.search("AW020")[0].code == "AW020"
    kva.catalogue.cache_clear()


@given(st.binary(max_size=300))
def test_no_bytes_crash_an_import(given_bytes):
    with tempfile.TemporaryDirectory() as folder:
        for start in (b"", b"PK\x03\x04", b"Kod\tTitel\n"):
            path = Path(folder) / "kva-2026.bin"
            path.write_bytes(start + given_bytes)
            try:
                read_kva(path)
            except MisuseError as error:
                assert "kva-2026.bin" in str(error)  # noqa: PT017 - either outcome is right


def test_every_name_of_kva_in_the_mapping_tables_is_recognised():
    listed = tomllib.loads((data.folder("mappings") / "names.toml").read_text(encoding="utf-8"))["systems"]["kva"]
    assert {recognise(form).system.key for form in listed} == {"kva"}
    assert listed[0] == named("kva").uri
