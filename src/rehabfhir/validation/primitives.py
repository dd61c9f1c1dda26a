"""Primitive values: formats as R4's regular expressions give them, and what the regular expressions cannot say.

`fits(type)` is a quick test for values that are beyond doubt; `problems(type, value)` says what is wrong with the rest.
Source: https://hl7.org/fhir/R4/datatypes.html#primitive.
"""

import binascii
import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

__all__ = ["HTML_TAG", "Problem", "fits", "is_absolute", "problems"]

Problem = tuple[str, str, str]
"""Severity, rule, message."""

_YEAR = r"([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)"
_MONTH = r"(0[1-9]|1[0-2])"
_DAY = r"(0[1-9]|[1-2][0-9]|3[0-1])"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
_ZONE = r"(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"

_DATE = re.compile(f"{_YEAR}(-{_MONTH}(-{_DAY})?)?", re.ASCII)
_DATE_TIME = re.compile(f"{_YEAR}(-{_MONTH}(-{_DAY}(T{_CLOCK}{_ZONE}?)?)?)?", re.ASCII)
_INSTANT = re.compile(f"{_YEAR}-{_MONTH}-{_DAY}T{_CLOCK}{_ZONE}", re.ASCII)
_TIME = re.compile(_CLOCK, re.ASCII)
_SURE_DAY = r"(0[1-9]|1[0-9]|2[0-8])"
_SURE_YEAR = r"(19|20)[0-9]{2}"
_SURE_DATE = re.compile(f"{_SURE_YEAR}(-{_MONTH}(-{_SURE_DAY})?)?", re.ASCII)
_SURE_TIME = re.compile(f"{_SURE_YEAR}(-{_MONTH}(-{_SURE_DAY}(T{_CLOCK}{_ZONE})?)?)?", re.ASCII)
_SURE_INSTANT = re.compile(f"{_SURE_YEAR}-{_MONTH}-{_SURE_DAY}T{_CLOCK}{_ZONE}", re.ASCII)

_CODE = re.compile(r"[^\s]+( [^\s]+)*")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
_URI = re.compile(r"(?!urn:(oid|uuid):|oid:|uuid:)[!-~]+")
_CANONICAL = re.compile(r"(https?:|#)[!-~]+")
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
HTML_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")

_LONGEST_STRING = 1024 * 1024
_LEAST = {"integer": -(2**31), "unsignedInt": 0, "positiveInt": 1}
_MOST_INTEGER = 2**31 - 1
_SPACE = " \t\r\n\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\x85\x0b\x0c"


def is_absolute(uri: str) -> bool:
    """True when `uri` begins with a scheme."""
    scheme, colon, rest = uri.partition(":")
    return (
        bool(colon)
        and _TOKEN.fullmatch(scheme) is not None
        and (scheme != "file" or rest.startswith("/") or ":" in rest)
    )


def _plain(value: Any) -> bool:
    return type(value) is str and value.isprintable() and "<" not in value and value.strip() == value != ""


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    full = pattern.fullmatch
    return lambda value: type(value) is str and full(value) is not None


