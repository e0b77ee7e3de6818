"""What the page is told: totals of recorded outages, counted over watched time only, and the feed as it comes."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from collector import frames
from collector.feed import Feed
from collector.ledger import reading
from collector.ledger.reading import Watched
from collector.ledger.store import Batch, Ledger, Life, open_ledger, sqlite_url
from collector.live import LiveReader
from config.model import Config
from exporters.reading import DOWN, UNKNOWN, UP
from tests.awaiting import until
from tests.collector.clocks import SetClock
from tests.collector.facts import S, enrolled, run, watch
from tests.config.written import CIRCUIT, HEAD, load_written


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = open_ledger(url, create=True)
    opened.begin(Life(collector="main", vantage="centre", version="1", now=1.0))
    yield opened
    opened.close()


def ended(check: int, begin: int, end: int, outcome: int = DOWN) -> Batch:
    done = {"ended_at": end * S, "ended_after": None, "ended_before": end * S}
    return Batch({"run": [{**run(check, begin, outcome), **done}]})


def test_watched_time_counts_once_however_many_watched(ledger: Ledger) -> None:
    # two vantages, and a clock that was set back from 200 to 150
    west = watch(120, 180, vantage="west")
    ledger.write(
        Batch({"watch": [watch(100, 200, stepped_to=150 * S), west, watch(150, 250), watch(300, 400)]})
    )
    with ledger.reading() as connection:
        found = reading.watched(connection, "icmp-10s")
    assert found.started_at.tolist() == [100 * S, 300 * S]
    assert found.ended_at.tolist() == [250 * S, 400 * S]
    spans = found.seconds(np.array([0, 160 * S, 240 * S]), np.array([1000 * S, 190 * S, 310 * S]))
    assert spans.tolist() == [250.0, 30.0, 20.0]


def test_without_any_watch_nothing_was_watched() -> None:
    nothing = Watched(np.empty(0, np.int64), np.empty(0, np.int64))
    assert nothing.seconds(np.array([0]), np.array([10 * S])).tolist() == [0.0]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load_written(tmp_path, HEAD + CIRCUIT)


class Told:
    """A collector's feed with one circuit that is up."""

    def __init__(self, folder: Path, clock: SetClock, check: int = 3) -> None:
        self.clock, self.check = clock, check
        self.feed = Feed(folder, self.full, {})

    def full(self) -> bytes:
        columns: frames.Columns = {
            "check": np.array([self.check]),
            "outcome": np.array([UP], np.int8),
            "since": np.array([self.clock.wall() - 60]),
            "rtt": np.array([0.01]),
            "loss": np.array([0.0]),
        }
        return frames.pack(
            {**self.header(), "who": [["circuit", "icmp", [self.check], ["haikou-ct"]]]}, columns
        )

    def header(self) -> dict[str, Any]:
        one = {"name": "icmp-10s", "probe": "icmp", "watching": True, "completed": 1, "late": 0.0}
        return {"rounds": [{**one, "watched_until": None}], "reasons": {}}


def states(reader: LiveReader) -> list[int]:
    found: list[int] = reader.overview().kinds["circuits"].now.state.tolist()
    return found


def test_the_page_follows_the_feed_and_knows_nothing_without_it(
    config: Config, tmp_path: Path, url: str
) -> None:
    clock = SetClock()
    told = Told(tmp_path, clock)
    reader = LiveReader(config, tmp_path, url, clock)
    assert states(reader) == [UNKNOWN]
    reader.start()
    until(lambda: states(reader) == [UP])
    told.feed.close()
    until(lambda: states(reader) == [UNKNOWN])
    assert not reader.overview().collector.watching
    again = Told(tmp_path, clock)
    until(lambda: states(reader) == [UP])
    reader.stop()
    again.feed.close()


def test_why_nobody_watches_is_shown_while_nobody_does(config: Config, tmp_path: Path) -> None:
    reader = LiveReader(
        config, tmp_path, f"sqlite:///{tmp_path}/none", SetClock(), "namespaces are forbidden here"
    )
    assert reader.overview().collector.problem == "namespaces are forbidden here"


def test_the_feed_is_followed_although_the_ledger_cannot_be_read(
    config: Config, tmp_path: Path, ledger: Ledger, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.live._TOTALS_SECONDS", 0.1)
    clock = SetClock()
    [check] = enrolled(ledger, "haikou-ct")
    ledger.write(ended(check, 110, 120), Batch({"watch": [watch(100, 200)]}))
    told = Told(tmp_path, clock, check)
    reader = LiveReader(config, tmp_path, url, clock)
    reader.start()
    until(lambda: reader.overview().kinds["circuits"].now.outages.tolist() == [1])
    with ledger.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE run RENAME TO away"))
    for _ in range(5):
        told.feed.publish(frames.pack(told.header()))
        time.sleep(0.15)
    with ledger.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE away RENAME TO run"))
    ledger.write(ended(check, 130, 140))

    def counted_again() -> bool:
        told.feed.publish(frames.pack(told.header()))
        return bool(reader.overview().kinds["circuits"].now.outages[0] == 2)

    until(counted_again)
    assert states(reader) == [UP]
    reader.stop()
    told.feed.close()


def test_the_newest_changes_come_first_with_how_long_the_run_before_had_lasted(
    config: Config, tmp_path: Path, ledger: Ledger, url: str
) -> None:
    [check] = enrolled(ledger, "haikou-ct")
    ledger.write(
        ended(check, 100, 150, outcome=UP), ended(check, 150, 170), Batch({"run": [run(check, 170, UP)]})
    )
    reader = LiveReader(config, tmp_path, url, SetClock())
    found = reader.recent(10)
    assert [(one.at, one.state, one.lasted) for one in found] == [(170.0, "up", 20.0), (150.0, "down", 50.0)]
    assert found[0].name == "海口"
    assert len(reader.recent(1)) == 1
    reader.stop()


def test_where_another_ledger_was_put_in_its_place_that_one_is_shown(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.live._TOTALS_SECONDS", 0.05)
    clock, (first, second) = (
        SetClock(),
        [ledger_with(tmp_path / name, number) for name, number in PUT.items()],
    )
    told = Told(tmp_path, clock, 1)
    reader = LiveReader(config, tmp_path, sqlite_url(first), clock)
    reader.start()
    until(lambda: reader.overview().kinds["circuits"].now.outages.tolist() == [1])
    for place in first.iterdir():
        place.unlink()
    time.sleep(0.2)  # gone for a while
    assert reader.recent(10) == ()
    for place in second.iterdir():
        place.rename(first / place.name)
    until(lambda: reader.overview().kinds["circuits"].now.outages.tolist() == [2])
    assert [one.at for one in reader.recent(10)] == [130.0]
    reader.stop()
    told.feed.close()


PUT = {"first": 1, "second": 2}


def ledger_with(folder: Path, outages: int) -> Path:
    folder.mkdir()
    ledger = open_ledger(sqlite_url(folder), create=True)
    ledger.begin(Life(collector="main", vantage="centre", version="1", now=1.0))
    [check] = enrolled(ledger, "haikou-ct")
    ledger.write(*(ended(check, 110 + 20 * number, 130 + 20 * number) for number in range(outages)))
    ledger.close()
    return folder
