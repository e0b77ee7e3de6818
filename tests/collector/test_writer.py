"""The one writer of facts, on real ledgers that fail for a while: nothing is lost, nothing is written twice."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from collector import spool
from collector import writer as writing
from collector.ledger import schema, store
from collector.ledger.store import Batch, Ledger, Life, open_ledger
from collector.spool import Heading, Spool
from collector.writer import Writer
from tests.awaiting import patience, until

Outage = Callable[[], AbstractContextManager[None]]


class Watched:
    """A real ledger, and what it committed, in order."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.committed: list[Batch] = []
        self.entered = threading.Event()

    def write(self, *batches: Batch) -> None:
        self.entered.set()
        self.ledger.write(*batches)
        self.committed += batches


@pytest.fixture
def ledger(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.setattr(store, "_BUSY_SECONDS", 0.1)
    monkeypatch.setattr(writing, "RETRY_SECONDS", 0.05)
    opened = open_ledger(url, create=True)
    opened.begin(Life(collector="main", vantage="centre", version="1", now=1.0))
    yield Watched(opened)
    opened.close()


@pytest.fixture
def writer(ledger: Watched, tmp_path: Path) -> Writer:
    return writer_of(ledger, tmp_path)


def writer_of(ledger: Watched, folder: Path) -> Writer:
    life = ledger.ledger.life
    assert life
    return Writer(ledger, life, Spool(folder, Heading(life, life.token)))


@pytest.fixture
def outage(url: str) -> Outage:
    """Makes the ledger fail inside a `with`: locked by another connection, or a server that lets nobody in."""
    return lambda: _locked(url) if url.startswith("sqlite") else _shut(url)


@contextmanager
def _locked(url: str) -> Iterator[None]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")


@contextmanager
def _shut(url: str) -> Iterator[None]:
    name = sa.engine.make_url(url).database
    with psycopg.connect(url.replace(f"/{name}?", "/postgres?"), autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def loaded(number: int) -> Batch:
    """A batch with one row of its own."""
    row = {"digest": f"d{number}", "loaded_at": number, "loaded_by": "office", "text": ""}
    return Batch({"config_version": [row]})


def numbers(place: Path) -> list[int]:
    """The rows of a file of the spool."""
    heading = spool.heading(place)
    assert heading
    return [batch.rows["config_version"][0]["loaded_at"] for _, batch in spool.batches(place, heading.size)]


def kept(ledger: Watched) -> list[int]:
    """The rows the ledger holds, in the order in which they were written."""
    version = schema.config_version
    with ledger.ledger.reading() as connection:
        return list(connection.scalars(sa.select(version.c.loaded_at).order_by(version.c.seq)))


def test_batches_are_written_in_the_order_in_which_they_came(ledger: Watched, writer: Writer) -> None:
    writer.start()
    batches = [loaded(number) for number in range(300)]
    for batch in batches:
        writer.put(batch)
    assert writer.close(60)
    assert ledger.committed == batches
    assert kept(ledger) == list(range(300))
    assert writer.waiting_rows == 0


def test_several_threads_may_hand_over_at_once(ledger: Watched, writer: Writer) -> None:
    writer.start()

    def hand_over(first: int) -> None:
        for number in range(first, first + 100):
            writer.put(loaded(number))

    threads = [threading.Thread(target=hand_over, args=(first,)) for first in (0, 1000, 2000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert writer.close(60)
    for first in (0, 1000, 2000):
        assert [number for number in kept(ledger) if first <= number < first + 100] == list(
            range(first, first + 100)
        )


def test_an_empty_batch_is_not_written(ledger: Watched, writer: Writer) -> None:
    writer.start()
    writer.put(Batch())
    assert writer.close(60)
    assert not ledger.entered.is_set()


def test_a_ledger_that_fails_for_a_while_loses_nothing_and_writes_nothing_twice(
    ledger: Watched, writer: Writer, outage: Outage
) -> None:
    writer.start()
    batches = [loaded(number) for number in range(30)]
    for batch in batches[:10]:
        writer.put(batch)
    until(lambda: writer.waiting_rows == 0)
    with outage():
        for batch in batches[10:20]:
            writer.put(batch)
        until(lambda: writer.problem)
        assert writer.waiting_rows == 10
        for batch in batches[20:]:
            writer.put(batch)
        time.sleep(0.3)  # several attempts
        assert writer.waiting_rows == 20
    until(lambda: writer.waiting_rows == 0 and not writer.problem)
    assert writer.close(60)
    assert ledger.committed == batches
    assert kept(ledger) == list(range(30))


def test_closing_while_the_ledger_is_away_keeps_what_waits_beside_it(
    ledger: Watched, writer: Writer, outage: Outage, tmp_path: Path
) -> None:
    writer.start()
    with outage():
        writer.put(loaded(1))
        until(lambda: writer.problem)
        writer.put(loaded(2))
        assert writer.close(3)
    assert kept(ledger) == []
    assert [numbers(place) for place in spool.waiting(tmp_path)] == [[1, 2]]


def test_closing_says_so_if_not_everything_could_be_kept(
    ledger: Watched, writer: Writer, outage: Outage, tmp_path: Path
) -> None:
    (tmp_path / "spool").touch()  # no folder can be made there
    writer.start()
    with outage():
        writer.put(loaded(1))
        until(lambda: writer.problem)
        assert not writer.close(1)
        assert writer.waiting_rows == 1


def test_handing_over_never_waits_for_the_ledger(ledger: Watched, writer: Writer, outage: Outage) -> None:
    writer.start()
    with outage():
        begun = time.monotonic()
        for number in range(1000):
            writer.put(loaded(number))
        assert time.monotonic() - begun < patience(
            5
        )  # a hundred times what it takes; one attempt to write takes longer
    until(lambda: writer.waiting_rows == 0, 30)
    assert writer.close(60)
    assert len(kept(ledger)) == 1000


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_connection_that_the_server_ends_in_mid_life_costs_nothing(
    ledger: Watched, writer: Writer, url: str
) -> None:
    writer.start()
    name = sa.engine.make_url(url).database
    with psycopg.connect(url.replace(f"/{name}?", "/postgres?"), autocommit=True) as server:
        for number in range(20):
            writer.put(loaded(number))
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
    assert writer.close(60)
    assert kept(ledger) == list(range(20))


def test_facts_that_the_ledger_refuses_hold_up_nothing_that_comes_after(
    ledger: Watched, writer: Writer, caplog: pytest.LogCaptureFixture
) -> None:
    nonsense = loaded(2)
    nonsense.rows["config_version"][0]["digest"] = None  # type: ignore[index]
    for batch in (loaded(1), nonsense, loaded(3)):
        writer.put(batch)
    writer.start()
    assert writer.close(60)
    assert kept(ledger) == [1, 3]
    assert "the ledger refuses these facts" in caplog.text


def test_what_waits_too_long_is_put_on_the_disk_and_written_in_order_when_the_ledger_returns(
    ledger: Watched, writer: Writer, outage: Outage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MEMORY_SECONDS", 0.2)
    writer.start()
    writer.put(loaded(0))
    until(lambda: writer.waiting_rows == 0)
    with outage():
        for number in range(1, 50):
            writer.put(loaded(number))
        until(lambda: writer.spooled_rows == 49)
        assert writer.waiting_rows == 49
        writer.put(loaded(50))
        until(lambda: writer.spooled_rows == 50)
        assert writer.problem == writing.AWAY
        assert [numbers(place) for place in spool.waiting(tmp_path)] == [list(range(1, 51))]
    writer.put(loaded(51))
    until(lambda: writer.waiting_rows == 0 and not writer.problem)
    assert spool.waiting(tmp_path) == []
    assert writer.close(60)
    assert kept(ledger) == list(range(52))


def test_memory_holds_only_so_many_rows_while_the_ledger_is_away(
    ledger: Watched, writer: Writer, outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MEMORY_ROWS", 100)
    writer.start()
    with outage():
        for number in range(5_000):
            writer.put(loaded(number))
        until(lambda: writer.spooled_rows == 5_000)
    until(lambda: writer.waiting_rows == 0, 30)
    assert writer.close(60)
    assert kept(ledger) == list(range(5_000))


def test_a_ledger_that_comes_and_goes_while_the_spool_is_emptied_gets_everything_once(
    ledger: Watched, writer: Writer, outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MEMORY_ROWS", 10)
    monkeypatch.setattr(writing, "_CHUNK_ROWS", 7)
    writer.start()
    for number in range(0, 500, 50):
        with outage():
            for one in range(number, number + 50):
                writer.put(loaded(one))
            until(lambda: writer.problem)
        time.sleep(0.1)
    until(lambda: writer.waiting_rows == 0, 30)
    assert writer.close(60)
    assert kept(ledger) == list(range(500))


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_server_that_does_not_answer_any_more_holds_up_only_itself(
    ledger: Watched, writer: Writer, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(writing, "MEMORY_SECONDS", 0.3)
    writer.start()
    with psycopg.connect(url) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE config_version IN ACCESS EXCLUSIVE MODE")
        for number in range(20):
            writer.put(loaded(number))
            time.sleep(0.02)
        until(lambda: writer.spooled_rows == 20)
    until(lambda: writer.waiting_rows == 0)
    assert writer.close(60)
    assert kept(ledger) == list(range(20))
