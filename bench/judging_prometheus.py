"""A real Prometheus asked for the availability of lines over a history.

The history is written as OpenMetrics, made into blocks by promtool and served by a Prometheus on loopback. One query
may load 50 million samples unless it is told otherwise; at 10 s that is fifteen circuits' year.
"""

import json
import math
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bench import account

INTERVAL = 10
_HOUR = 3600
_STARTED_SECONDS = 60.0


def history(circuits: int, days: int, end: int) -> Iterator[str]:
    """Up or down of every circuit every ten seconds until `end`, an outage of five minutes a week each."""
    yield "# TYPE circuit_up gauge\n"
    for number in range(circuits):
        for at in range(end - days * 24 * _HOUR, end, INTERVAL):
            down = (at + number * _HOUR) % (7 * 24 * _HOUR) < 300
            yield f'circuit_up{{circuit="line-{number}"}} {0 if down else 1} {at}\n'
    yield "# EOF\n"


def asked(circuits: int, days: int) -> dict[str, float]:
    """Seconds to import, bytes of the blocks, CPU and clock of one query over all of it."""
    end = int(time.time()) // (2 * _HOUR) * (2 * _HOUR) - 4 * _HOUR
    with tempfile.TemporaryDirectory() as folder:
        text, blocks = Path(folder) / "history", Path(folder) / "blocks"
        with text.open("w") as file:
            file.writelines(history(circuits, days, end))
        # Of blocks of two hours, as they are made by default, each would read the whole text again.
        blocked = ["create-blocks-from", "--max-block-duration=256h", "openmetrics", "--quiet"]
        import_ = ["promtool", "tsdb", *blocked, str(text), str(blocks)]
        imported = account.spend(import_, within=600)
        text.unlink()
        size = sum(one.stat().st_size for one in blocks.rglob("*") if one.is_file())
        return {
            "import": imported.wall,
            "import_cpu": imported.cpu,
            "bytes": size,
            **_query(Path(folder), days, end),
        }


def _query(folder: Path, days: int, end: int) -> dict[str, float]:
    (folder / "prometheus.yml").write_text("global: {}\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    argv = [
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'blocks'}",
        "--storage.tsdb.retention.time=10y",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=error",
    ]
    process = subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _ready(port)
        cpu, wall = _cpu(process.pid), time.monotonic()
        query = urllib.parse.urlencode({"query": f"avg_over_time(circuit_up[{days}d])", "time": end})
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/query?{query}", timeout=300) as answer:
            found = json.load(answer)["data"]["result"]
        return {
            "wall": time.monotonic() - wall,
            "cpu": _cpu(process.pid) - cpu,
            "peak": account.peak_bytes(process.pid),
            "count": len(found),
            "least": min((float(one["value"][1]) for one in found), default=math.nan),
        }
    finally:
        account.end(process)


def _ready(port: int) -> None:
    until = time.monotonic() + _STARTED_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise account.RunError("prometheus was not ready in time")


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has had."""
    with Path(f"/proc/{pid}/stat").open() as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100.0
