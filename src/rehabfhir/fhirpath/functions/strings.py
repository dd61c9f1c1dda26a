"""Strings (https://hl7.org/fhirpath/N1/#string-manipulation)."""

import base64
import binascii
import html
import json
import re
from collections.abc import Callable

from rehabfhir.fhirpath import regex
from rehabfhir.fhirpath.env import TEXT_LIMIT, Run
from rehabfhir.fhirpath.errors import FhirPathLimit
from rehabfhir.fhirpath.functions._table import Function, Items, values
from rehabfhir.fhirpath.system import string, whole

__all__ = ["FUNCTIONS"]


def _limited(text: str, run: Run) -> Items:
    if len(text) > TEXT_LIMIT:
        raise FhirPathLimit("characters of text", TEXT_LIMIT)
    run.charge(len(text) // 64)
    return [text]


def index_of(run: Run, items: Items, part: Items) -> Items:
    del run
    text, sought = string(items, "indexOf()"), string(part, "indexOf()")
    return [] if text is None or sought is None else [text.find(sought)]


def last_index_of(run: Run, items: Items, part: Items) -> Items:
    del run
    text, sought = string(items, "lastIndexOf()"), string(part, "lastIndexOf()")
    return [] if text is None or sought is None else [text.rfind(sought)]


def substring(run: Run, items: Items, start: Items, length: Items | None = None) -> Items:
    del run
    text, begin = string(items, "substring()"), whole(start, "substring()")
    if text is None or begin is None or not 0 <= begin < len(text):
        return []
    count = None if length is None else whole(length, "substring()")
    return [text[begin:] if count is None else text[begin : begin + max(0, count)]]


def starts_with(run: Run, items: Items, part: Items) -> Items:
    del run
    text, sought = string(items, "startsWith()"), string(part, "startsWith()")
    return [] if text is None or sought is None else [text.startswith(sought)]


def ends_with(run: Run, items: Items, part: Items) -> Items:
    del run
    text, sought = string(items, "endsWith()"), string(part, "endsWith()")
    return [] if text is None or sought is None else [text.endswith(sought)]


def contains(run: Run, items: Items, part: Items) -> Items:
    del run
    text, sought = string(items, "contains()"), string(part, "contains()")
    return [] if text is None or sought is None else [sought in text]


def upper(run: Run, items: Items) -> Items:
    del run
    text = string(items, "upper()")
    return [] if text is None else [text.upper()]


def lower(run: Run, items: Items) -> Items:
    del run
    text = string(items, "lower()")
    return [] if text is None else [text.lower()]


def replace(run: Run, items: Items, pattern: Items, substitution: Items) -> Items:
    text, old, new = (string(found, "replace()") for found in (items, pattern, substitution))
    if text is None or old is None or new is None:
        return []
    if (text.count(old) if old else len(text) + 1) * len(new) > TEXT_LIMIT:
        raise FhirPathLimit("characters of text", TEXT_LIMIT)
    return _limited(text.replace(old, new), run)


def matches(run: Run, items: Items, pattern: Items) -> Items:
    text, expression = string(items, "matches()"), string(pattern, "matches()")
    return [] if text is None or expression is None else [regex.search(expression, text, run)]


def matches_full(run: Run, items: Items, pattern: Items) -> Items:
    text, expression = string(items, "matchesFull()"), string(pattern, "matchesFull()")
    return [] if text is None or expression is None else [regex.fullmatch(expression, text, run)]


def replace_matches(run: Run, items: Items, pattern: Items, substitution: Items) -> Items:
    text, expression, new = (string(found, "replaceMatches()") for found in (items, pattern, substitution))
    if text is None or expression is None or new is None:
        return []
    return _limited(regex.replace(expression, text, new, run) if expression else text, run)


def length(run: Run, items: Items) -> Items:
    del run
    text = string(items, "length()")
    return [] if text is None else [len(text)]


def to_chars(run: Run, items: Items) -> Items:
    text = string(items, "toChars()")
    if text is None:
        return []
    run.charge(len(text))
    return list(text)


def trim(run: Run, items: Items) -> Items:
    del run
    text = string(items, "trim()")
    return [] if text is None else [text.strip()]


def split(run: Run, items: Items, separator: Items) -> Items:
    text, mark = string(items, "split()"), string(separator, "split()")
    if text is None or mark is None:
        return []
    found = text.split(mark) if mark else list(text)
    run.charge(len(found))
    return list(found)


def join(run: Run, items: Items, separator: Items | None = None) -> Items:
    mark = "" if separator is None else string(separator, "join()")
    texts = [string([item], "join()") for item in items]
    if mark is None:
        return []
    known = [text for text in texts if text is not None]
    if sum(map(len, known)) + len(mark) * len(known) > TEXT_LIMIT:
        raise FhirPathLimit("characters of text", TEXT_LIMIT)
    return _limited(mark.join(known), run)


_ENCODERS: dict[str, Callable[[bytes], str]] = {
    "base64": lambda data: base64.b64encode(data).decode("ascii"),
    "urlbase64": lambda data: base64.urlsafe_b64encode(data).decode("ascii"),
    "hex": lambda data: data.hex(),
}
_DECODERS: dict[str, Callable[[str], bytes]] = {
    "base64": lambda text: base64.b64decode(text, validate=True),
    "urlbase64": lambda text: base64.b64decode(text.translate(str.maketrans("-_", "+/")), validate=True),
    "hex": bytes.fromhex,
}


def encode(run: Run, items: Items, form: Items) -> Items:
    text, name = string(items, "encode()"), string(form, "encode()")
    if text is None or name is None or name not in _ENCODERS:
        return []
    return _limited(_ENCODERS[name](text.encode("utf-8", "surrogatepass")), run)


def decode(run: Run, items: Items, form: Items) -> Items:
    text, name = string(items, "decode()"), string(form, "decode()")
    if text is None or name is None or name not in _DECODERS:
        return []
    try:
        return _limited(_DECODERS[name](text).decode("utf-8"), run)
    except (ValueError, binascii.Error):
        return []


def escape(run: Run, items: Items, form: Items) -> Items:
    text, name = string(items, "escape()"), string(form, "escape()")
    if text is None or name not in {"html", "json"}:
        return []
    return _limited(html.escape(text) if name == "html" else json.dumps(text, ensure_ascii=False)[1:-1], run)


_JSON_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_JSON_PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def unescape(run: Run, items: Items, form: Items) -> Items:
    text, name = string(items, "unescape()"), string(form, "unescape()")
    if text is None or name not in {"html", "json"}:
        return []
    if name == "html":
        return _limited(html.unescape(text), run)
    return _limited(_JSON_ESCAPE.sub(_plain, text), run)


def _plain(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else _JSON_PLAIN.get(match[2], match[2])


FUNCTIONS: dict[str, Function] = {
    "contains": values(1, 1, contains),
    "decode": values(1, 1, decode),
    "encode": values(1, 1, encode),
    "endsWith": values(1, 1, ends_with),
    "escape": values(1, 1, escape),
    "indexOf": values(1, 1, index_of),
    "join": values(0, 1, join),
    "lastIndexOf": values(1, 1, last_index_of),
    "length": values(0, 0, length),
    "lower": values(0, 0, lower),
    "matches": values(1, 1, matches),
    "matchesFull": values(1, 1, matches_full),
    "replace": values(2, 2, replace),
    "replaceMatches": values(2, 2, replace_matches),
    "split": values(1, 1, split),
    "startsWith": values(1, 1, starts_with),
    "substring": values(1, 2, substring),
    "toChars": values(0, 0, to_chars),
    "trim": values(0, 0, trim),
    "unescape": values(1, 1, unescape),
    "upper": values(0, 0, upper),
}
