"""Slices: which slice a value belongs to, by its discriminators (https://hl7.org/fhir/R4/profiling.html#discriminator)."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from rehabfhir.definitions import r4
from rehabfhir.validation.fixed import demanded, fits_pattern
from rehabfhir.validation.parts import Part, part_tree, within
from rehabfhir.validation.paths import membership

if TYPE_CHECKING:
    from rehabfhir.validation.engine import Engine
    from rehabfhir.validation.run import Run

__all__ = ["Matcher", "UnusableSlicingError", "slice_matcher"]

Tree = dict[str, Any]
Typed = tuple[Any, str | None]
Matcher = Callable[[Any, str, "Run"], bool]

_STEP = re.compile(r"extension\(['\"][^'\"]*['\"]\)|[^.(]+\([^)]*\)|[^.]+")
_CALL = re.compile(r"(\w+)\((?:['\"])?([^'\")]*)(?:['\"])?\)")
_BASE = "http://hl7.org/fhir/StructureDefinition/"


_CROSS_VERSION = re.compile(r"http://hl7\.org/fhir/\d\.\d/StructureDefinition/extension-")
"""Extensions that stand for elements of other versions; the URL in data is their canonical, whether they are loaded or not."""


class UnusableSlicingError(Exception):
    """A discriminator that says nothing about a slice; becomes a finding about the profile."""


def slice_matcher(part: Part, slicing: Tree, engine: "Engine", profile: str) -> Matcher:
    """A function that tells whether a value (with its type) belongs to the slice `part`.

    Raises:
        UnusableSlicingError: when no discriminator says anything that can be tested.
    """
    tests: list[Matcher] = []
    for discriminator in slicing.get("discriminator", ()):
        made = _test(part, str(discriminator.get("type")), str(discriminator.get("path")), engine)
        if made is not None:
            tests.append(made)
    if not tests:
        paths = ", ".join(str(each.get("path")) for each in slicing.get("discriminator", ())) or "none"
        raise UnusableSlicingError(
            f"slice {part.slice_name} of {profile}: its discriminator ({paths}) meets no fixed value, pattern, "
            "required binding, type or existence that could be tested"
        )
    if len(tests) == 1:
        return tests[0]
    return lambda value, type_, run: all(test(value, type_, run) for test in tests)


def _steps(path: str) -> list[str]:
    return [each for each in _STEP.findall(path) if each != "$this"]


def _criteria(part: Part, steps: list[str], engine: "Engine") -> Iterator[Part]:
    """Every definition that the discriminator's path leads to: in the profile itself, then in the profiles of its types."""
    if not steps:
        yield part
        for url in part.profiles():
            yield from _root(url, engine)
        return
    first, rest = steps[0], steps[1:]
    call = _CALL.fullmatch(first)
    if call is None:
        inner = part.child(first)
        if inner is not None:
            yield from _criteria(inner, rest, engine)
            for each in inner.slices:
                yield from _criteria(each, rest, engine)
    elif call[1] == "extension":
        for slicer in [each for each in part.children if each.last == "extension"]:
            for each in slicer.slices:
                if call[2] in set(each.profiles()) or _fixed_url(each) == call[2]:
                    yield from _criteria(each, rest, engine)
    elif call[1] == "resolve":
        for row in part.definition.get("type", ()):
            for url in row.get("targetProfile", ()):
                for root in _root(url, engine):
                    yield from _criteria(root, rest, engine)
    elif call[1] in {"ofType", "as"}:
        yield from _criteria(part, rest, engine)
        for each in part.slices:
            if call[2] in each.types():
                yield from _criteria(each, rest, engine)
    else:
        yield from _criteria(part, rest, engine)
    if call is None or call[1] != "resolve":
        for url in part.profiles():
            for root in _root(url, engine):
                yield from _criteria(root, steps, engine)


def _root(url: str, engine: "Engine") -> Iterator[Part]:
    bare, _, element_id = url.partition("#")
    structure = engine.definitions.structure(bare)
    root = part_tree(structure) if structure is not None else None
    if root is not None and element_id:
        root = within(root, element_id)
    if root is not None:
        yield root


def _fixed_url(part: Part) -> str | None:
    url = part.child("url")
    wanted = demanded(url.definition, "fixed") if url is not None else None
    return wanted[1] if wanted else None


def _test(part: Part, kind: str, path: str, engine: "Engine") -> Matcher | None:
    steps = _steps(path)
    if kind in {"value", "pattern"}:
        return _value_test(part, steps, engine)
    if kind == "exists":
        return _exists_test(part, steps, engine)
    if kind == "type":
        return _type_test(part, steps, engine)
    if kind == "profile":
        return _profile_test(part, steps, engine)
    return None


