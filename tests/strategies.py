"""Hypothesis strategies for every domain model: valid values only, every field reached, quick to draw.

`values(Model)` draws any model; `plans()`, `assessments()` and `procedures()` draw the three roots, with ids filled
and references inside the plan that lead somewhere.
"""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import reject
from hypothesis import strategies as st
from pydantic import ValidationError

from rehabfhir import model
from rehabfhir.model import base, schedule
from rehabfhir.model.goal import TARGET_VALUES
from rehabfhir.model.link import Linkable, Resource
from rehabfhir.model.time import ends_before

LINK = ("reference", "reference_type", "reference_identifier", "reference_display")
UCUM = "http://unitsofmeasure.org"

# --- leaves -------------------------------------------------------------------------------------------------------

_LETTERS = st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=("Cs", "Cc", "Cn", "Co"))
texts = st.one_of(
    st.sampled_from(
        [
            "Gå i trappor",
            "Ångest ö å ä",
            "<&> \"'",
            "x",
            "0",
            "true",
            "null",
            "två\nrader",
            "🙂",
            "a  b",
            "1.10",
            "/",
            "#",
        ]
    ),
    st.text(_LETTERS, min_size=1, max_size=12),
)
tokens = st.sampled_from(["AW020", "b280", "C50.9", "active", "two words", "Ä", "0", "ZV503"])
uris = st.sampled_from(
    ["urn:oid:1.2.752.116.1.3.2.1.4", "http://snomed.info/sct", "http://example.org/a?b=c&d=å", "urn:x"]
)
base64 = st.binary(min_size=1, max_size=9).map(lambda data: __import__("base64").b64encode(data).decode())
ids = st.uuids().map(str)
days = st.integers(0, 73_000).map(lambda n: (date(1900, 1, 1) + timedelta(days=n)).isoformat())
dates = st.one_of(days, days.map(lambda day: day[:7]), days.map(lambda day: day[:4]))
clocks = st.sampled_from(["00:00:00", "07:05:09", "23:59:59", "12:30:00.5", "12:30:00.250"])
moments = st.builds(
    lambda day, clock, zone: f"{day}T{clock}{zone}", days, clocks, st.sampled_from(["Z", "+01:00", "+02:00", "-05:30"])
)
datetimes = st.one_of(moments, dates)
decimals = st.one_of(
    st.sampled_from([Decimal(text) for text in ("1.10", "0", "-0.31", "100", "6.0", "0.001", "123456789.123456789")]),
    st.decimals(-10_000, 10_000, places=2, allow_nan=False, allow_infinity=False),
)

_LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    base.Text: texts,
    base.Token: tokens,
    base.Uri: uris,
    base.Base64: base64,
    base.Id: ids,
    base.YesNo: st.booleans(),
    base.Int: st.integers(-(2**31), 2**31 - 1),
    base.UnsignedInt: st.integers(0, 500),
    base.PositiveInt: st.integers(1, 500),
    model.Date: dates,
    model.DateTime: datetimes,
    model.Instant: moments,
    model.Time: clocks,
    Decimal: decimals,
    schedule.NotNegative: decimals.map(abs),
}

# --- what the validators ask for ----------------------------------------------------------------------------------

_ONE_OF: dict[type, tuple[tuple[str, ...], ...]] = {
    model.Note: (("author", "author_reference"),),
    model.Timing: (("bounds_period", "bounds_duration", "bounds_range"), ("when", "times_of_day")),
    model.Schedule: (("text", "time", "period", "timing"),),
    model.Target: (TARGET_VALUES, ("due", "due_in")),
    model.Patient: (("deceased", "deceased_at"),),
    model.TeamMember: (("staff", "unit"),),
    model.Milestone: (("date", "period"),),
    model.Answer: (model.ANSWER_FIELDS,),
    model.AnswerItem: (("answers", "items"),),
    model.Score: (("quantity", "concept", "text"),),
    model.Assessment: (("respondent_patient", "respondent_next_of_kin", "respondent_staff"),),
    model.RehabilitationProcedure: (("performed_at", "performed_period", "performed_text"),),
}
_REQUIRED: dict[type, tuple[str, ...]] = {
    model.Goal: ("description",),
    model.Unit: ("name",),
    model.OutsideParticipant: ("name",),
    model.TreatmentSummary: ("documents",),
    model.Score: ("code",),
    model.Ratio: ("numerator", "denominator"),
}
_INSIDE_PLAN = {
    model.Need: ("next_of_kin",),
    model.Goal: ("part_of", "addresses"),
    model.Intervention: ("goals", "addresses"),
    model.HandOver: ("ongoing",),
}


def _duration(quantity: model.Quantity) -> model.Quantity:
    return quantity.model_copy(update={"system": UCUM, "code": "d"})


