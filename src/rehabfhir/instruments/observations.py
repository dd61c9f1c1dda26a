"""Scores as domain values and as FHIR Observations, and back."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rehabfhir.instruments.instrument import SCORE_SYSTEM, Instrument
from rehabfhir.instruments.load import named
from rehabfhir.instruments.scoring import ScaleScore, Scored
from rehabfhir.model.vocabulary import BASE

if TYPE_CHECKING:
    from rehabfhir.model import Assessment
    from rehabfhir.model.assessment import Score

__all__ = ["code_system", "from_observation", "observations", "scored_assessment", "scores"]

_PROFILE = f"{BASE}/StructureDefinition/rehab-score"
_UCUM = "http://unitsofmeasure.org"
_CATEGORY = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"}


def scores(scored: Scored) -> "tuple[Score, ...]":
    """The scores that there are, as domain values; missing ones are left out."""
    from rehabfhir.model import Code, Concept, Quantity  # noqa: PLC0415 - pydantic is heavy, and FHIR trees need none of it
    from rehabfhir.model.assessment import Score  # noqa: PLC0415

    found = []
    for entry in scored.scores:
        if entry.missing:
            continue
        codings = (
            *(Code(system=coded.system, code=coded.code) for coded in entry.scale.codes),
            Code(system=SCORE_SYSTEM, code=scored.instrument.score_code(entry.scale.id), display=entry.scale.title),
        )
        quantity = None
        if entry.value is not None:
            unit = entry.scale.unit
            quantity = Quantity(value=entry.value, system=_UCUM if unit else None, code=unit or None, unit=_shown(unit))
        found.append(
            Score(
                code=Concept(codings=codings, text=f"{scored.instrument.title}: {entry.scale.title}"),
                quantity=quantity,
                text=entry.text,
                interpretation=Concept(text=entry.band) if entry.band else None,
                method=Concept(text=entry.method) if entry.method else None,
            )
        )
    return tuple(found)


def scored_assessment(assessment: "Assessment", scored: Scored) -> "Assessment":
    """The assessment with these scores; scores of other instruments that it held stay."""
    own = {scored.instrument.score_code(entry.scale.id) for entry in scored.scores}
    kept = [score for score in assessment.scores if score.code is None or score.code.code_in(SCORE_SYSTEM) not in own]
    # Made anew, not copied: only then does the model give the new scores their ids.
    fields = {name: getattr(assessment, name) for name in type(assessment).model_fields}
    return type(assessment)(**{**fields, "scores": (*kept, *scores(scored))})


def _shown(unit: str) -> str | None:
    """The unit in words: an annotation without its braces."""
    return unit.strip("{}") or None


def _code(instrument: Instrument, entry: ScaleScore) -> dict[str, Any]:
    coding = [{"system": coded.system, "code": coded.code} for coded in entry.scale.codes]
    own = {"system": SCORE_SYSTEM, "code": instrument.score_code(entry.scale.id), "display": entry.scale.title}
    return {"coding": [*coding, own], "text": f"{instrument.title}: {entry.scale.title}"}


def observations(scored: Scored, response: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The scores as R4 Observations, derived from the response.

    A score that is missing becomes an Observation without a value that says so (``dataAbsentReason`` not-asked or
    unknown), so that it is never taken for zero.

    Args:
        scored: the scores.
        response: the QuestionnaireResponse that was scored; its subject, time and encounter are taken over.
    """
    name = response.get("id")
    derived = {"reference": f"QuestionnaireResponse/{name}"} if isinstance(name, str) and name else None
    made: list[dict[str, Any]] = []
    for entry in scored.scores:
        tree: dict[str, Any] = {"resourceType": "Observation"}
        if derived:
            tree["id"] = f"{name}-{entry.scale.id}"[:64]
        tree["status"] = "final"
        tree["category"] = [{"coding": [dict(_CATEGORY)]}]
        tree["code"] = _code(scored.instrument, entry)
        for source, target in (("subject", "subject"), ("encounter", "encounter"), ("authored", "effectiveDateTime")):
            if source in response:
                tree[target] = response[source]
        if entry.value is not None:
            unit = entry.scale.unit
            whole = entry.value == entry.value.to_integral_value()
            tree["valueQuantity"] = {"value": int(entry.value) if whole else entry.value}
            if unit:
                tree["valueQuantity"] |= {"unit": _shown(unit), "system": _UCUM, "code": unit}
        elif entry.text is not None:
            tree["valueString"] = entry.text
        else:
            reason = {"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown"}
            tree["dataAbsentReason"] = {"coding": [reason], "text": entry.reason}
        if entry.band:
            tree["interpretation"] = [{"text": entry.band}]
        if entry.method:
            tree["method"] = {"text": entry.method}
        if derived:
            tree["derivedFrom"] = [derived]
        if derived and "subject" in tree:
            tree = {"resourceType": "Observation", "meta": {"profile": [_PROFILE]}, **tree}
        made.append(tree)
    return made


def from_observation(
    tree: Mapping[str, Any], more: Iterable[Instrument] = ()
) -> tuple[Instrument, str, Decimal | str | None] | None:
    """(instrument, scale id, score) of an Observation that holds a score of a known instrument; None for any other."""
    code = tree.get("code")
    codings = code.get("coding") if isinstance(code, Mapping) else None
    for coding in codings if isinstance(codings, list) else []:
        if not isinstance(coding, Mapping) or coding.get("system") != SCORE_SYSTEM:
            continue
        name, _, scale = str(coding.get("code", "")).rpartition(".")
        instrument = named(name, more)
        if instrument is None or scale not in instrument.by_scale:
            continue
        text, quantity = tree.get("valueString"), tree.get("valueQuantity")
        value = quantity.get("value") if isinstance(quantity, Mapping) else None
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return instrument, scale, text if isinstance(text, str) else None
        return instrument, scale, Decimal(str(value))
    return None


def code_system(instruments: Iterable[Instrument]) -> dict[str, Any]:
    """The code system of the scales of these instruments, as an R4 CodeSystem."""
    concepts = [
        {
            "code": instrument.score_code(scale.id),
            "display": scale.title,
            "definition": f"{instrument.title}: {scale.title}",
        }
        for instrument in instruments
        for scale in instrument.scales
    ]
    return {
        "resourceType": "CodeSystem",
        "id": "instrument-score",
        "url": SCORE_SYSTEM,
        "name": "InstrumentScore",
        "title": "Scores of instruments",
        "status": "active",
        "caseSensitive": True,
        "content": "complete",
        "count": len(concepts),
        "concept": concepts,
    }
