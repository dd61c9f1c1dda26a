"""`Terminology`: membership of codes in value sets and systems, compiled once and asked often.

Offline first: what the loaded definitions and the built-in systems can decide is decided; a doubt goes to a terminology
server only when the caller gave one. Safe to share between threads: compiled content is immutable and a cache entry that
two threads make at once is made twice, never half.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from rehabfhir.terminology.answers import YES, Answer, Membership, cannot_tell
from rehabfhir.terminology.builtin import built_in
from rehabfhir.terminology.codes import CodeTable
from rehabfhir.terminology.content import Content
from rehabfhir.terminology.display import DisplayCheck, check_display
from rehabfhir.terminology.valuesets import Compiler, RuleSystem

if TYPE_CHECKING:
    from rehabfhir.terminology.server import TerminologyServer

__all__ = ["Definitions", "Terminology"]


class Definitions(Protocol):
    """Where value sets and code systems come from; `rehabfhir.definitions.Definitions` is one."""

    def value_set(self, canonical: str, /) -> Mapping[str, Any] | None:
        """The ValueSet with this canonical (``url`` or ``url|version``) as a tree."""
        ...

    def code_system(self, canonical: str, /) -> Mapping[str, Any] | None:
        """The CodeSystem with this canonical (``url`` or ``url|version``) as a tree."""
        ...


class Terminology:
    """Answers about codes.

    Args:
        definitions: finds value sets and code systems.
        server: asked about what cannot be told offline; None (the default) keeps everything offline.
    """

    def __init__(self, definitions: Definitions, server: "TerminologyServer | None" = None) -> None:
        self._definitions = definitions
        self._server = server
        self._contents: dict[str, Content] = {}
        self._systems: dict[tuple[str, str | None], CodeTable | RuleSystem | None] = {}
        self._compiler = Compiler(definitions.value_set, self.system)

    def system(self, url: str, version: str | None = None) -> CodeTable | RuleSystem | None:
        """The code system with this URL, indexed; None when it is neither loaded nor built in."""
        key = (url, version)
        try:
            return self._systems[key]
        except KeyError:
            found = self._find_system(url, version)
            self._systems[key] = found
            return found

    def _find_system(self, url: str, version: str | None) -> CodeTable | RuleSystem | None:
        tree = self._definitions.code_system(f"{url}|{version}" if version else url)
        if tree is None or tree.get("content") == "not-present":
            known = built_in(url)
            if known is not None:
                return known
        if tree is None or not isinstance(tree, Mapping):
            return None
        if version and tree.get("version") not in {version, None}:
            return None
        known = built_in(url) if tree.get("content") in {"fragment", "example"} else None
        return CodeTable(tree, None if known is None else known.lookup)

    def known_system(self, url: str) -> bool:
        """True when codes of the system can be checked at all, loaded in full, in part, or built in."""
        found = self.system(url)
        return found is not None and not (
            isinstance(found, CodeTable) and found.content in {"not-present", "supplement"}
        )

    def content(self, value_set: str) -> Content:
        """The compiled value set; one that is not loaded answers CANNOT_TELL to everything."""
        found = self._contents.get(value_set)
        if found is None:
            found = self._compiler.by_canonical(value_set)
            self._contents[value_set] = found
        return found

    def compile(self, value_set: Mapping[str, Any], contained: Mapping[str, Any] | None = None) -> Content:
        """The content of a value set given as a tree, for instance one contained in a Questionnaire.

        Args:
            value_set: the ValueSet tree.
            contained: id -> further contained resources that it may refer to as ``#id``.
        """
        return self._compiler.by_tree(value_set, contained=contained)

    def member(
        self,
        value_set: str | Content,
        *,
        code: str,
        system: str | None = None,
        display: str | None = None,
        version: str | None = None,
    ) -> Membership:
        """Whether a value set holds a code.

        Args:
            value_set: canonical of the value set, with or without ``|version``, or one that `compile` made.
            code: the code.
            system: its system; None for an element of type ``code``, where any system of the value set will do.
            display: handed to the server, when one is asked; the offline answer does not depend on it.
            version: the version of the system that the coding names.
        """
        content = (
            value_set if isinstance(value_set, Content) else self._contents.get(value_set) or self.content(value_set)
        )
        if system is None:
            answer = content.test_any(code)
        else:
            part = content.parts.get(system)
            answer = content.rest if part is None else YES if code in part.codes else part.test(code)
        if answer.answer is Answer.CANNOT_TELL and self._server is not None and isinstance(value_set, str):
            return self._server.in_value_set(value_set, system=system, code=code, display=display, version=version)
        return answer

    def checker(self, value_set: str | Mapping[str, Any]) -> Callable[[str | None, str], Membership]:
        """A function ``(system, code) -> Membership`` for one value set, compiled at the first call."""
        if isinstance(value_set, Mapping):
            fixed: str | Content = self.compile(value_set)
        else:
            fixed = value_set
        return lambda system, code: self.member(fixed, system=system, code=code)

    def code_in_system(self, system: str, code: str, version: str | None = None) -> Membership:
        """Whether a code system has a code."""
        found = self.system(system, version)
        if found is None and version is not None and self.system(system) is not None:
            answer = cannot_tell(
                f"code system {system} is loaded, but not version {version}", "unknown-version", system
            )
        elif found is None:
            answer = cannot_tell(f"code system {system} is not loaded", "unknown-system", system)
        else:
            answer = found.lookup(code)
        if answer.answer is Answer.CANNOT_TELL and self._server is not None:
            return self._server.in_system(system, code, version=version)
        return answer

    def display_ok(self, system: str, code: str, display: str, *, version: str | None = None) -> DisplayCheck:
        """Whether `display` is a name of the code: any designation in any language, whatever the case."""
        found = self.system(system, version) or (self.system(system) if version else None)
        if not isinstance(found, CodeTable):
            return DisplayCheck("cannot-tell")
        return check_display(found, code, display)

    def is_inactive(self, system: str, code: str) -> bool:
        """True when a loaded system says that the code is inactive or retired."""
        found = self.system(system)
        return isinstance(found, CodeTable) and found.is_inactive(code)

    def is_abstract(self, system: str, code: str) -> bool:
        """True when a loaded system says that the code is there to group others and is not to be selected."""
        found = self.system(system)
        return isinstance(found, CodeTable) and found.is_abstract(code)

    def expand(self, value_set: str | Mapping[str, Any], limit: int = 1_000) -> list[dict[str, str]] | Membership:
        """The codings that a value set holds, in its own order, with displays where they are known.

        Returns:
            the list (``system``, ``code``, ``display``), or CANNOT_TELL when it is not a finite list that is known
            here, or is longer than `limit`.
        """
        if isinstance(value_set, str):
            content, tree = self.content(value_set), self._definitions.value_set(value_set)
        else:
            content, tree = self.compile(value_set), value_set
        if not content.is_list or tree is None:
            doubts = [answer for answer in self._doubts(content) if answer.answer is Answer.CANNOT_TELL]
            return doubts[0] if doubts else cannot_tell("the value set is a rule, not a list", "not-expandable")
        size = sum(len(part.codes) for part in content.parts.values())
        if size > limit:
            return cannot_tell(f"the value set has {size} codes, more than the {limit} asked for", "not-expandable")
        named = dict(_named(tree))
        listed: list[dict[str, str]] = []
        for system, part in content.parts.items():
            table = self.system(system)
            order = [code for of, code in named if of == system and code in part.codes]
            if isinstance(table, CodeTable):
                order += [code for code in table if code in part.codes]
            for code in dict.fromkeys([*order, *sorted(part.codes)]):
                display = named.get((system, code)) or (
                    next((text for text, _ in table.displays(code)), None) if isinstance(table, CodeTable) else None
                )
                listed.append({"system": system, "code": code} | ({"display": display} if display else {}))
        return listed

    def _doubts(self, content: Content) -> Iterator[Membership]:
        yield content.rest
        for system, part in content.parts.items():
            yield part.otherwise
            if part.rule is not None:
                known = self.system(system)
                if isinstance(known, CodeTable):
                    yield known.lookup("")


def _named(tree: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """((system, code), display) as the value set itself lists them, in its order."""
    compose = tree.get("compose")
    includes = compose.get("include") if isinstance(compose, dict) else None
    for include in includes if isinstance(includes, list) else []:
        if not isinstance(include, dict) or not isinstance(include.get("system"), str):
            continue
        concepts = include.get("concept")
        for concept in concepts if isinstance(concepts, list) else []:
            if isinstance(concept, dict) and isinstance(concept.get("code"), str):
                yield (include["system"], concept["code"]), str(concept.get("display") or "")
