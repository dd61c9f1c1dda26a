"""A code system, indexed once: its codes, hierarchy, properties and displays."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from rehabfhir.terminology.answers import YES, Answer, Membership, cannot_tell, not_in

__all__ = ["CodeTable"]

_PARENT_PROPERTIES = frozenset({"subsumedBy", "parent", "partOf"})
_PARENT_URI = "http://hl7.org/fhir/concept-properties#parent"
_CHILD_URI = "http://hl7.org/fhir/concept-properties#child"
_RETIRED = frozenset({"retired", "inactive"})


def _listed(value: Any) -> list[dict[str, Any]]:
    """The dicts of a list; nothing for anything else (hostile definitions are normal input)."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def property_value(entry: Mapping[str, Any]) -> Any:
    """The value of a concept's property: the code, string, boolean ... whichever ``value[x]`` stands there."""
    for key, value in entry.items():
        if key.startswith("value"):
            return value.get("code") if isinstance(value, dict) else value
    return None


def as_text(value: Any) -> str:
    """A property's value as filters compare it: booleans as FHIR writes them."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


class CodeTable:
    """A CodeSystem ready to be asked.

    Args:
        tree: the CodeSystem as a JSON tree; it is not copied and must not change.
        beyond: asked about codes that a table loaded only in part does not hold, where a rule knows more.
    """

    def __init__(self, tree: Mapping[str, Any], beyond: Callable[[str], Membership] | None = None) -> None:
        self.tree = tree
        self._beyond = beyond
        self.url = str(tree.get("url", ""))
        self.version: str | None = tree.get("version")
        self.content = str(tree.get("content", "complete"))
        # Absent means "not stated"; HL7's validator reads it as insensitive, and so do we: a false alarm is worse than a miss.
        self.case_sensitive = tree.get("caseSensitive") is True
        self.complete = self.content == "complete"
        self._concepts, self._parents = self._walk()
        self.codes = frozenset(self._concepts)
        self._folded: dict[str, str] = {} if self.case_sensitive else {code.lower(): code for code in self._concepts}
        self._unknown = not_in(f"code system {self.url} has no such code", "unknown-code", self.url)
        self._incomplete = cannot_tell(
            f"code system {self.url} is loaded only in part (content '{self.content}'), and the part does not hold the code",
            "incomplete-system",
            self.url,
        )
        self._supplement = not_in(
            f"{self.url} is a supplement, not a code system that a coding can name", "supplement", self.url
        )

    def _walk(self) -> tuple[dict[str, dict[str, Any]], dict[str, list[str]]]:
        concepts: dict[str, dict[str, Any]] = {}
        parents: dict[str, list[str]] = {}
        stack: list[tuple[str | None, Iterator[dict[str, Any]]]] = [(None, iter(_listed(self.tree.get("concept"))))]
        while stack:  # a stack, not recursion: nesting may be deeper than Python's
            parent, listed = stack[-1]
            concept = next(listed, None)
            if concept is None:
                stack.pop()
                continue
            code = concept.get("code")
            if not isinstance(code, str):
                continue
            concepts.setdefault(code, concept)
            if parent is not None:
                parents.setdefault(code, []).append(parent)
            nested = concept.get("concept")
            if nested:
                stack.append((code, iter(_listed(nested))))
        return concepts, parents

    @cached_property
    def _property_uris(self) -> dict[str, str]:
        return {str(entry.get("code")): str(entry.get("uri", "")) for entry in _listed(self.tree.get("property"))}

    @cached_property
    def parents(self) -> dict[str, list[str]]:
        """Code -> its parents, from nesting and from parent and child properties."""
        uris = self._property_uris
        up = {code for code, uri in uris.items() if uri == _PARENT_URI} | (_PARENT_PROPERTIES - {"partOf"})
        down = {code for code, uri in uris.items() if uri == _CHILD_URI} | {"child"}
        found = {code: list(listed) for code, listed in self._parents.items()}
        for code, concept in self._concepts.items():
            for entry in _listed(concept.get("property")):
                name, value = entry.get("code"), property_value(entry)
                if not isinstance(value, str):
                    continue
                if name in up and value in self._concepts:
                    found.setdefault(code, []).append(value)
                elif name in down and value in self._concepts:
                    found.setdefault(value, []).append(code)
        return found

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """Code -> its children, the other way round."""
        found: dict[str, list[str]] = {}
        for code, listed in self.parents.items():
            for parent in listed:
                found.setdefault(parent, []).append(code)
        return found

    def descendants(self, code: str) -> set[str]:
        """Every code below `code`, without itself (unless the hierarchy is a ring)."""
        return _reach(self.children, code)

    def ancestors(self, code: str) -> set[str]:
        """Every code above `code`, without itself (unless the hierarchy is a ring)."""
        return _reach(self.parents, code)

    def concept(self, code: str) -> dict[str, Any] | None:
        """The concept's own tree; None for a code that is not there (case as the system says)."""
        known = self.canonical(code)
        return None if known is None else self._concepts[known]

    def canonical(self, code: str) -> str | None:
        """The code as the system writes it; None when it has none such."""
        return code if code in self._concepts else self._folded.get(code.lower()) if self._folded else None

    def __contains__(self, code: object) -> bool:
        return code in self._concepts

    def __iter__(self) -> Iterator[str]:
        return iter(self._concepts)

    def __len__(self) -> int:
        return len(self._concepts)

    def has_property(self, name: str) -> bool:
        """True when the system declares the property or some concept carries it."""
        return name in self._property_uris or any(
            entry.get("code") == name
            for concept in self._concepts.values()
            for entry in _listed(concept.get("property"))
        )

    def values(self, code: str, name: str) -> list[str]:
        """The values of the concept's property `name`, as text."""
        concept = self._concepts.get(code)
        if concept is None:
            return []
        found = (property_value(entry) for entry in _listed(concept.get("property")) if entry.get("code") == name)
        return [as_text(value) for value in found if value is not None]

    def is_inactive(self, code: str) -> bool:
        """True when the concept says of itself that it is inactive or retired."""
        return "true" in self.values(code, "inactive") or any(
            value in _RETIRED for value in self.values(code, "status")
        )

    def is_abstract(self, code: str) -> bool:
        """True when the concept is there to group others and is not to be selected."""
        return "true" in self.values(code, "notSelectable") or "true" in self.values(code, "abstract")

    def displays(self, code: str) -> list[tuple[str, str | None]]:
        """Every text that names the concept, with its language: the display first, then the designations."""
        concept = self.concept(code)
        if concept is None:
            return []
        language = self.tree.get("language")
        found: list[tuple[str, str | None]] = []
        if isinstance(concept.get("display"), str):
            found.append((concept["display"], language))
        designations = (entry for entry in _listed(concept.get("designation")) if isinstance(entry.get("value"), str))
        return found + [(entry["value"], entry.get("language")) for entry in designations]

    def lookup(self, code: str) -> Membership:
        """Whether the system has the code."""
        if self.content == "supplement":
            return self._supplement
        if code in self._concepts:
            return YES
        known = self._folded.get(code.lower()) if self._folded else None
        if known is not None:
            return Membership(
                Answer.IN,
                f"code system {self.url} ignores case, but writes this code with another one",
                "case",
                self.url,
            )
        if self.complete:
            return self._unknown
        answer = self._incomplete if self._beyond is None else self._beyond(code)
        return self._incomplete if answer.answer is Answer.CANNOT_TELL else answer


def _reach(edges: Mapping[str, list[str]], start: str) -> set[str]:
    found: set[str] = set()
    stack = [start]
    while stack:
        for code in edges.get(stack.pop(), ()):
            if code not in found:
                found.add(code)
                stack.append(code)
    return found
