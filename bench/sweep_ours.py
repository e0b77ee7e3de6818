"""Rounds as the collector holds them, in a process of their own: ask, runs, packets, quality, watch, ledger.

Reads addresses from a file and prints one sample a kind of round as JSON. No peer is known here.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.account import peak_bytes
from bench.figures import Sample
from collector import checks
from collector.ledger import store
from collector.quality import BIN_SECONDS
from collector.rounds import Plan, Round
from collector.spool import Heading, Spool
from collector.writer import Writer
from probes.clock import SystemClock
from probes.columns import Answers, Targets
from probes.icmp import IcmpProber
from probes.rhythm import Rhythm

STEADY_SWEEPS = 2


class Losses:
    """Counts the regular questions and the first packets that nobody answered."""

    def __init__(self) -> None:
        self.asked = self.lost = 0

    def tell(self, _round: Round, answers: Answers | None) -> None:
        """One batch of settled questions."""
        if answers is not None:
            self.asked += int(np.count_nonzero(answers.regular))
            self.lost += int(np.count_nonzero(answers.regular & (answers.answered != 0)))


def main() -> None:
    """Arguments: the file of addresses, the interval in seconds, and whether paced rounds are held too."""
    addresses = tuple(Path(sys.argv[1]).read_text().split())
    rhythm = Rhythm(interval=float(sys.argv[2]))
    with tempfile.TemporaryDirectory() as folder:
        ledger = store.open_ledger(store.sqlite_url(Path(folder)), create=True)
        life = store.Life(collector="bench", vantage="bench", version="0", now=time.time())
        ledger.begin(life)
        writer = Writer(ledger, life, Spool(Path(folder), Heading(life, life.token)))
        print(json.dumps(_hold_all(ledger, writer, addresses, rhythm, paced=sys.argv[3] == "paced")))
        ledger.close()


def _hold_all(
    ledger: store.Ledger, writer: Writer, addresses: tuple[str, ...], rhythm: Rhythm, *, paced: bool
) -> dict[str, list[dict[str, float]]]:
    clock, losses = SystemClock(), Losses()
    plan = _plan(ledger, addresses, rhythm)
    prober = IcmpProber(plan.targets, rhythm)
    one = Round(plan, prober, clock, writer.put, losses.tell)
    writer.start()

    def held(opening: bool) -> Sample:
        return measured(lambda: one.hold(opening=opening), writer, losses, len(addresses))

    found = {"first sweep": [held(True)], "sweep": [held(True) for _ in range(STEADY_SWEEPS)]}
    if paced:
        found["paced round"] = [held(False)]
    found["quality"] = [measured(one.stop, writer, losses, len(addresses))]
    if not writer.close(30):
        raise RuntimeError("not everything was written")
    return with_quality(found, rhythm.interval)


def _plan(ledger: store.Ledger, addresses: tuple[str, ...], rhythm: Rhythm) -> Plan:
    same = {"kind": "circuit", "probe": "icmp", "source": "", "vantage": "bench"}
    ids = ledger.enrol([{**same, "subject": address, "address": address} for address in addresses])
    sentinel = np.zeros(len(addresses), np.bool_)
    sentinel[0] = True
    phase = np.array([checks.phase(check) for check in ids])
    targets = Targets(addresses, (None,) * len(addresses), phase, sentinel)
    return Plan("icmp-bench", "bench", rhythm, tuple(ids), targets)


def measured(job: Callable[[], None], writer: Writer, losses: Losses, count: int) -> Sample:
    """Do it, wait until it is in the ledger, and say what the whole process spent meanwhile."""
    losses.asked = losses.lost = 0
    began, spent = time.monotonic(), _cpu()
    job()
    while writer.waiting_rows:
        time.sleep(0.005)
    cpu = (_cpu() - spent) / count
    return Sample(cpu, time.monotonic() - began, peak_bytes(), losses.asked, losses.lost)


def with_quality(found: dict[str, list[Sample]], interval: float) -> dict[str, list[dict[str, float]]]:
    """Every round bears its share of the quality rows that are written once in five minutes."""
    share = found.pop("quality")[0].cpu * interval / BIN_SECONDS
    return {
        kind: [{**sample.plain(), "cpu": sample.cpu + share} for sample in samples]
        for kind, samples in found.items()
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
