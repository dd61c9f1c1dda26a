"""What an element's own definition asks beyond its type: bindings, targets, invariants, type profiles, extensions."""

from typing import TYPE_CHECKING, Any

from rehabfhir.validation.bindings import binding_check
from rehabfhir.validation.datatypes import TYPE_RULES, element_id
from rehabfhir.validation.extensions import extension_check
from rehabfhir.validation.invariants import Check, invariant
from rehabfhir.validation.place import Node
from rehabfhir.validation.references import canonical_check, reference_check

if TYPE_CHECKING:
    from rehabfhir.definitions.r4 import Element
    from rehabfhir.validation.place import Place
    from rehabfhir.validation.run import Run

__all__ = ["element_checks", "type_row"]

Tree = dict[str, Any]
_BASE = "http://hl7.org/fhir/StructureDefinition/"


def type_row(definition: Tree, type_: str) -> Tree:
    """The row of ``ElementDefinition.type`` for `type_`, empty when there is none."""
    for row in definition.get("type", ()):
        if row.get("code") == type_:
            return dict(row)
    return {}


def element_checks(node: Node, element: "Element", own: Tree) -> list[Check]:
    """The checks of an element as R4 itself defines it, in order; `own` is the root definition of its type."""
    definition = node.element
    source = _BASE + element.path.partition(".")[0]
    checks: list[Check] = []
    row = type_row(definition, element.type)
    if element.type == "Extension":
        checks.append(extension_check(modifier=element.name == "modifierExtension"))
    if element.name == "id" and element.is_attribute:
        checks.append(element_id)
    known = {each.get("expression") for each in own.get("constraint", ())}
    for constraint in definition.get("constraint", ()):
        if constraint.get("expression") not in known:
            made = invariant(constraint, element.type, source)
            if made is not None:
                checks.append(made)
    rule = TYPE_RULES.get(element.type)
    if rule is not None:
        checks.append(rule)
    bound = binding_check(definition.get("binding"), element.type, None)
    if bound is not None:
        checks.append(bound)
    if element.type == "Reference":
        checks.append(reference_check(row, None))
    elif element.type in {"canonical", "uri", "url"}:
        checks.append(canonical_check(element.type, row))
    checks.extend(_by_profile(url) for url in row.get("profile", ())[:1])
    return checks


def _by_profile(url: str) -> Check:
    def check(value: Any, place: "Place", run: "Run") -> None:
        run.conform(value, place, url)

    return check
