"""Where packages lie: `name#version` in the standard cache, a .tgz, a folder, a JSON file, a dict.

The standard cache is `~/.fhir/packages`, or the folder that FHIR_PACKAGE_CACHE names
(https://confluence.hl7.org/display/FHIR/FHIR+Package+Cache).
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from rehabfhir.definitions.folders import from_folder
from rehabfhir.definitions.package import MAX_BYTES, Package, from_definitions
from rehabfhir.definitions.tarballs import from_tgz
from rehabfhir.definitions.versions import version_key
from rehabfhir.errors import MisuseError, PackageError

__all__ = ["EMBEDDED", "NAME", "cache_folder", "cached", "cached_path", "is_core", "open_source"]

EMBEDDED = {("hl7.fhir.r4.core", "4.0.1")}
_CORE = re.compile(r"hl7\.fhir\.(r\d+[a-z]?)\.core")
NAME = re.compile(r"(?P<name>@?[A-Za-z0-9][A-Za-z0-9._\-]*)[#@](?P<version>[A-Za-z0-9][A-Za-z0-9._\-+]*)")


def is_core(name: str) -> bool:
    """True for the core package of any FHIR version: R4's is embedded, another's would take its place."""
    return _CORE.fullmatch(name) is not None


def cache_folder() -> Path:
    """The standard package cache of this user; it need not exist."""
    named = os.environ.get("FHIR_PACKAGE_CACHE")
    return Path(named).expanduser() if named else Path.home() / ".fhir" / "packages"


def cached(home: Path | None = None) -> list[tuple[str, str, Path]]:
    """Name, version and folder of every package in the cache (the standard one when `home` is None), sorted."""
    found: list[tuple[str, str, Path]] = []
    try:
        for path in (home or cache_folder()).iterdir():
            name, mark, version = path.name.partition("#")
            if mark and path.is_dir():
                found.append((name, version, path))
    except OSError:
        return []
    found.sort(key=lambda row: (row[0], version_key(row[1])))
    return found


def cached_path(name: str, version: str, home: Path | None = None) -> Path | None:
    """The folder of `name#version` in the cache (the standard one when `home` is None), None when there is none.

    ``1.1.x`` and ``latest`` give the newest that fits. A name that could lead out of the cache is never there.
    """
    if NAME.fullmatch(f"{name}#{version}") is None:
        return None
    exact = (home or cache_folder()) / f"{name}#{version}"
    if exact.is_dir():
        return exact
    wild = version == "latest" or version.endswith((".x", ".*"))
    if not wild:
        return None
    start = "" if version == "latest" else version[:-1]
    fitting = [path for known, number, path in cached(home) if known == name and number.startswith(start)]
    return fitting[-1] if fitting else None


def open_source(source: str | os.PathLike[str] | dict[str, Any]) -> Package | None:
    """The package that `source` names; None when it is the R4 core itself, which is embedded.

    Raises:
        PackageError: when there is no such package, or it cannot be read or trusted, or it is the core of another FHIR version.
        MisuseError: when `source` is of a type that names no package.
    """
    package = _opened(source)
    name = package.manifest.name if package and package.manifest else ""
    if package is None or not is_core(name):
        return package
    if name == "hl7.fhir.r4.core":
        return None
    raise PackageError(package.label, "is the core of another FHIR version, which would hide that of R4; leave it out")


def _opened(source: str | os.PathLike[str] | dict[str, Any]) -> Package | None:
    if isinstance(source, dict):
        return from_definitions([source], str(source.get("url") or source.get("id") or "definition"))
    if not isinstance(source, str | os.PathLike):
        raise MisuseError(f"a package is named by text, a path or a dict, not by {type(source).__name__}")
    text = os.fspath(source)
    path = Path(text).expanduser()
    try:
        if path.is_dir():
            return from_folder(path)
        if path.is_file():
            return _file(path)
    except (OSError, ValueError) as error:
        raise PackageError(text, f"cannot be read: {error}") from error
    named = NAME.fullmatch(text)
    if named is None:
        raise PackageError(text, "no such file or folder, and not of the form name#version; check the name")
    name, version = named["name"], named["version"]
    if (name, version) in EMBEDDED:
        return None
    folder = cached_path(name, version)
    if folder is None:
        raise PackageError(
            text, f"not in the package cache {cache_folder()}; install it: rehabfhir packages install {name}#{version}"
        )
    return from_folder(folder)


def _file(path: Path) -> Package:
    if path.stat().st_size > MAX_BYTES:
        raise PackageError(path.name, f"is greater than {MAX_BYTES:,} bytes; it cannot be trusted")
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        return from_tgz(data, path.name)
    return from_definitions(_trees(data, path.name), path.name)


def _trees(data: bytes, label: str) -> Iterable[dict[str, Any]]:
    try:
        tree = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise PackageError(
            label, f"neither a .tgz nor JSON ({error}); give a package, a folder or a JSON resource"
        ) from error
    if not isinstance(tree, dict) or not isinstance(tree.get("resourceType"), str):
        raise PackageError(label, "holds no FHIR resource (a JSON object with resourceType)")
    return [tree]
