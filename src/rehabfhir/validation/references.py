"""References and canonicals: form, type, target profile, aggregation, and existence as far as the policy asks."""

import re
from typing import TYPE_CHECKING, Any

from rehabfhir.definitions import r4
from rehabfhir.validation.bundle import entry_reference
from rehabfhir.validation.context import Resolved
from rehabfhir.validation.invariants import Check
from rehabfhir.validation.place import Place
from rehabfhir.validation.primitives import is_absolute
from rehabfhir.validation.resolving import type_in

if TYPE_CHECKING:
    from rehabfhir.validation.run import Run

__all__ = ["canonical_check", "reference_check"]

Tree = dict[str, Any]

_BASE = "http://hl7.org/fhir/StructureDefinition/"
_ANY = _BASE + "Resource"
_QUERY = re.compile(r"\?([_a-zA-Z][_a-zA-Z0-9]*=[^=&]*)(&([_a-zA-Z][_a-zA-Z0-9]*=[^=&]*))*")
_SPACE = re.compile(r"[ \t\n\r\f\v]")
_EXAMPLES = ("example.org", "acme.com")
_KNOWN_SPACE = ("http://hl7.org/fhir", "http://terminology.hl7.org", "http://fhir.org/guides")


def reference_check(row: Tree, profile: str | None) -> Check:
    """The check of a Reference with the targets and aggregation of an ``ElementDefinition.type`` row."""
    named = [url.partition("|")[0] if url.startswith(_BASE) else url for url in row.get("targetProfile", ())]
    targets: list[str] = [] if _ANY in named else named
    aggregation = tuple(row.get("aggregation", ()))
    base = {url[len(_BASE) :]: url for url in targets if url.startswith(_BASE) and r4.is_resource(url[len(_BASE) :])}
    only_base = len(base) == len(targets)

    def check(value: Any, place: Place, run: "Run") -> None:
        reference = value.get("reference")
        if not isinstance(reference, str) or not reference:
            return
        if _SPACE.search(reference):
            run.add(
                "error",
                "invalid",
                place,
                None,
                -1,
                "a reference has no whitespace; remove it",
                "reference-format",
                profile,
                reference,
            )
        if reference[0] == "#":
            run.refs.add(reference[1:])
        elif not run.bundle_chain and not run.parameters and run.options.references == "ignore" and "type" not in value:
            if run.options.assume_rest_references:
                _assumed(reference, place, run)
            if aggregation and "referenced" not in aggregation:
                _unreferenced(place, run)
            return
        _resolved(value, reference, place, run)

    def _assumed(reference: str, place: Place, run: "Run") -> None:
        kind = type_in(reference)
        if kind is not None and r4.is_resource(kind) and targets and kind not in _types(run):
            message = f"the reference points at {kind}; allowed are {', '.join(sorted(_types(run)))}"
            run.add("error", "structure", place, None, -1, message, "reference-type", profile, reference)

    def _types(run: "Run") -> set[str]:
        return set(base) | {kind for url in targets if (kind := run.type_of(url)) is not None}

    def _unreferenced(place: Place, run: "Run") -> None:
        message = f"the resource is not in the source, but the profile wants it {' or '.join(aggregation)}"
        run.add("error", "required", place, None, -1, message, "reference-aggregation", profile)

    def _resolved(value: Tree, reference: str, place: Place, run: "Run") -> None:
        found = run.resolve(reference)
        if run.bundle_chain and reference[0] != "#":
            entry_reference(reference, place, run)
        conditional = "?" in reference and r4.is_resource(reference.partition("?")[0])
        policy = "check-valid" if found is not None or reference[0] == "#" else run.options.references
        if conditional:
            if not _QUERY.fullmatch(reference[reference.index("?") :]):
                run.add(
                    "error",
                    "invalid",
                    place,
                    None,
                    -1,
                    "not a valid search after '?'",
                    "reference-query",
                    profile,
                    reference,
                )
        elif found is None and policy in {"check-exists", "check-exists-and-type", "check-valid"}:
            found = run.fetch(reference) if reference[0] != "#" else None
            if found is None and not (run.options.allow_examples and any(each in reference for each in _EXAMPLES)):
                run.add(
                    "error",
                    "structure",
                    place,
                    None,
                    -1,
                    "the reference leads nowhere; correct it or add the resource",
                    "reference-unresolved",
                    profile,
                    reference,
                )
        elif found is None and policy == "check-type":
            found = run.fetch(reference)
        kind = found.resource.get("resourceType") if found is not None else type_in(reference)
        if kind is not None and not r4.is_resource(str(kind)):
            kind = None
        _stated(value, kind, place, run)
        if found is not None and kind is not None:
            _target(found, str(kind), place, run, policy)
        elif aggregation and "referenced" not in aggregation:
            _unreferenced(place, run)
        elif kind is not None and run.options.assume_rest_references:
            _assumed(reference, place, run)

    def _stated(value: Tree, kind: Any, place: Place, run: "Run") -> None:
        stated = value.get("type")
        if not isinstance(stated, str) or not stated:
            return
        url = stated if is_absolute(stated) else _BASE + stated
        if targets and url not in targets and url not in {_BASE + each for each in _types(run)}:
            message = f"Reference.type says {stated[:60]}; allowed are {', '.join(sorted(_types(run)))}"
            run.add("error", "structure", place, None, -1, message, "reference-type", profile, stated)
        if kind is not None and kind != stated:
            message = f"Reference.type differs from the type of what is referred to, {kind}"
            run.add("error", "structure", place, None, -1, message, "reference-type", profile, stated)

    def _target(found: Resolved, kind: str, place: Place, run: "Run", policy: str) -> None:
        if targets:
            types = _types(run)
            missing = [url for url in targets if url.rpartition("/")[2] not in base and run.type_of(url) is None]
            for url in missing:
                run.add(
                    "error",
                    "structure",
                    place,
                    None,
                    -1,
                    f"the target profile {url} is not loaded",
                    "profile-unknown",
                    profile,
                )
            if kind not in types and not missing:
                message = f"the reference points at {kind}; allowed are {', '.join(sorted(types))}"
                run.add("error", "structure", place, None, -1, message, "reference-type", profile)
            elif not only_base and policy == "check-valid" and kind not in base:
                fitting = [url for url in targets if run.type_of(url) == kind]
                demanding = not all(url.startswith(_BASE) for url in fitting)
                if demanding and not any(run.conforms(found, url) for url in fitting):
                    message = f"the resource referred to meets none of {', '.join(fitting)}"
                    run.add("error", "structure", place, None, -1, message, "reference-profile", profile)
        if aggregation and run.options.aggregation_outside_bundles | bool(run.bundle_chain):
            modes = {"contained": "contained", "bundled": "bundled", "external": "referenced"}
            mode = modes[found.where]
            if mode not in aggregation and not (mode != "contained" and "referenced" in aggregation):
                message = f"the resource is {mode}; the profile wants it {' or '.join(aggregation)}"
                run.add("error", "structure", place, None, -1, message, "reference-aggregation", profile)

    return check


def canonical_check(type_: str, row: Tree) -> Check:
    """The check of a canonical, uri or url as a pointer: fragments resolve, example URLs only where they are allowed."""

    def check(value: Any, place: Place, run: "Run") -> None:
        if not isinstance(value, str):
            return
        if value[:1] == "#":
            run.refs.add(value[1:])
            if len(value) > 1 and not run.has_id(value[1:]):
                run.add(
                    "error",
                    "invalid",
                    place,
                    None,
                    -1,
                    "nothing in the resource has this id",
                    f"{type_}-unresolved",
                    None,
                    value,
                )
        elif not run.options.allow_examples and ("example.org" in value or "acme.com" in value):
            run.add(
                "error", "invalid", place, None, -1, "example URLs are not allowed here", "url-example", None, value
            )
        elif value.startswith("http://hl7.org/fhir/invalid"):
            run.add(
                "error",
                "invalid",
                place,
                None,
                -1,
                "a URL of HL7 that does not exist",
                f"{type_}-unresolved",
                None,
                value,
            )

    _ = row
    return check
