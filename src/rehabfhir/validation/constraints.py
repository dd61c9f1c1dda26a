"""What a profile's element demands of each value, beyond what its type demands already."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from rehabfhir.validation.bindings import binding_check
from rehabfhir.validation.datatypes import decoded_size
from rehabfhir.validation.fixed import demanded, fixed_check
from rehabfhir.validation.invariants import Check, invariant
from rehabfhir.validation.narratives import narrative_controls
from rehabfhir.validation.parts import named_profiles
from rehabfhir.validation.place import Place
from rehabfhir.validation.references import reference_check

if TYPE_CHECKING:
    from rehabfhir.definitions.r4 import Element
    from rehabfhir.validation.run import Run

__all__ = ["demanded_checks", "value_checks"]

Tree = dict[str, Any]

_BASE = "http://hl7.org/fhir/StructureDefinition/"
_REGEX = _BASE + "regex"
_MIN_LENGTH = _BASE + "minLength"
_MAX_SIZE = _BASE + "maxSize"
_MAX_DECIMALS = _BASE + "maxDecimalPlaces"
_UCUM = "http://unitsofmeasure.org"


def demanded_checks(definition: Tree, url: str) -> list[Check]:
    """Fixed value and pattern of an element."""
    checks: list[Check] = []
    for kind, pattern in (("fixed", False), ("pattern", True)):
        wanted = demanded(definition, kind)
        if wanted is not None:
            checks.append(fixed_check(wanted[1], pattern=pattern, profile=url))
    return checks


def _row(definition: Tree, type_: str) -> Tree | None:
    from rehabfhir.definitions.r4 import type_code  # noqa: PLC0415 - beside its only use

    rows = definition.get("type", ())
    for row in rows:
        if type_code(row) == type_:
            return dict(row)
    # Resource.id is an id, though R4's own definitions say string
    return dict(rows[0]) if len(rows) == 1 and {type_, type_code(rows[0])} == {"id", "string"} else None


def value_checks(definition: Tree, element: "Element", original: Tree, url: str) -> list[Check]:
    """The checks of one value of `element`; `original` is R4's own definition, empty to check everything."""
    checks: list[Check] = []
    row = _row(definition, element.type)
    backbone = "." in element.type
    if row is None and not backbone and definition.get("type") and element.type != "Resource":
        if element.path == "Extension.value[x]" and not str(definition.get("path")).startswith("Extension.extension."):
            return checks  # said once, at the extension itself
        checks.append(_wrong_type(definition, element, url))
        return checks
    first = _row(original, element.type) or {}
    known = {each.get("expression") for each in original.get("constraint", ())}
    for constraint in definition.get("constraint", ()):
        if constraint.get("expression") not in known:
            made = invariant(constraint, element.type, url)
            if made is not None:
                checks.append(made)
    checks.extend(_with_value(each) for each in demanded_checks(definition, url))
    binding = definition.get("binding")
    if binding and (not original.get("binding") or _binding(binding) != _binding(original["binding"])):
        bound = binding_check(binding, element.type, url)
        if bound is not None:
            checks.append(_with_value(bound))
    checks.extend(_bounds(definition, element, url))
    if element.type == "Narrative":
        checks.extend(narrative_controls(definition, url))
    if row is None:
        row = (definition.get("type") or [{}])[0]
    if element.type == "Reference" and (
        row.get("targetProfile") != first.get("targetProfile") or row.get("aggregation") != first.get("aggregation")
    ):
        checks.append(reference_check(row, url))
    if element.type == "Resource":
        checks.extend(_resource_checks(definition, url))
    else:
        profiles = [each for each in named_profiles(row) if each not in first.get("profile", ())]
        if profiles:
            checks.append(_type_profiles(profiles, element))
    return checks


def _binding(binding: Tree) -> tuple[Any, ...]:
    return binding.get("strength"), str(binding.get("valueSet")).partition("|")[0], str(binding.get("extension"))


def _with_value(check: Check) -> Check:
    def on_value(value: Any, place: Place, run: "Run") -> None:
        if value is not None:
            check(value, place, run)

    return on_value


