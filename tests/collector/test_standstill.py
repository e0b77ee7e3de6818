"""The collector stands still: really, by SIGSTOP, and for five minutes by a clock. The time is unknown, no outage."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from collector.ledger import schema
from collector.ledger.reading import DOWN
from collector.ledger.store import open_ledger, seconds, sqlite_url
from probes.columns import Answers, Sight
from tests.collector.answering import answers, up
from tests.collector.held import Bench
from tests.collector.test_service import LOOPBACK, _child, await_status, free_port, service

STOPPED = 8.0
QUICK = "rounds: {icmp: {interval: 3s, retries: 1, retry_after: 0.5s, timeout: 0.5s, fast: 1s}}\ncarriers:"


def rows(folder: Path, name: str) -> list[Any]:
    ledger = open_ledger(sqlite_url(folder), create=False)
    with ledger.reading() as connection:
        table = schema.metadata.tables[name]
        found = list(connection.execute(table.select().order_by(table.c.started_at)))
    ledger.close()
    return found


def test_time_in_which_the_process_was_stopped_is_unknown_and_nobody_was_down(tmp_path: Path) -> None:
    network, folder = tmp_path / "network.yaml", tmp_path / "data"
    network.write_text((LOOPBACK % free_port()).replace("carriers:", QUICK), encoding="utf-8")
    with service(network, folder) as process:
        await_status(network, folder, "up")
        time.sleep(4)
        ask = _child(process.pid, "ask")
        os.kill(ask, signal.SIGSTOP)
        begun = time.time()
        try:
            time.sleep(STOPPED)
        finally:
            ended = time.time()
            os.kill(ask, signal.SIGCONT)
        time.sleep(7)
        await_status(network, folder, "up")
        assert _child(process.pid, "ask") == ask
        process.terminate()
        process.wait(60)
    assert [row for row in rows(folder, "run") if row.outcome == DOWN] == []
    watches = rows(folder, "watch")
    middle = (begun + ended) / 2
    assert [row for row in watches if seconds(row.started_at) <= middle <= seconds(row.ended_at)] == []
    before = [row for row in watches if seconds(row.ended_at) < middle][-1]
    assert before.reason == "suspended"
    after = [row for row in watches if seconds(row.started_at) > middle]
    assert after
    assert seconds(after[-1].ended_at) > ended


def suspended(start: float, lost: float) -> Answers:
    """All that a round sees which begins after nobody was asked for a while."""
    sights = (Sight(lost, False, "suspended"), Sight(start + 0.1, True))
    return answers([up(0, start + 1), up(1, start + 3)], sights)


@pytest.mark.parametrize("asleep", [20.0, 300.0, 86_400.0])
def test_five_minutes_of_standstill_are_a_gap_between_two_watches(tmp_path: Path, asleep: float) -> None:
    bench = Bench(tmp_path)
    for start in (100, 110):
        bench.hold(start, (start + 4, [up(0, start + 1), up(1, start + 3)]))
    again = 120 + asleep
    bench.hold(again, (again + 4, suspended(again, 115.0)))
    bench.hold(again + 10, (again + 14, [up(0, again + 11), up(1, again + 13)]))
    assert bench.watches() == [(100.0, 115.75, "suspended"), (again + 0.1, again + 15.75, "")]
    assert bench.runs(0) == [(1, 101.0, None)]
    assert bench.runs(1) == [(1, 103.0, None)]
    assert bench.violated() == []
    bench.ledger.close()


def test_a_standstill_in_mid_round_ends_the_watch_where_the_sentinels_were_seen_last(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.hold(100, (104, [up(0, 101), up(1, 103)]))
    sights = (Sight(112.0, False, "suspended"), Sight(412.0, True))
    late = answers([up(0, 111), up(1, 412.5)], sights)
    bench.hold(110, (413, late), lasts=304)
    bench.hold(420, (424, [up(0, 421), up(1, 423)]))
    assert bench.watches()[0] == (100.0, 112.0, "suspended")
    assert all(begin >= 412.0 for begin, _, _ in bench.watches()[1:])
    assert [bench.runs(target) for target in (0, 1)] == [[(1, 101.0, None)], [(1, 103.0, None)]]
    bench.ledger.close()
