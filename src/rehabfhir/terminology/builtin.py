"""Systems that need no package, because they are rules or public lists: one table from URL to the module that knows it."""

from collections.abc import Callable
from typing import Final

from rehabfhir.terminology import checkdigits, countries, languages, media, ucum
from rehabfhir.terminology.codes import CodeTable
from rehabfhir.terminology.kva import KvaSystem
from rehabfhir.terminology.systems import recognise
from rehabfhir.terminology.uris import UriSystem
from rehabfhir.terminology.valuesets import RuleSystem

__all__ = ["BUILT_IN", "built_in"]

BUILT_IN: Final[dict[str, Callable[[], CodeTable | RuleSystem | None]]] = {
    ucum.URL: ucum.UcumSystem,
    languages.URL: languages.LanguageSystem,
    media.URL: media.MediaTypeSystem,
    "urn:ietf:rfc:3986": UriSystem,
    checkdigits.SNOMED_CT: checkdigits.SnomedSystem,
    checkdigits.LOINC: checkdigits.LoincSystem,
    countries.COUNTRIES: countries.countries,
    countries.SUBDIVISIONS: countries.SubdivisionSystem,
    countries.CURRENCIES: countries.currencies,
    countries.TIME_ZONES: countries.time_zones,
}


def built_in(url: str) -> CodeTable | RuleSystem | None:
    """The built-in system with this URL; None when there is none."""
    make = BUILT_IN.get(url)
    if make is not None:
        return make()
    found = recognise(url)
    if found is None or found.wrong is not None:
        return None
    if found.system.key == "kva":
        return KvaSystem()
    codes = found.system.codes
    if codes is None:
        return None
    concepts = [{"code": code} | ({"display": text} if text else {}) for code, text in codes.items()]
    return CodeTable({"url": url, "content": "complete", "caseSensitive": True, "concept": concepts})
