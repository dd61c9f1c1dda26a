"""A FHIR Questionnaire generated from an instrument: its items' ids, answer ranges and codes, texts where they may stand."""

from collections.abc import Mapping
from typing import Any

from rehabfhir.instruments.instrument import Instrument, Item

__all__ = ["questionnaire"]

_MIN = "http://hl7.org/fhir/StructureDefinition/minValue"
_MAX = "http://hl7.org/fhir/StructureDefinition/maxValue"
_ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
_UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"


def questionnaire(instrument: Instrument, texts: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The instrument as an R4 Questionnaire.

    Items with coded answers become ``choice`` questions with those codes and their numbers; others ``integer`` or
    ``decimal`` with the smallest and largest answer.

    Args:
        instrument: the instrument.
        texts: item id -> question, from the user's own copy; protected texts never ship with the library.
    """
    tree: dict[str, Any] = {
        "resourceType": "Questionnaire",
        "id": instrument.id,
        "url": instrument.url,
        "name": "".join(part.capitalize() for part in instrument.id.replace(".", "-").split("-")),
        "title": instrument.title,
        "status": "draft" if instrument.example else "active",
        "subjectType": ["Patient"],
        "copyright": instrument.licence.text,
    }
    if tree["name"][:1].isdigit():
        tree["name"] = f"Instrument{tree['name']}"
    if instrument.version:
        tree["version"] = instrument.version
    if instrument.example:
        tree["experimental"] = True
    if instrument.codes:
        tree["code"] = [{"system": coded.system, "code": coded.code} for coded in instrument.codes]
    tree["item"] = [_item(item, instrument, (texts or {}).get(item.id) or item.text) for item in instrument.items]
    return tree


def _item(item: Item, instrument: Instrument, text: str | None) -> dict[str, Any]:
    coded = bool(instrument.options) and not item.decimal
    kind = "choice" if coded else "decimal" if item.decimal else "integer"
    tree: dict[str, Any] = {"linkId": item.id, "type": kind}
    if not coded:
        name = "valueDecimal" if item.decimal else "valueInteger"
        tree["extension"] = [{"url": _MIN, name: item.least}, {"url": _MAX, name: item.most}]
        if item.unit:
            unit = {"system": "http://unitsofmeasure.org", "code": item.unit}
            tree["extension"].append({"url": _UNIT, "valueCoding": unit})
    if item.code is not None:
        tree["code"] = [{"system": item.code.system, "code": item.code.code}]
    if text:
        tree["text"] = text
    tree["required"] = False
    if coded:
        tree["answerOption"] = [
            {
                "valueCoding": {
                    "extension": [{"url": _ORDINAL, "valueDecimal": option.value}],
                    "system": option.system,
                    "code": option.code,
                }
            }
            for option in instrument.options
        ]
    order = ("extension", "linkId", "code", "text", "type", "required", "answerOption")
    return {name: tree[name] for name in order if name in tree}
