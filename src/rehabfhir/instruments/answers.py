"""The numbers that an assessment holds, from a domain `Assessment` or a FHIR QuestionnaireResponse, by item."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from rehabfhir.findings import Issue
from rehabfhir.instruments.instrument import Instrument, Item

if TYPE_CHECKING:
    from rehabfhir.model import Assessment

__all__ = ["given", "numbers"]

_NUMBER = re.compile(r"-?\d{1,9}(?:[.,]\d{1,6})?", re.ASCII)
_DEEPEST = 100


def _of_tree(listed: Any, at: str, depth: int = 0) -> Iterator[tuple[str, str, list[Any]]]:
    """(linkId, where, answers) of a response, in document order; an answer is its FHIR value as a tree."""
    if depth > _DEEPEST or not isinstance(listed, list):
        return
    for number, item in enumerate(listed):
        if not isinstance(item, dict):
            continue
        here = f"{at}.item[{number}]"
        answers = item.get("answer")
        listed_answers = [entry for entry in answers if isinstance(entry, dict)] if isinstance(answers, list) else []
        values = [value for entry in listed_answers for name, value in entry.items() if name.startswith("value")]
        yield str(item.get("linkId", "")), here, values
        for at_answer, entry in enumerate(listed_answers):
            yield from _of_tree(entry.get("item"), f"{here}.answer[{at_answer}]", depth + 1)
        yield from _of_tree(item.get("item"), here, depth + 1)


def _of_items(listed: Any, at: str) -> Iterator[tuple[str, str, list[Any]]]:
    """The same of a domain assessment's items."""
    for number, item in enumerate(listed):
        here = f"{at}.items[{number}]"
        yield item.link_id, here, [answer.value for answer in item.answers if answer.value is not None]
        for at_answer, answer in enumerate(item.answers):
            yield from _of_items(answer.items, f"{here}.answers[{at_answer}]")
        yield from _of_items(item.items, here)


def given(source: "Assessment | Mapping[str, Any]") -> Iterator[tuple[str, str, list[Any]]]:
    """(linkId, where, answers) of every item of an assessment or of a QuestionnaireResponse tree."""
    if isinstance(source, Mapping):
        return _of_tree(source.get("item"), "QuestionnaireResponse")
    return _of_items(source.items, "Assessment")


def _number(value: Any, instrument: Instrument) -> Fraction | None:
    """The number that an answer stands for; None when it stands for none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return Fraction(value.strip().replace(",", ".")) if _NUMBER.fullmatch(value.strip()) else None
    code = value.get("code") if isinstance(value, Mapping) else getattr(value, "code", None)
    inner = value.get("value") if isinstance(value, Mapping) else getattr(value, "value", None)
    if inner is not None and not isinstance(inner, str):  # a quantity
        return _number(inner, instrument)
    if isinstance(code, str):
        for option in instrument.options:
            if option.code == code:
                return Fraction(option.value)
        return _number(code, instrument)
    try:
        return Fraction(value)
    except (TypeError, ValueError, OverflowError):
        return None


def numbers(
    instrument: Instrument, source: "Assessment | Mapping[str, Any]"
) -> tuple[dict[str, Fraction], list[Issue]]:
    """The answers by item id, and what was wrong with those left out.

    An answer that is out of range, not a number, or given twice counts as missing, with an issue that says so.
    """
    found: dict[str, Fraction] = {}
    issues: list[Issue] = []

    def leave_out(item: Item, message: str, at: str, value: Any) -> None:
        issues.append(
            Issue(
                "error",
                "value",
                f"item {item.id}: {message}; it counts as missing",
                at,
                rule="answer-range",
                value=value,
            )
        )

    taken: set[str] = set()
    for link, at, values in given(source):
        item = instrument.by_link.get(link)
        if item is None:
            if values:
                issues.append(
                    Issue(
                        "information",
                        "not-found",
                        f"{instrument.title} has no item with this linkId",
                        at,
                        rule="answer-item",
                        value=link,
                    )
                )
            continue
        if not values:
            continue
        if len(values) > 1 or item.id in taken:
            leave_out(item, "has more than one answer", at, values)
            found.pop(item.id, None)
            taken.add(item.id)
            continue
        taken.add(item.id)
        number = _number(values[0], instrument)
        if number is None:
            leave_out(item, "the answer is not a number", at, values[0])
        elif not item.least <= number <= item.most:
            leave_out(item, f"the answer is outside {item.least} to {item.most}", at, values[0])
        elif number.denominator != 1 and not item.decimal:
            leave_out(item, "the answer is not a whole number", at, values[0])
        else:
            found[item.id] = number
    return found, issues
