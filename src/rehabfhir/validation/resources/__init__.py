"""Rules of resource types that no StructureDefinition states: `RULES` says which there are."""

from rehabfhir.validation.bundle import bundle_rules
from rehabfhir.validation.canonical_types import CANONICAL_TYPES
from rehabfhir.validation.context import Rule
from rehabfhir.validation.questionnaire import questionnaire_rules, response_rules
from rehabfhir.validation.resources.canonical import canonical_rules
from rehabfhir.validation.resources.code_system import code_system_rules
from rehabfhir.validation.resources.concept_map import concept_map_rules
from rehabfhir.validation.resources.implementation_guide import guide_rules
from rehabfhir.validation.resources.measure import measure_rules
from rehabfhir.validation.resources.measure_report import measure_report_rules
from rehabfhir.validation.resources.search_parameter import capability_rules, search_parameter_rules
from rehabfhir.validation.resources.structure_definition import structure_rules
from rehabfhir.validation.resources.value_set import value_set_rules

__all__ = ["RULES"]

_OWN: dict[str, tuple[Rule, ...]] = {
    "Bundle": (bundle_rules,),
    "CapabilityStatement": (capability_rules,),
    "CodeSystem": (code_system_rules,),
    "ConceptMap": (concept_map_rules,),
    "ImplementationGuide": (guide_rules,),
    "Measure": (measure_rules,),
    "MeasureReport": (measure_report_rules,),
    "Questionnaire": (questionnaire_rules,),
    "QuestionnaireResponse": (response_rules,),
    "SearchParameter": (search_parameter_rules,),
    "StructureDefinition": (structure_rules,),
    "ValueSet": (value_set_rules,),
}
RULES: dict[str, tuple[Rule, ...]] = dict.fromkeys(CANONICAL_TYPES, (canonical_rules,))
RULES |= {kind: (*RULES.get(kind, ()), *rules) for kind, rules in _OWN.items()}
"""Resource type -> its rules."""
