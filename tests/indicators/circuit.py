"""A circuit of 10 Mbit/s on a gigabit port, idle and healthy, from which each test says what was different."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from indicators.bandwidth import Reason, bandwidth_assurance, classify, tally
from indicators.bins import BIN, SECOND, UNKNOWN, Bins, Ints
from indicators.measure import Bracket
from indicators.policy import Policy
from indicators.proving import Throughput

MEGA = 1_000_000
RATE = 10 * MEGA
DAY = 86_400 * SECOND
DAY_BINS = 288
FULL = RATE * 300 // 8  # octets of a bin at the contracted rate: 375,000,000
POLICY = Policy()
NONE = UNKNOWN

USUAL = {
    "contracted": RATE,
    "judged": BIN,
    "down": 0,
    "unknown": 0,
    "maintenance": 0,
    "sent": 30,
    "lost": 0,
    "link_speed": 1000 * MEGA,
    "octets_in": 0,
    "octets_out": 0,
    "discards": 0,
}


def circuit(size: int, begin: int = 0, **different: int | Sequence[int] | dict[int, int]) -> Bins:
    """`size` bins. A column is one number for all, one for each, or {bin: number} where it is not the usual one."""
    columns: dict[str, Ints] = {}
    for name, usual in USUAL.items():
        given = different.get(name, usual)
        column = np.full(size, usual if isinstance(given, dict) else given, np.int64)
        for place, value in given.items() if isinstance(given, dict) else ():
            column[place] = value
        columns[name] = column
    return Bins(begin, **columns)


def measured(rate: float, started: int = 0, days: int = 31, **more: Any) -> Throughput:
    """A test of so many Mbit/s, by default one that began with the first bin."""
    return Throughput(started, round(rate * MEGA), started + days * DAY, **more)


def attested(rate: float, started: int = 0, days: int = 365, **more: Any) -> Throughput:
    return measured(rate, started, days, attested=True, **more)


def reasons(bins: Bins, *tests: Throughput, policy: Policy = POLICY) -> list[str]:
    return [Reason(code).name for code in classify(bins, tests, policy).tolist()]


def assurance(bins: Bins, *tests: Throughput, policy: Policy = POLICY) -> Bracket:
    return bandwidth_assurance(tally(classify(bins, tests, policy)))
