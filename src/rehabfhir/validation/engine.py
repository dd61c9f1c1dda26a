"""What a Validator keeps between calls: definitions, terminology, compiled profiles, good codes; safe to share between threads."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from rehabfhir.definitions import r4
from rehabfhir.findings import Issue
from rehabfhir.validation.invariants import Check
from rehabfhir.validation.options import ValidationOptions
from rehabfhir.validation.place import Node, Place
from rehabfhir.validation.primitives import HTML_TAG
from rehabfhir.validation.run import Run, Shared
from rehabfhir.validation.shape import MalformedError, well_formed

if TYPE_CHECKING:
    from rehabfhir.definitions import Definitions
    from rehabfhir.terminology import Terminology

__all__ = ["Engine", "ExtensionDefinition"]

Tree = dict[str, Any]
_BASE = "http://hl7.org/fhir/StructureDefinition/"


@dataclass(frozen=True, slots=True)
class ExtensionDefinition:
    """What the checks ask of an extension's StructureDefinition."""

    url: str
    contexts: tuple[Tree, ...]
    invariants: tuple[str, ...]
    types: tuple[str, ...]
    is_modifier: bool
    parts: frozenset[str] = frozenset()


def _extension_types(elements: list[Tree]) -> tuple[str, ...]:
    for element in elements:
        if element["path"].startswith("Extension.value"):
            return () if element.get("max") == "0" else tuple(r4.type_code(row) for row in element.get("type", ()))
    return ()


