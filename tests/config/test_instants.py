"""Moments and periods as offices write them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from config.errors import WrongValueError
from config.instants import micros_of, read_instant, read_period

ZONE = "Asia/Shanghai"
EIGHT = dt.datetime(2026, 3, 1, 8, 30, tzinfo=ZoneInfo(ZONE))


def at(year: int, month: int, day: int, hour: int = 0) -> int:
    return micros_of(dt.datetime(year, month, day, hour, tzinfo=ZoneInfo(ZONE)))


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-01 08:30",
        "2026-03-01T08:30",
        "2026-03-01T08:30:00+08:00",
        "2026-03-01T00:30:00Z",
        "2026/3/1 8:30",
        "2026.3.1 8:30:00",
        "2026年3月1日8时30分",
        "2026年3月1日 8点30分",
        "２０２６－０３－０１　０８：３０",
        "2026-03-01 08:30:00.000",
    ],
)
def test_one_moment_is_understood_however_it_is_written(written: str) -> None:
    assert read_instant(written, ZONE) == micros_of(EIGHT)


def test_a_day_is_its_midnight_and_24_o_clock_is_the_next_days() -> None:
    assert read_instant("2026-03-01", ZONE) == read_instant("2026-02-28 24:00", ZONE) == at(2026, 3, 1)
    assert read_instant("2026-03-01 08:00:00.000001", ZONE) == at(2026, 3, 1, 8) + 1


def test_what_ends_must_say_at_what_time_of_that_day() -> None:
    with pytest.raises(WrongValueError, match="2026-03-01 has no time of day; expected one"):
        read_instant("2026-03-01", ZONE, timed=True)
    assert read_instant("2026-03-01 24:00", ZONE, timed=True) == at(2026, 3, 2)


@pytest.mark.parametrize(
    "written",
    ["yesterday", "2026-02-30", "2026-03-01 25:00", "2026-03-01 08:60", "2026-03-01 08:00:60", "8:30", ""],
)
def test_what_is_no_moment_is_refused(written: str) -> None:
    with pytest.raises(WrongValueError, match="is not a time; expected one such as"):
        read_instant(written, ZONE)


def test_an_hour_that_summer_time_leaves_out_is_dated_all_the_same() -> None:
    assert read_instant("2026-03-29 02:30", "Europe/Berlin") == read_instant("2026-03-29T01:30Z", ZONE)


@pytest.mark.parametrize(
    ("written", "begin", "end"),
    [
        ("2026", at(2026, 1, 1), at(2027, 1, 1)),
        ("2026年度", at(2026, 1, 1), at(2027, 1, 1)),
        ("2026-12", at(2026, 12, 1), at(2027, 1, 1)),
        ("2026年2月", at(2026, 2, 1), at(2026, 3, 1)),
        ("2026Q4", at(2026, 10, 1), at(2027, 1, 1)),
        ("2026年第一季度", at(2026, 1, 1), at(2026, 4, 1)),
        ("2026-03-05", at(2026, 3, 5), at(2026, 3, 6)),
        ("2026-03-01..2026-03-15", at(2026, 3, 1), at(2026, 3, 16)),
        ("2026年3月1日至2026年3月15日", at(2026, 3, 1), at(2026, 3, 16)),
    ],
)
def test_a_period_holds_all_its_days(written: str, begin: int, end: int) -> None:
    assert read_period(written, ZONE) == (begin, end)


@pytest.mark.parametrize("written", ["2026-13", "2026Q5", "last year", "2026-02-30", ""])
def test_what_is_no_period_is_refused(written: str) -> None:
    with pytest.raises(WrongValueError, match="is not a period; expected a year, a month"):
        read_period(written, ZONE)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(WrongValueError, match="ends before it begins"):
        read_period("2026-03-15..2026-03-01", ZONE)
