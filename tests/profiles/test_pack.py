"""`rehabfhir profiles` writes a .tgz that any FHIR tool loads."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from rehabfhir.cli import main
from rehabfhir.cli.profiles import pack


def entries(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar.getmembers()}


def test_archive_holds_the_package_folder_with_the_manifest_first(root: Path, tmp_path: Path):
    archive = pack(tmp_path)
    assert archive.name == "org.rehabfhir.fhir-0.1.0.tgz"
    with tarfile.open(archive) as tar:
        names = tar.getnames()
    assert names[:2] == ["package/package.json", "package/.index.json"]
    folder = root / "profiles" / "package"
    assert {name for name in names if not name.startswith("package/example/")} == {
        f"package/{path.name}" for path in folder.iterdir()
    }


def test_examples_are_the_patient_stories_unchanged(root: Path, tmp_path: Path):
    packed = {name: data for name, data in entries(pack(tmp_path)).items() if name.startswith("package/example/")}
    stories = {
        f"package/example/Bundle-{path.parent.name}.json": path.read_bytes()
        for path in (root / "fixtures/stories").glob("*/bundle.json")
    }
    assert packed == stories


def test_packing_twice_gives_the_same_bytes(tmp_path: Path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    assert pack(first).read_bytes() == pack(second).read_bytes()


def test_no_owner_time_or_path_of_the_machine_is_in_the_archive(tmp_path: Path):
    with tarfile.open(fileobj=io.BytesIO(pack(tmp_path).read_bytes())) as tar:
        for member in tar.getmembers():
            assert (member.mtime, member.uid, member.gid, member.uname, member.gname, member.mode) == (
                0,
                0,
                0,
                "",
                "",
                0o644,
            )
            assert member.isreg()
            assert ".." not in member.name


def test_command_packs_into_the_current_folder_and_names_the_file(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["profiles", "pack"]) == 0
    assert capsys.readouterr().out.strip() == "org.rehabfhir.fhir-0.1.0.tgz"
    assert (
        json.loads(entries(tmp_path / "org.rehabfhir.fhir-0.1.0.tgz")["package/package.json"])["name"]
        == "org.rehabfhir.fhir"
    )


@pytest.mark.parametrize("output", ["absent", "file.txt"])
def test_a_folder_that_cannot_be_written_to_is_misuse_and_leaves_nothing(tmp_path: Path, output: str, capsys):
    (tmp_path / "file.txt").write_text("in the way")
    assert main(["profiles", "pack", "--output", str(tmp_path / output)]) == 2
    assert "--output" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.txt"]


def test_list_names_every_profile_with_its_type(capsys):
    assert main(["profiles", "list"]) == 0
    out = capsys.readouterr().out
    assert "stands on hl7.fhir.r4.core#4.0.1, hl7se.fhir.base#1.1.0" in out
    assert (
        "CarePlan               https://rehabfhir.org/fhir/StructureDefinition/rehab-care-plan  Rehabilitation plan"
        in out
    )
