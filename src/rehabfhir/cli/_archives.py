"""FHIR files one by one, those inside a FHIR package (.tgz) among them."""

import tarfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rehabfhir.cli._sources import files, inputs
from rehabfhir.errors import MisuseError

if TYPE_CHECKING:
    from rehabfhir.formats import Source

__all__ = ["sources"]

_NO_RESOURCE = ("package.json", ".index.json", "ig-r4.json")
_LARGEST = 64 * 1024 * 1024


def sources(paths: Sequence[str]) -> Iterator[tuple[str, "Source"]]:
    """Every source under `paths` with its name; archives are read as a stream, nothing is unpacked to disk.

    Raises:
        MisuseError: a path does not exist, or an archive is broken.
    """
    for path in files(paths, suffixes=(".json", ".xml", ".ndjson", ".ndjson.gz", ".tgz", ".tar.gz")):
        if path.endswith((".tgz", ".tar.gz")):
            yield from _members(path)
        else:
            for each in inputs([path]):
                yield each.name, each.source


def _members(path: str) -> Iterator[tuple[str, "Source"]]:
    from rehabfhir.formats import read  # noqa: PLC0415 - a command's help needs no reader

    try:
        with tarfile.open(path, "r|gz") as archive:
            for member in archive:
                name = member.name.rsplit("/", 1)[-1]
                if not member.isfile() or not name.endswith(".json") or name in _NO_RESOURCE or ".openapi." in name:
                    continue
                if member.size > _LARGEST:
                    raise MisuseError(f"{path}: {member.name} is larger than {_LARGEST:,} bytes")
                stream = archive.extractfile(member)
                if stream is not None:
                    yield f"{path}:{member.name}", read(stream.read())
    except (tarfile.TarError, EOFError, OSError) as error:
        raise MisuseError(f"{path}: not a readable archive ({type(error).__name__})") from error
