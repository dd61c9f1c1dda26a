"""Profiles compiled: what a profile adds to its type, as one function.

A profile's snapshot repeats all of its type; what is the same there is checked by the type already, so only the
differences are compiled. A profile of another type than the resource (a false claim in meta.profile) is compiled in
full, and everything that it does not know is reported.
"""

from typing import TYPE_CHECKING, Any

from rehabfhir.definitions import r4
from rehabfhir.validation.constraints import demanded_checks, value_checks
from rehabfhir.validation.counting import count, least, listed, most
from rehabfhir.validation.foreign import strangers
from rehabfhir.validation.invariants import Check, invariant
from rehabfhir.validation.parts import Part, part_tree, within
from rehabfhir.validation.place import Node, Place
from rehabfhir.validation.slicing import Matcher, UnusableSlicingError, slice_matcher
from rehabfhir.validation.types import definitions_of

if TYPE_CHECKING:
    from rehabfhir.validation.engine import Engine
    from rehabfhir.validation.run import Run

__all__ = ["compile_profile"]

Tree = dict[str, Any]
_BASE = "http://hl7.org/fhir/StructureDefinition/"
_MAGIC = "Observation.code.coding"


def compile_profile(structure: Tree, engine: "Engine", kind: str | None = None, element_id: str = "") -> Check | None:
    """The checks that a profile adds.

    Args:
        structure: the profile with its snapshot.
        engine: for the profiles that it names.
        kind: the type of the values when it is not the profile's own.
        element_id: compile only what the profile says of this element and what is under it.
    """
    root = part_tree(structure)
    if root is None:
        return None
    if element_id:
        part = within(root, element_id)
        return _Compiler(structure, engine).inside(part) if part is not None else None
    return _Compiler(structure, engine).whole(root, kind)


