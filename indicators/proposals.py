"""What may have caused an outage, proposed to whoever decides: 用户侧断电, the power at the customer's side. Pure.

A proposal is never a judgement: nothing that is computed of an outage knows of it. It says what speaks for it, and
somebody signs an amendment, or not.

Theory
======
Two things speak for a loss of power at a site. A device there began anew inside an outage of one of its lines: it was
without power, or was started again by hand. Or all lines of the site, of at least two carriers, were lost within
moments of each other: two carriers do not fail together, what they have in common is the site. The same picture comes
of a cut through a duct that both carriers share, and of a core that fails; so what else was out then is left to
whoever decides, and outages that are masked by an upstream should not be given here at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

POWER = "用户侧断电"
TOGETHER_MICROS = 60_000_000
BOOTING_MICROS = 600_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """A circuit in service that ends at a site."""

    circuit: str
    site: str
    carrier: str


@dataclass(frozen=True, slots=True)
class Outage:
    """One outage of a circuit, in microseconds since 1970 UTC; `ended_at` is None while it goes on."""

    circuit: str
    started_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class Restart:
    """A device of a site began anew at some moment of [began_after, began_before], in microseconds.

    `witness` is what tells: `sysUpTime`, or `coldStart`, the trap.
    """

    device: str
    site: str
    began_after: int
    began_before: int
    witness: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for a proposal: `restart` of a device, or `together`, with the lines that were lost."""

    kind: str
    subject: str
    at: int
    witness: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """That these outages had one cause; from the first start to the last end, None while one goes on."""

    cause: str
    site: str
    outages: tuple[Outage, ...]
    started_at: int
    ended_at: int | None
    evidence: tuple[Evidence, ...]


def power_losses(
    lines: Sequence[Line],
    outages: Sequence[Outage],
    restarts: Sequence[Restart],
    *,
    together: int = TOGETHER_MICROS,
    booting: int = BOOTING_MICROS,
) -> list[Proposal]:
    """What to propose of these outages, by site and time.

    Starts within `together` of each other are one moment. A device is up before its lines are by up to `booting`, and
    a line may be seen again before the device is asked again: both count as inside.
    """
    site_of = {one.circuit: one.site for one in lines}
    at_sites = [one for one in outages if one.circuit in site_of]
    ordered = sorted(at_sites, key=lambda one: (site_of[one.circuit], one.started_at, one.circuit))
    found: list[Proposal] = []
    for site, own in groupby(ordered, key=lambda one: site_of[one.circuit]):
        here = [one for one in lines if one.site == site]
        begun_anew = [one for one in restarts if one.site == site]
        for several in _moments(list(own), together):
            evidence = (*_restarted(several, begun_anew, booting), *_all_lost(several, here))
            if evidence:
                found.append(_proposal(site, several, evidence))
    return found


def _moments(outages: Sequence[Outage], together: int) -> Iterator[tuple[Outage, ...]]:
    """Outages of one site, by start, those that began together as one."""
    several: list[Outage] = []
    for one in outages:
        if several and one.started_at - several[0].started_at > together:
            yield tuple(several)
            several = []
        several.append(one)
    if several:
        yield tuple(several)


def _restarted(outages: Sequence[Outage], restarts: Iterable[Restart], booting: int) -> Iterator[Evidence]:
    """Devices that began anew between the first of these starts and the last of these ends."""
    begin, end = _span(outages)
    for one in sorted(restarts, key=attrgetter("began_before", "device")):
        # Inside even at its earliest: a device that began anew before the line was lost does not explain that.
        if one.began_after >= begin and (end is None or one.began_after <= end + booting):
            yield Evidence("restart", one.device, one.began_before, one.witness)


def _all_lost(outages: Sequence[Outage], lines: Sequence[Line]) -> Iterator[Evidence]:
    """All lines of the site, of two carriers at least, out at one moment."""
    lost = {one.circuit for one in outages}
    carriers = {one.carrier for one in lines}
    last_start = max(one.started_at for one in outages)
    overlap = all(one.ended_at is None or one.ended_at > last_start for one in outages)
    if len(carriers) >= 2 and overlap and lost == {one.circuit for one in lines}:
        for one in outages:
            yield Evidence("together", one.circuit, one.started_at)


def _span(outages: Sequence[Outage]) -> tuple[int, int | None]:
    ends = [one.ended_at for one in outages if one.ended_at is not None]
    ended = max(ends) if len(ends) == len(outages) else None
    return min(one.started_at for one in outages), ended


def _proposal(site: str, outages: tuple[Outage, ...], evidence: tuple[Evidence, ...]) -> Proposal:
    begin, end = _span(outages)
    return Proposal(POWER, site, outages, begin, end, evidence)
