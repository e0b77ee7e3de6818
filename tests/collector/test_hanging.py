"""The real process whose prober hangs again and again: it is told, watches go on, and it stops in time."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from collector import feed
from collector.asking import MOST_HANGING
from tests.awaiting import patience, until
from tests.collector.test_service import LOOPBACK
from tests.collector.test_standstill import QUICK, rows
from tests.namespace import ROOT, in_namespace


@contextmanager
def hanging(folder: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    network, data = folder / "network.yaml", folder / "data"
    network.write_text((LOOPBACK % 8470).replace("carriers:", QUICK), encoding="utf-8")
    data.mkdir()
    command = [sys.executable, "-m", "tests.collector.hanging", "-c", str(network), "--data", str(data)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        yield process, data
    finally:
        process.kill()
        process.wait()
        assert process.stderr
        process.stderr.close()


def told(data: Path) -> dict[str, Any]:
    frame = feed.request(data, {"want": "now"}, 5)
    return frame[0] if frame else {"problem": "", "rounds": [{"completed": 0, "watching": False}]}


@in_namespace
def test_a_prober_that_hangs_again_and_again_is_told_of_and_rounds_go_on() -> None:
    with tempfile.TemporaryDirectory() as folder, hanging(Path(folder)) as (process, data):
        until(lambda: "did not come back" in told(data)["problem"], 30)
        completed = told(data)["rounds"][0]["completed"]
        until(lambda: told(data)["rounds"][0]["completed"] >= completed + 2, 30)
        until(lambda: "did not come back" in told(data)["problem"], 30)
        threads = len(list(Path(f"/proc/{process.pid}/task").iterdir()))
        process.terminate()
        begun = time.monotonic()
        assert process.wait(60) == 0
        took = time.monotonic() - begun
        reasons = [row.reason for row in rows(data, "watch")]
        outcomes = {row.outcome for row in rows(data, "run")}
    assert reasons.count("hung") >= 2
    assert outcomes == {1}
    assert threads < 30 + MOST_HANGING
    assert took < patience(8)
