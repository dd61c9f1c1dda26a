"""Instruments as data: items, answer ranges, scales, scoring rules and their sources; no protected texts.

>>> phq = named("PHQ-9")
>>> response = {"resourceType": "QuestionnaireResponse", "item": [
...     {"linkId": str(n), "answer": [{"valueInteger": 1}]} for n in range(1, 10)]}
>>> score(response, phq)["total"].value, score(response, phq)["total"].band
(Decimal('9'), 'mild')
"""

from rehabfhir.instruments.change import Change, change
from rehabfhir.instruments.index import ValueSet, load_value_set
from rehabfhir.instruments.instrument import SCORE_SYSTEM, Instrument, Item, Scale
from rehabfhir.instruments.load import example, instruments, load, named
from rehabfhir.instruments.observations import code_system, from_observation, observations, scored_assessment, scores
from rehabfhir.instruments.questionnaire import questionnaire
from rehabfhir.instruments.scoring import ScaleScore, Scored, instrument_of, score

__all__ = [
    "SCORE_SYSTEM",
    "Change",
    "Instrument",
    "Item",
    "Scale",
    "ScaleScore",
    "Scored",
    "ValueSet",
    "change",
    "code_system",
    "example",
    "from_observation",
    "instrument_of",
    "instruments",
    "load",
    "load_value_set",
    "named",
    "observations",
    "questionnaire",
    "score",
    "scored_assessment",
    "scores",
]
