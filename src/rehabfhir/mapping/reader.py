"""Reading: what generated code needs while it takes one source apart (resolving references, numbering, findings)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehabfhir.definitions.r4 import is_resource
from rehabfhir.mapping.fast import Doubt, is_id
from rehabfhir.mapping.specs import LinkSpec, MergeSpec, Run

__all__ = ["Found", "Reader", "holds", "known"]

_URN = "urn:uuid:"
_LINK_KEYS = ("reference", "reference_type", "reference_identifier", "reference_display")
_MAX_DEPTH = 120
_EMPTY: Mapping[str, Any] = {}
ID_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.")
_KVA = re.compile(r"(?:[A-Z]{3}[0-9]{2}|[A-Z]{2}[0-9]{3})(?:[A-Z0-9]{2})?")


@dataclass(slots=True)
class Found:
    """A finding made while reading: where it is told by the element itself, its path is looked up when asked for."""

    rule: str
    node: Any
    key: str
    value: Any = None
    detail: str = ""


def known(value: Any, allowed: frozenset[Any]) -> bool:
    """Whether a text is one of `allowed`; False for what is no text."""
    return type(value) is str and value in allowed


def holds(item: Any, steps: tuple[str, ...], allowed: frozenset[Any]) -> bool:
    """Whether an element has one of `allowed` at a path; ``[]`` goes into every item of an array."""
    here = [item]
    for step in steps:
        name, many = step.removesuffix("[]"), step.endswith("[]")
        there: list[Any] = []
        for each in here:
            if type(each) is not dict:
                continue
            value = each.get(name)
            if many:
                if type(value) is list:
                    there.extend(value)
            elif value is not None:
                there.append(value)
        here = there
    return any(type(each) in {str, bool, int} and each in allowed for each in here)


@dataclass(slots=True)
class Entry:
    """A resource that references may lead to, with the resources contained where it stands."""

    node: dict[str, Any]
    contained: Mapping[str, "Entry"]
    identity: str | None
    inside: bool


class Reader:
    """The state of one reading: the resources at hand, what has been read already, what was found.

    Attributes:
        fast: True for the fast form.
        bundle: True when the source is a Bundle.
        index: address -> resource, for a Bundle.
        sources: the resources of a Bundle, in order.
        peers: the resource types that a Bundle holds.
        contained: the resources contained where reading stands.
        found: the findings.
        identified: True when an identifier has been read.
        incomplete: True when a resource has no id, so that the model must number it.
        inside: resources of a Bundle that lie inside others.
        options: option -> value, as the source was written.
        prefix: what the ids of numbered values begin with.
    """

    __slots__ = (
        "_depth", "_memo", "_scopes", "bundle", "contained", "fast", "found", "identified", "incomplete", "index", "inside", "kva",
        "mark_url", "node", "options", "peers", "prefix", "run", "runs", "sources",
    )  # fmt: skip

    def __init__(self, runs: Mapping[str, Run], mark_url: str, kva: frozenset[str], *, fast: bool) -> None:
        self.runs = runs
        self.mark_url = mark_url
        self.kva = kva
        self.fast = fast
        self.bundle = False
        self.index: Mapping[str, Entry] = _EMPTY
        self.sources: list[Entry] | tuple[()] = ()
        self.peers: frozenset[str] = frozenset()
        self.contained: Mapping[str, Entry] = _EMPTY
        self.found: list[Found] = []
        self.identified = False
        self.incomplete = False
        self.inside: set[str] = set()
        self.options: dict[str, str] = {}
        self.prefix = ""
        self.node: dict[str, Any] | None = None
        self.run: Run | None = None
        self._memo: dict[tuple[int, str], Any] = {}
        self._scopes: dict[str, frozenset[str]] = {}
        self._depth = 0

    # ---- references

    def look_up(self, reference: str) -> Entry | None:
        """The resource that a reference leads to in this source, if it is there."""
        if reference[:1] == "#":
            return self.contained.get(reference[1:])
        if not self.index:
            return None
        entry = self.index.get(reference)
        if entry is None and "/_history/" in reference:
            entry = self.index.get(reference.partition("/_history/")[0])
        return entry

    def link(self, x: dict[str, Any], spec: LinkSpec) -> Any:
        """What a Reference means to a row: the value it leads to, a bare link, or None when it is not this row's."""
        reference = x.get("reference")
        kind: Any = None
        if type(reference) is str:
            if self.index or self.contained or reference[:1] == "#":
                entry = self.look_up(reference)
                if entry is not None:
                    return self._resolved(entry, x, spec)
                self._loose(reference, x)
            if "extension" not in x and reference.startswith(spec.prefixes):
                if spec.always:
                    return None
                if self.fast and len(x) == 1:
                    return spec.build({"reference": reference})
                return self._bare_value(x, spec)
            kind = kind_of(reference)
        if kind is None:
            kind = x.get("type")
            if type(kind) is not str:
                kind = None
        if "extension" in x:
            mark = self._mark(x)
            if mark is not None:
                return self._bare_value(x, spec) if mark == spec.mark else None
        if spec.always:
            return None
        if kind is None:
            return None if spec.mark else self._bare_value(x, spec)
        if kind in spec.types or (not spec.mark and not is_resource(kind)):
            return self._bare_value(x, spec)
        return None

    def _bare_value(self, x: dict[str, Any], spec: LinkSpec) -> Any:
        """A bare link: of the row's class in the fast form, its fields in the checked one."""
        link = self.bare(x)
        return link if link is None or not self.fast else spec.build(link)

    def bare(self, x: dict[str, Any]) -> dict[str, Any] | None:
        """The link fields of a Reference; None when it has none."""
        link: dict[str, Any] = {}
        reference = x.get("reference")
        if type(reference) is str and reference:
            link["reference"] = reference
        if "type" in x:
            kind = x["type"]
            if type(kind) is str and kind:
                if self.fast and (not kind.isprintable() or " " in kind):
                    raise Doubt
                link["reference_type"] = kind
        if "identifier" in x:
            self.identified = True
            identifier = x["identifier"]
            if type(identifier) is dict:
                run = self.runs["Identifier"]
                read = run.fast(identifier, self) if self.fast else run.read(identifier, self)
                if read:
                    link["reference_identifier"] = read
        display = x.get("display")
        if type(display) is str and display:
            link["reference_display"] = display
        if "reference" in link or "reference_display" in link or "reference_identifier" in link:
            return link
        return None

    def _mark(self, x: dict[str, Any]) -> str | None:
        extensions = x["extension"]
        if type(extensions) is list:
            for extension in extensions:
                if type(extension) is dict and extension.get("url") == self.mark_url:
                    mark = extension.get("valueCode")
                    return mark if type(mark) is str else None
        return None

    def _resolved(self, entry: Entry, x: dict[str, Any], spec: LinkSpec) -> Any:
        node = entry.node
        for run in spec.by_type.get(node["resourceType"], ()):
            if run.fits(node):
                return self._instance(entry, run, x, spec)
        return None

    def _instance(self, entry: Entry, run: Run, x: dict[str, Any], spec: LinkSpec) -> Any:
        key = (id(entry.node), run.name)
        extra = "display" in x or "type" in x or "identifier" in x
        if key in self._memo:
            fields = self._memo[key]
            if fields is None:
                return self._bare_value(x, spec)
        else:
            if self._depth >= _MAX_DEPTH:
                return self._bare_value(x, spec)
            self._memo[key] = None
            self._depth += 1
            outer, self.contained = self.contained, entry.contained
            fields = run.fast(entry.node, self) if self.fast else run.read(entry.node, self)
            self.contained = outer
            self._depth -= 1
            identity = entry.identity
            if identity is None:
                fields.pop("id", None)
                self.incomplete = True
            elif "id" not in fields:
                fields["id"] = identity
            if run.finish is not None:
                run.finish(fields)
            if entry.inside and self.bundle:
                self.inside.add(f"{run.fhir}/{identity}")
            self._memo[key] = fields
        if not extra:
            made = self._memo.get((id(entry.node), run.name + "!"))
            if made is None:
                made = run.build(fields) if self.fast else run.make(fields, self, entry.node)
                self._memo[(id(entry.node), run.name + "!")] = made
            return made
        link = self.bare(x) or {}
        link.pop("reference", None)
        fields = {**fields, **link}
        return run.build(fields) if self.fast else run.make(fields, self, entry.node)

    def _loose(self, reference: str, x: dict[str, Any]) -> None:
        """Note a reference that should lead somewhere in this source and does not."""
        if reference == "#":
            return
        if reference[:1] == "#" or (
            self.bundle and (reference.startswith(_URN) or kind_of(reference) in self.peers) and "//" not in reference
        ):
            self.found.append(Found("reference", x, "reference", reference))

    def merge(self, x: dict[str, Any], d: dict[str, Any], spec: MergeSpec) -> bool:
        """Read the resource that a reference leads to into the fields `d`; a bare link where it is not here."""
        reference = x.get("reference")
        run = spec.run
        if type(reference) is str:
            entry = self.look_up(reference)
            if entry is not None:
                if entry.node.get("resourceType") != run.fhir or not run.fits(entry.node) or self._depth >= _MAX_DEPTH:
                    return False
                outer, self.contained = self.contained, entry.contained
                self._depth += 1
                if self.fast:
                    run.fast(entry.node, self, d)
                else:
                    run.read(entry.node, self, d)
                self._depth -= 1
                self.contained = outer
                if entry.identity is None:
                    self.incomplete = True
                else:
                    d.setdefault(spec.identity, entry.identity)
                if entry.inside and self.bundle:
                    self.inside.add(f"{run.fhir}/{entry.identity}")
                if not spec.domain:
                    link = self.bare(x) or {}
                    link.pop("reference", None)
                    d.update(link)
                return True
            self._loose(reference, x)
        if spec.domain:
            if type(reference) is str and reference.startswith(run.fhir + "/"):
                identity = reference[len(run.fhir) + 1 :]
                if identity and "/" not in identity:
                    if self.fast and not is_id(identity):
                        raise Doubt
                    d[spec.domain] = identity
                    return True
            return False
        bare = self.bare(x)
        if bare is None:
            return False
        d.update(bare)
        return True

    def back(self, node: dict[str, Any], d: dict[str, Any], name: str, spec: LinkSpec) -> None:
        """Add the resources whose own reference leads to `node`, and which no reference of `node` has named."""
        if not self.sources and not self.contained:
            return
        entries = [*self.sources, *self.contained.values()]
        made = list(d.get(name, ()))
        for entry in entries:
            runs = spec.by_type.get(entry.node["resourceType"], ())
            if not runs or not any(run.fits(entry.node) for run in runs):
                continue
            if any(self._leads_to(x, node) for x in walk(entry.node, spec.back)):
                value = self._resolved(entry, {}, spec)
                if value is not None and not any(value is other for other in made):
                    made.append(value)
        if made:
            d[name] = tuple(made)

    def _leads_to(self, x: Any, node: dict[str, Any]) -> bool:
        if type(x) is not dict or type(x.get("reference")) is not str:
            return False
        reference = x["reference"]
        if reference == "#":
            return node is self.node
        entry = self.look_up(reference)
        return entry is not None and entry.node is node

    # ---- references inside a plan

    def inner(self, x: Any, scope: str, node: dict[str, Any], key: str) -> str | None:
        """The id (or bare reference) of a neighbour in the same plan; None, with a finding, when there is none."""
        if type(x) is not dict:
            return None
        name = self._inner_key(x)
        if name is None:
            return None
        names = self._scopes.get(scope)
        if names is None:
            names = self._scopes[scope] = self._scope(scope)
        if name in names:
            return name
        self.found.append(
            Found("reference-inner", x if "reference" in x else node, "reference" if "reference" in x else key, name)
        )
        return None

    def _inner_key(self, x: dict[str, Any]) -> str | None:
        reference = x.get("reference")
        if type(reference) is str:
            entry = self.look_up(reference)
            return reference if entry is None or entry.identity is None else entry.identity
        identifier = x.get("identifier")
        if type(identifier) is dict and type(identifier.get("value")) is str and "system" not in identifier:
            return str(identifier["value"])
        return None

    def _scope(self, scope: str) -> frozenset[str]:
        run = self.run
        names: set[str] = set()
        paths = run.table.scopes[scope]["paths"] if run is not None and scope in run.table.scopes else ()
        for path in paths:
            for value in walk(self.node, path):
                name = self._inner_key(value) if type(value) is dict else value
                if type(name) is str:
                    names.add(name)
        return frozenset(names)

    def start(self, run: Run, node: dict[str, Any], contained: Mapping[str, Entry]) -> None:
        """Begin a new root."""
        self.run, self.node, self.contained = run, node, contained
        self._scopes = {}
        self.incomplete = False
        self.prefix = ""

    # ---- values

    def numbered(self, fields: dict[str, Any], item: dict[str, Any], name: str, number: int) -> dict[str, Any]:
        """Give a value the id that the model would number it with, where FHIR carries none and it is no bare link."""
        if "id" not in fields and not any(key in fields for key in _LINK_KEYS):
            prefix = self.prefix
            identity = item.get("id")
            if type(identity) is str and 0 < len(identity) <= 64 and ID_LETTERS.issuperset(identity):
                fields["id"] = identity
            elif not prefix:
                self.incomplete = True
            else:
                fields["id"] = numbered_id(prefix, name, number)
        return fields

    def exact(self, node: dict[str, Any], url: str, literals: frozenset[str]) -> str | None:
        """The domain's own code, where an extension beside FHIR's coarser one carries it."""
        extensions = node.get("extension")
        if type(extensions) is list:
            for extension in extensions:
                if type(extension) is dict and extension.get("url") == url:
                    code = extension.get("valueCode")
                    if type(code) is str and code in literals:
                        return code
        return None

    def unknown(self, node: dict[str, Any], key: str) -> None:
        """Note a code that is not in the closed list of its element."""
        self.found.append(Found("code", node, key, node.get(key)))

    def check_kva(self, node: dict[str, Any], code: str) -> None:
        """Note a KVÅ code that has not the shape of one (interop §2.1: three letters and two digits, or two and three)."""
        if known(node.get("system"), self.kva) and _KVA.fullmatch(code) is None:
            self.found.append(Found("kva-shape", node, "code", code))


def numbered_id(prefix: str, name: str, number: int) -> str:
    """The id of the `number`-th value of a list inside a root: as `rehabfhir.model` numbers it."""
    return f"{prefix}-{name}-{number}"[-64:].lstrip("-")


def kind_of(reference: str) -> str | None:
    """The resource type that a literal reference names; None when it does not tell."""
    head, slash, _ = reference.partition("/_history/")[0].rpartition("/")
    if not slash:
        return None
    kind = head.rpartition("/")[2]
    return kind if kind[:1].isupper() and kind.isalpha() else None


def walk(node: Any, path: str) -> Iterator[Any]:
    """Every value at a path, into every item of the arrays on it."""
    here = [node]
    for step in path.split("."):
        name, many = step.removesuffix("[]"), step.endswith("[]")
        there: list[Any] = []
        for each in here:
            value = each.get(name) if type(each) is dict else None
            if many:
                if type(value) is list:
                    there.extend(value)
            elif value is not None:
                there.append(value)
        here = there
    yield from here
