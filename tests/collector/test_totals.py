"""Totals of recorded outages: what they count, and that reading only what is new gives what reading all does."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from collector import totals
from collector.board import Totals
from collector.ledger import reading, schema
from collector.ledger.store import Batch, Ledger, Life, open_ledger, sqlite_url
from collector.totals import Tally, count_totals
from exporters.reading import DOWN, UP
from tests.collector.facts import S, end, enrolled, run, watch

HOUR = 3600
BEFORE, AFTER = watch(100, 200, reason="blind"), watch(300, 400, reason="stopped")


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = open_ledger(url, create=True)
    opened.begin(life())
    yield opened
    opened.close()


def life(vantage: str = "centre") -> Life:
    return Life(collector="main", vantage=vantage, version="1", now=1.0)


def ended(check: int, begin: int, end_: int, outcome: int = DOWN) -> Batch:
    done = {"ended_at": end_ * S, "ended_after": None, "ended_before": end_ * S}
    return Batch({"run": [{**run(check, begin, outcome), **done}]})


def test_an_outage_counts_only_the_seconds_that_somebody_watched(ledger: Ledger) -> None:
    # watched 100-200 and 300-400; down 150-350: 50 + 50 seconds
    [check] = enrolled(ledger, "a")
    ledger.write(ended(check, 150, 350), Batch({"watch": [BEFORE, AFTER]}))
    assert count_totals(ledger, 500.0) == Totals({check: 1}, {check: 100.0})


def test_an_open_outage_counts_up_to_the_last_completed_round(ledger: Ledger) -> None:
    # down since 350, watched until 400, now it is 500
    [check] = enrolled(ledger, "a")
    ledger.write(Batch({"run": [run(check, 350, DOWN)], "watch": [watch(300, 400, reason="stopped")]}))
    assert count_totals(ledger, 500.0).seconds == {check: 50.0}
    assert count_totals(ledger, 380.0).seconds == {check: 30.0}
    assert count_totals(ledger, 340.0).seconds == {check: 0.0}


def test_what_may_still_turn_out_to_have_been_blind_is_not_counted_yet(ledger: Ledger) -> None:
    # rounds every 10 s; the last one was held at 400, and the next found that nobody saw since 394
    [check], tally = enrolled(ledger, "a"), Tally()
    ledger.write(Batch({"run": [run(check, 350, DOWN)], "watch": [watch(300, 400)]}))
    assert tally.refresh(ledger, 410.0).seconds == {check: 40.0}
    ledger.write(Batch({"watch": [watch(300, 394, reason="blind")]}))
    assert tally.refresh(ledger, 420.0).seconds == {check: 44.0}


def test_a_watch_that_has_just_begun_counts_nothing_yet(ledger: Ledger) -> None:
    [check] = enrolled(ledger, "a")
    ledger.write(Batch({"run": [run(check, 290, DOWN)], "watch": [watch(300, 304)]}))
    assert count_totals(ledger, 410.0).seconds == {check: 0.0}


def test_outages_of_a_check_add_up_and_checks_do_not_mix(ledger: Ledger) -> None:
    first, second, third = enrolled(ledger, "a", "b", "c")
    ledger.write(ended(first, 110, 120), ended(first, 130, 145), ended(second, 110, 111))
    ledger.write(ended(third, 110, 190, outcome=UP), Batch({"watch": [BEFORE]}))
    assert count_totals(ledger, 500.0) == Totals({first: 2, second: 1}, {first: 25.0, second: 1.0})


def test_an_outage_nobody_watched_is_counted_with_no_seconds(ledger: Ledger) -> None:
    [check] = enrolled(ledger, "a")
    ledger.write(ended(check, 210, 290), Batch({"watch": [BEFORE, AFTER]}))
    assert count_totals(ledger, 500.0) == Totals({check: 1}, {check: 0.0})


def test_an_empty_ledger_has_no_totals(ledger: Ledger) -> None:
    assert count_totals(ledger, 500.0) == Totals({}, {})


# Reading only what is new

READS = ("down_runs", "watched_stretches")


def rows_read(tally: Tally, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What one refresh reads: `all` or `newer` for each reading that it makes."""
    asked: list[str] = []
    with monkeypatch.context() as patched:
        for name in READS:
            patched.setattr(reading, name, noting(getattr(reading, name), asked.append))
        tally.refresh(ledger, 10.0 * HOUR)
    return asked


