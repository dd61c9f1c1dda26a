"""Packages from a registry, against a stub server on this machine: what is fetched, checked, unpacked and refused."""

import base64
import hashlib
import io
import json
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rehabfhir.definitions import Definitions
from rehabfhir.definitions.registry import REGISTRIES, Registry, install, registries
from rehabfhir.errors import MisuseError, PackageError


def tarball(name="own.pack", version="1.0.0", *, dependencies=None, extra=(), manifest=None):
    """A package's .tgz; `extra` are TarInfo with their bytes."""
    described = {"name": name, "version": version, "dependencies": dependencies or {}} if manifest is None else manifest
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        files = {
            "package/package.json": json.dumps(described).encode(),
            "package/cs.json": json.dumps({"resourceType": "CodeSystem", "url": f"http://example.org/{name}"}).encode(),
        }
        for path, data in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        for entry, data in extra:
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def entry(data, path, *, digest="integrity"):
    dist = {"tarball": path}
    if digest == "integrity":
        dist["integrity"] = "sha1-AAAA sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
    elif digest == "shasum":
        dist["shasum"] = hashlib.sha1(data).hexdigest()
    return {"dist": dist}


class Stub:
    """A registry of paths and answers; `asked` lists what was asked for."""

    def __init__(self):
        self.answers = {}
        self.asked = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                stub.asked.append(self.path)
                status, body = stub.answers.get(self.path, (404, b"{}"))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def give(self, name, *versions, tags=None, digest="integrity", change=None, **more):
        """Publish versions of a package; `change` alters the bytes that are sent."""
        listing = {"name": name, "dist-tags": tags or {}, "versions": {}}
        for version in versions:
            data = tarball(name, version, **more)
            path = f"/{name}/-/{version}.tgz"
            listing["versions"][version] = entry(data, self.address + path, digest=digest)
            self.answers[path] = (200, change(data) if change else data)
        self.answers[f"/{name}"] = (200, json.dumps(listing).encode())

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def stub():
    made = Stub()
    yield made
    made.close()


@pytest.fixture
def registry(stub):
    with Registry([stub.address]) as made:
        yield made


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("FHIR_PACKAGE_CACHE", str(folder))
    return folder


def left(cache):
    return sorted(each.name for each in cache.iterdir()) if cache.is_dir() else []


@pytest.mark.parametrize("digest", ["integrity", "shasum"])
def test_a_package_is_fetched_and_can_then_be_named(stub, registry, cache, digest):
    stub.give("own.pack", "1.0.0", digest=digest)
    (one,) = install("own.pack#1.0.0", registry=registry)
    assert (one.name, one.version, one.fetched, one.folder) == ("own.pack", "1.0.0", True, cache / "own.pack#1.0.0")
    assert left(cache) == ["own.pack#1.0.0"]
    assert Definitions(packages=["own.pack#1.0.0"]).code_system("http://example.org/own.pack|1.0.0")


def test_what_is_there_already_is_not_fetched_again(stub, registry):
    stub.give("own.pack", "1.0.0")
    install("own.pack#1.0.0", registry=registry)
    stub.asked.clear()
    (one,) = install("own.pack#1.0.0", registry=registry)
    assert not one.fetched
    assert stub.asked == []


def test_dependencies_come_along_but_not_the_embedded_core(stub, registry, cache):
    stub.give("own.pack", "1.0.0", dependencies={"hl7.fhir.r4.core": "4.0.1", "other": "2.1.x"})
    stub.give("other", "2.1.0", "2.1.3", "2.2.0", dependencies={"own.pack": "1.0.0"})
    installed = install("own.pack#1.0.0", registry=registry)
    assert [f"{one.name}#{one.version}" for one in installed] == ["own.pack#1.0.0", "other#2.1.3"]
    assert left(cache) == ["other#2.1.3", "own.pack#1.0.0"]


@pytest.mark.parametrize(
    ("asked", "given"), [("latest", "1.0.1"), ("1.0.x", "1.0.1"), ("1.0", "1.0.1"), ("2.0.0-beta", "2.0.0-beta")]
)
def test_versions_can_be_left_open(stub, registry, asked, given):
    stub.give("own.pack", "1.0.0", "1.0.1", "2.0.0-beta")
    (one,) = install(f"own.pack#{asked}", registry=registry)
    assert one.version == given


