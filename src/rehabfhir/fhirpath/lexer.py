"""FHIRPath text to tokens (https://hl7.org/fhirpath/N1/#lexical-elements)."""

import re
from typing import NamedTuple

from rehabfhir.fhirpath.errors import FhirPathSyntaxError

__all__ = ["MAX_LENGTH", "Token", "tokens"]

MAX_LENGTH = 100_000

_TOKEN = re.compile(
    r"""
      (?P<space>(?:[ \t\r\n\f\u00a0\ufeff]+|//[^\n\r]*|/\*.*?\*/)+)
    | (?P<dateTime>@[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?
        T(?:[0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?)
    | (?P<date>@[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?)
    | (?P<time>@T[0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?)
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<delimited>`(?:[^`\\]|\\.)*`)
    | (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<variable>\$(?:this|index|total)\b)
    | (?P<external>%(?:[A-Za-z_][A-Za-z0-9_]*|`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))
    | (?P<symbol><=|>=|!=|!~|[-+*/&|<>=~.,()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_PLAIN = {"'": "'", '"': '"', "`": "`", "\\": "\\", "/": "/", "r": "\r", "n": "\n", "t": "\t", "f": "\f"}


class Token(NamedTuple):
    """One token: its kind, its text with quotes and escapes undone, and where it starts."""

    kind: str
    text: str
    position: int


def tokens(text: str) -> list[Token]:
    """The tokens of `text`, closed by one of kind ``end``.

    Raises:
        FhirPathSyntaxError: at the first character that begins no token.
    """
    if len(text) > MAX_LENGTH:
        raise FhirPathSyntaxError(text[:60], 0, f"the text is longer than {MAX_LENGTH} characters")
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            reason = (
                "a string or comment is not closed" if text[position] in "'`/%\"" else f"unexpected {text[position]!r}"
            )
            raise FhirPathSyntaxError(text, position, reason)
        kind, value = match.lastgroup, match.group()
        if kind in {"string", "delimited"}:
            value = _unescape(text, value[1:-1], position)
        elif kind == "external":
            value = value[1:] if value[1] not in "`'\"" else _unescape(text, value[2:-1], position)
        elif kind in {"date", "dateTime", "time"}:
            value = value[1:]
        if kind != "space":
            if kind == "symbol" and value == "/" and text.startswith("/*", position):
                raise FhirPathSyntaxError(text, position, "a comment is not closed")
            found.append(Token(kind, value, position))
        position = match.end()
    found.append(Token("end", "", len(text)))
    return found


def _unescape(text: str, inner: str, position: int) -> str:
    if "\\" not in inner:
        return inner

    def one(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        plain = _PLAIN.get(match[2])
        if plain is None:
            raise FhirPathSyntaxError(
                text, position, f"the escape \\{match[2]} does not exist; write \\\\ for a backslash"
            )
        return plain

    return _ESCAPE.sub(one, inner)
