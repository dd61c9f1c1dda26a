"""Links: things known in full or only by reference, plain references, and notes with their author."""

from typing import Any, Self

from pydantic import Field, model_validator

from rehabfhir.model.base import Filled, Id, Model, Text, Uri, at_most_one
from rehabfhir.model.coding import Identifier
from rehabfhir.model.time import DateTime

__all__ = ["Link", "Linkable", "Note", "Resource", "is_link"]


class Linkable(Model):
    """A thing that may be known in full or only by reference (https://hl7.org/fhir/R4/references.html#Reference).

    When only the reference is known, every other field is empty.
    """

    reference: Text | None = Field(
        default=None, description='FHIR reference, "Patient/123" or an absolute URL; R4 Reference.reference'
    )
    reference_type: Uri | None = Field(default=None, description="Kind of resource referred to; R4 Reference.type")
    reference_identifier: Identifier | None = Field(
        default=None, description="Logical reference; R4 Reference.identifier"
    )
    reference_display: Text | None = Field(
        default=None, description="Text that stands with the reference; R4 Reference.display"
    )


class Resource(Linkable):
    """A linkable thing that becomes a FHIR resource of its own; `id` is the resource's id, verbatim."""

    id: Id | None = Field(default=None, description="R4 Resource.id; None when only a reference is known")


class Link(Linkable, Filled):
    """Something that this value points at and does not hold (hänvisning). R4 Reference."""


class Note(Model):
    """A note (anteckning). R4 Annotation; at most one of the two author fields."""

    text: Text = Field(description="R4 Annotation.text")
    time: DateTime | None = Field(default=None, description="R4 Annotation.time")
    author: Text | None = Field(default=None, description="Who wrote it, in words; R4 Annotation.authorString")
    author_reference: Link | None = Field(default=None, description="Who wrote it; R4 Annotation.authorReference")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        at_most_one(self, "author", "author_reference")
        return self


def is_link(value: Any) -> bool:
    """Whether `value` is a thing known only by reference: no id, no content, but a reference of some form."""
    if not isinstance(value, Linkable) or getattr(value, "id", None) is not None:
        return False
    if value.reference is None and value.reference_identifier is None and value.reference_display is None:
        return False
    fields = type(value).model_fields
    return all(name in _LINK or content == fields[name].default for name, content in value.__dict__.items())


# what an outside participant takes part with stands beside the reference, in the plan
_LINK = frozenset(("reference", "reference_type", "reference_identifier", "reference_display", "id", "involvement"))