def _wrong_type(definition: Tree, element: "Element", url: str) -> Check:
    from rehabfhir.definitions.r4 import type_code  # noqa: PLC0415

    types = [type_code(row) for row in definition["type"]]

    def check(_value: Any, place: Place, run: "Run") -> None:
        message = f"the profile allows {' or '.join(types)}, found {element.type}"
        spot = place if len(types) == 1 else place[0]
        run.add("error", "structure", spot, None, -1, message, "type", url)

    return check


def _type_profiles(profiles: list[str], element: "Element") -> Check:
    def one(value: Any, place: Place, run: "Run") -> None:
        if value is None or (element.type == "Extension" and value.get("url") == profiles[0].partition("|")[0]):
            return  # the extension is checked against its own definition wherever it stands
        if run.type_of(profiles[0]) is None:
            run.add(
                "error",
                "structure",
                place,
                None,
                -1,
                f"the type profile {profiles[0]} is not loaded",
                "profile-unknown",
                profiles[0],
            )
            return
        run.conform(value, place, profiles[0])

    def any_of(value: Any, place: Place, run: "Run") -> None:
        if value is None:
            return
        if not any(run.engine.conforms(value, element.type, each, run) for each in profiles):
            message = f"meets none of the profiles {', '.join(profiles)}"
            run.add("error", "structure", place, None, -1, message, "type-profile", profiles[0])

    return one if len(profiles) == 1 else any_of


def _resource_checks(definition: Tree, url: str) -> list[Check]:
    rows = [row for row in definition.get("type", ()) if row.get("code") != "Resource" or row.get("profile")]
    if not rows:
        return []

    def check(value: Any, place: Place, run: "Run") -> None:
        kind = value.get("resourceType") if isinstance(value, dict) else None
        row = next((each for each in rows if each.get("code") in {kind, "Resource"}), None)
        if row is None:
            wanted = " or ".join(str(each.get("code")) for each in rows)
            run.add(
                "error",
                "informational",
                place,
                None,
                -1,
                f"the profile wants {wanted} here, found {kind}",
                "resource-profile",
                url,
            )
            return
        profiles = row.get("profile") or []
        fitting = [each for each in profiles if run.type_of(each) in {kind, None}]
        if profiles and not fitting:
            wanted = " or ".join(sorted({str(run.type_of(each)) for each in profiles}))
            run.add(
                "error",
                "informational",
                place,
                None,
                -1,
                f"the profile wants {wanted} here, found {kind}",
                "resource-profile",
                url,
            )
        elif len(profiles) == 1:
            if run.type_of(profiles[0]) is None:
                run.add(
                    "error",
                    "invalid",
                    place,
                    None,
                    -1,
                    f"the profile {profiles[0]} is not loaded",
                    "profile-unknown",
                    url,
                )
            else:
                run.inner_conform(value, place, str(kind), profiles[0])
        elif profiles and not any(run.engine.conforms(value, str(kind), each, run) for each in fitting):
            run.add(
                "error",
                "invalid",
                place,
                None,
                -1,
                f"meets none of the profiles {', '.join(profiles)}",
                "resource-profile",
                url,
            )

    return [check]


def _extension(definition: Tree, url: str) -> Any:
    for each in definition.get("extension", ()):
        if each.get("url") == url:
            return next((value for name, value in each.items() if name.startswith("value")), None)
    return None


def _bounds(definition: Tree, element: "Element", url: str) -> list[Check]:
    checks: list[Check] = []
    longest = definition.get("maxLength")
    if isinstance(longest, int) and longest > 0 and element.is_primitive:
        checks.append(
            _text_rule(
                lambda text: len(text) <= longest,
                f"longer than the {longest} characters that the profile allows",
                "max-length",
                url,
            )
        )
    shortest = _extension(definition, _MIN_LENGTH)
    if isinstance(shortest, int) and element.is_primitive:
        checks.append(
            _text_rule(
                lambda text: len(text) >= shortest,
                f"shorter than the {shortest} characters that the profile wants",
                "min-length",
                url,
            )
        )
    pattern = _extension(definition, _REGEX)
    if isinstance(pattern, str) and element.is_primitive:
        checks.append(_text_rule(_fits(pattern), f"does not fit the pattern {pattern}", "regex", url))
    largest = _extension(definition, _MAX_SIZE)
    if largest is not None and element.type in {"Attachment", "base64Binary"}:
        checks.append(_size_rule(int(largest), url))
    places = _extension(definition, _MAX_DECIMALS)
    if places is not None and element.type in {"decimal", "Quantity"}:
        checks.append(_decimals_rule(int(places), url))
    for kind, low in (("minValue", True), ("maxValue", False)):
        bound = demanded(definition, kind)
        if bound is not None:
            checks.append(_limit(bound[1], low=low, url=url))
    return checks


