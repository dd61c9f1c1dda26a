"""Elements of FHIR's examples and the invariants that apply to them."""

import json
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from rehabfhir.definitions import r4


@cache
def constraints(folder: Path) -> dict[tuple[str, str], str]:
    """(expression, path) -> key, for every constraint of every package."""
    found = {}
    for package in sorted((folder / "fhir-packages").glob("*.tgz")):
        with tarfile.open(package) as archive:
            for member in archive:
                if "StructureDefinition" not in member.name or not member.name.endswith(".json"):
                    continue
                resource = json.load(archive.extractfile(member))
                for part in ("snapshot", "differential"):
                    for element in resource.get(part, {}).get("element", ()):
                        for constraint in element.get("constraint", ()):
                            if "expression" in constraint:
                                found[constraint["expression"], element["path"]] = constraint["key"]
    return found


def elements(tree: Any, type_name: str, resource: Any) -> Iterator[tuple[str, Any, Any]]:
    """(type, tree, resource) of a resource and of everything in it."""
    yield type_name, tree, resource
    if not isinstance(tree, dict):
        return
    known = r4.children(type_name)
    for name, value in tree.items():
        element = known.get(name)
        if element is None:
            continue
        for item in value if isinstance(value, list) else [value]:
            if element.type == "Resource" and isinstance(item, dict):
                yield from elements(item, str(item.get("resourceType")), item)
            elif item is not None:
                yield from elements(item, element.type, resource)


@cache
def examples(folder: Path) -> list[dict[str, Any]]:
    """The official examples that are JSON and can be read."""
    found = []
    for path in sorted((folder / "suites" / "official-examples").rglob("*.json")):
        tree = json.loads(path.read_bytes())
        if isinstance(tree, dict) and isinstance(tree.get("resourceType"), str):
            found.append(tree)
    return found
