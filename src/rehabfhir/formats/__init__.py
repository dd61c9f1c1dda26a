"""FHIR JSON, XML and NDJSON: bytes to a JSON tree with source positions, and back."""

from rehabfhir.formats._numbers import ExactDecimal, number
from rehabfhir.formats.json_write import write_json
from rehabfhir.formats.limits import DEFAULT_LIMITS, Limits
from rehabfhir.formats.models import is_model, to_model, tree_of
from rehabfhir.formats.ndjson import read_ndjson
from rehabfhir.formats.read import read
from rehabfhir.formats.source import Format, Source
from rehabfhir.formats.xml_write import write_xml

__all__ = [
    "DEFAULT_LIMITS",
    "ExactDecimal",
    "Format",
    "Limits",
    "Source",
    "is_model",
    "number",
    "read",
    "read_ndjson",
    "to_model",
    "tree_of",
    "write_json",
    "write_xml",
]