def _plain(quantity: model.Quantity | None) -> model.Quantity | None:
    return None if quantity is None else quantity.model_copy(update={"comparator": None, "unit": quantity.unit or "m"})


def _mend(kind: type, fields: dict[str, Any]) -> None:
    """Make `fields` fit the rules between fields of `kind`."""
    if kind is model.Attachment and "data" in fields:
        fields.setdefault("content_type", "text/plain")
    elif kind is model.Quantity and "code" in fields:
        fields.setdefault("system", UCUM)
    elif kind is model.Period and len(fields) == 2 and ends_before(fields["start"], fields["end"]):
        fields["start"], fields["end"] = fields["end"], fields["start"]
    elif kind is model.Range:
        low, high = _plain(fields.get("low")), _plain(fields.get("high"))
        if low and high and low.value is not None and high.value is not None and low.value > high.value:
            low, high = high, low
        fields.update({name: end for name, end in (("low", low), ("high", high)) if end is not None})
    elif kind is model.Telecom and "value" in fields:
        fields.setdefault("system", "phone")
    elif kind is model.Instrument and "version" in fields:
        fields.setdefault("url", "http://example.org/Questionnaire/q")
    elif kind is model.Timing:
        for name, needs in (("duration_max", "duration"), ("every_max", "every"), ("count_max", "count")):
            if needs not in fields:
                fields.pop(name, None)
        for name, needs in (("duration", "duration_unit"), ("every", "every_unit")):
            if name in fields:
                fields.setdefault(needs, "wk")
        if not set(fields.get("when", ())) - {"C", "CM", "CD", "CV"}:
            fields.pop("offset", None)
        if "bounds_duration" in fields:
            fields["bounds_duration"] = _duration(fields["bounds_duration"])
        if not fields:
            fields["frequency"] = 1
    elif kind is model.Target:
        if any(name in fields for name in TARGET_VALUES):
            fields.setdefault("measure", model.Concept(text="Gångsträcka"))
        if "due_in" in fields:
            fields["due_in"] = _duration(fields["due_in"])
    elif kind is model.Diagnosis and fields.get("verification_status") == "entered-in-error":
        fields.pop("clinical_status", None)
    elif kind is model.HandOver:
        if "contact_confirmed" in fields:
            fields["state"] = "contact-confirmed"
        elif "received" in fields and fields.get("state", "requested") == "requested":
            fields["state"] = "received"


# --- models -------------------------------------------------------------------------------------------------------


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


@cache
def _field(annotation: Any, depth: int, most: int) -> st.SearchStrategy[Any]:
    """A strategy for one field's type, None left out."""
    if annotation in _LEAVES:
        return _LEAVES[annotation]
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return st.one_of(*(_field(part, depth, most) for part in get_args(annotation) if part is not type(None)))
    if origin is Literal:
        return st.sampled_from(get_args(annotation))
    if origin is Annotated:
        return _field(get_args(annotation)[0], depth, most)
    if origin is tuple:
        inner = get_args(annotation)[0]
        unique = get_origin(inner) is Literal
        return st.lists(_field(inner, depth, most), min_size=1, max_size=most, unique=unique).map(tuple)
    if isinstance(annotation, type) and issubclass(annotation, model.Model):
        return values(annotation, depth=depth - 1)
    raise AssertionError(f"no strategy for {annotation!r}")


def _too_deep(annotation: Any, kind: type) -> bool:
    """Whether a field leads back to its own kind, so that it must end somewhere."""
    if annotation is kind:
        return True
    if kind is model.Answer and annotation is model.AnswerItem:
        return True
    return any(_too_deep(part, kind) for part in get_args(annotation))


@cache
def values(kind: type[model.Model], *, depth: int = 4, always: tuple[str, ...] = ()) -> st.SearchStrategy[Any]:
    """Valid values of `kind`, with the fields `always` given; linkable kinds come in full or, less often, as a link."""
    full = _full(kind, depth, always)
    if not issubclass(kind, Resource) or always:
        return full
    return st.integers(0, 4).flatmap(lambda number: _link(kind) if number == 4 else full)


@st.composite
def _link(draw: st.DrawFn, kind: type[Linkable]) -> Any:
    number = draw(st.integers(1, 99))
    form = draw(st.integers(0, 3))
    fields: dict[str, Any] = {}
    if form != 1:
        fields["reference"] = (
            f"{kind.__name__}/{number}" if form else f"https://example.org/fhir/{kind.__name__}/{number}"
        )
    if form == 1:
        fields["reference_identifier"] = draw(values(model.Identifier, depth=1))
    if form >= 2:
        fields["reference_display"] = draw(texts)
    if form == 3:
        fields["reference_type"] = kind.__name__
    return kind(**fields)


