"""Documents and messages: what their leading resource refers to is in the bundle, and every entry hangs on it.

Rules: https://hl7.org/fhir/R4/documents.html#content and https://hl7.org/fhir/R4/messaging.html.
"""

from collections.abc import Iterator
from typing import Any

from rehabfhir.definitions import r4
from rehabfhir.findings import Issue
from rehabfhir.validation.canonical_types import CANONICAL_TYPES
from rehabfhir.validation.context import Context
from rehabfhir.validation.primitives import is_absolute

__all__ = ["reachability"]

Tree = dict[str, Any]

_CANONICAL_TYPES = frozenset((*CANONICAL_TYPES, "NamingSystem"))
_NOT_LINKS = {"system", "fullUrl", "endpoint", "address"}


class _Links:
    """The entries of one bundle by every name that a reference may use."""

    def __init__(self, ctx: Context, entries: list[Tree]) -> None:
        self.ctx = ctx
        self.by_url: dict[str, list[int]] = {}
        self.by_id: dict[str, list[int]] = {}
        self.bases: list[str | None] = []
        self.named: list[bool] = []
        for index, entry in enumerate(entries):
            resource = entry.get("resource")
            resource = resource if isinstance(resource, dict) else {}
            url, id_ = entry.get("fullUrl"), resource.get("id")
            name = f"{resource.get('resourceType')}/{id_}"
            base = None
            version = (resource.get("meta") or {}).get("versionId") if isinstance(resource.get("meta"), dict) else None
            if isinstance(url, str):
                self.by_url.setdefault(url, []).append(index)
                if isinstance(version, str):
                    self.by_url.setdefault(f"{url}/_history/{version}", []).append(index)
                if url.startswith(("http:", "https:")) and url.endswith(f"/{name}"):
                    base = url[: -len(name)]
            if id_ is not None:
                self.by_id.setdefault(name, []).append(index)
            self.bases.append(base)
            self.named.append(isinstance(url, str))

    def find(self, reference: str, owner: int) -> tuple[int | None, str]:
        """The entry that `reference`, standing in entry `owner`, leads to; else what is wrong with it."""
        plain = reference.partition("#")[0]
        if is_absolute(plain):
            matches = self.by_url.get(plain, [])
            if not matches:
                return None, "" if self._elsewhere(plain) else "not-found"
        else:
            base = self.bases[owner]
            matches = self.by_url.get(base + plain, []) if base is not None else []
            if not matches:
                parts = plain.split("/")
                if len(parts) < 2 or not r4.is_resource(parts[0]) or not self.named[owner]:
                    return None, ""  # without a fullUrl it is `entry_reference` that complains
                return None, "apparent" if f"{parts[0]}/{parts[1]}" in self.by_id else "not-found"
        return (matches[0], "") if len(matches) == 1 else (None, "ambiguous")

    def _elsewhere(self, url: str) -> bool:
        """True for definitions, which a document may refer to without holding them."""
        parts = url.split("/")
        if len(parts) > 3 and parts[-2] in _CANONICAL_TYPES and url.startswith("http"):
            return True
        return self.ctx.definitions.resource(url) is not None


def reachability(ctx: Context, bundle: Tree, kind: str, entries: list[Tree], location: str) -> Iterator[Issue]:
    """References of the leading resource that lead nowhere, and entries that nothing connects with it."""
    links = _Links(ctx, entries)
    first = entries[0].get("resource")
    reported: set[int] = set()
    if isinstance(first, dict):
        for reference, owner, place in _leading(first, kind, f"{location}.entry[0].resource"):
            found, problem = links.find(reference, 0)
            if found is None and problem:
                reported.add(id(owner))
                yield _problem(ctx, problem, place, reference, "bundle-leading-reference")
    targets: list[set[int]] = []
    for index, entry in enumerate(entries):
        resource = entry.get("resource")
        leads: set[int] = set()
        if isinstance(resource, dict):
            for reference, owner, place in _references(resource, f"{location}.entry[{index}].resource"):
                found, problem = links.find(reference, index)
                if found is not None:
                    leads.add(found)
                elif problem in {"ambiguous", "apparent"} and id(owner) not in reported:
                    reported.add(id(owner))
                    yield _problem(ctx, problem, place, reference, "bundle-other-reference")
        targets.append(leads)
    yield from _unreached(ctx, bundle, kind, entries, targets, location)


def _problem(ctx: Context, problem: str, place: str, reference: str, rule: str) -> Issue:
    if problem == "not-found":
        message = "the bundle does not hold what this refers to; a document and a message carry what they refer to"
        return ctx.issue("error", "not-found", place, message, rule=rule, value=reference)
    if problem == "apparent":
        message = (
            "an entry has this type and id, but its fullUrl is not what the reference resolves to; make both alike"
        )
    else:
        message = "several entries of the bundle answer to this reference; name the version, or correct their fullUrls"
    return ctx.issue("error", "invalid", place, message, rule=rule, value=reference)


