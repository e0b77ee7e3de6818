"""A peer that is an exporter: started, asked over HTTP for one target after the other, ended. Only its CPU counts."""

import http.client
import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import account
from bench.figures import Sample

_START_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Exporter:
    """A program, its configuration, the path that asks for a target, and what an answer that came through holds."""

    program: str
    config: str
    path: str
    success: str


def sample_of(exporter: Exporter, addresses: Sequence[str], connections: int) -> Sample:
    """Start the exporter, ask it once for each address over so many kept connections, end it."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "modules.yml"
        config.write_text(exporter.config)
        argv = [exporter.program, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}"]
        process = subprocess.Popen([*argv, "--log.level=error"], stdin=subprocess.DEVNULL)
        try:
            _await(exporter, port)
            return _asked(exporter, process.pid, port, addresses, connections)
        finally:
            account.end(process)


def _asked(exporter: Exporter, pid: int, port: int, addresses: Sequence[str], connections: int) -> Sample:
    losses: list[int] = []
    parts = [addresses[first::connections] for first in range(connections)]
    askers = [threading.Thread(target=_ask, args=(exporter, port, part, losses)) for part in parts]
    began, spent = time.monotonic(), _cpu(pid)
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    cpu, wall = (_cpu(pid) - spent) / len(addresses), time.monotonic() - began
    if len(losses) < connections:
        raise account.RunError(f"{exporter.program} stopped answering")
    return Sample(cpu, wall, account.peak_bytes(pid), len(addresses), sum(losses))


def _ask(exporter: Exporter, port: int, addresses: Sequence[str], losses: list[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    success, lost = exporter.success.encode(), 0
    for address in addresses:
        connection.request("GET", exporter.path.format(address=address))
        lost += success not in connection.getresponse().read()
    connection.close()
    losses.append(lost)


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _await(exporter: Exporter, port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise account.RunError(f"{exporter.program} did not listen within {_START_SECONDS:g} s")