class _Compiler:
    def __init__(self, structure: Tree, engine: "Engine") -> None:
        self.engine = engine
        self.type = str(structure.get("type"))
        version = structure.get("version")
        self.url = str(structure.get("url")) + (f"|{version}" if version else "")
        self.is_core = str(structure.get("url")).startswith(_BASE)

    def whole(self, root: Part, kind: str | None) -> Check | None:
        """The root of the profile."""
        foreign = kind is not None and kind != self.type
        known = set() if foreign else _expressions(definitions_of(self.type).get(self.type, {}))
        rules = [
            made
            for each in root.definition.get("constraint", ())
            if each.get("expression") not in known
            and (made := invariant(each, kind or self.type, self.url)) is not None
        ]
        own = demanded_checks(root.definition, self.url)
        inside = self.children(root, kind or self.type, base=not foreign)
        checks = [*own, *([inside] if inside else []), *rules]
        if foreign:
            checks.insert(0, strangers(root, str(kind), self.url))
        return _together(checks)

    def inside(self, part: Part) -> Check | None:
        """What the profile says of one element, a section for instance, wherever it stands."""
        path = str(part.definition["path"])
        owner = self.children(part, path, base=True)
        return _together([*demanded_checks(part.definition, self.url), *([owner] if owner else [])])

    def children(self, part: Part, path: str, *, base: bool = True) -> Check | None:
        """The checks of everything under `part`, whose values are of the type or backbone `path`."""
        if path == "Resource" and part.children:
            return self._any_resource(part)
        table = r4.children(path)
        checks = [made for each in part.children if (made := self.element(each, table, base=base)) is not None]
        return _together(checks)

    def _any_resource(self, part: Part) -> Check:
        made: dict[str, Check | None] = {}

        def check(value: Any, place: Place, run: "Run") -> None:
            kind = value.get("resourceType") if isinstance(value, dict) else None
            if not isinstance(kind, str) or not r4.is_resource(kind):
                return
            if kind not in made:
                made[kind] = self.children(part, kind, base=False)
            inner = made[kind]
            if inner is not None:
                inner(value, place, run)

        return check

    def element(self, part: Part, table: Any, *, base: bool) -> Check | None:
        """The checks of one element of a profile within its owner."""
        elements = [each for each in table.values() if each.path.rpartition(".")[2] == part.last]
        if not elements and part.last in table:
            elements = [table[part.last]]
        if not elements:
            return self._missing(part)
        first = elements[0]
        original = definitions_of(first.path.partition(".")[0]).get(first.path, {}) if base else {}
        definition = part.definition
        low, high = least(definition), most(definition)
        counts = (
            low if low > least(original) else 0,
            high if high is not None and (not base or most(original) is None or high < (most(original) or 0)) else None,
        )
        names = [
            (each.name, self.values(part, each, original), Node(each.name, each.path, each.type, definition))
            for each in elements
        ]
        under = self._under(part, elements)
        slices = self._slices(part, elements, original)
        unusable: str | None = None
        if isinstance(slices, str):
            unusable, slices = slices, []
        if slices or unusable:
            made: Check | None = self._sliced(part, names, counts, slices, unusable)
        elif counts == (0, None) and not any(checks for _, checks, _ in names):
            made = None
        else:
            made = _plain(names, counts, part, self.url)
        return _together([each for each in (made, under) if each is not None])

    def _under(self, part: Part, elements: list[r4.Element]) -> Check | None:
        """What the profile says of the id and extensions of a primitive, which JSON keeps beside it."""
        first = elements[0]
        inside = self.children(part, first.type) if first.is_primitive and part.children else None
        if inside is None:
            return None
        node = Node(first.name, first.path, first.type, part.definition)

        def check(owner: Any, place: Place, run: "Run") -> None:
            beside = owner.get("_" + node.name) if isinstance(owner, dict) else None
            if isinstance(beside, dict):
                inside(beside, (place, node, -1, beside), run)
            elif isinstance(beside, list):
                for index, each in enumerate(beside):
                    if isinstance(each, dict):
                        inside(each, (place, node, index, each), run)

        return check

    def _missing(self, part: Part) -> Check | None:
        """An element that the values' type does not have, in a profile of another type."""
        wanted = [(part, "card-min")] if least(part.definition) else []
        wanted += [(each, "slice-min") for each in part.slices if least(each.definition)]
        if not wanted:
            return None

        def check(_value: Any, place: Place, run: "Run") -> None:
            for each, rule in wanted:
                name = f"{each.definition['path']}:{each.slice_name}" if each.slice_name else each.definition["path"]
                message = f"{name} is missing; the profile wants at least {least(each.definition)}"
                run.add("error", "structure", place, None, -1, message, rule, self.url)

        return check

    def values(self, part: Part, element: r4.Element, original: Tree) -> list[Check]:
        """The checks of one value of an element, as far as its type does not have them."""
        checks = value_checks(part.definition, element, original, self.url)
        path = element.type
        if element.type == "Resource" and part.types() not in (["Resource"], []):
            kinds = part.types()
            path = kinds[0] if len(kinds) == 1 else path
        inside = self.children(part, path) if part.children else None
        if inside is not None and not element.is_primitive:
            checks.append(inside)
        return checks

    def _slices(self, part: Part, elements: list[r4.Element], original: Tree) -> "list[_Slice] | str":
        slicing = part.definition.get("slicing")
        if not part.slices:
            if slicing and slicing.get("rules") == "closed" and part.last.endswith("[x]"):
                return []
            return []
        made: list[_Slice] = []
        for each in part.slices:
            try:
                by_type = {one.name: self.values(each, one, original) for one in elements if _may_be(each, one)}
                matcher = _type_matcher(each, slicing, elements) or slice_matcher(
                    each, slicing or {}, self.engine, self.url
                )
            except UnusableSlicingError as error:
                return str(error)
            made.append(_Slice(each, matcher, by_type, self._deeper(each, elements, original)))
        return made

    def _deeper(self, part: Part, elements: list[r4.Element], original: Tree) -> "list[_Slice]":
        if not part.slices:
            return []
        inner = self._slices(part, elements, original)
        return inner if isinstance(inner, list) else []

    def _sliced(
        self,
        part: Part,
        names: list[tuple[str, list[Check], Node]],
        counts: tuple[int, int | None],
        slices: "list[_Slice]",
        unusable: str | None,
    ) -> Check:
        slicing = part.definition.get("slicing") or {}
        closed = slicing.get("rules") == "closed"
        ordered = bool(slicing.get("ordered"))
        url, path = self.url, str(part.definition["path"])
        magic = self.is_core and path == _MAGIC

        def check(owner: Any, place: Place, run: "Run") -> None:
            found = 0
            tally = [0] * len(slices)
            latest = -1
            for name, checks, node in names:
                for value, index in listed(owner, name):
                    here = (place, node, index, value)
                    found += 1
                    for one in checks:
                        one(value, here, run)
                    if unusable is not None:
                        run.add("error", "processing", here, None, -1, unusable, "slicing-unusable", url)
                        continue
                    matched = _match(slices, value, node, run)
                    if not matched:
                        if closed:
                            run.add(
                                "error",
                                "invalid",
                                here,
                                None,
                                -1,
                                f"fits no slice of {path}, and the profile allows no others",
                                "slice-closed",
                                url,
                            )
                        continue
                    if len(matched) > 1:
                        both = " and ".join(str(slices[each].part.slice_name) for each in matched[:2])
                        run.add("error", "invalid", here, None, -1, f"fits two slices, {both}", "slice-ambiguous", url)
                    position = matched[0]
                    tally[position] += 1
                    if ordered and position < latest:
                        run.add(
                            "error",
                            "invalid",
                            here,
                            None,
                            -1,
                            "stands after a slice that must follow it",
                            "slice-order",
                            url,
                        )
                    latest = max(latest, position)
                    slices[position].inspect(value, here, name, run, url)
            count(found, counts, place, run, part, url)
            for each, number in zip(slices, tally, strict=True):
                each.count(number, place, run, url, magic=magic)

        return check


