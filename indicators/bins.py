"""What is known of one circuit, five minutes by five minutes, and exact comparisons with a share of its rate.

Columns are int64 and equally long, one element a bin; times are microseconds since 1970 UTC, durations microseconds.
UNKNOWN stands where nothing is known of a bin, in the columns that may have it. No verdict is made here.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from indicators.measure import Bracket, nothing

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

UNKNOWN = -1
SECOND = 1_000_000
BIN_SECONDS = 300
BIN = BIN_SECONDS * SECOND


@dataclass(frozen=True, slots=True)
class Bins:
    """One circuit from `begin` on, without a hole. Settled, in the line view.

    `judged` is the time of a bin in T; of it `down` was D and `unknown` K. `maintenance` is what excluded maintenance
    took out of the bin; what is neither was outside the service hours, or out of service.
    """

    begin: int
    contracted: Ints  # bit/s, as dated; UNKNOWN where none was agreed
    judged: Ints
    down: Ints
    unknown: Ints
    maintenance: Ints
    sent: Ints  # first packets of regular questions outside down-runs
    lost: Ints  # of these, unanswered
    link_speed: Ints  # bit/s, or UNKNOWN
    octets_in: Ints  # in the bin, or UNKNOWN
    octets_out: Ints  # in the bin, or UNKNOWN
    discards: Ints  # packets in the bin, or UNKNOWN

    def __post_init__(self) -> None:
        """Refuse columns that do not belong together. Raises ValueError."""
        columns = (getattr(self, name) for name in self.__slots__ if name != "begin")
        if {column.shape for column in columns} != {(len(self),)}:
            raise ValueError("the columns of a circuit differ in length")
        parts = (self.down, self.unknown, self.maintenance, self.judged, BIN - self.judged - self.maintenance)
        if any(np.any(part < 0) for part in parts) or np.any(self.down + self.unknown > self.judged):
            raise ValueError("down + unknown ≤ judged ≤ judged + maintenance ≤ 5 minutes does not hold")
        if np.any((self.lost < 0) | (self.lost > self.sent)):
            raise ValueError("0 ≤ lost ≤ sent does not hold")

    def __len__(self) -> int:
        """How many bins."""
        return int(self.contracted.size)

    @property
    def counting(self) -> Flags:
        """Bins of which at least half is judged; the others are left out of every figure."""
        return 2 * self.judged >= BIN


def exact(share: float) -> Fraction:
    """What was written, 0.95, and not the binary number beside it."""
    return Fraction(str(share))


def runs(column: Ints) -> Ints:
    """Where a run of equal values begins: indices, the first of them 0; empty of an empty column."""
    changed = np.ones(column.size, np.bool_)
    changed[1:] = column[1:] != column[:-1]
    return np.flatnonzero(changed).astype(np.int64)


def least(factor: Fraction, column: Ints) -> Ints:
    """The smallest whole number that is not below factor × value, of each element, exactly."""
    begins = runs(column)
    whole = [math.ceil(factor * int(value)) for value in column[begins]]
    return np.repeat(np.array(whole, np.int64), np.diff(np.append(begins, column.size)))


def decided_share(good: int, bad: int, undecided: int, /, **evidence: object) -> Bracket:
    """good ÷ decided; each undecided bin bad in the lower end, good in the upper. Coverage is the decided share."""
    decided, whole = good + bad, good + bad + undecided
    if not decided:
        return nothing(0.0 if whole else None, **evidence)
    return Bracket(good / decided, good / whole, (good + undecided) / whole, decided / whole, evidence)
