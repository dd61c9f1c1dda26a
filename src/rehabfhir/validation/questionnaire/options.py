"""Answers against the options of their item: ``answerOption``, ``answerValueSet``, options that exclude the others."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rehabfhir.validation.questionnaire.answers import Complaint, at_answer, at_value, label
from rehabfhir.validation.questionnaire.form import Form, Item, tree_list
from rehabfhir.validation.questionnaire.values import Value, answer_value

if TYPE_CHECKING:
    from rehabfhir.validation.run import Run

__all__ = ["exclusive", "option_complaints"]

Tree = dict[str, Any]
_CHOICES = {"choice", "open-choice"}


def option_complaints(form: Form, item: Item, value: Value, run: "Run") -> Iterator[Complaint]:
    """What is wrong with an answer that has to be one of several."""
    options = tree_list(item.tree, "answerOption")
    inside = item.kind not in _CHOICES
    if options:
        yield from _option(options, item, value, inside=inside)
        return
    value_set = item.tree.get("answerValueSet")
    if not isinstance(value_set, str):
        return
    if value[0] == "Coding" and isinstance(value[1], dict):
        yield from _coding(form, value_set, value[1], run)
    elif value[0] == "String" and item.kind == "string" and isinstance(value[1], str):
        checker = _checker(form, value_set, run)
        answer = checker(None, value[1]) if checker is not None else None
        if answer is not None and answer.answer.name == "NOT_IN":
            yield at_value("qr-option", "invariant", f"the answer is not a code of the value set {value_set}")
        elif answer is not None and not answer:
            message = f"cannot tell whether the answer is a code of the value set {value_set}: {answer.reason}"
            yield at_value("qr-option", "code-invalid", message, "warning")


def _option(options: list[Tree], item: Item, value: Value, *, inside: bool) -> Iterator[Complaint]:
    kind, given = value
    if kind == "String" and item.kind == "open-choice":
        return
    offered = [found[1] for each in options if (found := answer_value(each, "value")) is not None and found[0] == kind]
    if not offered and item.kind != "open-choice":
        yield Complaint("qr-option", "invariant", inside, f"the questionnaire offers no options of type {label(kind)}")
    elif kind == "Coding":
        pair = (given.get("system"), given.get("code")) if isinstance(given, dict) else None
        if not any(isinstance(each, dict) and (each.get("system"), each.get("code")) == pair for each in offered):
            yield Complaint("qr-option", "invariant", inside, "the code is not one of the options of the questionnaire")
    elif given not in offered:
        yield Complaint(
            "qr-option", "invariant", inside, f"the {label(kind)} is not one of the options of the questionnaire"
        )


def _coding(form: Form, value_set: str, coding: Tree, run: "Run") -> Iterator[Complaint]:
    checker = _checker(form, value_set, run)
    if checker is None:
        message = f"the value set of the answers, {value_set}, is not loaded, so the answer could not be checked"
        yield at_answer("qr-option", "code-invalid", message, "warning")
        return
    system, code = coding.get("system"), coding.get("code")
    if system is None and isinstance(code, str):
        inferred = checker(None, code)
        if inferred and not run.terminology.known_system(inferred.system or ""):
            message = f"a Coding without system; the value set {value_set} has its code in a system that is not loaded"
            yield at_answer("qr-option", "code-invalid", message, "warning")
            return
    if not isinstance(system, str) or not isinstance(code, str):
        message = f"a Coding without system or code cannot be one of the value set {value_set}"
        yield at_answer("qr-option", "code-invalid", message)
        return
    answer = checker(system, code)
    if answer.answer.name == "NOT_IN":
        message = f"the code is not in the value set of the answers, {value_set}; {answer.reason}"
        yield at_answer("qr-option", "code-invalid", message)
    elif not answer:
        message = f"cannot tell whether the code is in the value set of the answers, {value_set}: {answer.reason}"
        yield at_answer("qr-option", "code-invalid", message, "warning")


def _checker(form: Form, value_set: str, run: "Run") -> Any:
    """A test of codes; None when the value set is not at hand."""
    if value_set not in form.value_sets:
        if value_set.startswith("#"):
            found = next(
                (each for each in tree_list(form.container, "contained") if each.get("id") == value_set[1:]), None
            )
            known: Any = found if found is not None and found.get("resourceType") == "ValueSet" else None
        else:
            known = value_set if run.definitions.value_set(value_set) is not None else None
        form.value_sets[value_set] = run.terminology.checker(known) if known is not None else None
    return form.value_sets[value_set]


def exclusive(item: Item, answers: list[Tree]) -> Iterator[int]:
    """The places of answers that exclude all others and yet have others beside them."""
    if len(answers) < 2:
        return
    alone = [
        found
        for each in tree_list(item.tree, "answerOption")
        if any(
            str(extension.get("url")).endswith("/questionnaire-optionExclusive")
            and extension.get("valueBoolean") is True
            for extension in tree_list(each, "extension")
        )
        and (found := answer_value(each, "value")) is not None
    ]
    if not alone:
        return
    for index, answer in enumerate(answers):
        value = answer_value(answer, "value")
        if value is not None and any(_equal(value, each) for each in alone):
            yield index


def _equal(left: Value, right: Value) -> bool:
    if left[0] == right[0] == "Coding" and isinstance(left[1], dict) and isinstance(right[1], dict):
        return all(left[1].get(name) == right[1].get(name) for name in ("system", "code"))
    return left == right
