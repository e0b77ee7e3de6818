"""Killed, cut off from power, robbed of its ledger: at 200 random points in all, and nothing false is written."""

import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from collector import spool
from collector.invariants import violations
from collector.ledger import reading
from collector.ledger.store import open_ledger, sqlite_url
from probes.columns import UP
from tests.collector.killing import LANES, LINE
from tests.practice import Cut, Practice, practice

KILLS = 50  # a lane
ROUND = "icmp-3s"
# First packets are paced over the interval, then retries, then patience: by then a silence is settled.
SETTLED = 3.0 + 0.5 + 0.5 + 0.5

NETWORK = """
organisation: 测试单位
vantage:
  name: 中心机房
  sentinels: {near: [10.0.0.1]}
rounds: {icmp: {interval: 3s, retries: 1, retry_after: 0.5s, timeout: 0.5s, fast: 1s}}
carriers: [{id: ct, name: 中国电信}]
sites: [{id: centre, name: 中心}, {id: sanya, name: 三亚}, {id: haikou, name: 海口}]
circuits:
  - {id: sanya-ct, name: 三亚主用, group: branch, carrier: ct, termination_a: centre, termination_z: sanya,
     address: 10.64.0.2, path: direct}
  - {id: haikou-ct, name: 海口主用, group: branch, carrier: ct, termination_a: centre, termination_z: haikou,
     address: 10.64.0.6, path: direct}
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """The practice network after all lanes have ended."""
    place = tmp_path_factory.mktemp("killed")
    network, folder = place / "network.yaml", place / "data"
    network.write_text(NETWORK, encoding="utf-8")
    folder.mkdir()
    killer = [sys.executable, "-m", "tests.collector.killing", str(network), str(folder), str(KILLS)]
    with practice(network, folder, killer) as running:
        assert running.process.wait(900) == 0
        yield running


class Facts:
    """What the ledger of a lane holds when all is over."""

    def __init__(self, folder: Path) -> None:
        self.lives = json.loads((folder / "lives.json").read_text(encoding="utf-8"))
        self.waiting = spool.waiting(folder)
        ledger = open_ledger(sqlite_url(folder), create=False)
        with ledger.reading() as connection:
            found = reading.runs(connection)
            self.watches = reading.watches(connection)
            self.watched = {ROUND: reading.watched(connection, ROUND)}
        ledger.close()
        self.runs = sorted(found, key=lambda row: (row.check, row.started_at))

    def of(self, line: str) -> list[Any]:
        return [row for row in self.runs if row.subject == line]


@pytest.fixture(params=LANES)
def facts(request: pytest.FixtureRequest, killed: Practice) -> Facts:
    return Facts(killed.folder / request.param)


@pytest.fixture
def cut(killed: Practice) -> Cut:
    [one] = killed.truth()
    return one


@pytest.mark.timeout(1000)
def test_what_must_always_hold_of_facts_holds(facts: Facts) -> None:
    assert violations(facts.runs, facts.watches, facts.watched) == []
    assert facts.waiting == []


def test_enough_was_seen_for_this_to_mean_something(facts: Facts) -> None:
    assert len(facts.lives) > KILLS / 3  # of the service only what asks is counted
    assert facts.watches  # on a busy machine few lives last until their first round is over


def test_time_between_two_lives_is_in_no_watch(facts: Facts) -> None:
    for (_, killed), (born, _) in pairwise(facts.lives):
        for row in facts.watches:
            assert row.ended_at <= killed * 1e6 or row.started_at >= born * 1e6, (row, killed, born)


def test_no_line_is_down_that_was_not_cut(facts: Facts, cut: Cut) -> None:
    assert [row for row in facts.runs if row.outcome == reading.DOWN and row.subject != LINE] == []
    for row in facts.of(LINE):
        if row.outcome == reading.DOWN:
            assert cut.begin <= row.started_before / 1e6
            assert (row.started_after or 0) / 1e6 <= cut.end


def test_the_line_that_was_cut_is_up_in_no_moment_of_the_cut_that_was_watched(facts: Facts, cut: Cut) -> None:
    """Only from the last answer to the question that settles it, which the bounds of the next run tell."""
    for row in facts.of(LINE):
        if row.outcome != UP:
            continue
        begin = max(row.started_at / 1e6, cut.begin + SETTLED)
        end = min((row.ended_at or 2**62) / 1e6, cut.end)
        claimed = [(max(begin, one.started_at / 1e6), min(end, one.ended_at / 1e6)) for one in facts.watches]
        assert [(a, b) for a, b in claimed if b - a > 0.001] == [], (row, cut)
