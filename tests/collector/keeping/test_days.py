"""Days of the calendar's zone and when they are closed, on SQLite and PostgreSQL."""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collector.keeping.days import Day, closed, days
from collector.ledger.store import Batch, Ledger, Life, open_ledger
from tests.collector import facts

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
HOUR = 3600


def at(zone: ZoneInfo, *when: int) -> int:
    return int(dt.datetime(*when, tzinfo=zone).timestamp())  # type: ignore[misc,arg-type]


def day(zone: ZoneInfo, *date: int) -> Day:
    begin = dt.date(*date)
    end = begin + dt.timedelta(1)
    starts = (at(zone, one.year, one.month, one.day) for one in (begin, end))
    return Day(*(start * facts.S for start in starts))


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = open_ledger(url, create=True)
    opened.begin(Life(collector="main", vantage="centre", version="1", now=1.0))
    yield opened
    opened.close()


def watched(ledger: Ledger, *watches: dict[str, Any]) -> None:
    ledger.write(*(Batch({"watch": [one]}) for one in watches))


def closed_days(ledger: Ledger, now: float, data_dir: Path | None = None) -> list[Day]:
    with ledger.reading() as connection:
        return closed(connection, SHANGHAI, now, data_dir)


def test_days_are_those_of_the_zone_and_follow_each_other() -> None:
    found = days(at(SHANGHAI, 2026, 2, 27, 15), at(SHANGHAI, 2026, 3, 1), SHANGHAI)
    assert found == [day(SHANGHAI, 2026, 2, 27), day(SHANGHAI, 2026, 2, 28), day(SHANGHAI, 2026, 3, 1)]
    assert all(before.ended_at == after.started_at for before, after in pairwise(found))


def test_a_day_on_which_the_clock_is_changed_lasts_23_or_25_hours() -> None:
    spring, autumn = at(BERLIN, 2026, 3, 29, 12), at(BERLIN, 2026, 10, 25, 12)
    lengths = [(one.ended_at - one.started_at) / HOUR / facts.S for when in (spring, autumn)
               for one in days(when, when, BERLIN)]  # fmt: skip
    assert lengths == [23, 25]


def test_a_day_begins_with_the_skip_where_the_clock_skips_midnight() -> None:
    zone = ZoneInfo("Asia/Beirut")  # on 29 March 2026 the clock goes from 24:00 to 01:00
    before, after = days(at(zone, 2026, 3, 28, 12), at(zone, 2026, 3, 29, 12), zone)
    assert before.ended_at == after.started_at == at(zone, 2026, 3, 29, 1) * facts.S
    assert after.ended_at - after.started_at == 23 * HOUR * facts.S


def test_an_empty_ledger_has_no_closed_day(ledger: Ledger) -> None:
    assert closed_days(ledger, at(SHANGHAI, 2026, 3, 5)) == []


def test_a_day_is_closed_an_hour_after_it_ended(ledger: Ledger) -> None:
    midnight = at(SHANGHAI, 2026, 3, 3)
    watched(ledger, facts.watch(at(SHANGHAI, 2026, 3, 2, 9), midnight + 2 * HOUR))
    assert closed_days(ledger, midnight + HOUR - 1) == []
    assert closed_days(ledger, midnight + HOUR) == [day(SHANGHAI, 2026, 3, 2)]


def test_days_without_facts_between_others_are_closed_too(ledger: Ledger) -> None:
    begin, end = at(SHANGHAI, 2026, 3, 2, 9), at(SHANGHAI, 2026, 3, 5, 9)
    watched(ledger, facts.watch(begin, begin + 9, reason="stopped"), facts.watch(end, end + 60))
    assert closed_days(ledger, end + 60) == [day(SHANGHAI, 2026, 3, date) for date in (2, 3, 4)]


def test_a_watch_that_goes_on_and_ended_inside_a_day_keeps_it_open(ledger: Ledger) -> None:
    begin, now = at(SHANGHAI, 2026, 3, 1, 9), at(SHANGHAI, 2026, 3, 4, 9)
    watched(ledger, facts.watch(begin, at(SHANGHAI, 2026, 3, 2, 23)))
    assert closed_days(ledger, now) == [day(SHANGHAI, 2026, 3, 1)]


def test_a_watch_that_ended_with_a_reason_keeps_no_day_open(ledger: Ledger) -> None:
    begin, now = at(SHANGHAI, 2026, 3, 2, 9), at(SHANGHAI, 2026, 3, 4, 9)
    watched(ledger, facts.watch(begin, begin + HOUR, reason="interrupted"))
    assert closed_days(ledger, now) == [day(SHANGHAI, 2026, 3, 2), day(SHANGHAI, 2026, 3, 3)]


def test_only_the_newest_watch_of_a_round_says_how_far_somebody_got(ledger: Ledger) -> None:
    old, new = at(SHANGHAI, 2026, 3, 2, 9), at(SHANGHAI, 2026, 3, 3)
    watched(ledger, facts.watch(old, old + 60), facts.watch(new, new + 2 * HOUR))
    assert closed_days(ledger, new + 2 * HOUR) == [day(SHANGHAI, 2026, 3, 2)]


def test_every_round_of_every_vantage_must_have_come_past_the_day(ledger: Ledger) -> None:
    begin, midnight = at(SHANGHAI, 2026, 3, 2, 9), at(SHANGHAI, 2026, 3, 3)
    watched(ledger, facts.watch(begin, midnight + HOUR), facts.watch(begin, midnight - 1, vantage="south"))
    assert closed_days(ledger, midnight + HOUR) == []


def test_after_a_backward_step_the_watch_written_last_counts(ledger: Ledger) -> None:
    begin, midnight = at(SHANGHAI, 2026, 3, 2, 9), at(SHANGHAI, 2026, 3, 3)
    stepped = facts.watch(begin, midnight + HOUR, reason="clock step", stepped_to=(midnight - 60) * facts.S)
    watched(ledger, stepped, facts.watch(midnight - 60, midnight - 1))
    assert closed_days(ledger, midnight + HOUR) == []


def test_facts_that_wait_in_a_spool_keep_every_day_open(ledger: Ledger, tmp_path: Path) -> None:
    midnight = at(SHANGHAI, 2026, 3, 3)
    watched(ledger, facts.watch(at(SHANGHAI, 2026, 3, 2, 9), midnight + HOUR))
    spool = tmp_path / "spool" / "1.spool"
    spool.parent.mkdir()
    spool.touch()
    assert closed_days(ledger, midnight + HOUR, tmp_path) == []
    spool.unlink()
    assert closed_days(ledger, midnight + HOUR, tmp_path) == [day(SHANGHAI, 2026, 3, 2)]


def test_a_vantage_that_never_comes_back_keeps_a_day_open_for_a_week(ledger: Ledger) -> None:
    begin, midnight = at(SHANGHAI, 2026, 3, 2, 9), at(SHANGHAI, 2026, 3, 3)
    watched(ledger, facts.watch(begin, begin + HOUR, vantage="south"))
    assert closed_days(ledger, midnight + 7 * 24 * HOUR - 1) == []
    assert closed_days(ledger, midnight + 7 * 24 * HOUR) == [day(SHANGHAI, 2026, 3, 2)]


def test_facts_of_a_clock_that_is_ahead_close_nothing(ledger: Ledger) -> None:
    begin = at(SHANGHAI, 2026, 3, 9, 9)
    watched(ledger, facts.watch(begin, begin + HOUR, reason="stopped"))
    assert closed_days(ledger, at(SHANGHAI, 2026, 3, 2, 9)) == []
