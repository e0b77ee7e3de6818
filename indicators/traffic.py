"""Traffic of circuits by five minutes: how full they were, `uncongested`, and the 95th percentile. Pure.

A bin of which nothing is known is never taken as idle: it may have been anything from nothing to a full port.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from indicators.bins import BIN_SECONDS, UNKNOWN, Bins, Flags, Ints, decided_share, exact, least
from indicators.measure import Bracket, nothing
from indicators.policy import Policy

IDLE, BUSY, OPEN = 0, 1, 2
CONGESTED, UNCONGESTED, UNDECIDED, LEFT_OUT = 0, 1, 2, 3

OCTETS = Fraction(BIN_SECONDS, 8)  # octets in a bin of a stream of 1 bit/s
_NO_TRAFFIC = (
    2  # more than twice what a port carries in a bin is a counter's jump; less may be a late reading
)

Rates = NDArray[np.float64]


def octets(bins: Bins) -> tuple[Ints, Ints]:
    """In and out. UNKNOWN also where a counter claims what the port cannot carry."""
    port = np.where(bins.link_speed > 0, bins.link_speed, np.iinfo(np.int64).max // 4096)
    most = least(_NO_TRAFFIC * OCTETS, port)
    return _believed(bins.octets_in, most), _believed(bins.octets_out, most)


def _believed(column: Ints, most: Ints) -> Ints:
    jumped = column > most
    return np.where(jumped, UNKNOWN, column).astype(np.int64) if np.any(jumped) else column


def fullest(bins: Bins) -> tuple[Ints, Flags]:
    """Octets of the fuller direction as far as known (UNKNOWN: neither is), and where both are known."""
    one, other = octets(bins)
    return np.maximum(one, other), (one >= 0) & (other >= 0)


def load(bins: Bins, policy: Policy) -> Ints:
    """BUSY from `busy_share` of the contracted rate on in either direction, IDLE below it in both, OPEN otherwise."""
    most, both = fullest(bins)
    busy = most >= least(exact(policy.busy_share) * OCTETS, bins.contracted)
    known = [bins.contracted <= 0, (most >= 0) & busy, both]
    return np.select(known, [OPEN, BUSY, IDLE], OPEN).astype(np.int64)


def congestion(bins: Bins, policy: Policy) -> Ints:
    """Of each bin CONGESTED, UNCONGESTED, UNDECIDED or LEFT_OUT.

    Uncongested: utilisation below `busy_share`, or no discards and no loss (of the bin's own first packets).
    """
    full = load(bins, policy)
    clean = (bins.discards == 0) & (bins.lost == 0) & (bins.sent > 0)
    dirty = (bins.discards > 0) | (bins.lost > 0)
    left_out = ~bins.counting | (bins.contracted <= 0)
    verdicts = [LEFT_OUT, UNCONGESTED, CONGESTED]
    chosen = np.select([left_out, (full == IDLE) | clean, (full == BUSY) & dirty], verdicts, UNDECIDED)
    return chosen.astype(np.int64)


def congestion_tally(verdicts: Ints) -> Ints:
    """How many bins have each verdict, shape (4,). Tallies of circuits and of windows add up."""
    return np.bincount(verdicts, minlength=4).astype(np.int64)


def uncongested(verdicts: Sequence[Ints]) -> Bracket:
    """Uncongested bins ÷ bins known, of one circuit or summed over several, each cut to its window."""
    return uncongested_share(sum(map(congestion_tally, verdicts), np.zeros(4, np.int64)))


def uncongested_share(counts: Ints) -> Bracket:
    """The same from a tally, or from a sum of several."""
    bad, good, undecided, left_out = counts.tolist()
    counted = {"uncongested": good, "congested": bad, "undecided": undecided, "left_out": left_out}
    return decided_share(good, bad, undecided, **counted)


@dataclass(slots=True)
class Traffic:
    """The traffic of a circuit, or of several with the same bins added up bin by bin.

    `low` and `high` are the least and the most bit/s it may have been, shape (2, bins): in and out; `counting` are
    the bins of which at least half is judged, of any circuit. Nothing goes in the others.
    """

    low: Rates
    high: Rates
    counting: Flags

    @classmethod
    def of(cls, one: Bins) -> "Traffic":
        """That of one circuit."""
        low, high = np.where(one.counting, np.stack([_bounds(one, way) for way in (0, 1)], axis=1), 0.0)
        return cls(low, high, one.counting)

    @classmethod
    def nothing(cls, bins: int) -> "Traffic":
        """Of no circuit yet."""
        return cls(np.zeros((2, bins)), np.zeros((2, bins)), np.zeros(bins, np.bool_))

    def add(self, one: "Traffic", belongs: Flags | None = None) -> None:
        """Add a circuit, in those bins in which it belongs to the others (None: in all)."""
        part = one if belongs is None else one.where(belongs)
        self.low += part.low
        self.high += part.high
        self.counting |= part.counting

    def where(self, belongs: Flags) -> "Traffic":
        """The same in some bins alone."""
        low, high = (np.where(belongs, rates, 0.0) for rates in (self.low, self.high))
        return Traffic(low, high, self.counting & belongs)

    def percentile_95(self) -> Bracket:
        """As `percentile_95`, of all that was added."""
        ways = [_percentile(self.low[way][self.counting], self.high[way][self.counting]) for way in (0, 1)]
        bins = int(np.sum(self.counting))
        known = min(way[3] for way in ways)
        low, value, high = (max(way[end] for way in ways) for end in range(3))
        evidence: dict[str, float] = {"bins": bins, "known": known, "dropped": bins // 20}
        if not known or high == np.inf:
            return nothing(known / bins if bins else None, **evidence, least=low)
        evidence |= {"in": ways[0][1], "out": ways[1][1]}
        return Bracket(value, low, high, known / bins, evidence)


def percentile_95(circuits: Sequence[Bins]) -> Bracket:
    """Bit/s: the highest 5-minute mean left after dropping the top 5 %, of the fuller direction.

    Of several circuits with the same bins it is that of their summed traffic: bin by bin added first, then ranked.
    5 % of n bins are n // 20 of them. Bins are those of which at least half is judged, of any circuit. An unknown bin
    is in the value not at all, in the lower end empty, in the upper a full port. Where so many are unknown that the
    upper end rests on a port whose speed nobody knows, there is no value.
    """
    if not circuits or len({(one.begin, len(one)) for one in circuits}) != 1:
        raise ValueError("a percentile of several circuits needs the same bins of each, and one at least")
    summed = Traffic.nothing(len(circuits[0]))
    for one in circuits:
        summed.add(Traffic.of(one))
    return summed.percentile_95()


def _bounds(bins: Bins, way: int) -> Rates:
    """Least and most bit/s of each bin in one direction, shape (2, bins); equal where the traffic is known."""
    column = octets(bins)[way]
    known = column >= 0
    rate = np.where(known, column, 0) * 8 / BIN_SECONDS
    port = float(np.max(bins.link_speed, initial=UNKNOWN))
    speed = np.where(bins.link_speed > 0, bins.link_speed, port if port > 0 else np.inf)
    most = np.where(known, rate, np.maximum(speed, np.max(rate, initial=0.0)))
    return np.stack([rate, most])


def _percentile(low: Rates, high: Rates) -> tuple[float, float, float, int]:
    """Lower end, value and upper end of one direction, and how many bins are known."""
    known = low[low == high]
    least_, most = _left(low), _left(high)
    return least_, min(max(_left(known), least_), most), most, known.size


def _left(rates: Rates) -> float:
    """The highest rate left after the top 5 % are dropped; 0 of none."""
    place = rates.size - 1 - rates.size // 20
    return float(np.partition(rates, place)[place]) if rates.size else 0.0
