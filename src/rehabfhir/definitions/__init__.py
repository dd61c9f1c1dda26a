"""FHIR definitions: the embedded R4 core, packages, canonical look-up, snapshot generation."""
