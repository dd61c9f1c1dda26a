"""The store: what is found under which canonical, and from which source."""

import io
import json
import tarfile
import threading
import time

import pytest

from rehabfhir.definitions import Definitions
from rehabfhir.errors import MisuseError, PackageError

OWN = "http://example.org/"


def code_system(version=None, *, url=OWN + "cs", **more):
    tree = {"resourceType": "CodeSystem", "url": url, "status": "active", "content": "complete", **more}
    return tree | ({"version": version} if version else {})


def manifest(name="own.pack", version="1.2.3", **more):
    return {"name": name, "version": version, "fhirVersions": ["4.0.1"], **more}


def tgz(files):
    """A .tgz with `files`: path inside -> tree or bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def write_folder(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    return folder


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setenv("FHIR_PACKAGE_CACHE", str(folder))
    return folder


def test_the_core_is_there_without_any_package():
    store = Definitions()
    assert store.structure("CarePlan")["url"] == "http://hl7.org/fhir/StructureDefinition/CarePlan"
    assert store.value_set("http://hl7.org/fhir/ValueSet/request-status|4.0.1")["name"] == "RequestStatus"
    assert store.code_system("http://hl7.org/fhir/request-status")["content"] == "complete"
    assert store.value_set("http://hl7.org/fhir/ValueSet/request-status|9.9") is None
    assert store.resource("http://hl7.org/fhir/ValueSet/request-status", "CodeSystem") is None
    assert store.issues == ()


def test_the_newest_version_is_used_unless_one_is_named():
    store = Definitions(definitions=[code_system("1.0"), code_system("1.10"), code_system("1.9")])
    assert store.code_system(OWN + "cs")["version"] == "1.10"
    assert store.code_system(OWN + "cs|1.9")["version"] == "1.9"
    assert store.code_system(OWN + "cs|2.0") is None


def test_what_the_caller_gives_goes_before_the_core():
    url = "http://hl7.org/fhir/request-status"
    store = Definitions(definitions=[code_system("0.1", url=url, name="Own")])
    assert store.code_system(url)["name"] == "Own"
    assert store.code_system(url + "|4.0.1")["name"] == "RequestStatus"


def test_of_two_with_the_same_version_the_last_given_is_used():
    store = Definitions(packages=[code_system("1", name="first")], definitions=[code_system("1", name="second")])
    assert store.code_system(OWN + "cs")["name"] == "second"


def test_a_resource_without_version_has_that_of_its_package(tmp_path):
    path = tmp_path / "p.tgz"
    path.write_bytes(tgz({"package/package.json": manifest(), "package/a.json": code_system()}))
    store = Definitions(packages=[path])
    assert store.code_system(OWN + "cs|1.2.3")["url"] == OWN + "cs"
    assert store.code_system(OWN + "cs|1.2.4") == store.code_system(OWN + "cs")
    assert store.code_system(OWN + "cs|2.0.0") is None
    assert store.packages[0].label == "own.pack#1.2.3"


def test_examples_of_a_package_are_no_definitions(tmp_path):
    path = tmp_path / "p.tgz"
    path.write_bytes(
        tgz(
            {
                "package/package.json": manifest(),
                "package/example/a.json": code_system("1"),
                "package/other/b.json": {"a": 1},
            }
        )
    )
    assert Definitions(packages=[path]).code_system(OWN + "cs") is None


@pytest.mark.parametrize("home", ["", "package/"])
def test_a_folder_can_be_a_package(tmp_path, home):
    write_folder(
        tmp_path / "f", {f"{home}package.json": manifest(), f"{home}a.json": code_system("1"), f"{home}.index.json": {}}
    )
    assert Definitions(packages=[tmp_path / "f"]).code_system(OWN + "cs|1")


def test_a_folder_of_loose_files_gives_its_resources(tmp_path):
    write_folder(
        tmp_path / "f",
        {"deep/er/a.json": code_system("1"), "settings.json": {"no": "resource"}, ".git/b.json": code_system("2")},
    )
    store = Definitions(packages=[str(tmp_path / "f")])
    assert store.code_system(OWN + "cs")["version"] == "1"
    assert store.issues == ()


def test_a_file_or_a_dict_can_be_a_package(tmp_path):
    path = tmp_path / "one.json"
    path.write_text(json.dumps(code_system("1")))
    assert Definitions(packages=[path]).code_system(OWN + "cs|1")
    assert Definitions(packages=[code_system("2")]).code_system(OWN + "cs|2")


def test_the_resources_of_a_bundle_count_one_by_one():
    bundle = {"resourceType": "Bundle", "entry": [{"resource": code_system("1")}, {}, 7, {"resource": None}]}
    assert Definitions(definitions=[bundle]).code_system(OWN + "cs")


def test_a_package_is_found_by_name_in_the_cache_with_what_it_depends_on(cache):
    write_folder(
        cache / "own.pack#1.2.3",
        {"package/package.json": manifest(dependencies={"other": "1.1.x", "hl7.fhir.r4.core": "4.0.1"})},
    )
    write_folder(
        cache / "other#1.1.0",
        {"package/package.json": manifest("other", "1.1.0"), "package/a.json": code_system("old")},
    )
    write_folder(
        cache / "other#1.1.10",
        {"package/package.json": manifest("other", "1.1.10"), "package/a.json": code_system("new")},
    )
    store = Definitions(packages=["own.pack#1.2.3"])
    assert store.code_system(OWN + "cs")["version"] == "new"
    assert store.issues == ()


def test_a_dependency_that_is_not_there_is_told(cache):
    write_folder(cache / "own.pack#1.2.3", {"package/package.json": manifest(dependencies={"other": "1.1.0"})})
    (issue,) = Definitions(packages=["own.pack#1.2.3"]).issues
    assert (issue.rule, issue.severity) == ("package-dependency", "information")
    assert "rehabfhir packages install other#1.1.0" in issue.message


def test_the_core_as_a_package_is_the_embedded_core():
    assert Definitions(packages=["hl7.fhir.r4.core#4.0.1"]).packages == ()


def test_the_core_of_another_version_is_refused_and_passed_over_as_a_dependency(cache):
    write_folder(
        cache / "hl7.fhir.r5.core#5.0.0",
        {"package/package.json": manifest("hl7.fhir.r5.core", "5.0.0"), "package/a.json": code_system("5")},
    )
    write_folder(
        cache / "own.pack#1.2.3", {"package/package.json": manifest(dependencies={"hl7.fhir.r5.core": "5.0.0"})}
    )
    with pytest.raises(PackageError, match="another FHIR version"):
        Definitions(packages=["hl7.fhir.r5.core#5.0.0"])
    assert Definitions(packages=["own.pack#1.2.3"]).code_system(OWN + "cs") is None


def test_canonicals_that_nothing_defines_are_not_remembered():
    store = Definitions()
    for number in range(1000):
        assert store.structure(f"http://example.org/{number}") is None
    assert len(store.__dict__["_snapshots"]._named) == 0


def test_contained_definitions_are_reached_by_fragment():
    inner = {"resourceType": "ValueSet", "id": "vs", "status": "active"}
    store = Definitions(definitions=[code_system("1", contained=[7, {"id": "x"}, inner])])
    assert store.value_set(OWN + "cs#vs") is inner
    assert store.value_set(OWN + "cs|1#vs") is inner
    assert store.value_set(OWN + "cs#none") is None
    assert store.code_system(OWN + "cs#vs") is None


def test_supplements_are_listed_under_the_system_that_they_add_to():
    supplement = code_system("1", url=OWN + "more", supplements=OWN + "cs|1")
    store = Definitions(definitions=[code_system("1"), supplement])
    assert store.supplements(OWN + "cs") == (supplement,)
    assert store.supplements(OWN + "more") == ()


def test_a_resource_without_url_is_found_by_type_and_id():
    tree = {"resourceType": "Questionnaire", "id": "q1", "status": "draft"}
    store = Definitions(definitions=[tree])
    assert store.questionnaire("Questionnaire/q1") is tree
    assert store.value_set("Questionnaire/q1") is None


def test_everything_of_a_type_can_be_walked():
    store = Definitions(definitions=[code_system("1"), code_system("2")])
    assert [tree["version"] for tree in store.all("CodeSystem", with_core=False)] == ["1", "2"]
    assert store.canonicals("CodeSystem")[:2] == (OWN + "cs|1", OWN + "cs|2")
    assert len(store.canonicals("StructureDefinition")) > 600
    assert sum(1 for _ in store.all("CodeSystem")) > 1000


def test_an_extended_store_leaves_the_first_as_it_was():
    first = Definitions(definitions=[code_system("1")])
    second = first.extended([code_system("2")])
    assert first.code_system(OWN + "cs")["version"] == "1"
    assert second.code_system(OWN + "cs")["version"] == "2"
    assert second.code_system(OWN + "cs|1")


@pytest.mark.parametrize(
    "text", ["", "#", "|", "#a", "|1", "a/b", "Patient/", "/", "é" * 9, "http://x|y|z#a#b", "\x00"]
)
def test_any_text_can_be_asked_for(text):
    store = Definitions(definitions=[code_system("1")])
    assert store.resource(text) is None
    assert store.structure(text) is None
    assert store.structure_issues(text) == ()


@pytest.mark.parametrize("packages", [["no-such-file.tgz"], ["no.such#1.0"], ["\x00"], ["a" * 5000]])
def test_a_package_that_is_not_there_is_an_error_that_says_so(packages):
    with pytest.raises(PackageError):
        Definitions(packages=packages)


@pytest.mark.parametrize(
    "arguments", [{"packages": "one.tgz"}, {"packages": [7]}, {"definitions": {}}, {"definitions": ["x"]}]
)
def test_arguments_of_the_wrong_kind_are_refused(arguments):
    with pytest.raises(MisuseError):
        Definitions(**arguments)


HOSTILE = {
    "not gzip": b"\x1f\x8b nothing",
    "cut short": tgz({"package/package.json": manifest(), "package/a.json": code_system("1")})[:-20],
    "no tar": __import__("gzip").compress(b"hello" * 1000),
    "no package.json": tgz({"package/a.json": code_system("1")}),
    "package.json no JSON": tgz({"package/package.json": b"{"}),
    "package.json a list": tgz({"package/package.json": b"[]"}),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_is_no_package_is_a_package_error(tmp_path, data):
    path = tmp_path / "p.tgz"
    path.write_bytes(data)
    with pytest.raises(PackageError) as caught:
        Definitions(packages=[path])
    assert caught.value.reason


def test_a_package_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("rehabfhir.definitions.tarballs.inflated.__defaults__", (100_000,))
    path = tmp_path / "p.tgz"
    path.write_bytes(tgz({"package/package.json": manifest(), "package/a.json": b" " * 1_000_000}))
    assert path.stat().st_size < 10_000
    with pytest.raises(PackageError, match="more than 100,000 bytes"):
        Definitions(packages=[path])


def test_files_in_a_package_that_are_no_resources_are_findings(tmp_path):
    path = tmp_path / "p.tgz"
    path.write_bytes(
        tgz(
            {
                "package/package.json": manifest(),
                "package/a.json": b"{ not json",
                "package/b.json": b"[1]",
                "package/c.json": {"resourceType": 7},
                "package/d.json": code_system("1"),
            }
        )
    )
    store = Definitions(packages=[path])
    assert [issue.rule for issue in store.issues] == ["package-file"] * 3
    assert store.code_system(OWN + "cs")


WRONG = [
    None,
    7,
    "x",
    [],
    {},
    [None],
    [7],
    ["x"],
    [[]],
    [{}],
    True,
    1e9,
    {"element": 7},
    {"element": [7, None, {}, {"path": 7}]},
]


@pytest.mark.parametrize(
    "member",
    [
        "url",
        "version",
        "type",
        "kind",
        "baseDefinition",
        "derivation",
        "snapshot",
        "differential",
        "context",
        "contextInvariant",
        "extension",
    ],
)
@pytest.mark.parametrize("value", WRONG, ids=str)
def test_members_of_a_wrong_type_never_break_a_structure(member, value):
    tree = {
        "resourceType": "StructureDefinition", "id": "x", "url": OWN + "P", "type": "Patient", "kind": "resource",
        "derivation": "constraint", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "differential": {"element": [{"path": "Patient.name", "min": 1}]},
    }  # fmt: skip
    store = Definitions(definitions=[tree | {member: value}])
    made = store.structure(OWN + "P") or store.structure("StructureDefinition/x")
    assert made is None or made["snapshot"]["element"]
    assert isinstance(store.structure_issues(OWN + "P"), tuple)


@pytest.mark.parametrize(
    "member",
    [
        "id",
        "path",
        "sliceName",
        "slicing",
        "min",
        "max",
        "base",
        "type",
        "binding",
        "constraint",
        "contentReference",
        "maxLength",
        "representation",
        "extension",
        "isModifier",
    ],
)
@pytest.mark.parametrize("view", ["snapshot", "differential"])
@pytest.mark.parametrize("value", WRONG, ids=str)
def test_element_members_of_a_wrong_type_never_break_a_structure(view, member, value):
    element = {"id": "Patient.name", "path": "Patient.name", "min": 1, "max": "1"} | {member: value}
    tree = {
        "resourceType": "StructureDefinition", "url": OWN + "P", "type": "Patient", "derivation": "constraint",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient", view: {"element": [{"path": "Patient"}, element]},
    }  # fmt: skip
    made = Definitions(definitions=[tree]).structure(OWN + "P")
    assert all(isinstance(each["path"], str) and isinstance(each["min"], int) for each in made["snapshot"]["element"])


def test_eight_threads_get_the_same_structures(shared):
    folder = shared / "fhir-packages"
    store = Definitions(packages=[folder / "hl7.fhir.no.basis-2.2.4-test.tgz"])
    names = store.canonicals("StructureDefinition")[:60]
    results = [{} for _ in range(8)]

    def work(result, order):
        for name in order:
            result[name] = store.structure(name)

    threads = [
        threading.Thread(target=work, args=(result, names[n * 7 :] + names[: n * 7]))
        for n, result in enumerate(results)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(result[name] is results[0][name] for result in results for name in names)


def test_three_national_packages_open_quickly(shared):
    """Aim: well under 0.3 s; twice that is allowed here, for a machine that is busy."""
    folder = shared / "fhir-packages"
    names = ("hl7se.fhir.base-1.1.0.tgz", "hl7.fhir.dk.core-3.2.0.tgz", "hl7.fhir.no.basis-2.2.4-test.tgz")
    times = []
    for _ in range(3):
        start = time.perf_counter()
        Definitions(packages=[folder / name for name in names])
        times.append(time.perf_counter() - start)
    assert min(times) < 0.6


@pytest.fixture
def ready(tmp_path, monkeypatch):
    """The folder where large packages are kept ready; here every package counts as large."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr("rehabfhir.definitions.tarballs._LARGE_BYTES", 0)
    monkeypatch.setattr("rehabfhir.definitions.folders._LARGE_FILES", 0)
    return tmp_path / "xdg" / "rehabfhir"