def _leading(resource: Tree, kind: str, location: str) -> Iterator[tuple[str, Tree, str]]:
    """The references of a Composition or MessageHeader that must lead to an entry."""
    if kind == "message":
        yield from _many(resource, "focus", location)
        return
    if resource.get("resourceType") != "Composition":
        return
    for name in ("subject", "author", "encounter", "custodian"):
        yield from _many(resource, name, location)
    for name, inner in (("attester", "party"), ("event", "detail")):
        for index, each in enumerate(_dicts(resource.get(name))):
            yield from _many(each, inner, f"{location}.{name}[{index}]")
    yield from _sections(resource, location)


def _sections(owner: Tree, location: str) -> Iterator[tuple[str, Tree, str]]:
    for index, section in enumerate(_dicts(owner.get("section"))):
        here = f"{location}.section[{index}]"
        for name in ("author", "focus", "entry"):
            yield from _many(section, name, here)
        yield from _sections(section, here)


def _dicts(value: Any) -> list[Tree]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _many(owner: Tree, name: str, location: str) -> Iterator[tuple[str, Tree, str]]:
    found = owner.get(name)
    listed = found if isinstance(found, list) else [found]
    for index, each in enumerate(listed):
        reference = each.get("reference") if isinstance(each, dict) else None
        if isinstance(reference, str) and reference and not reference.startswith("#"):
            yield reference, each, f"{location}.{name}[{index}]" if isinstance(found, list) else f"{location}.{name}"


def _references(resource: Tree, location: str) -> Iterator[tuple[str, Tree, str]]:
    """Every reference and URL in a resource, each text once; bundles inside are left alone."""
    seen: set[str] = set()
    stack: list[tuple[Any, str]] = [(resource, location)]
    while stack:
        node, path = stack.pop()
        if isinstance(node, list):
            inner = [(each, f"{path}[{index}]") for index, each in enumerate(node) if isinstance(each, (dict, list))]
            stack.extend(reversed(inner))
            continue
        if not isinstance(node, dict):
            continue
        for name, value in node.items():
            if isinstance(value, str):
                link = name == "reference" or (
                    name not in _NOT_LINKS
                    and (name in {"url", "uri"} or name.endswith(("Uri", "Url")))
                    and not _is_extension(node, name)
                )
                if link and value and value[0] != "#" and value not in seen:
                    seen.add(value)
                    yield value, node, path
            elif (
                isinstance(value, (dict, list))
                and value
                and not (isinstance(value, dict) and value.get("resourceType") == "Bundle")
            ):
                stack.append((value, f"{path}.{name}"))


def _is_extension(node: Tree, name: str) -> bool:
    return name == "url" and any(key == "extension" or key.startswith("value") for key in node)


def _unreached(
    ctx: Context, bundle: Tree, kind: str, entries: list[Tree], targets: list[set[int]], location: str
) -> Iterator[Issue]:
    filled = [index for index, entry in enumerate(entries) if isinstance(entry.get("resource"), dict)]
    if not filled:
        return
    visited: set[int] = set()
    _visit(filled[0], targets, visited)
    visited.update(_stylesheets(bundle, entries))
    sources: dict[int, list[int]] = {}
    for index, leads in enumerate(targets):
        for target in leads:
            sources.setdefault(target, []).append(index)
    waiting = sorted(visited, reverse=True)
    while waiting:
        for index in sources.get(waiting.pop(), ()):
            if index in visited:
                continue
            if kind == "document" and entries[index]["resource"].get("resourceType") != "Provenance":
                message = "the entry refers to the document's content, but nothing in the document refers to it; only Provenance may"
                yield ctx.issue("warning", "invalid", f"{location}.entry[{index}]", message, rule="bundle-reverse")
            before = set(visited)
            _visit(index, targets, visited)
            waiting.extend(visited - before)
    for index in filled:
        if index not in visited:
            if kind == "document":
                message = "no chain of references connects the entry with the Composition; refer to it, or take it out"
                yield ctx.issue(
                    "error", "informational", f"{location}.entry[{index}]", message, rule="bundle-unreachable"
                )
            else:
                message = "no chain of references connects the entry with the MessageHeader; is it needed?"
                yield ctx.issue(
                    "warning", "informational", f"{location}.entry[{index}]", message, rule="bundle-unreachable"
                )


def _visit(start: int, targets: list[set[int]], visited: set[int]) -> None:
    stack = [start]
    while stack:
        index = stack.pop()
        if index not in visited:
            visited.add(index)
            stack.extend(targets[index])


def _stylesheets(bundle: Tree, entries: list[Tree]) -> Iterator[int]:
    wanted = {link.get("url") for link in _dicts(bundle.get("link")) if link.get("relation") == "stylesheet"}
    if wanted:
        for index, entry in enumerate(entries):
            resource = entry.get("resource")
            if isinstance(resource, dict) and f"{resource.get('resourceType')}/{resource.get('id')}" in wanted:
                yield index
