"""What a profile can ask of a narrative: that its parts say where they come from, and in which languages it is."""

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from rehabfhir.validation.invariants import Check
from rehabfhir.validation.place import Place

if TYPE_CHECKING:
    from rehabfhir.validation.run import Run

__all__ = ["narrative_controls"]

Tree = dict[str, Any]

_SOURCE = "http://hl7.org/fhir/StructureDefinition/narrative-source-control"
_LANGUAGE = "http://hl7.org/fhir/StructureDefinition/narrative-language-control"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SOURCES = {"generated", "boilerplate", "original"}
_WORDS = {"#no", "_no", "#yes", "_yes"}
_LEVELS = {"hint": "information", "information": "information", "warning": "warning", "error": "error"}


def narrative_controls(definition: Tree, url: str) -> list[Check]:
    """The checks that extensions of an ElementDefinition ask for on a Narrative."""
    checks: list[Check] = []
    for each in definition.get("extension", ()):
        value = each.get("valueCode") or each.get("valueString")
        if each.get("url") == _SOURCE and value in _LEVELS:
            checks.append(_source_check(_LEVELS[value], url))
        elif each.get("url") == _LANGUAGE and isinstance(value, str):
            checks.append(_language_check(value, url))
    return checks


def _parsed(value: Any) -> ET.Element | None:
    div = value.get("div") if isinstance(value, dict) else None
    if not isinstance(div, str) or "<!" in div:
        return None
    try:
        return ET.fromstring(div)  # noqa: S314 - no document type, so no entities to expand
    except ET.ParseError:
        return None  # reported by the narrative's own check


def _source_check(level: str, url: str) -> Check:
    def check(value: Any, place: Place, run: "Run") -> None:
        div = _parsed(value)
        if div is None:
            return
        bare = [text for text in (div.text, *(child.tail for child in div)) if text and text.strip()]
        unmarked = [
            child for child in div if not _SOURCES & set((child.get("class") or "").split()) and _has_content(child)
        ]
        if bare or unmarked:
            message = "a part of the narrative has no class generated, boilerplate or original, which the profile wants"
            run.add(level, "business-rule", place, None, -1, message, "narrative-source", url)

    return check


def _has_content(element: ET.Element) -> bool:
    return bool("".join(element.itertext()).strip()) or any(child.tag.endswith("}img") for child in element.iter())


def _language_check(code: str, url: str) -> Check:
    def check(value: Any, place: Place, run: "Run") -> None:
        div = _parsed(value)
        if div is None:
            return
        found = {child.get(_LANG) for child in div if child.tag.endswith("}div") and child.get(_LANG)}
        wanted = run.resource.get("language") if code in {"#resource", "_resource"} else code
        if code in {"#no", "_no"} and found:
            _say(run, place, "error", "the profile wants no parts by language in the narrative", url)
        elif code in {"#yes", "_yes"} and not found:
            _say(run, place, "error", "the profile wants the narrative in parts by language (div with xml:lang)", url)
        elif code not in _WORDS and (not found or wanted is None):
            _say(run, place, "warning", "the narrative has no parts by language, which the profile wants", url)
        elif code not in _WORDS and wanted not in found:
            _say(run, place, "error", f"the narrative has no part in the language {wanted}", url)

    return check


def _say(run: "Run", place: Place, level: str, message: str, url: str) -> None:
    run.add(level, "business-rule", place, None, -1, message, "narrative-language", url)
