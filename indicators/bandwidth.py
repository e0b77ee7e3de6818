"""Was the contracted bandwidth there? A verdict every five minutes, and 网络带宽保障率 (definitions, §5). Pure.

    left out   not judged for the most part, or no rate contracted
    short      down, a port too slow, a failed test, or loss while the line was not full
    unproven   nothing proves it, or it may have been short: nobody watched, or the test or the loss leave it open
    assured    not short, and proven: by a test, by traffic, by a report, and by the port where the policy says so

Idle is not short, and full because the customer filled it is assured. Whether a bin counts, and whether it was *down
for more than half of it*, is told by the part of it that is judged (T): of 160 s left by a maintenance, 100 s down
are more than half.

Loss is that of the hour around a bin: its own five minutes, 30 minutes before their start and 25 after their end.
First packets of bins that were busy do not count in it, for a line that its customer filled for ten minutes would be
short for the fifty idle ones around them; nor do those of bins left out. Where the load of a bin in that hour is not
known, both are considered, and the bin is short only if it is so either way.

Judge a circuit with half an hour more at either end, and cut to the window afterwards: then the parts of a window
add up to the whole.
"""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np

from indicators.bins import BIN, Bins, Flags, Ints, decided_share, exact, least
from indicators.measure import Bracket
from indicators.policy import Policy
from indicators.proving import Proofs, Throughput, prove
from indicators.traffic import BUSY, IDLE, OCTETS, OPEN, fullest, load

_BEFORE, _AFTER = 6, 5  # bins of the hour before and after the bin itself


class Reason(IntEnum):
    """Why a bin is what it is; where several hold, the first one here."""

    MAINTENANCE = 0  # left out: more of it than of what was outside
    OUTSIDE = 1  # outside service hours, or not in service
    NO_RATE = 2
    DOWN = 3  # short
    LINK_SPEED_LOW = 4
    TEST_FAILED = 5
    LOSS = 6
    UNWATCHED = 7  # unproven: it may have been down for more than half
    TEST_OPEN = 8  # a test came short, and what else went over the line is not known
    LOSS_OPEN = 9  # loss, and how full the line was is not known
    TESTED = 10  # assured
    FILLED = 11
    ATTESTED = 12
    LINK_SPEED = 13  # 按端口速率
    NO_PROOF = 14  # unproven


LEFT_OUT = (Reason.MAINTENANCE, Reason.OUTSIDE, Reason.NO_RATE)
SHORT = (Reason.DOWN, Reason.LINK_SPEED_LOW, Reason.TEST_FAILED, Reason.LOSS)
ASSURED = (Reason.TESTED, Reason.FILLED, Reason.ATTESTED, Reason.LINK_SPEED)
UNPROVEN = (Reason.UNWATCHED, Reason.TEST_OPEN, Reason.LOSS_OPEN, Reason.NO_PROOF)


def classify(bins: Bins, tests: Sequence[Throughput], policy: Policy) -> Ints:
    """The `Reason` of each bin of one circuit. `tests`: all that came to a rate, those before the first bin, too."""
    proofs = prove(bins, tests, policy)
    lossy, maybe_lossy = loss(bins, policy)
    outside = BIN - bins.judged - bins.maintenance
    holds = {
        Reason.MAINTENANCE: ~bins.counting & (bins.maintenance >= outside),
        Reason.OUTSIDE: ~bins.counting,
        Reason.NO_RATE: bins.contracted <= 0,
        Reason.DOWN: 2 * bins.down > bins.judged,
        Reason.LINK_SPEED_LOW: (bins.link_speed >= 0) & (bins.link_speed < bins.contracted),
        Reason.TEST_FAILED: proofs.short,
        Reason.LOSS: lossy,
        Reason.UNWATCHED: 2 * (bins.down + bins.unknown) > bins.judged,
        Reason.TEST_OPEN: proofs.doubt,
        Reason.LOSS_OPEN: maybe_lossy,
        **_proven(bins, proofs, policy),
    }
    chosen = np.full(len(bins), Reason.NO_PROOF, np.int64)
    for reason, where in reversed(holds.items()):
        chosen[where] = reason
    return chosen


def _proven(bins: Bins, proofs: Proofs, policy: Policy) -> dict[Reason, Flags]:
    most, _ = fullest(bins)
    return {
        Reason.TESTED: proofs.measured,
        Reason.FILLED: most >= least(exact(policy.short_share) * OCTETS, bins.contracted),
        Reason.ATTESTED: proofs.attested,
        Reason.LINK_SPEED: policy.link_speed_proves & (bins.link_speed >= bins.contracted),
    }


def loss(bins: Bins, policy: Policy) -> tuple[Flags, Flags]:
    """Bins that are short by loss, and those that may be: with these and more.

    With c the share that is allowed, the hour loses too much where Σ(lost − c·sent) > 0, and each bin whose load is
    not known adds its term or does not: at the least the negative ones, at the most the positive ones.
    """
    if not np.any(bins.lost):
        nowhere = np.zeros(len(bins), np.bool_)
        return nowhere, nowhere
    full = np.where(bins.counting & (bins.contracted > 0), load(bins, policy), BUSY)
    allowed = exact(policy.max_bin_loss)
    excess = bins.lost * allowed.denominator - bins.sent * allowed.numerator
    certain, perhaps = full == IDLE, full == OPEN
    asked, too_much = _hour(bins.sent * certain), _hour(excess * certain)
    if not np.any(perhaps):
        surely = certain & (asked >= policy.min_loss_packets) & (too_much > 0)
        return surely, surely
    surely = (asked >= policy.min_loss_packets) & (too_much + _hour(np.minimum(excess, 0) * perhaps) > 0)
    most_asked, most = asked + _hour(bins.sent * perhaps), too_much + _hour(np.maximum(excess, 0) * perhaps)
    return certain & surely, (certain | perhaps) & (most_asked >= policy.min_loss_packets) & (most > 0)


def _hour(counts: Ints) -> Ints:
    """The sum over the hour around each bin."""
    before, after = np.zeros(_BEFORE + 1, np.int64), np.zeros(_AFTER, np.int64)
    total = np.cumsum(np.concatenate([before, counts, after]))
    hour: Ints = total[_BEFORE + _AFTER + 1 :] - total[: counts.size]
    return hour


def tally(reasons: Ints) -> Ints:
    """How many bins have each `Reason`, shape (len(Reason),). Tallies of circuits and of windows add up."""
    return np.bincount(reasons, minlength=len(Reason)).astype(np.int64)


def bandwidth_assurance(counts: Ints) -> Bracket:
    """assured ÷ (assured + short), of one circuit's tally or of the sum of several.

    An unproven bin is short in the lower end and assured in the upper. The evidence counts each class and reason;
    `by_link_speed` says that some bins are proven by their port alone: the figure then prints 按端口速率.
    """
    classes = {"assured": ASSURED, "short": SHORT, "unproven": UNPROVEN, "left_out": LEFT_OUT}
    of_class = {name: int(counts[list(reasons)].sum()) for name, reasons in classes.items()}
    of_reason = {reason.name.lower(): int(counts[reason]) for reason in Reason}
    evidence = {**of_class, "reasons": of_reason, "by_link_speed": of_reason["link_speed"] > 0}
    return decided_share(of_class["assured"], of_class["short"], of_class["unproven"], **evidence)
