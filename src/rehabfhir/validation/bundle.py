"""Bundles: fullUrls, links, documents, messages, search results, and references between entries.

Rules: https://hl7.org/fhir/R4/bundle.html and https://hl7.org/fhir/R4/documents.html. Each rule walks the entries once, so
that a bundle of ten times the entries costs ten times the work.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rehabfhir.definitions import r4
from rehabfhir.findings import Issue, Severity
from rehabfhir.validation.bundle_links import reachability
from rehabfhir.validation.context import Context
from rehabfhir.validation.primitives import is_absolute

if TYPE_CHECKING:
    from rehabfhir.validation.place import Place
    from rehabfhir.validation.run import Run

__all__ = ["bundle_rules", "entry_reference"]

Tree = dict[str, Any]

_RESTFUL = re.compile(
    r"https?://(?:[A-Za-z0-9\-_.:%$\\]*/)*([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?"
)
_NO_FULL_URL = {"transaction", "transaction-response", "batch", "batch-response"}
_TYPES = {"document", "message", "history", "searchset", "collection", *_NO_FULL_URL}
_RESPONSES = {"batch-response", "transaction-response"}
_PAGING = {"first", "previous", "next", "last"}
_SEARCHES = {"searchset", "history"}


def bundle_rules(ctx: Context, bundle: Tree, location: str) -> Iterator[Issue]:
    """Everything about a Bundle that neither its type nor its invariants state."""
    kind = bundle.get("type")
    entries = [entry for entry in _list(bundle, "entry") if isinstance(entry, dict)]
    yield from _links(ctx, bundle, kind, location)
    if kind in {"document", "message"}:
        yield from _led(ctx, bundle, str(kind), entries, location)
    elif kind == "searchset":
        yield from _search(ctx, bundle, entries, location)
    yield from _entries(ctx, kind, entries, location)


def _list(owner: Tree, name: str) -> list[Any]:
    found = owner.get(name)
    return found if isinstance(found, list) else []


def _resource(entry: Tree) -> Tree | None:
    found = entry.get("resource")
    return found if isinstance(found, dict) else None


def _entries(ctx: Context, kind: Any, entries: list[Tree], location: str) -> Iterator[Issue]:
    """FullUrls: there, absolute, and of one meaning with type and id where they look like a server's address."""
    for index, entry in enumerate(entries):
        here = f"{location}.entry[{index}]"
        url = entry.get("fullUrl")
        resource = _resource(entry)
        if isinstance(url, str) and url:
            yield from _full_url(ctx, url, resource, here)
        elif "fullUrl" not in entry and "_fullUrl" not in entry and kind not in _NO_FULL_URL:
            message = "the entry has no fullUrl, which says who its resource is; only transactions and batches may leave it out"
            yield ctx.issue("error", "invalid", here, message, rule="bundle-fullurl-missing")


def _full_url(ctx: Context, url: str, resource: Tree | None, here: str) -> Iterator[Issue]:
    if not is_absolute(url):
        message = "fullUrl must be an absolute URL, such as https://server/fhir/Patient/1 or urn:uuid:…"
        yield ctx.issue("error", "invalid", here, message, rule="bundle-fullurl-absolute", value=url)
        return
    if resource is None:
        return
    kind, id_ = resource.get("resourceType"), resource.get("id")
    match = _RESTFUL.fullmatch(url)
    if match is not None and r4.is_resource(match[1]):
        if id_ is None:
            message = "fullUrl looks like an address on a server, but the resource has no id; add it, or use urn:uuid:"
            yield ctx.issue("error", "invalid", here, message, rule="bundle-fullurl-id", value=url)
        elif not url.endswith(f"/{kind}/{id_}"):
            message = "fullUrl looks like an address on a server, so it must end with the type and id of the resource"
            yield ctx.issue("error", "invalid", here, message, rule="bundle-fullurl-id", value=url)
    if resource.get("url") == url and not (match is not None and url.endswith(f"/{id_}")):
        message = "the canonical URL of the resource cannot be its fullUrl unless it ends with the id"
        yield ctx.issue("error", "invalid", here, message, rule="bundle-fullurl-canonical", value=url)


