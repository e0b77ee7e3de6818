"""What is let go and, above all, what never is, on SQLite and PostgreSQL."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from collector.keeping import retention
from collector.keeping.days import Day, days
from collector.keeping.retention import kept_from, let_go
from collector.ledger import schema
from collector.ledger.store import Batch, Ledger, Life, Row, open_ledger
from tests.collector import facts
from tests.collector.facts import S
from tests.collector.keeping.counted import NOON, SHANGHAI, day_row, five_minutes, rows_of

DAY_SECONDS = 86_400
LATER = NOON + 520 * DAY_SECONDS  # 3 August 2027
# 13 months before that is 3 July 2026, the 125th day
YOUNG = 124


def no_rest(_seconds: float) -> None:
    """Tests have no collector beside them."""


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = open_ledger(url, create=True)
    opened.begin(Life(collector="main", vantage="centre", version="1", now=1.0))
    yield opened
    opened.close()


def fold_by_hand(ledger: Ledger, check: int, day: Day, **counted: int) -> None:
    columns = {"started_at": day.started_at, "check": check, "bins": b"columns"}
    rows: dict[str, Sequence[Row]] = {
        "quality_day": [day_row(check, day, **counted)],
        "quality_bins": [columns],
    }
    ledger.write(Batch(rows))


def all_let_go(ledger: Ledger, now: float = LATER, months: int = 13) -> int:
    """As many runs as it takes."""
    gone, more = 0, 1
    while more:
        more = let_go(ledger, SHANGHAI, now, months, rest=no_rest)
        gone += more
    return gone


def kept(ledger: Ledger) -> list[tuple[int, int]]:
    return [(row["started_at"], row["check"]) for row in rows_of(ledger, schema.quality_bins)]


def test_columns_of_old_days_on_which_all_went_well_are_let_go_and_all_sums_stay(ledger: Ledger) -> None:
    year = days(NOON, LATER - DAY_SECONDS, SHANGHAI)
    one, other = facts.enrolled(ledger, "a", "b")
    for day in year:
        fold_by_hand(ledger, one, day)
        fold_by_hand(ledger, other, day)
    sums = rows_of(ledger, schema.quality_day)
    assert all_let_go(ledger) == 2 * YOUNG
    assert kept(ledger) == [(day.started_at, check) for day in year[YOUNG:] for check in (one, other)]
    assert rows_of(ledger, schema.quality_day) == sums
    assert all_let_go(ledger) == 0


@pytest.mark.parametrize("trouble", ["rescued", "incomplete", "down"])
def test_columns_of_a_day_that_holds_trouble_are_kept_for_ever(ledger: Ledger, trouble: str) -> None:
    troubled, clean = facts.enrolled(ledger, "a", "b")
    [day] = days(NOON, NOON, SHANGHAI)
    fold_by_hand(ledger, troubled, day, **{trouble: 1})
    fold_by_hand(ledger, clean, day)
    assert all_let_go(ledger, NOON + 20 * 366 * DAY_SECONDS) == 1
    assert kept(ledger) == [(day.started_at, troubled)]


def test_columns_of_days_that_a_frozen_form_cites_are_kept_for_ever(ledger: Ledger) -> None:
    [check] = facts.enrolled(ledger, "a")
    first, second, third = days(NOON, NOON + 2 * DAY_SECONDS, SHANGHAI)
    for day in (first, second, third):
        fold_by_hand(ledger, check, day)
    cited = facts.frozen("7K3P-09QX-M2TD", 1, NOON, second.started_at // S, second.ended_at // S)
    ledger.write(Batch({"revision": [cited]}))
    assert all_let_go(ledger, NOON + 20 * 366 * DAY_SECONDS) == 2
    assert kept(ledger) == [(second.started_at, check)]


def test_no_other_fact_is_ever_touched(ledger: Ledger) -> None:
    [check] = facts.enrolled(ledger, "a")
    for day in days(NOON, NOON + 30 * DAY_SECONDS, SHANGHAI):
        fold_by_hand(ledger, check, day)
    sealed = {"started_at": 1, "revision": 1, "ended_at": 2, "place": 1, "digests": "{}", "through": "{}",
              "sealed_at": 3, "chain": "00"}  # fmt: skip
    packet = {"check": check, "run_started_at": 0, "sent_at": 5, "until": 5, "count": 1, "received_at": None}
    loaded = {"digest": "9f", "loaded_at": 1, "loaded_by": "me", "text": "organisation: 县局"}
    batch = Batch({"run": [facts.run(check, 0, 0)], "watch": [facts.watch(0, 60)], "packet": [packet]})
    batch.add("trap", [facts.trap(5)])
    batch.add("statement", [facts.statement(check, 5)])
    batch.add("port", [facts.port(check, 5)])
    batch.add("throughput", [facts.measurement("t1", 5)])
    for name, row in (("seal", sealed), ("config_version", loaded), ("quality", five_minutes(check, 0))):
        batch.add(name, [row])
    for table in schema.metadata.sorted_tables:
        if table.name in ENTERED:
            batch.add(table.name, [_entered(table)])
    ledger.write(batch)
    others = [table for table in schema.metadata.sorted_tables if table.name != "quality_bins"]
    before = [written(ledger, table) for table in others]
    assert all_let_go(ledger) == 31
    assert [written(ledger, table) for table in others] == before
    assert all(before)


ENTERED = (
    "maintenance", "fault", "inspection", "repair", "manual_value", "attestation", "amendment", "approval",
    "revision", "revision_file",
)  # fmt: skip


def _entered(table: sa.Table) -> Row:
    """Some row of what people enter."""
    given = [column for column in table.c if column.name not in ("incarnation", "seq", "supersedes")]
    return {one.name: "1" if isinstance(one.type, sa.String) else 1 for one in given}


def written(ledger: Ledger, table: sa.Table) -> list[tuple[Any, ...]]:
    """All rows with the numbers of their last write."""
    with ledger.reading() as connection:
        return [tuple(row) for row in connection.execute(sa.select(table))]


def test_a_clock_that_is_years_ahead_does_not_cost_all_columns_at_once(ledger: Ledger) -> None:
    [check] = facts.enrolled(ledger, "a")
    for day in days(NOON, NOON + 30 * DAY_SECONDS, SHANGHAI):
        fold_by_hand(ledger, check, day)
    assert let_go(ledger, SHANGHAI, NOON + 3000 * DAY_SECONDS, 13, rest=no_rest) == 7
    assert len(kept(ledger)) == 24


def test_it_goes_in_slices_and_may_be_stopped_between_any_two(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "SLICE_ROWS", 2)
    [day] = days(NOON, NOON, SHANGHAI)
    for check in facts.enrolled(ledger, *"abcde"):
        fold_by_hand(ledger, check, day)

    def stop(_seconds: float) -> None:
        raise InterruptedError

    for left in (3, 1, 0):
        with pytest.raises(InterruptedError):
            let_go(ledger, SHANGHAI, LATER, 13, rest=stop)
        assert len(kept(ledger)) == left
    assert len(rows_of(ledger, schema.quality_day)) == 5


@pytest.mark.parametrize(
    ("today", "months", "first"),
    [
        ((2027, 8, 3), 13, (2026, 7, 3)),
        ((2027, 3, 31), 13, (2026, 2, 28)),
        ((2028, 12, 31), 14, (2027, 10, 31)),
        ((2027, 1, 15), 24, (2025, 1, 15)),
        ((2029, 3, 30), 13, (2028, 2, 29)),
    ],
)
def test_months_are_those_of_the_calendar(
    today: tuple[int, int, int], months: int, first: tuple[int, int, int]
) -> None:
    now = dt.datetime(*today, 1, tzinfo=SHANGHAI).timestamp()
    assert kept_from(now, months, SHANGHAI) == dt.datetime(*first, tzinfo=SHANGHAI).timestamp() * 1e6