def large(tmp_path):
    path = tmp_path / "p.tgz"
    path.write_bytes(tgz({"package/package.json": manifest(), "package/a.json": code_system(), "package/b.json": b"{"}))
    return path


def told(path):
    store = Definitions(packages=[path])
    return store.code_system(OWN + "cs|1.2.3"), [issue.message for issue in store.issues], store.packages[0].manifest


def test_a_large_package_is_kept_ready_and_says_the_same(tmp_path, ready, monkeypatch):
    path = large(tmp_path)
    first = told(path)
    assert [each.suffix for each in ready.iterdir()] == [".pack"]
    monkeypatch.setattr("rehabfhir.definitions.tarballs.inflated", None)
    assert told(path) == first


@pytest.mark.parametrize("data", [b"", b"RFP1", b"RFP1\x00\x00\x00\x05hello", b"other"])
def test_a_broken_copy_is_not_used(tmp_path, ready, data):
    path = large(tmp_path)
    first = told(path)
    (copy,) = ready.iterdir()
    copy.write_bytes(data)
    assert told(path) == first


def test_without_a_place_for_copies_all_works_the_same(tmp_path, ready):
    path = large(tmp_path)
    ready.parent.mkdir()
    ready.write_text("no folder")
    assert told(path) == told(path)


def test_a_copy_that_goes_while_it_is_in_use_is_a_package_error(tmp_path, ready):
    store = Definitions(packages=[large(tmp_path)])
    (copy,) = ready.iterdir()
    copy.unlink()
    with pytest.raises(PackageError, match="open the package again"):
        store.code_system(OWN + "cs")


def test_only_so_many_copies_are_kept(tmp_path, ready, monkeypatch):
    monkeypatch.setattr("rehabfhir.definitions.pack._KEPT", 2)
    for number in range(4):
        path = tmp_path / f"{number}.tgz"
        path.write_bytes(tgz({"package/package.json": manifest(version=str(number))}))
        Definitions(packages=[path])
    assert len(list(ready.iterdir())) == 2


@pytest.mark.usefixtures("ready")
def test_the_index_of_a_large_folder_is_kept_until_a_file_changes(tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "f", {"package/package.json": manifest(), "package/a.json": code_system("1")})
    assert Definitions(packages=[folder]).code_system(OWN + "cs")["version"] == "1"
    with monkeypatch.context() as quick:
        quick.setattr("rehabfhir.definitions.folders.indexed", None)
        assert Definitions(packages=[folder]).code_system(OWN + "cs")["version"] == "1"
    write_folder(folder, {"package/a.json": code_system("22")})
    assert Definitions(packages=[folder]).code_system(OWN + "cs")["version"] == "22"
