"""Well-known codes: systems, and the concepts that plans, goals and needs use, ready to put in a field.

Nothing here limits what a field may hold; unknown codes are kept. Sources stand with each group.
"""

from typing import Final

from rehabfhir.model.coding import Code, Concept

__all__ = ["BASE", "concept"]

BASE: Final = "https://rehabfhir.org/fhir"
"""Canonical base of our own code systems."""

KVA: Final = "urn:oid:1.2.752.116.1.3.2.1.4"
"""KVÅ; no http URI is registered (interop §2.1)."""
ICD10SE: Final = "urn:oid:1.2.752.116.1.1.1.1.3"
"""ICD-10-SE (interop §2.1)."""
ICF: Final = "http://hl7.org/fhir/sid/icf"
"""ICF (interop §2.1)."""
SNOMED: Final = "http://snomed.info/sct"
LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
CARE_PLAN_TYPE: Final = "https://fhir.inera.se/CodeSystem/typeofcareplan-cs"
"""GetCarePlans' plan types, RP and HP among them (sweden §4.1)."""
ACHIEVEMENT: Final = "http://terminology.hl7.org/CodeSystem/goal-achievement"
DIMENSION: Final = f"{BASE}/CodeSystem/need-dimension"
NEED_LEVEL: Final = f"{BASE}/CodeSystem/need-level"
PHASE: Final = f"{BASE}/CodeSystem/rehabilitation-phase"
OCCASION: Final = f"{BASE}/CodeSystem/assessment-occasion"
ICF_QUALIFIER: Final = f"{BASE}/CodeSystem/icf-qualifier"
AGREEMENT_FORM: Final = f"{BASE}/CodeSystem/agreement-form"
DELIVERY_FORM: Final = f"{BASE}/CodeSystem/delivery-form"
FOLLOW_UP_DECISION: Final = f"{BASE}/CodeSystem/follow-up-decision"


def concept(system: str, code: str, display: str | None = None, *, text: str | None = None) -> Concept:
    """A concept with one code."""
    return Concept(codings=(Code(system=system, code=code, display=display),), text=text)
