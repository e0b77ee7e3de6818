"""National calendars of holidays and make-up working days 调休: a YAML file a year into `indicators.calendar`.

Those that come with the program lie in `config/calendars`, each with the notice it was taken from; users have a
folder of their own beside the configuration, whose years take the places of ours.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pydantic import Field, ValidationInfo, field_validator

from config.errors import WrongValueError
from config.tree import Remark
from config.units import Day
from config.yaml_models import Read, Written, read_model
from indicators.calendar import Holidays

ENDING = ".yaml"


class Notice(Written):
    """By which notice the days were fixed."""

    document: str
    date: Day
    url: str = ""


class DaysOff(Written):
    """Days in a row that are off, weekends among them; `to` is the last one."""

    name: str
    from_: Day = Field(alias="from")
    to: Day | None = None

    @field_validator("to")
    @classmethod
    def _is_in_order(cls, to: dt.date | None, info: ValidationInfo) -> dt.date | None:
        begin = info.data.get("from_")
        if to is not None and begin is not None and to < begin:
            raise WrongValueError(
                "{to} is before {begin}; expected the last day that is off", rule="dates", to=to, begin=begin
            )
        return to

    def days(self) -> Iterator[dt.date]:
        """Every day of them."""
        for ordinal in range(self.from_.toordinal(), (self.to or self.from_).toordinal() + 1):
            yield dt.date.fromordinal(ordinal)


class WrittenYear(Written):
    """The keys of a calendar of one year."""

    year: int = Field(ge=1970, le=9998)
    notices: tuple[Notice, ...] = ()
    off: tuple[DaysOff, ...] = ()
    work: tuple[Day, ...] = ()


@dataclass(frozen=True, slots=True)
class Year:
    """The calendar of one year."""

    year: int
    off: frozenset[dt.date]
    work: frozenset[dt.date]
    notices: tuple[str, ...] = ()


def read_year(text: str, shown: str) -> Read[Year]:
    """The calendar in a text; `shown` is the file as the user knows it, for the findings."""
    return read_model(text, shown, WrittenYear, _year, _misplaced)


def _year(written: WrittenYear) -> Year:
    off = frozenset(day for days in written.off for day in days.days())
    return Year(written.year, off, frozenset(written.work), tuple(one.document for one in written.notices))


def _misplaced(written: WrittenYear) -> Iterator[Remark]:
    """Days of another year, and make-up days that would be worked anyway or are off as well."""
    for number, days in enumerate(written.off):
        for key, day in (("from", days.from_), ("to", days.to or days.from_)):
            if day.year != written.year:
                yield _of_another_year(("off", number, key), day, written.year)
    off = {day for days in written.off for day in days.days()}
    for number, day in enumerate(written.work):
        if day.year != written.year:
            yield _of_another_year(("work", number), day, written.year)
        elif day in off:
            text = "{day} is off and worked at once; expected it in one of `off` and `work`"
            yield Remark(("work", number), "dates", text, {"day": str(day)})
        elif day.weekday() < 5:
            text = "{day} is worked anyway; expected a Saturday or a Sunday"
            yield Remark(("work", number), "dates", text, {"day": str(day)})


def _of_another_year(loc: tuple[str | int, ...], day: dt.date, year: int) -> Remark:
    text = "{day} is not in {year}; expected each day in the file of its own year"
    return Remark(loc, "dates", text, {"day": str(day), "year": year})


def together(years: Iterable[Year]) -> Holidays:
    """Several years as one calendar."""
    known = {one.year: one for one in years}
    return Holidays(
        off=frozenset[dt.date]().union(*(one.off for one in known.values())),
        work=frozenset[dt.date]().union(*(one.work for one in known.values())),
        years=frozenset(known),
    )


@cache
def built_in() -> tuple[Year, ...]:
    """The years that come with the program, in order."""
    found = []
    for file in (resources.files("config") / "calendars").iterdir():
        read = read_year(file.read_text("utf-8"), file.name)
        assert read.made is not None, read.findings  # noqa: S101 - a test reads each of them
        found.append(read.made)
    return tuple(sorted(found, key=lambda one: one.year))
