"""When an item is enabled: ``enableWhen``, its behaviour and operators, and ``enableWhenExpression``.

Rules: https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen. A condition sees the answers
of the nearest item of that linkId: in the own group first, then outwards. An item without answers makes every
operator but ``exists`` false.
"""

from typing import TYPE_CHECKING, Any

from rehabfhir.validation.questionnaire.form import Item, tree_list
from rehabfhir.validation.questionnaire.values import answer_value, compare, same

if TYPE_CHECKING:
    from rehabfhir.validation.run import Run

__all__ = ["Answers", "enabled"]

Tree = dict[str, Any]
_ORDERED = {">": (1,), "<": (-1,), ">=": (0, 1), "<=": (0, -1)}


class Answers:
    """The answers of one response by linkId, seen from any place in it; indexed once."""

    __slots__ = ("_index", "response")

    def __init__(self, response: Tree) -> None:
        self.response = response
        self._index: dict[tuple[int, str], list[Tree]] | None = None

    def seen_from(self, chain: tuple[Tree, ...], link_id: str) -> list[Tree]:
        """The answers to `link_id` in the innermost of `chain` (the objects around, outermost first) that has the item."""
        if self._index is None:
            self._index = {}
            self._enter(self.response, (self.response,))
        for owner in reversed(chain):
            found = self._index.get((id(owner), link_id))
            if found is not None:
                return found
        return []

    def _enter(self, owner: Tree, chain: tuple[Tree, ...]) -> None:
        index = self._index
        assert index is not None  # noqa: S101 - made by the caller
        for item in tree_list(owner, "item"):
            link_id = item.get("linkId")
            answers = tree_list(item, "answer")
            if isinstance(link_id, str):
                for each in chain:
                    index.setdefault((id(each), link_id), []).extend(answers)
            self._enter(item, (*chain, item))
            for answer in answers:
                self._enter(answer, (*chain, item, answer))


def enabled(item: Item, chain: tuple[Tree, ...], answers: Answers, run: "Run") -> bool:
    """Whether `item` is to be answered, where `chain` are the objects of the response around its place."""
    for each in item.extensions.get("sdc-questionnaire-enableWhenExpression", ()):
        expression = each.get("valueExpression")
        if isinstance(expression, dict) and expression.get("language") == "text/fhirpath":
            return _holds(str(expression.get("expression") or ""), answers.response, run)
    if not item.enable_when:
        return True
    found = (_met(each, chain, answers) for each in item.enable_when)
    return all(found) if item.tree.get("enableBehavior") == "all" else any(found)


def _holds(text: str, response: Tree, run: "Run") -> bool:
    """What the expression says; an expression that cannot be evaluated enables, so that no answer is called wrong for it."""
    from rehabfhir.fhirpath import FhirPathError, compile_expression  # noqa: PLC0415 - rare

    try:
        return compile_expression(text, type="QuestionnaireResponse").test(response, run.environment()) is True
    except FhirPathError:
        return True


def _met(condition: Tree, chain: tuple[Tree, ...], answers: Answers) -> bool:
    question, operator = condition.get("question"), condition.get("operator")
    if not isinstance(question, str):
        return False
    found = answers.seen_from(chain, question)
    wanted = answer_value(condition, "answer")
    if operator == "exists":
        return bool(found) == (wanted is None or wanted[1] is not False)
    if wanted is None:
        return False
    given = [value for each in found if (value := answer_value(each, "value")) is not None]
    if operator == "=":
        return any(same(wanted, value) for value in given)
    if operator == "!=":
        return any(not same(wanted, value) for value in given)
    return any(compare(value, wanted) in _ORDERED.get(str(operator), ()) for value in given)
