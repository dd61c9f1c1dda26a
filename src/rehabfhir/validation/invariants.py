"""Invariants: FHIRPath compiled once, and native twins for those that stand everywhere.

A twin is chosen by the text of the expression, never by the key, so that a profile which writes another rule under the
same key gets its own. `tests/validation/test_invariants.py` holds every twin against its FHIRPath text.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from rehabfhir.definitions import r4
from rehabfhir.fhirpath.repairs import repaired
from rehabfhir.validation.place import Place
from rehabfhir.validation.primitives import fits, problems

if TYPE_CHECKING:
    from rehabfhir.validation.run import Run

__all__ = ["BEST_PRACTICE", "TWINS", "Check", "corrected", "invariant", "is_best_practice", "pruned"]

Tree = dict[str, Any]
Check = Callable[[Any, Place, "Run"], None]

BEST_PRACTICE = "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice"

ELE_1 = "hasValue() or (children().count() > id.count())"
EXT_1 = "extension.exists() != value.exists()"
_CONTAINED_IDS = "reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))"
_PERIOD = "start.hasValue().not() or end.hasValue().not() or (start <= end)"
_ELSEWHERE = {ELE_1}
"""Checked by the walk itself."""
_SKIPPED_KEYS = {"dom-3", "txt-1", "txt-2"}
"""Checked by `narrative` in `rehabfhir.validation.xhtml` (txt-1, txt-2: one expression, two rules), and by `orphans` in `rehabfhir.validation.contained`: the R4 text misses references that it should see."""


def _ext_1(value: Tree, _run: "Run") -> bool:
    has_value = any(name.startswith("value") for name in value) or any(name.startswith("_value") for name in value)
    return ("extension" in value) is not has_value


def _contained(value: Tree) -> list[Tree]:
    found = value.get("contained")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _metas(value: Tree) -> list[Tree]:
    return [meta for each in _contained(value) if isinstance(meta := each.get("meta"), dict)]


def _dom_2(value: Tree, _run: "Run") -> bool:
    return "contained" not in value or not any(each.get("contained") for each in _contained(value))


def _dom_4(value: Tree, _run: "Run") -> bool:
    parts = ("versionId", "_versionId", "lastUpdated", "_lastUpdated")
    return "contained" not in value or not any(part in meta for meta in _metas(value) for part in parts)


def _dom_5(value: Tree, _run: "Run") -> bool:
    return "contained" not in value or not any(meta.get("security") for meta in _metas(value))


def _dom_6(value: Tree, _run: "Run") -> bool:
    text = value.get("text")
    return isinstance(text, dict) and ("div" in text or "_div" in text)


def _ref_1(value: Tree, run: "Run") -> bool:
    reference = value.get("reference")
    if not isinstance(reference, str) or not reference.startswith("#") or reference == "#":
        return True
    return any(each.get("id") == reference[1:] for each in _contained(run.resource))


_PLAIN = {int, float}
_moment = fits("dateTime")


def _per_1(value: Tree, _run: "Run") -> bool | None:
    start, end = value.get("start"), value.get("end")
    if not isinstance(start, str) or not isinstance(end, str) or not start or not end:
        return True
    start, end = start.strip(), end.strip()
    if not _moment(start) or not _moment(end):
        return (
            not any(severity == "error" for each in (start, end) for severity, _, _ in problems("dateTime", each))
            and None
        )
    if len(start) == len(end) and start[19:] == end[19:]:
        return start <= end
    return None


def _rng_2(value: Tree, _run: "Run") -> bool | None:
    low, high = value.get("low"), value.get("high")
    if not isinstance(low, dict) or not isinstance(high, dict):
        return True
    least, most = low.get("value"), high.get("value")
    if least is None or most is None:
        return False
    if low.get("code") != high.get("code") or type(least) not in _PLAIN or type(most) not in _PLAIN:
        return None
    return bool(least <= most)


def _att_1(value: Tree, _run: "Run") -> bool:
    return ("data" not in value and "_data" not in value) or "contentType" in value or "_contentType" in value


def _cpt_2(value: Tree, _run: "Run") -> bool:
    return ("value" not in value and "_value" not in value) or "system" in value or "_system" in value


def _qty_3(value: Tree, _run: "Run") -> bool:
    return ("code" not in value and "_code" not in value) or "system" in value or "_system" in value


def _either(*names: str) -> Callable[[Tree, "Run"], bool]:
    return lambda value, _run: sum(name in value or "_" + name in value for name in names) < 2


def _needs(given: str, other: str) -> Callable[[Tree, "Run"], bool]:
    return lambda value, _run: (
        (given not in value and "_" + given not in value) or other in value or "_" + other in value
    )


Twin = Callable[[Tree, "Run"], bool | None]

TWINS: dict[str, Twin] = {
    EXT_1: _ext_1,
    "contained.contained.empty()": _dom_2,
    "contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()": _dom_4,
    "contained.meta.security.empty()": _dom_5,
    "text.`div`.exists()": _dom_6,
    _CONTAINED_IDS: _ref_1,
    _PERIOD: _per_1,
    "low.empty() or high.empty() or (low <= high)": _rng_2,
    "data.empty() or contentType.exists()": _att_1,
    "value.empty() or system.exists()": _cpt_2,
    "code.empty() or system.exists()": _qty_3,
    "detail.empty() or reference.empty()": _either("detail", "reference"),
    "(answer.exists() and item.exists()).not()": _either("answer", "item"),
    "duration.empty() or durationUnit.exists()": _needs("duration", "durationUnit"),
    "period.empty() or periodUnit.exists()": _needs("period", "periodUnit"),
    "periodMax.empty() or period.exists()": _needs("periodMax", "period"),
    "durationMax.empty() or duration.exists()": _needs("durationMax", "duration"),
    "countMax.empty() or count.exists()": _needs("countMax", "count"),
    "timeOfDay.empty() or when.empty()": _either("timeOfDay", "when"),
}
"""FHIRPath text -> native twin; a twin answers None where it leaves the question to FHIRPath."""

_AS_PUBLISHED = {"dom-6", "txt-2"}
"""Repairs that are not wanted: narratives are checked natively, and the text of dom-6 is asked of whole resources only."""


def pruned(value: Any) -> Any:
    """`value` without properties that hold nothing: what was cleaned away does not exist for an invariant.

    What has nothing to lose is given back as it is, so that a resource keeps its identity.
    """
    if isinstance(value, dict):
        kept = {name: made for name, each in value.items() if (made := pruned(each)) not in ({}, [])}
        same = len(kept) == len(value) and all(each is value[name] for name, each in kept.items())
        return value if same else kept
    if isinstance(value, list):
        made = [pruned(each) for each in value]
        return value if all(one is other for one, other in zip(made, value, strict=True)) else made
    return value


def corrected(expression: str, key: str) -> str:
    """The expression to evaluate for the published one."""
    repair = None if key in _AS_PUBLISHED else repaired(expression, key)
    return repair.repaired if repair else expression


def is_best_practice(constraint: Tree) -> bool:
    """True for a recommendation, reported only when the caller asks for best practice."""
    return any(
        each.get("url") == BEST_PRACTICE and each.get("valueBoolean") for each in constraint.get("extension", ())
    )


_OWN_VALUE = re.compile(r"(?<![.\w'%])value(?=\.)")
"""On a primitive, ``value`` is meant to be the primitive's own value; R4 FHIRPath has no such child."""


