"""Rehabilitation plans, assessments and KVÅ procedures to and from FHIR R4, and validation against profiles.

Every public name is imported on first use, so that ``import rehabfhir`` costs next to nothing.

>>> import rehabfhir
>>> rehabfhir.__version__
'0.1.0'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rehabfhir.errors import RehabFhirError as RehabFhirError
    from rehabfhir.findings import Issue as Issue
    from rehabfhir.findings import Outcome as Outcome
    from rehabfhir.instruments import score as score
    from rehabfhir.mapping import explain as explain
    from rehabfhir.mapping import from_fhir as from_fhir
    from rehabfhir.mapping import to_fhir as to_fhir
    from rehabfhir.mapping import to_resource as to_resource
    from rehabfhir.model import Assessment as Assessment
    from rehabfhir.model import RehabilitationPlan as RehabilitationPlan
    from rehabfhir.model import RehabilitationProcedure as RehabilitationProcedure
    from rehabfhir.validation import Validator as Validator

__version__ = "0.1.0"

_HOME = {
    "Assessment": "rehabfhir.model",
    "Issue": "rehabfhir.findings",
    "Outcome": "rehabfhir.findings",
    "RehabFhirError": "rehabfhir.errors",
    "RehabilitationPlan": "rehabfhir.model",
    "RehabilitationProcedure": "rehabfhir.model",
    "Validator": "rehabfhir.validation",
    "explain": "rehabfhir.mapping",
    "from_fhir": "rehabfhir.mapping",
    "score": "rehabfhir.instruments",
    "to_fhir": "rehabfhir.mapping",
    "to_resource": "rehabfhir.mapping",
}

__all__ = sorted([*_HOME, "__version__"])  # noqa: PLE0605 - one list, kept beside where each name lives


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'rehabfhir' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
