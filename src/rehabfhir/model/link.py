"""Links: things known in full or only by reference, plain references, and notes with their author."""

from typing import Any

from pydantic import Field

from rehabfhir.model.base import Id, Model
from rehabfhir.model.coding import Identifier
from rehabfhir.model.time import DateTime

__all__ = ["Link", "Linkable", "Note", "Resource", "is_link"]


class Linkable(Model):
    """A thing that may be known in full or only by reference (https://hl7.org/fhir/R4/references.html#Reference).

    When only the reference is known, every other field is empty.
    """

    reference: str | None = Field(
        default=None, description='FHIR reference, "Patient/123" or an absolute URL; R4 Reference.reference'
    )
    reference_type: str | None = Field(default=None, description="Kind of resource referred to; R4 Reference.type")
    reference_identifier: Identifier | None = Field(
        default=None, description="Logical reference; R4 Reference.identifier"
    )
    reference_display: str | None = Field(
        default=None, description="Text that stands with the reference; R4 Reference.display"
    )


class Resource(Linkable):
    """A linkable thing that becomes a FHIR resource of its own; `id` is the resource's id, verbatim."""

    id: Id | None = Field(default=None, description="R4 Resource.id; None when only a reference is known")


class Link(Linkable):
    """Something that this value points at and does not hold (hänvisning). R4 Reference."""


class Note(Model):
    """A note (anteckning). R4 Annotation; at most one of the two author fields."""

    text: str = Field(description="R4 Annotation.text")
    time: DateTime | None = Field(default=None, description="R4 Annotation.time")
    author: str | None = Field(default=None, description="Who wrote it, in words; R4 Annotation.authorString")
    author_reference: Link | None = Field(default=None, description="Who wrote it; R4 Annotation.authorReference")


def is_link(value: Any) -> bool:
    """Whether `value` is a thing known only by reference (no `id`, but a reference of some form)."""
    return (
        isinstance(value, Linkable)
        and getattr(value, "id", None) is None
        and (
            value.reference is not None or value.reference_identifier is not None or value.reference_display is not None
        )
    )
