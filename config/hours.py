"""Service hours as people write them: `08:00-12:00,14:30-17:30` on working days.

What hours mean on a day is judged by `indicators.calendar`, whose hours are which is told in `assigned_hours.py`.
"""

import re
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from config.addresses import Id
from config.errors import WrongValueError
from indicators.calendar import Hours, Spans, working_hours

ALWAYS_ID = "7x24"
"""The hours of whom none are assigned; known without being listed."""

_SPAN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)[-–—~～]([01]?\d|2[0-4]):([0-5]\d)", re.ASCII)
_SEPARATORS = re.compile(r"[\s,;、，；]+")
_CLOSED = "closed"
_DAY = 1440


def read_spans(written: object) -> Spans:
    """The spans of a day in minutes, in order; `22:00-06:00` reaches into the next day, `closed` is none."""
    if isinstance(written, tuple):
        return written
    text = re.sub(r"\s*([-–—~～])\s*", r"\1", str(written).replace("：", ":").strip())
    if text == _CLOSED:
        return ()
    spans = sorted(_span(part, written) for part in _SEPARATORS.split(text))
    for one, other in pairwise(spans):
        if other[0] < one[1]:
            raise WrongValueError(
                "{found} names some minutes twice; expected spans that follow each other",
                rule="hours",
                found=repr(written),
            )
    return tuple(spans)


def _span(part: str, written: object) -> tuple[int, int]:
    match = _SPAN.fullmatch(part)
    if match is not None:
        begin, end = (int(match[at]) * 60 + int(match[at + 1]) for at in (1, 3))
        if end <= _DAY and begin != end:
            return begin, end if end > begin else end + _DAY
    raise WrongValueError(
        "{found} are no hours; expected from-to, such as 08:00-12:00,14:30-17:30, 22:00-06:00 or closed",
        rule="hours",
        found=repr(written),
    )


DaySpans = Annotated[Spans, BeforeValidator(read_spans)]
"""The hours of one kind of day, written like `08:00-12:00,14:30-17:30`."""


class ServiceHours(BaseModel):
    """Hours in which something is to work: on every day, on working days, or by the days of the week."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: Id
    name: str = ""
    every_day: DaySpans | None = None
    working_days: DaySpans | None = None
    days_off: DaySpans | None = None  # weekends and holidays, beside `working_days`
    mon: DaySpans | None = None
    tue: DaySpans | None = None
    wed: DaySpans | None = None
    thu: DaySpans | None = None
    fri: DaySpans | None = None
    sat: DaySpans | None = None
    sun: DaySpans | None = None
    holidays: DaySpans | None = None  # days the national calendar names as off, beside days of the week
    make_up_days: DaySpans | None = None  # 调休

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        week = any(spans is not None for spans in self._week())
        if [self.every_day is not None, self.working_days is not None, week].count(True) != 1:
            raise WrongValueError(
                "these hours are of no kind or of several; expected `every_day`, or `working_days`, or days of the "
                "week, `mon` to `sun`",
                rule="hours",
            )
        if self.days_off is not None and self.working_days is None:
            raise WrongValueError(
                "days_off belongs beside working_days; expected `holidays` here", rule="hours"
            )
        if self.working_days is not None and not (self.holidays is None and self.make_up_days is None):
            raise WrongValueError(
                "working_days knows the holidays already; expected it without `holidays` and `make_up_days`",
                rule="hours",
            )
        if not any(self.hours().kinds):
            raise WrongValueError("these hours are never; expected some", rule="hours")
        return self

    def _week(self) -> tuple[Spans | None, ...]:
        return self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun

    def hours(self) -> Hours:
        """As indicators have them."""
        if self.working_days is not None:
            return working_hours(self.working_days, self.days_off or ())
        mon, tue, wed, thu, fri, sat, sun = (one or self.every_day or () for one in self._week())
        return Hours((mon, tue, wed, thu, fri, sat, sun), self.holidays, self.make_up_days)
