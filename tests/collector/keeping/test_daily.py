"""The process that keeps the ledger once a day: what it does, and what it says where it cannot."""

import fcntl
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from collector import app
from collector.keeping import outcome
from collector.keeping.daily import STEPS, Keeping, Step, keep
from collector.keeping.days import Day, days
from collector.keeping.outcome import Outcome
from collector.ledger import schema
from collector.ledger.store import Batch, Life, open_ledger, sqlite_url
from config.model import Config
from tests.collector import facts
from tests.collector.keeping.counted import SHANGHAI, a_day, count
from tests.config.written import CIRCUIT, HEAD, load_written
from tests.namespace import ROOT

HOUR = 3600.0
DAY = 24 * HOUR


@pytest.fixture
def config(tmp_path: Path, url: str) -> Config:
    storage = "" if url.startswith("sqlite") else f"storage: {{url: '{url}'}}\n"
    return load_written(tmp_path, HEAD + CIRCUIT + storage)


def yesterday() -> Day:
    now = time.time()
    return days(now - DAY, now, SHANGHAI)[0]


def count_yesterday(url: str) -> None:
    """A ledger with one check that was asked and watched all of yesterday, until an hour ago or so."""
    day = yesterday()
    begin = day.started_at // facts.S
    ledger = open_ledger(url, create=True)
    ledger.begin(Life(collector="main", vantage="centre", version="1", now=begin))
    [check] = facts.enrolled(ledger, "haikou-ct")
    watched = facts.watch(begin, day.ended_at // facts.S, reason="stopped")
    ledger.write(Batch({"watch": [watched]}))
    count(ledger, a_day(check, day))
    ledger.close()


def rows(url: str, table: sa.Table) -> list[Any]:
    ledger = open_ledger(url, create=False)
    with ledger.reading() as connection:
        found = connection.execute(sa.select(table)).all()
    ledger.close()
    return list(found)


def after_closing() -> float:
    """A moment at which yesterday is closed, whatever time it is."""
    return yesterday().ended_at / facts.S + 2 * HOUR


def process(config: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """The process itself, as the parent starts it."""
    return subprocess.run(
        [*app.PYTHON, "collector.keeping.daily", "-c", str(config), "--data", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_it_folds_seals_and_backs_up_and_says_so_beside_the_data(
    config: Config, url: str, tmp_path: Path
) -> None:
    count_yesterday(url)
    came = keep(config, tmp_path, after_closing())
    assert came.problems == ()
    assert (came.folded_days, came.sealed_days, came.let_go) == (1, 1, 0)
    assert came.backup
    assert Path(came.backup).is_file()
    assert outcome.read(tmp_path) == came
    assert [row.sent for row in rows(url, schema.quality_day)] == [8640]
    assert [row.started_at for row in rows(url, schema.seal)] == [yesterday().started_at]


def test_a_second_time_there_is_nothing_left_to_fold_or_to_seal(
    config: Config, url: str, tmp_path: Path
) -> None:
    count_yesterday(url)
    keep(config, tmp_path, after_closing())
    came = keep(config, tmp_path, after_closing() + 60)
    assert (came.problems, came.folded_days, came.sealed_days) == ((), 0, 0)


def test_every_run_is_a_life_of_its_own(config: Config, url: str, tmp_path: Path) -> None:
    count_yesterday(url)
    for _ in range(2):
        keep(config, tmp_path, after_closing())
    assert [row.collector for row in rows(url, schema.incarnation)] == ["main", "keep", "keep"]


def test_the_process_does_it_all_and_ends_well(tmp_path: Path) -> None:
    load_written(tmp_path, HEAD + CIRCUIT)
    url = sqlite_url(tmp_path)
    count_yesterday(url)
    done = process(tmp_path / "network.yaml", tmp_path)
    assert done.returncode == 0, done.stderr
    came = outcome.read(tmp_path)
    assert came
    assert came.succeeded_at == came.at
    assert abs(came.at - time.time()) < 60
    assert came.backup


def test_a_step_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    away = f"storage: {{backups: {{directory: {tmp_path}/not-mounted}}}}\n"
    config = load_written(tmp_path, HEAD + CIRCUIT + away)
    url = sqlite_url(tmp_path)
    count_yesterday(url)
    outcome.write(Outcome(at=5.0, succeeded_at=5.0), tmp_path)
    came = keep(config, tmp_path, after_closing())
    assert [problem.startswith("no backup was made") for problem in came.problems] == [True]
    assert (came.folded_days, came.sealed_days, came.backup, came.let_go) == (1, 1, None, 0)
    assert came.succeeded_at == 5.0
    done = process(tmp_path / "network.yaml", tmp_path)
    assert done.returncode == 1
    assert "no backup was made" in done.stderr
    assert "Traceback" not in done.stderr


def fail(_on: Keeping) -> int:
    raise ZeroDivisionError("nobody thought of this")


def test_a_failure_nobody_thought_of_is_told_in_a_sentence(config: Config, url: str, tmp_path: Path) -> None:
    count_yesterday(url)
    unforeseen = Step("folded_days", fail, problem="days cannot be folded: {error}")
    came = keep(config, tmp_path, after_closing(), (unforeseen, *STEPS[1:]))
    assert came.problems == ("days cannot be folded: ZeroDivisionError: nobody thought of this",)
    assert came.backup


def test_where_there_is_no_ledger_it_says_so(tmp_path: Path) -> None:
    came = keep(load_written(tmp_path, HEAD + CIRCUIT), tmp_path, 10.0)
    assert len(came.problems) == 1
    assert "there is no ledger" in came.problems[0]
    assert not (tmp_path / "ledger.sqlite").exists()


def test_a_ledger_that_cannot_be_written_is_one_problem(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    count_yesterday(url)
    ledger = open_ledger(url, create=False)
    with ledger.engine.begin() as connection:
        connection.execute(sa.text("CREATE TRIGGER no BEFORE INSERT ON incarnation "
                                   "BEGIN SELECT RAISE(ABORT, 'disk full'); END"))  # fmt: skip
    ledger.close()
    came = keep(load_written(tmp_path, HEAD + CIRCUIT), tmp_path, after_closing())
    assert came.problems == ("the ledger cannot be written: disk full",)


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    load_written(tmp_path, HEAD + CIRCUIT)
    with (tmp_path / "keeping.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = process(tmp_path / "network.yaml", tmp_path)
    assert done.returncode == 2
    assert "is being kept already" in done.stderr


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"at": 1}', '{"problems": 3}', '{"at": 1, "problems": [], "x": 1}']
)
def test_an_outcome_that_cannot_be_read_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "keeping.json").write_text(text, encoding="utf-8")
    assert outcome.read(tmp_path) is None
    assert outcome.last_success(tmp_path) is None


def test_facts_that_were_changed_are_told_of_and_not_looked_for_every_hour(
    config: Config, url: str, tmp_path: Path
) -> None:
    count_yesterday(url)
    now = time.time() + 2 * HOUR
    assert keep(config, tmp_path, now).problems == ()
    ledger = open_ledger(url, create=False)
    with ledger.engine.begin() as connection:
        connection.execute(sa.update(schema.seal).values(chain="0" * 64))
    ledger.close()
    came = keep(config, tmp_path, now + DAY)
    assert len(came.problems) == 1
    assert "the ledger is not as it was sealed" in came.problems[0]
    assert came.succeeded_at == now + DAY
