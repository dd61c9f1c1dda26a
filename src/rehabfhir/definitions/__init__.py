"""FHIR definitions: the embedded R4 core, packages, canonical look-up, snapshot generation."""

from rehabfhir.definitions.store import Definitions

__all__ = ["Definitions"]
