"""How a source is laid out: which resources it holds, how they point at each other, and with which options it was written."""

from collections.abc import Iterator, Mapping
from typing import Any

from rehabfhir.mapping.reader import ID_LETTERS, Entry
from rehabfhir.mapping.writer import Layout, urn

__all__ = ["entries_of", "from_form", "layout_of", "to_form"]

_NOTHING: Mapping[str, Entry] = {}


def _identity(node: dict[str, Any], full: Any = None) -> str | None:
    identity = node.get("id")
    if type(identity) is str and 0 < len(identity) <= 64 and ID_LETTERS.issuperset(identity):
        return identity
    if type(full) is str and full.startswith("urn:uuid:") and len(full) == 45 and ID_LETTERS.issuperset(full[9:]):
        return full[9:]
    return None


def contained_of(node: dict[str, Any]) -> Mapping[str, Entry]:
    """The resources contained in `node`, by id."""
    listed = node.get("contained")
    if type(listed) is not list:
        return _NOTHING
    found: dict[str, Entry] = {}
    for each in listed:
        if type(each) is dict and type(each.get("resourceType")) is str:
            identity = _identity(each)
            if identity is not None and identity not in found:
                found[identity] = Entry(each, found, identity, inside=True)
    return found


def entries_of(tree: dict[str, Any]) -> tuple[list[tuple[Any, Entry]], dict[str, Entry]]:
    """The resources of a bundle with their fullUrl, and the addresses that lead to them."""
    listed: list[tuple[Any, Entry]] = []
    index: dict[str, Entry] = {}
    entries = tree.get("entry")
    if type(entries) is not list:
        return listed, index
    for each in entries:
        if type(each) is not dict:
            continue
        node = each.get("resource")
        if type(node) is not dict or type(node.get("resourceType")) is not str:
            continue
        full = each.get("fullUrl")
        entry = Entry(node, contained_of(node), _identity(node, full), inside=False)
        listed.append((full, entry))
        kind = node["resourceType"]
        if type(full) is str:
            index.setdefault(full, entry)
            tail = "/".join(full.rsplit("/", 2)[-2:])
            if tail.startswith(kind + "/"):
                index.setdefault(tail, entry)
        if type(node.get("id")) is str:
            index.setdefault(f"{kind}/{node['id']}", entry)
    return listed, index


_ALONE = {
    (activities, profiles): Layout("resource", "contained", activities=activities, profiles=profiles, source=True)
    for activities in ("reference", "detail")
    for profiles in (False, True)
}
_ALONE_FORMS = {
    key: {"form": "resource", "style": "contained", "activities": key[0], "profiles": key[1]} for key in _ALONE
}


def layout_of(
    tree: dict[str, Any],
    listed: list[tuple[Any, Entry]] | None,
    index: Mapping[str, Entry],
    inside: set[str],
    options: Mapping[str, str],
) -> Layout:
    """The layout that gives the source back with the least left to the rest."""
    activities = options.get("activities", "reference")
    if listed is None:
        return _ALONE[activities, "profiles" in options]
    form = tree.get("type")
    base = ""
    for full, entry in listed:
        tail = f"{entry.node.get('resourceType')}/{entry.identity}"
        if type(full) is str and full.endswith("/" + tail):
            base = full[: -len(tail)]
            break
    style = _style(listed, index, base)
    urls: dict[str, str] = {}
    for full, entry in listed:
        kind = entry.node.get("resourceType")
        if type(full) is not str or type(kind) is not str or entry.identity is None:
            continue
        rule = urn(kind, entry.identity) if style == "urn" else f"{base}{kind}/{entry.identity}" if base else None
        if rule != full:
            urls.setdefault(f"{kind}/{entry.identity}", full)
    return Layout(
        form if type(form) is str and form != "resource" else "collection",
        style,
        base,
        urls,
        frozenset(inside),
        activities,
        "profiles" in options,
        source=True,
    )


def _style(listed: list[tuple[Any, Entry]], index: Mapping[str, Entry], base: str) -> str:
    """How the resources of a bundle point at each other: by the first reference that leads to one of them."""
    for _, entry in listed:
        for reference in _literals(entry.node):
            if reference in index:
                if reference.startswith("urn:"):
                    return "urn"
                return "absolute" if base and reference.startswith(base) else "relative"
    return "relative" if base else "urn"


def _literals(node: dict[str, Any]) -> Iterator[str]:
    """The literal references in a resource, wherever they stand."""
    work: list[Any] = [node]
    while work:
        here = work.pop()
        if type(here) is dict:
            reference = here.get("reference")
            if type(reference) is str:
                yield reference
            work.extend(here.values())
        elif type(here) is list:
            work.extend(here)


def to_form(layout: Layout) -> dict[str, Any]:
    """A layout as JSON, for the rest."""
    if layout.form == "resource":
        return _ALONE_FORMS[layout.activities, layout.profiles]
    form: dict[str, Any] = {
        "form": layout.form,
        "style": layout.style,
        "activities": layout.activities,
        "profiles": layout.profiles,
    }
    if layout.base:
        form["base"] = layout.base
    if layout.urls:
        form["urls"] = dict(layout.urls)
    if layout.inside:
        form["inside"] = sorted(layout.inside)
    return form


def from_form(form: Mapping[str, Any]) -> Layout:
    """The layout that a rest remembers."""
    if form.get("form") == "resource":
        return _ALONE["detail" if form.get("activities") == "detail" else "reference", form.get("profiles") is True]
    return Layout(
        form.get("form", "resource"),
        form.get("style", "contained"),
        form.get("base", ""),
        form.get("urls", {}),
        frozenset(form.get("inside", ())),
        form.get("activities", "reference"),
        bool(form.get("profiles")),
        source=True,
    )