@cache
def _expression(text: str, type_: str) -> Any:
    from rehabfhir.fhirpath import compile_expression  # noqa: PLC0415 - only for types that have such an invariant

    return compile_expression(text, type=type_)


def invariant(constraint: Tree, type_: str, profile: str | None) -> Check | None:
    """The check of one ElementDefinition.constraint on values of `type_`; None when it is checked elsewhere or says nothing."""
    text, key = constraint.get("expression"), str(constraint.get("key", ""))
    if not isinstance(text, str) or text in _ELSEWHERE or key in _SKIPPED_KEYS:
        return None
    best = is_best_practice(constraint)
    severity = "warning" if constraint.get("severity") == "warning" else "error"
    source = str(constraint.get("source") or profile or "")
    human = str(constraint.get("human") or "")
    ready = corrected(text, key)
    if r4.is_primitive(type_):
        ready = _OWN_VALUE.sub("$this", ready)

    def failed(place: Place, run: "Run", detail: str = "") -> None:
        level = run.options.best_practice if best else severity
        if level != "ignore":
            message = f"rule {key} is not met: {human or text}{detail}"
            run.add(level, "invariant", place, None, -1, message, key, source, place[3])

    def by_path(value: Any, place: Place, run: "Run") -> None:
        if best and run.options.best_practice == "ignore":
            return
        verdict = run.evaluate(_expression, ready, type_, value, place, key, source)
        if verdict is False:
            failed(place, run)

    twin = TWINS.get(text)
    if twin is None:
        return by_path

    def native(value: Any, place: Place, run: "Run") -> None:
        answer = twin(pruned(value) if run.cleaned else value, run)
        if answer is None:
            by_path(value, place, run)
        elif not answer:
            failed(place, run)

    return native
