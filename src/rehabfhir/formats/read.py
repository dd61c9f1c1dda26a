"""`read`: one source, JSON or XML by what it looks like, to a `Source`; it never raises on what it reads."""

import re
from dataclasses import replace
from typing import Any

from rehabfhir.errors import MisuseError
from rehabfhir.findings import Issue
from rehabfhir.formats._decode import decode
from rehabfhir.formats._json_read import read_json, read_plain
from rehabfhir.formats._scan import WHOLE
from rehabfhir.formats.limits import DEFAULT_LIMITS, Limits
from rehabfhir.formats.source import Format, Source

__all__ = ["read"]

_TYPE = re.compile(r'"resourceType"\s*:\s*"([A-Za-z]{1,64})"')


def read(data: bytes | str, *, format: Format | None = None, limits: Limits = DEFAULT_LIMITS) -> Source:  # noqa: A002 - the word of the public contract
    """The resource in `data` as a JSON tree, with what was found while reading.

    Args:
        data: FHIR JSON or FHIR XML. Bytes are UTF-8 by the standard; UTF-16 and Windows-1252 are read and reported.
        format: ``json`` or ``xml`` when the caller knows; else the first character decides.
        limits: size and depth beyond which the source is refused with one finding.

    Returns:
        a `Source`; its ``tree`` is None when the data is neither, is broken, or is not one object.

    Raises:
        MisuseError: `data` is neither bytes nor text, or `format` is unknown.
    """
    if not isinstance(data, (bytes, bytearray, memoryview, str)):
        raise MisuseError(f"read takes bytes or text, not {type(data).__name__}")
    if format not in {None, "json", "xml"}:
        raise MisuseError(f"format is 'json', 'xml' or None, not {format!r}")
    raw = data if isinstance(data, (bytes, str)) else bytes(data)
    if len(raw) > limits.size:
        message = f"the source is larger than {limits.size} bytes: raise the limit if it is meant to be"
        return Source(None, format or "json", (Issue("fatal", "too-long", message, rule="too-large"),), raw)
    if type(raw) is bytes and format != "xml" and raw[:1] == b"{":
        plain = read_plain(raw, limits)
        if plain is not None:
            return Source(plain, "json", (), raw, raw.decode())
    issues: list[Issue] = []
    if isinstance(raw, str):
        text = raw.removeprefix("\ufeff")
        if not _is_text(text):
            message = "half a surrogate pair in the text: not a character"
            return Source(None, format or "json", (Issue("fatal", "invalid", message, rule="encoding"),), raw)
    else:
        text, issues = decode(raw)
    form = format or _sniff(text)
    if form == "xml":
        from rehabfhir.formats._xml_read import read_xml  # noqa: PLC0415 - expat only for XML

        tree, found = read_xml(text, limits)
        return Source(tree, "xml", (*issues, *found), raw, text)
    tree, found = read_json(text, limits)
    if found:
        name = tree.get("resourceType") if isinstance(tree, dict) else None
        match = None if isinstance(name, str) else _TYPE.search(text, 0, 100_000)
        root = name if isinstance(name, str) else match[1] if match else ""
        found = [
            issue if issue.rule in WHOLE else replace(issue, expression=_under(root, issue.expression))
            for issue in found
        ]
    elif not isinstance(tree, dict):
        message = f"a resource is a JSON object, but the source holds {_kind(tree)}"
        tree, found = None, [Issue("fatal", "invalid", message, "", 1, 1, "json-object")]
    return Source(tree, "json", (*issues, *found), raw, text)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _sniff(text: str) -> Format:
    return "xml" if text[:1] == "<" or text[:4096].lstrip()[:1] == "<" else "json"


def _under(root: str, path: str) -> str:
    if not path:
        return root
    return path if not root or path.startswith("[") else f"{root}.{path}"


def _kind(value: Any) -> str:
    names = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
