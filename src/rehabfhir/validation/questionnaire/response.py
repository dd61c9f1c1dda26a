"""A QuestionnaireResponse against its Questionnaire: items, answers, order, what is required, what is enabled.

Rules: https://hl7.org/fhir/R4/questionnaireresponse.html#notes. Where HL7's validator and the page leave a choice, HL7's is taken.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from rehabfhir.findings import Issue, Severity
from rehabfhir.validation.context import Context
from rehabfhir.validation.questionnaire.answers import ANSWER_TYPES, CHECKS, label
from rehabfhir.validation.questionnaire.enabling import Answers, enabled
from rehabfhir.validation.questionnaire.form import Form, Item, form_of, tree_list
from rehabfhir.validation.questionnaire.options import exclusive, option_complaints
from rehabfhir.validation.questionnaire.values import answer_value, compare

if TYPE_CHECKING:
    from rehabfhir.validation.run import Run

__all__ = ["response_rules"]

Tree = dict[str, Any]
Chain = tuple[Tree, ...]
Found = tuple[int, Tree]

_UNFINISHED = {"in-progress", "stopped", "entered-in-error"}
_HOLDS_NOTHING = {"group", "question"}


def response_rules(ctx: Context, response: Tree, location: str) -> Iterator[Issue]:
    """What is wrong with a response, seen from its questionnaire."""
    canonical = response.get("questionnaire")
    if not isinstance(canonical, str) or not canonical:
        message = "the response does not name its questionnaire, so its answers could not be checked"
        yield ctx.issue("information", "required", location, message, rule="qr-questionnaire")
        return
    run = cast("Run", ctx)
    found = _questionnaire(run, canonical)
    if found is None:
        level: Severity = "information" if "://example.org" in canonical else "warning"
        message = "the questionnaire of the response is not loaded, so its answers could not be checked"
        yield ctx.issue(level, "required", location, message, rule="qr-questionnaire", value=canonical)
        return
    tree, container = found
    if tree.get("resourceType") != "Questionnaire":
        yield ctx.issue(
            "error",
            "invalid",
            location,
            "what the response calls its questionnaire is another resource",
            rule="qr-questionnaire",
        )
        return
    check = _Check(run, form_of(tree, container), response)
    yield from check.dates(location)
    yield from check.items(check.form.items, check.form.places, response, (response,), location)


def _questionnaire(run: "Run", canonical: str) -> tuple[Tree, Tree] | None:
    """The questionnaire and the resource whose contained resources it may use."""
    if canonical.startswith("#"):
        resolved = run.resolve(canonical)
        return (resolved.resource, run.resource) if resolved is not None else None
    tree = run.definitions.questionnaire(canonical)
    if tree is not None:
        return tree, tree
    url = canonical.partition("|")[0]
    for bundle in reversed(run.bundles):
        for entry in tree_list(bundle, "entry"):
            resource = entry.get("resource")
            if (
                isinstance(resource, dict)
                and resource.get("resourceType") == "Questionnaire"
                and resource.get("url") == url
            ):
                return resource, resource
    return None


class _Check:
    """The check of one response."""

    def __init__(self, run: "Run", form: Form, response: Tree) -> None:
        self.run = run
        self.form = form
        self.response = response
        self.answers = Answers(response)
        self.missing: Severity = "warning" if response.get("status") in _UNFINISHED else "error"

    def issue(
        self, code: str, location: str, message: str, rule: str, severity: Severity = "error", value: Any = None
    ) -> Issue:
        return self.run.issue(severity, code, location, message, rule=rule, value=value)

    def dates(self, location: str) -> Iterator[Issue]:
        """Answered while the questionnaire was in use?"""
        authored, period = self.response.get("authored"), self.form.tree.get("effectivePeriod")
        if not isinstance(authored, str) or not isinstance(period, dict):
            return
        for name, wrong, word in (("start", -1, "before the start"), ("end", 1, "after the end")):
            bound = period.get(name)
            moment = authored[: len(bound)] if isinstance(bound, str) and len(bound) <= 10 else authored
            if isinstance(bound, str) and compare(("DateTime", moment), ("DateTime", bound)) == wrong:
                message = f"authored is {word} of the period in which the questionnaire is to be used"
                yield self.issue("business-rule", f"{location}.authored", message, "qr-period", "warning")

    def items(
        self, items: list[Item], places: dict[str, int], owner: Tree, chain: Chain, location: str
    ) -> Iterator[Issue]:
        """The items in `owner` against those that the form has in that place."""
        grouped: dict[str, list[Found]] = {}
        last = -1
        for index, tree in enumerate(tree_list(owner, "item")):
            link_id = tree.get("linkId")
            if not isinstance(link_id, str) or not link_id:
                yield self.issue("required", location, "an item without linkId cannot be checked", "qr-link-missing")
                continue
            place = places.get(link_id)
            if place is None:
                yield from self.stray(link_id, index, tree, chain, location)
                continue
            if place < last:
                yield self.issue(
                    "structure",
                    location,
                    "the items are not in the order of the questionnaire",
                    "qr-order",
                    value=link_id,
                )
            last = place
            grouped.setdefault(link_id, []).append((index, tree))
        for item in items:
            yield from self.item(item, grouped.get(item.link_id, []), chain, location)

    def stray(self, link_id: str, index: int, tree: Tree, chain: Chain, location: str) -> Iterator[Issue]:
        item = self.form.by_link.get(link_id)
        if item is None:
            message = "a linkId is not in the questionnaire; correct it, or the version of the questionnaire"
            yield self.issue("not-found", location, message, "qr-link-unknown", value=link_id)
        else:
            message = "an item of the questionnaire stands in the wrong place; nest it as the questionnaire does"
            yield self.issue("structure", location, message, "qr-misplaced", value=link_id)
            yield from self.answered(item, tree, chain, f"{location}.item[{index}]", demanded=True)

    def item(self, item: Item, found: list[Found], chain: Chain, location: str) -> Iterator[Issue]:
        """Every occurrence of one item, or its absence."""
        if not found:
            if item.required and enabled(item, chain, self.answers, self.run):
                yield self._required(item, location)
            return
        on = enabled(item, chain, self.answers, self.run)
        filled = [(index, tree) for index, tree in found if tree_list(tree, "answer") or tree_list(tree, "item")]
        if not on:
            for index, _ in filled:
                message = "the item has an answer, although the questionnaire's conditions do not enable it"
                yield self.issue("invalid", f"{location}.item[{index}]", message, "qr-not-enabled", value=item.link_id)
        if len(found) > 1 and not item.repeats:
            message = f"the item stands {len(found)} times; the questionnaire lets it stand once"
            yield self.issue("invalid", location, message, "qr-repeats", value=item.link_id)
        if item.kind == "group":
            yield from self._occurrences(item, len(found), f"{location}.item[{found[0][0]}]")
        for index, tree in found:
            yield from self.answered(item, tree, chain, f"{location}.item[{index}]", demanded=on)

    def _required(self, item: Item, location: str) -> Issue:
        message = "a required item has no answer" if self.missing == "error" else "a required item has no answer yet"
        return self.issue("required", location, message, "qr-required", self.missing, item.link_id)

    def _occurrences(self, item: Item, count: int, location: str) -> Iterator[Issue]:
        least = item.extension("questionnaire-minOccurs", "valueInteger")
        most = item.extension("questionnaire-maxOccurs", "valueInteger")
        if isinstance(least, int) and count < least:
            yield self.issue(
                "invalid", location, f"there are {count} answers; the questionnaire wants at least {least}", "qr-occurs"
            )
        if isinstance(most, int) and count > most:
            yield self.issue(
                "invalid", location, f"there are {count} answers; the questionnaire allows {most}", "qr-occurs"
            )

    def answered(self, item: Item, tree: Tree, chain: Chain, location: str, *, demanded: bool) -> Iterator[Issue]:
        """One item of the response."""
        text = tree.get("text")
        if isinstance(text, str) and text and text != item.text:
            message = "the text of the item is not that of the questionnaire; take it from there, or leave it out"
            yield self.issue("invalid", location, message, "qr-text")
        answers = tree_list(tree, "answer")
        inner = tree_list(tree, "item")
        if not answers and item.required and item.kind != "group" and demanded:
            yield self._required(item, location)
        if len(answers) > 1 and not item.repeats:
            yield self.issue("invalid", location, "the questionnaire allows one answer to this item", "qr-repeats")
        if answers and item.kind in _HOLDS_NOTHING:
            yield self.issue(
                "structure", location, "an item that only groups others has no answers of its own", "qr-group-answer"
            )
        elif answers and item.kind == "display":
            yield self.issue("structure", location, "a display item has no answers", "qr-display-answer")
        if item.kind not in {"group", "display"}:
            yield from self._occurrences(item, len(answers), location)
        if item.kind == "group":
            yield from self.items(item.items, item.places, tree, (*chain, tree), location)
        elif inner:
            if item.kind == "display":
                message = "a display item holds no other items"
            else:
                message = "items inside a question stand in its answers (answer.item), not beside them"
            yield self.issue("structure", location, message, "qr-nesting")
        if item.kind in _HOLDS_NOTHING:
            return
        for index in exclusive(item, answers):
            message = "the answer excludes all others, but there are others"
            yield self.issue("invariant", f"{location}.answer[{index}]", message, "qr-exclusive")
        for index, answer in enumerate(answers):
            here = f"{location}.answer[{index}]"
            yield from self.value(item, answer, here)
            yield from self.items(item.items, item.places, answer, (*chain, tree, answer), here)

    def value(self, item: Item, answer: Tree, location: str) -> Iterator[Issue]:
        """The value of one answer."""
        value = answer_value(answer, "value")
        if value is None:
            return
        inside = f"{location}.value.ofType({label(value[0])})"
        wanted = ANSWER_TYPES.get(item.kind)
        if wanted is None:
            return
        if value[0] not in wanted:
            allowed = " or ".join(label(each) for each in wanted)
            message = f"the answer is of type {label(value[0])}; the questionnaire wants {allowed}"
            yield self.issue("invariant", inside, message, "qr-type")
            return
        for check in CHECKS.get(item.kind, ()):
            for rule, code, at_value, message, severity in check(item, value, self.run):
                yield self.issue(code, inside if at_value else location, message, rule, severity)
        for rule, code, at_value, message, severity in option_complaints(self.form, item, value, self.run):
            yield self.issue(code, inside if at_value else location, message, rule, severity)
