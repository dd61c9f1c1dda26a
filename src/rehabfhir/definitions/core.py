"""The embedded R4 core: HL7's definitions of FHIR 4.0.1, opened lazily, one canonical at a time.

The data file, `r4core.bin`, is written by `scripts/build_r4_core.py`: a magic word, the lengths of two zlib blocks,
the index (JSON: canonicals with the place of their chunk, and the invariants, which elements name by number),
the samples that the chunks' compression starts from (one per kind), then one raw-deflate chunk a resource.
Source: package hl7.fhir.r4.core 4.0.1 (CC0), https://hl7.org/fhir/R4.
"""

import zlib
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import orjson

from rehabfhir.errors import MissingDataError

__all__ = ["DATA", "MAGIC", "Core", "StructureRow", "core"]

DATA = Path(__file__).with_name("r4core.bin")
MAGIC = b"RFC1"

Tree = dict[str, Any]


class StructureRow(NamedTuple):
    """What the index tells of a StructureDefinition without opening it."""

    url: str
    type: str
    kind: str
    abstract: bool
    derivation: str | None


class Core:
    """The resources of the R4 core by type and canonical. Trees are shared: treat them as read only."""

    def __init__(self, data: bytes) -> None:
        if data[:4] != MAGIC:
            raise MissingDataError(DATA.name)
        head_end = 12 + int.from_bytes(data[4:8], "big")
        self._body_start = head_end + int.from_bytes(data[8:12], "big")
        self._data = data
        self._samples_at = (head_end, self._body_start)
        self._samples: dict[str, bytes] = {}
        index = orjson.loads(zlib.decompress(data[12:head_end]))
        self._constraints: list[Tree] = index["constraints"]
        self._kinds: list[str] = index["dictionaries"]
        self._chunks: dict[str, dict[str, tuple[int, int]]] = {}
        self._open: dict[tuple[str, str], Tree] = {}
        self._own: set[int] = set()
        self._named: dict[str, dict[str, list[str | None]]] = {
            kind: {row[0]: row for row in rows} for kind, rows in index["named"].items()
        }
        self.structures: dict[str, StructureRow] = {}
        self.versions: dict[tuple[str, str], str | None] = {}
        for kind, rows in index["chunks"].items():
            self._chunks[kind] = {row[2]: (row[0], row[1]) for row in rows if row[2]}
            self.versions.update({(kind, row[2]): row[3] for row in rows})
        for row in index["chunks"]["StructureDefinition"]:
            self.structures[row[2]] = StructureRow(row[2], *row[4:8])
        self.versions.update({(kind, row[0]): row[1] for kind, rows in index["named"].items() for row in rows})
        self._kind_of: dict[str, str] = {url: kind for kind, url in self.versions}

    def kind_of(self, url: str) -> str | None:
        """The resource type that stands under `url` (without version), None when the core has none."""
        return self._kind_of.get(url)

    def urls(self, kind: str) -> list[str]:
        """Every canonical of the resource type `kind`, sorted."""
        return sorted(self._chunks.get(kind) or self._named.get(kind) or ())

    def resource(self, kind: str, url: str) -> Tree | None:
        """The `kind` with the canonical `url` (without version), None when the core has none."""
        key = (kind, url)
        tree = self._open.get(key)
        if tree is None:
            place = self._chunks.get(kind, {}).get(url)
            if place is None:
                return self._stub(kind, url)
            tree = self._open.setdefault(key, self._read(kind, *place))
            self._own.add(id(tree))
        return tree

    def owns(self, tree: Tree) -> bool:
        """True when `tree` is a resource that this core gave: sound, and reduced to facts."""
        return id(tree) in self._own

    def _stub(self, kind: str, url: str) -> Tree | None:
        row = self._named.get(kind, {}).get(url)
        if row is None:
            return None
        names = ("url", "version", "id", "name", "status")
        return {"resourceType": kind} | {
            name: value for name, value in zip(names, row, strict=True) if value is not None
        }

    def _sample(self, kind: str) -> bytes:
        if not self._samples:
            block = zlib.decompress(self._data[slice(*self._samples_at)])
            samples = {}
            at = 0
            for each in self._kinds:
                size = int.from_bytes(block[at : at + 4], "big")
                samples[each] = block[at + 4 : at + 4 + size]
                at += 4 + size
            self._samples = samples
        return self._samples[kind]

    def _read(self, kind: str, offset: int, size: int) -> Tree:
        start = self._body_start + offset
        unpacker = zlib.decompressobj(-15, zdict=self._sample(kind))
        tree: Tree = orjson.loads(unpacker.decompress(self._data[start : start + size]) + unpacker.flush())
        if kind == "StructureDefinition":
            self._complete(tree)
        return tree

    def _complete(self, structure: Tree) -> None:
        constraints = self._constraints
        for view in ("snapshot", "differential"):
            for element in structure.get(view, {}).get("element", ()):
                path = element["path"]
                element.setdefault("id", path)
                if view == "snapshot" and "base" not in element:
                    element["base"] = {"path": path, "min": element["min"], "max": element["max"]}
                if "constraint" in element:
                    element["constraint"] = [constraints[number] for number in element["constraint"]]


_lock = Lock()
_opened: list[Core] = []


def core() -> Core:
    """The embedded core, opened once in a process.

    Raises:
        MissingDataError: when the data file is not where it was installed.
    """
    if not _opened:
        with _lock:
            if not _opened:
                try:
                    data = DATA.read_bytes()
                except OSError as error:
                    raise MissingDataError(DATA.name) from error
                _opened.append(Core(data))
    return _opened[0]