def _whole(least: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= _MOST_INTEGER


_FITS: dict[str, Callable[[Any], bool]] = {
    "string": _plain,
    "markdown": _plain,
    "code": lambda value: type(value) is str and value.isalnum(),
    "boolean": lambda value: type(value) is bool,
    "date": _matches(_SURE_DATE),
    "dateTime": _matches(_SURE_TIME),
    "instant": _matches(_SURE_INSTANT),
    "id": _matches(_ID),
    "uri": _matches(_URI),
    "url": _matches(_URI),
    "canonical": _matches(_CANONICAL),
    "decimal": lambda value: type(value) is float or type(value) is int,
    **{name: _whole(least) for name, least in _LEAST.items()},
}


def fits(type_: str) -> Callable[[Any], bool]:
    """A test that is True only for values of `type_` with nothing to say about them."""
    return _FITS.get(type_, lambda _value: False)


def _moment(value: str) -> str | None:
    """Why a well-formed date does not exist, None when it does."""
    year, month, day = int(value[:4]), int(value[5:7]), int(value[8:10])
    last = monthrange(year, month)[1]
    return f"month {month} of that year has {last} days" if day > last else None


def _dates(type_: str, value: str) -> Iterator[Problem]:
    pattern = {"date": _DATE, "dateTime": _DATE_TIME, "instant": _INSTANT}[type_]
    form = {"date": "YYYY, YYYY-MM or YYYY-MM-DD", "dateTime": "YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+zz:zz"}
    if not pattern.fullmatch(value):
        yield "error", f"{type_}-format", f"not a valid {type_}; write {form.get(type_, 'YYYY-MM-DDThh:mm:ss+zz:zz')}"
        if type_ == "dateTime" and "T" in value and not any(sign in value[10:] for sign in "+-Z"):
            yield "error", "dateTime-zone", "a date with a time needs a time zone; add Z or an offset such as +01:00"
        return
    if type_ == "dateTime" and "T" in value and not any(sign in value[10:] for sign in "+-Z"):
        yield "error", "dateTime-zone", "a date with a time needs a time zone; add Z or an offset such as +01:00"
        return
    why = _moment(value) if len(value) >= 10 else None
    if why:
        yield "error", f"{type_}-format", f"the date does not exist: {why}"
    elif not 1800 <= int(value[:4]) <= datetime.now(UTC).year + 80:
        yield "warning", "date-reasonable", "the year lies outside 1800 to 80 years from now; check it"


def _uris(type_: str, value: str) -> Iterator[Problem]:
    if value.startswith(("oid:", "uuid:")):
        yield "error", "uri-urn", "write urn:oid: or urn:uuid: in full"
    if any(sign in _SPACE for sign in value):
        yield "error", "uri-whitespace", "a URI cannot have whitespace; remove or encode it"
    if type_ in {"oid", "uuid"} and not value.startswith(f"urn:{type_}:"):
        yield "error", f"{type_}-start", f"an {type_} starts with urn:{type_}:"
    if type_ == "canonical" and not value.startswith("#") and not is_absolute(value):
        yield "error", "canonical-absolute", "a canonical URL must be absolute, or #id for a contained resource"
    if value.startswith("urn:uuid:"):
        text = value[9:].partition("#")[0]
        if type_ == "canonical":
            text = text.rpartition("|")[0] or text
        if not _UUID.fullmatch(text):
            yield "error", "uuid-format", "not a valid UUID in lower case after urn:uuid:"
    elif value.startswith("urn:oid:"):
        text = value[8:]
        if not _OID.fullmatch(text) or len(text) > 255 or not (text.rfind(".") >= 4 or text.startswith("1.3")):
            yield "error", "oid-format", "not a valid OID after urn:oid:"


def _strings(type_: str, value: str) -> Iterator[Problem]:
    if type_ == "string":
        if not value.strip(_SPACE):
            yield "warning", "string-whitespace", "only whitespace; leave the element out"
        elif value.strip(_SPACE) != value:
            yield "warning", "string-whitespace", "whitespace at the beginning or end; remove it"
    if len(value) > _LONGEST_STRING:
        yield "error", "string-length", "longer than 1,048,576 characters"


def _numbers(type_: str, value: Any) -> Iterator[Problem]:
    text = str(value)
    if type_ == "decimal":
        if not _DECIMAL.fullmatch(text) and not (isinstance(value, (float, Decimal)) and _is_number(text)):
            yield "error", "decimal-format", "not a valid decimal number"
        return
    if not _INTEGER.fullmatch(text) or not -(2**31) <= int(text[:12]) <= _MOST_INTEGER or len(text) > 11:
        yield "error", "integer-format", "not a valid integer of 32 bits"
    elif int(text) < _LEAST[type_]:
        yield "error", f"{type_}-range", f"less than {_LEAST[type_]}"


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _base64(value: str) -> Iterator[Problem]:
    squeezed = "".join(value.split())
    try:
        binascii.a2b_base64(squeezed, strict_mode=True)
        good = _BASE64.fullmatch(value) is not None and len(squeezed) % 4 == 0
    except (binascii.Error, ValueError):
        good = False
    if not good:
        yield "error", "base64-format", "not valid base64"
    elif squeezed != value:
        yield "warning", "base64-whitespace", "base64 with whitespace; R5 forbids it, better remove it"


def problems(type_: str, value: Any) -> Iterator[Problem]:
    """What is wrong with a value of the primitive `type_`: severity, rule and message.

    `value` is a string, except that numbers and booleans may come as such; a number or boolean type whose JSON value
    was a string is judged by its text.
    """
    if isinstance(value, str):
        if not value:
            yield "error", "value-empty", "empty value; leave the element out"
            return
        if value.isspace() and type_ != "id":
            yield "warning", "value-whitespace", "only whitespace; leave the element out"
            return
        if _CONTROL.search(value):
            yield "warning", "control-character", "contains control characters that XML cannot carry; remove them"
    if type_ in {"date", "dateTime", "instant"}:
        yield from _dates(type_, value)
    elif type_ in {"uri", "url", "canonical", "oid", "uuid"}:
        yield from _uris(type_, value)
    elif type_ in {"string", "markdown"}:
        yield from _strings(type_, value)
    elif type_ in {"integer", "unsignedInt", "positiveInt", "decimal"}:
        yield from _numbers(type_, value)
    elif type_ == "code":
        if not _CODE.fullmatch(value):
            yield "error", "code-whitespace", "a code has no whitespace but single spaces between words"
    elif type_ == "boolean":
        if str(value) not in {"true", "false", "True", "False"}:
            yield "error", "boolean-format", "must be true or false"
    elif type_ == "id":
        if not _ID.fullmatch(value):
            yield "error", "id-format", "an id has 1 to 64 letters, digits, '-' and '.'"
    elif type_ == "time":
        if not _TIME.fullmatch(value):
            yield "error", "time-format", "not a valid time; write hh:mm:ss"
    elif type_ == "base64Binary":
        yield from _base64(value)
