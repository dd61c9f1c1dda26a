"""Which profiles a resource is held to: those that the caller names, those that it claims, those that a guide imposes."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rehabfhir.validation.place import Node, Place

if TYPE_CHECKING:
    from rehabfhir.validation.engine import Engine
    from rehabfhir.validation.run import Run

__all__ = ["check_profiles"]

Tree = dict[str, Any]
_BASE = "http://hl7.org/fhir/StructureDefinition/"
_IMPOSE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-imposeProfile"


def check_profiles(engine: "Engine", value: Tree, here: Place, run: "Run", kind: str, named: Iterable[str]) -> None:
    """Check a resource against the profiles that the caller named, then those that it claims in meta.profile."""
    done: set[str] = set()
    for url in named:
        _one(engine, url, value, here, run, kind, done, claimed=None)
    meta = value.get("meta")
    claims = meta.get("profile") if isinstance(meta, dict) else None
    for index, url in enumerate(claims if isinstance(claims, list) else ()):
        if isinstance(url, str):
            _one(engine, url, value, here, run, kind, done, claimed=index)
    for url in engine.global_profiles(kind):
        _one(engine, url, value, here, run, kind, done, claimed=None)


_META = Node("meta", "Resource.meta", "Meta")
_PROFILE = Node("profile", "Meta.profile", "canonical")


def _one(
    engine: "Engine", url: str, value: Tree, here: Place, run: "Run", kind: str, done: set[str], *, claimed: int | None
) -> None:
    if url in done or url == _BASE + kind:
        return
    done.add(url)
    structure = engine.definitions.structure(url)
    if structure is None:
        if claimed is None:
            message = f"the profile {url} is not loaded; load its package, or correct the URL"
            run.add("error", "not-found", here, None, -1, message, "profile-unknown", url)
        elif not url.startswith("http://hl7.org/fhir/4.0/"):
            place = (here, _META, -1, None)
            message = "the profile is not loaded, so the resource is not checked against it"
            run.add("warning", "structure", place, _PROFILE, claimed, message, "profile-unknown", url)
        return
    type_ = structure.get("type")
    if type_ != kind and claimed is None:
        message = f"the profile {url} is for {type_}, the resource is a {kind}"
        run.add("error", "invalid", here, None, -1, message, "profile-type", url)
        return
    check = engine.profile(url) if type_ == kind else engine.foreign_profile(url, kind)
    if check is not None:
        check(value, here, run)
    for each in structure.get("extension", ()):
        if each.get("url") == _IMPOSE:
            imposed = each.get("valueCanonical")
            if isinstance(imposed, str):
                _one(engine, imposed, value, here, run, kind, done, claimed=claimed)
