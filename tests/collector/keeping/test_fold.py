"""Folding a closed day, on SQLite and PostgreSQL: nothing lost, nothing doubled, whatever happens meanwhile."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import sqlalchemy as sa

from collector.keeping import fold as folding
from collector.keeping.bins import BIN_MICROS, columns
from collector.keeping.days import Day, days
from collector.keeping.fold import fold, fold_closed
from collector.ledger import schema
from collector.ledger.store import Batch, Ledger, Life, open_ledger
from tests.collector import facts
from tests.collector.keeping.counted import (
    NEXT_NIGHT,
    NOON,
    SHANGHAI,
    TODAY,
    a_day,
    begins,
    count,
    five_minutes,
    rows_of,
    total,
)
from tests.namespace import ROOT

KILLS = 12


def no_rest(_seconds: float) -> None:
    """Tests have no collector beside them."""


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = open_ledger(url, create=True)
    opened.begin(Life(collector="main", vantage="centre", version="1", now=1.0))
    yield opened
    opened.close()


def folded(ledger: Ledger, now: float = NEXT_NIGHT) -> int:
    return fold_closed(ledger, SHANGHAI, now, rest=no_rest)


def the_day(ledger: Ledger) -> dict[str, Any]:
    [row] = rows_of(ledger, schema.quality_day)
    return row


def the_columns(ledger: Ledger) -> dict[str, Any]:
    [row] = rows_of(ledger, schema.quality_bins)
    return columns(row["bins"])


def test_a_day_becomes_its_sums_and_its_columns(ledger: Ledger) -> None:
    # 286 clean five minutes, one with 2 rescued, one with 10 rounds down and a long round trip
    [check] = facts.enrolled(ledger, "a")
    rows = a_day(check)
    rows[7] |= {"rescued": 2}
    rows[8] |= {"sent": 20, "down": 10, "answered": 20, "rtt_sum": 900_000, "rtt_max": 80_000}
    count(ledger, rows)
    assert folded(ledger) == 1
    assert rows_of(ledger, schema.quality) == []
    assert the_day(ledger) == {
        "started_at": TODAY.started_at, "check": check, "ended_at": TODAY.ended_at, "sent": 287 * 30 + 20,
        "rescued": 2, "incomplete": 0, "down": 10, "answered": 287 * 30 + 20,
        "rtt_sum": 287 * 150_000 + 900_000, "rtt_max": 80_000, "octets_in": None, "octets_out": None,
        "discards_in": None, "discards_out": None,
    }  # fmt: skip
    for name, values in the_columns(ledger).items():
        was = [np.nan if row[name] is None else row[name] for row in rows]
        assert np.array_equal(values, was, equal_nan=True), name


def test_five_minutes_in_which_nobody_asked_are_nought(ledger: Ledger) -> None:
    [check] = facts.enrolled(ledger, "a")
    count(ledger, [five_minutes(check, NOON * facts.S)])
    folded(ledger)
    assert np.flatnonzero(the_columns(ledger)["sent"]).tolist() == [144]
    assert the_day(ledger)["sent"] == 30


def test_octets_and_discards_are_summed_where_they_were_counted(ledger: Ledger) -> None:
    [check] = facts.enrolled(ledger, "a")
    rows = a_day(check)
    rows[0] |= {"octets_in": 0}
    rows[9] |= {"octets_in": 2**40, "discards_out": 0}
    rows[10] |= {"discards_out": 5}
    count(ledger, rows)
    folded(ledger)
    day, columns = the_day(ledger), the_columns(ledger)
    assert (day["octets_in"], day["octets_out"]) == (2**40, None)
    assert (day["discards_in"], day["discards_out"]) == (None, 5)
    assert np.flatnonzero(~np.isnan(columns["octets_in"])).tolist() == [0, 9]
    assert columns["discards_out"][9:12].tolist() == pytest.approx([0, 5, np.nan], nan_ok=True)


def test_a_day_folded_before_discards_were_counted_takes_up_five_minutes_that_have_some(
    ledger: Ledger,
) -> None:
    [check] = facts.enrolled(ledger, "a")
    count(ledger, a_day(check))
    folded(ledger)
    count(ledger, [five_minutes(check, NOON * facts.S, discards_in=4)])
    folded(ledger)
    assert (the_day(ledger)["sent"], the_day(ledger)["discards_in"]) == (8640, 4)
    assert np.flatnonzero(~np.isnan(the_columns(ledger)["discards_in"])).tolist() == [144]


@pytest.mark.parametrize(("month", "date", "bins"), [(3, 29, 276), (10, 25, 300)])
def test_a_day_on_which_the_clock_is_changed_is_folded_whole(
    ledger: Ledger, month: int, date: int, bins: int
) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    noon = 1_772_337_600 + (month - 3) * 30 * 86_400
    [day] = [one for one in days(noon, noon + 60 * 86_400, berlin)
             if one.ended_at - one.started_at == bins * BIN_MICROS]  # fmt: skip
    [check] = facts.enrolled(ledger, "a")
    around = range(day.started_at - BIN_MICROS, day.ended_at + BIN_MICROS, BIN_MICROS)
    count(ledger, [five_minutes(check, at) for at in around])
    fold(ledger, day, no_rest)
    assert the_day(ledger)["sent"] == bins * 30
    assert the_columns(ledger)["sent"].tolist() == [30] * bins
    assert [row["started_at"] for row in rows_of(ledger, schema.quality)] == [around[0], around[-1]]


def test_where_a_zone_lies_beside_the_five_minutes_each_is_folded_once(ledger: Ledger) -> None:
    monrovia = ZoneInfo("Africa/Monrovia")  # until 1972 it was 44 minutes and 30 seconds behind UTC
    noon = 365 * 86_400 + 43_200
    first, second = days(noon, noon + 86_400, monrovia)
    [check] = facts.enrolled(ledger, "a")
    begin = first.started_at + 30 * facts.S
    count(ledger, [five_minutes(check, at) for at in range(begin, second.ended_at, BIN_MICROS)])
    fold(ledger, first, no_rest)
    fold(ledger, second, no_rest)
    assert [row["sent"] for row in rows_of(ledger, schema.quality_day)] == [8640, 8640]
    assert rows_of(ledger, schema.quality) == []


def test_only_closed_days_are_folded_each_to_its_own_row(ledger: Ledger) -> None:
    [check] = facts.enrolled(ledger, "a")
    three = days(NOON, NOON + 2 * 86_400, SHANGHAI)
    for day in three:
        count(ledger, a_day(check, day))
    assert folded(ledger, three[1].ended_at / facts.S + 3600) == 2
    assert [row["started_at"] for row in rows_of(ledger, schema.quality_day)] == [
        day.started_at for day in three[:2]
    ]
    assert [row["started_at"] for row in rows_of(ledger, schema.quality)] == list(begins(three[2]))


def test_folding_again_changes_nothing(ledger: Ledger) -> None:
    checks = facts.enrolled(ledger, "a", "b")
    count(ledger, [row for check in checks for row in a_day(check)])
    folded(ledger)
    before = [rows_of(ledger, table) for table in (schema.quality_day, schema.quality_bins)]
    assert folded(ledger) == 0
    fold(ledger, TODAY, no_rest)
    assert [rows_of(ledger, table) for table in (schema.quality_day, schema.quality_bins)] == before


def test_every_check_is_folded_however_many_slices_that_takes(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "SLICE_CHECKS", 3)
    checks = facts.enrolled(ledger, *"abcdefgh")
    count(ledger, [five_minutes(check, NOON * facts.S, sent=check) for check in checks])
    folded(ledger)
    assert [(row["check"], row["sent"]) for row in rows_of(ledger, schema.quality_day)] == [
        (check, check) for check in checks
    ]


# Rows that come late


def test_five_minutes_that_come_late_join_those_that_were_folded(ledger: Ledger) -> None:
    [check] = facts.enrolled(ledger, "a")
    rows = a_day(check)
    count(ledger, rows[:200])
    folded(ledger)
    count(ledger, rows[200:])
    assert folded(ledger) == 1
    assert the_day(ledger)["sent"] == 8640
    assert the_columns(ledger)["sent"].tolist() == [30] * 288


def test_a_later_row_of_the_same_five_minutes_stands_in_place_of_the_earlier_one(ledger: Ledger) -> None:
    # the collector was killed after 12 of 30 questions and took their counts up when it came back
    [check] = facts.enrolled(ledger, "a")
    noon = five_minutes(check, NOON * facts.S, sent=12, rescued=1, rtt_max=90_000)
    count(ledger, [*a_day(check)[:100], noon])
    folded(ledger)
    count(ledger, [{**noon, "sent": 30, "rescued": 3, "rtt_max": 70_000}])
    folded(ledger)
    found = the_day(ledger)
    assert (found["sent"], found["rescued"], found["rtt_max"]) == (101 * 30, 3, 70_000)
    assert the_columns(ledger)["rescued"][144] == 3


def test_a_late_row_of_a_check_that_had_none_gets_a_day_of_its_own(ledger: Ledger) -> None:
    first, second = facts.enrolled(ledger, "a", "b")
    count(ledger, a_day(first))
    folded(ledger)
    count(ledger, [five_minutes(second, NOON * facts.S)])
    folded(ledger)
    assert [row["sent"] for row in rows_of(ledger, schema.quality_day)] == [8640, 30]


def test_a_late_row_of_a_day_whose_columns_were_let_go_is_added_to_its_sums(ledger: Ledger) -> None:
    [check] = facts.enrolled(ledger, "a")
    count(ledger, a_day(check))
    folded(ledger)
    with ledger.engine.begin() as connection:
        connection.execute(sa.delete(schema.quality_bins))
    count(ledger, [five_minutes(check, NOON * facts.S, rtt_max=90_000, octets_in=5)])
    folded(ledger)
    found = the_day(ledger)
    assert (found["sent"], found["rtt_max"], found["octets_in"]) == (8640 + 30, 90_000, 5)
    assert rows_of(ledger, schema.quality_bins) == []


def test_a_day_folded_under_another_zone_keeps_its_length(ledger: Ledger) -> None:
    [check] = facts.enrolled(ledger, "a")
    longer = Day(TODAY.started_at, TODAY.ended_at + 12 * BIN_MICROS)
    count(ledger, [five_minutes(check, at) for at in begins(longer)])
    fold(ledger, longer, no_rest)
    count(ledger, [five_minutes(check, NOON * facts.S)])
    fold(ledger, TODAY, no_rest)
    assert (the_day(ledger)["ended_at"], the_day(ledger)["sent"]) == (longer.ended_at, 300 * 30)


# Whatever happens meanwhile


def test_between_two_slices_anybody_may_write(
    ledger: Ledger, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "SLICE_CHECKS", 1)
    checks = facts.enrolled(ledger, *"abcde")
    count(ledger, [row for check in checks for row in a_day(check)])
    collector = open_ledger(url, create=False)
    collector.begin(Life(collector="main", vantage="centre", version="1", now=2.0))
    rests = []

    def write(seconds: float) -> None:
        rests.append(seconds)
        count(collector, [five_minutes(checks[0], TODAY.ended_at + len(rests) * BIN_MICROS)])

    try:
        fold(ledger, TODAY, write)
    finally:
        collector.close()
    assert len(rests) == 5
    assert len(rows_of(ledger, schema.quality)) == 5


def test_a_row_written_while_its_day_is_folded_is_not_lost(
    ledger: Ledger, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "SLICE_CHECKS", 1)
    first, second = facts.enrolled(ledger, "a", "b")
    count(ledger, [*a_day(first), *a_day(second)])
    late = [five_minutes(first, NOON * facts.S, sent=33), five_minutes(second, NOON * facts.S, sent=34)]
    fold(ledger, TODAY, lambda _: count(ledger, late))
    folded(ledger)
    assert [row["sent"] for row in rows_of(ledger, schema.quality_day)] == [8640 + 3, 8640 + 4]


class StopError(Exception):
    """Somebody stopped it."""


def test_what_stops_it_between_two_slices_loses_nothing_and_doubles_nothing(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "SLICE_CHECKS", 1)
    checks = facts.enrolled(ledger, *"abcd")
    count(ledger, [row for check in checks for row in a_day(check)])

    def stop(_seconds: float) -> None:
        raise StopError

    for left in (3, 2, 1, 0):
        with pytest.raises(StopError):
            fold_closed(ledger, SHANGHAI, NEXT_NIGHT, rest=stop)
        assert len(rows_of(ledger, schema.quality)) == left * 288
        assert total(ledger) == 4 * 8640
    assert folded(ledger) == 0


def test_what_fails_inside_a_slice_leaves_the_slice_as_it_was(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    [check] = facts.enrolled(ledger, "a")
    count(ledger, a_day(check))

    def fail(_connection: object, *_batches: Batch) -> None:
        raise StopError

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "write_within", fail)
        with pytest.raises(StopError):
            folded(ledger)
    assert (len(rows_of(ledger, schema.quality)), rows_of(ledger, schema.quality_day)) == (288, [])
    folded(ledger)
    assert the_day(ledger)["sent"] == 8640


def test_kill_9_at_any_moment_loses_nothing_and_doubles_nothing(ledger: Ledger, url: str) -> None:
    checks = facts.enrolled(ledger, *(f"line-{number}" for number in range(60)))
    for check in checks:
        count(ledger, a_day(check, sent=check))
    whole, chance = 288 * sum(checks), random.Random(9)
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.collector.keeping.folding", url, str(NEXT_NIGHT)],
            cwd=ROOT, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout
        with process.stdout:
            assert process.stdout.readline() == b"begun\n"
            time.sleep(chance.uniform(0.0, 0.05))
            process.kill()
            process.wait()
        assert total(ledger) == whole
    folded(ledger)
    assert rows_of(ledger, schema.quality) == []
    assert [row["sent"] for row in rows_of(ledger, schema.quality_day)] == [288 * check for check in checks]
