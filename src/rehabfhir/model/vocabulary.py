"""Well-known codes: systems, and the concepts that plans, goals and needs use, ready to put in a field.

Nothing here limits what a field may hold; unknown codes are kept. Each group names its source in docs/sources.md.

>>> PHASES["palliative"].codings[0].display
'Stödjande och palliativ fas'
>>> concept(KVA, "QD006", "Lymfödembehandling").code_in(KVA)
'QD006'
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rehabfhir.model.coding import Code, Concept

__all__ = [
    "ACHIEVEMENT",
    "ACHIEVEMENTS",
    "AGREEMENT_FORM",
    "AGREEMENT_FORMS",
    "BASE",
    "CARE_PLAN_TYPE",
    "DELIVERY_FORM",
    "DELIVERY_FORMS",
    "DIMENSION",
    "DIMENSIONS",
    "FOLLOW_UP_DECISION",
    "FOLLOW_UP_DECISIONS",
    "HABILITATION",
    "ICD10SE",
    "ICF",
    "ICF_QUALIFIER",
    "ICF_QUALIFIERS",
    "KVA",
    "LOINC",
    "NEED_LEVEL",
    "NEED_LEVELS",
    "OCCASION",
    "OCCASIONS",
    "PHASE",
    "PHASES",
    "PROFESSIONS",
    "REHABILITATION",
    "SNOMED",
    "UCUM",
    "concept",
]

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
"""R4 Goal.achievementStatus."""
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


def _group(system: str, titles: Mapping[str, str | None]) -> Mapping[str, Concept]:
    return MappingProxyType({code: concept(system, code, title) for code, title in titles.items()})


REHABILITATION: Final = Concept(
    codings=(
        Code(system=SNOMED, code="736055001", display="Rehabilitation care plan"),
        Code(system=CARE_PLAN_TYPE, code="RP", display="RP"),
    ),
    text="Rehabiliteringsplan",
)
"""Type of a rehabilitation plan, for `RehabilitationPlan.types` (sweden §4.1)."""
HABILITATION: Final = concept(CARE_PLAN_TYPE, "HP", "HP", text="Habiliteringsplan")
"""Type of a habilitation plan (sweden §4.1)."""

DIMENSIONS = _group(
    DIMENSION, {"physical": "Fysisk", "psychological": "Psykisk", "social": "Social", "existential": "Existentiell"}
)
"""The four dimensions of need (sweden §2.1)."""
NEED_LEVELS = _group(
    NEED_LEVEL,
    {
        "basic": "Grundläggande behov",
        "particular": "Särskilda behov",
        "advanced": "Avancerade behov",
        "very-advanced": "Mycket avancerade behov",
    },
)
"""Levels of need in the national care programme; regions have others (sweden §2.1)."""
PHASES = _group(
    PHASE,
    {
        "prophylaxis": "Profylax",
        "prehabilitation": "Prehabilitering",
        "early": "Tidig rehabilitering",
        "during-treatment": "Under pågående behandling",
        "after-treatment": "Efter primär behandling",
        "chronic": "Tidig palliativ eller kronisk fas",
        "palliative": "Stödjande och palliativ fas",
    },
)
"""Phases of rehabilitation (sweden §2.1)."""
OCCASIONS = _group(
    OCCASION,
    {
        "diagnosis": "Vid diagnos",
        "treatment-start": "Vid behandlingsstart",
        "treatment-end": "Vid avslutad behandling",
        "change": "Vid förändring av sjukdom eller behandling",
        "progress": "Vid progress",
        "palliative-intent": "Vid övergång till palliativ intention",
        "late-palliative": "Vid övergång till sen palliativ fas",
        "hand-over": "Vid överlämning",
        "new-caregiver": "Vid ny vårdgivare",
        "procedure": "Vid ingrepp",
        "admission": "Vid inskrivning",
        "discharge": "Vid utskrivning",
        "follow-up": "Vid uppföljning",
    },
)
"""Occasions at which needs are assessed (sweden §2.1)."""
ICF_QUALIFIERS = _group(
    ICF_QUALIFIER,
    {
        "0": "Ingen",
        "1": "Lätt",
        "2": "Måttlig",
        "3": "Svår",
        "4": "Total",
        "8": "Ej specificerad",
        "9": "Ej tillämplig",
    },
)
"""ICF's first qualifier, the extent of a problem (WHO, ICF, annex 2)."""
AGREEMENT_FORMS = _group(AGREEMENT_FORM, {"oral": "Muntligt", "written": "Skriftligt", "digital": "Digitalt"})
"""How the patient agreed (sweden §2.1)."""
DELIVERY_FORMS = _group(DELIVERY_FORM, {"digital": "Digitalt", "print": "På papper"})
"""How the patient was given the plan (sweden §2.1)."""
FOLLOW_UP_DECISIONS = _group(
    FOLLOW_UP_DECISION,
    {"continue": "Fortsätter oförändrad", "change": "Ändras", "end": "Avslutas", "reassess": "Ny bedömning"},
)
"""What a follow-up leads to (interop §4)."""
ACHIEVEMENTS = _group(
    ACHIEVEMENT,
    dict.fromkeys(
        (
            "in-progress",
            "improving",
            "worsening",
            "no-change",
            "achieved",
            "sustaining",
            "not-achieved",
            "no-progress",
            "not-attainable",
        )
    ),
)
"""How far a goal is reached (https://hl7.org/fhir/R4/valueset-goal-achievement.html)."""
PROFESSIONS = _group(
    KVA,
    {
        "XS910": "Arbetsterapeut",
        "XS912": "Dietist",
        "XS913": "Kurator",
        "XS914": "Logoped",
        "XS915": "Läkare",
        "XS917": "Psykolog",
        "XS918": "Sjukgymnast/fysioterapeut",
        "XS919": "Sjuksköterska",
        "XS921": "Undersköterska",
    },
)
"""Professions in the rehabilitation team by KVÅ (sweden §1.2, §4.4)."""