def noting(read: Callable[..., Any], note: Callable[[str], None]) -> Callable[..., Any]:
    def noted(connection: Any, **more: Any) -> Any:
        note(read.__name__ + (" newer" if more.get("newer") else " all"))
        return read(connection, **more)

    return noted


def settled(ledger: Ledger) -> tuple[int, Tally]:
    """A check with one outage from 110 to 120, long ago, that is counted already."""
    [check] = enrolled(ledger, "a")
    ledger.write(ended(check, 110, 120), Batch({"watch": [watch(100, 9 * HOUR)]}))
    tally = Tally()
    assert tally.refresh(ledger, 10.0 * HOUR) == Totals({check: 1}, {check: 10.0})
    return check, tally


ALL = ["watched_stretches all", "down_runs all"]


def test_nothing_is_read_where_nothing_is_new(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    _, tally = settled(ledger)
    assert rows_read(tally, ledger, monkeypatch) == []


def test_only_what_is_new_is_read(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    check, tally = settled(ledger)
    ledger.write(ended(check, 8 * HOUR, 8 * HOUR + 5))
    assert rows_read(tally, ledger, monkeypatch) == ["down_runs newer"]
    ledger.write(Batch({"watch": [watch(100, 9 * HOUR + 10)]}))
    assert rows_read(tally, ledger, monkeypatch) == ["watched_stretches newer"]
    assert tally.refresh(ledger, 10.0 * HOUR) == Totals({check: 2}, {check: 15.0})


def test_a_path_that_is_traced_after_the_outage_counts_it_once(ledger: Ledger) -> None:
    check, tally = settled(ledger)
    ledger.write(Batch(traces=[{"check": check, "started_at": 110 * S, "trace": "[]"}]))
    assert tally.refresh(ledger, 10.0 * HOUR) == Totals({check: 1}, {check: 10.0})


def test_a_watch_that_is_changed_long_afterwards_changes_the_seconds_it_covered(ledger: Ledger) -> None:
    check, tally = settled(ledger)
    ledger.write(Batch({"watch": [watch(100, 115, reason="blind")]}))
    assert tally.refresh(ledger, 10.0 * HOUR) == Totals({check: 1}, {check: 5.0})
    ledger.write(Batch({"watch": [watch(115, 9 * HOUR)]}))
    assert tally.refresh(ledger, 10.0 * HOUR) == Totals({check: 1}, {check: 10.0})


def test_rows_that_an_earlier_life_left_behind_are_found(ledger: Ledger) -> None:
    # as when a spool is written: numbers of the life before, under a life that has begun since
    [check], before = enrolled(ledger, "a"), ledger.life
    assert before
    tally, now = Tally(), life()
    ledger.begin(now)
    ledger.write(Batch({"watch": [watch(100, 9 * HOUR)]}))
    assert tally.refresh(ledger, 10.0 * HOUR) == Totals({}, {})
    ledger.begin(before)
    ledger.write(ended(check, 8 * HOUR, 8 * HOUR + 5))
    assert tally.refresh(ledger, 10.0 * HOUR) == Totals({check: 1}, {check: 5.0})


def test_a_ledger_that_was_rolled_back_is_read_anew(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    check, tally = settled(ledger)
    rolled_back(ledger, to=(1, 1))
    assert tally.refresh(ledger, 10.0 * HOUR) == Totals({}, {})
    ledger.write(Batch({"watch": [watch(100, 9 * HOUR)]}), ended(check, 210, 260))
    tally.refresh(ledger, 10.0 * HOUR)
    # the same number of another life, as in a copy of the ledger that somebody else went on with
    with ledger.engine.begin() as connection:
        connection.execute(sa.update(schema.incarnation).values(token="another"))
    assert rows_read(tally, ledger, monkeypatch) == ALL


def rolled_back(ledger: Ledger, to: tuple[int, int]) -> None:
    """Forget everything written after a stamp, and the lives that began after it."""
    with ledger.engine.begin() as connection:
        for table in (schema.run, schema.watch):
            newer = sa.tuple_(table.c.incarnation, table.c.seq) > sa.tuple_(
                sa.literal(to[0]), sa.literal(to[1])
            )
            connection.execute(sa.delete(table).where(newer))
        connection.execute(sa.delete(schema.incarnation).where(schema.incarnation.c.id > to[0]))


def test_after_an_error_everything_is_read_anew(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    check, tally = settled(ledger)
    with ledger.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE run RENAME TO away"))
    with pytest.raises(sa.exc.SQLAlchemyError):
        tally.refresh(ledger, 10.0 * HOUR)
    with ledger.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE away RENAME TO run"))
    assert rows_read(tally, ledger, monkeypatch) == ALL
    assert tally.refresh(ledger, 10.0 * HOUR) == Totals({check: 1}, {check: 10.0})


def test_what_is_new_is_found_by_an_index_and_so_is_the_run_before_a_change(tmp_path: Path) -> None:
    opened = open_ledger(sqlite_url(tmp_path), create=True)
    asked: list[tuple[str, Any]] = []
    sa.event.listen(
        opened.engine, "before_cursor_execute", lambda _c, _k, sql, given, *_: asked.append((sql, given))
    )
    with opened.reading() as connection:
        reading.newest_rows(connection, schema.run)
        list(reading.down_runs(connection, newer=(1, 5)))
        reading.watched_stretches(connection, newer=(1, 5))
        reading.recent(connection, 10)
        plans = [
            [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given)]
            for sql, given in asked.copy()
        ]
    opened.close()
    newest, news, watches, recent = plans
    assert any(
        "SEARCH run USING COVERING INDEX ix_run_incarnation_seq (incarnation=?)" in one for one in newest
    )
    assert news == ["SEARCH run USING INDEX ix_run_incarnation_seq (incarnation=? AND seq>?)"]
    assert watches == ["SEARCH watch USING INDEX ix_watch_incarnation_seq (incarnation=? AND seq>?)"]
    assert "SCAN run USING INDEX ix_run_started_at" in recent
    assert "SEARCH before USING INDEX sqlite_autoindex_run_1 (check=? AND started_at=?)" in recent


def test_the_ledger_has_the_indexes_that_the_program_counts_on(ledger: Ledger) -> None:
    with ledger.reading() as connection:
        inspector = sa.inspect(connection)
        for table in schema.metadata.sorted_tables:
            there = {tuple(one["column_names"]) for one in inspector.get_indexes(table.name)}
            assert there >= {tuple(index.columns.keys()) for index in table.indexes}, table.name


class History:
    """Facts written in random steps, as a collector with a mad clock and a bad disk would write them."""

    CHECKS = 3

    def __init__(self, ledger: Ledger) -> None:
        _forget(ledger)
        self.ledger = ledger
        ledger.begin(life())
        self.checks = enrolled(ledger, *map(str, range(self.CHECKS)))
        self.now = 1000
        self.open: dict[int, tuple[int, str]] = {}
        self.written: list[tuple[int, int]] = []
        self.watch: tuple[int, int] | None = None

    def step(self, what: str, of: int, seconds: int) -> None:
        """Do one thing, then let time pass."""
        getattr(self, f"_{what}")(self.checks[of % self.CHECKS], of, seconds)
        self.now += seconds

    def _fall(self, check: int, of: int, seconds: int) -> None:
        if check not in self.open and (check, self.now) not in self.written:
            name = "icmp-10s" if of % 5 else "icmp-60s"
            self.open[check] = self.now, name
            self.written.append((check, self.now))
            self.ledger.write(Batch({"run": [run(check, self.now, DOWN, name)]}))

    def _rise(self, check: int, of: int, seconds: int) -> None:
        begin, _ = self.open.pop(check, (self.now, ""))
        if begin < self.now:
            self.ledger.write(Batch(ends=[end(check, begin, self.now)]))

    def _trace(self, check: int, of: int, seconds: int) -> None:
        if self.written:
            check, begin = self.written[of % len(self.written)]
            self.ledger.write(Batch(traces=[{"check": check, "started_at": begin * S, "trace": "[]"}]))

    def _look(self, check: int, of: int, seconds: int) -> None:
        """A round was completed."""
        self.watch = (self.watch or (self.now, 0))[0], self.now
        self._write_watch(of)

    def _shorten(self, check: int, of: int, seconds: int) -> None:
        """The end of the watch turns out to have been blind."""
        if self.watch:
            begin, until = self.watch
            self.watch = begin, max(begin, until - seconds)
            self._write_watch(of, "blind")
            self.watch = None

    def _write_watch(self, of: int, reason: str = "") -> None:
        assert self.watch
        for name in ("icmp-10s", "icmp-60s"):
            row = watch(*self.watch, round=name, vantage="west" if of % 7 == 3 else "centre", reason=reason)
            self.ledger.write(Batch({"watch": [row]}))

    def _blind(self, check: int, of: int, seconds: int) -> None:
        if self.watch and of % 2:  # else nobody was there to write it
            self._write_watch(of, "blind")
        self.watch = None

    def _back(self, check: int, of: int, seconds: int) -> None:
        """Somebody sets the clock back; runs that would begin later than they end are closed as they began."""
        self.now, self.watch = max(1000, self.now - 3 * seconds), None
        for one, (begin, _) in list(self.open.items()):
            if begin >= self.now:
                del self.open[one]
                self.ledger.write(Batch(ends=[end(one, begin, begin)]))

    def _restart(self, check: int, of: int, seconds: int) -> None:
        self.ledger.begin(life())
        self.watch = None

    def _roll(self, check: int, of: int, seconds: int) -> None:
        """A snapshot from the beginning of a life is put back."""
        rolled_back(self.ledger, to=(max(1, self.ledger.incarnation - of % 2), seconds % 30))
        with self.ledger.reading() as connection:
            found = connection.execute(sa.select(schema.run)).all()
        self.written = [(row.check, row.started_at // S) for row in found]
        self.open = {row.check: (row.started_at // S, row.round) for row in found if row.ended_at is None}
        self._restart(check, of, seconds)


def _forget(ledger: Ledger) -> None:
    with ledger.engine.begin() as connection:
        for table in (schema.run, schema.watch, schema.check, schema.incarnation):
            connection.execute(sa.delete(table))


def reckoned(ledger: Ledger, now: int) -> Totals:
    """The totals, second by second."""
    with ledger.reading() as connection:
        downs = connection.execute(sa.select(schema.run).where(schema.run.c.outcome == DOWN)).all()
        stretches = connection.execute(sa.select(schema.watch)).all()
    outages: dict[int, int] = {}
    lasted: dict[int, float] = {}
    for row in downs:
        own = [one for one in stretches if one.round == row.round]
        watched = {at for one in own for at in range(one.started_at // S, _sure_end(one) // S)}
        down = range(row.started_at // S, (now * S if row.ended_at is None else row.ended_at) // S)
        outages[row.check] = outages.get(row.check, 0) + 1
        lasted[row.check] = lasted.get(row.check, 0.0) + len(watched.intersection(down))
    return Totals(outages, lasted)


def _sure_end(row: Any) -> int:
    end_: int = row.ended_at if row.reason else row.ended_at - row.interval
    return end_


STEPS = ["fall", "rise", "trace", "look", "look", "look", "blind", "shorten", "back", "restart", "roll"]
ACTS = st.tuples(st.sampled_from(STEPS), st.integers(0, 20), st.sampled_from([1, 10, 40, 300]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(st.lists(st.lists(ACTS, min_size=1, max_size=8), min_size=1, max_size=8))
@example([[("fall", 0, 1), ("back", 0, 40), ("look", 0, 1)], [("trace", 0, 1)]])
@example([[("look", 0, 10), ("fall", 1, 10), ("rise", 1, 10), ("look", 0, 300)], [("trace", 0, 1)]])
@example([[("look", 0, 300), ("fall", 1, 300), ("rise", 1, 40), ("look", 0, 1)], [("shorten", 0, 300)]])
def test_in_whatever_steps_it_is_read_it_is_what_reading_all_of_it_gives(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, steps: list[list[tuple[str, int, int]]]
) -> None:
    with monkeypatch.context() as patched:
        # a short while, so that within the history much is folded and then touched again
        patched.setattr(totals, "SETTLED_MICROS", 30 * S)
        history, tally = History(ledger), Tally()
        for step in steps:
            for act in step:
                history.step(*act)
            found = tally.refresh(ledger, float(history.now))
            assert found == reckoned(ledger, history.now)
            assert found == count_totals(ledger, float(history.now))
