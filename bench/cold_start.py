"""Cold start: from the command to the first recorded round and the first page, each time with an empty directory."""

import json
import shutil
import socket
import statistics
import sys
import tempfile
from pathlib import Path

from bench import account
from bench.figures import spread
from bench.section import Goal, Section
from bench.sweep_contest import loopback

LINES = 92
_EXAMPLE = account.ROOT / "config/examples/hainan-transport-fees-2020"
_HOW = """\
Seconds from the start of the command, with the dependencies installed and an empty data directory: until the first
`watch` row is in the ledger, and until `/` answers. `linewalker demo` builds the practice network of {lines} lines
first; `linewalker run` watches {lines} addresses of loopback in a namespace. {repetitions} times each, in turn."""
_LIMITS = """\
Most of it is Python reading its packages in the service's processes, on few cores at once; then the schema, and
of the demo the {lines} lines. The opening round itself asks everybody within a fraction of a second."""
_NETWORK = """\
organisation: Bench
listen: 127.0.0.1:{port}
vantage: {{name: bench, sentinels: {{near: [127.0.0.1], far: [127.0.0.2]}}}}
groups: [{{id: all, name: all}}]
carriers: [{{id: any, name: any}}]
sites: [{{id: a, name: a}}, {{id: z, name: z}}]
circuits:
"""
_CIRCUIT = (
    "  - {{id: c{at}, name: c{at}, group: all, carrier: any, type: line, termination_a: a, termination_z: z,"
    " commit_rate: 10M, in_service_from: 2020-01-01, address: {address}, path: direct}}\n"
)


def section(repetitions: int) -> Section:
    """Time both commands."""
    commands = {"linewalker demo": _demo, "linewalker run": _run}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    for _ in range(repetitions):
        for name, command in commands.items():
            found[name].append(command())
    rows, goals = [], []
    for name, times in found.items():
        rounds, pages = [one["round"] for one in times], [one["page"] for one in times]
        rows.append((f"`{name}`", spread(rounds, 2), spread(pages, 2)))
        middle = statistics.median(rounds)
        goals.append(
            Goal(
                f"`{name}` to the first recorded round, median",
                "≤ 5 s",
                f"{middle:.2f} s",
                middle <= 5,
            )
        )
    texts = {"lines": LINES, "repetitions": repetitions}
    head = ("Command", "First recorded round, s", "First page, s")
    return Section("Cold start", _HOW.format(**texts), head, rows, _LIMITS.format(**texts), goals=goals)


def _demo() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder), _free_port()
        shutil.copytree(_EXAMPLE, home / "network")
        network = home / "network/network.yaml"
        network.write_text(f"{network.read_text()}\nlisten: 127.0.0.1:{port}\n")
        options = ["--network", str(network), "--data", str(home / "kept"), "--for", "30"]
        return _timed(_command(home / "kept", port, "demo", *options))


def _run() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder), 8470
        network = home / "network.yaml"
        circuits = [_CIRCUIT.format(at=at, address=one) for at, one in enumerate(loopback(LINES))]
        network.write_text(_NETWORK.format(port=port) + "".join(circuits))
        options = ["-c", str(network), "--data", str(home / "kept")]
        return _timed(account.alone(_command(home / "kept", port, "run", *options)))


def _command(kept: Path, port: int, *arguments: str) -> list[str]:
    linewalker = Path(sys.executable).with_name("linewalker")
    return account.python("bench.cold_start_run", kept, port, linewalker, *arguments)


def _timed(argv: list[str]) -> dict[str, float]:
    times: dict[str, float] = json.loads(account.spend(argv, within=60).printed)
    return times


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
