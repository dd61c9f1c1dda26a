"""When something is to be done (tidplan för en åtgärd): a moment, a period, a rhythm, or words."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from rehabfhir.model.base import Model
from rehabfhir.model.coding import Concept, Int, Period, Quantity, Range
from rehabfhir.model.time import DateTime, Time

__all__ = ["DayOfWeek", "Schedule", "Timing", "UnitOfTime"]

UnitOfTime = Literal["s", "min", "h", "d", "wk", "mo", "a"]
DayOfWeek = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Timing(Model):
    """A rhythm (frekvens): how often, how long, on which days. R4 Timing, with Timing.repeat laid flat."""

    events: tuple[DateTime, ...] = Field(default=(), description="R4 Timing.event")
    bounds_period: Period | None = Field(default=None, description="R4 Timing.repeat.boundsPeriod")
    bounds_duration: Quantity | None = Field(default=None, description="R4 Timing.repeat.boundsDuration")
    bounds_range: Range | None = Field(default=None, description="R4 Timing.repeat.boundsRange")
    count: Int | None = Field(default=None, description="R4 Timing.repeat.count")
    count_max: Int | None = Field(default=None, description="R4 Timing.repeat.countMax")
    duration: Decimal | None = Field(default=None, description="R4 Timing.repeat.duration")
    duration_max: Decimal | None = Field(default=None, description="R4 Timing.repeat.durationMax")
    duration_unit: UnitOfTime | None = Field(default=None, description="R4 Timing.repeat.durationUnit")
    frequency: Int | None = Field(default=None, description="R4 Timing.repeat.frequency")
    frequency_max: Int | None = Field(default=None, description="R4 Timing.repeat.frequencyMax")
    every: Decimal | None = Field(default=None, description="R4 Timing.repeat.period")
    every_max: Decimal | None = Field(default=None, description="R4 Timing.repeat.periodMax")
    every_unit: UnitOfTime | None = Field(default=None, description="R4 Timing.repeat.periodUnit")
    days_of_week: tuple[DayOfWeek, ...] = Field(default=(), description="R4 Timing.repeat.dayOfWeek")
    times_of_day: tuple[Time, ...] = Field(default=(), description="R4 Timing.repeat.timeOfDay")
    when: tuple[str, ...] = Field(
        default=(), description="Event codes such as PCM (after a meal); R4 Timing.repeat.when"
    )
    offset: Int | None = Field(default=None, description="Minutes from the event; R4 Timing.repeat.offset")
    code: Concept | None = Field(default=None, description="The rhythm as a code or in words; R4 Timing.code")


class Schedule(Model):
    """When a measure is planned (tidplan): exactly one of the four. R4 CarePlan.activity.detail.scheduled[x]."""

    text: str | None = Field(default=None, description="In words; R4 scheduledString")
    time: DateTime | None = Field(default=None, description="One moment; R4 ServiceRequest.occurrenceDateTime")
    period: Period | None = Field(default=None, description="R4 scheduledPeriod")
    timing: Timing | None = Field(default=None, description="R4 scheduledTiming")