def _links(ctx: Context, bundle: Tree, kind: Any, location: str) -> Iterator[Issue]:
    """Links of one relation stand once; links of paging belong to search results."""
    seen: set[str] = set()
    for index, link in enumerate(_list(bundle, "link") if kind in _TYPES else ()):
        relation = link.get("relation") if isinstance(link, dict) else None
        if not isinstance(relation, str):
            continue
        here = f"{location}.link[{index}]"
        if kind in _SEARCHES:
            if relation in {*_PAGING, "self"} and relation in seen:
                yield ctx.issue(
                    "error", "invalid", here, f"the link '{relation}' can stand only once", rule="bundle-link-repeated"
                )
        elif relation in _PAGING:
            message = f"the link '{relation}' is for search results, not for a bundle of this type"
            yield ctx.issue("error", "invalid", f"{here}.relation", message, rule="bundle-link-paging")
        elif relation == "self" and relation in seen:
            yield ctx.issue(
                "error",
                "invalid",
                f"{here}.relation",
                "the link 'self' can stand only once",
                rule="bundle-link-repeated",
            )
        if kind == "document" and relation == "stylesheet":
            yield from _stylesheet(ctx, bundle, link.get("url"), here)
        seen.add(relation)


def _stylesheet(ctx: Context, bundle: Tree, url: Any, here: str) -> Iterator[Issue]:
    if not isinstance(url, str) or url == "https://hl7.org/fhir/fhir.css":
        return
    if is_absolute(url):
        message = "the stylesheet is outside of the document, which may change or vanish"
        yield ctx.issue("warning", "business-rule", f"{here}.url", message, rule="bundle-stylesheet", value=url)
    elif not any(
        resource is not None and f"{resource.get('resourceType')}/{resource.get('id')}" == url
        for entry in _list(bundle, "entry")
        if isinstance(entry, dict)
        for resource in (_resource(entry),)
    ):
        message = "the stylesheet is not in the bundle"
        yield ctx.issue("error", "not-found", f"{here}.url", message, rule="bundle-stylesheet", value=url)


def _led(ctx: Context, bundle: Tree, kind: str, entries: list[Tree], location: str) -> Iterator[Issue]:
    """A document is led by a Composition, a message by a MessageHeader, and all that is in it hangs on that."""
    leader = "Composition" if kind == "document" else "MessageHeader"
    if not entries:
        yield ctx.issue(
            "error", "invalid", location, f"a {kind} has at least one entry, the {leader}", rule="bundle-first"
        )
        return
    first = _resource(entries[0])
    if first is None:
        message = f"the first entry has no resource; it must be the {leader}"
        yield ctx.issue("error", "invalid", f"{location}.entry[0]", message, rule="bundle-first")
        if kind == "message":
            return
    elif first.get("resourceType") != leader:
        message = f"the first entry of a {kind} must be a {leader}"
        yield ctx.issue("error", "invalid", f"{location}.entry[0].resource", message, rule="bundle-first-type")
    yield from reachability(ctx, bundle, kind, entries, location)


def _search(ctx: Context, bundle: Tree, entries: list[Tree], location: str) -> Iterator[Issue]:
    """Search results: the search they answer, and entries that fit it."""
    link = next(
        (each for each in _list(bundle, "link") if isinstance(each, dict) and each.get("relation") == "self"), None
    )
    types: list[str] = []
    if link is None:
        message = "search results should have a link 'self' that says what the search was"
        yield ctx.issue("warning", "invalid", location, message, rule="search-self")
    else:
        types = _searched(link.get("url"))
        if not types:
            message = "the link 'self' does not tell which types were searched for"
            yield ctx.issue("information", "invalid", location, message, rule="search-self")
    modes = [
        (entry.get("search") or {}).get("mode") if isinstance(entry.get("search"), dict) else None for entry in entries
    ]
    if entries and not any(modes):
        yield from _without_modes(ctx, entries, types, location)
        return
    for index, (entry, mode) in enumerate(zip(entries, modes, strict=True)):
        here = f"{location}.entry[{index}]"
        if mode is None:
            yield ctx.issue(
                "warning", "invalid", here, "entries of search results should have a search mode", rule="search-mode"
            )
        resource = _resource(entry)
        if resource is None:
            yield ctx.issue(
                "error", "invalid", here, "an entry of search results must have a resource", rule="search-resource"
            )
            continue
        inside = f"{here}.resource"
        kind = str(resource.get("resourceType"))
        if mode in {"match", "include"} and "id" not in resource:
            yield ctx.issue(
                "error", "invalid", inside, "the resources of search results must have ids", rule="search-id"
            )
        if mode == "match" and types and kind not in types:
            message = f"{kind} is not among the types searched for ({', '.join(types)[:200]})"
            yield ctx.issue("error", "invalid", inside, message, rule="search-type")
        if mode is not None and mode not in {"match", "include"} and kind != "OperationOutcome":
            message = "an entry with search mode 'outcome' must hold an OperationOutcome"
            yield ctx.issue("error", "invalid", inside, message, rule="search-outcome")