@st.composite
def _full(draw: st.DrawFn, kind: type[model.Model], depth: int, always: tuple[str, ...] = ()) -> Any:
    hints = _hints(kind)
    root = kind in (model.RehabilitationPlan, model.Assessment, model.RehabilitationProcedure)
    names = [name for name in kind.model_fields if name not in _INSIDE_PLAN.get(kind, ()) and name != "id"]
    if issubclass(kind, Resource) and not issubclass(kind, model.Link):
        names = [name for name in names if name not in LINK]
    if depth <= 0:
        names = [name for name in names if not _too_deep(hints[name], kind)]
    must = [
        name
        for name in names
        if name in always or name in _REQUIRED.get(kind, ()) or kind.model_fields[name].is_required()
    ]
    may = [name for name in names if name not in must]
    least, most = (2, 8) if root else (len(may) // 4, max(2, len(may) // 2))
    chosen = draw(st.lists(st.sampled_from(may), unique=True, min_size=least, max_size=most)) if may else []
    for group in _ONE_OF.get(kind, ()):
        taken = [name for name in must if name in group]
        present = [name for name in chosen if name in group]
        if len(taken) + len(present) > 1:
            keep = None if taken else draw(st.sampled_from(present))
            chosen = [name for name in chosen if name == keep or name not in group]
    if not must and not chosen and not issubclass(kind, Resource) and not root:
        chosen = [draw(st.sampled_from(may))]
    most = 2 if depth > 1 else 1
    fields = {name: draw(_field(hints[name], depth, most)) for name in must + chosen}
    _mend(kind, fields)
    if (root or issubclass(kind, Resource)) and draw(st.booleans()):
        fields["id"] = draw(ids)
    if kind is model.RehabilitationPlan:
        _connect(draw, fields)
    try:
        return kind(**fields)
    except ValidationError as error:
        if root and "have one id" in str(error):
            reject()  # two drawn ids are the same by chance: no value that anyone could build
        raise


def _connect(draw: st.DrawFn, fields: dict[str, Any]) -> None:
    """Give the parts of a plan ids, and references to each other."""

    own = draw(ids)[:8]

    def named(field: str) -> list[str]:
        things = []
        for index, thing in enumerate(fields.get(field, ())):
            bare = thing.id is None and not model.is_link(thing)
            things.append(
                thing.model_copy(update={"id": f"{own}-{field.replace('_', '-')}-{index}"}) if bare else thing
            )
        if things:
            fields[field] = tuple(things)
        return list(dict.fromkeys(key for thing in things for key in (thing.id or thing.reference,) if key))

    def some(keys: list[str]) -> tuple[str, ...]:
        return tuple(draw(st.lists(st.sampled_from(keys), unique=True, max_size=2))) if keys else ()

    kin, goals, measures = named("next_of_kin"), named("goals"), named("interventions")
    reasons = named("needs") + named("diagnoses")

    def update(field: str, make: Any) -> None:
        if field in fields:
            fields[field] = tuple(
                each if model.is_link(each) else each.model_copy(update=make(each)) for each in fields[field]
            )

    update("needs", lambda _: {"next_of_kin": draw(st.sampled_from(kin))} if kin and draw(st.booleans()) else {})
    update(
        "goals",
        lambda goal: {
            "addresses": some(reasons),
            "part_of": goals[0]
            if goals and goals[0] not in (goal.id, goal.reference) and draw(st.booleans())
            else None,
        },
    )
    update("interventions", lambda _: {"goals": some(goals), "addresses": some(reasons)})
    update("hand_overs", lambda _: {"ongoing": some(measures)})


_THEMES = (
    (),
    ("diagnoses", "needs", "goals"),
    ("needs", "goals", "interventions"),
    ("goals", "interventions"),
    ("interventions", "hand_overs"),
    ("needs", "next_of_kin"),
)


def plans(*always: str) -> st.SearchStrategy[model.RehabilitationPlan]:
    """Rehabilitation plans, complete; the fields `always` are given in each."""
    if always:
        return values(model.RehabilitationPlan, always=always)
    return st.sampled_from(_THEMES).flatmap(lambda theme: values(model.RehabilitationPlan, always=theme))


def assessments(*always: str) -> st.SearchStrategy[model.Assessment]:
    """Assessments, complete; the fields `always` are given in each."""
    return values(model.Assessment, always=always)


def procedures(*always: str) -> st.SearchStrategy[model.RehabilitationProcedure]:
    """Performed measures, complete; the fields `always` are given in each."""
    return values(model.RehabilitationProcedure, always=always)


def roots() -> st.SearchStrategy[model.RehabilitationPlan | model.Assessment | model.RehabilitationProcedure]:
    """Any of the three."""
    return st.one_of(plans(), assessments(), procedures())
