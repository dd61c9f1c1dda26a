"""Finding what a reference points at: contained resources, other entries of the bundle, parameters, what the caller can fetch.

Rules: https://hl7.org/fhir/R4/references.html and https://hl7.org/fhir/R4/bundle.html#references. A bundle is indexed once.
"""

from typing import TYPE_CHECKING, Any

from rehabfhir.validation.context import Resolved

if TYPE_CHECKING:
    from rehabfhir.validation.run import Run

__all__ = ["BundleIndex", "resolve", "type_in"]

Tree = dict[str, Any]


class BundleIndex:
    """Entries of one bundle by fullUrl, and by type and id."""

    def __init__(self, bundle: Tree) -> None:
        self.by_url: dict[str, list[tuple[int, Tree]]] = {}
        self.by_id: dict[tuple[Any, Any], list[int]] = {}
        entries = bundle.get("entry")
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict):
                url, resource = entry.get("fullUrl"), entry.get("resource")
                if isinstance(resource, dict) and isinstance(resource.get("id"), str):
                    self.by_id.setdefault((resource.get("resourceType"), resource["id"]), []).append(index)
                if isinstance(url, str) and isinstance(resource, dict):
                    self.by_url.setdefault(url, []).append((index, resource))

    def find(self, url: str, version: str | None = None) -> tuple[int, Tree] | None:
        """Index and resource of the entry with this fullUrl, and meta.versionId when one is asked for."""
        for index, resource in self.by_url.get(url, ()):
            if version is None or (resource.get("meta") or {}).get("versionId") == version:
                return index, resource
        return None


def type_in(reference: str) -> str | None:
    """The resource type that a URL-like reference names: ``Patient`` of ``Patient/1`` or ``http://…/Patient/1/_history/2``."""
    parts = reference.split("/")
    if len(parts) < 2:
        return None
    return parts[-4] if parts[-2] == "_history" and len(parts) >= 4 else parts[-2]


def target_url(reference: str, full_url: str | None) -> tuple[str | None, str | None]:
    """The fullUrl to look for, and the version asked for."""
    plain, history, version = reference.partition("/_history/")
    if reference.startswith(("http:", "https:", "urn:")):
        return plain, version if history else None
    if full_url is None:
        return None, None
    parts = plain.split("/")
    if len(parts) != 2:
        return None, None
    if full_url.startswith("urn"):
        base = full_url.rpartition(":")[0] + ":"
        return base + parts[1], version if history else None
    base = "/".join(full_url.split("/")[:-2])
    return f"{base}/{plain}", version if history else None


def resolve(run: "Run", reference: str) -> Resolved | None:
    """What `reference`, standing in the resource of `run`, points at; None when it is not at hand."""
    if reference.startswith("#"):
        return _contained(run, reference[1:])
    for bundle, location in reversed(run.bundle_chain):
        url, version = target_url(reference, run.full_url)
        if url is not None:
            found = run.index_of(bundle).find(url, version)
            if found is not None:
                return Resolved(found[1], f"{location}.entry[{found[0]}].resource", "bundled")
    if run.parameters is not None:
        found_parameter = _in_parameters(run.parameters, "parameter", reference, "Parameters")
        if found_parameter is not None:
            return found_parameter
    return None


def _contained(run: "Run", id_: str) -> Resolved | None:
    container = run.resource
    if not id_:
        return Resolved(container, run.container_location, "contained") if run.focus is not container else None
    listed = container.get("contained")
    for index, each in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(each, dict) and each.get("id") == id_:
            return Resolved(each, f"{run.container_location}.contained[{index}]", "contained")
    return None


def _in_parameters(owner: Tree, name: str, reference: str, location: str) -> Resolved | None:
    for index, each in enumerate(owner.get(name) or ()):
        if not isinstance(each, dict):
            continue
        here = f"{location}.{name}[{index}]"
        resource = each.get("resource")
        if isinstance(resource, dict) and f"{resource.get('resourceType')}/{resource.get('id')}" == reference:
            return Resolved(resource, f"{here}.resource", "bundled")
        found = _in_parameters(each, "part", reference, here)
        if found is not None:
            return found
    return None
