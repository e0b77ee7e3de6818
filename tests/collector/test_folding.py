"""Repeats of a trap become a count, and every row keeps its own moment."""

import json
from typing import Any

from collector.folding import FOLD_SECONDS, Folding
from collector.ledger import reading
from collector.ledger.store import Batch, Life, open_ledger
from probes.traps import Trap

LINK_DOWN = Trap(
    "2c", "linkDown", "1.3.6.1.6.3.1.1.5.3", 42.0, "", 7, "GE0/0/1", (("1.3.6.1.2.1.2.2.1.1.7", 7),)
)
OTHER_LINK = Trap("2c", "linkDown", "1.3.6.1.6.3.1.1.5.3", 42.0, "", 8, "", (("1.3.6.1.2.1.2.2.1.1.8", 8),))
LATER = Trap("2c", "linkDown", "1.3.6.1.6.3.1.1.5.3", 99.0, "", 7, "GE0/0/1", (("1.3.6.1.2.1.2.2.1.1.7", 7),))


def counts(rows: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(row["received_at"], row["count"]) for row in rows]


def test_the_first_is_told_at_once_and_its_repeats_as_a_count_that_grows() -> None:
    folding = Folding()
    folding.take(LINK_DOWN, "10.0.0.1", "core", at=100.0, now=0.0)
    assert counts(folding.rows(0.0)) == [(100_000_000, 1)]
    folding.take(LATER, "10.0.0.1", "core", at=100.5, now=0.5)
    folding.take(LINK_DOWN, "10.0.0.1", "core", at=101.0, now=1.0)
    assert folding.rows(0.9) == []
    (row,) = folding.rows(1.1)
    assert (row["count"], row["received_at"], row["until"]) == (3, 100_000_000, 101_000_000)
    assert folding.rows(5.0) == []


def test_after_a_minute_the_same_trap_is_a_row_of_its_own() -> None:
    folding = Folding()
    folding.take(LINK_DOWN, "10.0.0.1", "core", at=100.0, now=0.0)
    folding.rows(0.0)
    folding.take(LINK_DOWN, "10.0.0.1", "core", at=159.0, now=FOLD_SECONDS - 1)
    folding.take(LINK_DOWN, "10.0.0.1", "core", at=161.0, now=FOLD_SECONDS + 1)
    assert counts(folding.rows(FOLD_SECONDS + 1)) == [(100_000_000, 2), (161_000_000, 1)]


def test_other_senders_interfaces_and_devices_are_told_apart() -> None:
    folding = Folding()
    folding.take(LINK_DOWN, "10.0.0.1", "core", at=100.0, now=0.0)
    folding.take(LINK_DOWN, "10.0.0.2", "core", at=100.0, now=0.0)
    folding.take(OTHER_LINK, "10.0.0.1", "core", at=100.0, now=0.0)
    folding.take(LINK_DOWN, "10.0.0.1", "edge", at=100.0, now=0.0)
    rows = folding.rows(0.0)
    assert counts(rows) == [(100_000_000, 1), (100_000_000, 1), (100_000_001, 1), (100_000_002, 1)]
    assert len({(row["received_at"], row["source"]) for row in rows}) == 4


def test_nothing_that_was_counted_is_left_behind_at_the_end() -> None:
    folding = Folding()
    for now in (0.0, 0.1, 0.2):
        folding.take(LINK_DOWN, "10.0.0.1", "core", at=100.0 + now, now=now)
        folding.rows(now)
    assert counts(folding.all()) == [(100_000_000, 3)]
    assert folding.all() == []


def test_a_row_that_is_written_again_takes_the_place_of_the_first(url: str) -> None:
    ledger = open_ledger(url, create=True)
    ledger.begin(Life(collector="main", vantage="centre", version="1", now=90.0))
    folding = Folding()
    for at in (100.0, 102.0):
        folding.take(LINK_DOWN, "10.0.0.1", "core", at=at, now=at)
        batch = Batch()
        batch.add("trap", folding.rows(at))
        ledger.write(batch)
    with ledger.reading() as connection:
        (row,) = reading.traps(connection)
        assert reading.traps(connection, begin=100.5) == reading.traps(connection, device="edge") == []
        assert reading.traps(connection, end=100.5, device="core") == [row]
    ledger.close()
    assert (row.count, row.device, row.interface_index, row.interface_name) == (2, "core", 7, "GE0/0/1")
    assert json.loads(row.variables) == [["1.3.6.1.2.1.2.2.1.1.7", 7]]
