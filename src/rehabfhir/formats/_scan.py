"""A scanner of JSON text that knows where everything stands: syntax errors, duplicate keys, source positions."""

import re
from dataclasses import dataclass, field
from typing import Any

__all__ = ["WHOLE", "Place", "Scan", "SyntaxProblem", "scan"]

_WS = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9.eE+-])")
_WORD = re.compile(r"[-+]?[A-Za-z_0-9.+-]+")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
_OPEN_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?")
WHOLE = {"json-truncated", "json-extra", "json-empty", "json-comment"}
"""Problems of the text as a whole, not of the element that was being read."""
_NAMES = {"NaN", "Infinity", "-Infinity", "+Infinity", "nan", "inf", "-inf"}


@dataclass(slots=True)
class Place:
    """Where a value starts: its key for an object's member, itself for an array's item; and the places inside it."""

    offset: int
    members: "dict[str, Place] | None" = None
    items: "list[Place] | None" = None


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """Why the text is not JSON; `rule` names the kind, `path` the element around it."""

    offset: int
    rule: str
    message: str
    path: str


@dataclass(slots=True)
class Scan:
    """What a scan found: the place of the root, duplicate keys with their paths, the first syntax error."""

    root: Place | None = None
    duplicates: list[tuple[str, int]] = field(default_factory=list)
    problem: SyntaxProblem | None = None


class _StopScan(Exception):  # noqa: N818 - not an error: it carries the problem out of the loop
    def __init__(self, offset: int, rule: str, message: str, *, outside: bool = False) -> None:
        super().__init__(message)
        self.offset, self.rule, self.message = offset, rule, message
        self.outside = outside


def scan(text: str, *, depth: int = 10_000) -> Scan:
    """Walk `text` once without building values. A text that is not JSON is scanned up to its first error."""
    result = Scan()
    stack: list[tuple[Place, str | None]] = []
    try:
        _walk(text, depth, result, stack)
    except _StopScan as stop:
        if stop.rule in WHOLE:
            path = ""
        elif stop.rule == "json-syntax":  # the object or array around is what is broken
            path = _path(stack if stop.outside else stack[:-1])
        else:
            path = _path(stack)
        result.problem = SyntaxProblem(stop.offset, stop.rule, stop.message, path)
    return result


def _walk(text: str, depth: int, result: Scan, stack: list[tuple[Place, str | None]]) -> None:
    space = _WS.match
    at = _end(space, text, 0)
    result.root = here = Place(at)
    end = len(text)
    if at >= end:
        raise _StopScan(at, "json-empty", "nothing found: expected a JSON object")
    while True:
        # a value begins at `at` and belongs to the place `here`
        char = text[at : at + 1]
        if char == "{":
            here.members = {}
            if len(stack) >= depth:
                raise _StopScan(at, "too-deep", f"more than {depth} objects and arrays inside each other")
            at = _end(space, text, at + 1)
            if text[at : at + 1] == "}":
                at += 1
            else:
                at, here = _member(text, at, here, result, stack)
                continue
        elif char == "[":
            here.items = []
            if len(stack) >= depth:
                raise _StopScan(at, "too-deep", f"more than {depth} objects and arrays inside each other")
            at = _end(space, text, at + 1)
            if text[at : at + 1] == "]":
                at += 1
            else:
                stack.append((here, None))
                here = Place(at)
                stack[-1][0].items.append(here)  # type: ignore[union-attr]
                continue
        else:
            at = _scalar(text, at, char)
        # the value is complete: close what closes, or go to the next sibling
        while True:
            at = _end(space, text, at)
            if not stack:
                if at < end:
                    raise _StopScan(at, "json-extra", "text after the end of the JSON value: expected nothing more")
                return
            parent, _ = stack[-1]
            char = text[at : at + 1]
            if parent.members is not None:
                if char == ",":
                    stack.pop()
                    at = _end(space, text, at + 1)
                    if text[at : at + 1] == "}":
                        raise _StopScan(at, "json-syntax", "a comma before '}': remove it", outside=True)
                    at, here = _member(text, at, parent, result, stack)
                    break
                if char == "}":
                    stack.pop()
                    at += 1
                    continue
                raise _expected(text, at, "',' or '}'")
            if char == ",":
                at = _end(space, text, at + 1)
                if text[at : at + 1] == "]":
                    raise _StopScan(at, "json-syntax", "a comma before ']': remove it")
                here = Place(at)
                parent.items.append(here)  # type: ignore[union-attr]
                break
            if char == "]":
                stack.pop()
                at += 1
                continue
            raise _expected(text, at, "',' or ']'")