def test_a_tag_of_the_registry_names_a_version(stub, registry):
    stub.give("own.pack", "1.0.0", "1.0.1", tags={"latest": "1.0.0"})
    assert install("own.pack#latest", registry=registry)[0].version == "1.0.0"


def test_registries_are_asked_in_order(stub):
    other = Stub()
    try:
        stub.answers["/own.pack"] = (500, b"")
        other.give("own.pack", "1.0.0")
        with Registry([stub.address, other.address + "/"]) as both:
            (one,) = install("own.pack#1.0.0", registry=both)
        assert one.source.startswith(other.address)
        assert stub.asked == ["/own.pack"]
    finally:
        other.close()


def test_the_registries_can_be_named_by_the_environment(monkeypatch):
    assert registries() == REGISTRIES
    monkeypatch.setenv("REHABFHIR_REGISTRIES", "https://one.example https://two.example")
    assert registries() == ("https://one.example", "https://two.example")


def test_a_package_that_no_registry_has_is_an_error_that_tells_what_each_said(stub, cache):
    stub.give("own.pack", "1.0.0")
    with Registry([stub.address]) as registry:
        with pytest.raises(PackageError, match=r"other versions \(1\.0\.0\)"):
            install("own.pack#3.0.0", registry=registry)
        with pytest.raises(PackageError, match=r"does not know no\.such"):
            install("no.such#1.0.0", registry=registry)
    assert left(cache) == []


def test_a_registry_that_cannot_be_reached_is_an_error():
    with Registry(["http://127.0.0.1:9"]) as registry, pytest.raises(PackageError, match="cannot be reached"):
        install("own.pack#1.0.0", registry=registry)


@pytest.mark.parametrize(
    "change",
    [lambda data: data[:-1] + b"x", lambda data: data[:100], lambda _: b"", lambda data: data + b"x"],
    ids=["altered", "cut short", "empty", "longer"],
)
@pytest.mark.parametrize("digest", ["integrity", "shasum"])
def test_a_tarball_with_another_digest_is_refused(stub, registry, cache, change, digest):
    stub.give("own.pack", "1.0.0", change=change, digest=digest)
    with pytest.raises(PackageError, match="digest"):
        install("own.pack#1.0.0", registry=registry)
    assert left(cache) == []


def test_a_tarball_without_digest_is_refused(stub, registry):
    stub.give("own.pack", "1.0.0", digest="none")
    with pytest.raises(PackageError, match="no digest"):
        install("own.pack#1.0.0", registry=registry)


def link(name, kind, target="/etc/passwd"):
    made = tarfile.TarInfo(name)
    made.type = kind
    made.linkname = target
    return made, b""


UNSAFE = {
    "path escape": [(tarfile.TarInfo("package/../../escaped.json"), b"{}")],
    "absolute": [(tarfile.TarInfo("/escaped.json"), b"{}")],
    "backslash": [(tarfile.TarInfo("package\\..\\escaped.json"), b"{}")],
    "drive": [(tarfile.TarInfo("C:/escaped.json"), b"{}")],
    "control character": [(tarfile.TarInfo("package/a\nb.json"), b"{}")],
    "deep": [(tarfile.TarInfo("a/" * 40 + "b.json"), b"{}")],
    "symbolic link": [link("package/link.json", tarfile.SYMTYPE)],
    "hard link": [link("package/link.json", tarfile.LNKTYPE)],
    "device": [link("package/dev", tarfile.CHRTYPE)],
    "pipe": [link("package/pipe", tarfile.FIFOTYPE)],
    "file twice": [(tarfile.TarInfo("package/cs.json"), b"{}")],
    "file as folder": [(tarfile.TarInfo("package/cs.json/x.json"), b"{}")],
    "too great": [(tarfile.TarInfo("package/big.json"), b" " * 3_000_000)],
}


@pytest.mark.parametrize("extra", UNSAFE.values(), ids=UNSAFE)
def test_an_unsafe_tarball_leaves_nothing_behind(stub, registry, cache, tmp_path, extra):
    stub.give("own.pack", "1.0.0", extra=extra)
    with pytest.raises(PackageError):
        install("own.pack#1.0.0", registry=registry, max_bytes=2_000_000)
    assert left(cache) == []
    assert sorted(each.name for each in tmp_path.iterdir()) in ([], ["cache"])


