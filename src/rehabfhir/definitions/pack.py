"""Large packages kept ready on disk: the index, and each file packed by itself, under the key of their content.

A pack lies in `XDG_CACHE_HOME/rehabfhir` (`~/.cache/rehabfhir`). It is only ever a copy: when it is missing, broken or
cannot be written, the package itself is read. Layout: a magic word, the length of the index, the index (zlib, JSON),
then one zlib block a file.
"""

import os
import tempfile
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from rehabfhir.errors import PackageError

__all__ = ["Pack", "load", "save"]

_MAGIC = b"RFP1"
_KEPT = 40

Tree = dict[str, Any]


class Pack(NamedTuple):
    """What is kept of a package: its package.json, the index rows, the findings, and how to read a file by its place."""

    manifest: list[Any]
    rows: list[list[Any]]
    issues: list[list[str]]
    read: Callable[[int], Tree]


def _folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "rehabfhir"


def load(key: str) -> Pack | None:
    """The pack kept under `key`; None when there is none that can be read."""
    path = _folder() / f"{key}.pack"
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
            if head[:4] != _MAGIC:
                return None
            size = int.from_bytes(head[4:8], "big")
            index = orjson.loads(zlib.decompress(stream.read(size)))
        with suppress(OSError):
            os.utime(path)  # the packs that were used last are kept
        places = [(8 + size + offset, length) for offset, length in index["places"]]
        return Pack(index["manifest"], index["rows"], index["issues"], lambda place: _file(path, *places[place]))
    except (OSError, ValueError, TypeError, KeyError, zlib.error):
        return None


def _file(path: Path, offset: int, length: int) -> Tree:
    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            tree = orjson.loads(zlib.decompress(stream.read(length)))
    except (OSError, ValueError, zlib.error) as error:
        raise PackageError(
            path.name, f"the copy in {path.parent} has changed or gone ({error}); remove it and open the package again"
        ) from error
    return tree if isinstance(tree, dict) else {}


def save(
    key: str, manifest: list[Any], rows: list[list[Any]], issues: list[list[str]], files: Iterable[bytes | memoryview]
) -> None:
    """Keep a package under `key`; without a word when the disk does not let us."""
    body = bytearray()
    places = []
    for data in files:
        block = zlib.compress(data, 1)
        places.append([len(body), len(block)])
        body += block
    index = zlib.compress(orjson.dumps({"manifest": manifest, "rows": rows, "issues": issues, "places": places}), 1)
    folder = _folder()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".writing-", dir=folder)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(_MAGIC + len(index).to_bytes(4, "big") + index)
                stream.write(body)
            Path(name).replace(folder / f"{key}.pack")
        finally:
            Path(name).unlink(missing_ok=True)
        _forget(folder)


def _forget(folder: Path) -> None:
    """Keep the packs that were used last, and no more than a fixed number of them."""
    packs = sorted(folder.glob("*.pack"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in packs[_KEPT:]:
        path.unlink(missing_ok=True)
