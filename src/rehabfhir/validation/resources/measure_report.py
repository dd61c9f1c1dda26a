"""MeasureReport against its Measure: groups, populations and stratifiers by code, scores as the scoring wants them.

Rules: https://hl7.org/fhir/R4/measurereport.html.
"""

from collections.abc import Iterator
from typing import Any

from rehabfhir.findings import Issue
from rehabfhir.validation.context import Context
from rehabfhir.validation.questionnaire.form import tree_list
from rehabfhir.validation.questionnaire.values import number

__all__ = ["measure_report_rules"]

Tree = dict[str, Any]

_OBSERVATION = ("http://terminology.hl7.org/CodeSystem/measure-population", "measure-observation")
_SCORED = {"cohort", "proportion", "ratio", "continuous-variable"}
_UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"


def measure_report_rules(ctx: Context, report: Tree, location: str) -> Iterator[Issue]:
    """What is wrong with a report, seen from its measure."""
    canonical = report.get("measure")
    if not isinstance(canonical, str) or not canonical:
        message = "the report does not name its measure, so it could not be checked against it"
        yield ctx.issue("information", "required", location, message, rule="report-measure")
        return
    measure = _measure(ctx, canonical)
    if measure is None:
        message = "the measure of the report is not loaded, so the report could not be checked against it"
        yield ctx.issue("warning", "required", location, message, rule="report-measure", value=canonical)
        return
    check = _Check(ctx, measure, report)
    if check.scoring not in _SCORED:
        message = "the measure has no scoring that says how reports look"
        yield ctx.issue("information", "business-rule", f"{location}.measure", message, rule="report-scoring")
    yield from check.groups(location)


def _measure(ctx: Context, canonical: str) -> Tree | None:
    if canonical.startswith("#"):
        resolved = ctx.resolve(canonical)
        found = resolved.resource if resolved is not None else None
    else:
        found = ctx.definitions.resource(canonical, "Measure")
    return found if found is not None and found.get("resourceType") == "Measure" else None


def _codings(concept: Any) -> set[tuple[Any, Any]]:
    return {(each.get("system"), each.get("code")) for each in tree_list(concept, "coding") if "code" in each}


def _match(concept: Any, among: list[Tree], *, by_text: bool = False) -> int | None:
    """The place of the first of `among` whose code shares a coding with `concept`."""
    wanted = _codings(concept)
    for index, each in enumerate(among):
        code = each.get("code")
        offered = _codings(code)
        if wanted & offered:
            return index
        texts = [one.get("text") if isinstance(one, dict) else None for one in (code, concept)]
        if by_text and not wanted and not offered and texts[0] is not None and texts[0] == texts[1]:
            return index
    return None


