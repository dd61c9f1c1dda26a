"""Extensions: known, allowed here, of the right kind, content as their definition says (https://hl7.org/fhir/R4/extensibility.html)."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rehabfhir.definitions import r4
from rehabfhir.validation.invariants import Check
from rehabfhir.validation.place import Place
from rehabfhir.validation.primitives import is_absolute

if TYPE_CHECKING:
    from rehabfhir.validation.run import Run

__all__ = ["extension_check"]

Tree = dict[str, Any]

_BASE = "http://hl7.org/fhir/StructureDefinition/"
_EXAMPLES = ("example.org", "acme.com", "nema.org")
_TOOLS = "http://hl7.org/fhir/tools/StructureDefinition/"
_ANYWHERE = (
    "ElementDefinition.example.value",
    "ElementDefinition.pattern",
    "ElementDefinition.fixed",
)
_MANY_PLACES = {
    _BASE + "structuredefinition-normative-version",
    _BASE + "capabilitystatement-expectation",
    _BASE + "capabilitystatement-prohibited",
    _BASE + "structuredefinition-fhir-type",
    _BASE + "regex",
}
_ANY = {"Element", "Any"}


@cache
def _published() -> frozenset[str]:
    """Names of the extensions that HL7 has published since R4; written by ``scripts/build_known_extensions.py``."""
    lines = Path(__file__).with_name("known_extensions.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def extension_check(*, modifier: bool) -> Check:
    """The check of one extension, called with the place of the extension."""

    def check(value: Any, place: Place, run: "Run") -> None:
        url = value.get("url")
        if not isinstance(url, str) or not url:
            run.add(
                "error",
                "invalid",
                place,
                None,
                -1,
                "Extension.url is missing: without it the extension means nothing",
                "extension-url",
            )
            return
        owner: Place = place[0]
        nested = owner[1].type == "Extension" and bool(owner[3].get("url"))
        if not nested and not is_absolute(url):
            run.add(
                "error", "invalid", place, None, -1, "Extension.url must be an absolute URL", "extension-url", None, url
            )
            return
        definition = run.extension(url.partition("|")[0]) if is_absolute(url) else None
        if "|" in url:
            level = "error" if definition is not None else "warning"
            run.add(
                level,
                "invalid",
                place,
                None,
                -1,
                "Extension.url carries no version; remove '|' and what follows",
                "extension-version",
                None,
                url,
            )
        if definition is None:
            if not (nested and not is_absolute(url)):
                _unknown(url, place, run)
            else:
                _part(url, place, run)
            return
        _known(definition, value, url, place, run, modifier=modifier)

    return check


def _unknown(url: str, place: Place, run: "Run") -> None:
    options = run.options
    if options.unknown_extensions is not None:
        level: str = options.unknown_extensions
    elif (
        url.startswith((*options.extension_domains, _TOOLS))
        or run.cross_version(url)
        or (options.allow_examples and any(each in url for each in _EXAMPLES))
    ):
        return
    elif url.removeprefix(_BASE) in _published():
        message = "published by HL7 after R4: load the package hl7.fhir.uv.extensions.r4 to have it checked"
        run.add("information", "structure", place, None, -1, message, "extension-unloaded", None, url)
        return
    else:
        level = "error"
    message = "no loaded package defines this extension; load the package or correct the URL"
    run.add(level, "structure", place, None, -1, message, "extension-unknown", None, url)


def _part(url: str, place: Place, run: "Run") -> None:
    """A part of a complex extension is one that the extension's definition names."""
    owner: Place = place[0]
    above = owner[3].get("url") if isinstance(owner[3], dict) else None
    definition = run.extension(above) if isinstance(above, str) and is_absolute(above) else None
    if definition is not None and definition.parts and url not in definition.parts:
        message = f"the extension {definition.url} has no such part; it has {', '.join(sorted(definition.parts))}"
        run.add("error", "structure", place, None, -1, message, "extension-unknown", definition.url, url)


