"""Build `src/rehabfhir/definitions/r4core.bin`, the embedded R4 core, from HL7's `hl7.fhir.r4.core` 4.0.1 package.

    python scripts/build_r4_core.py path/to/hl7.fhir.r4.core-4.0.1.tgz

Facts only: paths, types, cardinalities, bindings, invariants, codes and displays. Definitions, comments, narrative,
mappings and the sentences that explain invariants stay behind. The same input gives the same bytes.
The layout of the file is told in `rehabfhir.definitions.core`, which reads it.
"""

import argparse
import json
import sys
import tarfile
import zlib
from pathlib import Path
from typing import Any

from rehabfhir.definitions.core import DATA, MAGIC
from rehabfhir.definitions.reduce import reduced

KEPT_WHOLE = ("StructureDefinition", "ValueSet", "CodeSystem", "NamingSystem")
DICTIONARY_BYTES = 32 * 1024


def read_package(path: Path) -> list[dict[str, Any]]:
    """Every resource of the package with a canonical or a type of its own, sorted by type, url and id."""
    resources = []
    with tarfile.open(path) as archive:
        for member in archive:
            folder, _, name = member.name.rpartition("/")
            if folder != "package" or not name.endswith(".json") or name in {"package.json", ".index.json"}:
                continue
            stream = archive.extractfile(member)
            if stream is None:
                continue
            resource = json.load(stream)
            if "resourceType" in resource:
                resources.append(resource)
    return sorted(resources, key=lambda r: (r["resourceType"], r.get("url", ""), r.get("id", "")))


class Constraints:
    """The invariants, each kept once; elements name them by number."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self._numbers: dict[str, int] = {}

    def number(self, constraint: dict[str, Any]) -> int:
        """The number of this invariant, the same for every element that has it."""
        text = dump(constraint)
        if text not in self._numbers:
            self._numbers[text] = len(self.rows)
            self.rows.append(constraint)
        return self._numbers[text]


def dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def compact_structure(structure: dict[str, Any], constraints: Constraints) -> dict[str, Any]:
    """The structure with what can be told from its neighbours left out: `core` puts it back."""
    for view in ("snapshot", "differential"):
        for element in structure.get(view, {}).get("element", ()):
            if element.get("id") == element["path"]:
                del element["id"]
            own = {"path": element["path"], "min": element.get("min"), "max": element.get("max")}
            if element.get("base") == own:
                del element["base"]
            if "constraint" in element:
                element["constraint"] = [constraints.number(each) for each in element["constraint"]]
    return structure


def dictionary(texts: list[str]) -> bytes:
    """Samples spread over the texts, for zlib to start from."""
    share = max(1, len(texts) // 64)
    sample = "".join(text[: DICTIONARY_BYTES // 32] for text in texts[::share])
    return sample.encode()[-DICTIONARY_BYTES:]


def build(resources: list[dict[str, Any]]) -> bytes:
    """The bytes of the data file."""
    constraints = Constraints()
    texts: dict[str, list[tuple[list[Any], str]]] = {kind: [] for kind in KEPT_WHOLE}
    named: dict[str, list[list[Any]]] = {}
    for resource in resources:
        kind = resource["resourceType"]
        if kind not in KEPT_WHOLE:
            if "url" in resource:
                row = [
                    resource["url"],
                    resource.get("version"),
                    resource.get("id"),
                    resource.get("name"),
                    resource.get("status"),
                ]
                named.setdefault(kind, []).append(row)
            continue
        facts = reduced(resource)
        row = [resource.get("url"), resource.get("version")]
        if kind == "StructureDefinition":
            row += [resource["type"], resource["kind"], resource["abstract"], resource.get("derivation")]
            facts = compact_structure(facts, constraints)
        texts[kind].append((row, dump(facts)))
    dictionaries = {kind: dictionary([text for _, text in rows]) for kind, rows in texts.items()}
    body = bytearray()
    index: dict[str, Any] = {"constraints": constraints.rows, "chunks": {}, "named": named}
    for kind, rows in texts.items():
        listed = []
        for row, text in rows:
            packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, dictionaries[kind])
            chunk = packer.compress(text.encode()) + packer.flush()
            listed.append([len(body), len(chunk), *row])
            body += chunk
        index["chunks"][kind] = listed
    index["dictionaries"] = list(dictionaries)
    head = zlib.compress(dump(index).encode(), 9)
    samples = zlib.compress(b"".join(len(each).to_bytes(4, "big") + each for each in dictionaries.values()), 9)
    return MAGIC + len(head).to_bytes(4, "big") + len(samples).to_bytes(4, "big") + head + samples + bytes(body)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=Path, help="hl7.fhir.r4.core-4.0.1.tgz")
    parser.add_argument("--output", type=Path, default=DATA)
    arguments = parser.parse_args()
    data = build(read_package(arguments.package))
    arguments.output.write_bytes(data)
    print(f"{arguments.output}: {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
