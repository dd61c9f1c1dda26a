"""A coding in its own code system, whatever it is bound to: known system, known code, right display."""

from typing import TYPE_CHECKING, Any

from rehabfhir.validation.place import Node, Place

if TYPE_CHECKING:
    from rehabfhir.validation.run import Run

__all__ = ["check_coding", "check_unit"]

Tree = dict[str, Any]

_CODING = Node("coding", "CodeableConcept.coding", "Coding")
_CODE = Node("code", "Coding.code", "code")
_SYSTEM = Node("system", "Coding.system", "uri")
_DISPLAY = Node("display", "Coding.display", "string")
_ABSOLUTE = ("http:", "https:", "urn:")
_FHIR = ("http://hl7.org/fhir", "https://hl7.org/fhir", "http://www.hl7.org/fhir", "https://www.hl7.org/fhir")
_UNCHECKED = ("http://hl7.org/fhir/sid/", "http://hl7.org/fhir/test")
_LOOKALIKES = (
    "http://snomed.info/sct",
    "http://loinc.org",
    "http://unitsofmeasure.org",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
)
_RULES = {
    "http://unitsofmeasure.org",
    "http://snomed.info/sct",
    "http://loinc.org",
    "urn:ietf:bcp:13",
    "urn:ietf:bcp:47",
    "urn:iso:std:iso:3166",
    "urn:iso:std:iso:4217",
}
_BUILD = ("http://build.fhir.org", "https://build.fhir.org")


_HL7 = ("http://hl7.org/fhir", "http://terminology.hl7.org")


def check_coding(coding: Tree, place: Place, index: int, run: "Run", *, in_concept: bool, bound: str = "") -> bool:
    """Check one coding; `index` is its place in a CodeableConcept, -1 when `place` is the coding itself. True when clean."""
    system, code = coding.get("system"), coding.get("code")
    if not isinstance(system, str) or not isinstance(code, str) or not code:
        return True
    here = place if index < 0 else (place, _CODING, index, coding)
    level = "warning" if in_concept else "error"
    if (in_concept or bound) and (not system or system.isspace()):
        return True
    if not system.startswith(_ABSOLUTE):
        at = _SYSTEM if in_concept or bound else None
        message = "Coding.system must be an absolute URI, not a local one"
        run.add(level, "code-invalid", here, at, -1, message, "coding-system", None, system)
        return False
    if run.definitions.value_set(system) is not None:
        at = _SYSTEM if in_concept else None
        message = "the system is the URL of a value set; write that of the code system"
        run.add(level, "code-invalid", here, at, -1, message, "coding-value-set", None, system)
        return False
    version = coding.get("version")
    answer = run.terminology.code_in_system(system, code, version if isinstance(version, str) and version else None)
    if not answer:
        if answer.answer.name == "NOT_IN":
            level = "error" if _loaded(system, run) else "warning"
            run.add(level, "code-invalid", here, _CODE, -1, f"{answer.reason}; correct it", "code-unknown", None, code)
            return False
        if bound == "required" and system.startswith(_HL7) and not run.terminology.known_system(system):
            message = "HL7 has no code system with this URL; correct it"
            run.add("error", "not-found", here, _SYSTEM, -1, message, "system-unknown", None, system)
            return False
        return _strange_system(system, here, run, in_concept=in_concept)
    display = coding.get("display")
    if isinstance(display, str) and display:
        verdict = run.terminology.display_ok(system, code, display)
        if not verdict:
            expected = " or ".join(repr(each) for each in verdict.expected[:3])
            message = f"not a name of the code in {system}; write {expected}"
            level = run.options.wrong_display if _loaded(system, run) else "warning"
            run.add(level, "invalid", here, _DISPLAY, -1, message, "display-wrong", None, display)
            return False
    return True


def _loaded(system: str, run: "Run") -> bool:
    """True for a system that a definition lists: what it lacks is wrong. Codes of systems that are rules only get a warning."""
    if system == "urn:ietf:rfc:3986":
        return True
    return run.definitions.code_system(system) is not None and system not in _RULES


def _strange_system(system: str, here: Place, run: "Run", *, in_concept: bool) -> bool:
    """A system that nothing here knows: an error only where it is plainly a slip. True when clean."""
    why = ""
    if not in_concept:
        if system.startswith(_BUILD):
            why = "build.fhir.org is no identity of a code system; write the one that the page gives"
        elif (
            system.startswith(_FHIR) and not system.startswith(_UNCHECKED) and not run.terminology.known_system(system)
        ):
            why = "no code system of FHIR has this URL; correct it"
        elif system.startswith("https:") and f"http{system[5:]}" in _LOOKALIKES:
            why = "the code system's URL begins with http:, not https:; correct it"
        elif any(system.startswith(each) and system != each for each in _LOOKALIKES):
            why = "only looks like a known code system; correct the URL"
    if why:
        run.add("error", "code-invalid", here, None, -1, why, "system-unknown", None, system)
    return not why


def check_unit(quantity: Tree, place: Place, run: "Run") -> bool:
    """A quantity's unit in its system. True when clean."""
    system, code = quantity["system"], quantity["code"]
    if not system.startswith(_ABSOLUTE):
        message = "Coding.system must be an absolute URI, not a local one"
        run.add("error", "code-invalid", place, None, -1, message, "coding-system", None, system)
        return False
    answer = run.terminology.code_in_system(system, code)
    if answer.answer.name == "NOT_IN":
        level = "error" if _loaded(system, run) else "warning"
        run.add(level, "code-invalid", place, _CODE, -1, f"{answer.reason}; correct it", "code-unknown", None, code)
        return False
    return _strange_system(system, place, run, in_concept=False)
