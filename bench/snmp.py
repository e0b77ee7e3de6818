"""One SNMP request for 19 objects to each of many agents, ours with everything recorded, beside the peers."""

import json
import shutil
import statistics
from collections.abc import Iterator, Mapping, Sequence

from bench import account, snmp_agents, snmp_exporter
from bench.figures import Sample, mebibytes, ratios, spread
from bench.section import Goal, Section
from bench.snmp_contest import EXPORTER_TARGETS, PYSNMP_TARGETS

Found = Mapping[str, Sequence[Sample]]

COUNT = 1000
TITLE = "SNMP, one request for 19 objects"
_MOST_MICROSECONDS = {"2c": 200.0, "3": 250.0}
_TIMES = {"snmp_exporter": 4.0, "pysnmp": 40.0}
_HEAD = ("Who", "CPU per request, µs", "× ours", "Peak, MiB", "Time, s", "Lost")
_HOW = """\
Each contestant asks {count:,} agents (snmp_exporter {exporter:,}, pysnmp {pysnmp}) for sysUpTime, sysObjectID and
17 counters, in one request, in turn, {repetitions} times round, in a network namespace of its own in which one
snmpd answers on every address of 127.0.0.0/8 from the address that was asked. Median (least–most). CPU is user and
system time of the asking process alone; on loopback sending holds the kernel's work to hand the request to the
agent. Ours is the collector's own `Round` with its prober, figures by a profile, writer and an SQLite ledger;
*first round* makes sessions, keys and runs, *round* is every later one, and what "× ours" refers to, pair by pair.
Version 3 is SHA-256 and AES-128. *Lost* counts an answer that lacks one object too;
ours may have asked again after 3 s, as it does in service."""
_LIMITS = """\
What limits each. **Linewalker**: a quarter are gufo_snmp's (Rust, system calls included); a task of asyncio
and what wakes it are the next quarter, then 17 figures and their way to who shows them. Sessions are kept and all
deadlines have one timer, so version 3 costs little more than 2c.
**snmp_exporter**: an HTTP request, a socket and a registry an agent, and by version 3
the discovery of the agent each time; what Prometheus spends to ask and to store is not in it. **pysnmp**: Python
decodes, object by object."""


def section(repetitions: int) -> Section:
    """Hold the contest in a namespace."""
    if snmp_agents.program() is None:
        return Section(
            TITLE, "", _HEAD, (), skipped=["all of it: there is no snmpd, which Debian has in `snmpd`"]
        )
    argv = account.python("bench.snmp_contest", "--count", COUNT, "--repetitions", repetitions)
    printed = account.spend(account.alone(argv), within=600).printed
    said = json.loads(printed)
    found = {who: [Sample(**one) for one in samples] for who, samples in said["samples"].items()}
    missing = (
        [] if shutil.which(snmp_exporter.PROGRAM) else [f"{snmp_exporter.PROGRAM}, which Debian has so named"]
    )
    return Section(
        title=TITLE,
        how=_HOW.format(
            count=COUNT, exporter=EXPORTER_TARGETS, pysnmp=PYSNMP_TARGETS, repetitions=repetitions
        ),
        head=_HEAD,
        rows=list(_rows(found)),
        limits=_LIMITS,
        skipped=missing,
        goals=list(_goals(found, said["dropped"])),
    )


def _ours(version: str) -> str:
    return f"Linewalker, round, {snmp_agents.VERSIONS[version]}"


def _rows(found: Found) -> Iterator[tuple[str, ...]]:
    for who, samples in found.items():
        version = next(one for one, named in snmp_agents.VERSIONS.items() if who.endswith(named))
        yield (
            who,
            spread([one.cpu for one in samples], 0, 1e6),
            "1" if who == _ours(version) else spread(_times_ours(found, who, version), 2),
            mebibytes([one.peak for one in samples]),
            spread([one.wall for one in samples], 2),
            f"{sum(one.lost for one in samples):,} of {sum(one.asked for one in samples):,}",
        )


def _times_ours(found: Found, who: str, version: str) -> list[float]:
    """Theirs by the mean of ours in the same repetition; we ask more than once in each."""
    theirs, ours = ([one.cpu for one in found[name]] for name in (who, _ours(version)))
    each = max(1, len(ours) // len(theirs))
    return ratios(theirs, [statistics.mean(ours[at : at + each]) for at in range(0, len(ours), each)])


def _goals(found: Found, dropped: int) -> Iterator[Goal]:
    yield Goal("SNMP datagrams dropped by the kernel", "0", str(dropped), dropped == 0)
    lost = sum(one.lost for who in found for one in found[who] if who.startswith("Linewalker"))
    yield Goal("SNMP answers lost, figures missing", "0", str(lost), lost == 0)
    for version, most in _MOST_MICROSECONDS.items():
        named = snmp_agents.VERSIONS[version]
        spent = 1e6 * statistics.median(one.cpu for one in found[_ours(version)])
        yield Goal(f"CPU per GET of 19 objects, {named}", f"≤ {most:g} µs", f"{spent:.0f} µs", spent <= most)
        for who in found:
            least = next((times for name, times in _TIMES.items() if who.startswith(name)), None)
            if least is not None and who.endswith(named):
                times = statistics.median(_times_ours(found, who, version))
                yield Goal(f"CPU per GET of {who}, by ours", f"≥ {least:g}", f"{times:.1f}", times >= least)