class Engine:
    """The heart of a Validator."""

    def __init__(
        self,
        definitions: "Definitions",
        terminology: "Terminology",
        options: ValidationOptions,
        fetch: Callable[[str], Tree | None] | None = None,
        guides: Iterable[Tree] = (),
    ) -> None:
        self.definitions = definitions
        self.terminology = terminology
        self.options = options
        self.fetch = fetch
        self.good: dict[str, set[Any]] = {}
        self._extensions: dict[str, ExtensionDefinition | None] = {}
        self._profiles: dict[str, Check | None] = {}
        self._globals: dict[str, tuple[str, ...]] = {}
        for guide in guides:
            for each in guide.get("global") or ():
                kind, url = each.get("type"), each.get("profile")
                if isinstance(kind, str) and isinstance(url, str):
                    self._globals[kind] = (*self._globals.get(kind, ()), url)
        self.has_globals = bool(self._globals)
        self._complete: dict[str, bool] = {}
        self._value_sets: dict[str, str] = {}
        self._inner_nodes: dict[tuple[str, str], Node] = {}
        self._rules: dict[str, tuple[Callable[..., Iterable[Issue]], ...]] = {}
        self._ids: dict[int, tuple[Tree, set[str]]] = {}

    def inner_node(self, name: str, kind: str) -> Node:
        """The node of a resource inside another one."""
        node = self._inner_nodes.get((name, kind))
        if node is None:
            node = self._inner_nodes[name, kind] = Node(name, kind, kind)
        return node

    def rules(self, kind: str) -> tuple[Callable[..., Iterable[Issue]], ...]:
        """The rules of a resource type that no StructureDefinition states."""
        found = self._rules.get(kind)
        if found is None:
            found = self._rules[kind] = tuple(import_module("rehabfhir.validation.resources").RULES.get(kind, ()))
        return found

    def value_set(self, url: str) -> str:
        """The canonical to look a value set up by: without its version when that version is not loaded."""
        known = self._value_sets.get(url)
        if known is None:
            bare = url.partition("|")[0]
            known = self._value_sets[url] = url if bare == url or self.definitions.value_set(url) is not None else bare
        return known

    def has_systems(self, value_set: str) -> bool:
        """True when every code system of a value set is loaded, so that it can say what it does not hold."""
        known = self._complete.get(value_set)
        if known is None:
            parts = self.terminology.content(value_set).parts
            systems = [self.definitions.code_system(each) for each in parts]
            known = bool(systems) and all(each is not None and each.get("content") == "complete" for each in systems)
            self._complete[value_set] = known
        return known

    def extension(self, url: str) -> ExtensionDefinition | None:
        """What is known of the extension `url`, None when nothing is."""
        if url in self._extensions:
            return self._extensions[url]
        made: ExtensionDefinition | None = None
        tree = self.definitions.structure(url)
        if tree is not None and tree.get("type") == "Extension":
            elements = tree["snapshot"]["element"]
            made = ExtensionDefinition(
                url,
                tuple(tree.get("context", ())),
                tuple(tree.get("contextInvariant", ())),
                _extension_types(elements),
                bool(elements[0].get("isModifier")),
                frozenset(
                    str(each["fixedUri"])
                    for each in elements
                    if each["path"] == "Extension.extension.url" and "fixedUri" in each
                ),
            )
        self._extensions[url] = made
        return made

    def type_of(self, profile: str) -> str | None:
        """The type that a profile constrains, None when it is not loaded."""
        if profile.startswith(_BASE) and r4.is_type(profile[len(_BASE) :]):
            return profile[len(_BASE) :]
        tree = self.definitions.structure(profile.partition("#")[0])
        return tree.get("type") if tree is not None else None

    def profile(self, url: str) -> Check | None:
        """The compiled checks that a profile adds to its type, None when it is not loaded or adds nothing."""
        if url not in self._profiles:
            from rehabfhir.validation.profiles import compile_profile  # noqa: PLC0415 - only when a profile is used

            bare, _, element_id = url.partition("#")
            tree = self.definitions.structure(bare)
            self._profiles[url] = compile_profile(tree, self, element_id=element_id) if tree is not None else None
        return self._profiles[url]

    def foreign_profile(self, url: str, kind: str) -> Check | None:
        """The checks of a profile on resources of another type, which claim it wrongly."""
        key = f"{url} {kind}"
        if key not in self._profiles:
            from rehabfhir.validation.profiles import compile_profile  # noqa: PLC0415 - only when a profile is used

            tree = self.definitions.structure(url)
            self._profiles[key] = compile_profile(tree, self, kind) if tree is not None else None
        return self._profiles[key]

    def conforms(self, value: Any, type_: str | None, url: str, run: Run) -> bool | None:
        """Whether an element or resource has no errors against a profile; None when the profile is not loaded."""
        kind = self.type_of(url)
        if kind is None:
            return None
        shared = run.shared
        key = (id(value), url)
        if key not in shared.conforming:
            shared.conforming[key] = True  # a ring is taken for good while it is being found out
            shared.conforming[key] = self._conforms(value, type_, kind, url, run)
        return shared.conforming[key]

    def _conforms(self, value: Any, type_: str | None, kind: str, url: str, run: Run) -> bool:
        own = value.get("resourceType") if isinstance(value, dict) else None
        if isinstance(own, str):
            if own != kind and kind not in {"Resource", "DomainResource"}:
                return False
            full_url = None
            if run.focus.get("resourceType") == "Bundle":
                entries = run.focus.get("entry") or ()
                full_url = next((each.get("fullUrl") for each in entries if each.get("resource") is value), None)
            inner = (
                run.within(value, "resource", "", full_url)
                if value is not run.focus
                else run.within(value, "", "", None)
            )
            if value is run.focus:
                inner.bundle_chain, inner.full_url, inner.parameters = run.bundle_chain, run.full_url, run.parameters
            inner.issues = []
            inner.whole(value, (None, self.inner_node("resource", own), -1, value), own, [url])
        else:
            if type_ is not None and kind not in {type_, "Element"}:
                return False
            inner = run.within(run.focus, "", run.location, None)
            inner.bundle_chain, inner.full_url, inner.resource = run.bundle_chain, run.full_url, run.resource
            inner.issues = []
            check = self.profile(url)
            if check is not None:
                check(value, (None, Node(str(type_), str(type_), str(type_)), -1, value), inner)
        return not any(each.severity in {"error", "fatal"} for each in inner.issues)

    def global_profiles(self, kind: str) -> tuple[str, ...]:
        """The profiles that the loaded implementation guides hold all resources of a type to."""
        return self._globals.get(kind, ())

    def profiles(self, value: Tree, here: Place, run: Run, kind: str, named: Iterable[str]) -> None:
        """Check a resource against the profiles that the caller named and those that it claims."""
        from rehabfhir.validation.claims import check_profiles  # noqa: PLC0415 - only when a profile is used

        check_profiles(self, value, here, run, kind, named)

    def text_rules(self, value: str, place: Place, run: Run) -> None:
        """HTML tags in text that is not XHTML."""
        options, type_ = self.options, place[1].type
        if type_ == "markdown":
            if options.html_in_markdown != "ignore" and HTML_TAG.search(value):
                message = "HTML tags in markdown; write markdown, or escape the '<'"
                run.add(options.html_in_markdown, "invalid", place, None, -1, message, "markdown-html", None, value)
            if options.security_checks and HTML_TAG.search(value):
                run.add(
                    "error",
                    "invalid",
                    place,
                    None,
                    -1,
                    "text that could be executed where it is shown",
                    "html-in-text",
                    None,
                    value,
                )
        elif HTML_TAG.search(value):
            level = "error" if options.security_checks else "information"
            run.add(
                level,
                "invalid",
                place,
                None,
                -1,
                "text with HTML tags; make sure that it is escaped where it is shown",
                "html-in-text",
                None,
                value,
            )

    def has_id(self, resource: Tree, id_: str) -> bool:
        """True when an element or resource within `resource` has this id."""
        stack: list[Any] = [resource]
        while stack:
            value = stack.pop()
            if isinstance(value, dict):
                if value.get("id") == id_:
                    return True
                stack.extend(value.values())
            elif isinstance(value, list):
                stack.extend(value)
            elif (
                isinstance(value, str)
                and value.startswith("<div")
                and (f'id="{id_}"' in value or f'name="{id_}"' in value)
            ):
                return True
        return False

    def environment(self, run: Run) -> Any:
        """The FHIRPath surroundings of a run."""
        from rehabfhir.validation.paths import environment  # noqa: PLC0415 - FHIRPath only when an expression needs it

        return environment(self, run)

    def evaluate(
        self,
        compiled: Callable[[str, str], Any],
        text: str,
        type_: str,
        value: Any,
        place: Place,
        key: str,
        profile: str,
        run: Run,
    ) -> bool | None:
        """Whether an invariant holds; None when it cannot be told."""
        from rehabfhir.validation.paths import evaluate  # noqa: PLC0415

        return evaluate(compiled, text, type_, value, place, key, profile, run)

    def evaluate_text(self, text: str, place: Place, run: Run) -> bool | None:
        """Whether an expression holds for what stands at `place`."""
        from rehabfhir.validation.paths import evaluate_text  # noqa: PLC0415

        return evaluate_text(text, place, run)

    def in_focus(self, text: str, place: Place, run: Run) -> bool:
        """True when the expression, evaluated on the resource, yields what stands at `place`."""
        from rehabfhir.validation.paths import in_focus  # noqa: PLC0415

        return in_focus(text, place, run)

    def check(
        self, resource: Tree, location: str, parent: Run | None, profiles: list[str], *, quiet: bool
    ) -> list[Issue]:
        """The issues of a resource that a rule or reference leads to."""
        kind = resource.get("resourceType")
        shared = parent.shared if parent is not None else Shared(resource, cleaned=False)
        run = Run(self, shared, resource, location, parent)
        run.issues = []
        here: Place = (None, Node(location, str(kind), str(kind)), -1, resource)
        _ = quiet
        try:
            run.whole(resource, here, str(kind), profiles)
        except MalformedError:
            return [
                *run.issues,
                Issue("error", "structure", "the resource is not well-formed", location, rule="malformed"),
            ]
        return run.issues

    def root(self, tree: Any, profiles: list[str], *, as_read: bool = False) -> list[Issue]:
        """Every issue of a resource that came from outside."""
        kind = tree.get("resourceType") if isinstance(tree, dict) else None
        if not isinstance(kind, str):
            message = "a resource is an object with the property 'resourceType', which names its type"
            return [Issue("fatal", "invalid", message, "", rule="resource-type")]
        if not r4.is_resource(kind):
            return [
                Issue(
                    "fatal", "invalid", "'resourceType' names no R4 resource type", "", rule="resource-type", value=kind
                )
            ]
        try:
            return self._root(tree, kind, profiles, cleaned=as_read)
        except (MalformedError, RecursionError):
            clean, found = well_formed(tree, kind)
            if as_read:
                found = [each for each in found if each.rule != "unknown-element"]  # said while the XML was read
        try:
            return found + self._root(clean, kind, profiles, cleaned=True)
        except (MalformedError, RecursionError):
            message = "the form of the resource keeps the rest of it from being checked; correct what is reported first"
            return [*found, Issue("error", "structure", message, kind, rule="malformed")]

    def _root(self, tree: Tree, kind: str, profiles: list[str], *, cleaned: bool) -> list[Issue]:
        run = Run(self, Shared(tree, cleaned=cleaned), tree, kind)
        run.whole(tree, (None, self.inner_node(kind, kind), -1, tree), kind, profiles)
        return run.issues
