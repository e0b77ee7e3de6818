"""A new kind of probe is one file and one line: a toy is registered, configured, watched, recorded and shown."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.awaiting import deadline_in
from tests.namespace import ROOT, in_namespace

PROGRAM = (sys.executable, "-P", "-m", "tests.collector.toy", "collector.cli")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "LINEWALKER_LANG": "en"}
NETWORK = """
organisation: 测试单位
vantage: {name: 机房, sentinels: {near: [127.0.0.1]}}
rounds: {toy: {interval: 2s}}
systems:
  - {id: toy, name: 玩具, check: {probe: toy, path: %s/word}}
listen: 127.0.0.1:0
"""


def program(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (*PROGRAM, *words), env=ENVIRONMENT, capture_output=True, text=True, timeout=30, check=False
    )


def shown(data: Path) -> dict[str, Any]:
    """The toy as `status --json` shows it."""
    told = program("status", "--json", "-c", data.parent / "network.yaml", "--data", data)
    assert told.returncode == 0, told.stderr
    [found] = json.loads(told.stdout)["systems"]
    return dict(found)


def until(data: Path, right: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    deadline = deadline_in(30)
    while not right(found := shown(data)):
        assert time.monotonic() < deadline, found
    return found


@in_namespace
def test_one_line_makes_a_kind_that_is_watched_recorded_and_shown(tmp_path: Path) -> None:
    word, data, network = tmp_path / "word", tmp_path / "data", tmp_path / "network.yaml"
    word.write_text("up", "utf-8")
    network.write_text(NETWORK % tmp_path, "utf-8")
    with subprocess.Popen((*PROGRAM, "run", "-c", network, "--data", data), env=ENVIRONMENT) as running:
        try:
            while not (data / "feed.sock").exists():
                assert running.poll() is None
                time.sleep(0.05)
            found = until(data, lambda toy: toy["state"] == "up")
            assert found["figures"] == {"toy_words": 1.0}
            word.write_text("down", "utf-8")
            found = until(data, lambda toy: toy["state"] == "down")
            assert found["reason"] == "it says down"
            assert "figures" not in found
            word.write_text("up", "utf-8")
            until(data, lambda toy: toy["state"] == "up")
        finally:
            running.terminate()
            running.wait(60)
    with closing(sqlite3.connect(data / "ledger.sqlite")) as ledger:
        runs = ledger.execute(
            'SELECT c.kind, c.probe, c.address, r.round, r.outcome, r.reason FROM run r JOIN "check" c'
            ' ON c.id = r."check" WHERE c.subject = ? ORDER BY r.started_at',
            ("toy",),
        ).fetchall()
        watches = ledger.execute("SELECT count(*) FROM watch WHERE round = 'toy-2s'").fetchall()
    known = ("system", "toy", f"{tmp_path}/word", "toy-2s")
    assert runs == [(*known, 1, ""), (*known, 0, "it says down"), (*known, 1, "")]
    assert watches != [(0,)]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("path: word", "systems[toy].check: word is not a full path"),
        ("path: /word, wort: up", "systems[toy].check.wort: unknown key wort; did you mean word?"),
        ("word: up", "systems[toy].check.path: path is missing; it is required"),
        ("path: /word, youth: soon", "systems[toy].check.youth: soon is not a duration; expected a number"),
        ("path: /word, secret: geheim", "systems[toy].check.secret: a secret must not stand in the file;"),
    ],
)
def test_its_settings_are_checked_like_any(tmp_path: Path, written: str, said: str) -> None:
    network = tmp_path / "network.yaml"
    network.write_text((NETWORK % "").replace("path: /word", written), "utf-8")
    told = program("check", network)
    assert told.returncode == 1
    assert f": {said}" in told.stdout, told.stderr
    assert "geheim" not in told.stdout
