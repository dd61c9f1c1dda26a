"""``urn:ietf:rfc:3986``: every absolute URI is a code of it."""

import re
from typing import Any

from rehabfhir.terminology.answers import YES, Membership, not_in
from rehabfhir.terminology.filters import UnknownFilterError
from rehabfhir.terminology.parts import Rule

__all__ = ["UriSystem"]

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


class UriSystem:
    """URIs as a code system that is a rule."""

    ignores_case = False
    _malformed = not_in("not an absolute URI (RFC 3986)", "bad-syntax", "urn:ietf:rfc:3986")

    def lookup(self, code: str) -> Membership:
        """IN for every absolute URI."""
        return YES if _ABSOLUTE.fullmatch(code) else self._malformed

    def select(self, entry: dict[str, Any]) -> Rule:
        """URIs have no properties to filter by."""
        raise UnknownFilterError(f"URIs have no property '{entry.get('property')}'")
