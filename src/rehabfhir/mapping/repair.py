"""Values that the model refuses: the refused leaf is left to the rest, with a finding, and the others stay."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

if TYPE_CHECKING:
    from rehabfhir.mapping.reader import Reader

__all__ = ["repaired"]

_ROUNDS = 40


def repaired(
    validate: Callable[[dict[str, Any]], Any],
    fields: dict[str, Any],
    problem: ValidationError,
    state: "Reader",
    node: dict[str, Any],
) -> Any:
    """The value without what the model refuses; None when nothing can be left of it. Each refusal becomes a finding."""
    from rehabfhir.mapping.reader import Found  # noqa: PLC0415 - the reader's state is made after this module

    current: ValidationError | None = problem
    left: Any = _thawed(fields)
    for _ in range(_ROUNDS):
        if current is None:
            break
        errors = sorted(
            current.errors(include_url=False, include_context=False),
            key=lambda error: _order(error["loc"]),
            reverse=True,
        )
        for error in errors:
            place = list(error["loc"])
            state.found.append(Found("value", node, _dotted(place), None, error["msg"].removeprefix("Value error, ")))
            if error["type"] == "missing":
                place = place[:-1]
            left = _without(left, place)
            if left is None:
                return None
        try:
            return validate(left)
        except ValidationError as again:
            current = again
    return None


def _order(place: tuple[int | str, ...]) -> tuple[tuple[int, str], ...]:
    return tuple((step, "") if isinstance(step, int) else (-1, step) for step in place)


def _dotted(place: list[int | str]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")


def _thawed(value: Any) -> Any:
    """A copy of the fields that can be changed; values already made stay as they are."""
    if type(value) is dict:
        return {key: _thawed(each) for key, each in value.items()}
    if type(value) in {list, tuple}:
        return [_thawed(each) for each in value]
    return value


def _without(fields: Any, place: list[int | str]) -> Any:
    """`fields` without what stands at `place`; None when that is all of it."""
    while place:
        here: Any = fields
        for step in place[:-1]:
            found = (
                step in here
                if type(here) is dict
                else type(here) is list and isinstance(step, int) and step < len(here)
            )
            here = here[step] if found else None
        last = place[-1]
        if type(here) is dict and last in here:
            del here[last]
            return _pruned(fields, place[:-1])
        if type(here) is list and isinstance(last, int) and last < len(here):
            del here[last]
            return _pruned(fields, place[:-1])
        place = place[:-1]
    return None


def _pruned(fields: Any, place: list[int | str]) -> Any:
    """Take away what has become empty on the way to a removed leaf."""
    here = fields
    for step in place:
        here = here[step]
    if place and not here:
        return _without(fields, place)
    return fields
