"""What surrounds an evaluation: the resource, variables, the host's services, and the limits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from rehabfhir.fhirpath.errors import FhirPathLimit
from rehabfhir.fhirpath.node import Node, node_for
from rehabfhir.fhirpath.temporal import Temporal, of_moment

__all__ = ["STEP_LIMIT", "TEXT_LIMIT", "Env", "Run"]

STEP_LIMIT = 1_000_000
TEXT_LIMIT = 1_000_000

Tree = Any


@dataclass(frozen=True, slots=True)
class Env:
    """The surroundings of evaluations; make one per resource and share it between expressions.

    Attributes:
        resource: what ``%resource`` stands for: the innermost resource around the focus (a tree or a `Node`).
        root_resource: what ``%rootResource`` stands for: the container when `resource` is contained; `resource` when None.
        context: what ``%context`` stands for; the focus of the evaluation when None.
        variables: the caller's own ``%name``: a tree, a `Node`, a system value, or a list of them.
        resolve: reference and the node that holds it -> the tree and its type, None when it cannot be found.
        member_of: node and value set URL -> True, False, or None when it cannot be told (``memberOf`` is then empty).
        conforms_to: node and profile URL -> True, False, or None when the profile is not known (an error, by R4).
        html_checks: text of a narrative -> whether it is allowed; without it, any text of a ``div`` is.
        subsumes: two nodes -> whether the first code subsumes the second; None when it cannot be told.
        trace: name and values, called by ``trace()``.
        step_limit: the most steps that one evaluation may take; `FhirPathLimit` is raised beyond.
        now: the moment that ``now()`` gives; taken once per evaluation when None.
    """

    resource: Node | Tree | None = None
    root_resource: Node | Tree | None = None
    context: Node | Tree | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    resolve: Callable[[str, Node], tuple[Tree, str | None] | None] | None = None
    member_of: Callable[[Any, str], bool | None] | None = None
    conforms_to: Callable[[Node, str], bool | None] | None = None
    html_checks: Callable[[str], bool] | None = None
    subsumes: Callable[[Any, Any], bool | None] | None = None
    trace: Callable[[str, list[Any]], None] | None = None
    step_limit: int = STEP_LIMIT
    now: datetime | None = None


_NOTHING = Env()


class Run:
    """The state of one evaluation."""

    __slots__ = ("__dict__", "defined", "env", "focus", "index", "steps", "total")

    def __init__(self, env: Env | None, focus: list[Any]) -> None:
        self.env = env or _NOTHING
        self.focus = focus
        self.steps = self.env.step_limit
        self.defined: dict[str, list[Any]] = {}
        self.index: int | None = None
        self.total: list[Any] = []

    def charge(self, steps: int) -> None:
        """Count work done.

        Raises:
            FhirPathLimit: when the evaluation has used its steps.
        """
        self.steps -= steps
        if self.steps < 0:
            raise FhirPathLimit("steps", self.env.step_limit)

    @cached_property
    def resource(self) -> list[Any]:
        """``%resource``."""
        given = self.env.resource
        return self.focus if given is None else [as_node(given)]

    @cached_property
    def root_resource(self) -> list[Any]:
        """``%rootResource``."""
        given = self.env.root_resource
        return self.resource if given is None else [as_node(given)]

    @cached_property
    def context(self) -> list[Any]:
        """``%context``."""
        given = self.env.context
        return self.focus if given is None else [as_node(given)]

    @cached_property
    def moment(self) -> tuple[Temporal, Temporal, Temporal]:
        """Date-time, date and time of this evaluation."""
        return of_moment(self.env.now or datetime.now(UTC).astimezone())


def as_node(value: Node | Tree) -> Node:
    """`value` as a node; a resource tree tells its own type."""
    return value if isinstance(value, Node) else node_for(value)
