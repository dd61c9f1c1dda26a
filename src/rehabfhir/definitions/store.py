"""`Definitions`: packages and single definitions layered over the embedded R4 core, found by canonical."""

import os
from collections.abc import Iterable, Iterator
from threading import RLock
from typing import Any

from rehabfhir.definitions.core import core
from rehabfhir.definitions.package import Package, Row, from_definitions
from rehabfhir.definitions.snapshot import Snapshots
from rehabfhir.definitions.sources import cached_path, is_core, open_source
from rehabfhir.definitions.versions import best_version, split_canonical
from rehabfhir.errors import MisuseError
from rehabfhir.findings import Issue

__all__ = ["Definitions"]

Tree = dict[str, Any]
Source = str | os.PathLike[str] | Tree

Found = tuple[Row, Package]

_TYPE_BASE = "http://hl7.org/fhir/StructureDefinition/"


def _tree(found: Found) -> Tree:
    row, package = found
    return package.read(row.place)


class Definitions:
    """Everything that a canonical can name: what the caller gave, then the R4 core.

    Immutable once made, and safe to share between threads. The trees that it gives are shared: read, never change them.
    What the caller gave goes before the core; of several versions the newest is used unless the canonical names one;
    of two definitions with the same canonical and version the one given last is used.

    Args:
        packages: FHIR packages: ``name#version`` in the standard cache, a .tgz, a folder, a JSON file, or a resource.
            Packages that these depend on are taken from the standard cache where it has them.
        definitions: single resources as trees; those of a Bundle count one by one.

    Raises:
        PackageError: when a package cannot be found, read or trusted.
        MisuseError: when an argument names no package or is no resource.
    """

    def __init__(self, packages: Iterable[Source] = (), definitions: Iterable[Tree] = ()) -> None:
        if isinstance(packages, str | os.PathLike | dict) or isinstance(definitions, str | dict):
            raise MisuseError("packages and definitions are lists; put the one that you have in a list")
        opened: list[Package] = []
        self._issues: list[Issue] = []
        for source in packages:
            package = open_source(source)
            if package is not None:
                opened.append(package)
        opened = [*self._dependencies(opened), *opened]
        given = list(definitions)
        if any(not isinstance(each, dict) for each in given):
            raise MisuseError("definitions are resources as dicts")
        if given:
            opened.append(from_definitions(given, "definitions"))
        for package in opened:
            self._issues += package.issues
        self._layer(opened)

    def _layer(self, packages: Iterable[Package]) -> None:
        self._packages = tuple(packages)
        self._core = core()
        self._by_url: dict[str, dict[str, list[Found]]] = {}
        self._by_id: dict[tuple[str, str], Found] = {}
        self._by_kind: dict[str, dict[tuple[str, str], Found]] = {}
        self._supplements: dict[str, list[Found]] = {}
        for package in self._packages:
            for row in package.rows:
                self._enter(row, package)
        self._lock = RLock()
        self._snapshots = Snapshots(self.raw_structure)

    def _enter(self, row: Row, package: Package) -> None:
        found = (row, package)
        if row.url:
            self._by_url.setdefault(row.url, {}).setdefault(row.version, []).append(found)
            self._by_kind.setdefault(row.kind, {})[row.url, row.version] = found
        if row.id:
            self._by_id[row.kind, row.id] = found
        if row.supplements:
            self._supplements.setdefault(split_canonical(row.supplements).url, []).append(found)

    def _dependencies(self, opened: list[Package]) -> list[Package]:
        """What the packages depend on and the cache has, deepest first; what it lacks becomes an issue."""
        known = {package.manifest.name for package in opened if package.manifest}
        found: list[Package] = []
        waiting = list(opened)
        while waiting:
            package = waiting.pop(0)
            listed = package.manifest.dependencies if package.manifest else {}
            for name, version in listed.items():
                if name in known or is_core(name):
                    continue
                known.add(name)
                folder = cached_path(name, version)
                if folder is None:
                    message = (
                        f"package {package.label} depends on {name}#{version}, which is neither given nor in the package cache; "
                        f"what refers to it cannot be checked: give it, or run rehabfhir packages install {name}#{version}"
                    )
                    self._issues.append(
                        Issue("information", "not-found", message, rule="package-dependency", source=package.label)
                    )
                    continue
                dependency = open_source(folder)
                if dependency is not None:
                    found.insert(0, dependency)
                    waiting.append(dependency)
        return found

    @property
    def packages(self) -> tuple[Package, ...]:
        """The packages that were opened, dependencies first."""
        return self._packages

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What is wrong with the packages themselves: files that cannot be read, dependencies that are not there."""
        return tuple(self._issues)

    def resource(self, canonical: str, kind: str | None = None) -> Tree | None:
        """The resource that `canonical` names (``url``, ``url|version``, ``url#contained``, or ``Type/id``).

        Args:
            canonical: what stands in the reference.
            kind: the resource type that it must have; any when None.
        """
        url, version, fragment = split_canonical(canonical)
        tree = self._find(url, version, kind if not fragment else None)
        if tree is None or not fragment:
            return tree
        contained = tree.get("contained")
        for each in contained if isinstance(contained, list) else ():
            if (
                isinstance(each, dict)
                and each.get("id") == fragment
                and (kind is None or each.get("resourceType") == kind)
            ):
                return each
        return None

    def _find(self, url: str, version: str, kind: str | None) -> Tree | None:
        versions = self._by_url.get(url)
        if versions:
            fitting = {
                number: rows
                for number, listed in versions.items()
                if (rows := [each for each in listed if kind is None or each[0].kind == kind])
            }
            chosen = best_version(fitting, version)
            if chosen is not None:
                return _tree(fitting[chosen][-1])
        core_kind = self._core.kind_of(url)
        if core_kind is not None and (kind is None or kind == core_kind):
            known = self._core.versions[core_kind, url] or ""
            if not version or best_version((known,), version) is not None:
                return self._core.resource(core_kind, url)
        if not versions and not version and url.count("/") == 1:
            named_kind, _, name = url.partition("/")
            found = self._by_id.get((named_kind, name))
            if found is not None and kind in {None, named_kind}:
                return _tree(found)
        return None

    def raw_structure(self, canonical: str) -> Tree | None:
        """A StructureDefinition as it was given, by canonical or by the name of an R4 type."""
        found = self.resource(canonical, "StructureDefinition")
        if found is None and canonical and "/" not in canonical and ":" not in canonical:
            url, version, _ = split_canonical(canonical)
            found = self.resource(_TYPE_BASE + url + (f"|{version}" if version else ""), "StructureDefinition")
        return found

    def structure(self, canonical: str) -> Tree | None:
        """The StructureDefinition that `canonical` or a type name (``CarePlan``) names, with its snapshot.

        The tree holds the facts that validation uses, without prose. A missing snapshot is generated from the
        differential, once. None when there is no such definition or no snapshot can be made: `structure_issues`
        then says why.
        """
        with self._lock:
            return self._snapshots.structure(canonical)

    def structure_issues(self, canonical: str) -> tuple[Issue, ...]:
        """What is wrong with the StructureDefinition itself, found while its snapshot was read or generated."""
        with self._lock:
            return self._snapshots.issues(canonical)

    def value_set(self, canonical: str) -> Tree | None:
        """The ValueSet that `canonical` names, None when it is not known."""
        return self.resource(canonical, "ValueSet")

    def code_system(self, canonical: str) -> Tree | None:
        """The CodeSystem that `canonical` (a system url, perhaps ``|version``) names, None when it is not known."""
        return self.resource(canonical, "CodeSystem")

    def questionnaire(self, canonical: str) -> Tree | None:
        """The Questionnaire that `canonical` names, None when it is not known."""
        return self.resource(canonical, "Questionnaire")

    def supplements(self, system: str) -> tuple[Tree, ...]:
        """The code system supplements to `system` (without version), in the order that they were given."""
        return tuple(_tree(each) for each in self._supplements.get(system, ()))

    def canonicals(self, kind: str) -> tuple[str, ...]:
        """``url|version`` (``url`` where there is no version) of every resource of the type `kind`, given ones first."""
        rows = [f"{url}|{version}" if version else url for url, version in self._by_kind.get(kind, {})]
        known = set(rows)
        for url in self._core.urls(kind):
            version = self._core.versions[kind, url]
            text = f"{url}|{version}" if version else url
            if text not in known:
                rows.append(text)
        return tuple(rows)

    def all(self, kind: str, *, with_core: bool = True) -> Iterator[Tree]:
        """Every resource of the type `kind`, given ones first."""
        given = self._by_kind.get(kind, {})
        for found in given.values():
            yield _tree(found)
        if with_core:
            for url in self._core.urls(kind):
                tree = self._core.resource(kind, url)
                if tree is not None and (url, self._core.versions[kind, url] or "") not in given:
                    yield tree

    def extended(self, definitions: Iterable[Tree]) -> "Definitions":
        """A new store with more definitions before those of this one, which stays as it is."""
        return self._of((*self._packages, from_definitions(list(definitions), "definitions")), self._issues)

    @classmethod
    def _of(cls, packages: Iterable[Package], issues: Iterable[Issue]) -> "Definitions":
        self = cls.__new__(cls)
        self._issues = list(issues)
        self._layer(packages)
        return self
