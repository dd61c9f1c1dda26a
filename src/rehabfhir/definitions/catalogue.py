"""What stands behind `rehabfhir packages list`, `show` and `check`: packages told about, and held to what they promise."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehabfhir.definitions.core import core
from rehabfhir.definitions.package import Package
from rehabfhir.definitions.sources import EMBEDDED, cached, cached_path, open_source
from rehabfhir.definitions.store import Definitions
from rehabfhir.findings import Issue

__all__ = ["Description", "check_packages", "list_packages", "show_package"]

Tree = dict[str, Any]
Source = str | os.PathLike[str] | Tree

_CORE_NAME, _CORE_VERSION = next(iter(EMBEDDED))


@dataclass(frozen=True, slots=True)
class Description:
    """What a package says of itself and holds.

    Attributes:
        label: ``name#version``.
        canonical: the base of its canonicals; empty when it names none.
        fhir_versions: the FHIR versions that it is for.
        dependencies: ``name#version`` -> True when that is in the cache or embedded.
        counts: resource type -> how many.
        canonicals: every canonical in it, sorted.
        issues: what is wrong with its files.
    """

    label: str
    canonical: str
    fhir_versions: tuple[str, ...]
    dependencies: dict[str, bool]
    counts: dict[str, int]
    canonicals: tuple[str, ...]
    issues: tuple[Issue, ...]


def list_packages(cache: Path | None = None) -> tuple[tuple[str, str, Path | None], ...]:
    """Name, version and folder of every package that can be named by ``name#version``; the embedded core has no folder."""
    return ((_CORE_NAME, _CORE_VERSION, None), *cached(cache))


def _present(name: str, version: str) -> bool:
    return (name, version) in EMBEDDED or cached_path(name, version) is not None


def show_package(source: Source) -> Description:
    """What the package holds that `source` names (as for `Definitions`).

    Raises:
        PackageError: when it cannot be found, read or trusted.
    """
    package = open_source(source)
    if package is None:
        known = core()
        kinds = ("StructureDefinition", "ValueSet", "CodeSystem")
        counts = {kind: len(known.urls(kind)) for kind in kinds}
        urls = tuple(sorted(url for kind in kinds for url in known.urls(kind)))
        return Description(
            f"{_CORE_NAME}#{_CORE_VERSION}", "http://hl7.org/fhir", (_CORE_VERSION,), {}, counts, urls, ()
        )
    manifest = package.manifest
    dependencies = manifest.dependencies if manifest else {}
    return Description(
        package.label,
        manifest.canonical if manifest else "",
        manifest.fhir_versions if manifest else (),
        {f"{name}#{version}": _present(name, version) for name, version in dependencies.items()},
        dict(sorted(Counter(row.kind for row in package.rows).items())),
        tuple(sorted({f"{row.url}|{row.version}" if row.version else row.url for row in package.rows if row.url})),
        package.issues,
    )


def check_packages(sources: Iterable[Source]) -> tuple[Issue, ...]:
    """What is wrong with the packages: files, dependencies, versions, snapshots, and canonicals that lead nowhere.

    Raises:
        PackageError: when one cannot be found, read or trusted.
    """
    listed = list(sources)
    store = Definitions(listed)
    given = {label for each in listed if (package := open_source(each)) for label in (package.label,)}
    issues = list(store.issues)
    for package in store.packages:
        if package.label in given:
            issues += _versions(package)
            issues += _duplicates(package)
            issues += _structures(package, store)
    return tuple(issues)


def _versions(package: Package) -> Iterator[Issue]:
    versions = package.manifest.fhir_versions if package.manifest else ()
    if versions and not any(each.startswith("4.0") for each in versions):
        message = f"the package is for FHIR {', '.join(versions)}, not R4 (4.0.1); what it defines may not fit"
        yield Issue("warning", "not-supported", message, rule="package-fhir-version", source=package.label)


def _duplicates(package: Package) -> Iterator[Issue]:
    counted = Counter((row.kind, row.url, row.version) for row in package.rows if row.url)
    for (kind, url, version), count in counted.items():
        if count > 1:
            message = (
                f"{kind} {url}|{version} stands {count} times in the package; the last one is used, remove the others"
            )
            yield Issue("warning", "duplicate", message, rule="package-duplicate", source=package.label)


def _structures(package: Package, store: Definitions) -> Iterator[Issue]:
    for row in package.rows:
        if row.kind != "StructureDefinition" or not row.url:
            continue
        canonical = f"{row.url}|{row.version}" if row.version else row.url
        yield from store.structure_issues(canonical)
        structure = store.structure(canonical)
        if structure is not None:
            yield from _links(structure, store, row.url)


def _links(structure: Tree, store: Definitions, url: str) -> Iterator[Issue]:
    """Profiles and value sets that a structure names and nothing defines, each once."""
    missing: dict[str, str] = {}
    for element in structure["snapshot"]["element"]:
        for row in element.get("type", ()):
            for target in (*row.get("profile", ()), *row.get("targetProfile", ())):
                if store.resource(target, "StructureDefinition") is None:
                    missing.setdefault(target, element["id"])
        bound = element.get("binding", {}).get("valueSet")
        if bound and not bound.startswith("#") and store.value_set(bound) is None:
            missing.setdefault(bound, element["id"])
    for target, element_id in missing.items():
        message = f"{url}, {element_id}: names {target}, which nothing here defines; load the package that has it"
        yield Issue("warning", "not-found", message, "StructureDefinition", rule="package-link", profile=url)
