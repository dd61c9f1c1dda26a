"""What slices are made of: slicing by default, type slices, what a differential says of all slices at once.

Where https://hl7.org/fhir/R4/profiling.html#slicing leaves a choice, HL7's own snapshots decide.
"""

from typing import Any

from rehabfhir.definitions.elements import Node
from rehabfhir.definitions.r4 import is_primitive, is_type, type_code

__all__ = [
    "EXTENSION_SLICING",
    "TYPE_SLICING",
    "as_type_slice",
    "is_extension",
    "overlaid",
    "settled_types",
    "single_choice",
    "without_name",
]

Facts = dict[str, Any]

EXTENSION_SLICING: Facts = {"discriminator": [{"type": "value", "path": "url"}], "ordered": False, "rules": "open"}
TYPE_SLICING: Facts = {"discriminator": [{"type": "type", "path": "$this"}], "ordered": False, "rules": "closed"}


def is_extension(facts: Facts) -> bool:
    """True for an element whose only type is Extension."""
    return {each.get("code") for each in facts.get("type", ())} == {"Extension"}


def without_name(node: Node) -> Node:
    """The differential of a slice, said of the element itself."""
    one = node.branch()
    one.slices = {name: each.copy() for name, each in node.slices.items()}
    one.facts = {key: value for key, value in node.facts.items() if key != "sliceName"}
    return one


def overlaid(common: Node, own: Node) -> Node:
    """What a differential says of all slices, under what it says of one; the slice's own word wins."""
    both = Node({**common.facts, **own.facts})
    both.children = {name: child.copy() for name, child in common.children.items()}
    for name, child in own.children.items():
        both.children[name] = overlaid(both.children[name], child) if name in both.children else child.copy()
    both.slices = {name: one.copy() for name, one in common.slices.items()}
    for name, one in own.slices.items():
        both.slices[name] = overlaid(both.slices[name], one) if name in both.slices else one.copy()
    return both


def single_choice(node: Node, name: str) -> str | None:
    """The child `valueQuantity` of a base that names it so, when the differential says `value[x]`."""
    if not name.endswith("[x]"):
        return None
    stem = name[:-3]
    for own in node.children:
        suffix = own[len(stem) :] if own.startswith(stem) else ""
        if suffix[:1].isupper() and (is_type(suffix) or is_primitive(suffix[:1].lower() + suffix[1:])):
            return own
    return None


def as_type_slice(inner: Node, name: str, suffix: str, choice: Facts) -> Node:
    """The differential's `valueQuantity` as a slice of `value[x]`, with its type said."""
    one = inner.copy()
    code = suffix[:1].lower() + suffix[1:]
    if not is_primitive(code):
        code = suffix
    if "type" not in one.facts:
        known = [each for each in choice.get("type", ()) if type_code(each) == code]
        one.facts = {**one.facts, "type": known or [{"code": code}]}
    one.facts = {key: value for key, value in one.facts.items() if key != "slicing"} | {"sliceName": name}
    return one


def _sliced_by_type(facts: Facts) -> bool:
    discriminators = facts.get("slicing", {}).get("discriminator", ())
    return (
        len(discriminators) == 1
        and discriminators[0].get("type") == "type"
        and discriminators[0].get("path") == "$this"
    )


def settled_types(node: Node, diff: Node) -> Facts:
    """The facts of a choice after its slices are made.

    A required slice fixes the type, a forbidden one takes its type away, and the slicing is closed when every type that
    is left has a slice.
    """
    if not _sliced_by_type(node.facts):
        return node.facts
    facts = dict(node.facts)
    codes = {name: {type_code(each) for each in one.facts.get("type", ())} for name, one in node.slices.items()}
    fixed = [name for name in diff.slices if node.slices[name].facts.get("min", 0) > 0 and len(codes[name]) == 1]
    forbidden = {code for name in diff.slices if node.slices[name].facts.get("max") == "0" for code in codes[name]}
    types = facts.get("type", [])
    if len(fixed) == 1:
        facts["min"] = max(1, facts.get("min", 0))
        forbidden |= {type_code(each) for each in types} - codes[fixed[0]]
        if len(diff.slices) > 1:
            one = node.slices[fixed[0]]
            one.facts = {**one.facts, "min": 0}
    types = [each for each in types if type_code(each) not in forbidden] or types
    missing = {type_code(each) for each in types}.difference(*codes.values())
    facts["type"] = types
    if facts.get("max") != "0":
        facts["slicing"] = {**TYPE_SLICING, "rules": "open" if missing else "closed"}
    return facts
