"""The shape of a domain class: for every field its kind, whether it repeats, and the class or codes inside."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

__all__ = ["Field", "Shape", "shape_of"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a domain class.

    Attributes:
        name: the field.
        kind: ``str``, ``bool``, ``int``, ``Decimal`` or ``model``.
        many: True for a tuple.
        required: True when the class has no default for it.
        default: the default.
        literals: the codes allowed, when it is a closed set.
        cls: the class inside, for a model.
    """

    name: str
    kind: str
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
    return Shape(cls, {name: _field(name, info) for name, info in cls.model_fields.items()})


def _field(name: str, info: Any) -> Field:
    annotation, many = _plain(info.annotation), False
    if get_origin(annotation) is tuple:
        many = True
        annotation = _plain(get_args(annotation)[0])
    literals: frozenset[str] = frozenset()
    cls = None
    if get_origin(annotation) is Literal:
        kind, literals = "str", frozenset(get_args(annotation))
    elif annotation in {str, bool, int, Decimal}:
        kind = annotation.__name__
    else:
        kind, cls = "model", annotation
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    return Field(name, kind, many, info.is_required(), default, literals, cls)


def _plain(annotation: Any) -> Any:
    """The annotation without ``None`` and without constraints."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in {Union, UnionType}:
            parts = [part for part in get_args(annotation) if part is not NoneType]
            if len(parts) != 1:
                return annotation
            annotation = parts[0]
        else:
            return annotation
