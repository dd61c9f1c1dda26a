"""Checks of one answer's value against its item: type, bounds, length, pattern, units, attachments, references.

Each check takes the item, the value with its type, and yields ``(rule, code, at the value?, message, severity)``. The
extensions are those of https://hl7.org/fhir/R4/questionnaire-profiles.html and of Structured Data Capture.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from rehabfhir.definitions import r4
from rehabfhir.validation.datatypes import decoded_size
from rehabfhir.validation.primitives import is_absolute
from rehabfhir.validation.questionnaire.form import Item
from rehabfhir.validation.questionnaire.values import Value, compare, number

if TYPE_CHECKING:
    from rehabfhir.findings import Severity
    from rehabfhir.validation.run import Run

__all__ = ["ANSWER_TYPES", "CHECKS", "Complaint", "at_answer", "at_value", "label"]

Tree = dict[str, Any]

_CHOICE = ("Coding", "Date", "Time", "Integer", "String")
ANSWER_TYPES: dict[str, tuple[str, ...]] = {
    "boolean": ("Boolean",),
    "decimal": ("Decimal",),
    "integer": ("Integer",),
    "date": ("Date",),
    "dateTime": ("DateTime",),
    "time": ("Time",),
    "string": ("String",),
    "text": ("String",),
    "url": ("Uri",),
    "choice": _CHOICE,
    "open-choice": _CHOICE,
    "attachment": ("Attachment",),
    "reference": ("Reference",),
    "quantity": ("Quantity",),
}
"""Item type -> the types that its answers may have."""


class Complaint(NamedTuple):
    """What is wrong with an answer; `inside` says whether it stands at the value or at the answer as a whole."""

    rule: str
    code: str
    inside: bool
    message: str
    severity: "Severity" = "error"


def at_value(rule: str, code: str, message: str, severity: "Severity" = "error") -> Complaint:
    """A complaint about the value."""
    return Complaint(rule, code, True, message, severity)  # noqa: FBT003 - named by this function


def at_answer(rule: str, code: str, message: str, severity: "Severity" = "error") -> Complaint:
    """A complaint about the answer as a whole."""
    return Complaint(rule, code, False, message, severity)  # noqa: FBT003 - named by this function


def label(kind: str) -> str:
    """A type as FHIRPath writes it: ``date`` for ``Date``, ``Coding`` as it is."""
    lower = kind[:1].lower() + kind[1:]
    return lower if r4.is_primitive(lower) else kind


def _bounds(item: Item, value: Value, _run: "Run") -> Iterator[Complaint]:
    kind = value[0]
    names = (
        ("minValue", "maxValue")
        if kind != "Quantity"
        else ("sdc-questionnaire-minQuantity", "sdc-questionnaire-maxQuantity")
    )
    for name, wrong, word in ((names[0], -1, "less than the minimum"), (names[1], 1, "greater than the maximum")):
        for each in item.extensions.get(name, ()):
            bound = next(((key[5:], inner) for key, inner in each.items() if key.startswith("value")), None)
            if bound is None or (kind != "Quantity" and bound[0] == "Quantity"):
                continue
            order = compare(value, bound)
            if order == wrong:
                yield at_value("qr-bounds", "invariant", f"the answer is {word} that the questionnaire allows")
            elif order is None and kind == "Quantity":
                message = "the answer cannot be compared with the bound of the questionnaire: give both comparable units with system and code"
                yield at_value("qr-bounds", "invariant", message)


def _decimals(item: Item, value: Value, _run: "Run") -> Iterator[Complaint]:
    most = item.extension("maxDecimalPlaces", "valueInteger")
    given = value[1].get("value") if value[0] == "Quantity" and isinstance(value[1], dict) else value[1]
    exact = number(given)
    if isinstance(most, int) and exact is not None and value[0] in {"Decimal", "Quantity"}:
        places = max(0, -int(Decimal(exact).as_tuple().exponent))
        if places > most:
            message = f"the answer has {places} decimal places; the questionnaire allows {most}"
            yield at_value("qr-decimal-places", "invariant", message)


def _length(item: Item, value: Value, _run: "Run") -> Iterator[Complaint]:
    if not isinstance(value[1], str):
        return
    length = len(value[1])
    most, least = item.tree.get("maxLength"), item.extension("minLength", "valueInteger")
    if isinstance(least, int) and length < least:
        message = f"the answer has {length} characters; the questionnaire wants at least {least}"
        yield at_value("qr-length", "invariant", message)
    if isinstance(most, int) and length > most:
        message = f"the answer has {length} characters; the questionnaire allows {most}"
        yield at_value("qr-length", "invariant", message)


def _pattern(item: Item, value: Value, _run: "Run") -> Iterator[Complaint]:
    pattern = item.extension("regex", "valueString")
    if not isinstance(pattern, str) or not isinstance(value[1], str):
        return
    from rehabfhir.fhirpath import FhirPathError  # noqa: PLC0415 - rare
    from rehabfhir.fhirpath.env import Run as Evaluation  # noqa: PLC0415
    from rehabfhir.fhirpath.regex import fullmatch  # noqa: PLC0415

    try:
        fits = fullmatch(pattern, value[1], Evaluation(None, []))
    except FhirPathError as error:
        message = f"the questionnaire's pattern for this answer cannot be used: {error}"
        yield at_value("qr-pattern", "processing", message, "warning")
        return
    if not fits:
        wanted = item.extension("entryFormat", "valueString")
        example = f" ('{wanted[:80]}')" if isinstance(wanted, str) else ""
        yield at_value("qr-pattern", "invariant", f"the answer has not the form that the questionnaire wants{example}")


def _units(item: Item, value: Value, run: "Run") -> Iterator[Complaint]:
    quantity = value[1]
    if not isinstance(quantity, dict) or "value" not in quantity:
        return
    options = [
        each["valueCoding"]
        for each in item.extensions.get("questionnaire-unitOption", ())
        if isinstance(each.get("valueCoding"), dict)
    ]
    system, code = quantity.get("system"), quantity.get("code")
    if options and not any(
        code is not None and each.get("code") == code and each.get("system") == system for each in options
    ):
        allowed = ", ".join(str(each.get("code")) for each in options[:10])
        yield at_value("qr-unit", "invariant", f"the unit is not one that the questionnaire offers ({allowed})")
    value_set = item.extension("questionnaire-unitValueSet", "valueCanonical", "valueUri")
    if isinstance(value_set, str):
        answer = run.terminology.member(value_set, system=system or "", code=code) if isinstance(code, str) else None
        if answer is None or answer.answer.name == "NOT_IN":
            yield at_value("qr-unit", "invariant", f"the unit is not in the value set of units, {value_set}")
        elif not answer:
            message = f"cannot tell whether the unit is in the value set of units, {value_set}: {answer.reason}"
            yield at_value("qr-unit", "code-invalid", message, "warning")


def _attachment(item: Item, value: Value, _run: "Run") -> Iterator[Complaint]:
    attachment = value[1]
    if not isinstance(attachment, dict):
        return
    allowed = [
        each["valueCode"] for each in item.extensions.get("mimeType", ()) if isinstance(each.get("valueCode"), str)
    ]
    if allowed:
        kind = attachment.get("contentType")
        if kind is None:
            yield at_answer("qr-mime", "required", f"the attachment needs a contentType ({', '.join(allowed[:10])})")
        elif kind not in allowed:
            yield at_answer(
                "qr-mime",
                "required",
                f"the contentType is not one that the questionnaire allows ({', '.join(allowed[:10])})",
            )
    most = number(item.extension("maxSize", "valueDecimal", "valueInteger"))
    if most is not None:
        data = attachment.get("data")
        size = decoded_size(data) if isinstance(data, str) else attachment.get("size")
        if isinstance(size, int) and size > most:
            yield at_answer("qr-size", "required", f"the attachment has {size} bytes; the questionnaire allows {most}")


def _reference(item: Item, value: Value, run: "Run") -> Iterator[Complaint]:
    reference = value[1].get("reference") if isinstance(value[1], dict) else None
    if not isinstance(reference, str) or reference.startswith(("#", "urn:")):
        return
    absolute = is_absolute(reference)
    if absolute and not run.options.assume_rest_references:
        return
    parts = reference.partition("/_history/")[0].split("/")
    if len(parts) < 2:
        return
    kind = parts[-2]
    if not r4.is_resource(kind):
        if run.options.assume_rest_references or len(parts) == 2:
            yield at_value("qr-reference", "invariant", "the reference names no resource type")
        return
    allowed = [
        each["valueCode"]
        for each in item.extensions.get("questionnaire-referenceResource", ())
        if isinstance(each.get("valueCode"), str)
    ]
    if allowed and kind not in allowed:
        message = f"the reference points at {kind}; the questionnaire allows {', '.join(allowed[:10])}"
        yield at_value("qr-reference", "invariant", message)


Check = Callable[[Item, Value, "Run"], Iterator[Complaint]]
CHECKS: dict[str, tuple[Check, ...]] = {
    "decimal": (_bounds, _decimals),
    "integer": (_bounds,),
    "date": (_bounds,),
    "dateTime": (_bounds,),
    "time": (_bounds,),
    "string": (_length, _pattern),
    "text": (_length, _pattern),
    "quantity": (_bounds, _decimals, _units),
    "attachment": (_attachment,),
    "reference": (_reference,),
}
"""Item type -> the checks of its answers, beside their type and the options."""
