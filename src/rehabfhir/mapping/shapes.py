"""The shape of a domain class: for every field its kind and check, whether it repeats, and the class or codes inside."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from rehabfhir import model
from rehabfhir.model import base, schedule

__all__ = ["Field", "Shape", "shape_of"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a domain class.

    Attributes:
        name: the field.
        kind: ``str``, ``bool``, ``int``, ``Decimal`` or ``model``.
        check: what the model asks of the value beyond its kind, by name; ``?`` for what is not known here.
        many: True for a tuple.
        required: True when the class has no default for it.
        default: the default.
        literals: the codes allowed, when it is a closed set.
        cls: the class inside, for a model.
    """

    name: str
    kind: str
    check: str
    many: bool
    required: bool
    default: Any
    literals: frozenset[str] = frozenset()
    cls: Any = None

    @property
    def shape(self) -> "Shape":
        """The shape of the class inside."""
        return shape_of(self.cls)


@dataclass(frozen=True, slots=True)
class Shape:
    """A domain class and its fields."""

    cls: Any
    fields: dict[str, Field] = field(default_factory=dict)

    def field(self, name: str) -> Field:
        """The field `name`; dots lead into the values inside."""
        head, _, tail = name.partition(".")
        found = self.fields[head]
        return found.shape.field(tail) if tail else found


@cache
def shape_of(cls: Any) -> Shape:
    """The shape of a pydantic class."""
    cls.model_rebuild()  # classes that name each other have text for types until then
    return Shape(cls, {name: _field(name, info) for name, info in cls.model_fields.items()})


def _checks() -> dict[str, str]:
    """What the model's annotated types ask for, by what they are annotated with."""
    kinds = {
        "text": base.Text,
        "token": base.Token,
        "uri": base.Uri,
        "id": base.Id,
        "base64": base.Base64,
        "date": model.Date,
        "datetime": model.DateTime,
        "instant": model.Instant,
        "time": model.Time,
        "int": base.Int,
        "unsigned": base.UnsignedInt,
        "positive": base.PositiveInt,
        "not-negative": schedule.NotNegative,
        "": base.YesNo,
    }
    return {repr(get_args(kind)[1:]): name for name, kind in kinds.items()}


_CHECKS = _checks()


def _field(name: str, info: Any) -> Field:
    annotation, metadata = _plain(info.annotation, tuple(info.metadata))
    many = get_origin(annotation) is tuple
    if many:
        annotation, metadata = _plain(get_args(annotation)[0], ())
    literals: frozenset[str] = frozenset()
    cls = None
    if get_origin(annotation) is Literal:
        kind, literals = "str", frozenset(get_args(annotation))
    elif annotation in {str, bool, int, Decimal}:
        kind = annotation.__name__
    else:
        kind, cls = "model", annotation
    check = _CHECKS.get(repr(metadata), "?") if metadata else ""
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    return Field(name, kind, check, many, info.is_required(), default, literals, cls)


def _plain(annotation: Any, metadata: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """The annotation without ``None``, and what it is annotated with."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            metadata = (*get_args(annotation)[1:], *metadata)
            annotation = get_args(annotation)[0]
        elif origin in {Union, UnionType}:
            parts = [part for part in get_args(annotation) if part is not NoneType]
            if len(parts) != 1:
                return annotation, metadata
            annotation = parts[0]
        else:
            return annotation, metadata
