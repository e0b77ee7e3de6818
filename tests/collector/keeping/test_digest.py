"""What a seal is made of: written down by hand as the document says, and the same whatever honest writing follows."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.keeping import digest
from collector.keeping.chain import NOT_YET, Stamps
from collector.keeping.days import Day
from collector.keeping.digest import Sheet, Sheets
from collector.keeping.verify import snapshot
from collector.ledger import schema
from collector.ledger.store import Batch, open_ledger, sqlite_url
from tests.collector import facts
from tests.collector.facts import S
from tests.collector.keeping.history import DOWN, FIRST, HOUR, UP, History, at, day_of, lived

THIRD = day_of(at(3, 3))


@pytest.fixture
def history(url: str, tmp_path: Path) -> Iterator[History]:
    made = lived(url, tmp_path, at(3, 5))
    yield made
    made.ledger.close()


def sealed(history: History) -> list[dict[str, Any]]:
    with history.ledger.reading() as connection:
        ordered = sa.select(schema.seal).order_by(schema.seal.c.place)
        return [dict(row) for row in connection.execute(ordered).mappings()]


def sha(lines: list[list[Any]]) -> str:
    text = "".join(json.dumps(line, separators=(",", ":")).replace(",null]", "]") + "\n" for line in lines)
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_day_can_be_digested_by_hand_from_what_the_document_says(history: History) -> None:
    third = json.loads(sealed(history)[1]["digests"])
    down, b_down = at(3, 3, 10), at(3, 3, 8)
    begun = [[1, down, DOWN], [1, down + 300, UP], [2, b_down, DOWN]]
    trace = '[{"distance": 1}]'
    runs = [
        [check, begin * S, outcome, "icmp-10s", (begin - 10) * S, (begin + 2) * S]
        + (["no answer", trace] if outcome == DOWN else ["", None])
        for check, begin, outcome in begun
    ]
    assert third["run"] == {
        "rows": 3,
        "sha256": sha(runs),
        "open": [
            [1, (down + 300) * S],
            [2, b_down * S],
        ],  # what began that day and has not ended by the night
    }
    begun_watch = (FIRST + 60) * S
    clipped = ["centre", "icmp-10s", THIRD.started_at, THIRD.ended_at, 10 * S, 5_750_000]
    assert third["watch"] == {
        "rows": 1, "sha256": sha([clipped]), "open": [["centre", "icmp-10s", begun_watch]]
    }  # fmt: skip
    assert third.keys() == {
        "run", "run end", "watch", "packet", "quality_day", "quality_bins", "troubled quality_bins", "statement",
        "port", "trap", "throughput", "incarnation",
    }  # fmt: skip


def test_the_chain_can_be_followed_by_hand(history: History) -> None:
    before = ""
    for place, row in enumerate(sealed(history), 1):
        names = (
            "started_at",
            "revision",
            "ended_at",
            "place",
            "digests",
            "through",
            "sealed_at",
            "incarnation",
            "seq",
        )
        line = json.dumps([before, *(row[name] for name in names)], separators=(",", ":"))
        before = hashlib.sha256(line.encode()).hexdigest()
        assert (row["place"], row["chain"]) == (place, before)


def test_every_column_of_every_fact_is_in_some_record() -> None:
    recorded = {(part.columns[0].table.name, column.name) for part in digest.PARTS for column in part.columns}
    recorded |= {(name, column) for name in (digest.CHECK, digest.LIFE) for column in digest.COLUMNS[name]}
    tables = schema.metadata.tables.items()
    facts_ = {(name, column.name) for name, table in tables for column in table.c}
    assert facts_ - recorded == {one for one in facts_ if one[0] in ("quality", "seal")}


def test_a_column_that_is_added_later_changes_no_record_that_is_sealed() -> None:
    assert digest.line((7, None, "", None, None)) == digest.line((7, None, "")) == b'[7,null,""]\n'
    assert digest.line((7, None, "", None, 3)) != digest.line((7, None, ""))


def test_columns_of_a_day_stand_by_their_sha_256(history: History) -> None:
    table = schema.quality_bins
    with history.ledger.reading() as connection:
        rows = connection.execute(sa.select(table).order_by(*table.primary_key)).all()
    lines = [
        [row.started_at, row.check, hashlib.sha256(row.bins).hexdigest(), row.incarnation, row.seq]
        for row in rows
        if row.started_at == THIRD.started_at and row.check == 1
    ]
    assert json.loads(sealed(history)[1]["digests"])["troubled quality_bins"]["sha256"] == sha(lines)


def test_both_databases_put_texts_into_the_same_order(url: str, tmp_path: Path) -> None:
    ledger = open_ledger(url, create=True)
    History(ledger, tmp_path).start(FIRST)
    names = ["centre", "Zhongshan", "éloge", "三亚", "海口", "a b", "ab", "_"]
    ledger.write(Batch({"watch": [facts.watch(FIRST, FIRST + HOUR, vantage=name) for name in names]}))
    ledger.write(Batch({"watch": [facts.watch(FIRST, FIRST + HOUR, vantage=names[0], reason="stopped")]}))
    sheet = Sheet(day_of(FIRST))
    with snapshot(ledger) as connection:
        connection.execute(sa.update(schema.watch).values(reason="stopped"))
        digest.count(connection, Sheets([sheet]), Stamps())
    lines = [[name, "icmp-10s", FIRST * S, (FIRST + HOUR) * S, 10 * S, 5_750_000] for name in sorted(names)]
    assert sheet.tallies["watch"].sha.hexdigest() == sha(lines)
    ledger.close()


def test_a_moment_lies_in_one_day_and_a_stretch_in_all_that_it_overlaps() -> None:
    first, second, fourth = Sheet(Day(0, 10)), Sheet(Day(10, 20)), Sheet(Day(30, 40))
    sheets = Sheets([fourth, first, second])
    found = {moment: sheets.at(moment) for moment in (-1, 0, 9, 10, 19, 20, 30, 40)}
    assert found == {-1: None, 0: first, 9: first, 10: second, 19: second, 20: None, 30: fourth, 40: None}
    stretches = {(0, 10): [first], (9, 11): [first, second], (-5, 50): [first, second, fourth], (20, 30): [],
                 (10, 10): [], (35, 36): [fourth]}  # fmt: skip
    assert {one: list(sheets.over(*one)) for one in stretches} == stretches
    assert list(Sheets([]).over(0, 10)) == []


def test_a_stamp_tells_since_which_seal_a_row_was_there() -> None:
    stamps = Stamps()
    stamps.add(1, {"1": 10, "2": 0})
    stamps.add(2, {"1": 25})
    stamps.add(3, {"2": 4})
    places = {
        (1, 10): 1,
        (1, 11): 2,
        (1, 26): NOT_YET,
        (2, 1): 3,
        (2, 4): 3,
        (2, 5): NOT_YET,
        (7, 1): NOT_YET,
    }
    assert {one: stamps.place(*one) for one in places} == places
    assert [stamps.first(one) for one in (1, 2, 7)] == [1, 1, NOT_YET]
    assert [stamps.newest(one) for one in (1, 2, 7)] == [25, 4, None]


# Histories by chance: what may happen to a collector between two nights.

WHAT = (
    "flip",
    "flip",
    "flip",
    "look",
    "look",
    "night",
    "restart",
    "crash",
    "away",
    "set back",
    "count",
    "new line",
)
steps = st.lists(st.tuples(st.sampled_from(WHAT), st.integers(0, 2), st.integers(1, 20)), max_size=60)


class Chance:
    """A collector to which things happen; every fact is written as the real one would."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.now = FIRST
        self.begun: dict[int, tuple[int, int]] = {}
        self.spooled: list[Batch] = []

    def step(self, what: str, which: int, hours: int) -> None:
        self.now += hours * HOUR // 2 + 7
        if what == "set back":
            self.history.watched(self.now, reason="clock step", stepped_to=(self.now - 30 * HOUR) * S)
            self.now -= 30 * HOUR
            self.history.watch = facts.watch(self.now, self.now)
        elif what == "restart":
            self.history.watched(self.now)
            self.history.start(self.now + 3)
        elif what == "crash":
            self.history.start(self.now + 3)
        elif what == "away":
            self.now += 9 * 24 * HOUR
        elif what == "count":
            self.history.counted(day_of(self.now).started_at // S, sent=which)
        elif what == "new line":
            self.history.lines += facts.enrolled(self.history.ledger, f"line {self.now}")
        elif what == "flip":
            self.flip(self.history.lines[which])
        elif what == "look":
            self.history.watched(self.now)
        else:
            self.history.night(self.now - 24 * HOUR)

    def flip(self, line: int) -> None:
        begun, outcome = self.begun.get(line, (None, DOWN))
        if begun is None or begun < self.now:
            self.begun[line] = (self.now, UP - outcome)
            self.history.begins(line, self.now, UP - outcome, begun)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("empty")
    open_ledger(sqlite_url(place), create=True).close()
    return place


@settings(max_examples=40)
@given(steps=steps)
def test_no_honest_history_ever_differs_from_its_seals(
    steps: list[tuple[str, int, int]], empty: Path
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(empty, folder, dirs_exist_ok=True)
        history = History(open_ledger(sqlite_url(Path(folder)), create=False), Path(folder))
        history.start(FIRST)
        history.lines = facts.enrolled(history.ledger, "a", "b", "c")
        chance = Chance(history)
        for what, which, hours in steps:
            chance.step(what, which, hours)
            if what == "night":
                assert not [str(one) for one in history.check(now=chance.now) if one.severity == "error"]
        history.night(chance.now + 30 * 24 * HOUR)
        found = history.check(now=chance.now)
        history.ledger.close()
    assert {one.rule for one in found} <= {"seal-revision"}
