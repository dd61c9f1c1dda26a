"""A Questionnaire as such: conditions that point at items that exist, and forms it is derived from."""

from collections.abc import Iterator
from typing import Any

from rehabfhir.findings import Issue
from rehabfhir.validation.context import Context
from rehabfhir.validation.questionnaire.form import tree_list

__all__ = ["questionnaire_rules"]

Tree = dict[str, Any]


def questionnaire_rules(ctx: Context, questionnaire: Tree, location: str) -> Iterator[Issue]:
    """What is wrong with a questionnaire beyond its invariants."""
    derived = questionnaire.get("derivedFrom")
    for index, canonical in enumerate(derived if isinstance(derived, list) else ()):
        if isinstance(canonical, str) and ctx.definitions.resource(canonical, "Questionnaire") is None:
            message = "the questionnaire that this one is derived from is not loaded"
            yield ctx.issue(
                "warning",
                "business-rule",
                f"{location}.derivedFrom[{index}]",
                message,
                rule="q-derived",
                value=canonical,
            )
    order: dict[str, int] = {}
    inside: dict[int, tuple[int, int]] = {}
    _number(questionnaire, order, inside)
    yield from _conditions(ctx, questionnaire, location, order, inside)


def _number(owner: Tree, order: dict[str, int], inside: dict[int, tuple[int, int]]) -> None:
    """Number the items in document order: linkId -> number, and for each item the numbers that lie inside it."""
    for item in tree_list(owner, "item"):
        link_id = item.get("linkId")
        start = len(inside)
        inside[id(item)] = (start, start)
        if isinstance(link_id, str):
            order.setdefault(link_id, start)
        _number(item, order, inside)
        inside[id(item)] = (start, len(inside) - 1)


def _conditions(
    ctx: Context, owner: Tree, location: str, order: dict[str, int], inside: dict[int, tuple[int, int]]
) -> Iterator[Issue]:
    for index, item in enumerate(tree_list(owner, "item")):
        here = f"{location}.item[{index}]"
        for condition in tree_list(item, "enableWhen"):
            question = condition.get("question")
            if isinstance(question, str):
                yield from _condition(ctx, item, question, here, order, inside)
        yield from _conditions(ctx, item, here, order, inside)


def _condition(
    ctx: Context, item: Tree, question: str, here: str, order: dict[str, int], inside: dict[int, tuple[int, int]]
) -> Iterator[Issue]:
    if question == item.get("linkId"):
        yield ctx.issue(
            "error", "business-rule", here, "the item's enableWhen refers to the item itself", rule="q-enable-self"
        )
        return
    target = order.get(question)
    start, end = inside[id(item)]
    if target is None:
        message = "the item's enableWhen refers to a linkId that the questionnaire does not have"
        yield ctx.issue("error", "business-rule", here, message, rule="q-enable-unknown", value=question)
    elif start < target <= end:
        message = "the item's enableWhen refers to an item inside it, which cannot be answered before it is enabled"
        yield ctx.issue("error", "business-rule", here, message, rule="q-enable-inner", value=question)
    elif target > end:
        message = "the item's enableWhen refers to an item that comes after it"
        yield ctx.issue("warning", "business-rule", here, message, rule="q-enable-later", value=question)
