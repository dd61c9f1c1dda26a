"""StructureDefinitions with their snapshots: the published one, or one generated from the differential, each made once."""

from collections.abc import Callable
from typing import Any

from rehabfhir.definitions.apply import Application, TooGreatError
from rehabfhir.definitions.core import core
from rehabfhir.definitions.elements import INDEX, Node, flat, grown, segments, snapshot_tree
from rehabfhir.definitions.facts import checked_structure
from rehabfhir.findings import Issue, Severity

__all__ = ["Snapshots"]

Tree = dict[str, Any]

_ROOT = (
    "http://hl7.org/fhir/StructureDefinition/Base"  # the root of R5's types, which logical models for R4 also build on
)
_WARNINGS = {"snapshot-choice", "snapshot-profile"}  # the rest of the profile can be applied all the same
_WHOLE = {"snapshot-base", "snapshot-choice-type"}  # HL7's validator places these on the definition itself
_MAX_CHAIN = 40
_CODES = {
    "snapshot-base": "not-found",
    "snapshot-choice-type": "exception",
    "snapshot-order": "value",
    "snapshot-path": "value",
    "snapshot-profile": "not-found",
}


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
        if raw is None:  # not remembered: canonicals come from data, and would pile up
            return None
        made = self._make(raw)
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
        issues = self._issues.setdefault(key, [])
        if key in self._running:
            return None
        self._running.append(key)
        try:
            if len(self._running) > _MAX_CHAIN:
                raise RecursionError  # noqa: TRY301 - the same end as when Python's own stack runs out first
            structure, differential = checked_structure(raw, issues)
            made = (
                structure
                if structure.get("snapshot")
                else self._generated(structure, differential, _Report(structure, issues))
            )
        except RecursionError:
            message = "this definition and those that it builds on are nested deeper than any real ones; it is left out"
            _Report(raw, issues)("snapshot-depth", message, None)
            made = None
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

    def _base_tree(self, url: str | None, report: "_Report") -> Node | None:
        """The tree of the base definition; None, and a finding, when there is none."""
        if not url:
            report("snapshot-base", "no snapshot, and no baseDefinition to generate one from; add baseDefinition", None)
            return None
        if url.partition("|")[0] == _ROOT:
            return Node({"path": "Base", "min": 0, "max": "*"})
        raw = self._find(url)
        if raw is None:
            message = (
                f"base definition {url} is not known, so no snapshot can be generated; load the package that has it"
            )
        elif id(raw) in self._running:
            message = f"base definition {url} leads back to this definition; correct baseDefinition"
        else:
            tree = self._tree_of(url)
            if tree is not None:
                return tree
            message = f"base definition {url} has no snapshot and none can be generated; see its own findings"
        report("snapshot-base", message, None)
        return None

    def _generated(self, structure: Tree, differential: list[Tree], report: "_Report") -> Tree | None:
        base = self._base_tree(structure.get("baseDefinition"), report)
        if base is None:
            return None
        specializes = structure.get("derivation") == "specialization"
        type_name = str(structure.get("type") or base.facts["path"]).rpartition("/")[2]
        stated = differential[0]["path"].partition(".")[0] if differential else type_name
        if specializes:
            type_name = stated
        elif stated != type_name:
            report(
                "snapshot-path",
                f"the differential's paths start with {stated}, the type is {type_name}; correct them",
                0,
            )
        element_root = self._tree_of("Element")
        application = Application(
            base,
            specializes=specializes,
            logical=structure.get("kind") == "logical",
            tree_of=self._tree_of,
            report=report,
            element_constraints=element_root.facts.get("constraint", []) if element_root else [],
        )
        try:
            root = application.run(grown(differential) or Node({}), type_name)
        except TooGreatError:
            report("snapshot-size", "the snapshot would be greater than any real one; the definition is left out", None)
            return None
        if specializes:
            is_logical = structure.get("kind") == "logical"
            path = base.facts.get("base", base.facts)["path"] if is_logical else type_name
            root.facts = {**root.facts, "base": {"path": path, "min": 0, "max": "*"}}
        elements = flat(root, type_name)
        if not specializes:
            _check_order(differential, elements, report)
        return {**structure, "snapshot": {"element": elements}}


class _Report:
    """Gathers what is wrong with one definition."""

    def __init__(self, structure: Tree, issues: list[Issue]) -> None:
        self._url = str(structure.get("url", ""))
        self._issues = issues

    def __call__(self, rule: str, message: str, number: int | None) -> None:
        severity: Severity = "warning" if rule in _WARNINGS else "error"
        place = "StructureDefinition"
        if number is not None and rule not in _WHOLE:
            place = f"StructureDefinition.differential.element[{number}]"
        self._issues.append(
            Issue(severity, _CODES.get(rule, "business-rule"), message, place, rule=rule, profile=self._url)
        )


def _check_order(differential: list[Tree], elements: list[Tree], report: _Report) -> None:
    """Elements of a differential stand in the order of the base; what stands too early is reported, and applied all the same.

    Slices are left out: where new ones stand is for the differential to say.
    """
    order = {element["id"]: number for number, element in enumerate(elements)}
    earliest = len(elements)
    early: list[Tree] = []
    for place, facts in reversed(list(segments(differential))):
        if any(slice_name for _, slice_name in place):
            continue
        position = order.get(".".join(name for name, _ in place))
        if position is None:
            continue
        if position > earliest:
            early.append(facts)
        earliest = min(earliest, position)
    for facts in reversed(early):
        message = (
            f"{facts['path']} stands before an element that comes earlier in the base definition; put them in order"
        )
        report("snapshot-order", message, facts[INDEX])
