"""The ledger, the same tests on SQLite and PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from collector.keeping import digest
from collector.ledger import reading, schema, store
from collector.ledger.store import Batch, Ledger, Life, open_ledger
from config.errors import LedgerError
from tests.collector import facts


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = open_ledger(url, create=True)
    opened.begin(Life(collector="main", vantage="centre", version="1", now=1.0))
    yield opened
    opened.close()


def spec(subject: str, address: str = "10.0.0.9") -> dict[str, str]:
    return {
        "kind": "circuit",
        "subject": subject,
        "probe": "icmp",
        "address": address,
        "source": "",
        "vantage": "centre",
    }


def run(check: int, started_at: int, outcome: int = 1) -> dict[str, object]:
    return {
        "check": check,
        "started_at": started_at,
        "outcome": outcome,
        "round": "icmp-10s",
        "started_after": None,
        "started_before": started_at + 5,
        "reason": "",
    }


def watch(started_at: int, ended_at: int) -> dict[str, object]:
    return {
        "vantage": "centre",
        "round": "icmp-10s",
        "started_at": started_at,
        "ended_at": ended_at,
        "reason": "",
        "stepped_to": None,
        "origin": started_at,
        "interval": 10_000_000,
        "span": 5_750_000,
        "clock_offset": None,
        "clock_source": None,
    }


def rows_of(ledger: Ledger, table: sa.Table) -> list[sa.Row[tuple[object, ...]]]:
    with ledger.reading() as connection:
        return list(connection.execute(sa.select(table)))


def test_a_check_keeps_its_id_for_ever_and_a_changed_address_is_another_check(ledger: Ledger) -> None:
    first = ledger.enrol([spec("a"), spec("b")])
    again = ledger.enrol([spec("b"), spec("a"), spec("a", "10.0.0.10")])
    assert again[:2] == first[::-1]
    assert again[2] not in first


def test_what_is_written_carries_a_fresh_number_of_its_incarnation(ledger: Ledger) -> None:
    [check] = ledger.enrol([spec("a")])
    ledger.write(Batch({"run": [run(check, 10)]}), Batch({"watch": [watch(10, 20)]}))
    written = [
        (row.incarnation, row.seq)
        for t in (schema.check, schema.run, schema.watch)
        for row in rows_of(ledger, t)
    ]
    assert written == [(1, 1), (1, 2), (1, 3)]


def test_a_run_ends_and_the_next_begins_in_one_batch(ledger: Ledger) -> None:
    [check] = ledger.enrol([spec("a")])
    ledger.write(Batch({"run": [run(check, 10)]}))
    end = {"check": check, "started_at": 10, "ended_at": 30, "ended_after": 25, "ended_before": 34}
    ledger.write(Batch({"run": [run(check, 30, 0)]}, ends=[end]))
    ledger.write(Batch(traces=[{"check": check, "started_at": 30, "trace": "[]"}]))
    up, down = sorted(rows_of(ledger, schema.run), key=lambda row: row.started_at)
    assert (up.ended_at, up.ended_after, up.ended_before) == (30, 25, 34)
    assert (down.outcome, down.ended_at, down.trace) == (0, None, "[]")


def test_a_watch_grows_in_its_row(ledger: Ledger) -> None:
    ledger.write(Batch({"watch": [watch(10, 20)]}))
    ledger.write(Batch({"watch": [watch(10, 30)]}))
    assert [row.ended_at for row in rows_of(ledger, schema.watch)] == [30]


def test_a_row_that_is_older_than_the_stored_one_is_not_applied(ledger: Ledger) -> None:
    ledger.write(Batch({"watch": [watch(10, 30)]}))
    assert ledger.life
    ledger.life._seq = 0  # as a delivery that arrives late would be numbered
    ledger.write(Batch({"watch": [watch(10, 20)]}))
    assert [row.ended_at for row in rows_of(ledger, schema.watch)] == [30]


def test_a_batch_becomes_facts_together_or_not_at_all(ledger: Ledger) -> None:
    [check] = ledger.enrol([spec("a")])
    broken = run(check, 50)
    broken["outcome"] = None
    with pytest.raises(sa.exc.IntegrityError):
        ledger.write(Batch({"watch": [watch(10, 20)], "run": [run(check, 10), broken]}))
    assert rows_of(ledger, schema.run) == []
    assert rows_of(ledger, schema.watch) == []


def test_runs_are_found_by_the_time_they_overlap(ledger: Ledger) -> None:
    [check] = ledger.enrol([spec("a")])
    end = {
        "check": check,
        "started_at": 10_000_000,
        "ended_at": 30_000_000,
        "ended_after": None,
        "ended_before": None,
    }
    ledger.write(Batch({"run": [run(check, 10_000_000)]}))
    ledger.write(Batch({"run": [run(check, 30_000_000, 0)]}, ends=[end]))
    with ledger.reading() as connection:
        starts = [
            [row.started_at for row in reading.runs(connection, begin=begin, end=stop)]
            for begin, stop in ((0, 10), (0, 11), (29, 30), (30, 40), (31, None))
        ]
    assert starts == [[], [10_000_000], [10_000_000], [30_000_000], [30_000_000]]


def test_the_newest_configuration_is_the_one_last_loaded(ledger: Ledger) -> None:
    for at, text in ((1, "old"), (2, "new"), (3, "old again")):
        row = {"digest": text, "loaded_at": at, "loaded_by": "office", "text": text}
        ledger.write(Batch({"config_version": [row]}))
    with ledger.reading() as connection:
        assert reading.newest_config(connection) == "old again"


def test_reading_never_makes_or_changes_a_ledger(url: str) -> None:
    with pytest.raises(LedgerError, match=r"there is no ledger at .* yet: start `linewalker run` first"):
        open_ledger(url, create=False)


def test_a_ledger_of_a_newer_program_is_refused(url: str) -> None:
    opened = open_ledger(url, create=True)
    with opened.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    opened.close()
    for create in (True, False):
        with pytest.raises(LedgerError, match="was written by a newer Linewalker"):
            open_ledger(url, create=create)


def test_a_ledger_of_an_older_program_is_left_alone_by_readers(url: str) -> None:
    opened = open_ledger(url, create=True)
    with opened.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    opened.close()
    with pytest.raises(LedgerError, match="linewalker ledger upgrade"):
        open_ledger(url, create=False)


def test_an_embedded_ledger_is_copied_whole_before_it_is_upgraded(tmp_path: Path) -> None:
    url = store.sqlite_url(tmp_path)
    opened = open_ledger(url, create=True)
    opened.begin(Life(collector="main", vantage="centre", version="1", now=1.0))
    store._keep_copy(opened.engine, "0000")
    opened.close()
    with sqlite3.connect(tmp_path / "ledger.sqlite.before-0000") as copy:
        assert copy.execute("SELECT collector FROM incarnation").fetchall() == [("main",)]
    copy.close()


def test_the_newest_migration_is_the_one_the_program_knows_and_makes_the_tables_it_uses(
    ledger: Ledger,
) -> None:
    settings = Config()
    settings.set_main_option("script_location", str(Path(store.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(settings).get_current_head() == schema.HEAD
    with ledger.reading() as connection:
        inspector = sa.inspect(connection)
        for table in schema.metadata.sorted_tables:
            assert {one["name"] for one in inspector.get_columns(table.name)} == set(table.c.keys())


def test_seconds_survive_the_way_through_the_ledger() -> None:
    for at in (1.0, 1_795_233_644.318861, 4_102_444_799.999999, 253_402_300_799.123456):
        assert store.micros(store.seconds(store.micros(at))) == store.micros(at)


def test_quality_keeps_its_rows_when_it_is_laid_out_by_time(url: str) -> None:
    engine = store.engine_of(url, create=True)
    with engine.begin() as connection:
        store.upgrade(connection, "0001")
        connection.execute(sa.text(OLD_CHECK))
        connection.execute(sa.text(OLD_LIFE))
        connection.execute(sa.text(OLD_BIN))
    engine.dispose()
    opened = open_ledger(url, create=True)
    [row] = rows_of(opened, schema.quality)
    assert (row.check, row.started_at, row.sent, row.rtt_max, row.octets_in) == (1, 300, 30, 7, None)
    [life] = rows_of(opened, schema.incarnation)
    assert (life.id, life.token, life.notice) == (1, "before-0002-1", "")
    opened.close()


def test_a_ledger_from_before_people_entered_anything_takes_entries(url: str) -> None:
    engine = store.engine_of(url, create=True)
    with engine.begin() as connection:
        store.upgrade(connection, "0003")
    engine.dispose()
    opened = open_ledger(url, create=True)
    opened.begin(Life(collector="records", vantage="centre", version="1", now=1.0))
    for table in facts.OWN:
        opened.write(Batch({table: [facts.entry(table, "a", 1)]}))
        [row] = rows_of(opened, schema.metadata.tables[table])
        assert (row.id, row.supersedes, row.cancelled, row.file_name) == ("a", None, 0, "")
    opened.close()


def test_days_from_before_discards_were_counted_say_nothing_of_them_and_keep_their_digest(url: str) -> None:
    engine = store.engine_of(url, create=True)
    with engine.begin() as connection:
        store.upgrade(connection, "0008")
        for statement in (OLD_CHECK, OLD_BIN, OLD_DAY):
            connection.execute(sa.text(statement))
    engine.dispose()
    opened = open_ledger(url, create=True)
    [five], [day] = rows_of(opened, schema.quality), rows_of(opened, schema.quality_day)
    assert (five.discards_in, five.discards_out, five.rtt_max) == (None, None, 7)
    record = [day._mapping[name] for name in digest.COLUMNS["quality_day"]]
    assert digest.line(record) == b"[0,1,86400,30,0,0,0,30,5,7,900,null,1,3]\n"
    opened.close()


OLD_CHECK = """INSERT INTO "check" (id, kind, subject, probe, address, vantage, incarnation, seq)
    VALUES (1, 'circuit', 'a', 'icmp', '10.0.0.9', 'centre', 1, 1)"""
OLD_LIFE = """INSERT INTO incarnation (id, collector, vantage, version, started_at)
    VALUES (1, 'main', 'centre', '1', 1)"""
OLD_BIN = """INSERT INTO quality
    ("check", started_at, sent, rescued, incomplete, down, answered, rtt_sum, rtt_max, incarnation, seq)
    VALUES (1, 300, 30, 0, 0, 0, 30, 5, 7, 1, 2)"""
OLD_DAY = """INSERT INTO quality_day
    (started_at, "check", ended_at, sent, rescued, incomplete, down, answered, rtt_sum, rtt_max, octets_in,
     incarnation, seq)
    VALUES (0, 1, 86400, 30, 0, 0, 0, 30, 5, 7, 900, 1, 3)"""
