"""BCP-47 language tags: grammar (RFC 5646) and IANA's registered subtags."""

import re
from functools import cache
from typing import Any

from rehabfhir.terminology import datafiles
from rehabfhir.terminology.answers import YES, Membership, cannot_tell, not_in
from rehabfhir.terminology.filters import UnknownFilterError
from rehabfhir.terminology.parts import Rule

__all__ = ["URL", "LanguageSystem"]

URL = "urn:ietf:bcp:47"

# RFC 5646, section 2.1: language[-extlang][-script][-region]*[-variant]*[-extension][-privateuse]
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3}|[a-z]{4}|[a-z]{5,8})"
    r"(?P<extlang>(?:-[a-z]{3}){0,3})"
    r"(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|\d{3}))?"
    r"(?P<variant>(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*)"
    r"(?P<extension>(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*)"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?"
)
_PRIVATE = re.compile(r"x(?:-[a-z0-9]{1,8})+")
_LONGEST = 200


@cache
def _registry() -> dict[str, frozenset[str]]:
    """Kind of subtag -> the subtags, in lower case, ranges such as ``qaa..qtz`` spelled out."""
    text = datafiles.text("language-subtags.txt")
    found: dict[str, frozenset[str]] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        kind, _, listed = line.partition(": ")
        subtags: set[str] = set()
        for entry in listed.lower().split():
            first, _, last = entry.partition("..")
            subtags.add(first)
            while last and first != last:
                first = _next(first)
                subtags.add(first)
        found[kind] = frozenset(subtags)
    return found


def _next(letters: str) -> str:
    """The next string of lower-case letters of the same length."""
    head, tail = letters[:-1], letters[-1]
    return head + chr(ord(tail) + 1) if tail != "z" else _next(head) + "a"


class LanguageSystem:
    """Language tags as a code system that is a rule."""

    ignores_case = True
    _malformed = not_in("not a well-formed language tag (BCP 47)", "bad-syntax", URL)
    _unregistered = not_in("a subtag is not in IANA's registry of language subtags", "unknown-code", URL)

    def lookup(self, code: str) -> Membership:
        """IN for a well-formed tag made of registered subtags."""
        tag = code.lower()
        if len(tag) > _LONGEST:
            return self._malformed
        registry = _registry()
        if tag in registry["grandfathered"] or _PRIVATE.fullmatch(tag):
            return YES
        match = _TAG.fullmatch(tag)
        if match is None:
            return self._malformed
        variants = match["variant"].split("-")[1:]
        if len(variants) != len(set(variants)):
            return self._malformed
        known = (
            match["language"] in registry["language"]
            and registry["extlang"].issuperset(match["extlang"].split("-")[1:])
            and (match["script"] is None or match["script"] in registry["script"])
            and (match["region"] is None or match["region"] in registry["region"])
            and registry["variant"].issuperset(variants)
        )
        return YES if known else self._unregistered

    def select(self, entry: dict[str, Any]) -> Rule:
        """``language|script|region|ext-lang|variant exists true|false``, as FHIR defines them for BCP 47."""
        part = {"ext-lang": "extlang", "private-use": "private"}.get(
            str(entry.get("property")), str(entry.get("property"))
        )
        if entry.get("op") != "exists" or part not in {
            "language",
            "script",
            "region",
            "extlang",
            "variant",
            "extension",
        }:
            raise UnknownFilterError("language tags know only filters that ask whether a part exists")
        wanted = entry.get("value") == "true"

        def rule(code: str) -> Membership:
            answer = self.lookup(code)
            if not answer:
                return answer
            match = _TAG.fullmatch(code.lower())
            if match is None:
                return cannot_tell("the parts of an irregular language tag are not known", "not-expandable", URL)
            return YES if bool(match[part]) == wanted else not_in("the language tag has or lacks a part", system=URL)

        return rule
