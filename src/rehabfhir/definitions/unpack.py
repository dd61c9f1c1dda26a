"""A package's tarball into a folder of the cache: nothing outside it, no links, no more than allowed, all or nothing."""

import shutil
import tempfile
from pathlib import Path, PurePosixPath

from rehabfhir.definitions.package import manifest_of
from rehabfhir.definitions.tarballs import inflated, members
from rehabfhir.errors import PackageError

__all__ = ["unpack"]

_FORBIDDEN = set('<>:"\\|?*') | {chr(number) for number in range(32)}
_DEEPEST = 16


def _target(name: str, label: str) -> PurePosixPath:
    """Where a member goes below the package's folder.

    Raises:
        PackageError: when its name leads out of the folder or is none that every file system can hold.
    """
    path = PurePosixPath(name)
    parts = path.parts
    unsafe = path.is_absolute() or ".." in parts or not parts or len(parts) > _DEEPEST
    if unsafe or any(_FORBIDDEN & set(part) or len(part.encode()) > 255 for part in parts):
        raise PackageError(label, f"holds a file with an unsafe name ({name!r}); it cannot be trusted")
    return path


def unpack(data: bytes, home: Path, name: str, version: str, max_bytes: int) -> Path:
    """Unpack the .tgz `data` as `home/name#version` and give that folder back.

    The folder appears whole or not at all: it is made beside its place and moved there.

    Raises:
        PackageError: when the tarball is none, is not that package, holds links or unsafe names, or is too great.
    """
    label = f"{name}#{version}"
    raw = inflated(data, label, max_bytes)
    place = home / label
    try:
        home.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".installing-", dir=home))
    except OSError as error:
        raise PackageError(
            label, f"the cache {home} cannot be written ({error.strerror}); choose another with FHIR_PACKAGE_CACHE"
        ) from error
    try:
        for member, offset, size in members(raw, label, links=False):
            path = work / _target(member, label)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as stream:
                stream.write(raw[offset : offset + size])
        described = work / "package" / "package.json"
        if not described.is_file():
            raise PackageError(label, "no package/package.json inside; this is not a FHIR package")
        manifest = manifest_of(described.read_bytes(), label)
        if (manifest.name, manifest.version) != (name, version):
            raise PackageError(label, f"the tarball holds {manifest.name}#{manifest.version}; it cannot be trusted")
        work.chmod(0o755)
        if place.is_dir() and not (place / "package" / "package.json").is_file():
            shutil.rmtree(place)  # what an interrupted tool left there
        try:
            work.rename(place)
        except OSError:
            if not (place / "package" / "package.json").is_file():
                raise
    except OSError as error:
        raise PackageError(
            label, f"cannot be written below {home} ({error.strerror or error}); make room or choose another cache"
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return place
