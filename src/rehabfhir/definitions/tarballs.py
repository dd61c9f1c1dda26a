"""Packages in .tgz files: read into an index without unpacking to disk, within limits."""

import zlib
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from io import BytesIO

from rehabfhir.definitions.package import (
    CONFIGURATION,
    MAX_BYTES,
    MAX_FILES,
    Manifest,
    Package,
    indexed,
    keep,
    kept,
    manifest_of,
    tree_of,
)
from rehabfhir.errors import PackageError

__all__ = ["from_tgz", "inflated", "members"]

_LARGE_BYTES = 1_500_000


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
    """The package in `data`, the bytes of a .tgz. A large one is kept ready on disk for the next time.

    Raises:
        PackageError: when it is no package or cannot be trusted.
    """
    key = f"tgz-{sha256(data).hexdigest()}" if len(data) >= _LARGE_BYTES else ""
    ready = kept(key)
    if ready is not None:
        return ready
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
        elif file_name not in CONFIGURATION:
            named.append(file_name)
            places.append(view[offset : offset + size])
    if manifest is None:
        raise PackageError(label, "no package/package.json inside; this is not a FHIR package")
    label = f"{manifest.name}#{manifest.version}" if manifest.name else label
    rows, issues = indexed(label, zip(named, places, strict=True), manifest.version)
    package = Package(label, manifest, rows, cache(lambda place: tree_of(places[place])), issues)
    if not key:
        return package
    keep(key, package, places)
    return kept(key) or package
