"""BCP-13 media types: syntax (RFC 2045, RFC 6838) and the registered top-level types."""

import re
from typing import Any

from rehabfhir.terminology.answers import YES, Membership, not_in
from rehabfhir.terminology.filters import UnknownFilterError
from rehabfhir.terminology.parts import Rule

__all__ = ["URL", "MediaTypeSystem"]

URL = "urn:ietf:bcp:13"

# https://www.iana.org/assignments/top-level-media-types (RFC 9694); subtypes outside the registry are allowed by its trees.
_TOP_LEVEL = frozenset(
    {"application", "audio", "example", "font", "haptics", "image", "message", "model", "multipart", "text", "video"}
)
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"  # noqa: S105 - RFC 2045's word for a run of characters
_TYPE = re.compile(
    rf"(?P<top>{_TOKEN})/(?P<sub>[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{{0,126}})"
    rf"(?:\s*;\s*{_TOKEN}=(?:{_TOKEN}|\"(?:[^\"\\\r\n]|\\.)*\"))*\s*;?\s*"
)
_LONGEST = 1_000


class MediaTypeSystem:
    """Media types as a code system that is a rule: well formed, under a registered top-level type or ``x-``."""

    ignores_case = True
    _malformed = not_in("not a media type such as text/plain (BCP 13)", "bad-syntax", URL)
    _unregistered = not_in("the part before the slash is not a registered top-level media type", "unknown-code", URL)

    def lookup(self, code: str) -> Membership:
        """IN for a well-formed media type; subtypes are not looked up, the register grows daily."""
        match = _TYPE.fullmatch(code) if len(code) <= _LONGEST else None
        if match is None:
            return self._malformed
        top = match["top"].lower()
        return YES if top in _TOP_LEVEL or top.startswith("x-") else self._unregistered

    def select(self, entry: dict[str, Any]) -> Rule:
        """Media types have no properties to filter by."""
        raise UnknownFilterError(f"media types have no property '{entry.get('property')}'")
