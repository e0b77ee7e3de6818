"""SNMP contestants in turn against one agent in one namespace. Run by `bench.snmp`; prints all samples as JSON."""

import argparse
import json
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from bench import account, snmp_agents, snmp_exporter
from bench.figures import Sample
from bench.sweep_contest import loopback

WITHIN = 240.0
PYSNMP_TARGETS, EXPORTER_TARGETS = 200, 1000
PYSNMP_AT_ONCE = (1, 50)
EXPORTER_CONNECTIONS = (1, 16)

Samples = Iterator[tuple[str, Sample]]


def main() -> None:
    """Hold the contest: every repetition asks by both versions, and by each of them everybody once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--repetitions", type=int, required=True)
    given = parser.parse_args()
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, snmp_agents.answering():
        file = Path(folder) / "addresses"
        file.write_text("".join(f"{address}\n" for address in loopback(given.count)))
        for _ in range(given.repetitions):
            for version in snmp_agents.VERSIONS:
                for who, sample in _all(file, version):
                    found[f"{who}, {snmp_agents.VERSIONS[version]}"].append(sample.plain())
    print(json.dumps({"samples": found, "dropped": dropped()}))


def dropped() -> int:
    """How many datagrams this namespace's kernel dropped because nobody had read those before them."""
    lines = [
        line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Udp:")
    ]
    return int(dict(zip(*lines, strict=True))["RcvbufErrors"])


def _all(file: Path, version: str) -> Samples:
    yield from _ours(file, version)
    if shutil.which(snmp_exporter.PROGRAM):
        addresses = file.read_text().split()[:EXPORTER_TARGETS]
        for connections in EXPORTER_CONNECTIONS:
            plural = "s" if connections > 1 else ""
            who = f"snmp_exporter, {connections} connection{plural}"
            yield who, snmp_exporter.sample(addresses, version, connections)
    for at_once in PYSNMP_AT_ONCE:
        argv = account.python("bench.snmp_pysnmp", file, version, PYSNMP_TARGETS, at_once)
        yield f"pysnmp, {at_once} at once", Sample(**json.loads(account.spend(argv, WITHIN).printed))


def _ours(file: Path, version: str) -> Samples:
    run = account.spend(account.python("bench.snmp_ours", file, version), WITHIN)
    for kind, samples in json.loads(run.printed).items():
        for sample in samples:
            yield f"Linewalker, {kind}", Sample(**sample)


if __name__ == "__main__":
    main()
