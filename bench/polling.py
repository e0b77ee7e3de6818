"""The running service that polls 1 k, 3 k and 10 k agents each minute, and 10 k of which 500 are dead."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench import account, snmp_agents
from bench.section import Goal, Section

TITLE = "Polling by SNMP"
CPU_PERCENT, DEAD = 10.0, 500
_SECONDS = 120
_WITHIN = 900
_DELAY_MILLISECONDS = 20  # a tick; two runs without any dead differ by some, too
_MIB = 2**20
_HEAD = (
    "Devices each minute",
    "CPU, % of a core",
    "of it ask, tell",
    "Held, MiB",
    "Peak, MiB",
    "First round, s",
    "Late, ms: median, 99 %, most",
    "Answered, ms: median, 99 %, most",
    "Lost",
)
_HOW = f"""\
`linewalker run` as users run it, at the built-in rhythm (each minute, two retries), in a network namespace in
which one snmpd answers on every address; 19 objects a device, by a profile. CPU is user and system time of all its
processes over {_SECONDS} s after the first judgement of the year, the agent's not counted. Memory shared by processes
is counted once (PSS). The rest is of the whole round after the opening one, as the kernel stamped it: *late* is when
a request to a living device left, against its place in the round (the soonest mark zero), *answered* how long after
it the answer came, *lost* every request without one. A dead one is a port that somebody holds and never reads; they
are spread evenly, and are asked with all retries in that round."""
_LIMITS = """\
**What limits it.** Each request is a conversation of its own, woken with few others and with cold caches, so it costs
more than in a sweep; the beat of the service (frames, commits, pulses to sentinels) is the rest and does not grow.
Memory: some 10 KiB a device, 8 of them in *ask*: a session, a socket and what is remembered of it. The dead wait for
their deadline in places of their own (up to a quarter of the descriptors allowed, at most 4,096), then rest for up to
three rounds."""


@dataclass(frozen=True, slots=True)
class Case:
    """One run: so many devices, so many of them dead, by one version."""

    count: int
    dead: int = 0
    version: str = "2c"

    @property
    def named(self) -> str:
        """As a row has it."""
        dead = f", {self.dead} dead" if self.dead else ""
        return f"{self.count:,}{dead}, {snmp_agents.VERSIONS[self.version]}"


ALIVE, SOME_DEAD = Case(10_000), Case(10_000, DEAD)
CASES = (Case(1_000), Case(3_000), ALIVE, SOME_DEAD)

Found = Mapping[str, Any]  # as `bench.polling_run` printed it


def section() -> Section:
    """Run the service in every case."""
    if snmp_agents.program() is None:
        return Section(
            TITLE, "", _HEAD, (), skipped=["all of it: there is no snmpd, which Debian has in `snmpd`"]
        )
    found = {case: _measured(case) for case in CASES}
    rows = [_row(case, one) for case, one in found.items()]
    return Section(TITLE, _HOW, _HEAD, rows, _LIMITS, goals=list(_goals(found)))


def _measured(case: Case) -> Found:
    argv = ["--count", case.count, "--dead", case.dead, "--version", case.version, "--seconds", _SECONDS]
    run = account.spend(account.alone(account.python("bench.polling_run", *argv)), _WITHIN)
    found: Found = json.loads(run.printed)
    return found


def _row(case: Case, found: Found) -> tuple[str, ...]:
    cpu = found["cpu"]
    return (
        case.named,
        f"{_percent(found):.1f}",
        f"{100 * cpu.get('ask', 0.0):.1f}, {100 * cpu.get('tell', 0.0):.1f}",
        f"{found['steady'] / _MIB:,.0f}",
        f"{found['peak'] / _MIB:,.0f}",
        f"{found['ready']:.1f}",
        ", ".join(f"{1000 * late:.0f}" for late in found["late"]),
        ", ".join(f"{1000 * took:.1f}" for took in found["took"]),
        f"{found['lost']:,} of {found['asked']:,}",
    )


def _percent(found: Found) -> float:
    return 100 * float(sum(found["cpu"].values()))


def _goals(found: Mapping[Case, Found]) -> Iterator[Goal]:
    for case, one in found.items():
        living, asked = case.count - case.dead, one["asked"]
        yield Goal(f"SNMP each minute, {case.named}: asked", f"≥ {living:,}", f"{asked:,}", asked >= living)
        lost, broken = int(one["lost"]) + int(one["not_up"]), int(one["broken"])
        what = f"SNMP each minute, {case.named}"
        yield Goal(
            f"{what}: living ones lost, rounds missed", "0, 0", f"{lost}, {broken}", not lost and not broken
        )
        if case.count == ALIVE.count:
            share = _percent(one)
            yield Goal(
                f"{what}: CPU", f"≤ {CPU_PERCENT:g} % of a core", f"{share:.1f} %", share <= CPU_PERCENT
            )
    seen = found[SOME_DEAD]["dead_seen"]
    yield Goal("dead agents found down", str(DEAD), str(seen), seen == DEAD)
    for what, name in (("asked", "late"), ("answered", "took")):
        more = 1000 * (found[SOME_DEAD][name][1] - found[ALIVE][name][1])
        met = more <= _DELAY_MILLISECONDS
        goal = f"{DEAD} dead among {ALIVE.count:,}: living {what} later by, 99th percentile"
        yield Goal(goal, f"≤ {_DELAY_MILLISECONDS} ms", f"{more:.1f} ms", met)
