"""FHIR packages: what stands in a .tgz, a folder, a file or a dict, listed by canonical and parsed when asked for.

Format: https://confluence.hl7.org/display/FHIR/NPM+Package+Specification. Only the resources of the `package/` folder
are definitions; examples and tests in other folders are left alone.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from rehabfhir.errors import PackageError
from rehabfhir.findings import Issue

__all__ = [
    "MAX_BYTES",
    "MAX_FILES",
    "Manifest",
    "Package",
    "Row",
    "from_definitions",
    "from_folder",
    "from_tgz",
    "inflated",
    "manifest_of",
    "members",
]

MAX_BYTES = 512 * 1024 * 1024
MAX_FILES = 50_000
_CONFIGURATION = {"package.json", ".index.json", ".index.db", "package-lock.json", "ig-r4.json"}

Tree = dict[str, Any]


class Row(NamedTuple):
    """What the index keeps of one resource."""

    kind: str
    url: str
    version: str
    id: str
    type: str
    supplements: str
    place: int


class Manifest(NamedTuple):
    """What package.json says."""

    name: str
    version: str
    dependencies: dict[str, str]
    fhir_versions: tuple[str, ...]
    canonical: str


@dataclass(frozen=True)
class Package:
    """The resources of one source. `read(place)` parses one; what could not be read is in `issues`.

    Attributes:
        label: `name#version`, or the file's name.
        manifest: package.json, None for a source that has none.
        rows: the index.
        read: gives the tree that stands at a row's place.
        issues: what is wrong with the source.
    """

    label: str
    manifest: Manifest | None
    rows: tuple[Row, ...]
    read: Callable[[int], Tree]
    issues: tuple[Issue, ...] = field(default=())


def _text(tree: Tree, name: str) -> str:
    value = tree.get(name)
    return value if isinstance(value, str) else ""


def row_of(tree: Tree, place: int, package_version: str = "") -> Row:
    """The index row of a resource; a resource without a version has the version of its package."""
    return Row(
        _text(tree, "resourceType"),
        _text(tree, "url"),
        _text(tree, "version") or package_version,
        _text(tree, "id"),
        _text(tree, "type"),
        _text(tree, "supplements"),
        place,
    )


def manifest_of(data: bytes, label: str) -> Manifest:
    """package.json, checked.

    Raises:
        PackageError: when it is not a JSON object with a name and a version.
    """
    try:
        tree = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise PackageError(label, f"package.json is not JSON ({error}); get the package anew") from error
    if not isinstance(tree, dict):
        raise PackageError(label, "package.json is not a JSON object; get the package anew")
    listed = tree.get("dependencies")
    dependencies = {k: v for k, v in listed.items() if isinstance(v, str)} if isinstance(listed, dict) else {}
    found = tree.get("fhirVersions", tree.get("fhir-version-list"))
    versions = tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()
    return Manifest(_text(tree, "name"), _text(tree, "version"), dependencies, versions, _text(tree, "canonical"))


def _unreadable(label: str, name: str, why: str) -> Issue:
    message = (
        f"{name} in package {label} cannot be read as a FHIR resource ({why}); it is left out, correct the package"
    )
    return Issue("warning", "structure", message, rule="package-file", source=label)


def _indexed(
    label: str, files: Iterable[tuple[str, bytes | memoryview]], package_version: str
) -> tuple[tuple[Row, ...], tuple[Issue, ...]]:
    rows: list[Row] = []
    issues: list[Issue] = []
    for place, (name, data) in enumerate(files):
        try:
            tree = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            issues.append(_unreadable(label, name, f"not JSON: {error}"))
            continue
        if not isinstance(tree, dict) or not isinstance(tree.get("resourceType"), str):
            issues.append(_unreadable(label, name, "no resourceType"))
            continue
        rows.append(row_of(tree, place, package_version))
    return tuple(rows), tuple(issues)


def inflated(data: bytes, label: str, limit: int = MAX_BYTES) -> bytes:
    """The content of gzip `data`, no more than `limit` bytes.

    Raises:
        PackageError: when it is not gzip, is cut short, or grows past the limit.
    """
    unpacker = zlib.decompressobj(31)
    try:
        raw = unpacker.decompress(data, limit + 1)
    except zlib.error as error:
        raise PackageError(label, f"not a gzip file ({error}); get the package anew") from error
    if len(raw) > limit:
        raise PackageError(label, f"unpacks to more than {limit:,} bytes; it cannot be trusted")
    if not unpacker.eof:
        raise PackageError(label, "the file ends too early; get the package anew")
    return raw


def members(raw: bytes, label: str, *, links: bool = True) -> Iterator[tuple[str, int, int]]:
    """Name, offset and size of every regular file in an uncompressed tar.

    Args:
        raw: the tar.
        label: the package, for errors.
        links: whether links and devices are passed over; otherwise they are an error.

    Raises:
        PackageError: when it is no tar archive, or holds more files than a package can.
    """
    import tarfile  # noqa: PLC0415 - slow to import, and most calls open no .tgz

    try:
        with tarfile.open(fileobj=BytesIO(raw), mode="r:") as archive:
            for number, member in enumerate(archive):
                if number >= MAX_FILES:
                    raise PackageError(label, f"holds more than {MAX_FILES:,} files; it cannot be trusted")
                if member.isreg() and not member.issparse():
                    yield member.name.removeprefix("./"), member.offset_data, member.size
                elif not links and not member.isdir():
                    raise PackageError(label, f"holds a link or device ({member.name!r}); it cannot be trusted")
    except (tarfile.TarError, ValueError, EOFError, RecursionError) as error:
        raise PackageError(label, f"not a tar archive ({error}); get the package anew") from error


def from_tgz(data: bytes, label: str) -> Package:
    """The package in `data`, the bytes of a .tgz.

    Raises:
        PackageError: when it is no package or cannot be trusted.
    """
    raw = inflated(data, label)
    view = memoryview(raw)
    manifest: Manifest | None = None
    named: list[str] = []
    places: list[memoryview] = []
    for name, offset, size in members(raw, label):
        folder, _, file_name = name.rpartition("/")
        if folder not in {"package", ""} or not file_name.endswith(".json"):
            continue
        if file_name == "package.json":
            manifest = manifest_of(bytes(view[offset : offset + size]), label)
        elif file_name not in _CONFIGURATION:
            named.append(file_name)
            places.append(view[offset : offset + size])
    if manifest is None:
        raise PackageError(label, "no package/package.json inside; this is not a FHIR package")
    label = f"{manifest.name}#{manifest.version}" if manifest.name else label
    rows, issues = _indexed(label, zip(named, places, strict=True), manifest.version)
    return Package(label, manifest, rows, cache(lambda place: _tree(places[place])), issues)


def _tree(data: bytes | memoryview) -> Tree:
    tree = orjson.loads(data)
    return tree if isinstance(tree, dict) else {}


def from_folder(folder: Path) -> Package:
    """The package in `folder` (with package.json there or in `package/`), or the loose JSON resources in and below it.

    Raises:
        PackageError: when the folder cannot be read, or holds more files than a package can.
    """
    label = folder.name or str(folder)
    home = next((each for each in (folder / "package", folder) if (each / "package.json").is_file()), None)
    try:
        manifest = manifest_of((home / "package.json").read_bytes(), label) if home else None
        found = (
            sorted(home.glob("*.json"))
            if home
            else sorted(each for each in folder.rglob("*.json") if _visible(each, folder))
        )
        paths = [each for each in found if each.name not in _CONFIGURATION and each.is_file()]
        if len(paths) > MAX_FILES:
            raise PackageError(label, f"holds more than {MAX_FILES:,} files; name a smaller folder")
        version = manifest.version if manifest else ""
        if manifest and manifest.name:
            label = f"{manifest.name}#{manifest.version}"
        rows, issues = _indexed(label, ((each.name, each.read_bytes()) for each in paths), version)
    except OSError as error:
        raise PackageError(label, f"cannot be read: {error.strerror or error}") from error
    if manifest is None:  # loose files beside other JSON: what is no resource is none of our business
        issues = ()
    return Package(label, manifest, rows, cache(lambda place: _read(paths[place], label)), issues)


def _read(path: Path, label: str) -> Tree:
    try:
        return _tree(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise PackageError(
            label, f"{path.name} has changed or gone since the package was opened; open it again"
        ) from error


def _visible(path: Path, folder: Path) -> bool:
    return not any(part.startswith(".") or part == "node_modules" for part in path.relative_to(folder).parts)


def from_definitions(trees: Iterable[Tree], label: str) -> Package:
    """Resources given as trees; those of a Bundle count as given one by one."""
    listed: list[Tree] = []
    for tree in trees:
        if tree.get("resourceType") == "Bundle":
            entries = tree.get("entry")
            inner = (
                [entry.get("resource") for entry in entries if isinstance(entry, dict)]
                if isinstance(entries, list)
                else []
            )
            listed += [each for each in inner if isinstance(each, dict)]
        else:
            listed.append(tree)
    rows = tuple(row_of(tree, place) for place, tree in enumerate(listed))
    return Package(label, None, rows, lambda place: listed[place])