def _known(definition: "Any", value: Tree, url: str, place: Place, run: "Run", *, modifier: bool) -> None:
    owner: Place = place[0]
    if not _allowed(definition, owner, run):
        wanted = ", ".join(sorted({str(each.get("expression")) for each in definition.contexts}))
        message = f"the extension {definition.url} is not for use here; it belongs on {wanted}"
        run.add("error", "structure", owner, None, -1, message, "extension-context", definition.url, url)
    else:
        for expression in definition.invariants:
            if run.evaluate_text(expression, owner) is False:
                message = f"the extension {definition.url} is not for use here: {expression}"
                run.add("error", "structure", owner, None, -1, message, "extension-context", definition.url, url)
    if definition.is_modifier is not modifier:
        what = (
            "is a modifier extension: move it to modifierExtension"
            if definition.is_modifier
            else "is no modifier extension: move it to extension"
        )
        run.add(
            "error",
            "structure",
            place,
            None,
            -1,
            f"the extension {definition.url} {what}",
            "extension-modifier",
            definition.url,
        )
    name = next((each.lstrip("_") for each in value if each.lstrip("_").startswith("value")), None)
    if name is not None:
        kind = name[5:]
        lower = kind[:1].lower() + kind[1:]
        kind = lower if r4.is_primitive(lower) else kind
        if kind not in definition.types:
            expected = " or ".join(definition.types) or "no value"
            run.add(
                "error",
                "structure",
                place,
                None,
                -1,
                f"the extension {definition.url} takes {expected}, found {kind}",
                "extension-type",
                definition.url,
            )
    elif definition.types:
        message = f"the extension {definition.url} takes a value ({' or '.join(definition.types[:4])}); give it one"
        run.add("error", "structure", place, None, -1, message, "extension-value", definition.url)
    run.conform(value, place, definition.url)


def _paths(owner: Place) -> set[str]:
    """Every path under which the place of an extension can be named: its type, and its path seen from each ancestor."""
    found: set[str] = set()
    steps: list[str] = []
    place: Any = owner
    while place is not None:
        above, node, _, _ = place
        for base in {node.path, node.path.removesuffix("[x]"), node.type}:
            if base:
                found.add(".".join([base, *steps]))
        if place is owner and "." in node.type:
            found.add("BackboneElement")
        if above is None or r4.is_resource(node.type):
            break
        steps.insert(0, node.path.rpartition(".")[2].removesuffix("[x]"))
        place = above
    return found


def _allowed(definition: "Any", owner: Place, run: "Run") -> bool:
    if not definition.contexts or definition.url in _MANY_PLACES:
        return True
    paths = _paths(owner)
    if any(path.startswith(_ANYWHERE) for path in paths):
        return True
    for context in definition.contexts:
        kind, expression = context.get("type"), str(context.get("expression", ""))
        if kind == "element":
            expression = expression.rpartition("#")[2]
            if expression in _ANY or expression in paths or _inherited(expression, paths):
                return True
            if expression == "Resource" and r4.is_resource(owner[1].type):
                return True
            if expression == "CanonicalResource" and isinstance(owner[3], dict) and "url" in r4.children(owner[1].type):
                return True
            if expression.replace("[x]", "") in paths:
                return True
        elif kind == "extension":
            above = owner
            if (
                isinstance(owner[3], dict)
                and owner[1].type != "Extension"
                and owner[1].path == "Extension.value[x]"
                and owner[0]
            ):
                above = owner[0]
            if isinstance(above[3], dict) and above[3].get("url") == expression:
                return True
        elif kind == "fhirpath" and run.in_focus(expression, owner):
            return True
    return False


_PARENTS = {"DomainResource", "Resource", "BackboneElement", "Element", "MetadataResource"}


def _inherited(expression: str, paths: set[str]) -> bool:
    """True when the path is that of a type above: ``DomainResource.text`` for ``Patient.text``."""
    head, dot, tail = expression.partition(".")
    if head not in _PARENTS:
        if head == "Quantity":
            return any(
                path.partition(".")[0] in {"Age", "Count", "Distance", "Duration", "Money", "SimpleQuantity"}
                and path.partition(".")[2] == tail
                for path in paths
            )
        return False
    for path in paths:
        top, _, rest = path.partition(".")
        if rest != tail or (dot and not rest):
            continue
        if head in {"DomainResource", "Resource"}:
            if r4.is_resource(top) and (head == "Resource" or top not in {"Bundle", "Parameters", "Binary"}):
                return True
        elif head == "Element" or "." in path:
            return True
    return False
