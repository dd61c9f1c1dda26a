"""Rules of data types that no invariant states: identifiers' systems, attachments' sizes, ids that repeat."""

import binascii
import hashlib
import re
from typing import TYPE_CHECKING, Any

from rehabfhir.validation.invariants import Check
from rehabfhir.validation.place import Place
from rehabfhir.validation.primitives import is_absolute
from rehabfhir.validation.xhtml import narrative

if TYPE_CHECKING:
    from rehabfhir.validation.run import Run

__all__ = ["TYPE_RULES", "decoded_size", "element_id"]

_SYSTEMS = ("http:", "https:", "urn:", "ldap:")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


def element_id(value: Any, place: Place, run: "Run") -> None:
    """Ids within a resource are unique (https://hl7.org/fhir/R4/element.html#id)."""
    owner = place[0]
    if owner[1].path.startswith("StructureDefinition.snapshot"):
        return  # differential and snapshot have the same ids
    above = owner[0]
    while above is not None:
        if above[1].path == "StructureDefinition.snapshot":
            return
        above = above[0]
    if isinstance(value, str) and run.ids.setdefault(value, owner[3]) is not owner[3]:
        run.add(
            "error",
            "business-rule",
            owner,
            None,
            -1,
            "another element of the resource has the same id",
            "duplicate-id",
            None,
            value,
        )


def _identifier(value: Any, place: Place, run: "Run") -> None:
    system, text = value.get("system"), value.get("value")
    if isinstance(system, str) and not system.startswith(_SYSTEMS):
        message = "Identifier.system must be an absolute URI (http:, https:, urn:, ldap:)"
        run.add("error", "code-invalid", place, None, -1, message, "identifier-system", None, system)
    if not isinstance(text, str):
        return
    if system == "urn:ietf:rfc:3986" and not is_absolute(text):
        message = "with system urn:ietf:rfc:3986 the value must be a full URI, such as urn:uuid:…"
        run.add("error", "code-invalid", place, None, -1, message, "identifier-uri", None, text)
    if system == "https://tools.ietf.org/html/rfc4122":
        if text.startswith("urn:uuid:") or _UUID.fullmatch(text):
            run.add(
                "warning",
                "code-invalid",
                place,
                None,
                -1,
                "use system urn:ietf:rfc:3986 and urn:uuid: for a UUID",
                "identifier-uuid",
            )
        else:
            run.add(
                "error",
                "code-invalid",
                place,
                None,
                -1,
                "with this system the value must be a UUID",
                "identifier-uuid",
                None,
                text,
            )


def decoded_size(data: str) -> int | None:
    """The number of bytes that base64 `data` holds, None when it is not base64."""
    squeezed = "".join(data.split())
    if len(squeezed) % 4:
        return None
    try:
        return len(binascii.a2b_base64(squeezed, strict_mode=True))
    except (binascii.Error, ValueError):
        return None


def _hash(data: str) -> str:
    digest = hashlib.sha1(binascii.a2b_base64(data), usedforsecurity=False).digest()
    return binascii.b2a_base64(digest, newline=False).decode()


def _attachment(value: Any, place: Place, run: "Run") -> None:
    data, size = value.get("data"), value.get("size")
    if isinstance(data, str):
        if len(data.split()) > 1 or data != data.strip():
            message = "data has whitespace in its base64, which most readers refuse; remove it"
            run.add("error", "structure", place, None, -1, message, "attachment-data")
            return
        real = decoded_size(data)
        if real is None:
            return
        if size is not None and str(real) != str(size):
            message = f"size is {size}, but data holds {real} bytes"
            run.add("error", "structure", place, None, -1, message, "attachment-size")
        stated = value.get("hash")
        if isinstance(stated, str) and stated != _hash(data):
            message = "hash is not the SHA-1 of data in base64"
            run.add("error", "structure", place, None, -1, message, "attachment-hash")
    elif size is not None and not str(size).lstrip("-").isdigit():
        run.add("error", "structure", place, None, -1, "size is not a number of bytes", "attachment-size", None, size)
    elif not any(name in value for name in ("data", "url", "contentType", "language", "_data", "_url")):
        message = "an attachment without data, url, contentType and language says nothing"
        run.add("warning", "structure", place, None, -1, message, "attachment-empty")


TYPE_RULES: dict[str, Check] = {"Identifier": _identifier, "Attachment": _attachment, "Narrative": narrative}
