"""StructureDefinitions with their snapshots: the published one, or one generated from the differential, each made once."""

from collections.abc import Callable
from typing import Any

from rehabfhir.definitions.apply import Application
from rehabfhir.definitions.core import core
from rehabfhir.definitions.elements import Node, flat, grown, snapshot_tree
from rehabfhir.definitions.facts import checked_structure
from rehabfhir.findings import Issue, Severity

__all__ = ["Snapshots"]

Tree = dict[str, Any]

_WARNINGS = {"snapshot-choice", "snapshot-profile"}  # the rest of the profile can be applied all the same
_BASE = (
    "http://hl7.org/fhir/StructureDefinition/Base"  # the root of R5's types, which logical models for R4 also build on
)


class Snapshots:
    """Structures by canonical, made when they are first asked for.

    Args:
        find: gives the StructureDefinition that a canonical or type name names, as it was given.
    """

    def __init__(self, find: Callable[[str], Tree | None]) -> None:
        self._find = find
        self._made: dict[int, tuple[Tree, Tree | None]] = {}
        self._named: dict[str, Tree | None] = {}
        self._trees: dict[int, Node] = {}
        self._issues: dict[int, list[Issue]] = {}
        self._running: list[int] = []

    def structure(self, canonical: str) -> Tree | None:
        """The structure with its snapshot; None when there is none, or none can be made."""
        if canonical in self._named:
            return self._named[canonical]
        raw = self._find(canonical)
        made = self._make(raw) if raw is not None else None
        if not self._running:
            self._named[canonical] = made
        return made

    def issues(self, canonical: str) -> tuple[Issue, ...]:
        """What is wrong with the structure that `canonical` names."""
        raw = self._find(canonical)
        if raw is None:
            return ()
        self._make(raw)
        return tuple(self._issues.get(id(raw), ()))

    def _make(self, raw: Tree) -> Tree | None:
        key = id(raw)
        if key in self._made:
            return self._made[key][1]
        if "snapshot" in raw and core().owns(raw):
            return raw
        if key in self._running:
            return None
        self._running.append(key)
        issues = self._issues.setdefault(key, [])
        try:
            made = self._completed(raw, issues)
        finally:
            self._running.pop()
        self._made[key] = (raw, made)
        return made

    def _tree_of(self, canonical: str) -> Node | None:
        """The snapshot of `canonical` as a tree, never to be changed."""
        made = self.structure(canonical)
        if made is None:
            return None
        if id(made) not in self._trees:
            root = snapshot_tree(made["snapshot"]["element"])
            if root is None:
                return None
            self._trees[id(made)] = root
        return self._trees[id(made)]

    def _root_constraints(self, type_name: str) -> list[Tree]:
        root = self._tree_of(type_name)
        return root.facts.get("constraint", []) if root else []

    def _completed(self, raw: Tree, issues: list[Issue]) -> Tree | None:
        structure, differential = checked_structure(raw, issues)
        url = structure.get("url", "")
        if structure.get("snapshot"):
            return structure
        base_url = structure.get("baseDefinition")

        def fail(message: str) -> None:
            issues.append(
                Issue("error", "processing", message, "StructureDefinition", rule="snapshot-base", profile=url)
            )

        def report(rule: str, message: str, element_id: str) -> None:
            severity: Severity = "warning" if rule in _WARNINGS else "error"
            issues.append(
                Issue(severity, "processing", f"{element_id}: {message}", "StructureDefinition", rule=rule, profile=url)
            )

        base: Node | None = None
        base_raw: Tree | None = raw
        if not base_url:
            fail("no snapshot, and no baseDefinition to generate one from; add baseDefinition")
            return None
        if base_url.partition("|")[0] == _BASE:
            base = Node({"path": "Base", "min": 0, "max": "*"})
        else:
            base_raw = self._find(base_url)
        if base_raw is None:
            fail(
                f"base definition {base_url} is not known, so no snapshot can be generated; load the package that has it"
            )
            return None
        if base is None and id(base_raw) in self._running:
            fail(f"base definition {base_url} leads back to this definition; correct baseDefinition")
            return None
        base = base or self._tree_of(base_url)
        if base is None:
            fail(f"base definition {base_url} has no snapshot and none can be generated; see its own findings")
            return None
        type_name = str(structure.get("type") or base.facts["path"]).rpartition("/")[2]
        diff = grown(differential) or Node({})
        specializes = structure.get("derivation") == "specialization"
        if differential and differential[0]["path"].partition(".")[0] != type_name:
            found = differential[0]["path"].partition(".")[0]
            if not specializes:
                report(
                    "snapshot-path",
                    f"the differential's paths start with {found}, the type is {type_name}; correct the paths",
                    found,
                )
            type_name = found if specializes else type_name
        application = Application(
            base,
            specializes=specializes,
            tree_of=self._tree_of,
            report=report,
            element_constraints=self._root_constraints("Element"),
        )
        root = application.run(diff, type_name)
        if specializes:
            root.facts = {
                **root.facts,
                "base": {"path": type_name, "min": root.facts.get("min", 0), "max": root.facts.get("max", "*")},
            }
        return {**structure, "snapshot": {"element": flat(root, type_name)}}
