"""Writes ``docs/model.md``, the domain model field by field, from the models themselves.

``python scripts/build_model_page.py``; with ``--check`` it writes nothing and exits with status 1 when the page is stale.
"""

import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from rehabfhir import model
from rehabfhir.model import base, schedule

PAGE = Path(__file__).parents[1] / "docs" / "model.md"
CHAPTERS = {
    "The three values": (model.RehabilitationPlan, model.Assessment, model.RehabilitationProcedure),
    "Inside a plan": (
        model.Diagnosis,
        model.Need,
        model.Goal,
        model.Target,
        model.Intervention,
        model.Schedule,
        model.Timing,
        model.ParentPlan,
        model.Milestone,
        model.FollowUp,
        model.KeyVisit,
        model.TreatmentSummary,
        model.HandOver,
        model.Agreement,
        model.Delivery,
    ),
    "Inside an assessment and a procedure": (
        model.Instrument,
        model.AnswerItem,
        model.Answer,
        model.Score,
        model.Performer,
    ),
    "People and units": (
        model.Patient,
        model.NextOfKin,
        model.Staff,
        model.Team,
        model.TeamMember,
        model.Unit,
        model.OutsideParticipant,
        model.PersonName,
        model.Telecom,
        model.Address,
        model.Language,
    ),
    "Data types": (
        model.Concept,
        model.Code,
        model.Identifier,
        model.Quantity,
        model.Range,
        model.Ratio,
        model.Period,
        model.Attachment,
        model.Note,
        model.Link,
    ),
}
NAMES: dict[Any, str] = {
    base.Text: "text",
    base.Token: "code",
    base.Uri: "URI",
    base.Base64: "base64",
    base.Id: "id",
    base.YesNo: "yes or no",
    base.Int: "whole number",
    base.UnsignedInt: "whole number from 0",
    base.PositiveInt: "whole number from 1",
    schedule.NotNegative: "number from 0",
    Decimal: "number",
    model.Date: "date",
    model.DateTime: "date or moment",
    model.Time: "time of day",
}
HEAD = """# The domain model

Every field of every value, with where it comes from: an R4 element, or a key that [sources.md](sources.md) explains. Made by
`scripts/build_model_page.py`; change the docstrings and descriptions in `src/rehabfhir/model/`, not this page.

Values are immutable and compared by content. `many` is a tuple, `?` may be left out. A linkable thing may be given in full or by
`reference`, `reference_type`, `reference_identifier` and `reference_display` alone; these four and `id` are left out below.

## Domain JSON

`model.load(data)` reads a document and gives an `Outcome`; `model.dump(values)` writes one. A document is an object with `plan` (or a list `plans`),
`assessments` and `procedures`; fields are named as below, empty ones left out, numbers with decimals written as text so that their digits stay. A
patient, next of kin, member of staff or unit that stands in full once may be named elsewhere by `{"reference": "Organization/<its id>"}` (`Patient/`,
`RelatedPerson/`, `PractitionerRole/`). Ids may be left out: they are filled in, the same each time. The stories in `fixtures/stories/` are such documents.
"""


def kind(annotation: Any) -> str:
    """A field's type as a reader wants it."""
    if annotation in NAMES:
        return NAMES[annotation]
    origin = get_origin(annotation)
    if origin is tuple:
        return f"{kind(get_args(annotation)[0])}, many"
    parts = get_args(annotation)
    if type(None) in parts:
        return f"{kind(next(part for part in parts if part is not type(None)))}?"
    if origin is not None and str(origin) == "typing.Literal":
        return " \\| ".join(f"`{each}`" for each in parts)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    raise TypeError(f"name the type {annotation!r} in NAMES")


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    hidden = set(model.Resource.model_fields)
    for title, kinds in CHAPTERS.items():
        lines.append(f"## {title}\n")
        for each in kinds:
            paragraphs = re.sub(r"\n +", "\n", (each.__doc__ or "").strip())
            lines.append(f"### {each.__name__}\n\n{paragraphs}\n\n| field | type | what it is |\n|---|---|---|")
            types = get_type_hints(each, include_extras=True)
            for name, field in each.model_fields.items():
                if name in hidden and each is not model.Link:
                    continue
                lines.append(
                    f"| `{name}` | {kind(types[name])} | {(field.description or '').replace('|', chr(92) + '|')} |"
                )
            lines.append("")
    return "\n".join(lines)


def main() -> int:
    text = page()
    stale = not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text
    if stale and "--check" not in sys.argv[1:]:
        PAGE.write_text(text, encoding="utf-8")
    return int(stale and "--check" in sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
