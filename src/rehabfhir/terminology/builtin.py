"""Systems that need no package, because they are rules or public lists: one table from URL to what knows it.

Each is imported when it is first asked for: a validation meets few of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from rehabfhir.terminology.codes import CodeTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehabfhir.terminology.valuesets import RuleSystem

__all__ = ["BUILT_IN", "built_in"]

BUILT_IN: Final = {
    "http://unitsofmeasure.org": ("ucum", "UcumSystem"),
    "urn:ietf:bcp:47": ("languages", "LanguageSystem"),
    "urn:ietf:bcp:13": ("media", "MediaTypeSystem"),
    "urn:ietf:rfc:3986": ("uris", "UriSystem"),
    "http://snomed.info/sct": ("checkdigits", "SnomedSystem"),
    "http://loinc.org": ("checkdigits", "LoincSystem"),
    "http://unstats.un.org/unsd/methods/m49/m49.htm": ("checkdigits", "AreaSystem"),
    "urn:iso:std:iso:3166": ("countries", "countries"),
    "urn:iso:std:iso:3166:-2": ("countries", "SubdivisionSystem"),
    "urn:iso:std:iso:4217": ("countries", "currencies"),
    "https://www.iana.org/time-zones": ("countries", "time_zones"),
}
"""URL -> module and name of what makes the system."""

_FOREIGN: Final = ("http://hl7.org/", "http://terminology.hl7.org/")


def built_in(url: str) -> "CodeTable | RuleSystem | None":
    """The built-in system with this URL, a Swedish one by any of its names included; None when there is none."""
    known = BUILT_IN.get(url)
    if known is not None:
        make: Callable[[], CodeTable | RuleSystem | None] = getattr(
            import_module(f"rehabfhir.terminology.{known[0]}"), known[1]
        )
        return make()
    return None if url.startswith(_FOREIGN) else _swedish(url)


def _swedish(url: str) -> "CodeTable | RuleSystem | None":
    from rehabfhir.terminology.systems import recognise  # noqa: PLC0415 - reads a file, and most systems are not Swedish

    found = recognise(url)
    if found is None or found.wrong is not None:
        return None
    if found.system.key == "kva":
        from rehabfhir.terminology.kva import KvaSystem  # noqa: PLC0415 - as above

        return KvaSystem()
    codes = found.system.codes
    if codes is None:
        return None
    concepts = [{"code": code} | ({"display": text} if text else {}) for code, text in codes.items()]
    return CodeTable({"url": url, "content": "complete", "caseSensitive": True, "concept": concepts})