class _Slice:
    __slots__ = ("by_name", "deeper", "least", "match", "most", "part")

    def __init__(self, part: Part, match: Matcher, by_name: dict[str, list[Check]], deeper: "list[_Slice]") -> None:
        self.part = part
        self.match = match
        self.by_name = by_name
        self.deeper = deeper
        self.least = least(part.definition)
        self.most = most(part.definition)

    def inspect(self, value: Any, here: Place, name: str, run: "Run", url: str) -> None:
        """Check a value that belongs to the slice."""
        for check in self.by_name.get(name, ()):
            check(value, here, run)
        for each in self.deeper:
            if each.match(value, here[1].type, run):
                each.inspect(value, here, name, run, url)
                break

    def count(self, number: int, place: Place, run: "Run", url: str, *, magic: bool) -> None:
        """Check how many values the slice got."""
        name = f"{self.part.definition['path']}:{self.part.slice_name}"
        if number < self.least:
            what = "the code that the profile demands" if magic else f"the slice {name}"
            run.add(
                "error",
                "structure",
                place,
                None,
                -1,
                f"{what} is missing; at least {self.least} required, found {number}",
                "slice-min",
                url,
            )
        elif self.most is not None and number > self.most:
            run.add(
                "error",
                "structure",
                place,
                None,
                -1,
                f"{name}: at most {self.most} allowed, found {number}",
                "slice-max",
                url,
            )


def _match(slices: list[_Slice], value: Any, node: Node, run: "Run") -> list[int]:
    hits = [index for index, each in enumerate(slices) if each.match(value, node.type, run)]
    if len(hits) < 2:
        return hits
    names = [str(slices[each].part.slice_name) for each in hits]
    # a re-slice such as 'a/b' replaces the slice 'a' that it refines
    return [
        hit for hit, name in zip(hits, names, strict=True) if not any(other.startswith(name + "/") for other in names)
    ]


def _type_matcher(part: Part, slicing: Any, elements: list[r4.Element]) -> Matcher | None:
    """Slices of a choice by type: the JSON name tells it."""
    discriminators = (slicing or {}).get("discriminator") or []
    if not part.last.endswith("[x]") or any(
        each.get("type") != "type" or each.get("path") != "$this" for each in discriminators
    ):
        return None
    wanted = {each.type for each in elements if _may_be(part, each)}
    return lambda _value, type_, _run: type_ in wanted


def _may_be(part: Part, element: r4.Element) -> bool:
    if element.choice is None:
        return True
    types = part.types()
    return not types or element.type in types


def _expressions(definition: Tree) -> set[Any]:
    return {each.get("expression") for each in definition.get("constraint", ())}


def _plain(names: list[tuple[str, list[Check], Node]], counts: tuple[int, int | None], part: Part, url: str) -> Check:
    least, most = counts
    limit = float("inf") if most is None else most
    looked_up = [(name, "_" + name, checks, node) for name, checks, node in names]

    def check(owner: Any, place: Place, run: "Run") -> None:
        found = 0
        if isinstance(owner, dict):
            for name, under, checks, node in looked_up:
                if owner.get(name) is None and under not in owner:
                    continue
                for value, index in listed(owner, name):
                    found += 1
                    here = (place, node, index, value)
                    for one in checks:
                        one(value, here, run)
        if not least <= found <= limit:
            count(found, counts, place, run, part, url)

    return check


def _together(checks: list[Check]) -> Check | None:
    if not checks:
        return None
    if len(checks) == 1:
        return checks[0]

    def check(value: Any, place: Place, run: "Run") -> None:
        for one in checks:
            one(value, place, run)

    return check
