"""Turns SUSHI's output into profiles/package: a FHIR package as a folder, the same bytes on every run.

assemble_package.py RESOURCES [--check]: writes the folder, or with --check says what differs and exits with 1.
"""

import json
import sys
from pathlib import Path
from typing import Any

from rehabfhir.instruments.load import instruments
from rehabfhir.instruments.observations import code_system
from rehabfhir.model.vocabulary import BASE
from rehabfhir.terminology.concepts import concept_maps

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "profiles" / "package"
INDEXED = ("resourceType", "id", "url", "version", "kind", "type", "supplements", "content")


def manifest(guide: dict[str, Any]) -> dict[str, Any]:
    """The package.json that belongs to an ImplementationGuide."""
    dependencies = {"hl7.fhir.r4.core": guide["fhirVersion"][0]}
    dependencies |= {
        entry["packageId"]: entry["version"]
        for entry in guide.get("dependsOn", [])
        if entry["packageId"] == "hl7se.fhir.base"
    }
    return {
        "name": guide["packageId"],
        "version": guide["version"],
        "type": "IG",
        "tools-version": 3,
        "canonical": guide["url"].split("/ImplementationGuide/")[0],
        "url": guide["url"].split("/ImplementationGuide/")[0],
        "title": guide["title"],
        "description": guide["description"],
        "fhirVersions": guide["fhirVersion"],
        "dependencies": dependencies,
        "author": guide["publisher"],
        "license": guide["license"],
        "jurisdiction": "urn:iso:std:iso:3166#SE",
        "directories": {"lib": "package"},
    }


def package(resources: list[dict[str, Any]]) -> dict[str, str]:
    """File name -> text of everything in the package folder."""
    named = {f"{one['resourceType']}-{one['id']}.json": one for one in resources}
    guide = next(one for one in resources if one["resourceType"] == "ImplementationGuide")
    guide["dependsOn"] = [entry for entry in guide.get("dependsOn", []) if entry["packageId"] == "hl7se.fhir.base"]
    for unknown_to_r4 in (
        "parameter",
        "page",
    ):  # settings of the IG Publisher, and its pages, which a package has no use for
        guide["definition"].pop(unknown_to_r4, None)
    for one in resources:
        one.pop("mapping", None)
        for element in one.get("snapshot", {}).get("element", []):
            element.pop(
                "mapping", None
            )  # what R4's own elements mean in HL7 v2 and RIM: half of a snapshot's bytes, of no use here
        if "url" in one:
            one.setdefault("version", guide["version"])
            one.setdefault("publisher", guide["publisher"])
            one.setdefault("date", guide["date"])
    index = [
        {"filename": name} | {key: one[key] for key in INDEXED if isinstance(one.get(key), str)}
        for name, one in sorted(named.items())
    ]
    trees: dict[str, Any] = {
        ".index.json": {"index-version": 2, "files": index},
        "package.json": manifest(guide),
        **dict(sorted(named.items())),
    }
    return {name: json.dumps(tree, ensure_ascii=False, indent=1) + "\n" for name, tree in trees.items()}


def from_data() -> list[dict[str, Any]]:
    """What other data files of the library say already: concept maps between code systems, and the codes of the instruments' scores."""
    coded = (one for one in concept_maps().values() if one.source_system and one.target_system)
    maps = [one.to_fhir(BASE) | {"description": f"{one.title}. Source of the pairs: {one.source}."} for one in coded]
    scores = code_system(instruments()) | {
        "description": "The scales of the instruments that the library scores: instrument and scale."
    }
    return [*maps, scores]


def listing(one: dict[str, Any]) -> dict[str, Any]:
    """The line of a resource in the ImplementationGuide."""
    reference = f"{one['resourceType']}/{one['id']}"
    return {
        "reference": {"reference": reference},
        "name": one["title"],
        "description": one["description"],
        "exampleBoolean": False,
    }


def main(folder: str, *options: str) -> int:
    """Write the package folder, or compare it."""
    resources = [json.loads(path.read_bytes()) for path in sorted(Path(folder).glob("*.json"))]
    guide = next(one for one in resources if one["resourceType"] == "ImplementationGuide")
    guide["definition"]["resource"] += [listing(one) for one in from_data()]
    files = package(resources + from_data())
    standing = (
        {path.name: path.read_text(encoding="utf-8") for path in TARGET.glob("*.json")} if TARGET.is_dir() else {}
    )
    changed = sorted(name for name in files.keys() | standing.keys() if files.get(name) != standing.get(name))
    if "--check" in options:
        for name in changed:
            print(f"profiles/package/{name} is not what profiles/fsh compiles to")
        return 1 if changed else 0
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in standing.keys() - files.keys():
        (TARGET / name).unlink()
    for name in changed:
        if name in files:
            (TARGET / name).write_text(files[name], encoding="utf-8")
    print(f"profiles/package: {len(files)} files, {len(changed)} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
