"""Days, months, years of a zone, and service hours: by hand, in real zones, and against a walk minute by minute."""

import datetime as dt
import time
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.calendar import (
    ALWAYS,
    HOUR,
    MINUTE,
    Holidays,
    Hours,
    Instants,
    MissingYearError,
    Spans,
    date_at,
    dates_of,
    day_edges,
    day_window,
    days_of,
    instant,
    month_window,
    months_of,
    service_stretches,
    wholly_inside,
    working_hours,
    year_window,
    years_of,
)

SHANGHAI, BERLIN, NEW_YORK = (
    ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "America/New_York")
)
OFFICE: Spans = ((8 * 60, 12 * 60), (14 * 60 + 30, 17 * 60 + 30))
NO_HOLIDAYS = Holidays(years=frozenset(range(1970, 2100)))
D = dt.date


def at(written: str) -> int:
    """An instant, written in UTC or with its offset."""
    return int(dt.datetime.fromisoformat(written).timestamp()) * 1_000_000


def lengths(edges: Instants) -> list[int]:
    return [hours // HOUR for hours in np.diff(edges).tolist()]


def stretches(
    hours: Hours, begin: int, end: int, zone: ZoneInfo, holidays: Holidays = NO_HOLIDAYS
) -> list[tuple[int, int]]:
    starts, ends = service_stretches(hours, begin, end, zone, holidays)
    assert starts.dtype == ends.dtype == np.dtype(np.int64)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def test_a_day_of_china_begins_at_16_00_utc_of_the_day_before() -> None:
    edges = day_edges(at("2026-03-01T00:00Z"), at("2026-03-01T20:00Z"), SHANGHAI)
    assert edges.tolist() == [
        at(text) for text in ("2026-02-28T16:00Z", "2026-03-01T16:00Z", "2026-03-02T16:00Z")
    ]
    assert dates_of(edges, SHANGHAI) == [D(2026, 3, 1), D(2026, 3, 2)]


def test_a_window_that_ends_at_midnight_does_not_touch_the_next_day() -> None:
    begin, end = day_window(D(2026, 3, 1), D(2026, 3, 2), SHANGHAI)
    assert day_edges(begin, end, SHANGHAI).tolist() == [begin, end]
    assert day_edges(begin, end + 1, SHANGHAI).tolist() == [begin, end, end + 24 * HOUR]
    assert day_edges(begin - 1, end, SHANGHAI).tolist() == [begin - 24 * HOUR, begin, end]
    assert day_edges(begin, begin, SHANGHAI).tolist() == []


@pytest.mark.parametrize(
    ("zone", "short", "long"),
    [(BERLIN, D(2026, 3, 29), D(2026, 10, 25)), (NEW_YORK, D(2026, 3, 8), D(2026, 11, 1))],
)
def test_the_days_on_which_clocks_are_changed_have_23_and_25_hours(zone: ZoneInfo, short: D, long: D) -> None:
    edges = day_edges(*year_window(2026, zone), zone)
    by_date = dict(zip(dates_of(edges, zone), lengths(edges), strict=True))
    assert len(by_date) == 365
    assert {day: hours for day, hours in by_date.items() if hours != 24} == {short: 23, long: 25}


def test_where_the_clock_skips_midnight_the_day_begins_with_the_skip() -> None:
    zone = ZoneInfo("America/Sao_Paulo")  # 2018-11-04 00:00 became 01:00
    edges = day_edges(*day_window(D(2018, 11, 4), D(2018, 11, 5), zone), zone)
    assert edges[0] == at("2018-11-04T03:00Z")
    assert lengths(edges) == [23]
    assert date_at(int(edges[0]), zone) == D(2018, 11, 4)
    assert date_at(int(edges[0]) - 1, zone) == D(2018, 11, 3)


def test_where_midnight_comes_twice_the_day_begins_with_the_first() -> None:
    zone = ZoneInfo("America/Havana")  # 2026-11-01 01:00 becomes 00:00
    edges = day_edges(*day_window(D(2026, 11, 1), D(2026, 11, 2), zone), zone)
    assert edges[0] == at("2026-11-01T04:00Z")
    assert lengths(edges) == [25]


def test_a_date_that_a_zone_skipped_is_no_day() -> None:
    zone = ZoneInfo("Pacific/Apia")
    edges = day_edges(*year_window(2011, zone), zone)
    dates = dates_of(edges, zone)
    assert len(dates) == 364
    assert D(2011, 12, 30) not in dates
    assert bool(np.all(np.diff(edges) > 0))


def test_a_skip_that_begins_beside_the_hour_is_found_to_the_second() -> None:
    zone = ZoneInfo("America/Goose_Bay")  # 2011-03-13 00:01 became 01:01
    assert instant(D(2011, 3, 13), 30, zone) == at("2011-03-13T00:01-04:00")
    assert lengths(day_edges(*day_window(D(2011, 3, 13), D(2011, 3, 14), zone), zone)) == [23]


def test_leap_years_have_366_days() -> None:
    assert [days_of(year) for year in (1900, 2000, 2023, 2024, 2100)] == [365, 366, 365, 366, 365]
    for year in (2023, 2024):
        assert len(day_edges(*year_window(year, SHANGHAI), SHANGHAI)) - 1 == days_of(year)
    leap = day_window(D(2024, 2, 29), D(2024, 3, 1), BERLIN)
    assert leap[1] - leap[0] == 24 * HOUR


def test_a_year_ends_where_the_next_begins_eight_hours_before_utc_says_so() -> None:
    begin, end = year_window(2026, SHANGHAI)
    assert (begin, end) == (at("2025-12-31T16:00Z"), at("2026-12-31T16:00Z"))
    assert years_of(begin, end, SHANGHAI) == (2026,)
    assert years_of(begin - 1, end + 1, SHANGHAI) == (2025, 2026, 2027)
    assert years_of(begin, end, ZoneInfo("UTC")) == (2025, 2026)
    assert years_of(begin, begin, SHANGHAI) == ()


def test_the_months_of_a_year_are_twelve_that_follow_each_other() -> None:
    begin, end = year_window(2026, NEW_YORK)
    months = months_of(begin, end, NEW_YORK)
    assert months == tuple((2026, month) for month in range(1, 13))
    windows = [month_window(*month, NEW_YORK) for month in months]
    assert (windows[0][0], windows[-1][1]) == (begin, end)
    assert all(one[1] == other[0] for one, other in pairwise(windows))
    assert months_of(begin - 1, begin + 1, NEW_YORK) == ((2025, 12), (2026, 1))
    assert months_of(end, begin, NEW_YORK) == ()


def test_only_days_wholly_inside_a_window_are_its_days() -> None:
    begin, end = day_window(D(2026, 3, 1), D(2026, 3, 4), SHANGHAI)
    edges = day_edges(begin, end, SHANGHAI)
    assert wholly_inside(edges, begin, end).tolist() == [True, True, True]
    assert wholly_inside(edges, begin + 1, end - 1).tolist() == [False, True, False]


def test_7_times_24_is_the_window_itself() -> None:
    begin, end = year_window(2026, BERLIN)
    assert stretches(ALWAYS, begin, end, BERLIN, Holidays()) == [(begin, end)]
    assert stretches(ALWAYS, end, end, BERLIN, Holidays()) == []
    written_out = Hours((((0, 720), (720, 1440)),) * 7)
    assert stretches(written_out, begin + 1, end - 1, BERLIN, Holidays()) == [(begin + 1, end - 1)]


def test_office_hours_of_the_spring_festival_of_2026_and_its_make_up_days() -> None:
    # Off from Sunday 15 to Monday 23 February; Saturdays 14 and 28 are worked.
    off = frozenset(D(2026, 2, day) for day in range(15, 24))
    holidays = Holidays(off, frozenset((D(2026, 2, 14), D(2026, 2, 28))), frozenset((2026,)))
    window = day_window(D(2026, 2, 13), D(2026, 3, 2), SHANGHAI)
    found = stretches(working_hours(OFFICE), *window, SHANGHAI, holidays)
    days = [date_at(begin, SHANGHAI).day for begin, _ in found]
    assert sorted(set(days)) == [13, 14, 24, 25, 26, 27, 28]
    # Seven days of 4 h in the morning and 3 h in the afternoon.
    assert sum(end - begin for begin, end in found) == 7 * 7 * HOUR
    assert found[0] == (at("2026-02-13T08:00+08:00"), at("2026-02-13T12:00+08:00"))
    assert found[-1] == (at("2026-02-28T14:30+08:00"), at("2026-02-28T17:30+08:00"))


def test_days_of_the_week_know_holidays_only_where_hours_are_given_for_them() -> None:
    holidays = Holidays(frozenset((D(2026, 10, 1),)), frozenset((D(2026, 10, 10),)), frozenset((2026,)))
    week = (OFFICE,) * 5 + ((), ())
    window = day_window(D(2026, 9, 28), D(2026, 10, 12), SHANGHAI)

    def days(hours: Hours) -> list[int]:
        return sorted(
            {date_at(begin, SHANGHAI).day for begin, _ in stretches(hours, *window, SHANGHAI, holidays)}
        )

    assert days(Hours(week)) == [1, 2, 5, 6, 7, 8, 9, 28, 29, 30]
    assert days(Hours(week, off=())) == [2, 5, 6, 7, 8, 9, 28, 29, 30]
    assert days(Hours(week, off=(), work=OFFICE)) == [2, 5, 6, 7, 8, 9, 10, 28, 29, 30]


def test_hours_over_midnight_belong_to_the_day_they_begin_on_and_join() -> None:
    night: Spans = ((22 * 60, 30 * 60),)
    friday_only = Hours(((), (), (), (), night, (), ()))
    window = day_window(D(2026, 3, 6), D(2026, 3, 9), SHANGHAI)  # a Friday to Sunday
    assert stretches(friday_only, *window, SHANGHAI) == [
        (at("2026-03-06T22:00+08:00"), at("2026-03-07T06:00+08:00"))
    ]
    saturday = day_window(D(2026, 3, 7), D(2026, 3, 8), SHANGHAI)
    assert stretches(friday_only, *saturday, SHANGHAI) == [(saturday[0], saturday[0] + 6 * HOUR)]
    around_the_clock = Hours((((6 * 60, 22 * 60), *night),) * 7)
    assert stretches(around_the_clock, *window, SHANGHAI) == [window]


def test_hours_are_those_of_the_wall_clock_when_it_is_changed() -> None:
    early = Hours((((2 * 60 + 30, 6 * 60),),) * 7)
    sunday = day_window(D(2026, 3, 29), D(2026, 3, 30), BERLIN)  # 02:00 becomes 03:00
    assert stretches(early, *sunday, BERLIN) == [(at("2026-03-29T03:00+02:00"), at("2026-03-29T06:00+02:00"))]
    sunday = day_window(D(2026, 10, 25), D(2026, 10, 26), BERLIN)  # 03:00 becomes 02:00
    assert stretches(early, *sunday, BERLIN) == [(at("2026-10-25T02:30+02:00"), at("2026-10-25T06:00+01:00"))]


def test_a_stretch_inside_the_hour_that_is_skipped_is_none() -> None:
    skipped = Hours((((2 * 60 + 10, 2 * 60 + 50),),) * 7)
    assert stretches(skipped, *day_window(D(2026, 3, 29), D(2026, 3, 30), BERLIN), BERLIN) == []


def test_a_year_without_its_calendar_is_said_and_not_guessed() -> None:
    known = Holidays(years=frozenset((2026,)))
    begin, end = year_window(2026, SHANGHAI)
    assert stretches(working_hours(OFFICE), begin, end, SHANGHAI, known)
    with pytest.raises(MissingYearError) as said:
        service_stretches(working_hours(OFFICE), begin - 1, end + 1, SHANGHAI, known)
    assert said.value.years == (2025, 2027)
    assert stretches(Hours((OFFICE,) * 7), begin - 1, end + 1, SHANGHAI, Holidays())
    with pytest.raises(MissingYearError, match="2027"):
        known.is_working(D(2027, 1, 4))


def test_hours_over_new_year_ask_for_the_year_before() -> None:
    nights = working_hours(((22 * 60, 30 * 60),))
    begin, end = year_window(2026, SHANGHAI)
    with pytest.raises(MissingYearError, match="2025"):
        service_stretches(nights, begin, end, SHANGHAI, Holidays(years=frozenset((2026,))))


def by_minute(
    hours: Hours, begin: int, end: int, zone: ZoneInfo, holidays: Holidays
) -> list[tuple[int, int]]:
    """Every minute asked by itself: what does the clock on the wall show, and is that day's office open then?"""
    found: list[tuple[int, int]] = []
    for moment in range(begin, end, MINUTE):
        local = dt.datetime.fromtimestamp(moment // 1_000_000, zone)
        minute, today = local.hour * 60 + local.minute, local.date()
        yesterday = today - dt.timedelta(days=1)
        spans = [*spans_on(today, hours, holidays)]
        spans += [(first - 1440, last - 1440) for first, last in spans_on(yesterday, hours, holidays)]
        if any(first <= minute < last for first, last in spans):
            if found and found[-1][1] == moment:
                found[-1] = found[-1][0], moment + MINUTE
            else:
                found.append((moment, moment + MINUTE))
    return found


def spans_on(day: D, hours: Hours, holidays: Holidays) -> Spans:
    if day in holidays.work and hours.work is not None:
        return hours.work
    if day in holidays.off and hours.off is not None:
        return hours.off
    return hours.week[day.weekday()]


YEAR_2026 = Holidays(
    off=frozenset(
        D(2026, month, day)
        for month, first, last in (
            (1, 1, 3),
            (2, 15, 23),
            (4, 4, 6),
            (5, 1, 5),
            (6, 19, 21),
            (9, 25, 27),
            (10, 1, 7),
        )
        for day in range(first, last + 1)
    ),
    work=frozenset(D(2026, *day) for day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))),
    years=frozenset((2025, 2026)),
)


