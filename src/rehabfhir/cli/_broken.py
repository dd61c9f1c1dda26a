"""Negative examples: a resource of a patient story, broken in exactly one place, with the rule that must find it.

They are kept as data (`fixtures/negative/cases.toml`: which resource, what is changed, which rule, which place) and made when
asked for, so that a story that changes changes its broken copies too.
"""

import copy
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehabfhir.errors import MisuseError

__all__ = ["Broken", "broken"]

_STEP = re.compile(r"(?P<name>[A-Za-z_]\w*)(?:\[(?P<index>\d+)\]|\((?P<tail>[^()]+)\))?")
_NAMING = ("url", "system", "linkId", "reference")
"""The members by which `name(tail)` picks an entry of a list: the last whose value ends with the tail."""


@dataclass(frozen=True, slots=True)
class Broken:
    """One negative example.

    Attributes:
        name: the example's name, unique.
        why: what is wrong with it, for a reader.
        rule: id of the rule that must find it, and no other.
        severity: what that rule says of it, ``error`` or ``warning``.
        place: FHIRPath of the finding.
        resource: the broken resource, naming the profile that it breaks in ``meta.profile``.
    """

    name: str
    why: str
    rule: str
    severity: str
    place: str
    resource: dict[str, Any]


def broken(fixtures: Path) -> Iterator[Broken]:
    """Every negative example, made from the stories in the folder `fixtures`.

    Raises:
        MisuseError: when a case names a story, resource or place that is not there.
    """
    import orjson  # noqa: PLC0415 - the commands' help needs no JSON

    listed = tomllib.loads((fixtures / "negative" / "cases.toml").read_text(encoding="utf-8"))
    stories = {
        path.parent.name: orjson.loads(path.read_bytes())
        for path in sorted((fixtures / "stories").glob("*/bundle.json"))
    }
    for case in listed["case"]:
        try:
            resource = copy.deepcopy(_pick(stories, case["resource"], case.get("story")))
            kind = resource["resourceType"]
            profile = case.get("profile") or listed["profiles"][kind]
            resource["meta"] = {**resource.get("meta", {}), "profile": [listed["base"] + profile]}
            for path in case.get("remove", []):
                _remove(resource, path)
            for path, value in case.get("set", {}).items():
                _set(resource, path, value)
            for path, value in case.get("add", {}).items():
                _add(resource, path, value)
            place = _indexed(resource, case.get("at", ""))
        except LookupError as error:
            raise MisuseError(f"negative example {case['name']}: {error}") from error
        yield Broken(
            case["name"],
            case["why"],
            case["rule"],
            case.get("severity", "error"),
            f"{kind}.{place}" if place else kind,
            resource,
        )


def _pick(stories: dict[str, Any], name: str, story: str | None) -> dict[str, Any]:
    """The first resource of a type (``Goal``), or of a type that has a member (``Condition has extension(need-level)``).

    It is looked for in one story, or in all of them by name; a ``Bundle`` is the story itself, ``new Goal`` an empty one.
    """
    if name.startswith("new "):
        return {"resourceType": name.removeprefix("new ")}
    kind, _, member = name.partition(" has ")
    for slug, bundle in stories.items():
        if story is not None and slug != story:
            continue
        candidates = [bundle] if kind == "Bundle" else [entry["resource"] for entry in bundle["entry"]]
        for resource in candidates:
            if resource["resourceType"] == kind and all(
                _has(resource, each.strip()) for each in member.split(" and ") if each
            ):
                return dict(resource)
    raise LookupError(f"no story has a {name}")


def _has(resource: dict[str, Any], path: str) -> bool:
    path, _, wanted = path.partition("=")
    try:
        found = _walk(resource, path.strip())
    except LookupError:
        return False
    return not wanted or found == wanted.strip()


def _steps(path: str) -> list[tuple[str, str | None, str | None]]:
    steps = []
    for part in re.split(r"\.(?![^()]*\))", path):
        match = _STEP.fullmatch(part)
        if match is None:
            raise LookupError(f"'{part}' is no step of a path")
        steps.append((match["name"], match["index"], match["tail"]))
    return steps


def _position(entries: Any, index: str | None, tail: str | None, path: str) -> int:
    if not isinstance(entries, list):
        raise LookupError(f"{path} is no list")  # noqa: TRY004 - a case that does not fit the story, as when a member is missing
    if index is not None:
        if int(index) >= len(entries):
            raise LookupError(f"{path} has only {len(entries)} entries")
        return int(index)
    for number in reversed(range(len(entries))):
        entry = entries[number]
        if isinstance(entry, dict) and any(str(entry.get(key, "")).endswith(str(tail)) for key in _NAMING):
            return number
    raise LookupError(f"{path} has no entry that is named …{tail}")


def _walk(node: Any, path: str) -> Any:
    for name, index, tail in _steps(path):
        if not isinstance(node, dict) or name not in node:
            raise LookupError(f"there is no {path}")
        node = node[name]
        if index is not None or tail is not None:
            node = node[_position(node, index, tail, path)]
    return node


def _indexed(resource: dict[str, Any], path: str) -> str:
    """The path with every ``(tail)`` turned into the index that it stands for."""
    node: Any = resource
    shown = []
    for name, index, tail in _steps(path) if path else []:
        node = node.get(name, {}) if isinstance(node, dict) else {}
        if index is None and tail is None:
            shown.append(name)
        else:
            number = _position(node, index, tail, path)
            node = node[number]
            shown.append(f"{name}[{number}]")
    return ".".join(shown)


def _parent(resource: dict[str, Any], path: str) -> tuple[Any, str | int]:
    *above, (name, index, tail) = _steps(path)
    start = ".".join(re.split(r"\.(?![^()]*\))", path)[: len(above)])
    node = _walk(resource, start) if start else resource
    if index is None and tail is None:
        return node, name
    if name not in node:
        raise LookupError(f"there is no {path}")
    return node[name], _position(node[name], index, tail, path)


def _remove(resource: dict[str, Any], path: str) -> None:
    if path.endswith("*"):
        while _has(resource, path[:-1]):
            _remove(resource, path[:-1])
        return
    node, key = _parent(resource, path)
    if isinstance(node, dict) and key not in node:
        raise LookupError(f"there is no {path} to remove")
    del node[key]
    if not node and isinstance(node, list):
        *above, last = re.split(r"\.(?![^()]*\))", path)
        _remove(resource, ".".join([*above, re.split(r"[\[(]", last)[0]]))


def _set(resource: dict[str, Any], path: str, value: Any) -> None:
    node, key = _parent(resource, path)
    node[key] = value


def _add(resource: dict[str, Any], path: str, value: Any) -> None:
    """Append to a list, which is made when there is none; several values come as a list of their own."""
    node, key = _parent(resource, path)
    node = node.setdefault(key, []) if isinstance(node, dict) else node[key]
    node.extend(value if isinstance(value, list) else [value])
