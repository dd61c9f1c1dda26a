"""Building domain values without asking the model, where it is certain that the model would say yes.

pydantic builds and checks some 800,000 small values a second; a plan has dozens of them. Here a value is built from
fields whose every leaf has been looked at already. What the model checks between fields is asked of the model itself:
of each value where it depends on what the fields hold, once for each set of present fields where it depends on that
alone. Where anything is in doubt, `Doubt` is raised, and the caller reads the source again through the model.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from rehabfhir.model import date_problem

__all__ = ["Doubt", "builder", "is_base64", "is_clean", "is_date", "is_datetime", "is_id", "is_instant", "is_time", "root_builder"]


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


def is_clean(raw: bytes) -> bool:
    """Whether every text in a JSON source is sure to be one that the model takes as text: not empty, no control characters."""
    return (
        b'""' not in raw
        and b"\\u00" not in raw
        and b"\\b" not in raw
        and b"\\f" not in raw
        and b"\\uff" not in raw
        and b"\\uFF" not in raw
        and b"\xef\xbf" not in raw
    )


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

_new = object.__new__
_put_fields = BaseModel.__dict__["__dict__"].__set__
_put_set = BaseModel.__pydantic_fields_set__.__set__
_put_extra = BaseModel.__dict__["__pydantic_extra__"].__set__
_put_private = BaseModel.__dict__["__pydantic_private__"].__set__


def builder(cls: Any) -> Callable[[dict[str, Any]], Any]:
    """A function that builds a value of `cls` from fields that have been looked at, none of them empty."""
    defaults = {name: info.get_default() for name, info in cls.model_fields.items() if not info.is_required()}
    required = tuple(name for name, info in cls.model_fields.items() if info.is_required())
    rules = [
        rule.func
        for name, rule in cls.__pydantic_decorators__.model_validators.items()
        if name not in {"_not_empty", "_complete"}
    ]
    names = tuple(cls.model_fields)
    passed: set[tuple[str, ...]] = set()
    once = cls.__name__ in _PRESENCE_ALONE

    def build(fields: dict[str, Any]) -> Any:
        value = _new(cls)
        _put_fields(value, {**defaults, **fields})
        _put_set(value, set(fields))
        _put_extra(value, None)
        _put_private(value, None)
        return value

    def ordered(fields: dict[str, Any]) -> Any:
        for name in required:
            if name not in fields:
                raise Doubt
        value = _new(cls)
        _put_fields(value, {name: fields[name] if name in fields else defaults[name] for name in names})
        _put_set(value, set(fields))
        _put_extra(value, None)
        _put_private(value, None)
        return value

    made = ordered if required else build
    if not rules:
        return made

    def checked(fields: dict[str, Any]) -> Any:
        value = made(fields)
        if once:
            present = tuple(fields)
            if present in passed:
                return value
        for rule in rules:
            try:
                rule(value)
            except ValueError as problem:
                raise Doubt from problem
        if once and len(passed) < 1000:
            passed.add(present)
        return value

    return checked


def root_builder(cls: Any) -> Callable[[Mapping[str, Any]], Any]:
    """As `builder`, for a root: completing it is left out, since all ids are there; its own rules are asked once."""
    names = tuple(cls.model_fields)
    defaults = {name: info.get_default() for name, info in cls.model_fields.items() if not info.is_required()}
    required = tuple(name for name, info in cls.model_fields.items() if info.is_required())
    passed: set[tuple[str, ...]] = set()

    def build(fields: Mapping[str, Any]) -> Any:
        for name in required:
            if name not in fields:
                raise Doubt
        present = tuple(fields)
        if present not in passed:
            try:
                made = cls.__pydantic_validator__.validate_python(dict(fields))
            except ValidationError as problem:
                raise Doubt from problem
            if len(passed) < 10_000:
                passed.add(present)
            return made
        value = _new(cls)
        _put_fields(value, {name: fields[name] if name in fields else defaults[name] for name in names})
        _put_set(value, set(present))
        _put_extra(value, None)
        _put_private(value, None)
        return value

    return build