@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN, NEW_YORK], ids=str)
def test_a_year_of_5_times_8_is_what_a_walk_minute_by_minute_finds(zone: ZoneInfo) -> None:
    window = year_window(2026, zone)
    expected = by_minute(working_hours(OFFICE), *window, zone, YEAR_2026)
    assert stretches(working_hours(OFFICE), *window, zone, YEAR_2026) == expected
    # 365 days less 104 of weekends less 19 weekdays off, and 6 make-up days: 248 days of 7 h.
    assert sum(end - begin for begin, end in expected) == 248 * 7 * HOUR


@st.composite
def days_of_spans(draw: st.DrawFn) -> Spans:
    """Up to three spans of whole hours that follow each other; not one of them ends between 1:00 and 4:00."""
    hours = st.sampled_from([hour for hour in range(31) if hour % 24 not in (2, 3)])
    ends = sorted(draw(st.sets(hours, max_size=6)))
    pairs = zip(ends[::2], ends[1::2], strict=False)
    return tuple((first * 60, last * 60) for first, last in pairs if first < 24)


@settings(max_examples=60, deadline=None)
@given(
    week=st.tuples(*[days_of_spans()] * 7),
    off=st.none() | days_of_spans(),
    work=st.none() | days_of_spans(),
    start=st.sampled_from([D(2026, 3, 26), D(2026, 10, 22), D(2026, 2, 12), D(2026, 5, 6), D(2026, 12, 26)]),
    zone=st.sampled_from([SHANGHAI, BERLIN, NEW_YORK]),
    offset=st.integers(0, 1440),
)
def test_any_hours_are_what_a_walk_minute_by_minute_finds(
    week: tuple[Spans, Spans, Spans, Spans, Spans, Spans, Spans],
    off: Spans | None,
    work: Spans | None,
    start: D,
    zone: ZoneInfo,
    offset: int,
) -> None:
    begin = instant(start, 0, zone) + offset * MINUTE
    end = begin + 5 * 24 * HOUR
    hours = Hours(week, off, work)
    holidays = Holidays(YEAR_2026.off, YEAR_2026.work, frozenset((2025, 2026, 2027)))
    assert stretches(hours, begin, end, zone, holidays) == by_minute(hours, begin, end, zone, holidays)


def test_a_year_takes_a_few_milliseconds() -> None:
    window = year_window(2026, BERLIN)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        service_stretches(working_hours(OFFICE), *window, BERLIN, YEAR_2026)
        took.append(time.perf_counter() - began)
    assert min(took) < 0.005
