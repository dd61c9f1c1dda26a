"""Identifiers of people, staff and organisations: one module a kind, the same verbs in each.

``normalise`` gives the stored form, ``check`` the findings, ``format`` the form for people, ``parse`` what the
identifier itself tells. `identify` finds the kind from the system, in either family: URLs (FHIR) and OIDs (RIV-TA),
with and without ``urn:oid:``, and under both OIDs of the HSA-id.

>>> identify("urn:oid:1.2.752.129.2.1.4.1", "SE2321000131-E000000012345").system
'urn:oid:1.2.752.29.4.19'
>>> identify("1.2.752.129.2.1.3.1", "19900222-2397").value
'199002222397'
>>> identify("http://example.org/mrn", "1") is None
True
"""

from dataclasses import dataclass
from types import ModuleType

from rehabfhir.findings import Issue
from rehabfhir.model.identifiers import (
    hsa_id,
    lma_nummer,
    nationellt_reservnummer,
    organisationsnummer,
    personnummer,
    regionalt_reservnummer,
    samordningsnummer,
)
from rehabfhir.model.identifiers._shared import Parts, urn

__all__ = [
    "Identified",
    "Parts",
    "hsa_id",
    "identify",
    "lma_nummer",
    "nationellt_reservnummer",
    "organisationsnummer",
    "personnummer",
    "regionalt_reservnummer",
    "samordningsnummer",
]

_MODULES: tuple[ModuleType, ...] = (
    personnummer,
    samordningsnummer,
    nationellt_reservnummer,
    lma_nummer,
    hsa_id,
    organisationsnummer,
)
_BY_SYSTEM: dict[str, ModuleType] = {
    system: module for module in _MODULES for system in (module.SYSTEM, *module.OIDS, *map(urn, module.OIDS))
}


@dataclass(frozen=True, slots=True)
class Identified:
    """An identifier whose kind is known.

    Attributes:
        kind: stable name of the kind, such as ``personnummer`` or ``hsa-id``.
        name: the kind's Swedish name, with the issuing region for a regional reserve number.
        system: the system that FHIR profiles use for it.
        value: the identifier in its stored form.
        issues: what is wrong with it; empty when nothing is.
    """

    kind: str
    name: str
    system: str
    value: str
    issues: tuple[Issue, ...]


def identify(system: str, value: str) -> Identified | None:
    """What kind of identifier `value` is by its `system`; None when the system is not one that is known here."""
    module = _BY_SYSTEM.get(system)
    if module is not None:
        return Identified(module.KIND, module.NAME, module.SYSTEM, module.normalise(value), module.check(value))
    row = regionalt_reservnummer.series(system)
    if row is None:
        return None
    return Identified(
        regionalt_reservnummer.KIND,
        f"{regionalt_reservnummer.NAME}, {row.region}",
        row.uri or urn(row.oid),
        regionalt_reservnummer.normalise(value),
        regionalt_reservnummer.check(system, value),
    )
