"""Days of real zones, quarter of an hour by quarter: change of clocks, leap days, ends of years."""

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators import days
from indicators.axis import whole
from indicators.calendar import date_at, day_edges
from indicators.policy import Policy
from indicators.settling import settled
from indicators.sums import Sums, sums
from tests.indicators import oracle
from tests.indicators.histories import words
from tests.indicators.slots import SECOND, history, letters

QUARTER = 900 * SECOND
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
# Shortly before: a leap day, a new year, spring forward and fall back of Europe, America and Lord Howe.
STARTS = ("2024-02-27", "2025-12-30", "2026-03-27", "2026-10-23", "2026-03-06", "2026-10-30", "2026-04-03")
NUMBER = 480  # five days


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(ZONES), st.sampled_from(STARTS), st.integers(0, 95), words(NUMBER), st.booleans())
def test_the_days_of_a_zone(name: str, start: str, late: int, word: str, generous: bool) -> None:
    zone, policy = ZoneInfo(name), Policy(max_downtime_share=0.25 if generous else 0.01)
    begin = (
        round(dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC).timestamp()) * SECOND + late * QUARTER
    )
    found = settled(history(word, slot=QUARTER, begin=begin), 2 * QUARTER, 3 * QUARTER)
    spelled = oracle.settle(word, 2, 3)
    assert letters(found, NUMBER, slot=QUARTER, begin=begin) == spelled
    edges = day_edges(begin, begin + NUMBER * QUARTER, zone)
    by_day = sums(found, whole(1), edges)
    verdicts = days.verdicts(by_day, policy)
    dates = [date_at(begin + slot * QUARTER, zone) for slot in range(NUMBER)]
    for window, day in enumerate(dict.fromkeys(dates)):
        slots = [letter for letter, date in zip(spelled, dates, strict=True) if date == day]
        length = int(edges[window + 1] - edges[window]) // QUARTER
        outside = length - len(slots)  # of the first and the last day, before and after the history: unknown
        wanted = oracle.Seconds(slots.count("u"), slots.count("d"), slots.count("?") + outside)
        assert _quarters(by_day, window) == wanted
        limit = Fraction(1, 4) * length if generous else Fraction(1, 100) * length
        columns = verdicts.normal, verdicts.surely, verdicts.possibly, verdicts.decided, verdicts.excused
        ours = oracle.Day(*(bool(column[0, window]) for column in columns))
        assert ours == oracle.day(wanted, limit, Fraction("0.95"))


def _quarters(of: Sums, window: int) -> oracle.Seconds:
    return oracle.Seconds(*(int(column[0, window]) // QUARTER for column in (of.up, of.down, of.unknown)))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Asia/Shanghai", "2026-03-29", 24),
    ],
)
def test_a_day_lasts_as_long_as_its_clock_says(zone: str, day: str, hours: int) -> None:
    noon = dt.datetime.fromisoformat(day).replace(hour=12, tzinfo=ZoneInfo(zone))
    at = round(noon.timestamp()) * SECOND
    edges = day_edges(at, at + 1, ZoneInfo(zone))
    assert (edges[1:] - edges[:-1]).tolist() == [hours * 3600 * SECOND]
    half = replace(Policy(), max_downtime_share=0.5)
    assert days.limits(edges[1:] - edges[:-1], half).tolist() == [hours * 1800 * SECOND]
