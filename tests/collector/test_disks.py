"""A disk that is full, a ledger that may only be read, a server that is frozen: nothing is lost or written twice."""

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from collector import writer as writing
from collector.ledger.store import Life, open_ledger
from collector.opening import Opening
from collector.spool import Heading, Spool
from collector.writer import Writer
from probes.clock import SystemClock
from tests.awaiting import until
from tests.collector.disks import FIRST, MORE, loaded
from tests.namespace import ROOT
from tests.programs import needed


@pytest.mark.parametrize("kind", ["full", "readonly"])
def test_what_the_disk_does_not_take_waits_and_is_written_when_it_does(kind: str, tmp_path: Path) -> None:
    inner = [sys.executable, "-m", "tests.collector.disks", kind, str(tmp_path)]
    done = subprocess.run(
        [needed("unshare"), "-Urm", *inner],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["kept"] == list(range(FIRST + MORE))
    assert told["closed"]
    if kind == "full":  # neither the ledger nor the spool has room
        assert told["problem"] == writing.NOWHERE
        assert told["waiting"] > 0
    else:
        assert (told["problem"], told["waiting"], told["spooled"]) == (writing.AWAY, MORE, MORE)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_server_that_only_lets_us_read_is_waited_for(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(writing, "MEMORY_SECONDS", 0.2)
    life = Life(collector="main", vantage="centre", version="1", now=1.0)
    opening = Opening(url, tmp_path, life, [], SystemClock())
    writer = Writer(opening, life, Spool(tmp_path, Heading(life, opening.begin().base)))
    writer.start()
    name = sa.engine.make_url(url).database
    with psycopg.connect(url.replace(f"/{name}?", "/postgres?"), autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        for number in range(30):
            writer.put(loaded(number))
        until(lambda: writer.spooled_rows == 30)
        server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = off")
    until(lambda: writer.waiting_rows == 0)
    assert writer.close(10)
    opening.close()
    ledger = open_ledger(url, create=False)
    with ledger.reading() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM config_version")) == 30
    ledger.close()
