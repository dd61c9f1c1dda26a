"""Packages in folders: those of the package cache, and folders of loose JSON resources."""

import os
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from rehabfhir.definitions.package import CONFIGURATION, MAX_FILES, Package, indexed, keep, kept, manifest_of, tree_of
from rehabfhir.errors import PackageError

__all__ = ["from_folder"]

_LARGE_FILES = 400

Files = list[tuple[Path, os.stat_result]]


def from_folder(folder: Path) -> Package:
    """The package in `folder` (with package.json there or in `package/`), or the loose JSON resources in and below it.

    The index of a package with many files is kept on disk for the next time, as long as no file changes.

    Raises:
        PackageError: when the folder cannot be read, or holds more files than a package can.
    """
    label = folder.name or str(folder)
    home = next((each for each in (folder / "package", folder) if (each / "package.json").is_file()), None)
    try:
        manifest = manifest_of((home / "package.json").read_bytes(), label) if home else None
        files = sorted(_files(home), key=lambda row: row[0].name) if home else _loose_files(folder)
        if len(files) > MAX_FILES:
            raise PackageError(label, f"holds more than {MAX_FILES:,} files; name a smaller folder")
        if manifest and manifest.name:
            label = f"{manifest.name}#{manifest.version}"
        read = cache(lambda place: _read(files[place][0], label))
        key = _listing_key(folder, files) if manifest and len(files) >= _LARGE_FILES else ""
        ready = kept(key, read)
        if ready is not None:
            return ready
        content = ((path.name, path.read_bytes()) for path, _ in files)
        rows, issues = indexed(label, content, manifest.version if manifest else "")
    except OSError as error:
        raise PackageError(label, f"cannot be read: {error.strerror or error}") from error
    if manifest is None:  # loose files beside other JSON: what is no resource is none of our business
        issues = ()
    package = Package(label, manifest, rows, read, issues)
    if key:
        keep(key, package, ())
    return package


def _files(home: Path) -> Files:
    """The JSON files of one folder that may be resources."""
    with os.scandir(home) as entries:
        return [
            (Path(each.path), each.stat())
            for each in entries
            if each.name.endswith(".json") and each.name not in CONFIGURATION and each.is_file()
        ]


def _loose_files(folder: Path) -> Files:
    """The JSON files in and below a folder, without those of hidden folders."""
    found: Files = []
    for home, folders, _ in os.walk(folder):
        folders[:] = [each for each in folders if not each.startswith(".") and each != "node_modules"]
        found += _files(Path(home))
        if len(found) > MAX_FILES:
            break
    return sorted(found, key=lambda row: row[0])


def _listing_key(folder: Path, files: Files) -> str:
    """A key that changes with package.json and with the name, size or time of any file."""
    listing = sha256(str(folder.resolve()).encode())
    for described in (folder / "package.json", folder / "package" / "package.json"):
        if described.is_file():
            listing.update(described.read_bytes())
    for path, stat in files:
        listing.update(f"{path.name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return f"folder-{listing.hexdigest()}"


def _read(path: Path, label: str) -> dict[str, Any]:
    try:
        return tree_of(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise PackageError(
            label, f"{path.name} has changed or gone since the package was opened; open it again"
        ) from error
