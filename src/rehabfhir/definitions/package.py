"""What a FHIR package is to us: its package.json, an index of its resources, and a way to read each when it is asked for.

Format: https://confluence.hl7.org/display/FHIR/NPM+Package+Specification. Only the resources of the `package/` folder
are definitions; examples and tests in other folders are left alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import orjson

from rehabfhir.definitions import pack
from rehabfhir.errors import PackageError
from rehabfhir.findings import Issue

__all__ = [
    "CONFIGURATION",
    "MAX_BYTES",
    "MAX_FILES",
    "Manifest",
    "Package",
    "Row",
    "from_definitions",
    "indexed",
    "keep",
    "kept",
    "manifest_of",
    "tree_of",
]

MAX_BYTES = 512 * 1024 * 1024
MAX_FILES = 50_000
CONFIGURATION = {"package.json", ".index.json", ".index.db", "package-lock.json", "ig-r4.json"}

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


def _row(tree: Tree, place: int, package_version: str = "") -> Row:
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
        PackageError: when it is not a JSON object.
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


def indexed(
    label: str, files: Iterable[tuple[str, bytes | memoryview]], package_version: str
) -> tuple[tuple[Row, ...], tuple[Issue, ...]]:
    """The index of `files` (name and content, in the order of their places), and what is no resource among them."""
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
        rows.append(_row(tree, place, package_version))
    return tuple(rows), tuple(issues)


def tree_of(data: bytes | memoryview) -> Tree:
    """The JSON object in `data`; an empty one when it is something else."""
    tree = orjson.loads(data)
    return tree if isinstance(tree, dict) else {}


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
    rows = tuple(_row(tree, place) for place, tree in enumerate(listed))
    return Package(label, None, rows, lambda place: listed[place])


def keep(key: str, package: Package, files: Iterable[bytes | memoryview]) -> None:
    """Keep a large package ready on disk under `key`; `files` are what its places hold, none to keep the index alone."""
    issues = [[each.severity, each.code, each.message, each.rule, each.source or ""] for each in package.issues]
    pack.save(key, [package.label, *(package.manifest or ())], [list(row) for row in package.rows], issues, files)


def kept(key: str, read: Callable[[int], Tree] | None = None) -> Package | None:
    """The package kept under `key`, with another way to read its files when `read` is given; None when there is none."""
    found = pack.load(key) if key else None
    if found is None:
        return None
    try:
        label, *rest = found.manifest
        manifest = Manifest(rest[0], rest[1], rest[2], tuple(rest[3]), rest[4]) if rest else None
        rows = tuple(Row(*row) for row in found.rows)
        issues = tuple(Issue("warning", row[1], row[2], rule=row[3], source=row[4]) for row in found.issues)
    except (ValueError, TypeError, IndexError):
        return None
    return Package(label, manifest, rows, cache(read or found.read), issues)
