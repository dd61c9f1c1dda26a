"""Mapping between the domain and FHIR R4: tables as data, run in both directions, with an account of every leaf."""

from rehabfhir.mapping.api import FORMS, Form, UnknownCodes, from_fhir, to_fhir, to_resource
from rehabfhir.mapping.loss import Leaf, Loss
from rehabfhir.mapping.pages import explain
from rehabfhir.mapping.report import Restoration, restoration
from rehabfhir.mapping.rest import Rest

__all__ = [
    "FORMS",
    "Form",
    "Leaf",
    "Loss",
    "Rest",
    "Restoration",
    "UnknownCodes",
    "explain",
    "from_fhir",
    "restoration",
    "to_fhir",
    "to_resource",
]