@pytest.mark.parametrize(
    "manifest",
    [{"name": "other", "version": "1.0.0"}, {"name": "own.pack", "version": "6"}, [], {"name": 7}],
    ids=["name", "version", "list", "number"],
)
def test_a_tarball_that_holds_another_package_is_refused(stub, registry, cache, manifest):
    stub.give("own.pack", "1.0.0", manifest=manifest)
    with pytest.raises(PackageError):
        install("own.pack#1.0.0", registry=registry)
    assert left(cache) == []


def test_dependencies_with_unsafe_names_are_refused(stub, registry):
    stub.give("own.pack", "1.0.0", dependencies={"../../other": "1.0.0"})
    with pytest.raises(PackageError, match="no name and version"):
        install("own.pack#1.0.0", registry=registry)


def test_versions_with_unsafe_names_are_not_chosen(stub, registry):
    data = tarball("own.pack", "1.0.0")
    listing = {"dist-tags": {"latest": "../../x"}, "versions": {"../../x": entry(data, stub.address + "/t")}}
    stub.answers["/own.pack"] = (200, json.dumps(listing).encode())
    with pytest.raises(PackageError):
        install("own.pack#latest", registry=registry)


ANSWERS = {
    "not JSON": b"<html>",
    "list": b"[]",
    "no versions": b"{}",
    "versions a list": b'{"versions": []}',
    "version a text": b'{"versions": {"1.0.0": "x"}}',
    "dist a list": b'{"versions": {"1.0.0": {"dist": []}}}',
    "tarball a number": b'{"versions": {"1.0.0": {"dist": {"tarball": 7}}}}',
    "tarball on disk": b'{"versions": {"1.0.0": {"dist": {"tarball": "file:///etc/passwd", "shasum": "00"}}}}',
    "tarball gone": b'{"versions": {"1.0.0": {"dist": {"tarball": "/gone", "shasum": "00"}}}}',
    "digest unreadable": b'{"versions": {"1.0.0": {"dist": {"tarball": "/x", "shasum": "zz"}}}}',
    "digest of unknown kind": b'{"versions": {"1.0.0": {"dist": {"tarball": "/x", "integrity": "md5-AAAA"}}}}',
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_registry_that_answers_nonsense_is_an_error(stub, registry, cache, answer):
    stub.answers["/own.pack"] = (200, answer)
    with pytest.raises(PackageError):
        install("own.pack#1.0.0", registry=registry)
    assert left(cache) == []


def test_a_listing_without_end_is_cut_off(stub, registry, monkeypatch):
    monkeypatch.setattr("rehabfhir.definitions.registry._MAX_LISTING", 1000)
    stub.answers["/own.pack"] = (200, b" " * 200_000)
    with pytest.raises(PackageError, match="more than 1,000 bytes"):
        install("own.pack#1.0.0", registry=registry)


def test_an_interrupted_install_is_repaired(stub, registry, cache):
    (cache / "own.pack#1.0.0").mkdir(parents=True)
    stub.give("own.pack", "1.0.0")
    (one,) = install("own.pack#1.0.0", registry=registry)
    assert one.fetched
    assert (one.folder / "package" / "cs.json").is_file()


def test_eight_installs_at_once_end_in_one_whole_package(stub, cache):
    stub.give("own.pack", "1.0.0")
    errors = []

    def work():
        try:
            with Registry([stub.address]) as own:
                install("own.pack#1.0.0", registry=own)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must see it
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert left(cache) == ["own.pack#1.0.0"]


@pytest.mark.parametrize("package", ["", "own.pack", "#1.0", "../x#1.0", "own.pack#../1", "a b#1"])
def test_a_name_of_another_form_is_misuse(package, registry):
    with pytest.raises(MisuseError):
        install(package, registry=registry)


@pytest.mark.parametrize("address", ["file:///tmp", "ftp://x", "packages.fhir.org"])
def test_a_registry_is_an_http_address(address):
    with pytest.raises(MisuseError):
        Registry([address])


def test_the_core_is_built_in_and_no_other_is_installed(stub, registry):
    assert install("hl7.fhir.r4.core#4.0.1", registry=registry) == ()
    with pytest.raises(PackageError, match="another FHIR version"):
        install("hl7.fhir.r5.core#5.0.0", registry=registry)
    assert stub.asked == []
