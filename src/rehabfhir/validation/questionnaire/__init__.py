"""Questionnaires, and responses to them (https://hl7.org/fhir/R4/questionnaire.html, https://hl7.org/fhir/R4/questionnaireresponse.html)."""

from rehabfhir.validation.questionnaire.definition import questionnaire_rules
from rehabfhir.validation.questionnaire.response import response_rules

__all__ = ["questionnaire_rules", "response_rules"]
