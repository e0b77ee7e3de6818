"""`linewalker ledger check` and `linewalker ledger seal` as users type them, on a ledger of the last days."""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from collector.keeping.days import days
from collector.ledger.store import Batch, Life, open_ledger, sqlite_url
from tests.collector import facts
from tests.collector.keeping.counted import SHANGHAI, five_minutes
from tests.collector.keeping.history import HOUR
from tests.practice import TRANSPORT, linewalker


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Four days that are over, the first from its noon on, and the beginning of today."""
    now = int(time.time())
    begin = days(now - 4 * 24 * HOUR, now, SHANGHAI)[0].started_at // facts.S + 12 * HOUR
    ledger = open_ledger(sqlite_url(tmp_path), create=True)
    ledger.begin(Life(collector="main", vantage="centre", version="1", now=begin))
    [line] = facts.enrolled(ledger, "haikou-ct")
    ledger.write(Batch({"run": [facts.run(line, begin, 1)], "watch": [facts.watch(begin, now)]}))
    ended = Batch({"run": [facts.run(line, begin + 60, 0)]}, ends=[facts.end(line, begin, begin + 60)])
    ledger.write(ended, Batch({"quality": [five_minutes(line, begin * facts.S)]}))
    ledger.close()
    return tmp_path


def said(data: Path, *words: str, status: int = 0) -> str:
    done = linewalker(*words, "-c", TRANSPORT, "--data", data)
    assert done.returncode == status, done.stderr
    return done.stdout


def findings(data: Path, *words: str, status: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(said(data, "ledger", "check", *words, "--json", status=status))[
        "findings"
    ]
    return found


def change(data: Path, statement: str) -> None:
    with closing(sqlite3.connect(data / "ledger.sqlite")) as connection, connection:
        assert connection.execute(statement).rowcount == 1


def test_days_are_sealed_once_and_the_newest_value_of_the_chain_is_told(data: Path) -> None:
    first = said(data, "ledger", "seal")
    [head] = json.loads(said(data, "ledger", "seal", "--json"))["seals"]
    assert "the chain holds" in first
    assert head["chain"] in first
    assert (head["revision"], f"the chain holds {head['place']} seals" in first) == (1, True)
    assert head["place"] in (3, 4)  # yesterday may not be closed yet
    assert said(data, "ledger", "seal").startswith("0 days sealed")


def test_a_ledger_without_seals_holds_and_says_that_it_has_none(data: Path) -> None:
    [told] = findings(data)
    assert (told["rule"], told["severity"]) == ("seal-none-yet", "info")
    text = said(data, "ledger", "check")
    assert "no day is sealed yet" in text
    assert "2 runs, 1 watches and 0 sealed days: every rule holds" in text


def test_one_changed_value_is_found_and_its_day_named(data: Path) -> None:
    said(data, "ledger", "seal")
    assert findings(data) == []
    change(data, "UPDATE run SET reason = 'no route' WHERE outcome = 0")
    [told] = findings(data, status=1)
    assert (told["rule"], told["severity"], told["place"][10:]) == ("seal-differs", "error", " run")
    assert told["message"] == "what was sealed was changed: 2 rows as before, and not the same digest"
    date = told["place"][:10]
    assert findings(data, "--from", date, status=1) == [told]
    assert findings(data, "--to", date) == []


def test_a_seal_that_was_changed_is_told_by_both_commands(data: Path) -> None:
    said(data, "ledger", "seal")
    change(data, "UPDATE seal SET sealed_at = sealed_at + 1 WHERE place = 2")
    assert {one["rule"] for one in findings(data, status=1)} == {"seal-broken-chain"}
    done = linewalker("ledger", "seal", "-c", TRANSPORT, "--data", data)
    assert done.returncode == 1
    assert "the ledger is not as it was sealed" in done.stderr
