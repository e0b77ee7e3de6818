"""Backups: of one moment, verified, never in the way of the writer, and never lost for the sake of a new one."""

import json
import os
import shlex
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import pytest

from collector import proofs
from collector.keeping import backup, manifest
from collector.keeping.backup import back_up, make
from collector.ledger import schema
from collector.ledger.store import Batch, Ledger, Life, open_ledger, sqlite_url
from config.errors import LedgerError, LinewalkerError, MachineError
from config.load import load
from config.model import Backups, Config, Storage
from tests.awaiting import until
from tests.collector.facts import enrolled, run, watch
from tests.collector.keeping.filled import PACKETS, all_rows, filled, names
from tests.collector.test_service import LOOPBACK, free_port
from tests.namespace import ROOT
from tests.practice import TRANSPORT, linewalker
from tests.programs import needed

DAY = 86_400.0
NOON = 1_767_240_000.0  # 2026-01-01 04:00 UTC
BINS = 20_000  # enough rows that copying them takes a while


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = filled(url)
    yield opened
    opened.close()


def configured(url: str = "", **backups: object) -> Config:
    storage = Storage(url=url, backups=Backups.model_validate(backups))
    return load(TRANSPORT).model_copy(update={"storage": storage})


def test_a_backup_holds_every_row_whatever_database_the_ledger_is_in(ledger: Ledger, tmp_path: Path) -> None:
    place = tmp_path / "one.sqlite"
    make(ledger, place, NOON, practice=False)
    copy = open_ledger(f"sqlite:///{place}", create=False)
    assert all_rows(copy) == all_rows(ledger)
    assert all(all_rows(copy).values())
    copy.close()


