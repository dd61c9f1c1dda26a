"""Every FHIRPath function that we support, by name; the modules follow the chapters of the specification."""

from rehabfhir.fhirpath.functions import (
    boundaries,
    collections,
    conversion,
    existence,
    fhir,
    kinds,
    maths,
    strings,
)
from rehabfhir.fhirpath.functions._table import Function

__all__ = ["FUNCTIONS"]

FUNCTIONS: dict[str, Function] = {
    **existence.FUNCTIONS,
    **collections.FUNCTIONS,
    **kinds.FUNCTIONS,
    **conversion.FUNCTIONS,
    **strings.FUNCTIONS,
    **maths.FUNCTIONS,
    **boundaries.FUNCTIONS,
    **fhir.FUNCTIONS,
}
