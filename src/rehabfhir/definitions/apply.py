"""A differential laid over the tree of its base: children found or unfolded, slices made, choices narrowed.

The rules follow https://hl7.org/fhir/R4/profiling.html; where that page leaves a choice, HL7's own snapshots decide
(a new slice starts from the base definition's element, with min 0, not from what this differential says of all slices).
"""

from collections.abc import Callable
from typing import Any

from rehabfhir.definitions.elements import INDEX, Node
from rehabfhir.definitions.merge import high, merged, rooted, union
from rehabfhir.definitions.r4 import type_code
from rehabfhir.definitions.slices import (
    EXTENSION_SLICING,
    TYPE_SLICING,
    as_type_slice,
    is_extension,
    overlaid,
    settled_types,
    single_choice,
    without_name,
)

__all__ = ["Application", "TooGreatError"]

Facts = dict[str, Any]

_NO_ELEMENTS = ("http://hl7.org/fhirpath/", "Resource")
_ANONYMOUS = {"BackboneElement"}
_MAX_DEPTH = 60
_MAX_NODES = 300_000


class TooGreatError(Exception):
    """The snapshot would have more elements than any real one: a differential made to exhaust the machine."""


class Application:
    """One differential on its way into one snapshot.

    Args:
        base: the tree of the base definition; it stays as it is.
        specializes: True when the differential defines a new type, which may add elements.
        logical: True for a logical model, of whose new elements only anonymous ones have invariants.
        tree_of: gives the tree of a canonical or type name, None when there is none.
        report: called with a rule, a message and the number of the differential's element for each finding.
        element_constraints: the invariants that every element has (``ele-1``).
    """

    def __init__(
        self,
        base: Node,
        *,
        specializes: bool,
        logical: bool = False,
        tree_of: Callable[[str], Node | None],
        report: Callable[[str, str, int | None], None],
        element_constraints: list[Facts],
    ) -> None:
        self._base = base
        self._specializes = specializes
        self._logical = logical
        self._tree_of = tree_of
        self._report = report
        self._element_constraints = element_constraints
        self._left = _MAX_NODES

    def run(self, diff: Node, type_name: str) -> Node:
        """The snapshot's tree.

        Raises:
            TooGreatError: when it would be greater than any real one.
        """
        root = self._base.copy()
        self._lay(root, diff, self._base, type_name, 0, inside=False)
        return root

    def _spend(self, nodes: int) -> None:
        self._left -= nodes
        if self._left < 0:
            raise TooGreatError

    def _say(self, rule: str, message: str, element_id: str, diff: Node | None) -> None:
        self._report(rule, f"{element_id}: {message}", diff.facts.get(INDEX) if diff else None)

    def _merge(self, facts: Facts, diff: Node, element_id: str) -> Facts:
        def report(rule: str, message: str) -> None:
            if not (self._specializes and rule == "snapshot-type"):  # a new primitive narrows the type of its value
                self._say(rule, message, element_id, diff)

        return merged(facts, diff.facts, report)

    def _lay(self, node: Node, diff: Node, before: Node, element_id: str, depth: int, *, inside: bool) -> None:
        """Lay `diff` over `node`.

        Args:
            node: the element in the snapshot that is being made.
            diff: what the differential says of it and what is under it.
            before: the same element in the base definition, from which new slices start.
            element_id: its id, for messages.
            depth: how deep it stands.
            inside: True in a slice, as far as the elements that the base definition itself lists.
        """
        self._spend(1)
        if depth > _MAX_DEPTH:
            self._say(
                "snapshot-depth", f"elements are nested deeper than {_MAX_DEPTH}; flatten the profile", element_id, diff
            )
            return
        if diff.facts:
            slice_name = node.facts.get("sliceName")
            node.facts = self._merge(node.facts, diff, element_id)
            if slice_name:
                node.facts["sliceName"] = slice_name
        if diff.children:
            self._lay_children(node, diff, before, element_id, depth, inside=inside)
        if diff.slices:
            self._lay_slices(node, diff, before, element_id, depth, inside=inside)

    def _lay_children(self, node: Node, diff: Node, before: Node, element_id: str, depth: int, *, inside: bool) -> None:
        if not node.children or "contentReference" in node.facts:
            self._unfold(node, element_id, diff)
            inside = False
        source = before if before.children else node.copy()
        shortcuts: dict[str, Node] = {}
        for name, inner in diff.children.items():
            own = name if name in node.children else None if self._specializes else single_choice(node, name)
            if own is not None:
                child = node.children[own]
                self._lay(
                    child, inner, source.children.get(own, child), f"{element_id}.{own}", depth + 1, inside=inside
                )
                continue
            choice = node.choice_of(name)
            if choice is not None:
                own, target = choice
                if not inner.facts and set(inner.slices) == {name}:  # the name of the slice said twice
                    inner = inner.slices[name]  # noqa: PLW2901
                shortcuts.setdefault(own, Node({})).slices[name] = as_type_slice(
                    inner, name, name[len(own) - 3 :], target.facts
                )
            elif self._specializes:
                node.children[name] = self._new(inner, f"{element_id}.{name}", depth)
            else:
                self._unknown(node, name, inner, element_id)
        for own, asked in shortcuts.items():
            child = node.children[own]
            self._lay_shortcuts(
                child, asked, source.children.get(own, child), f"{element_id}.{own}", depth + 1, inside=inside
            )

    def _unknown(self, node: Node, name: str, diff: Node, element_id: str) -> None:
        """Say that the differential names an element that is not there."""
        inner = diff
        while INDEX not in inner.facts and inner.children:
            inner = next(iter(inner.children.values()))
        if len({each.get("code") for each in node.facts.get("type", ())}) > 1:
            message = f"{element_id} may be of several types, so {name} cannot be constrained; slice it by type first"
            self._say("snapshot-choice", message, f"{element_id}.{name}", inner)
            return
        choice = next((own for own in node.children if own.endswith("[x]") and name.startswith(own[:-3])), None)
        if choice is not None:
            message = f"the path must be {element_id}.{choice}, or end in one of the types that it may have"
            self._say("snapshot-choice-type", message, f"{element_id}.{name}", inner)
            return
        message = "the differential constrains an element that the base definition does not have; correct the path"
        self._say("snapshot-path", message, f"{element_id}.{name}", inner)

    def _new(self, diff: Node, element_id: str, depth: int) -> Node:
        """An element that this definition adds."""
        facts = {"min": 0, "max": "*", **{key: value for key, value in diff.facts.items() if key != INDEX}}
        codes = [str(each.get("code", "")) for each in facts.get("type", ())]
        if self._logical:
            has_constraints = any(code in _ANONYMOUS for code in codes)
        else:
            has_constraints = not any(code.startswith(_NO_ELEMENTS) for code in codes)
        if has_constraints:
            facts["constraint"] = union(self._element_constraints, facts.get("constraint", []))
        facts["base"] = {"path": element_id, "min": facts["min"], "max": facts["max"]}
        node = Node(facts)
        if diff.children:
            self._unfold(node, element_id, diff)
            rest = Node({})
            rest.children = diff.children
            self._lay(node, rest, node.copy(), element_id, depth + 1, inside=False)
        if diff.slices:
            self._lay_slices(node, diff, node.copy(), element_id, depth, inside=False)
        return node

    def _unfold(self, node: Node, element_id: str, diff: Node) -> None:
        """Give a node the children of its type, its profile or the element that it refers to."""
        reference = node.facts.get("contentReference")
        if reference:
            target = self._referred(reference)
            if target is None:
                self._say(
                    "snapshot-reference", f"contentReference {reference} leads nowhere; correct it", element_id, diff
                )
                return
            node.facts = {name: value for name, value in node.facts.items() if name != "contentReference"}
            node.facts["type"] = target.facts.get("type", [])
            self._spend(target.size())
            node.children = target.branch().children
            return
        source = self._type_tree(node.facts.get("type", []), element_id, diff)
        if source is not None:
            self._spend(source.size())
            node.children = source.branch().children

    def _type_tree(self, types: list[Facts], element_id: str, diff: Node) -> Node | None:
        codes = {each.get("code") for each in types}
        if not types or len(codes) > 1:
            return self._tree_of("Element") if types else None
        for profile in types[0].get("profile", ())[:1]:
            found = self._tree_of(profile)
            if found is not None:
                return found
            message = f"profile {profile} of the element's type is not known, so its children are those of the type; load the package that has it"
            self._say("snapshot-profile", message, element_id, diff)
        code = type_code(types[0])
        found = self._tree_of(code)
        if found is None:
            message = f"type {code} is not known; correct it, or load the package that defines it"
            self._say("snapshot-type", message, element_id, diff)
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

    def _lay_slices(self, node: Node, diff: Node, before: Node, element_id: str, depth: int, *, inside: bool) -> None:
        was_sliced = "slicing" in before.facts
        if "slicing" not in node.facts:
            if not node.slices and not diff.facts and len(diff.slices) == 1 and not is_extension(node.facts):
                # one name and no slicing: it is the element itself that is meant
                self._lay(
                    node, without_name(next(iter(diff.slices.values()))), before, element_id, depth + 1, inside=inside
                )
                return
            node.facts = {**node.facts, "slicing": self._default_slicing(node, diff, element_id)}
        stem = element_id.rpartition(":")[0] if ":" in element_id.rpartition(".")[2] else element_id
        common = Node({})
        if "slicing" in diff.facts and not is_extension(node.facts):
            common.children = diff.children
        weight = common.size()
        for name, stated in diff.slices.items():
            self._spend(weight + len(node.slices) if "/" in name else weight)
            inner = overlaid(common, stated) if common.children else stated
            slice_id = f"{stem}:{name}"
            one = node.slices.get(name)
            if one is not None:
                self._lay(one, inner, before.slices.get(name, one), slice_id, depth + 1, inside=True)
                continue
            one, origin, template = self._new_slice(name, inner, node, before)
            if template and not was_sliced:
                one.facts = {**rooted(template, one.facts), "min": 0}
            node.insert_slice(name, one)
            self._lay(one, inner, origin, slice_id, depth + 1, inside=True)
            limits = [node.facts.get("max"), template.get("max") if template and was_sliced else None]
            lowest = min((each for each in limits if each is not None), key=high, default="*")
            if high(one.facts.get("max")) > high(lowest):
                one.facts = {**one.facts, "max": lowest}
            if template and was_sliced and "min" not in inner.facts and template.get("min", 0) > 0:
                one.facts = {**one.facts, "min": template["min"]}
        if element_id.endswith("[x]"):
            node.facts = settled_types(node, diff)
        elif was_sliced and not diff.facts and is_extension(node.facts):
            needed = sum(one.facts.get("min", 0) for name, one in node.slices.items() if "/" not in name)
            node.facts = {**node.facts, "min": max(needed, node.facts.get("min", 0))}

    def _lay_shortcuts(
        self, node: Node, asked: Node, before: Node, element_id: str, depth: int, *, inside: bool
    ) -> None:
        """`valueQuantity` and its like: type slices, and no other types than those; the element itself where that is enough."""
        asked_types = [each for one in asked.slices.values() for each in one.facts["type"]]
        codes = {type_code(each) for each in asked_types}
        if (
            not node.slices
            and len(asked.slices) == 1
            and (inside or codes == {type_code(each) for each in node.facts.get("type", ())})
        ):
            self._lay(
                node, without_name(next(iter(asked.slices.values()))), before, element_id, depth + 1, inside=inside
            )
            return
        if not node.slices:
            kept = [each for each in node.facts.get("type", ()) if type_code(each) in codes]
            node.facts = {**node.facts, "type": kept or asked_types, "slicing": TYPE_SLICING}
        if len(asked.slices) == 1 and not node.slices:
            one = next(iter(asked.slices.values()))
            one.facts = {"min": before.facts.get("min", 0), **one.facts}
        self._lay_slices(node, asked, before, element_id, depth, inside=inside)

    def _default_slicing(self, node: Node, diff: Node, element_id: str) -> Facts:
        if is_extension(node.facts):
            return EXTENSION_SLICING
        if element_id.endswith("[x]"):
            return TYPE_SLICING
        named = ", ".join(list(diff.slices)[:3])
        message = f"slices ({named}) without a slicing that tells them apart; add slicing.discriminator"
        self._say("snapshot-slicing", message, element_id, next(iter(diff.slices.values())))
        return {"rules": "open"}

    def _new_slice(self, name: str, inner: Node, node: Node, before: Node) -> tuple[Node, Node, Facts | None]:
        """A new slice, the element that it starts from, and the root of the profile that its extension has."""
        parent = name.rpartition("/")[0]
        origin = node.slices[parent] if parent and parent in node.slices else before
        self._spend(origin.size())
        one = origin.branch()
        facts = {key: value for key, value in origin.facts.items() if key not in {"slicing", "sliceIsConstraining"}}
        one.facts = {**facts, "sliceName": name, "min": 0}
        return one, origin, self._profile_root(inner.facts, facts)

    def _profile_root(self, diff: Facts, base: Facts) -> Facts | None:
        """The root of the one profile that a new slice's extension has."""
        types = diff.get("type", ())
        if len(types) != 1 or len(types[0].get("profile", ())) != 1 or types[0].get("code") != "Extension":
            return None
        if not is_extension(base):
            return None
        found = self._tree_of(types[0]["profile"][0])
        return found.facts if found else None
