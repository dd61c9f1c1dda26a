"""Fixed values and patterns (https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from rehabfhir.validation.invariants import Check
from rehabfhir.validation.place import Place, place_text

__all__ = ["demanded", "fits_pattern", "fixed_check", "same_value"]

Tree = dict[str, Any]


def demanded(definition: Tree, kind: str) -> tuple[str, Any] | None:
    """Type name and value of ``fixed[x]`` or ``pattern[x]`` (`kind`), None when the definition has none."""
    for name, value in definition.items():
        if name.startswith(kind) and name[len(kind) : len(kind) + 1].isupper():
            return name[len(kind) :], value
    return None


def _number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _equal(found: Any, wanted: Any) -> bool:
    if _number(found) and _number(wanted):
        return str(found) == str(wanted) or Decimal(str(found)) == Decimal(str(wanted))
    if isinstance(found, bool) or isinstance(wanted, bool):
        return str(found).lower() == str(wanted).lower()
    return bool(found == wanted)


def fits_pattern(found: Any, wanted: Any) -> bool:
    """True when `found` has at least what the pattern has."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(fits_pattern(found.get(name), each) for name, each in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and all(any(fits_pattern(one, each) for one in found) for each in wanted)
    return _equal(found, wanted)


def same_value(found: Any, wanted: Any) -> bool:
    """True when `found` is `wanted`, no more and no less; ids aside."""
    if isinstance(wanted, dict):
        return (
            isinstance(found, dict)
            and {*found} - {"id"} == {*wanted} - {"id"}
            and all(same_value(found[name], each) for name, each in wanted.items() if name != "id")
        )
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(same_value, found, wanted))
    return _equal(found, wanted)


def _shown(value: Any) -> str:
    """A demanded value for a message: it comes from the profile, so it is no patient data."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(each)}" for name, each in value.items())
    if isinstance(value, list):
        return "; ".join(map(_shown, value))
    return f"'{value}'"


def _differences(found: Any, wanted: Any, at: str, *, pattern: bool) -> Iterator[tuple[str, str]]:
    """(location, message) of each difference, placed as deep as it can be."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name, each in wanted.items():
            if name in {"id", "extension"}:
                continue
            if name not in found:
                yield (
                    at if isinstance(each, list) else f"{at}.{name}",
                    f"{name} is missing; the profile wants {_shown(each)}",
                )
            elif isinstance(each, list):
                yield from _lists(found[name], each, at, name, pattern=pattern)
            else:
                yield from _differences(found[name], each, f"{at}.{name}", pattern=pattern)
        if not pattern:
            for name in found:
                if name not in wanted and name not in {"id", "extension"} and not name.startswith("_"):
                    yield f"{at}.{name}", "not allowed: the profile fixes the value without it"
            if "extension" in found and "extension" not in wanted:
                yield at, "extensions are not allowed: the profile fixes the value without them"
    elif not _equal(found, wanted):
        yield at, f"the profile wants {_shown(wanted)}"


def _lists(found: Any, wanted: list[Any], at: str, name: str, *, pattern: bool) -> Iterator[tuple[str, str]]:
    if not isinstance(found, list):
        yield at, f"the profile wants {_shown(wanted)}"
    elif pattern:
        for each in wanted:
            if not any(fits_pattern(one, each) for one in found):
                yield at, f"no {name} fits the pattern {_shown(each)}"
    elif len(found) != len(wanted):
        yield at, f"the profile wants {len(wanted)} {name}, found {len(found)}"
    else:
        for one, each in zip(found, wanted, strict=True):
            yield from _differences(one, each, f"{at}.{name}", pattern=False)


def fixed_check(wanted: Any, *, pattern: bool, profile: str) -> Check:
    """The check of an element against a fixed value or pattern."""

    def check(value: Any, place: Place, run: Any) -> None:
        if fits_pattern(value, wanted) if pattern else same_value(value, wanted):
            return
        rule = "pattern" if pattern else "fixed"
        for location, message in _differences(value, wanted, place_text(place), pattern=pattern):
            run.issues.append(run.issue("error", "value", location, message, rule=rule, profile=profile, value=value))

    return check
