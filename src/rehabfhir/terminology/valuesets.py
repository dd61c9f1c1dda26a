"""Compiling a ValueSet: includes, excludes, filters, imports and expansions to a `Content`.

https://hl7.org/fhir/R4/valueset.html#compositions: an include is the intersection of its system (or concepts, or
filters) with the union of the value sets that it names (the union, says R4's comment on ``include.valueSet``, and HL7's
validator does so); a value set is the union of its includes, less the union of its excludes.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from rehabfhir.terminology.answers import Membership, cannot_tell
from rehabfhir.terminology.codes import CodeTable
from rehabfhir.terminology.content import NOTHING, Content
from rehabfhir.terminology.filters import UnknownFilterError, select
from rehabfhir.terminology.parts import Part, Rule, intersection

__all__ = ["Compiler", "RuleSystem"]

_SYSTEM_EXTENSION = "http://hl7.org/fhir/StructureDefinition/valueset-system"
_CUT_SHORT = frozenset(
    {
        "http://hl7.org/fhir/StructureDefinition/valueset-unclosed",
        "http://hl7.org/fhir/StructureDefinition/valueset-toocostly",
    }
)
_DEEPEST_IMPORT = 50


class RuleSystem(Protocol):
    """A code system that is a rule rather than a list (UCUM, media types, language tags ...)."""

    ignores_case: bool

    def lookup(self, code: str) -> Membership:
        """Whether the system has the code."""
        ...

    def select(self, entry: dict[str, Any]) -> Rule:
        """The rule that one filter stands for; raises UnknownFilterError when it cannot be decided."""
        ...


def _listed(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _strings(value: Any) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


class Compiler:
    """Compiles value sets with what `value_set` and `system` find.

    Args:
        value_set: canonical -> ValueSet tree, or None.
        system: (url, version) -> the system, or None when it is not known.
    """

    def __init__(
        self,
        value_set: Callable[[str], Mapping[str, Any] | None],
        system: Callable[[str, str | None], "CodeTable | RuleSystem | None"],
    ) -> None:
        self._value_set = value_set
        self._system = system

    def by_canonical(
        self, canonical: str, trail: tuple[str, ...] = (), contained: Mapping[str, Any] | None = None
    ) -> Content:
        """The content of the value set with this canonical; an unknown one is one doubt for every code."""
        tree = (contained or {}).get(canonical[1:]) if canonical.startswith("#") else self._value_set(canonical)
        if tree is None:
            return Content({}, cannot_tell(f"value set {canonical} is not loaded", "unknown-value-set"))
        return self.by_tree(tree, (*trail, canonical), contained)

    def by_tree(
        self, tree: Mapping[str, Any], trail: tuple[str, ...] = (), contained: Mapping[str, Any] | None = None
    ) -> Content:
        """The content of a value set given as a tree."""
        own = {entry["id"]: entry for entry in _listed(tree.get("contained")) if isinstance(entry.get("id"), str)}
        inner = {**(contained or {}), **own}
        name = str(tree.get("url") or (trail[-1] if trail else "given"))
        compose, expansion = tree.get("compose"), tree.get("expansion")
        content: Content | None = None
        if isinstance(compose, dict):
            content = self._compose(compose, trail, inner)
        if isinstance(expansion, dict) and (content is None or not content.is_list):
            listed, whole = _expansion(expansion)
            content = _merge(content, listed, name, whole=whole)
        if content is None:
            return Content(
                {}, cannot_tell(f"value set {name} has neither a definition nor an expansion", "not-expandable")
            )
        return content

    def _compose(self, compose: dict[str, Any], trail: tuple[str, ...], contained: Mapping[str, Any]) -> Content:
        active_only = compose.get("inactive") is False
        content = NOTHING
        for include in _listed(compose.get("include")):
            content |= self._include(include, trail, contained, active_only=active_only)
        for exclude in _listed(compose.get("exclude")):
            content -= self._include(exclude, trail, contained, active_only=False)
        return content

    def _include(
        self, include: dict[str, Any], trail: tuple[str, ...], contained: Mapping[str, Any], *, active_only: bool
    ) -> Content:
        system = include.get("system")
        content: Content | None = None
        if isinstance(system, str):
            content = self._of_system(system, include, contained, active_only=active_only)
        imports = [self._import(canonical, trail, contained) for canonical in _strings(include.get("valueSet"))]
        if imports:
            imported = imports[0]
            for further in imports[1:]:
                imported |= further
            content = imported if content is None else content & imported
        if content is None:
            return Content({}, cannot_tell("an include names neither a system nor a value set", "not-expandable"))
        return content

    def _import(self, canonical: str, trail: tuple[str, ...], contained: Mapping[str, Any]) -> Content:
        if canonical in trail:
            return Content({}, cannot_tell(f"value set {canonical} includes itself", "not-expandable"))
        if len(trail) >= _DEEPEST_IMPORT:
            return Content({}, cannot_tell("value sets include one another too deeply", "not-expandable"))
        return self.by_canonical(canonical, trail, contained)

    def _of_system(
        self, url: str, include: dict[str, Any], contained: Mapping[str, Any], *, active_only: bool
    ) -> Content:
        version = include.get("version")
        local = _contained_system(include, contained)
        if local is not None:
            url = str(local.get("url") or url)
        system = (
            CodeTable(local) if local is not None else self._system(url, version if isinstance(version, str) else None)
        )
        concepts, filters = _listed(include.get("concept")), _listed(include.get("filter"))
        if "concept" in include:
            # A list counts as written, as in HL7's validator, but for systems whose own rule is that case means nothing.
            folded = not isinstance(system, CodeTable) and system is not None and system.ignores_case
            codes = frozenset(entry["code"] for entry in concepts if isinstance(entry.get("code"), str))
            if active_only and isinstance(system, CodeTable):
                codes = frozenset(code for code in codes if not system.is_inactive(code))
            return Content({url: Part(codes, folded=folded)})
        if system is None:
            what = f"{url} version {version}" if version and self._system(url, None) is not None else url
            cause = "unknown-version" if what != url else "unknown-system"
            return Content({url: Part(frozenset(), cannot_tell(f"code system {what} is not loaded", cause, url))})
        if isinstance(system, CodeTable):
            return Content({url: _of_table(system, filters, active_only=active_only)})
        return Content({url: _of_rules(system, filters, url)})


def _contained_system(include: dict[str, Any], contained: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for extension in _listed(
        (include.get("_system") or {}).get("extension") if isinstance(include.get("_system"), dict) else None
    ):
        reference = extension.get("valueCanonical") or extension.get("valueUri")
        if extension.get("url") == _SYSTEM_EXTENSION and isinstance(reference, str) and reference.startswith("#"):
            found = contained.get(reference[1:])
            return found if isinstance(found, Mapping) else None
    return None


def _of_table(table: CodeTable, filters: list[dict[str, Any]], *, active_only: bool) -> Part:
    codes = table.codes
    for entry in filters:
        try:
            codes &= select(table, entry)
        except UnknownFilterError as error:
            return Part(frozenset(), cannot_tell(str(error), "not-expandable", table.url))
    if active_only:
        codes = frozenset(code for code in codes if not table.is_inactive(code))
    if table.complete:
        return Part(codes, folded=not table.case_sensitive)
    outside = table.codes - codes

    def rule(code: str) -> Membership:
        answer = table.lookup(code)
        return Part(codes).otherwise if code in outside else answer

    return Part(codes, rule=rule, folded=not table.case_sensitive)


def _of_rules(system: RuleSystem, filters: list[dict[str, Any]], url: str) -> Part:
    part = Part(frozenset(), rule=system.lookup)
    for entry in filters:
        try:
            part = intersection(part, Part(frozenset(), rule=system.select(entry)))
        except UnknownFilterError as error:
            return Part(frozenset(), cannot_tell(str(error), "not-expandable", url))
    return part


def _expansion(expansion: dict[str, Any]) -> tuple[dict[str, set[str]], bool]:
    """The codes that an expansion lists, and whether it lists all of them."""
    found: dict[str, set[str]] = {}
    count = 0
    stack = _listed(expansion.get("contains"))
    while stack:
        entry = stack.pop()
        stack.extend(_listed(entry.get("contains")))
        count += 1
        system, code = entry.get("system"), entry.get("code")
        if isinstance(system, str) and isinstance(code, str) and entry.get("abstract") is not True:
            found.setdefault(system, set()).add(code)
    total = expansion.get("total")
    whole = not (isinstance(total, int) and total > count) and not expansion.get("offset")
    whole = whole and not any(entry.get("url") in _CUT_SHORT for entry in _listed(expansion.get("extension")))
    return found, whole


def _merge(content: Content | None, listed: dict[str, set[str]], name: str, *, whole: bool) -> Content:
    """The definition's content with an expansion's codes added; a whole expansion leaves no doubt."""
    if whole:
        parts = {system: Part(frozenset(codes)) for system, codes in listed.items()}
        for system, part in (content.parts if content is not None else {}).items():
            if part.is_list:
                parts[system] = Part(part.codes | frozenset(listed.get(system, ())), folded=part.folded)
            else:
                parts.setdefault(system, Part(part.codes))
        return Content(parts)
    if content is None:
        doubt = cannot_tell(f"the expansion of value set {name} is not complete", "not-expandable")
        return Content({system: Part(frozenset(codes), doubt) for system, codes in listed.items()}, doubt)
    merged = {
        system: Part(content.part(system).codes | codes, rule=content.part(system).test)
        for system, codes in listed.items()
    }
    return Content({**content.parts, **merged}, content.rest)
