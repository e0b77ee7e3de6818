"""Restoring: the ledger is the old one or the new one, the old one is kept, and nothing merges silently."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from collector import app
from collector.keeping import manifest
from collector.keeping.backup import make
from collector.keeping.copying import url_of
from collector.keeping.restore import Restored, restore
from collector.ledger import schema, store
from collector.ledger.store import Life, open_ledger, sqlite_url
from config.errors import LedgerError, LinewalkerError, MachineError
from tests.awaiting import until
from tests.collector.facts import enrolled
from tests.collector.keeping.filled import all_rows, filled, names, rows_of
from tests.collector.keeping.test_backup import NOON, flip
from tests.collector.test_service import network_file, service
from tests.namespace import ROOT
from tests.practice import linewalker

__all__ = ["network_file"]  # a fixture

STAMP = "before-restore-20260101T040000Z"
REMOVED = ("-wal", "-shm")


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A backup of a filled ledger."""
    (tmp_path / "kept").mkdir()
    ledger = filled(sqlite_url(tmp_path / "kept"))
    make(ledger, tmp_path / "kept" / "one.sqlite", NOON, practice=False)
    ledger.close()
    return tmp_path / "kept" / "one.sqlite"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty data directory."""
    place = tmp_path / "data"
    place.mkdir()
    return place


def restored(backup: Path, url: str, folder: Path, *, replace: bool = False) -> Restored:
    return restore(backup, url, folder, now=NOON, by="operator", replace=replace)


def opened_rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    ledger = open_ledger(url, create=False)
    rows = all_rows(ledger)
    ledger.close()
    return rows


def rows_in(backup: Path) -> dict[str, list[tuple[object, ...]]]:
    with manifest.looking(backup) as connection:
        return rows_of(connection)


def bare(backup: Path) -> Path:
    manifest.beside(backup).unlink()
    return backup


def changed(backup: Path, statement: str) -> Path:
    with closing(sqlite3.connect(backup)) as connection, connection:
        connection.execute(statement)
    return backup


# What is restored


def test_every_row_comes_back_and_one_life_says_where_from(url: str, backup: Path, folder: Path) -> None:
    done = restored(backup, url, folder)
    found, held = opened_rows(url), rows_in(backup)
    life = found["incarnation"].pop()
    assert found == held
    assert life[1:3] == ("restore", "centre")
    sha256 = manifest.digest(backup)[:12]
    assert life[-1] == (
        f"restored from the backup one.sqlite (SHA-256 {sha256}, made 2026-01-01T04:00:00+00:00) by operator"
    )
    assert (done.replaced, done.spool) == ("", None)
    assert done.contents.watched_until == "1970-01-01T00:33:20+00:00"


def test_a_ledger_crosses_from_one_database_to_the_other_and_back_row_by_row(
    url: str, tmp_path: Path, folder: Path
) -> None:
    first = filled(url)
    made = [tmp_path / "there.sqlite", tmp_path / "back.sqlite"]
    make(first, made[0], NOON, practice=False)
    restored(made[0], sqlite_url(folder), folder)
    other = open_ledger(sqlite_url(folder), create=False)
    make(other, made[1], NOON, practice=False)
    other.close()
    before = all_rows(first)
    first.close()
    restored(made[1], url, folder, replace=True)
    after = opened_rows(url)
    assert [life[1] for life in after["incarnation"]] == ["main", "main", "restore", "restore"]
    after["incarnation"] = after["incarnation"][:2]
    assert after == before


def test_ids_go_on_behind_those_that_came_back(url: str, backup: Path, folder: Path) -> None:
    restored(backup, url, folder)
    ledger = open_ledger(url, create=True)
    ledger.begin(Life(collector="main", vantage="centre", version="1", now=NOON))
    again = enrolled(ledger, "haikou-ct", "三亚主用", "new")
    ledger.close()
    assert (ledger.incarnation, again) == (4, [1, 2, 3])


def test_an_older_backup_is_brought_up_to_date(tmp_path: Path, url: str, folder: Path) -> None:
    old = tmp_path / "old.sqlite"
    engine = store.engine_of(url_of(old), create=True)
    with engine.begin() as connection:
        store.upgrade(connection, "0001")
        connection.execute(
            sa.text(
                "INSERT INTO incarnation (id, collector, vantage, version, started_at)"
                " VALUES (1, 'main', 'centre', '0.1.0', 7)"
            )
        )
    engine.dispose()
    restored(old, url, folder)
    assert [life[1] for life in opened_rows(url)["incarnation"]] == ["main", "restore"]
    assert [name for name in names(folder) if name != "ledger.sqlite"] == []


# What is refused


def test_a_backup_that_is_not_as_it_was_written_is_refused_with_the_reason(
    backup: Path, folder: Path
) -> None:
    whole = backup.read_bytes()
    for spoil, reason in (
        (lambda: backup.write_bytes(whole[:-4_096]), "bytes, its manifest says"),
        (lambda: flip(backup, len(whole) // 2), "its SHA-256 begins"),
        (
            lambda: manifest.beside(backup).write_text("{}"),
            r"one.sqlite.json is damaged: file Field required",
        ),
        (lambda: flip(bare(backup), 4_096), "is not a whole ledger"),
        (lambda: backup.write_bytes(whole[:-4_096]), "is not a whole ledger"),
        (lambda: backup.write_text("facts"), "is not a whole ledger: file is not a database"),
        (lambda: backup.write_bytes(b""), "is not a whole ledger: no such table"),
        (backup.unlink, "there is no backup"),
    ):
        spoil()
        with pytest.raises(LedgerError, match=reason):
            restored(backup, sqlite_url(folder), folder)
        assert names(folder) == []
        if backup.exists():
            backup.write_bytes(whole)


def test_a_manifest_that_tells_of_other_rows_is_refused(backup: Path, folder: Path) -> None:
    said = manifest.beside(backup)
    said.write_text(said.read_text("utf-8").replace('"packet": 5', '"packet": 6'), "utf-8")
    with pytest.raises(LedgerError, match=r"one\.sqlite does not hold what its manifest says"):
        restored(backup, sqlite_url(folder), folder)
    assert names(folder) == []


def test_a_backup_of_a_newer_program_is_refused(backup: Path, folder: Path) -> None:
    newer = bare(changed(backup, "UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerError, match=r"was made by a newer Linewalker \(9999, this program knows"):
        restored(newer, sqlite_url(folder), folder)


def test_a_ledger_in_use_is_not_taken_for_a_backup(folder: Path, tmp_path: Path) -> None:
    live = filled(sqlite_url(tmp_path))
    with pytest.raises(LedgerError, match="is a ledger in use, not a backup"):
        restored(tmp_path / "ledger.sqlite", sqlite_url(folder), folder)
    live.close()


def test_nothing_is_restored_over_a_ledger_unless_that_is_said(url: str, backup: Path, folder: Path) -> None:
    filled(url).close()
    before = opened_rows(url)
    with pytest.raises(LinewalkerError, match="there is a ledger already; with --replace"):
        restored(backup, url, folder)
    assert opened_rows(url) == before


def test_nothing_is_restored_while_somebody_reads_the_ledger(backup: Path, folder: Path) -> None:
    reader = filled(sqlite_url(folder))
    (folder / "spool").mkdir()
    with reader.reading() as connection:
        connection.execute(sa.text("SELECT count(*) FROM run"))
        with pytest.raises(LedgerError, match=r"the ledger at .* is being read or written"):
            restored(backup, sqlite_url(folder), folder, replace=True)
    reader.close()
    assert names(folder) == ["ledger.sqlite", "spool"]


# What is replaced is kept


def test_the_replaced_ledger_is_kept_whole(url: str, backup: Path, folder: Path) -> None:
    filled(url, bins=5).close()
    before = opened_rows(url)
    done = restored(backup, url, folder, replace=True)
    assert opened_rows(url) != before
    if url.startswith("sqlite"):
        place = Path(done.place)
        assert done.replaced == f"{place}.{STAMP}"
        assert opened_rows(url_of(Path(done.replaced))) == before
    else:
        assert done.replaced == "before_restore_20260101t040000z"
        assert opened_rows(f"{url}&options=-csearch_path%3D{done.replaced}") == before


def test_a_damaged_ledger_is_kept_with_all_that_belongs_to_it(backup: Path, folder: Path) -> None:
    (folder / "ledger.sqlite").write_bytes(b"torn" * 5_000)
    (folder / "ledger.sqlite-wal").write_bytes(b"too" * 5_000)
    restored(backup, sqlite_url(folder), folder, replace=True)
    assert [life[1] for life in opened_rows(sqlite_url(folder))["incarnation"]] == ["main", "main", "restore"]
    assert (folder / f"ledger.sqlite.{STAMP}").read_bytes() == b"torn" * 5_000
    assert (folder / f"ledger.sqlite.{STAMP}-wal").read_bytes() == b"too" * 5_000


def test_what_a_vanished_ledger_left_beside_it_never_gets_into_the_new_one(
    backup: Path, folder: Path
) -> None:
    live = filled(sqlite_url(folder), bins=500)
    held = (folder / "ledger.sqlite-wal").read_bytes()
    live.close()
    (folder / "ledger.sqlite").unlink()
    (folder / "ledger.sqlite-wal").write_bytes(held)
    restored(backup, sqlite_url(folder), folder)
    assert opened_rows(sqlite_url(folder))["run"] == rows_in(backup)["run"]
    assert (folder / f"ledger.sqlite.{STAMP}-wal").read_bytes() == held


def test_facts_that_waited_for_the_replaced_ledger_are_kept_aside(
    url: str, backup: Path, folder: Path
) -> None:
    (folder / "spool").mkdir()
    (folder / "spool" / "000001.spool").write_text("facts", "utf-8")
    done = restored(backup, url, folder)
    assert not (folder / "spool").exists()
    assert done.spool == folder / f"spool.{STAMP}"
    assert (done.spool / "000001.spool").read_text("utf-8") == "facts"


def test_a_machine_that_does_not_let_us_is_told_of_and_changes_nothing(backup: Path, folder: Path) -> None:
    filled(sqlite_url(folder)).close()
    (folder / "spool").mkdir()
    (folder / f"ledger.sqlite.{STAMP}").write_text("in the way", "utf-8")
    before = opened_rows(sqlite_url(folder))
    with pytest.raises(
        MachineError, match=r"one\.sqlite was not restored: .*File exists.*; the ledger is as it was"
    ):
        restored(backup, sqlite_url(folder), folder, replace=True)
    assert opened_rows(sqlite_url(folder)) == before
    assert (folder / "spool").exists()


def test_killed_at_any_step_the_ledger_is_the_old_one_or_the_new_one(
    url: str, backup: Path, folder: Path, tmp_path: Path
) -> None:
    if url.startswith("sqlite"):
        # As a crash leaves it: what was written last is not in the file yet but beside it.
        live = filled(sqlite_url(tmp_path), bins=50)
        for suffix in ("", *REMOVED):
            shutil.copy(tmp_path / f"ledger.sqlite{suffix}", folder)
        live.close()
        url, stride = sqlite_url(folder), 1
    else:
        filled(url, bins=50).close()
        stride = 9
    (folder / "spool").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.collector.keeping.dying", backup, folder, url, str(stride)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    deaths = done.stdout.splitlines()
    assert len(deaths) > 10
    assert deaths[0] == "old True"
    assert deaths[-1].startswith("new")
    assert not [one for one in deaths if one.startswith("neither")]
    if url.startswith("sqlite"):
        assert not [one for one in deaths if one.endswith("False")]


# The commands and the service


def test_the_command_says_what_is_lost_and_what_is_kept(backup: Path, folder: Path) -> None:
    filled(sqlite_url(folder)).close()
    done = linewalker("restore", backup, "--data", folder, "--replace", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "ledger.sqlite holds the backup" in done.stdout
    assert "the ledger that was there is kept: " in done.stdout
    assert "it was watched until 1970-01-01T08:33:20+08:00; from then until" in done.stdout
    assert done.stderr == ""


def test_a_backup_without_a_manifest_is_restored_and_that_is_said(backup: Path, folder: Path) -> None:
    done = linewalker("restore", bare(backup), "--data", folder, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "has no manifest beside it: nothing tells whether it is as it was written" in done.stderr


def test_nothing_is_restored_while_a_collector_runs(backup: Path, folder: Path) -> None:
    with app.held(folder):
        done = linewalker("restore", backup, "--data", folder, cwd=folder)
    assert done.returncode == 2
    assert done.stderr.startswith(f"a collector already runs on {folder}")
    assert not (folder / "ledger.sqlite").exists()


def test_facts_of_the_practice_network_stay_known_as_such(tmp_path: Path, folder: Path) -> None:
    ledger = filled(sqlite_url(tmp_path))
    make(ledger, tmp_path / "practised.sqlite", NOON, practice=True)
    ledger.close()
    done = linewalker("restore", tmp_path / "practised.sqlite", "--data", folder, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert app.is_practice(folder)


def test_a_ledger_from_a_server_is_read_on_another_machine_without_any_configuration(
    url: str, tmp_path: Path, folder: Path, network_file: Path
) -> None:
    text = network_file.read_text("utf-8")
    network_file.write_text(f"{text}\nstorage: {{url: '{url}'}}\n", "utf-8")
    with service(network_file, tmp_path / "server"):
        await_rows(url)
    made = linewalker(
        "backup", "-c", network_file, "--data", tmp_path / "server", "-o", tmp_path / "one.sqlite"
    )
    assert made.returncode == 0, made.stderr
    done = linewalker("restore", tmp_path / "one.sqlite", "--data", folder, cwd=folder)
    assert done.returncode == 0, done.stderr
    for words in (("runs",), ("status",), ("ledger", "check"), ("circuits",)):
        shown = linewalker(*words, "--data", folder, cwd=folder)
        assert shown.returncode == 0, (words, shown.stderr)
    assert "sanya-ct" in linewalker("runs", "--data", folder, cwd=folder).stdout


def await_rows(url: str) -> None:
    """Wait until a watch was recorded."""
    until(lambda: _watches(url), seconds=30)


def _watches(url: str) -> int:
    try:
        ledger = open_ledger(url, create=False)
    except LedgerError:
        return 0
    try:
        with ledger.reading() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(schema.watch)) or 0
    finally:
        ledger.close()


def test_the_collector_goes_on_where_the_backup_ends(tmp_path: Path, network_file: Path) -> None:
    data, again = tmp_path / "data", tmp_path / "again"
    with service(network_file, data) as running:
        await_rows(sqlite_url(data))
        made = linewalker("backup", "-c", network_file, "--data", data, "-o", tmp_path / "one.sqlite")
        refused = linewalker("restore", tmp_path / "one.sqlite", "--data", data, "--replace", cwd=tmp_path)
        running.terminate()
        running.wait(60)
    assert made.returncode == 0, made.stderr
    assert refused.stderr.startswith("a collector already runs")
    assert linewalker("restore", tmp_path / "one.sqlite", "--data", again, cwd=tmp_path).returncode == 0
    before = opened_rows(sqlite_url(again))
    with service(network_file, again) as running:
        until(lambda: _watches(sqlite_url(again)) > len(before["watch"]), seconds=30)
        running.terminate()
        running.wait(60)
    after = opened_rows(sqlite_url(again))
    assert after["check"] == before["check"]
    assert [life[1] for life in after["incarnation"]] == ["main", "restore", "main"]
    assert linewalker("ledger", "check", "--data", again, cwd=tmp_path).returncode == 0
