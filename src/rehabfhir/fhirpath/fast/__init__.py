"""The fast path: expressions over a known type as closures on raw JSON, without a node or a list for the common case.

What cannot be resolved from the definitions is refused when compiling; data of an unexpected shape makes a closure raise
`Bail`. Either way the general evaluator answers, and the same: `tests/fhirpath/test_fast.py` holds both against each other.
"""

from rehabfhir.fhirpath.fast._closures import Bail
from rehabfhir.fhirpath.fast._tests import Closure, Fast, combined, fast_test

__all__ = ["Bail", "Closure", "Fast", "combined", "fast_test"]
