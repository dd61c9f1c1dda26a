"""How a function stands in the table: how many arguments, how they are handed over, what it does."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from rehabfhir.fhirpath.env import Run

__all__ = ["Criterion", "Function", "Items", "Lazy", "criterion", "lazy", "typed", "values"]

Items = list[Any]
Lazy = Callable[[Items, Run], Items]
Criterion = Callable[[Any, Run], bool | None]


class Function(NamedTuple):
    """One FHIRPath function.

    Attributes:
        least: fewest arguments.
        most: most arguments.
        kind: ``values``: called as (run, items, *argument collections); ``lazy``: as (run, items, *closures), each
            closure taking what ``$this`` shall be and the run; ``criterion``: as (run, items, test), the test taking one
            item and the run; ``typed``: as (run, items, name of the type).
        apply: the implementation.
    """

    least: int
    most: int
    kind: Literal["values", "lazy", "criterion", "typed"]
    apply: Callable[..., Items]


def values(least: int, most: int, apply: Callable[..., Items]) -> Function:
    """A function whose arguments are evaluated before it is called."""
    return Function(least, most, "values", apply)


def lazy(least: int, most: int, apply: Callable[..., Items]) -> Function:
    """A function that evaluates its arguments itself, for each item."""
    return Function(least, most, "lazy", apply)


def criterion(least: int, most: int, apply: Callable[..., Items]) -> Function:
    """A function that tests items, one at a time."""
    return Function(least, most, "criterion", apply)


def typed(apply: Callable[..., Items]) -> Function:
    """A function whose one argument names a type."""
    return Function(1, 1, "typed", apply)