def _without_modes(ctx: Context, entries: list[Tree], types: list[str], location: str) -> Iterator[Issue]:
    doubtful = False
    kinds: set[str] = set()
    for index, entry in enumerate(entries):
        here = f"{location}.entry[{index}]"
        resource = _resource(entry)
        if resource is None:
            yield ctx.issue(
                "error", "invalid", here, "an entry of search results must have a resource", rule="search-resource"
            )
            continue
        kind = str(resource.get("resourceType"))
        if types and kind not in types:
            doubtful = True
            message = f"{kind} is not among the types searched for; a search mode may be missing"
            yield ctx.issue("warning", "invalid", here, message, rule="search-type")
        elif kind != "OperationOutcome":
            doubtful = doubtful or not types
            kinds.add(kind)
            if "id" not in resource:
                message = "the resources of search results should have ids"
                yield ctx.issue("warning", "invalid", f"{here}.resource", message, rule="search-id")
    level: Severity = "warning" if doubtful or len(kinds) > 1 else "information"
    yield ctx.issue(
        level, "invalid", location, "entries of search results should have search modes", rule="search-mode"
    )


def _searched(url: Any) -> list[str]:
    """The resource types that a search URL asks for."""
    if not isinstance(url, str):
        return []
    head, _, query = url.partition("?")
    last = head.rstrip("/").rpartition("/")[2]
    if r4.is_resource(last):
        return [last]
    listed = next((part[6:] for part in query.split("&") if part.startswith("_type=")), "")
    return [each for each in listed.split(",") if each]


def entry_reference(reference: str, place: "Place", run: "Run") -> None:
    """A reference from one entry of a bundle: does it lead to one entry, by the bundle's rules of resolution?"""
    bundle, _ = run.bundle_chain[-1]
    kind = bundle.get("type")
    absolute = is_absolute(reference)
    if not absolute and run.full_url is None:
        if kind not in _RESPONSES:
            entry = run.container_location.removesuffix(".resource")
            message = "an entry whose resource has relative references needs a fullUrl to resolve them by"
            run.issues.append(run.issue("error", "required", entry, message, rule="bundle-fullurl-needed"))
            message = "a relative reference in an entry without fullUrl cannot be resolved; add the fullUrl"
            run.add("error", "required", place, None, -1, message, "bundle-reference", None, reference)
        return
    plain, _, version = reference.partition("/_history/")
    parts = plain.split("/")
    if not absolute and (len(parts) != 2 or reference.count("/") not in {1, 3}):
        if not ("?" in reference and r4.is_resource(reference.partition("?")[0])):
            message = "a relative reference has the form Type/id"
            run.add("error", "invalid", place, None, -1, message, "bundle-reference", None, reference)
        return
    index = run.index_of(bundle)
    target = plain if absolute else _joined(str(run.full_url), parts)
    found = index.by_url.get(target, ())
    if version:
        found = [each for each in found if (each[1].get("meta") or {}).get("versionId") == version]
    if len(found) > 1:
        message = (
            f"{len(found)} entries of the bundle answer to this reference; name the version, or correct their fullUrls"
        )
        run.add("error", "forbidden", place, None, -1, message, "bundle-reference-ambiguous", None, reference)
    if found:
        return
    if reference.startswith("urn:"):
        message = "no entry of the bundle has this URN as its fullUrl"
        run.add("warning", "required", place, None, -1, message, "bundle-reference-urn", None, reference)
    elif not absolute:
        for at in index.by_id.get((parts[0], parts[1]), ()):
            message = f"entry {at} has this type and id, but its fullUrl is not what the reference resolves to"
            run.add("warning", "required", place, None, -1, message, "bundle-reference-fullurl", None, reference)


def _joined(full_url: str, parts: list[str]) -> str:
    if full_url.startswith("urn"):
        return full_url.rpartition(":")[0] + ":" + parts[1]
    return "/".join([*full_url.split("/")[:-2], *parts])
