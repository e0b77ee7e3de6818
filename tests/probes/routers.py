"""A real agent whose tables are those of a router that tests a line; what the tests came to is for a test to say."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from lab import line_tables
from lab.linetests import Result
from probes import PROBERS
from probes.columns import Answers, Statement, Targets
from probes.kind import IpAddress, Reference
from probes.rhythm import Rhythm
from probes.router import ReadAtRouter
from probes.snmp import SnmpProber, SnmpSettings
from tests.probes.agents import COMMUNITY, Snmpd, snmpd
from tests.probes.looking import eyes

QUICK = Rhythm(interval=4.0, retries=1, retry_after=0.4, timeout=1.2, fast=240.0, verdict=1.2)
ROOTS = (
    "1.3.6.1.2.1.31.1.1.1.1",
    "1.3.6.1.2.1.80",
    "1.3.6.1.2.1.14",
    "1.3.6.1.2.1.15",
    "1.3.6.1.2.1.222",
    "1.3.6.1.4.1.2011",
    "1.3.6.1.4.1.25506",
    "1.3.6.1.4.1.9",
)
IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
LINE, PORT, FAR = "haikou-ct", "line2", "10.64.0.2"


def line_with(*outcomes: bool) -> Result:
    """A line whose tests came to this, one a second, the last just now."""
    now = time.time()
    result = Result(LINE, 12, PORT, "10.64.0.1", FAR)
    for number, heard in enumerate(outcomes, 1):
        result = run(result, now - len(outcomes) + number, heard=heard)
    return result


def run(before: Result, wall: float, *, heard: bool) -> Result:
    """One test more."""
    number = before.sent + 1
    missed = 0 if heard else before.missed + 1
    up = heard or (before.session_up and missed < 3)
    turned = up != before.session_up
    return replace(
        before,
        sent=number,
        rtt=0.012 if heard else before.rtt,
        answered_last=heard,
        answered=before.answered + heard,
        missed=missed,
        last_good=wall if heard else before.last_good,
        session_up=up,
        session_since=wall if turned else before.session_since,
        session_downs=before.session_downs + (turned and not up),
        last_down=wall if turned and not up else before.last_down,
        recent=[*before.recent, (number, heard, wall)][-12:],
    )


@dataclass
class Router:
    """A running agent, and what its router says of one line; `hidden` are beginnings of what it does not have."""

    agent: Snmpd
    started: float
    hidden: tuple[str, ...] = ()
    extra: dict[str, tuple[str, str]] = field(default_factory=dict)

    def says(self, result: Result) -> None:
        """Serve these results from now on."""
        rows = line_tables.router([asdict(result)], time.monotonic() - self.started, time.time())
        objects = {".".join(map(str, oid)): (kind, value) for oid, kind, value in rows}
        objects = {f"{IF_NAME}.12": ("string", PORT)} | objects | self.extra
        self.agent.serve(
            {oid: what for oid, what in objects.items() if not any(map(oid.startswith, self.hidden))}
        )


@contextmanager
def router(folder: Path) -> Iterator[Router]:
    """A router that answers when this is entered."""
    started = time.monotonic()
    with snmpd(folder, {}, roots=ROOTS) as agent:
        yield Router(agent, started)


@contextmanager
def reading(port: int, probe: str, **written: Any) -> Iterator[SnmpProber]:
    """A prober of one check of a kind, read from the agent at a port of this machine."""
    agent = SnmpSettings(IpAddress("127.0.0.1"), port=port, community=Reference("env:SNMP_COMMUNITY"))
    kind = PROBERS[probe]
    settings = ReadAtRouter(kind.settings(device="core", **written), agent)
    alone = Targets(("x",), (None,), np.zeros(1), np.zeros(1, np.bool_), (settings,))
    with eyes() as opened:
        prober = kind.open(alone, QUICK, opened)
        assert isinstance(prober, SnmpProber)
        try:
            yield prober
        finally:
            prober.close()


@dataclass(frozen=True)
class Told:
    """One answer, its times in seconds before it was received."""

    outcome: int
    reason: str
    rtt: float
    age: float
    statement: Statement | None


def ask(by: SnmpProber) -> Told:
    """Hold a round and say what came of it."""
    (answers,) = [one for one in by.probe(np.zeros(1, np.bool_), opening=True) if len(one)]
    return told(answers)


def told(answers: Answers) -> Told:
    """The only answer of a batch."""
    age = float(answers.received_at[0] - answers.sent[0, max(int(answers.answered[0]), 0)])
    return Told(
        int(answers.outcome[0]),
        answers.reason.get(0, ""),
        float(answers.rtt[0]),
        age,
        answers.statements.get(0),
    )


__all__ = [
    "COMMUNITY",
    "FAR",
    "LINE",
    "PORT",
    "Router",
    "ask",
    "line_with",
    "reading",
    "router",
    "run",
    "told",
]
