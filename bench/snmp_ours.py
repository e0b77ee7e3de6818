"""SNMP rounds as the collector holds them, in a process of their own: ask, figures, runs, packets, quality, ledger.

Reads addresses from a file and prints one sample a kind of round as JSON. No peer is known here.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench import snmp_agents
from bench.figures import Sample
from bench.sweep_ours import Losses, measured, with_quality
from collector import checks, processes
from collector.ledger import store
from collector.rounds import Plan, Round
from collector.spool import Heading, Spool
from collector.writer import Writer
from probes import PROBERS
from probes.clock import SystemClock
from probes.columns import Answers, Targets
from probes.eyes import Eyes
from probes.kind import IpAddress, Reference
from probes.snmp import SnmpSettings, WatchedAgent
from probes.snmp_profile import Figure, Profile

STEADY_ROUNDS = 3
_PROFILE = Profile(
    "measured",
    tuple(Figure(oid, f"{oid}.0", f"device_snmp_{oid.rpartition('.')[2]}") for oid in snmp_agents.SCALARS),
)


class Figures(Losses):
    """Counts as lost what was not answered, by whichever attempt, and what was answered without every figure."""

    def tell(self, _round: Round, answers: Answers | None) -> None:
        """One batch of settled questions."""
        if answers is not None:
            whole = sum(len(found) == len(snmp_agents.SCALARS) + 1 for found in answers.readings.values())
            self.asked += len(answers)
            self.lost += len(answers) - whole


def main() -> None:
    """Arguments: the file of addresses and the version."""
    addresses = tuple(Path(sys.argv[1]).read_text().split())
    os.environ |= snmp_agents.SECRETS
    processes.allow_descriptors()
    with tempfile.TemporaryDirectory() as folder:
        ledger = store.open_ledger(store.sqlite_url(Path(folder)), create=True)
        life = store.Life(collector="bench", vantage="bench", version="0", now=time.time())
        ledger.begin(life)
        writer = Writer(ledger, life, Spool(Path(folder), Heading(life, life.token)))
        print(json.dumps(_hold_all(ledger, writer, addresses, sys.argv[2])))
        ledger.close()


def _hold_all(
    ledger: store.Ledger, writer: Writer, addresses: tuple[str, ...], version: str
) -> dict[str, list[dict[str, float]]]:
    losses = Figures()
    plan = _plan(ledger, addresses, version)
    eyes = Eyes(PROBERS["icmp"].rhythm, any_configured=False)
    prober = PROBERS["snmp"].open(plan.targets, plan.rhythm, eyes)
    one = Round(plan, prober, SystemClock(), writer.put, losses.tell)
    writer.start()
    count = len(addresses)

    def held() -> Sample:
        return measured(lambda: one.hold(opening=True), writer, losses, count)

    found = {"first round": [held()]}
    processes.settle()  # as the service does soon after its start
    found["round"] = [held() for _ in range(STEADY_ROUNDS)]
    found["quality"] = [measured(one.stop, writer, losses, count)]
    if not writer.close(30):
        raise RuntimeError("not everything was written")
    return with_quality(found, plan.rhythm.interval)


def _plan(ledger: store.Ledger, addresses: tuple[str, ...], version: str) -> Plan:
    same = {"kind": "device", "probe": "snmp", "source": "", "vantage": "bench"}
    ids = ledger.enrol([{**same, "subject": address, "address": address} for address in addresses])
    phase = np.array([checks.phase(check) for check in ids])
    settings = [WatchedAgent(_settings(address, version), (_PROFILE,)) for address in addresses]
    nobody = np.zeros(len(addresses), np.bool_)
    targets = Targets(addresses, (None,) * len(addresses), phase, nobody, settings)
    return Plan("snmp-bench", "bench", PROBERS["snmp"].rhythm, tuple(ids), targets, "snmp")


def _settings(address: str, version: str) -> SnmpSettings:
    if version == "2c":
        community = Reference("env:BENCH_COMMUNITY")
        return SnmpSettings(IpAddress(address), community=community, profiles=(_PROFILE.name,))
    return SnmpSettings(
        IpAddress(address),
        version="3",
        user=snmp_agents.USER,
        auth="SHA-256",
        auth_password=Reference("env:BENCH_AUTH"),
        privacy="AES-128",
        privacy_password=Reference("env:BENCH_PRIVACY"),
        profiles=(_PROFILE.name,),
    )


if __name__ == "__main__":
    main()
