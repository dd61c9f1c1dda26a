"""How often an element stands, and how often it may."""

from typing import TYPE_CHECKING, Any

from rehabfhir.validation.parts import Part
from rehabfhir.validation.place import Place

if TYPE_CHECKING:
    from rehabfhir.validation.run import Run

__all__ = ["count", "least", "listed", "most"]

Tree = dict[str, Any]


def least(definition: Tree) -> int:
    """``ElementDefinition.min``, 0 when it is not stated."""
    value = definition.get("min", 0)
    return value if isinstance(value, int) else 0


def most(definition: Tree) -> int | None:
    """``ElementDefinition.max``, None when there is no limit."""
    value = definition.get("max")
    return int(value) if isinstance(value, str) and value.isdigit() else None


def listed(owner: Any, name: str) -> list[tuple[Any, int]]:
    """The values of a property with their indexes; a primitive that has only extensions counts with its ``_name`` part."""
    if not isinstance(owner, dict):
        return []
    value = owner.get(name)
    if isinstance(value, list):
        return [(each, index) for index, each in enumerate(value)]
    if value is not None:
        return [(value, -1)]
    under = owner.get("_" + name)
    if isinstance(under, list):
        return [(None, index) for index, _ in enumerate(under)]
    return [(None, -1)] if under is not None else []


def count(found: int, counts: tuple[int, int | None], place: Place, run: "Run", part: Part, url: str) -> None:
    """Report an element that stands too seldom or too often."""
    least, most = counts
    path = part.definition["path"]
    if found < least:
        what = "is missing; the profile wants" if not found else f"stands {found} times; the profile wants"
        run.add("error", "structure", place, None, -1, f"{path} {what} at least {least}", "card-min", url)
    elif most is not None and found > most:
        message = (
            f"{path} is not allowed by the profile"
            if not most
            else f"{path} stands {found} times; the profile allows {most}"
        )
        run.add("error", "structure", place, None, -1, message, "card-max", url)
