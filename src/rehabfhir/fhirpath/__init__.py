"""FHIRPath over plain JSON trees: compiled once, evaluated many times, never without end.

>>> from rehabfhir.fhirpath import compile_expression
>>> compile_expression("name.where(use = 'official').given").evaluate(
...     {"resourceType": "Patient", "name": [{"use": "official", "given": ["Anna", "Maria"]}]}
... )
['Anna', 'Maria']
"""

from rehabfhir.fhirpath.env import Env
from rehabfhir.fhirpath.errors import FhirPathError, FhirPathLimit, FhirPathSyntaxError, FhirPathTypeError
from rehabfhir.fhirpath.expression import Expression, compile_expression
from rehabfhir.fhirpath.node import Node, node_for

__all__ = [
    "Env",
    "Expression",
    "FhirPathError",
    "FhirPathLimit",
    "FhirPathSyntaxError",
    "FhirPathTypeError",
    "Node",
    "compile_expression",
    "node_for",
]
