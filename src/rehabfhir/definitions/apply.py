"""A differential laid over the tree of its base: children found or unfolded, slices made, choices narrowed.

The rules follow https://hl7.org/fhir/R4/profiling.html; where that page leaves a choice, HL7's own snapshots decide
(a new slice starts from the base definition's element, with min 0, not from what this differential says of all slices).
"""

from collections.abc import Callable
from typing import Any

from rehabfhir.definitions.elements import Node
from rehabfhir.definitions.merge import high, merged, rooted, union
from rehabfhir.definitions.r4 import is_primitive, is_type, type_code

__all__ = ["Application"]

Facts = dict[str, Any]

_EXTENSION_SLICING = {"discriminator": [{"type": "value", "path": "url"}], "ordered": False, "rules": "open"}
_TYPE_SLICING = {"discriminator": [{"type": "type", "path": "$this"}], "ordered": False, "rules": "closed"}
_ANONYMOUS = {"Element", "BackboneElement", "Base"}
_SHORTCUT = "(shortcut)"
_NO_ELEMENTS = ("http://hl7.org/fhirpath/", "Resource")
_MAX_DEPTH = 60


class Application:
    """One differential on its way into one snapshot.

    Args:
        base: the tree of the base definition; it stays as it is.
        specializes: True when the differential defines a new type, which may add elements.
        tree_of: gives the tree of a canonical or type name, None when there is none.
        report: called with a rule, a message and the element's id for each finding.
        element_constraints: the invariants that every element has (``ele-1``).
    """

    def __init__(
        self,
        base: Node,
        *,
        specializes: bool,
        tree_of: Callable[[str], Node | None],
        report: Callable[[str, str, str], None],
        element_constraints: list[Facts],
    ) -> None:
        self._base = base
        self._specializes = specializes
        self._tree_of = tree_of
        self._report = report
        self._element_constraints = element_constraints

    def run(self, diff: Node, type_name: str) -> Node:
        """The snapshot's tree."""
        root = self._base.copy()
        self._lay(root, diff, self._base, type_name, 0)
        return root

    def _merge(self, facts: Facts, diff: Facts, element_id: str) -> Facts:
        def report(rule: str, message: str) -> None:
            if not (self._specializes and rule == "snapshot-type"):  # a new primitive narrows the type of its value
                self._report(rule, message, element_id)

        return merged(facts, diff, report)

    def _lay(self, node: Node, diff: Node, before: Node, element_id: str, depth: int) -> None:
        """Lay `diff` over `node`; `before` is the same element in the base definition, from which new slices start."""
        if depth > _MAX_DEPTH:
            self._report(
                "snapshot-depth", f"elements are nested deeper than {_MAX_DEPTH}; flatten the profile", element_id
            )
            return
        if diff.facts:
            slice_name = node.facts.get("sliceName")
            node.facts = self._merge(node.facts, diff.facts, element_id)
            if slice_name:
                node.facts["sliceName"] = slice_name
        if diff.children:
            self._lay_children(node, diff, before, element_id, depth)
        if diff.slices:
            self._lay_slices(node, diff, before, element_id, depth)

    def _lay_children(self, node: Node, diff: Node, before: Node, element_id: str, depth: int) -> None:
        if not node.children or "contentReference" in node.facts:
            self._unfold(node, element_id)
        source = before if before.children else node.copy()
        shortcuts: dict[str, tuple[Node, Node]] = {}
        for name, inner in diff.children.items():
            child = node.children.get(name)
            if child is not None:
                self._lay(child, inner, source.children.get(name, child), f"{element_id}.{name}", depth + 1)
                continue
            choice = node.choice_of(name)
            if choice is not None:
                own, target = choice
                asked = shortcuts.setdefault(own, (target, Node({})))[1]
                asked.slices[name] = _as_type_slice(inner, name, name[len(own) - 3 :], target.facts)
                continue
            single = None if self._specializes else _single_choice(node, name)
            if single is not None:
                self._lay(
                    node.children[single],
                    inner,
                    source.children.get(single, node.children[single]),
                    f"{element_id}.{single}",
                    depth + 1,
                )
            elif self._specializes:
                node.children[name] = self._new(inner, f"{element_id}.{name}", depth)
            elif len({each.get("code") for each in node.facts.get("type", ())}) > 1:
                message = (
                    f"{element_id} may be of several types, so {name} cannot be constrained; slice it by type first"
                )
                self._report("snapshot-choice", message, f"{element_id}.{name}")
            else:
                message = f"the differential constrains {element_id}.{name}, which the base definition does not have; correct the path"
                self._report("snapshot-path", message, f"{element_id}.{name}")
        for own, (target, asked) in shortcuts.items():
            self._lay_slices(target, asked, source.children.get(own, target), f"{element_id}.{own}", depth + 1)

    def _new(self, diff: Node, element_id: str, depth: int) -> Node:
        """An element that this definition adds."""
        facts = {"min": 0, "max": "*", **diff.facts}
        if not any(str(each.get("code", "")).startswith(_NO_ELEMENTS) for each in facts.get("type", ())):
            facts["constraint"] = union(self._element_constraints, facts.get("constraint", []))
        facts["base"] = {"path": element_id, "min": facts["min"], "max": facts["max"]}
        node = Node(facts)
        if diff.children:
            self._unfold(node, element_id)
            rest = Node({})
            rest.children = diff.children
            self._lay(node, rest, node.copy(), element_id, depth + 1)
        if diff.slices:
            self._lay_slices(node, diff, node.copy(), element_id, depth)
        return node

    def _unfold(self, node: Node, element_id: str) -> None:
        """Give a node the children of its type, its profile or the element that it refers to."""
        reference = node.facts.get("contentReference")
        if reference:
            target = self._referred(reference)
            if target is None:
                self._report(
                    "snapshot-reference", f"contentReference {reference} leads nowhere; correct it", element_id
                )
                return
            node.facts = {name: value for name, value in node.facts.items() if name != "contentReference"}
            node.facts["type"] = target.facts.get("type", [])
            node.children = target.branch().children
            return
        source = self._type_tree(node.facts.get("type", []), element_id)
        if source is not None:
            node.children = source.branch().children

    def _type_tree(self, types: list[Facts], element_id: str) -> Node | None:
        codes = {each.get("code") for each in types}
        if not types or len(codes) > 1:
            return self._tree_of("Element") if types else None
        for profile in types[0].get("profile", ())[:1]:
            found = self._tree_of(profile)
            if found is not None:
                return found
            message = f"profile {profile} of the element's type is not known, so its children are those of the type; load the package that has it"
            self._report("snapshot-profile", message, element_id)
        code = type_code(types[0])
        found = self._tree_of(code)
        if found is None:
            self._report(
                "snapshot-type",
                f"type {code} is not known; correct it, or load the package that defines it",
                element_id,
            )
        return found

    def _referred(self, reference: str) -> Node | None:
        url, _, path = reference.partition("#")
        names = path.split(".")
        root: Node | None = self._base
        if url or names[0] != self._base.facts.get("path", names[0]).partition(".")[0]:
            root = self._tree_of(url or names[0])
        for name in names[1:]:
            root = root.children.get(name.partition(":")[0]) if root else None
        return root

    def _lay_slices(self, node: Node, diff: Node, before: Node, element_id: str, depth: int) -> None:
        is_choice = element_id.endswith("[x]")
        if "slicing" not in node.facts and not node.slices and not diff.facts and len(diff.slices) == 1:
            name, inner = next(iter(diff.slices.items()))
            extension = {each.get("code") for each in node.facts.get("type", ())} == {"Extension"}
            if not extension and not inner.facts.get(
                _SHORTCUT
            ):  # one name and no slicing: it is the element itself that is meant
                inner = inner.copy()
                inner.facts = {key: value for key, value in inner.facts.items() if key != "sliceName"}
                self._lay(node, inner, before, element_id, depth + 1)
                return
        if "slicing" not in node.facts:
            node.facts = {
                **node.facts,
                "slicing": self._default_slicing(node, diff, is_choice=is_choice, element_id=element_id),
            }
        stem = element_id.rpartition(":")[0] if ":" in element_id.rpartition(".")[2] else element_id
        for name, inner in diff.slices.items():
            one = node.slices.get(name)
            slice_id = f"{stem}:{name}"
            if one is not None:
                origin = before.slices.get(name, one)
                self._lay(one, inner, origin, slice_id, depth + 1)
                continue
            one, origin = self._new_slice(name, inner, node, before)
            node.insert_slice(name, one)
            self._lay(one, inner, origin, slice_id, depth + 1)
            if high(one.facts.get("max")) > high(node.facts.get("max")):
                one.facts = {**one.facts, "max": node.facts["max"]}
        if is_choice:
            self._settle_types(node, diff, element_id)

    def _default_slicing(self, node: Node, diff: Node, *, is_choice: bool, element_id: str) -> Facts:
        codes = {each.get("code") for each in node.facts.get("type", ())}
        if codes == {"Extension"}:
            return _EXTENSION_SLICING
        if is_choice:
            return _TYPE_SLICING
        named = ", ".join(list(diff.slices)[:3])
        self._report(
            "snapshot-slicing",
            f"slices ({named}) without a slicing that tells them apart; add slicing.discriminator",
            element_id,
        )
        return {"rules": "open"}

    def _new_slice(self, name: str, inner: Node, node: Node, before: Node) -> tuple[Node, Node]:
        """A new slice and the element that it starts from."""
        parent = name.rpartition("/")[0]
        origin = node.slices[parent] if parent and parent in node.slices else before
        one = origin.branch()
        facts = {key: value for key, value in origin.facts.items() if key not in {"slicing", "sliceIsConstraining"}}
        template = self._profile_root(inner.facts, facts)
        if template is not None:
            facts = rooted(template, facts)
        facts["sliceName"] = name
        facts["min"] = 0
        one.facts = facts
        return one, origin

    def _profile_root(self, diff: Facts, base: Facts) -> Facts | None:
        """The root of the one profile that a new slice's extension has."""
        types = diff.get("type", ())
        if len(types) != 1 or len(types[0].get("profile", ())) != 1 or types[0].get("code") != "Extension":
            return None
        if {each.get("code") for each in base.get("type", ())} != {"Extension"}:
            return None
        found = self._tree_of(types[0]["profile"][0])
        return found.facts if found else None

    def _settle_types(self, node: Node, diff: Node, element_id: str) -> None:
        """Slicing by type: closed when every allowed type has a slice; a required slice fixes the type."""
        discriminators = node.facts.get("slicing", {}).get("discriminator", ())
        if (
            len(discriminators) != 1
            or discriminators[0].get("type") != "type"
            or discriminators[0].get("path") != "$this"
        ):
            return
        allowed = [each.get("code") for each in node.facts.get("type", ())]
        sliced = {type_code(each) for one in node.slices.values() for each in one.facts.get("type", ())}
        facts = {**node.facts}
        fixed = [
            one.facts["type"][0].get("code")
            for name, one in node.slices.items()
            if name in diff.slices and one.facts.get("min", 0) > 0 and len(one.facts.get("type", ())) == 1
        ]
        if len(fixed) == 1:
            facts["min"] = max(1, facts.get("min", 0))
            facts["type"] = [each for each in facts["type"] if each.get("code") == fixed[0]] or facts["type"]
            allowed = [fixed[0]]
        if facts.get("max") != "0":
            missing = [code for code in allowed if code not in sliced]
            if missing and element_id.endswith("xtension.value[x]"):
                facts["type"] = [each for each in facts["type"] if each.get("code") not in missing] or facts["type"]
                missing = []
            facts["slicing"] = {**_TYPE_SLICING, "rules": "open" if missing else "closed"}
        node.facts = facts


def _single_choice(node: Node, name: str) -> str | None:
    """The child `valueQuantity` of a base that names it so, when the differential says `value[x]`."""
    if not name.endswith("[x]"):
        return None
    stem = name[:-3]
    for own in node.children:
        suffix = own[len(stem) :] if own.startswith(stem) else ""
        if suffix[:1].isupper() and (is_type(suffix) or is_primitive(suffix[:1].lower() + suffix[1:])):
            return own
    return None


def _as_type_slice(inner: Node, name: str, suffix: str, choice: Facts) -> Node:
    """The differential's `valueQuantity` as a slice of `value[x]`, with its type said."""
    one = inner.copy()
    code = suffix[:1].lower() + suffix[1:]
    if not is_primitive(code):
        code = suffix
    if "type" not in one.facts:
        known = [each for each in choice.get("type", ()) if each.get("code") == code]
        one.facts = {**one.facts, "type": known or [{"code": code}]}
    one.facts = {key: value for key, value in one.facts.items() if key != "slicing"} | {
        "sliceName": name,
        _SHORTCUT: True,
    }
    return one
