"""Rules of resource types that no StructureDefinition states: `RULES` says which there are."""

from rehabfhir.validation.bundle import bundle_rules
from rehabfhir.validation.context import Rule
from rehabfhir.validation.questionnaire import questionnaire_rules, response_rules
from rehabfhir.validation.resources.measure import measure_rules
from rehabfhir.validation.resources.measure_report import measure_report_rules

__all__ = ["RULES"]

RULES: dict[str, tuple[Rule, ...]] = {
    "Bundle": (bundle_rules,),
    "Measure": (measure_rules,),
    "MeasureReport": (measure_report_rules,),
    "Questionnaire": (questionnaire_rules,),
    "QuestionnaireResponse": (response_rules,),
}