def _value_test(part: Part, steps: list[str], engine: "Engine") -> Matcher | None:
    for criterion in _criteria(part, steps, engine):
        definition = criterion.definition
        if definition.get("max") == "0":
            return lambda value, type_, run: not _walk(value, type_, steps, run)
        wanted = demanded(definition, "fixed") or demanded(definition, "pattern")
        if wanted is not None:
            pattern = wanted[1]
            return lambda value, type_, run, pattern=pattern: any(  # type: ignore[misc]
                fits_pattern(each, pattern) for each, _ in _walk(value, type_, steps, run)
            )
        binding = definition.get("binding") or {}
        if binding.get("strength") == "required" and binding.get("valueSet"):
            url = binding["valueSet"]
            return lambda value, type_, run, url=url: any(  # type: ignore[misc]
                membership(engine, each, url) for each, _ in _walk(value, type_, steps, run)
            )
    inner = _below(part, steps, engine)
    if inner:
        return lambda value, type_, run: any(
            all(any(fits_pattern(each, wanted) for each, _ in _walk(one, kind, path, run)) for path, wanted in inner)
            for one, kind in _walk(value, type_, steps, run)
        )
    named = [url for url in part.profiles() if _CROSS_VERSION.match(url)] if steps == ["url"] else []
    if named:
        return lambda value, _type, _run: isinstance(value, dict) and value.get("url") in named
    return None


def _below(part: Part, steps: list[str], engine: "Engine") -> list[tuple[list[str], Any]]:
    """Fixed values and patterns under the element that the discriminator names, when it has none itself."""
    found: list[tuple[list[str], Any]] = []

    def look(at: Part, path: list[str]) -> None:
        for child in at.children:
            wanted = demanded(child.definition, "fixed") or demanded(child.definition, "pattern")
            name = child.last.removesuffix("[x]")
            if wanted is not None and child.definition.get("min", 0) >= 1:
                found.append(([*path, name], wanted[1]))
            elif child.children and child.definition.get("min", 0) >= 1:
                look(child, [*path, name])

    for criterion in _criteria(part, steps, engine):
        look(criterion, [])
        if found:
            break
    return found


def _exists_test(part: Part, steps: list[str], engine: "Engine") -> Matcher | None:
    for criterion in _criteria(part, steps, engine):
        if criterion.definition.get("max") == "0":
            return lambda value, type_, run: not _walk(value, type_, steps, run)
        if criterion.definition.get("min", 0) >= 1:
            return lambda value, type_, run: bool(_walk(value, type_, steps, run))
    return None


def _type_test(part: Part, steps: list[str], engine: "Engine") -> Matcher | None:
    for criterion in _criteria(part, steps, engine):
        types = criterion.types() or [str(criterion.definition["path"])]
        wanted = {each.rpartition("/")[2] for each in types}
        if "." in str(criterion.definition["path"]) or not criterion.definition.get("type"):
            return lambda value, type_, run, wanted=wanted: any(  # type: ignore[misc]
                _is(each, kind, wanted) for each, kind in _walk(value, type_, steps, run)
            )
    return None


def _is(value: Any, kind: str | None, wanted: set[str]) -> bool:
    if isinstance(value, dict) and isinstance(value.get("resourceType"), str):
        return value["resourceType"] in wanted or "Resource" in wanted
    return kind in wanted


def _profile_test(part: Part, steps: list[str], engine: "Engine") -> Matcher | None:
    resolving = bool(steps) and steps[-1] == "resolve()"
    for criterion in _criteria(part, steps[:-1] if resolving else steps, engine):
        rows = criterion.definition.get("type", ())
        urls = [url for row in rows for url in row.get("targetProfile" if resolving else "profile", ())]
        if urls:
            return lambda value, type_, run, urls=urls: any(  # type: ignore[misc]
                engine.conforms(each, kind, url, run) for each, kind in _walk(value, type_, steps, run) for url in urls
            )
        if rows:
            return lambda value, type_, run: bool(_walk(value, type_, steps, run)) or True
    return None


def _walk(value: Any, type_: str | None, steps: list[str], run: "Run") -> list[Typed]:
    nodes: list[Typed] = [(value, type_)]
    for step in steps:
        call = _CALL.fullmatch(step)
        following: list[Typed] = []
        for each, kind in nodes:
            following.extend(_called(each, kind, call, run) if call else _child(each, kind, step))
        nodes = following
    return nodes


def _called(value: Any, type_: str | None, call: re.Match[str], run: "Run") -> Iterator[Typed]:
    name, argument = call[1], call[2]
    if name == "extension" and isinstance(value, dict):
        for each in value.get("extension") or ():
            if isinstance(each, dict) and each.get("url") == argument:
                yield each, "Extension"
    elif name == "resolve":
        reference = value.get("reference") if isinstance(value, dict) else value
        found = (run.resolve(reference) or run.fetch(reference)) if isinstance(reference, str) else None
        if found is not None:
            yield found.resource, found.resource.get("resourceType")
    elif name in {"ofType", "as"}:
        if _is(value, type_, {argument}):
            yield value, type_
    elif name not in {"exists", "first"} or value is not None:
        yield value, type_


def _child(value: Any, type_: str | None, name: str) -> Iterator[Typed]:
    if not isinstance(value, dict):
        return
    kind = value.get("resourceType") if isinstance(value.get("resourceType"), str) else type_
    table = r4.children(str(kind))
    element = table.get(name)
    elements = [element] if element is not None else [each for each in table.values() if each.choice == name + "[x]"]
    for each in elements:
        found = value.get(each.name)
        for one in found if isinstance(found, list) else (found,):
            if one is not None:
                yield one, each.type