def _end(matcher: Any, text: str, at: int) -> int:
    return int(matcher(text, at).end())


def _member(
    text: str, at: int, parent: Place, result: Scan, stack: list[tuple[Place, str | None]]
) -> tuple[int, Place]:
    """Read ``"key" :`` and open its place; gives the offset of the value and the place."""
    match = _STRING.match(text, at)
    stack.append((parent, None))
    if match is None:
        if text[at : at + 1] == '"':
            raise _bad_string(text, at)
        raise _expected(text, at, "a property name in double quotes")
    raw = match.group()[1:-1]
    key = _unescape(raw) if "\\" in raw else raw
    stack[-1] = (parent, key)
    place = Place(at)
    members = parent.members
    if members is not None:
        if key in members:
            result.duplicates.append((_path(stack), at))
        else:
            members[key] = place
    at = _end(_WS.match, text, match.end())
    if text[at : at + 1] != ":":
        raise _expected(text, at, "':'")
    return _end(_WS.match, text, at + 1), place


def _unescape(raw: str) -> str:
    import json  # noqa: PLC0415 - only for a key with escapes

    return str(json.loads(f'"{raw}"'))


def _scalar(text: str, at: int, char: str) -> int:
    if char == '"':
        match = _STRING.match(text, at)
        if match is None:
            raise _bad_string(text, at)
        if "\\u" in match.group():
            _surrogates(match.group(), at)
        return match.end()
    for word in ("true", "false", "null"):
        if text.startswith(word, at) and not text[at + len(word) : at + len(word) + 1].isalnum():
            return at + len(word)
    match = _NUMBER.match(text, at)
    if match is not None:
        return match.end()
    raise _expected(text, at, "a value")


def _surrogates(token: str, at: int) -> None:
    skip = -1
    for match in re.finditer(r"\\(?:u([0-9a-fA-F]{4})|.)", token):
        if match[1] is None or match.start() == skip:
            continue
        code = int(match[1], 16)
        if 0xD800 <= code < 0xDC00 and re.match(r"\\u[dD][c-fC-F]", token[match.end() : match.end() + 4]):
            skip = match.end()
        elif 0xD800 <= code < 0xE000:
            message = "half a surrogate pair in a string: not a character; write the character itself"
            raise _StopScan(at + match.start(), "json-surrogate", message)


def _expected(text: str, at: int, what: str) -> _StopScan:
    if at >= len(text):
        return _StopScan(at, "json-truncated", f"the text ends here: expected {what}; the file is truncated")
    match = _WORD.match(text, at)
    word = match.group() if match else text[at]
    if word in _NAMES:
        return _StopScan(at, "json-nan", "NaN and Infinity are not JSON numbers: leave the element out")
    if text.startswith(("//", "/*"), at):
        return _StopScan(at, "json-comment", "a comment: JSON has none, remove it")
    if word == "'":
        return _StopScan(at, "json-syntax", f"a single quote: expected {what}; JSON uses double quotes")
    if match and what == "a value" and (word[0].isdigit() or word[0] in "+-."):
        return _StopScan(
            at,
            "json-number",
            "not a number as JSON writes it (no leading zeros, no '+', digits on both sides of the point)",
        )
    found = (
        "a name"
        if match and not word[0].isdigit()
        else "a number"
        if match
        else f"'{word}'"
        if word.isprintable()
        else "a control character"
    )
    return _StopScan(at, "json-syntax", f"found {found}: expected {what}")


def _bad_string(text: str, at: int) -> _StopScan:
    """Name what is wrong with the string that opens at `at`."""
    position = at + 1
    while True:
        position = _end(_PLAIN.match, text, position)
        if position >= len(text):
            return _StopScan(position, "json-truncated", "the text ends inside a string; the file is truncated")
        match = _ESCAPE.match(text, position)
        if match is not None:
            position = match.end()
            continue
        if text[position] == "\\":
            if _OPEN_ESCAPE.fullmatch(text, position):
                return _StopScan(len(text), "json-truncated", "the text ends inside a string; the file is truncated")
            return _StopScan(
                position,
                "json-escape",
                'an escape that JSON does not have: expected one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX',
            )
        return _StopScan(
            position,
            "json-control",
            "a control character in a string: write it as \\n, \\t or \\uXXXX; perhaps the closing quote is missing",
        )


def _path(stack: list[tuple[Place, str | None]]) -> str:
    parts: list[str] = []
    for place, key in stack:
        if place.items is not None:
            parts.append(f"[{len(place.items) - 1}]")
        elif key is not None:
            parts.append(f".{key}")
    return "".join(parts).lstrip(".")
