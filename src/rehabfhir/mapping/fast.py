"""Building domain values without asking the model, where it is certain that the model would say yes.

pydantic builds and checks some 800,000 small values a second; a plan has dozens of them. Here a value is built from
fields whose every leaf has been looked at already. What the model checks between fields is asked of the model itself:
of each value where it depends on what the fields hold, once for each set of present fields where it depends on that
alone. Where anything is in doubt, `Doubt` is raised, and the caller reads the source again through the model.
"""

import re
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ValidationError

from rehabfhir.model import date_problem

__all__ = [
    "Doubt",
    "builder",
    "is_base64",
    "is_clean",
    "is_date",
    "is_datetime",
    "is_id",
    "is_instant",
    "is_time",
    "root_builder",
]


class Doubt(Exception):  # noqa: N818 - no error: it sends the caller the slow way
    """The fast way does not know whether the model would take this."""


_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}").fullmatch
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})").fullmatch
_DAY = re.compile(r"(?!0000)[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|1[0-9]|2[0-8]))?)?").fullmatch
_MOMENT = re.compile(
    r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
    r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])"
).fullmatch
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?").fullmatch


def is_id(text: str) -> bool:
    """Whether a text is a FHIR id."""
    return _ID(text) is not None


def is_base64(text: str) -> bool:
    """Whether a text is base64 without white space."""
    return _BASE64(text) is not None


def is_date(text: str) -> bool:
    """Whether a text is a FHIR date that exists."""
    return _DAY(text) is not None or date_problem(text) is None


def is_datetime(text: str) -> bool:
    """Whether a text is a FHIR dateTime that exists."""
    return _DAY(text) is not None or _MOMENT(text) is not None or date_problem(text, time=True) is None


def is_instant(text: str) -> bool:
    """Whether a text is a FHIR instant that exists."""
    return _MOMENT(text) is not None or ("T" in text and date_problem(text, time=True) is None)


def is_time(text: str) -> bool:
    """Whether a text is a FHIR time of day."""
    return _TIME(text) is not None


_ESCAPES = re.compile(rb"\\(?:[bf]|u(?:00[01]|[fF]{3}[eEfF]))")


def is_clean(raw: bytes) -> bool:
    """Whether no text in a JSON source has a character that the model refuses in text: a control character, U+FFFE or U+FFFF."""
    if b"\\" in raw and _ESCAPES.search(raw) is not None:
        return False
    at = raw.find(b"\xef")
    while at >= 0:
        if raw[at + 1] == 0xBF and raw[at + 2] >= 0xBE:
            return False
        at = raw.find(b"\xef", at + 3)
    return True


_PRESENCE_ALONE = frozenset(
    {
        "Answer",
        "AnswerItem",
        "Assessment",
        "Attachment",
        "Goal",
        "Instrument",
        "Milestone",
        "Note",
        "Patient",
        "Quantity",
        "Ratio",
        "RehabilitationProcedure",
        "Schedule",
        "Score",
        "TeamMember",
        "Telecom",
        "TreatmentSummary",
    }
)
"""Classes whose rules between fields ask only which fields are there (held by test against the model)."""

_MAX_SHAPES = 10_000
_new = object.__new__
_put_fields = BaseModel.__dict__["__dict__"].__set__
_put_set = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_put_extra = BaseModel.__dict__["__pydantic_extra__"].__set__
_put_private = BaseModel.__dict__["__pydantic_private__"].__set__


def builder(cls: Any) -> Callable[[dict[str, Any]], Any]:
    """A function that builds a value of `cls` from fields that have been looked at, none of them empty."""
    blank = {name: None if info.is_required() else info.get_default() for name, info in cls.model_fields.items()}
    required = tuple(name for name, info in cls.model_fields.items() if info.is_required())
    rules = [
        rule.func
        for name, rule in cls.__pydantic_decorators__.model_validators.items()
        if name not in {"_not_empty", "_complete"}
    ]
    once = cls.__name__ in _PRESENCE_ALONE
    every = set(blank)

    def build_plain(fields: dict[str, Any]) -> Any:
        value = _new(cls)
        _put_fields(value, blank | fields)
        _put_set(value, every)
        _put_extra(value, None)
        _put_private(value, None)
        return value

    if not rules and not required:
        return build_plain
    complete = set(required).issubset
    shapes: dict[tuple[str, ...], set[str]] = {}

    def build(fields: dict[str, Any]) -> Any:
        present = tuple(fields)
        names_set = shapes.get(present)
        if names_set is None:
            if not complete(fields):
                raise Doubt
            names_set = set(fields)
        value = _new(cls)
        _put_fields(value, blank | fields)
        _put_set(value, names_set)
        _put_extra(value, None)
        _put_private(value, None)
        if rules and (present not in shapes or not once):
            for rule in rules:
                try:
                    rule(value)
                except ValueError as problem:
                    raise Doubt from problem
        if present not in shapes and len(shapes) < _MAX_SHAPES:
            shapes[present] = names_set
        return value

    return build


def root_builder(cls: Any) -> Callable[[dict[str, Any]], Any]:
    """As `builder`, for a root: completing it is left out, since all ids are there; its own rules are asked once."""
    blank = {name: None if info.is_required() else info.get_default() for name, info in cls.model_fields.items()}
    shapes: dict[tuple[str, ...], set[str]] = {}

    def build(fields: dict[str, Any]) -> Any:
        present = tuple(fields)
        names = shapes.get(present)
        if names is None:
            try:
                made = cls.__pydantic_validator__.validate_python(dict(fields))
            except ValidationError as problem:
                raise Doubt from problem
            if len(shapes) < _MAX_SHAPES:
                shapes[present] = set(present)
            return made
        value = _new(cls)
        _put_fields(value, blank | fields)
        _put_set(value, names)
        _put_extra(value, None)
        _put_private(value, None)
        return value

    return build
