"""What a rule is given beside the resource: definitions, terminology, options, and the way to other resources."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from rehabfhir.findings import Issue, Severity

if TYPE_CHECKING:
    from rehabfhir.definitions import Definitions
    from rehabfhir.terminology import Terminology
    from rehabfhir.validation.options import ValidationOptions

__all__ = ["Context", "Resolved", "Rule"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A resource that a reference led to.

    Attributes:
        resource: its tree.
        location: where it stands in the source (``Bundle.entry[2].resource``), or its address when it came from outside.
        where: ``contained``, ``bundled`` (another entry of the bundle) or ``external`` (given by the caller).
    """

    resource: dict[str, Any]
    location: str
    where: str


class Context(Protocol):
    """Handed to every rule; one for each resource that stands on its own (the root, a bundle's entry, a contained one).

    Attributes:
        definitions: the loaded definitions.
        terminology: the loaded code systems and value sets.
        options: the caller's policies.
        root: the outermost resource of the source, the Bundle for instance.
        resource: the nearest resource around that is not contained: FHIRPath's ``%rootResource``.
        bundles: the bundles around, innermost last, empty when there is none.
        full_url: ``fullUrl`` of the innermost bundle entry, when there is one.
    """

    definitions: "Definitions"
    terminology: "Terminology"
    options: "ValidationOptions"
    root: dict[str, Any]
    resource: dict[str, Any]
    bundles: tuple[dict[str, Any], ...]
    full_url: str | None

    def resolve(self, reference: str) -> Resolved | None:
        """The resource that `reference` (``#id``, ``Type/id``, absolute URL, ``urn:uuid:``) leads to, if it is at hand."""

    def validate(self, resource: dict[str, Any], profile: str | None, location: str) -> list[Issue]:
        """The issues of `resource`, standing at `location`, against `profile` (None: its own type and ``meta.profile``)."""

    def issue(
        self,
        severity: Severity,
        code: str,
        location: str,
        message: str,
        *,
        rule: str,
        profile: str | None = None,
        value: Any = None,
    ) -> Issue:
        """One finding, made the way all are made."""


class Rule(Protocol):
    """A rule of a resource type: yields what is wrong with `resource`, which stands at `location`; never raises."""

    def __call__(self, ctx: Context, resource: dict[str, Any], location: str, /) -> Iterable[Issue]:
        """The findings."""
        ...