class _Check:
    """The check of one report."""

    def __init__(self, ctx: Context, measure: Tree, report: Tree) -> None:
        self.ctx = ctx
        self.measure = measure
        self.report = report
        self.type = report.get("type")
        scoring = measure.get("scoring")
        self.scoring = next((str(code) for _, code in sorted(_codings(scoring), key=str)), "")

    def issue(self, location: str, message: str, rule: str, code: str = "business-rule") -> Issue:
        return self.ctx.issue("error", code, location, message, rule=rule)

    def groups(self, location: str) -> Iterator[Issue]:
        """Each group of the report answers to one of the measure."""
        mine, theirs = tree_list(self.report, "group"), tree_list(self.measure, "group")
        if len(mine) == len(theirs) == 1:
            here = f"{location}.group[0]"
            if "code" in mine[0] and "code" in theirs[0]:
                if not any(system and code for system, code in _codings(mine[0]["code"])):
                    yield self.issue(here, "the code of the group has no coding with system and code", "report-group")
                elif _match(mine[0]["code"], theirs) is None:
                    yield self.issue(here, "the code of the group is not that of the measure's group", "report-group")
            yield from self.group(theirs[0], mine[0], here)
            return
        used: set[int] = set()
        for index, group in enumerate(mine):
            here = f"{location}.group[{index}]"
            if "code" not in group:
                yield self.issue(here, "the group has no code to tell which of the measure's it is", "report-group")
                continue
            place = _match(group["code"], theirs)
            if place is None:
                yield self.issue(here, "the measure has no group with this code", "report-group")
            elif place in used:
                yield self.issue(here, "another group of the report has the same code", "report-group")
            else:
                used.add(place)
                yield from self.group(theirs[place], group, here)
        if self.type != "data-collection":
            for place in range(len(theirs)):
                if place not in used:
                    yield self.issue(location, f"group {place + 1} of the measure is missing", "report-group-missing")

    def group(self, defined: Tree, group: Tree, here: str) -> Iterator[Issue]:
        yield from self.named(defined, group, "population", here)
        yield from self.score(group, here)
        yield from self.named(defined, group, "stratifier", here)

    def named(self, defined: Tree, group: Tree, name: str, here: str) -> Iterator[Issue]:
        """Populations, or stratifiers: each that the measure has, once."""
        theirs = tree_list(defined, name)
        used: set[int] = set()
        for index, part in enumerate(tree_list(group, name)):
            inside = f"{here}.{name}[{index}]"
            code = part.get("code")
            concept = code[0] if isinstance(code, list) and code else code
            if not isinstance(concept, dict):
                yield self.issue(
                    inside, f"the {name} has no code to tell which of the measure's it is", f"report-{name}"
                )
                continue
            place = _match(concept, theirs, by_text=name == "stratifier")
            if place is None:
                yield self.issue(inside, f"the measure has no {name} with this code", f"report-{name}")
            elif place in used:
                yield self.issue(inside, f"another {name} of the group has the same code", f"report-{name}")
            else:
                used.add(place)
                if name == "population":
                    yield from self.population(part, inside)
        for place, part in enumerate(theirs):
            if place not in used and (name == "stratifier" or _OBSERVATION not in _codings(part.get("code"))):
                yield self.issue(
                    here, f"{name} {place + 1} of the measure's group is missing", f"report-{name}-missing"
                )

    def population(self, part: Tree, inside: str) -> Iterator[Issue]:
        count, subjects = part.get("count"), part.get("subjectResults")
        if self.type == "subject-list":
            listed = len(subjects) if isinstance(subjects, list) else 1 if subjects is not None else 0
            if isinstance(count, int) and not isinstance(count, bool) and count != listed:
                yield self.issue(inside, f"count is {count}, but {listed} subject results are listed", "report-count")
            return
        if subjects is not None:
            yield self.issue(inside, "only a report of type subject-list has subjectResults", "report-subjects")
        if "count" not in part:
            message = "the population should have a count"
            yield self.ctx.issue("warning", "business-rule", inside, message, rule="report-count")

    def score(self, group: Tree, here: str) -> Iterator[Issue]:
        """The measureScore of a group, by the scoring of the measure."""
        score = group.get("measureScore")
        if self.type == "data-collection":
            if score is not None:
                yield self.issue(
                    f"{here}.measureScore", "a report that only collects data has no measureScore", "report-score"
                )
            return
        if self.scoring not in _SCORED:
            return
        if not isinstance(score, dict):
            message = f"a measure with scoring {self.scoring} needs a measureScore in the report"
            yield self.issue(here, message, "report-score", "required")
            return
        if self.scoring == "cohort":
            return
        inside = f"{here}.measureScore"
        if self.scoring == "proportion":
            for name in ("unit", "system", "code"):
                if name in score:
                    yield self.issue(f"{inside}.{name}", "a proportion has no unit", "report-score-unit")
        value = score.get("value")
        if value is None:
            if not any(
                str(each.get("url")).endswith("/extension-alternateScoreType") for each in tree_list(score, "extension")
            ):
                yield self.issue(inside, "the measureScore needs a value", "report-score", "required")
            return
        exact = number(value)
        if self.scoring == "proportion":
            if exact is not None and not 0 <= exact <= 1:
                yield self.issue(f"{inside}.value", "a proportion lies between 0 and 1", "report-score", "required")
            return
        yield from self._unit(score, inside)

    def _unit(self, score: Tree, inside: str) -> Iterator[Issue]:
        wanted = next(
            (each.get("valueCoding") for each in tree_list(self.measure, "extension") if each.get("url") == _UNIT), None
        )
        code = score.get("code")
        if not isinstance(wanted, dict):
            if code is None and self.scoring == "ratio":
                message = "the score of a ratio should have a unit"
                yield self.ctx.issue("warning", "not-found", inside, message, rule="report-score-unit")
            return
        if code is None:
            yield self.issue(
                inside, "the score needs the unit that the measure names", "report-score-unit", "not-found"
            )
            return
        if code != wanted.get("code"):
            message = "the unit of the score is not the one that the measure names"
            yield self.issue(f"{inside}.code", message, "report-score-unit", "code-invalid")
        if score.get("system") != wanted.get("system"):
            message = "the system of the score's unit is not the one that the measure names"
            yield self.issue(inside, message, "report-score-unit", "code-invalid")
