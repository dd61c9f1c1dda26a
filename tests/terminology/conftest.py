"""A stand-in for loaded definitions, and R4 core where the shared folder is present."""

import json
import os
import tarfile
from pathlib import Path

import pytest

from rehabfhir.terminology import Terminology

SHARED = Path(os.environ.get("REHABFHIR_SHARED", Path(__file__).parents[3] / "shared"))


class Shelf:
    """Definitions kept in two dicts; versions as the canonical asks for them."""

    def __init__(self, *resources):
        self.kept = {}
        for resource in resources:
            url, version = resource["url"], resource.get("version")
            self.kept.setdefault((resource["resourceType"], url), resource)
            if version:
                self.kept[resource["resourceType"], f"{url}|{version}"] = resource

    def value_set(self, canonical):
        return self.kept.get(("ValueSet", canonical))

    def code_system(self, canonical):
        return self.kept.get(("CodeSystem", canonical))


def code_system(concepts, url="http://example.org/cs", **more):
    concepts = [{"code": entry} if isinstance(entry, str) else entry for entry in concepts]
    return {
        "resourceType": "CodeSystem",
        "url": url,
        "content": "complete",
        "caseSensitive": True,
        "concept": concepts,
    } | more


def value_set(*include, url="http://example.org/vs", exclude=(), **compose):
    tree = {"include": list(include), **compose}
    if exclude:
        tree["exclude"] = list(exclude)
    return {"resourceType": "ValueSet", "url": url, "compose": tree}


@pytest.fixture(scope="session")
def core():
    """R4 core's own value sets and code systems."""
    package = SHARED / "fhir-packages" / "hl7.fhir.r4.core-4.0.1.tgz"
    if not package.is_file():
        pytest.skip(f"R4 core is not at {package} (set REHABFHIR_SHARED)")
    with tarfile.open(package) as archive:
        wanted = [entry for entry in archive if entry.name.startswith(("package/ValueSet-", "package/CodeSystem-"))]
        resources = [json.load(archive.extractfile(entry)) for entry in wanted]
    return Shelf(*resources)


@pytest.fixture(scope="session")
def r4(core):
    return Terminology(core)
