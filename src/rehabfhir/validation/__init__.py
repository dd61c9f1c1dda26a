"""Validation of FHIR R4: `Validator`, its options, and what rules are given."""

from rehabfhir.validation.context import Context, Resolved, Rule
from rehabfhir.validation.options import ValidationOptions
from rehabfhir.validation.validator import Validator

__all__ = ["Context", "Resolved", "Rule", "ValidationOptions", "Validator"]
