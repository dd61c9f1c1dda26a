"""Tables to Python: every table becomes functions that read and one that writes, straight dictionary code.

The functions are generated once, when the tables are loaded; nothing of a table is interpreted per resource. A
reading function takes a FHIR element and gives the fields of the domain value; a writing function takes the fields
and gives the element. What a row cannot take is left alone: the rest keeps it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rehabfhir.mapping.code import Code
from rehabfhir.mapping.codegen_read import reader
from rehabfhir.mapping.codegen_write import writer
from rehabfhir.mapping.shapes import shape_of
from rehabfhir.mapping.table import TableSet

__all__ = ["Program", "generate_reading", "generate_writing"]


@dataclass(slots=True)
class Program:
    """Generated source and the constants that it names."""

    source: str
    constants: dict[str, Any]


def generate_reading(tables: TableSet, classes: Mapping[str, Any], *, fast: bool) -> Program:
    """Reading functions for all of `tables`, in the fast or the checked form; `classes` are the domain classes by name."""
    out = Code(tables, fast=fast)
    for table in tables.tables.values():
        reader(out, table, shape_of(classes[table.domain]))
    return Program("\n".join(out.lines) + "\n", out.constants)


def generate_writing(tables: TableSet, classes: Mapping[str, Any]) -> Program:
    """Writing functions for all of `tables`."""
    out = Code(tables)
    for table in tables.tables.values():
        writer(out, table, shape_of(classes[table.domain]))
    return Program("\n".join(out.lines) + "\n", out.constants)
