"""Days, months and years of a zone, and the hours in which something is in service. Pure; no clock, no file.

Instants are int64 microseconds since 1970 UTC; windows are half-open. A day begins at the first instant that bears
its date and ends where the next one begins: it lasts 23 or 25 hours where the clock is changed, and a date that the
zone skipped (Apia, 2011-12-30) is no day at all.

Service hours are spans of wall-clock minutes. A span belongs to the day on which it begins and may reach over
midnight into the next. Where the clock shows an end of it twice, the first time counts; where it skips it, the
moment of the skip.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Instants = NDArray[np.int64]
Span = tuple[int, int]  # minutes from the midnight the day begins with: 0 ≤ begin < end, end ≤ 2880
Spans = tuple[Span, ...]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
_MINUTES = 1440  # of a day
_ORDINARY = _MINUTES * MINUTE
_OFF, _MAKE_UP = 7, 8  # kinds of day beside the seven days of the week
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


class MissingYearError(ValueError):
    """Working days were to be told from holidays in a year of which no calendar is known."""

    def __init__(self, years: Iterable[int]) -> None:
        self.years = tuple(sorted(years))
        super().__init__(f"no calendar of holidays is known for {', '.join(map(str, self.years))}")


@dataclass(frozen=True, slots=True)
class Holidays:
    """The national calendar of `years`: days that are off whatever their weekday, and make-up working days 调休."""

    off: frozenset[dt.date] = frozenset()
    work: frozenset[dt.date] = frozenset()
    years: frozenset[int] = frozenset()

    def is_working(self, day: dt.date) -> bool:
        """Whether people work on a day. Raises MissingYearError if its year is not known."""
        if day.year not in self.years:
            raise MissingYearError([day.year])
        return day in self.work or (day.weekday() < 5 and day not in self.off)


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours: the spans of each day of the week from Monday, and of days the national calendar names.

    `off` are the spans of days that are off, `work` those of make-up working days; None: as on their weekday.
    """

    week: tuple[Spans, Spans, Spans, Spans, Spans, Spans, Spans]
    off: Spans | None = None
    work: Spans | None = None

    @property
    def needs_holidays(self) -> bool:
        """Whether the national calendar makes a difference."""
        return self.off is not None or self.work is not None

    @property
    def kinds(self) -> tuple[Spans, ...]:
        """The spans of every kind of day: the week's, then of days off and of make-up days."""
        return (*self.week, self.off or (), self.work or ())

    @property
    def reach(self) -> int:
        """How many minutes after its midnight the latest span of a day ends."""
        return max((end for spans in self.kinds for _, end in spans), default=0)


_WHOLE: Spans = ((0, _MINUTES),)
ALWAYS = Hours((_WHOLE,) * 7)
"""7×24."""


def working_hours(spans: Spans, days_off: Spans = ()) -> Hours:
    """Hours on working days, make-up days among them, and others on weekends and holidays."""
    work, rest = (spans,) * 5, (days_off,) * 2
    return Hours((*work, *rest), off=days_off, work=spans)


def instant(day: dt.date, minute: int, zone: ZoneInfo) -> int:
    """When the wall clock first shows this minute of this day (1440 and more: of the next)."""
    local = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minute)
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    before, after = first.utcoffset(), second.utcoffset()
    assert before is not None  # noqa: S101 - a ZoneInfo always has one
    assert after is not None  # noqa: S101
    if before < after:  # skipped: by the offset before, it lies behind the skip; by the one after, before it
        return _skip(_micros(second), _micros(first), zone)
    return _micros(first)


