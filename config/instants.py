"""Moments and periods as people type them and as Excel hands them out, into whole microseconds since 1970 UTC.

Without an offset a moment is meant in the zone of the reporting calendar.
"""

import datetime as dt
import re
from zoneinfo import ZoneInfo

from config.errors import WrongValueError
from config.spellings import narrow
from config.units import read_day

_MOMENT = re.compile(
    r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
    r"(?:[ T]*(?P<hour>\d{1,2})[:时点](?:(?P<minute>\d{1,2})(?:[:分](?P<second>\d{1,2}(?:\.\d{1,6})?)?秒?)?)?"
    r"(?P<offset>Z|[+-]\d{2}:\d{2})?)?"
)
_YEAR = re.compile(r"(\d{4})年?度?")
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_QUARTER = re.compile(r"(\d{4})(?:[-/.]?Q([1-4])|年?第?([一二三四1-4])季度?)", re.IGNORECASE)
_DAYS = re.compile(r"(.+?)(?:\.\.|至|到|~|—+)(.+)")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4}


def micros_of(moment: dt.datetime) -> int:
    """Whole microseconds since 1970 UTC of a moment that has an offset."""
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


def read_instant(written: str, zone: str, *, timed: bool = False) -> int:
    """A moment such as `2026-03-01 08:00`, `2026年3月1日8时30分` or one of RFC 3339; a day alone is its midnight.

    Raises WrongValueError for anything else and, where the moment must be `timed`, for a day alone: whether the day
    itself still belongs to what ends on it, nobody could tell.
    """
    match = _MOMENT.fullmatch(narrow(written))
    if match is None:
        raise _no_moment(written)
    if timed and match["hour"] is None:
        raise WrongValueError(
            "{found} has no time of day; expected one, such as {found} 06:00, or {found} 24:00 for all of the day",
            rule="moment",
            found=written,
        )
    try:
        return _micros(match, zone)
    except (ValueError, OverflowError):
        raise _no_moment(written) from None


def _micros(match: re.Match[str], zone: str) -> int:
    day = dt.date(int(match["year"]), int(match["month"]), int(match["day"]))
    hour, minute = int(match["hour"] or 0), int(match["minute"] or 0)
    second = round(float(match["second"] or 0) * 1e6)
    if (hour, minute, second) == (24, 0, 0):
        day, hour = day + dt.timedelta(1), 0
    if second >= 60_000_000:
        raise ValueError(second)
    offset = match["offset"]
    where = (
        ZoneInfo(zone) if offset is None else dt.datetime.fromisoformat(f"2000-01-01T00:00{offset}").tzinfo
    )
    at = dt.datetime.combine(day, dt.time(hour, minute), where)
    return micros_of(at) + second


def _no_moment(written: str) -> WrongValueError:
    return WrongValueError(
        "{found} is not a time; expected one such as 2026-03-01 08:00 or 2026年3月1日8时30分",
        rule="moment",
        found=written,
    )


def read_period(written: str, zone: str) -> tuple[int, int]:
    """A period such as `2026`, `2026-03`, `2026Q1`, `2026-03-01` or `2026-03-01..2026-03-15`, both days in it.

    Gives its begin and its end, half-open, by the days of the calendar's zone. Raises WrongValueError.
    """
    first, last = _days(narrow(written).replace(" ", ""))
    if last <= first:
        raise WrongValueError("{found} ends before it begins", rule="period", found=written)
    begin, end = (dt.datetime.combine(day, dt.time(), ZoneInfo(zone)) for day in (first, last))
    return micros_of(begin), micros_of(end)


def _days(text: str) -> tuple[dt.date, dt.date]:
    """The first day of a period and the one after its last."""
    try:
        if match := _YEAR.fullmatch(text):
            return dt.date(int(match[1]), 1, 1), dt.date(int(match[1]) + 1, 1, 1)
        if match := _QUARTER.fullmatch(text):
            quarter = match[2] or match[3]
            return _months(int(match[1]), 3 * (_DIGITS.get(quarter) or int(quarter)) - 2, 3)
        if match := _MONTH.fullmatch(text):
            return _months(int(match[1]), int(match[2]), 1)
        one, other = match.groups() if (match := _DAYS.fullmatch(text)) else (text, text)
        return read_day(_plain_day(one)), read_day(_plain_day(other)) + dt.timedelta(1)
    except ValueError:  # a WrongValueError is one, and speaks of a day where a period is wanted
        raise WrongValueError(
            "{found} is not a period; expected a year, a month, a quarter or days, "
            "such as 2026, 2026-03, 2026Q1 or 2026-03-01..2026-03-15",
            rule="period",
            found=text,
        ) from None


def _plain_day(text: str) -> str:
    return re.sub(r"(\d{4})年(\d{1,2})月(\d{1,2})日", r"\1-\2-\3", text)


def _months(year: int, month: int, count: int) -> tuple[dt.date, dt.date]:
    first = dt.date(year, month, 1)
    year, month = divmod(12 * year + month - 1 + count, 12)
    return first, dt.date(year, month + 1, 1)
