"""Start the service on many SNMP agents, some of them dead, let it run, and print as JSON what it cost and lost.

Runs in a network namespace of its own, where one snmpd answers on every address. A dead one is a port that somebody
holds and never reads, so nothing comes back, not even a refusal.
"""

import argparse
import json
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from bench import snmp_agents
from bench.province import PORT
from bench.running_run import following
from bench.sends import Seen, Sniffer, lateness, snmp_answer, snmp_request
from bench.service import Service, running
from bench.sweep_contest import loopback

_DEAD_PORT = 1161
_WRITTEN_SECONDS = 10.0  # after the opening round, until its rows are written
_ROUND_SECONDS = 60.0
_ANSWER_SECONDS = 2.0
_NEXT_SECONDS = 180.0
_NETWORK = """\
organisation: Bench
listen: 127.0.0.1:{port}
vantage: {{name: bench, sentinels: {{near: [127.255.1.1], far: [127.255.1.2]}}}}
profiles: profiles
devices:
"""
_DEVICE = (
    "- {{id: device-{at}, name: 第{at}台, check: {{probe: snmp, address: {address}, port: {port},"
    " profiles: [measured], {credentials}}}}}\n"
)
_CREDENTIALS = {
    "2c": "community: env:BENCH_COMMUNITY",
    "3": (
        f"version: 3, user: {snmp_agents.USER}, auth: SHA-256, auth_password: env:BENCH_AUTH,"
        " privacy: AES-128, privacy_password: env:BENCH_PRIVACY"
    ),
}
_WATCHED = "SELECT max(ended_at) FROM watch WHERE round LIKE 'snmp-%'"
_BROKEN = "SELECT count(*) FROM watch WHERE round LIKE 'snmp-%' AND reason NOT IN ('', 'stopped')"
_LIVING = "JOIN \"check\" c ON c.id = q.\"check\" WHERE c.kind = 'device' AND c.address NOT LIKE '%:%'"
_NOT_UP = f"SELECT count(*) FROM run q {_LIVING} AND q.outcome != 1"
_DEAD_SEEN = """
SELECT count(DISTINCT "check") FROM run r JOIN "check" c ON c.id = r."check"
WHERE c.address LIKE '%:%' AND r.outcome = 0"""


def main() -> None:
    """Arguments: how many devices, how many of them are dead, by which version, over how many seconds CPU counts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--dead", type=int, default=0)
    parser.add_argument("--version", choices=snmp_agents.VERSIONS, default="2c")
    parser.add_argument("--seconds", type=float, required=True)
    given = parser.parse_args()
    os.environ |= snmp_agents.SECRETS
    with tempfile.TemporaryDirectory() as folder, snmp_agents.answering(), _silent():
        network = _written(Path(folder), given.count, given.dead, given.version)
        with running(network, Path(folder) / "kept") as service, following(service) as peak:
            found = _observed(service, given.seconds)
        print(json.dumps(found | {"peak": peak.most.proportional} | _counted(service)))


def _written(folder: Path, count: int, dead: int, version: str) -> Path:
    """The configuration; the dead are spread evenly among the living."""
    profiles = folder / "profiles"
    profiles.mkdir()
    scalars = [
        f'  - {{name: "SNMPv2-MIB::{at}", oid: {oid}.0, metric: device_measured_{at}}}\n'
        for at, oid in enumerate(snmp_agents.SCALARS)
    ]
    (profiles / "measured.yaml").write_text(f"about: Measured\nscalars:\n{''.join(scalars)}")
    ports = [
        _DEAD_PORT if dead and at * dead // count != (at + 1) * dead // count else 161 for at in range(count)
    ]
    with (folder / "network.yaml").open("w", encoding="utf-8") as file:
        file.write(_NETWORK.format(port=PORT))
        for at, (address, port) in enumerate(zip(loopback(count), ports, strict=True)):
            said = _CREDENTIALS[version]
            file.write(_DEVICE.format(at=at, address=address, port=port, credentials=said))
    return folder / "network.yaml"


@contextmanager
def _silent() -> Iterator[None]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dead:
        dead.bind(("0.0.0.0", _DEAD_PORT))
        yield


def _observed(service: Service, seconds: float) -> dict[str, object]:
    began = time.time()
    while not service.asked(_WATCHED)[:1] or service.asked(_WATCHED)[0][0] is None:
        if service.process.poll() is not None or time.time() - began > 400:
            raise RuntimeError("no round of SNMP was completed")
        time.sleep(0.2)
    ready = time.time() - began
    time.sleep(_WRITTEN_SECONDS)
    with Sniffer(snmp_answer) as answers, Sniffer(snmp_request) as asked:
        _await_round(asked)
        time.sleep(_ROUND_SECONDS + _ANSWER_SECONDS)
    service.await_judged()
    spent, since = service.cpu(), time.monotonic()
    time.sleep(seconds)
    now, lasted = service.cpu(), time.monotonic() - since
    late = lateness(service, asked.seen, "device", "snmp")
    took, lost = _answered(asked.seen, answers.seen)
    return {
        "ready": ready,
        "cpu": {name: (now[name] - spent.get(name, 0.0)) / lasted for name in now},
        "late": np.percentile(late, [50, 99, 100]).tolist(),
        "took": np.percentile(took, [50, 99, 100]).tolist(),
        "asked": len(asked.seen),
        "lost": lost + asked.missed + answers.missed,
        "steady": service.memory().proportional,
        "shares": service.shares(),
    }


def _await_round(asked: Sniffer) -> None:
    """Wait until a round begins; on a busy machine one is left out where the opening round took too long."""
    deadline = time.monotonic() + _NEXT_SECONDS
    while not asked.seen:
        if time.monotonic() > deadline:
            raise RuntimeError("no round followed the opening one")
        time.sleep(0.05)


def _answered(asked: Seen, answers: Seen) -> tuple[list[float], int]:
    """Seconds until the answer of each request; how many had none before the next one left."""
    packets = [(at + nanos / 1e9, 0, name) for name, at, nanos in asked]
    packets += [(at + nanos / 1e9, 1, name) for name, at, nanos in answers]
    waiting: dict[bytes, float] = {}
    took, lost, last = [], 0, max(packets)[0]
    for at, is_answer, name in sorted(packets):
        if is_answer and name in waiting:
            took.append(at - waiting.pop(name))
        elif not is_answer:
            lost += name in waiting
            waiting[name] = at
    return took, lost + sum(at < last - _ANSWER_SECONDS for at in waiting.values())


def _counted(service: Service) -> dict[str, float]:
    """From the ledger the service left: what of the living was ever not up, and how many of the dead were down."""
    return {
        "broken": service.asked(_BROKEN)[0][0],
        "not_up": service.asked(_NOT_UP)[0][0],
        "dead_seen": service.asked(_DEAD_SEEN)[0][0],
    }


if __name__ == "__main__":
    main()
