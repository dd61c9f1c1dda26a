"""Writing: what generated code needs while it builds resources (addresses of resources, references, containment)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from rehabfhir.errors import MisuseError
from rehabfhir.mapping.reader import kind_of, numbered_id
from rehabfhir.mapping.specs import LinkSpec, MergeSpec, Run

__all__ = ["Layout", "Writer", "absent", "add", "first", "fresh", "urn"]

_BESIDE = frozenset({"reference", "reference_type", "reference_identifier", "reference_display", "involvement"})
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def fresh(tree: Any) -> Any:
    """A copy of a constant of the tables."""
    kind = type(tree)
    if kind is dict:
        return {key: fresh(value) for key, value in tree.items()}
    if kind is list:
        return [fresh(value) for value in tree]
    return tree


def first(out: dict[str, Any], name: str) -> dict[str, Any]:
    """The first item of an array, made when it is not there."""
    array = out.setdefault(name, [])
    if not array:
        array.append({})
    item: dict[str, Any] = array[0]
    return item


def add(out: dict[str, Any], name: str, items: list[Any]) -> None:
    """Put items in an array, behind those that are there."""
    known = out.get(name)
    if known is None:
        out[name] = items
    else:
        known.extend(items)


def absent(out: dict[str, Any], name: str, many: bool) -> None:  # noqa: FBT001 - called from generated code
    """Say that an element that FHIR demands has no value (https://hl7.org/fhir/R4/extension-data-absent-reason.html)."""
    element: dict[str, Any] = {"extension": [{"url": _ABSENT, "valueCode": "unknown"}]}
    out[name] = [element] if many else element


def urn(kind: str, identity: str) -> str:
    """The ``urn:uuid:`` of a resource: its id when that is a UUID, else a UUID made from kind and id."""
    if len(identity) == 36:
        try:
            UUID(identity)
        except ValueError:
            pass
        else:
            return f"urn:uuid:{identity.lower()}"
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{kind}/{identity}')}"


@dataclass(frozen=True, slots=True)
class Layout:
    """How resources are laid out and point at each other.

    Attributes:
        form: ``resource`` (one, the others contained) or a bundle type.
        style: ``contained``, ``urn``, ``relative`` or ``absolute``.
        base: what stands before ``Patient/1`` in absolute addresses and in ``fullUrl``.
        urls: addresses that follow no rule: ``Patient/1`` -> fullUrl.
        inside: resources of a bundle that lie inside others: ``Patient/1``.
        activities: ``reference`` or ``detail``.
        profiles: True when the profiles that a resource meets are named in it.
        source: True when a source's own layout is given back, so that nothing is added to make it complete.
    """

    form: str = "collection"
    style: str = "urn"
    base: str = ""
    urls: Mapping[str, str] = field(default_factory=dict)
    inside: frozenset[str] = frozenset()
    activities: str = "reference"
    profiles: bool = True
    source: bool = False


class Writer:
    """The state of one writing: the resources made so far, their addresses, and where writing stands."""

    __slots__ = (
        "_patient", "_scopes", "container", "done", "entries", "labels", "layout", "loose", "mark_url", "prefix", "protection_url",
        "root", "root_run", "runs",
    )  # fmt: skip

    def __init__(self, runs: Mapping[str, Run], mark_url: str, layout: Layout) -> None:
        self.runs = runs
        self.mark_url = mark_url
        self.layout = layout
        self.entries: list[tuple[str, dict[str, Any]]] = []
        self.done: dict[str, Mapping[str, Any]] = {}
        self.container: dict[str, Any] = {}
        self.labels: list[dict[str, Any]] = []
        self.loose: list[dict[str, Any]] = []
        self.protection_url = mark_url.removesuffix("link-role") + "protected-identity"
        self.root: Mapping[str, Any] = {}
        self.root_run: Run | None = None
        self.prefix = ""
        self._patient: dict[str, Any] | None = None
        self._scopes: dict[str, tuple[frozenset[str], str]] = {}

    def url(self, kind: str, identity: str) -> str:
        """The address of a resource, as references to it write it."""
        layout = self.layout
        if layout.style == "contained":
            return f"#{identity}"
        name = f"{kind}/{identity}"
        if name in layout.inside:
            return f"#{identity}"
        if name in layout.urls and layout.style == "urn":
            return layout.urls[name]
        if layout.style == "urn":
            return urn(kind, identity)
        return f"{layout.base}{name}" if layout.style == "absolute" else name

    def full_url(self, kind: str, identity: str) -> str | None:
        """The ``fullUrl`` of a resource's entry."""
        layout = self.layout
        name = f"{kind}/{identity}"
        if name in layout.urls:
            return layout.urls[name]
        if layout.style == "urn":
            return urn(kind, identity)
        return f"{layout.base}{name}" if layout.base else None

    # ---- roots and resources

    def write_root(self, run: Run, fields: Mapping[str, Any]) -> dict[str, Any]:
        """One root resource, with all that hangs on it."""
        self.root, self.root_run = fields, run
        self._patient = None
        self._scopes = {}
        identity = fields["id"]
        self.prefix = _prefix(identity) if identity else ""
        tree: dict[str, Any] = {}
        if self.layout.form == "resource":
            tree = run.write(fields, self)
            if self.container:
                tree["contained"] = list(self.container.values())
                self._labelled(tree)
            return tree
        if identity:
            self.done[f"{run.fhir}/{identity}"] = fields
            self.entries.append((f"{run.fhir}/{identity}", tree))
        else:
            self.entries.append(("", tree))
        self._fill(run, fields, tree)
        return tree

    def _fill(self, run: Run, fields: Mapping[str, Any], tree: dict[str, Any]) -> None:
        """Write a resource that is no contained one into `tree`."""
        outer, self.container = self.container, {}
        labels, self.labels = self.labels, []
        made = run.write(fields, self)
        if self.container:
            made["contained"] = list(self.container.values())
            self._labelled(made)
        tree.update(made)
        self.container, self.labels = outer, labels

    def emit(self, run: Run, fields: Mapping[str, Any], identity: str) -> str:
        """Make sure that a resource is written, and give its address."""
        name = f"{run.fhir}/{identity}"
        url = self.url(run.fhir, identity)
        if url[:1] == "#":
            known = self.container.get(name)
            if known is None:
                tree: dict[str, Any] = {}
                self.container[name] = tree
                tree.update(run.write(fields, self))
                if "meta" in tree:
                    self._unlabelled(tree["meta"])
            if self.layout.form == "resource":
                self._once(name, fields)
        elif name in self.done:
            self._once(name, fields)
        else:
            self.done[name] = fields
            tree = {}
            self.entries.append((name, tree))
            self._fill(run, fields, tree)
        return url

    def tie(self) -> None:
        """Let bare links to what another value of the same bundle holds in full lead to its entry."""
        for reference in self.loose:
            if reference["reference"] in self.done:
                kind, _, identity = reference["reference"].partition("/")
                reference["reference"] = self.url(kind, identity)

    def _unlabelled(self, meta: dict[str, Any]) -> None:
        """Move the security labels of a contained resource, which may have none (R4 invariant dom-5), to its container.

        What labels the resource had stands in an extension, so that reading gives them back.
        """
        labels = meta.pop("security", None)
        if labels:
            meta["extension"] = [{"url": self.protection_url, "valueCoding": label} for label in labels]
            self.labels.extend(fresh(label) for label in labels if label not in self.labels)

    def _labelled(self, tree: dict[str, Any]) -> None:
        """Give a resource the labels of what it contains."""
        if self.labels:
            security = tree.setdefault("meta", {}).setdefault("security", [])
            security.extend(label for label in self.labels if label not in security)

    def _once(self, name: str, fields: Mapping[str, Any]) -> None:
        """Refuse a second, different value of one id: one of them would be lost.

        Raises:
            MisuseError: naming the id.
        """
        known = self.done.setdefault(name, fields)
        if known is fields or self.layout.source:
            return
        for key, value in fields.items():
            if key not in _BESIDE and known[key] is not value and known[key] != value:
                raise MisuseError(f"two different values have the id {name}; give each its own, or make them equal")

    # ---- references

    def ref(self, value: Any, spec: LinkSpec) -> dict[str, Any]:
        """The Reference to a linked value; the value itself is written where it belongs."""
        fields = value.__dict__
        identity = fields["id"]
        if identity is None:
            return self._bare(fields, spec)
        runs = spec.runs
        run = runs[0]
        if len(runs) > 1:
            for each in runs:
                if each.takes(fields):
                    run = each
                    break
        reference: dict[str, Any] = {"reference": self.emit(run, fields, identity)}
        if fields["reference_type"] is not None:
            reference["type"] = fields["reference_type"]
        if fields["reference_identifier"] is not None:
            reference["identifier"] = self.runs["Identifier"].write(fields["reference_identifier"].__dict__, self)
        if fields["reference_display"] is not None:
            reference["display"] = fields["reference_display"]
        return reference

    def _bare(self, fields: Mapping[str, Any], spec: LinkSpec | None) -> dict[str, Any]:
        reference: dict[str, Any] = {}
        literal = fields["reference"]
        if literal is not None:
            reference["reference"] = literal
            self.loose.append(reference)
        if fields["reference_type"] is not None:
            reference["type"] = fields["reference_type"]
        if fields["reference_identifier"] is not None:
            reference["identifier"] = self.runs["Identifier"].write(fields["reference_identifier"].__dict__, self)
        if fields["reference_display"] is not None:
            reference["display"] = fields["reference_display"]
        if (
            spec is not None
            and spec.mark
            and (spec.always or _told(literal, fields["reference_type"]) not in spec.types)
        ):
            reference["extension"] = [{"url": self.mark_url, "valueCode": spec.mark}]
        return reference

    def write_merged(self, fields: Mapping[str, Any], spec: MergeSpec) -> dict[str, Any] | None:
        """The Reference to a resource that carries a part of the same value."""
        run = spec.run
        identity = fields[spec.domain or "id"]
        if spec.domain:
            if identity is None:
                return None
            if identity == run.nobody and not any(fields[name] for name in run.names if name != spec.domain):
                return None
            return {"reference": self.emit(run, fields, identity)}
        if identity is None:
            reference = self._bare(fields, None)
            return reference or None
        reference = {"reference": self.emit(run, fields, identity)}
        if fields["reference_type"] is not None:
            reference["type"] = fields["reference_type"]
        if fields["reference_identifier"] is not None:
            reference["identifier"] = self.runs["Identifier"].write(fields["reference_identifier"].__dict__, self)
        if fields["reference_display"] is not None:
            reference["display"] = fields["reference_display"]
        return reference

    def up(self, what: str) -> dict[str, Any] | None:
        """A Reference to the root, or to its patient."""
        if what == "root":
            run = self.root_run
            identity = self.root["id"]
            if run is None or identity is None:
                return None
            return {"reference": "#" if self.layout.form == "resource" else self.url(run.fhir, identity)}
        if self._patient is None:
            patient = self.root.get("patient")
            if patient is None:
                return None
            fields = patient.__dict__
            if fields["id"] is None:
                self._patient = self._bare(fields, None)
            else:
                run = self.runs["Patient"]
                self._patient = {"reference": self.emit(run, fields, fields["id"])}
        made: dict[str, Any] = {**self._patient} if len(self._patient) == 1 else fresh(self._patient)
        return made

    def write_inner(self, key: str, scope: str) -> dict[str, Any]:
        """The Reference to a neighbour in the same plan, named by its id or bare reference."""
        known = self._scopes.get(scope)
        if known is None:
            said: Mapping[str, Any] = self.root_run.table.scopes.get(scope, {}) if self.root_run is not None else {}
            inside = (each.id for name in said.get("fields", ()) for each in self.root.get(name, ()))
            known = self._scopes[scope] = (frozenset(inside), str(said.get("type", "")))
        ids, kind = known
        if key not in ids:
            return {"reference": key}
        if kind == "ServiceRequest" and self.layout.activities == "detail":
            return {"type": kind, "identifier": {"value": key}}
        return {"reference": self.url(kind, key)}

    # ---- options and numbering

    def option(self, name: str, fields: Mapping[str, Any]) -> str:
        """The value of an option of this writing for one domain value."""
        if name == "activities":
            return "reference" if fields["id"] is None and _is_bare(fields) else self.layout.activities
        return ""

    def unnumbered(self, fields: Mapping[str, Any], out: dict[str, Any], name: str, number: int) -> None:
        """Write the id of a value as the element's id, unless it is the one that reading would number it with."""
        if self.layout.activities == "reference":
            return
        identity = fields["id"]
        if identity is not None and (not self.prefix or identity != numbered_id(self.prefix, name, number)):
            out["id"] = identity


def _is_bare(fields: Mapping[str, Any]) -> bool:
    return (
        fields["reference"] is not None
        or fields["reference_identifier"] is not None
        or fields["reference_display"] is not None
    )


def _prefix(identity: str) -> str:
    return identity if len(identity) <= 36 else str(uuid5(NAMESPACE_URL, identity))


def _told(reference: str | None, kind: str | None) -> str | None:
    """The resource type that a bare link tells of itself."""
    if reference is not None:
        told = kind_of(reference)
        if told is not None:
            return told
    return kind
