"""The way into the ledger: away at the start, gone in between, rolled back, replaced. On real ledgers."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from collector import remembered, spool
from collector.ledger import schema, store
from collector.ledger.store import AwayError, Batch, Life, ReplacedError, Row, open_ledger
from collector.opening import Opening
from collector.spool import Heading, Spool
from config.errors import LedgerError
from tests.collector.clocks import HandClock
from tests.collector.facts import S, end, run, watch

CHECKS = [("circuit", name, "icmp", "10.0.0.9", "", "centre") for name in ("a", "b", "c")]
NEVER = 60.0

Away = Callable[[], AbstractContextManager[None]]


class Collector:
    """One life of a collector on a data directory, without rounds."""

    def __init__(self, url: str, folder: Path, now: float) -> None:
        self.life = Life(collector="main", vantage="centre", version="1", now=now)
        self.opening = Opening(url, folder, self.life, CHECKS, HandClock(now))
        self.standing = self.opening.begin(NEVER)
        self.spool = Spool(folder, Heading(self.life, self.standing.base))

    def batch(
        self, *rows: dict[str, Any], ends: tuple[Row, ...] = (), watch_: dict[str, Any] | None = None
    ) -> Batch:
        one = Batch({"run": list(rows)} if rows else {}, ends=list(ends))
        one.add("watch", [watch_] if watch_ else [])
        one.seq = self.life.take(len(one))
        return one


@pytest.fixture
def away(url: str, tmp_path: Path) -> Away:
    """Makes the ledger unreachable inside a `with`: a file that was moved, a server that lets nobody in."""
    return lambda: _moved(tmp_path) if url.startswith("sqlite") else _shut(url)


@contextmanager
def _moved(folder: Path) -> Iterator[None]:
    names = [path.name for path in folder.glob("ledger.sqlite*")]
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    for name in names:
        (folder / name).rename(elsewhere / name)
    try:
        yield
    finally:
        for path in elsewhere.iterdir():
            path.rename(folder / path.name)
        elsewhere.rmdir()


@contextmanager
def _shut(url: str) -> Iterator[None]:
    name = sa.engine.make_url(url).database
    with psycopg.connect(_server(url), autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def _server(url: str) -> str:
    return url.replace(f"/{sa.engine.make_url(url).database}?", "/postgres?")


@pytest.fixture
def rewind(url: str, tmp_path: Path) -> Iterator[Callable[[], Callable[[], None]]]:
    """Takes a snapshot of the ledger and gives what brings it back."""
    if url.startswith("sqlite"):

        def take() -> Callable[[], None]:
            with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as connection:
                connection.execute("VACUUM INTO ?", [str(tmp_path / "snapshot")])

            def back() -> None:
                for path in tmp_path.glob("ledger.sqlite*"):
                    path.unlink()
                shutil.copy(tmp_path / "snapshot", tmp_path / "ledger.sqlite")

            return back

        yield take
        return
    name = sa.engine.make_url(url).database

    def take_server() -> Callable[[], None]:
        def back() -> None:
            with psycopg.connect(_server(url), autocommit=True) as server:
                server.execute(f"DROP DATABASE {name} WITH (FORCE)")
                server.execute(f"ALTER DATABASE {name}_snapshot RENAME TO {name}")

        with psycopg.connect(_server(url), autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            server.execute(f"CREATE DATABASE {name}_snapshot TEMPLATE {name}")
        return back

    yield take_server


def rows(url: str, table: sa.Table, *order: sa.Column[Any]) -> list[Any]:
    ledger = open_ledger(url, create=False)
    with ledger.reading() as connection:
        found = list(connection.execute(sa.select(table).order_by(*order)))
    ledger.close()
    return found


def runs(url: str) -> list[tuple[int, int, int, int | None]]:
    found = rows(url, schema.run, schema.run.c.check, schema.run.c.started_at)
    return [
        (row.check, row.started_at // S, row.outcome, row.ended_at and row.ended_at // S) for row in found
    ]


def test_a_life_begins_and_is_remembered(url: str, tmp_path: Path) -> None:
    one = Collector(url, tmp_path, 100.0)
    one.opening.close()
    before = remembered.recall(tmp_path)
    assert before
    assert before.token == one.life.token == one.standing.base
    known = remembered.recall_ids(tmp_path)
    assert [known[check] for check in CHECKS] == list(one.standing.ids)
    [row] = rows(url, schema.incarnation)
    assert (row.id, row.token, row.notice) == (before.incarnation, one.life.token, "")


def test_a_power_cut_that_takes_the_log_of_the_very_first_life_leaves_a_ledger_that_is_known(
    tmp_path: Path,
) -> None:
    url = store.sqlite_url(tmp_path)
    first = Collector(url, tmp_path, 100.0)
    ids = first.standing.ids
    cut = tmp_path / "cut"  # what the disk holds in that moment, without what was written to the log
    cut.mkdir()
    for name in ("ledger.sqlite", "ledger.json", "checks.json"):
        shutil.copy(tmp_path / name, cut / name)
    first.opening.close()
    second = Collector(store.sqlite_url(cut), cut, 200.0)
    second.opening.close()
    assert second.standing.ledger is not None
    assert list(second.standing.ids) == list(ids)
    assert [
        row.token for row in rows(store.sqlite_url(cut), schema.incarnation, schema.incarnation.c.id)
    ] == [
        first.life.token,
        second.life.token,
    ]


def test_what_a_power_cut_left_of_a_ledger_that_was_never_remembered_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").touch()  # made, and nothing of it written
    one = Collector(store.sqlite_url(tmp_path), tmp_path, 100.0)
    one.opening.close()
    assert remembered.recall(tmp_path)


def test_watching_begins_without_a_ledger_that_is_away_and_everything_is_in_it_when_it_returns(
    url: str, tmp_path: Path, away: Away
) -> None:
    first = Collector(url, tmp_path, 100.0)
    ids = first.standing.ids
    first.opening.write(first.batch(run(ids[0], 100, 1), run(ids[1], 101, 0), watch_=watch(100, 200)))
    first.opening.close()
    with away():
        second = Collector(url, tmp_path, 300.0)
        assert second.standing.ledger is None
        assert (second.standing.ids, second.standing.base) == (ids, first.life.token)
        seen = second.batch(run(ids[0], 301, 1), run(ids[1], 302, 1), watch_=watch(300, 310))
        with pytest.raises((LedgerError, sa.exc.DBAPIError)):
            second.opening.write(seen)
    second.opening.write(seen)
    second.opening.close()
    last_asked = 193  # by the check's place in the round
    assert [(b, c, d) for a, b, c, d in runs(url) if a == ids[0]] == [(100, 1, last_asked), (301, 1, None)]
    assert [(b, c) for a, b, c, _ in runs(url) if a == ids[1]] == [(101, 0), (302, 1)]
    assert all(d for _, b, _, d in runs(url) if b < 200)
    assert [row.reason for row in rows(url, schema.watch, schema.watch.c.started_at)] == ["interrupted", ""]


def test_two_lives_that_saw_nothing_of_the_ledger_follow_each_other_in_it(
    url: str, tmp_path: Path, away: Away
) -> None:
    first = Collector(url, tmp_path, 100.0)
    check = first.standing.ids[0]
    first.opening.write(first.batch(run(check, 100, 1), watch_=watch(100, 200)))
    first.opening.close()
    with away():
        second = Collector(url, tmp_path, 300.0)
        second.spool.append([second.batch(run(check, 301, 0), watch_=watch(300, 400))])
        third = Collector(url, tmp_path, 500.0)
    third.opening.write(third.batch(run(check, 501, 1), watch_=watch(500, 510)))
    third.opening.close()
    assert runs(url) == [(check, 100, 1, 193), (check, 301, 0, 393), (check, 501, 1, None)]
    reasons = [row.reason for row in rows(url, schema.watch, schema.watch.c.started_at)]
    assert reasons == ["interrupted", "interrupted", ""]


def test_a_ledger_that_was_never_there_is_waited_for(tmp_path: Path, postgres: str) -> None:
    with pytest.raises(AwayError, match="cannot be opened"):
        Collector(postgres.format("no_such_database"), tmp_path, 100.0)


def test_a_ledger_that_was_known_is_never_made_anew(tmp_path: Path) -> None:
    url = store.sqlite_url(tmp_path)
    Collector(url, tmp_path, 100.0).opening.close()
    (tmp_path / "ledger.sqlite").unlink()
    second = Collector(url, tmp_path, 200.0)
    assert second.standing.ledger is None
    with pytest.raises(AwayError, match="is gone"):
        second.opening.write(second.batch(watch_=watch(200, 210)))
    assert not (tmp_path / "ledger.sqlite").exists()


def test_a_check_that_nobody_numbered_yet_cannot_be_asked_without_a_ledger(
    url: str, tmp_path: Path, away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    Collector(url, tmp_path, 100.0).opening.close()
    monkeypatch.setattr("tests.collector.test_opening.CHECKS", [*CHECKS, ("circuit", "new", *CHECKS[0][2:])])
    with away(), pytest.raises((LedgerError, sa.exc.DBAPIError)):
        Collector(url, tmp_path, 200.0)


def test_what_a_killed_life_left_beside_the_data_is_written_before_the_next_begins(
    url: str, tmp_path: Path
) -> None:
    first = Collector(url, tmp_path, 100.0)
    ids = first.standing.ids
    first.opening.write(first.batch(run(ids[0], 100, 1), watch_=watch(100, 110)))
    fell = first.batch(run(ids[0], 120, 0), ends=(end(ids[0], 100, 120),))
    rose = first.batch(run(ids[0], 150, 1), ends=(end(ids[0], 120, 150),), watch_=watch(100, 160))
    first.spool.append([fell, rose])
    first.opening.close()
    second = Collector(url, tmp_path, 200.0)
    second.opening.close()
    assert second.standing.open_runs["icmp-10s"][["check", "started_at"]].tolist() == [(ids[0], 150 * S)]
    assert [(row.started_at, row.ended_at) for row in rows(url, schema.watch)] == [(100 * S, 160 * S)]
    assert runs(url) == [(ids[0], 100, 1, 120), (ids[0], 120, 0, 150), (ids[0], 150, 1, None)]
    assert spool.waiting(tmp_path) == []


def test_a_kill_between_writing_and_forgetting_writes_nothing_twice(url: str, tmp_path: Path) -> None:
    first = Collector(url, tmp_path, 100.0)
    [check, *_] = first.standing.ids
    fell = first.batch(run(check, 120, 0), watch_=watch(100, 130))
    rose = first.batch(run(check, 150, 1), ends=(end(check, 120, 150),), watch_=watch(100, 160))
    first.spool.append([fell, rose])
    first.opening.write(fell, rose)
    first.opening.write(first.batch(watch_=watch(100, 170)))
    first.opening.close()
    before = [rows(url, schema.run, schema.run.c.started_at), rows(url, schema.watch)]
    Collector(url, tmp_path, 200.0).opening.close()
    assert [rows(url, schema.run, schema.run.c.started_at), rows(url, schema.watch)] == before


def test_a_ledger_that_was_rolled_back_is_found_out_and_recorded(
    url: str, tmp_path: Path, rewind: Callable[[], Callable[[], None]]
) -> None:
    Collector(url, tmp_path, 100.0).opening.close()
    back = rewind()
    second = Collector(url, tmp_path, 200.0)
    second.spool.append([second.batch(run(second.standing.ids[0], 210, 0))])
    second.opening.close()
    back()
    third = Collector(url, tmp_path, 300.0)
    third.opening.close()
    newest = rows(url, schema.incarnation, schema.incarnation.c.id)[-1]
    assert newest.token == third.life.token
    assert second.life.token in newest.notice
    assert "restored or rolled back" in newest.notice
    assert "000001.spool belongs to another ledger and is kept as 000001.foreign" in newest.notice
    assert runs(url) == []  # nothing of the other ledger came into this one
    fourth = Collector(url, tmp_path, 400.0)  # once is enough
    fourth.opening.close()
    assert rows(url, schema.incarnation, schema.incarnation.c.id)[-1].notice == ""


def test_a_ledger_that_is_replaced_while_it_is_written_is_not_written_on(
    url: str, tmp_path: Path, rewind: Callable[[], Callable[[], None]]
) -> None:
    Collector(url, tmp_path, 100.0).opening.close()
    back = rewind()
    second = Collector(url, tmp_path, 200.0)
    second.opening.write(second.batch(watch_=watch(200, 210)))
    back()
    seen = second.batch(watch_=watch(200, 220))
    with pytest.raises(ReplacedError):
        second.opening.write(seen)
    assert second.opening.replaced
    second.opening.close()
    assert rows(url, schema.watch) == []


def test_a_ledger_that_vanishes_and_comes_back_is_written_on(url: str, tmp_path: Path, away: Away) -> None:
    one = Collector(url, tmp_path, 100.0)
    one.opening.write(one.batch(watch_=watch(100, 110)))
    seen = one.batch(watch_=watch(100, 120))
    with away():
        for _ in range(3):
            with pytest.raises((LedgerError, sa.exc.DBAPIError)):
                one.opening.write(seen)
        assert not (tmp_path / "ledger.sqlite").exists()
    one.opening.write(seen)
    one.opening.close()
    assert [row.ended_at for row in rows(url, schema.watch)] == [120 * S]
    assert not one.opening.replaced


def test_a_ledger_of_a_newer_program_ends_the_start(url: str, tmp_path: Path) -> None:
    Collector(url, tmp_path, 100.0).opening.close()
    ledger = open_ledger(url, create=True)
    with ledger.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    ledger.close()
    with pytest.raises(LedgerError, match="was written by a newer Linewalker"):
        Collector(url, tmp_path, 200.0)