def _fits(pattern: str) -> Callable[[str], bool]:
    """Whether a text fits; a pattern that cannot be read, or costs too much on this text, says nothing."""
    from rehabfhir.fhirpath.env import Run as Steps  # noqa: PLC0415 - few profiles state patterns
    from rehabfhir.fhirpath.errors import FhirPathError  # noqa: PLC0415
    from rehabfhir.fhirpath.regex import fullmatch  # noqa: PLC0415

    def fits(text: str) -> bool:
        try:
            return fullmatch(pattern, text, Steps(None, []))
        except FhirPathError:
            return True

    return fits


def _text_rule(holds: Any, message: str, rule: str, url: str) -> Check:
    def check(value: Any, place: Place, run: "Run") -> None:
        if isinstance(value, str) and not holds(value):
            run.add("error", "invalid", place, None, -1, message, rule, url, value)

    return check


def _size_rule(largest: int, url: str) -> Check:
    def check(value: Any, place: Place, run: "Run") -> None:
        data = value.get("data") if isinstance(value, dict) else value
        stated = value.get("size") if isinstance(value, dict) else None
        size = decoded_size(data) if isinstance(data, str) else stated
        if isinstance(size, int) and size > largest:
            message = f"holds {size} bytes; the profile allows {largest}"
            run.add("error", "structure", place, None, -1, message, "max-size", url)

    return check


def _decimals_rule(places: int, url: str) -> Check:
    def check(value: Any, place: Place, run: "Run") -> None:
        number = value.get("value") if isinstance(value, dict) else value
        digits = len(str(number).partition(".")[2]) if number is not None else 0
        if digits > places:
            run.add(
                "error",
                "structure",
                place,
                None,
                -1,
                f"{digits} decimals; the profile allows {places}",
                "max-decimals",
                url,
            )

    return check


def _decimal(value: Any) -> Decimal | None:
    try:
        return None if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        return None


def _limit(bound: Any, *, low: bool, url: str) -> Check:
    word, rule = ("least", "min-value") if low else ("most", "max-value")

    def check(value: Any, place: Place, run: "Run") -> None:
        if value is None:
            return
        answer = _beyond(value, bound, low=low, place=place, run=run, url=url)
        if answer:
            shown = bound.get("value") if isinstance(bound, dict) else bound
            run.add("error", "invalid", place, None, -1, f"the profile allows {word} {shown}", rule, url, value)

    return check


def _beyond(value: Any, bound: Any, *, low: bool, place: Place, run: "Run", url: str) -> bool:
    if isinstance(bound, dict) and isinstance(value, dict):
        found, limit = _decimal(value.get("value")), _decimal(bound.get("value"))
        if found is None or limit is None:
            return False
        if value.get("system") != bound.get("system") or not value.get("code") or not bound.get("code"):
            message = "cannot compare with the profile's limit: the units differ"
            run.add("warning", "invalid", place, None, -1, message, "quantity-limit", url)
            return False
        if value["code"] != bound["code"]:
            converted = (
                run.convert(found, str(value["code"]), str(bound["code"])) if value.get("system") == _UCUM else None
            )
            if converted is None:
                if value.get("system") == _UCUM:
                    message = f"cannot convert the unit to {bound['code']}, in which the profile states its limit"
                    run.add("error", "invalid", place, None, -1, message, "quantity-limit", url)
                return False
            found = converted
        return found < limit if low else found > limit
    found, limit = _decimal(value), _decimal(bound)
    if found is not None and limit is not None:
        return found < limit if low else found > limit
    if isinstance(value, str) and isinstance(bound, str):
        size = min(len(value), len(bound))
        return value[:size] < bound[:size] if low else value[:size] > bound[:size]
    return False