def test_a_backup_is_one_file_and_says_what_it_is(ledger: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    made = make(ledger, folder / "one.sqlite", NOON, practice=True)
    assert names(folder) == ["one.sqlite", "one.sqlite.json"]
    said = json.loads((folder / "one.sqlite.json").read_text("utf-8"))
    assert said["made_at"] == "2026-01-01T04:00:00+00:00"
    assert said["practice"] is True
    assert said["size"] == (folder / "one.sqlite").stat().st_size
    assert said["contents"]["head"] == schema.HEAD
    assert said["contents"]["watched_until"] == "1970-01-01T00:33:20+00:00"
    assert said["contents"]["seal"] == "1海口"
    assert said["contents"]["rows"]["packet"] == PACKETS
    assert ledger.life
    assert said["contents"]["newest"] == ledger.life.token
    assert manifest.read(folder / "one.sqlite") == made


@contextmanager
def writing(url: str) -> Iterator[list[int]]:
    """Somebody who writes a run and a watch together, again and again; what was committed so far."""
    done: list[int] = []
    stopping = threading.Event()
    ledger = open_ledger(url, create=True)
    ledger.begin(Life(collector="main", vantage="centre", version="1", now=9.0))
    [check] = enrolled(ledger, "written-meanwhile")

    def write() -> None:
        for number in count(10_000):
            if stopping.is_set():
                return
            ledger.write(Batch({"run": [run(check, number, 1)], "watch": [watch(number, number + 1)]}))
            done.append(number)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield done
    finally:
        stopping.set()
        thread.join()
        ledger.close()


def test_a_backup_is_of_one_moment_and_keeps_no_writer_waiting(url: str, tmp_path: Path) -> None:
    ledger = filled(url, bins=BINS)
    with writing(url) as done:
        until(lambda: done)
        before = len(done)
        made = make(ledger, tmp_path / "one.sqlite", NOON, practice=False)
        during = len(done) - before
    ledger.close()
    assert during > 5
    # What is written together is there together, however late its table was copied.
    assert made.contents.rows["run"] - 3 == made.contents.rows["watch"] - 1 <= before + during
    assert made.contents.rows["quality"] == 2 * BINS


def test_a_copy_that_is_not_what_the_ledger_held_is_no_backup(ledger: Ledger, tmp_path: Path) -> None:
    place = tmp_path / "one.sqlite"
    held = make(ledger, place, NOON, practice=False).contents
    with closing(sqlite3.connect(place)) as copy, copy:
        copy.execute("DELETE FROM packet WHERE rowid = 3")
    with pytest.raises(LedgerError, match="does not hold what the ledger held"):
        manifest.of(place, "one.sqlite", held, made_at="", version="", practice=False)


def test_the_files_that_prove_entries_are_beside_the_backups_for_ever(ledger: Ledger, tmp_path: Path) -> None:
    for day, text in enumerate(("a notice", "another")):
        scan = tmp_path / "scan.pdf"
        scan.write_text(text)
        proofs.keep(scan, tmp_path)
        back_up(configured(keep=1), ledger, tmp_path, NOON + day * DAY)
    kept, backed_up = (sorted((folder / "proofs").iterdir()) for folder in (tmp_path, tmp_path / "backups"))
    assert len(backed_up) == 2
    assert [path.read_bytes() for path in backed_up] == [path.read_bytes() for path in kept]


def test_a_damaged_ledger_is_told_of_and_costs_no_older_backup(tmp_path: Path) -> None:
    ledger, config = filled(sqlite_url(tmp_path), bins=2_000), configured(keep=1)
    older = back_up(config, ledger, tmp_path, NOON)
    assert older
    ledger.close()
    place = tmp_path / "ledger.sqlite"
    overwrite(place, at=place.stat().st_size // 2, length=4_096)
    reopened = open_ledger(sqlite_url(tmp_path), create=False)
    with pytest.raises(
        LinewalkerError, match=r"malformed|the copy is damaged, and perhaps the ledger itself"
    ):
        back_up(config, reopened, tmp_path, NOON + DAY)
    reopened.close()
    assert names(tmp_path / "backups") == [older.name, f"{older.name}.json"]


def overwrite(place: Path, at: int, length: int) -> None:
    with place.open("r+b") as file:
        file.seek(at)
        file.write(b"\xa5" * length)


def test_a_file_that_is_there_is_never_written_over(ledger: Ledger, tmp_path: Path) -> None:
    place = tmp_path / "one.sqlite"
    for taken in (place, manifest.beside(place)):
        taken.write_text("mine", "utf-8")
        with pytest.raises(LinewalkerError, match=f"{taken} is there already"):
            make(ledger, place, NOON, practice=False)
        assert taken.read_text("utf-8") == "mine"
        taken.unlink()


def test_every_day_has_its_backup_and_only_the_newest_days_stay(ledger: Ledger, tmp_path: Path) -> None:
    config = configured(keep=3)
    for hours in (0, 24, 48, 50, 72):
        assert back_up(config, ledger, tmp_path, NOON + hours * 3_600)
    kept = names(tmp_path / "backups")
    assert [name for name in kept if name.endswith(".sqlite")] == [
        "ledger-20260102T040000Z.sqlite",
        "ledger-20260103T040000Z.sqlite",
        "ledger-20260103T060000Z.sqlite",
        "ledger-20260104T040000Z.sqlite",
    ]
    assert len(kept) == 8


def test_nothing_is_removed_that_is_no_backup_of_this_ledger(
    ledger: Ledger, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path / "backups"
    other = filled(sqlite_url(tmp_path_factory.mktemp("other")))
    folder.mkdir()
    make(other, folder / "ledger-20250101T000000Z.sqlite", NOON, practice=False)
    make(ledger, folder / "ledger-before-the-move.sqlite", NOON, practice=False)
    (folder / "ledger-20240101T000000Z.sqlite").write_text("somebody's", "utf-8")
    before = names(folder)
    for day in range(3):
        back_up(configured(keep=1), ledger, tmp_path, NOON + day * DAY)
    other.close()
    newest = "ledger-20260103T040000Z.sqlite"
    assert names(folder) == sorted([*before, newest, f"{newest}.json"])


def test_what_a_killed_backup_left_behind_is_removed_after_a_day(ledger: Ledger, tmp_path: Path) -> None:
    back_up(configured(), ledger, tmp_path, NOON)
    left = tmp_path / "backups" / "ledger-20251231T000000Z.sqlite.part"
    left.touch()
    now = left.stat().st_mtime
    back_up(configured(), ledger, tmp_path, now + 3_600)
    assert left.exists()  # it may be another's, going on
    back_up(configured(), ledger, tmp_path, now + DAY + 1)
    assert not left.exists()


def test_nobody_makes_daily_backups_where_none_are_to_be_kept(ledger: Ledger, tmp_path: Path) -> None:
    assert back_up(configured(keep=0), ledger, tmp_path, NOON) is None
    assert not (tmp_path / "backups").exists()


def test_a_directory_that_was_named_and_is_not_there_is_not_made(ledger: Ledger, tmp_path: Path) -> None:
    away = tmp_path / "disk-that-is-not-mounted"
    with pytest.raises(
        MachineError, match=r"no backup was made at .*: No such file or directory; older ones"
    ):
        back_up(configured(directory=str(away)), ledger, tmp_path, NOON)
    assert not away.exists()


FULL = """
mount -t tmpfs -o size=40m none {folder} || exit 99
{backup} || exit 98
cat /dev/zero > {folder}/filler
sleep 1
{backup}
echo "ended with $?"
{backup} --list
rm {folder}/filler
ls {folder}
"""


def test_a_full_disk_leaves_the_older_backups_and_nothing_else(
    ledger: Ledger, url: str, tmp_path: Path
) -> None:
    folder, network = tmp_path / "disk", tmp_path / "network.yaml"
    folder.mkdir()
    storage = f"storage: {{url: '{url}', backups: {{directory: '{folder}'}}}}"
    network.write_text(f"{LOOPBACK % free_port()}\n{storage}\n", "utf-8")
    command = shlex.join([sys.executable, "-m", "collector.cli", "backup", "-c", str(network)])
    script = FULL.format(
        folder=shlex.quote(str(folder)), backup=f"{command} --data {shlex.quote(str(tmp_path))}"
    )
    done = in_own_mounts(script)
    assert "ended with 3" in done.stdout
    assert "no backup was made at" in done.stderr
    assert "older ones are as they were" in done.stderr
    assert done.stdout.count("verified") == 2  # when it was made, and when it was listed
    assert len(done.stdout.rpartition("sha256")[2].splitlines()[3:]) == 2, done.stdout


def in_own_mounts(script: str) -> subprocess.CompletedProcess[str]:
    needed("mount")
    return subprocess.run(
        [needed("unshare"), "-Urm", "sh", "-c", script],
        cwd=ROOT,
        env={**os.environ, "LINEWALKER_LANG": "en"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_file_that_cannot_grow_leaves_nothing_half_written(
    ledger: Ledger, url: str, tmp_path: Path
) -> None:
    network = tmp_path / "network.yaml"
    network.write_text(f"{LOOPBACK % free_port()}\nstorage: {{url: '{url}'}}\n", "utf-8")
    command = [sys.executable, "-m", "collector.cli", "backup", "-c", str(network)]
    done = subprocess.run(
        [needed("prlimit"), "--fsize=65536", *command, "--data", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "LINEWALKER_LANG": "en"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "no backup was made at" in done.stderr
    assert names(tmp_path / "backups") == []


def test_the_list_tells_which_backups_are_as_they_were_written(ledger: Ledger, tmp_path: Path) -> None:
    good, edited, bare = (back_up(configured(), ledger, tmp_path, NOON + hours * 3_600) for hours in range(3))
    assert good
    assert edited
    assert bare
    flip(edited, edited.stat().st_size // 2)
    manifest.beside(bare).unlink()
    found = backup.listed(tmp_path / "backups")
    assert [(one.place, one.state) for one in found] == [
        (good, "verified"),
        (edited, "damaged"),
        (bare, "no manifest"),
    ]
    assert "its SHA-256 begins" in found[1].reason


def flip(place: Path, at: int) -> None:
    """Change one byte."""
    held = bytearray(place.read_bytes())
    held[at] ^= 0xFF
    place.write_bytes(held)


def test_the_command_makes_a_backup_beside_the_collector_and_lists_it(tmp_path: Path) -> None:
    filled(sqlite_url(tmp_path)).close()
    made = linewalker("backup", "--data", tmp_path, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "watched until 1970-01-01T08:33:20+08:00; written and verified" in made.stdout
    listed = linewalker("backup", "--list", "--json", "--data", tmp_path, cwd=tmp_path)
    [row] = json.loads(listed.stdout)["backups"]
    assert (listed.returncode, row["state"]) == (0, "verified")
    with Path(row["place"]).open("ab") as file:
        file.truncate(row["size"] - 1)
    damaged = linewalker("backup", "--list", "--data", tmp_path, cwd=tmp_path)
    assert (damaged.returncode, "damaged" in damaged.stdout) == (1, True)


def test_the_command_writes_where_it_is_told_but_over_nothing(tmp_path: Path) -> None:
    filled(sqlite_url(tmp_path)).close()
    first = linewalker("backup", "-o", "mine.sqlite", "--data", tmp_path, cwd=tmp_path)
    again = linewalker("backup", "-o", "mine.sqlite", "--data", tmp_path, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert again.returncode == 2
    assert again.stderr == "mine.sqlite is there already; name a file that is not\n"
    assert not (tmp_path / "backups").exists()