def _micros(moment: dt.datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _skip(before: int, behind: int, zone: ZoneInfo) -> int:
    """The instant between two at which the clock is changed, to the second."""
    low, high = before // SECOND, behind // SECOND
    old = _local(before, zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if _local(middle * SECOND, zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return high * SECOND


def _local(at: int, zone: ZoneInfo) -> dt.datetime:
    return (_EPOCH + dt.timedelta(microseconds=int(at))).astimezone(zone)


def date_at(at: int, zone: ZoneInfo) -> dt.date:
    """The date on which an instant lies."""
    return _local(at, zone).date()


@lru_cache(maxsize=64)
def _midnights(first: int, last: int, zone: ZoneInfo) -> Instants:
    """When the days begin whose ordinals lie in [first, last]; two alike stand around a date that was skipped."""
    days = map(dt.date.fromordinal, range(first, last + 1))
    found = np.array([instant(day, 0, zone) for day in days], dtype=np.int64)
    found.flags.writeable = False  # it is shared by all who ask
    return found


def _around(begin: int, end: int, zone: ZoneInfo) -> tuple[int, Instants]:
    """The ordinal of the day before the one of `begin`, and all midnights from there to the day after `end`."""
    first = date_at(begin, zone).toordinal() - 1
    last = date_at(end, zone).toordinal() + 2
    return first, _midnights(first, last, zone)


def day_edges(begin: int, end: int, zone: ZoneInfo) -> Instants:
    """The n+1 edges of the n days that [begin, end) touches, in order; none where the window is empty."""
    if begin >= end:
        return np.empty(0, np.int64)
    edges = np.unique(_around(begin, end, zone)[1])
    low = int(np.searchsorted(edges, begin, "right")) - 1
    high = int(np.searchsorted(edges, end, "left"))
    return edges[low : high + 1]


def dates_of(edges: Instants, zone: ZoneInfo) -> list[dt.date]:
    """The dates of the n days between n+1 edges."""
    return [date_at(edge, zone) for edge in edges[:-1].tolist()]


def wholly_inside(edges: Instants, begin: int, end: int) -> NDArray[np.bool_]:
    """Which of the n days between n+1 edges lie in [begin, end) from their first to their last instant."""
    inside: NDArray[np.bool_] = (edges[:-1] >= begin) & (edges[1:] <= end)
    return inside


def days_of(year: int) -> int:
    """How many days a year has: 366 in a leap year."""
    return (dt.date(year + 1, 1, 1) - dt.date(year, 1, 1)).days


def day_window(first: dt.date, until: dt.date, zone: ZoneInfo) -> tuple[int, int]:
    """From the first instant of a day to that of the first day no longer meant."""
    return instant(first, 0, zone), instant(until, 0, zone)


def year_window(year: int, zone: ZoneInfo) -> tuple[int, int]:
    """A year of the zone, [begin, end)."""
    return day_window(dt.date(year, 1, 1), dt.date(year + 1, 1, 1), zone)


def month_window(year: int, month: int, zone: ZoneInfo) -> tuple[int, int]:
    """A month of the zone, [begin, end)."""
    return day_window(dt.date(year, month, 1), _next_month(dt.date(year, month, 1)), zone)


def _next_month(day: dt.date) -> dt.date:
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


def years_of(begin: int, end: int, zone: ZoneInfo) -> tuple[int, ...]:
    """The years that [begin, end) touches."""
    if begin >= end:
        return ()
    return tuple(range(date_at(begin, zone).year, date_at(end - 1, zone).year + 1))


def months_of(begin: int, end: int, zone: ZoneInfo) -> tuple[tuple[int, int], ...]:
    """The months (year, month) that [begin, end) touches."""
    return tuple(_months(begin, end, zone))


def _months(begin: int, end: int, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    if begin < end:
        month, last = date_at(begin, zone).replace(day=1), date_at(end - 1, zone)
        while month <= last:
            yield month.year, month.month
            month = _next_month(month)


def service_stretches(
    hours: Hours, begin: int, end: int, zone: ZoneInfo, holidays: Holidays
) -> tuple[Instants, Instants]:
    """The stretches of [begin, end) in service hours: their starts and ends, in order, adjacent ones joined.

    Raises MissingYearError where the hours depend on working days and the calendar of a year is not known.
    """
    if begin >= end:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    if hours == ALWAYS:
        return np.array([begin]), np.array([end])
    first, edges = _around(begin, end, zone)
    if hours.needs_holidays:
        _refuse_unknown_years(hours, begin, end, zone, holidays)
    kinds = _kinds(hours, first, len(edges) - 2, holidays)
    wanted = [(span, kinds == kind) for kind, spans in enumerate(hours.kinds) for span in spans]
    found = [_placed(span, days, first, edges, zone) for span, days in wanted]
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    starts, ends = (np.concatenate(column) for column in zip(*found, strict=True))
    return _joined(np.maximum(starts, begin), np.minimum(ends, end))


def _refuse_unknown_years(hours: Hours, begin: int, end: int, zone: ZoneInfo, holidays: Holidays) -> None:
    before = dt.timedelta(days=1 if hours.reach > _MINUTES else 0)
    years = range((date_at(begin, zone) - before).year, date_at(end - 1, zone).year + 1)
    if missing := set(years) - holidays.years:
        raise MissingYearError(missing)


def _kinds(hours: Hours, first: int, count: int, holidays: Holidays) -> NDArray[np.int8]:
    """What kind of day each of `count` days from the ordinal `first` on is."""
    kinds = ((np.arange(first, first + count) - 1) % 7).astype(np.int8)  # ordinal 1 was a Monday
    for kind, spans, days in ((_OFF, hours.off, holidays.off), (_MAKE_UP, hours.work, holidays.work)):
        if spans is not None:
            places = np.array([day.toordinal() - first for day in days], dtype=np.int64)
            kinds[places[(places >= 0) & (places < count)]] = kind
    return kinds


def _placed(
    span: Span, wanted: NDArray[np.bool_], first: int, edges: Instants, zone: ZoneInfo
) -> tuple[Instants, Instants]:
    """One span on all days it is wanted on."""
    places = np.flatnonzero(wanted)
    starts, ends = (edges[places] + minute * MINUTE for minute in span)
    # Where the clock is not changed on the day or the next, minutes are what they are called; else each is looked up.
    ordinary = np.diff(edges) == _ORDINARY
    changed = ~(ordinary[places] & ordinary[places + 1])
    for number in np.flatnonzero(changed).tolist():
        day = dt.date.fromordinal(first + int(places[number]))
        starts[number] = instant(day, span[0], zone)
        ends[number] = instant(day, span[1], zone)
    return starts, ends


def _joined(starts: Instants, ends: Instants) -> tuple[Instants, Instants]:
    """Stretches in order, those that touch or overlap as one, empty ones left out."""
    kept = starts < ends
    order = np.argsort(starts[kept], kind="stable")
    starts, ends = starts[kept][order], ends[kept][order]
    reached = np.maximum.accumulate(ends)
    new = np.ones(len(starts), bool)
    new[1:] = starts[1:] > reached[:-1]
    last = np.flatnonzero(new)[1:] - 1
    return starts[new], np.concatenate((reached[last], reached[-1:]))
