"""When something is to be done (tidplan för en åtgärd): a moment, a period, a rhythm, or words."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rehabfhir.model.base import Filled, PositiveInt, Text, UnsignedInt, at_most_one
from rehabfhir.model.coding import Concept, Period, Quantity, Range, check_duration
from rehabfhir.model.time import DateTime, Time

__all__ = ["DayOfWeek", "EventTiming", "Schedule", "Timing", "UnitOfTime"]

NotNegative = Annotated[Decimal, Field(ge=0)]
UnitOfTime = Literal["s", "min", "h", "d", "wk", "mo", "a"]
EventTiming = Literal[
    "MORN", "MORN.early", "MORN.late", "NOON", "AFT", "AFT.early", "AFT.late", "EVE", "EVE.early", "EVE.late", "NIGHT", "PHS",
    "HS", "WAKE", "C", "CM", "CD", "CV", "AC", "ACM", "ACD", "ACV", "PC", "PCM", "PCD", "PCV",
]  # fmt: skip
"""R4 event-timing (https://hl7.org/fhir/R4/valueset-event-timing.html)."""
_NEEDS = {
    "duration": "duration_unit",
    "duration_max": "duration",
    "every": "every_unit",
    "every_max": "every",
    "count_max": "count",
}
DayOfWeek = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Timing(Filled):
    """A rhythm (frekvens): how often, how long, on which days. R4 Timing, with Timing.repeat laid flat."""

    events: tuple[DateTime, ...] = Field(default=(), description="R4 Timing.event")
    bounds_period: Period | None = Field(default=None, description="R4 Timing.repeat.boundsPeriod")
    bounds_duration: Quantity | None = Field(default=None, description="R4 Timing.repeat.boundsDuration")
    bounds_range: Range | None = Field(default=None, description="R4 Timing.repeat.boundsRange")
    count: PositiveInt | None = Field(default=None, description="R4 Timing.repeat.count")
    count_max: PositiveInt | None = Field(default=None, description="R4 Timing.repeat.countMax")
    duration: NotNegative | None = Field(default=None, description="R4 Timing.repeat.duration")
    duration_max: NotNegative | None = Field(default=None, description="R4 Timing.repeat.durationMax")
    duration_unit: UnitOfTime | None = Field(default=None, description="R4 Timing.repeat.durationUnit")
    frequency: PositiveInt | None = Field(default=None, description="R4 Timing.repeat.frequency")
    frequency_max: PositiveInt | None = Field(default=None, description="R4 Timing.repeat.frequencyMax")
    every: NotNegative | None = Field(default=None, description="R4 Timing.repeat.period")
    every_max: NotNegative | None = Field(default=None, description="R4 Timing.repeat.periodMax")
    every_unit: UnitOfTime | None = Field(default=None, description="R4 Timing.repeat.periodUnit")
    days_of_week: tuple[DayOfWeek, ...] = Field(default=(), description="R4 Timing.repeat.dayOfWeek")
    times_of_day: tuple[Time, ...] = Field(default=(), description="R4 Timing.repeat.timeOfDay")
    when: tuple[EventTiming, ...] = Field(
        default=(), description="Event codes such as PCM (after a meal); R4 Timing.repeat.when"
    )
    offset: UnsignedInt | None = Field(default=None, description="Minutes from the event; R4 Timing.repeat.offset")
    code: Concept | None = Field(default=None, description="The rhythm as a code or in words; R4 Timing.code")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        at_most_one(self, "bounds_period", "bounds_duration", "bounds_range")
        check_duration(self.bounds_duration)
        for name, needs in _NEEDS.items():
            if getattr(self, name) is not None and getattr(self, needs) is None:
                raise ValueError(f"{name} needs {needs}")
        if self.when and self.times_of_day:
            raise ValueError("give when or times_of_day, not both")
        if self.offset is not None and not set(self.when) - {"C", "CM", "CD", "CV"}:
            raise ValueError("offset needs an event in when other than C, CM, CD, CV")
        return self


class Schedule(Filled):
    """When a measure is planned (tidplan): exactly one of the four. R4 CarePlan.activity.detail.scheduled[x]."""

    text: Text | None = Field(default=None, description="In words; R4 scheduledString")
    time: DateTime | None = Field(default=None, description="One moment; R4 ServiceRequest.occurrenceDateTime")
    period: Period | None = Field(default=None, description="R4 scheduledPeriod")
    timing: Timing | None = Field(default=None, description="R4 scheduledTiming")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        at_most_one(self, "text", "time", "period", "timing")
        return self
