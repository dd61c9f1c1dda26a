"""One validation under way: the state of a resource that stands on its own, and the services that checks ask for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rehabfhir.definitions import r4
from rehabfhir.findings import Issue
from rehabfhir.validation.codings import check_coding, check_unit
from rehabfhir.validation.contained import orphans
from rehabfhir.validation.context import Resolved
from rehabfhir.validation.place import Node, Place, place_text
from rehabfhir.validation.resolving import BundleIndex, resolve
from rehabfhir.validation.shape import MalformedError
from rehabfhir.validation.types import type_check
from rehabfhir.validation.vitals import implied_profile

if TYPE_CHECKING:
    from decimal import Decimal

    from rehabfhir.validation.engine import Engine, ExtensionDefinition

__all__ = ["Run", "Shared"]

Tree = dict[str, Any]


class Shared:
    """What all runs of one call share: the outermost resource, bundle indexes, what was fetched and what conforms."""

    __slots__ = ("cleaned", "conforming", "fetched", "indexes", "root")

    def __init__(self, root: Tree, *, cleaned: bool) -> None:
        self.root = root
        self.cleaned = cleaned
        self.indexes: dict[int, BundleIndex] = {}
        self.fetched: dict[str, Resolved | None] = {}
        self.conforming: dict[tuple[int, str], bool] = {}


class Run:
    """Implements `rehabfhir.validation.context.Context` for rules, and more for the compiled checks.

    Attributes:
        focus: the resource being checked: FHIRPath's ``%resource``.
        resource: the same, or its container when it is contained: ``%rootResource``.
        refs: the ids that references in this resource point at with ``#``.
    """

    __slots__ = (
        "_environment", "bundle_chain", "cleaned", "container_location", "definitions", "engine", "focus", "full_url", "good",
        "ids", "issues", "location", "nested", "options", "parameters", "parent", "refs", "resource", "root", "shared", "terminology",
    )  # fmt: skip

    def __init__(
        self, engine: "Engine", shared: Shared, focus: Tree, location: str, parent: "Run | None" = None
    ) -> None:
        self.engine = engine
        self.options = engine.options
        self.definitions = engine.definitions
        self.terminology = engine.terminology
        self.good = engine.good
        self.shared = shared
        self.cleaned = shared.cleaned
        self.root = shared.root
        self.focus = focus
        self.resource = focus
        self.location = location
        self.container_location = location
        self.parent = parent
        self.issues: list[Issue] = [] if parent is None else parent.issues
        self.bundle_chain: tuple[tuple[Tree, str], ...] = () if parent is None else parent.bundle_chain
        self.full_url: str | None = None if parent is None else parent.full_url
        self.parameters: Tree | None = None if parent is None else parent.parameters
        self.ids: dict[str, Any] = {}
        self.refs: set[str] = set()
        self.nested: list[tuple[Tree, Run]] = []
        self._environment: Any = None

    @property
    def bundles(self) -> tuple[Tree, ...]:
        """The bundles around, innermost last."""
        return tuple(bundle for bundle, _ in self.bundle_chain)

    def add(
        self, severity: Any, code: str, place: Place | None, node: Node | None, index: int, message: str, rule: str,
        profile: str | None = None, value: Any = None,
    ) -> None:  # fmt: skip
        """Note a finding at `place`, or at its child `node`."""
        self.issues.append(
            Issue(severity, code, message, place_text(place, node, index), rule=rule, profile=profile, value=value)
        )

    def issue(
        self,
        severity: Any,
        code: str,
        location: str,
        message: str,
        *,
        rule: str,
        profile: str | None = None,
        value: Any = None,
    ) -> Issue:
        """One finding, made the way all are made."""
        return Issue(severity, code, message, location, rule=rule, profile=profile, value=value)

    def resolve(self, reference: str) -> Resolved | None:
        """The resource that `reference` leads to within the source."""
        return resolve(self, reference)

    def fetch(self, reference: str) -> Resolved | None:
        """The resource that the caller's `fetch` finds for a reference."""
        fetch = self.engine.fetch
        if fetch is None:
            return None
        if reference not in self.shared.fetched:
            tree = fetch(reference)
            self.shared.fetched[reference] = Resolved(tree, reference, "external") if tree is not None else None
        return self.shared.fetched[reference]

    def index_of(self, bundle: Tree) -> BundleIndex:
        """The index of a bundle's entries, made once."""
        found = self.shared.indexes.get(id(bundle))
        if found is None:
            found = self.shared.indexes[id(bundle)] = BundleIndex(bundle)
        return found

    def coding(self, coding: Tree, place: Place, index: int, *, bound: str) -> bool:
        """Check a coding in its own system."""
        return check_coding(coding, place, index, self, in_concept=index >= 0, bound=bound)

    def value_set(self, url: str) -> str:
        """The canonical to look a value set up by: without its version when that version is not loaded."""
        return self.engine.value_set(url)

    def unit(self, quantity: Tree, place: Place) -> bool:
        """Check a quantity's unit in its own system."""
        return check_unit(quantity, place, self)

    def text(self, value: Any, place: Place) -> None:
        """Rules of text that depend on options: HTML where it does not belong."""
        if isinstance(value, str) and "<" in value and place[1].type != "xhtml":
            self.engine.text_rules(value, place, self)

    def has_id(self, id_: str) -> bool:
        """True when something in the container has this id."""
        self.refs.add(id_)
        return self.engine.has_id(self.resource, id_)

    def type_of(self, profile: str) -> str | None:
        """The type that a profile constrains, None when it is not loaded."""
        return self.engine.type_of(profile)

    def extension(self, url: str) -> "ExtensionDefinition | None":
        """What is known of an extension."""
        return self.engine.extension(url)

    def cross_version(self, url: str) -> bool:
        """True for an extension URL that stands for an element of another FHIR version."""
        return url.startswith("http://hl7.org/fhir/") and "/StructureDefinition/extension-" in url

    def conform(self, value: Any, place: Place, profile: str) -> None:
        """Check an element against a profile of its type."""
        check = self.engine.profile(profile)
        if check is not None:
            check(value, place, self)

    def conforms(self, found: Resolved, profile: str) -> bool:
        """True when a resource that was referred to has no errors against `profile`."""
        key = (id(found.resource), profile)
        known = self.shared.conforming.get(key)
        if known is None:
            self.shared.conforming[key] = True  # a ring of references: taken for good while it is being found out
            issues = self.engine.check(found.resource, found.location, self, [profile], quiet=True)
            known = not any(each.severity in {"error", "fatal"} for each in issues)
            self.shared.conforming[key] = known
        return known

    def validate(self, resource: Tree, profile: str | None, location: str) -> list[Issue]:
        """The issues of a resource against `profile`, for rules."""
        return self.engine.check(resource, location, self, [profile] if profile else [], quiet=False)

    def environment(self) -> Any:
        """The surroundings of FHIRPath evaluations in this resource, made when the first is needed."""
        if self._environment is None:
            self._environment = self.engine.environment(self)
        return self._environment

    def evaluate(
        self,
        compiled: Callable[[str, str], Any],
        text: str,
        type_: str,
        value: Any,
        place: Place,
        key: str,
        profile: str,
    ) -> bool | None:
        """Whether an invariant holds for `value`; None when it cannot be evaluated, which is noted once."""
        return self.engine.evaluate(compiled, text, type_, value, place, key, profile, self)

    def evaluate_text(self, text: str, place: Place) -> bool | None:
        """Whether an expression of an extension's definition holds for what stands at `place`."""
        return self.engine.evaluate_text(text, place, self)

    def in_focus(self, text: str, place: Place) -> bool:
        """True when the expression, evaluated on the resource, yields what stands at `place`."""
        return self.engine.in_focus(text, place, self)

    def within(self, value: Tree, name: str, location: str, full_url: Any) -> "Run":
        """The run of a resource inside this one, standing under the property `name`."""
        run = Run(self.engine, self.shared, value, location, self)
        kind = self.focus.get("resourceType")
        if name == "contained":
            run.resource = self.resource
            run.container_location = self.container_location
        elif kind == "Bundle":
            run.bundle_chain = (*self.bundle_chain, (self.focus, self.location))
            run.full_url = full_url if isinstance(full_url, str) else None
        elif kind == "Parameters":
            run.parameters = self.focus
        return run

    def inner(self, value: Tree, place: Place) -> None:
        """A contained resource, the resource of an entry or parameter, or an outcome."""
        kind = value.get("resourceType")
        if not isinstance(kind, str) or not r4.is_resource(kind):
            if self.cleaned and not value:
                self.nested.append((value, self))
                return
            raise MalformedError
        owner, node, index, _ = place
        here: Place = (owner, self.engine.inner_node(node.name, kind), index, value)
        run = self.within(value, node.name, place_text(here), owner[3].get("fullUrl"))
        if node.name == "contained":
            self.nested.append((value, run))
            id_ = value.get("id")
            if id_ is None:
                self.add("error", "invalid", here, None, -1, "a contained resource needs an id", "contained-id")
            elif isinstance(id_, str) and self.ids.setdefault("!" + id_, value) is not value:
                self.add(
                    "error",
                    "duplicate",
                    here,
                    None,
                    -1,
                    "another contained resource has the same id",
                    "contained-id",
                    None,
                    id_,
                )
        run.whole(value, here, kind, ())

    def inner_conform(self, value: Tree, place: Place, kind: str, profile: str) -> None:
        """Check a resource inside this one against a profile that this one's profile names."""
        owner, node, index, _ = place
        here: Place = (owner, self.engine.inner_node(node.name, kind), index, value)
        url = owner[3].get("fullUrl") if owner is not None and isinstance(owner[3], dict) else None
        run = self.within(value, node.name, place_text(here), url)
        check = self.engine.profile(profile)
        if check is not None:
            check(value, here, run)

    def convert(self, value: "Decimal", unit: str, to: str) -> "Decimal | None":
        """`value` of one UCUM unit in another; None when they measure different things."""
        from rehabfhir.terminology.ucum import convert  # noqa: PLC0415 - only for limits in other units

        return convert(value, unit, to)

    def whole(self, value: Tree, here: Place, kind: str, profiles: "tuple[str, ...] | list[str]") -> None:
        """Everything about one resource: its type, the rules of its kind, its profiles, its contained resources."""
        type_check(kind)(value, here, self)
        engine = self.engine
        for rule in engine.rules(kind):
            self.issues.extend(rule(self, value, self.location))
        if kind == "Observation" and (implied := implied_profile(value)) is not None:
            profiles = [*profiles, implied]
        if profiles or "meta" in value or engine.has_globals:
            engine.profiles(value, here, self, kind, profiles)
        if self.nested:
            for location, id_ in orphans(self):
                message = (
                    f"the contained resource '{id_[:70]}' is not referred to from the resource, nor does it refer to it"
                )
                self.issues.append(Issue("error", "invalid", message, location, rule="dom-3", value=id_))
