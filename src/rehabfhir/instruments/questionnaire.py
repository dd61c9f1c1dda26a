"""A FHIR Questionnaire generated from an instrument: its items' ids, answer ranges and codes, texts where they may stand."""

from collections.abc import Mapping
from typing import Any

from rehabfhir.instruments.instrument import Instrument, Item

__all__ = ["questionnaire"]

_MIN = "http://hl7.org/fhir/StructureDefinition/minValue"
_MAX = "http://hl7.org/fhir/StructureDefinition/maxValue"
_UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"


def questionnaire(instrument: Instrument, texts: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The instrument as an R4 Questionnaire.

    Every question asks for a number (``integer`` or ``decimal``) between the smallest and the largest answer. Answers given
    as codes in another form of the same instrument, such as LOINC's, are understood by `score` all the same.

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
    made = {item.id: _item(item, (texts or {}).get(item.id) or item.text) for item in instrument.items}
    if instrument.groups:
        tree["item"] = [
            {"linkId": group.id, "text": group.title, "type": "group", "item": [made[name] for name in group.items]}
            for group in instrument.groups
        ]
    else:
        tree["item"] = list(made.values())
    return tree


def _item(item: Item, text: str | None) -> dict[str, Any]:
    name = "valueDecimal" if item.decimal else "valueInteger"
    limits: list[dict[str, Any]] = [{"url": _MIN, name: item.least}, {"url": _MAX, name: item.most}]
    if item.unit:
        limits.append({"url": _UNIT, "valueCoding": {"system": "http://unitsofmeasure.org", "code": item.unit}})
    tree: dict[str, Any] = {"extension": limits, "linkId": item.id}
    if item.code is not None:
        tree["code"] = [{"system": item.code.system, "code": item.code.code}]
    if text:
        tree["text"] = text
    return tree | {"type": "decimal" if item.decimal else "integer", "required": False}
