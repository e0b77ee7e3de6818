"""Counters of an agent into growth, and growth into five-minute bins. Pure: no socket, no clock, no names.

A counter only tells how far it has come since a moment nobody knows, modulo 2³² or 2⁶⁴ (RFC 2578 §7.1.6, RFC 2863
§3.1.6). Whatever cannot be told apart from a lie is unknown here, and said which way it was:

    FIRST      there is nothing to compare with
    MISSING    this sample, or the one before it, has no such counter
    LATE       the samples are further apart than a bin is long: what was between is not one rate
    RESTARTED  the agent began anew: sysUpTime is not where it would have got to; at 497 days it begins at nought
    RESET      the counter went back and no wrap explains it, or another one of the same interface did
    AMBIGUOUS  32 bits, and the line is so fast (or its speed so unknown) that they may have gone round unseen
    SPIKE      grown by more than the line can carry

GROWN and WRAPPED have a growth.

Theory of operation
===================
A wrap is believed only where the line rate leaves room for one and only one, and where nothing else of the interface
went back at the same time: somebody who clears the counters clears them all, while two of them never wrap together.
`marker` is ifCounterDiscontinuityTime where the agent has it; if it moved, so did the counters.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from probes.columns import Codes, Flags, Floats, Ints

GROWN, WRAPPED, FIRST, MISSING, LATE, RESTARTED, RESET, AMBIGUOUS, SPIKE = range(9)
EVENTS = ("grown", "wrapped", "first", "missing", "late", "restarted", "reset", "ambiguous", "spike")

BIN_SECONDS = 300
UPTIME_WRAPS_AFTER = 2**32 / 100  # seconds; sysUpTime counts hundredths in 32 bits
_UPTIME_SLACK_SECONDS = 3.0
_UPTIME_SLACK = 0.01  # of the time between: an agent's clock may run wrong, too
_STAMP_SLACK_SECONDS = 5.0  # two objects of one answer are not of one moment
# Agents look at their counters every few seconds, and not when they are asked.
_STALE = 0.1
_COVERED_SECONDS = 1.0  # a bin is known if all of it but so much is

Counts = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Samples:
    """Counters of one agent, read together; row i is counter i. Samples are compared only with the same rows.

    `at` is seconds of the steady clock, `uptime` sysUpTime in seconds (NaN: not read); `known` are the rows
    that were read; `marker` is any number that moves when the row was set anew, NaN where there is none.
    """

    at: float
    uptime: float
    value: Counts
    known: Flags
    marker: Floats


@dataclass(frozen=True, slots=True)
class Kinds:
    """What the rows are: 32 or 64 `bits`, the `interface` each belongs to, and the octets a second it can carry.

    `most` is NaN where the speed of the line is not known.
    """

    bits: Ints
    interface: Ints
    most: Floats


@dataclass(frozen=True, slots=True)
class Growth:
    """By how much the rows grew between two samples, NaN where that is not known, and why: one of EVENTS."""

    seconds: float
    amount: Floats
    event: Codes


def growth(before: Samples | None, after: Samples, kinds: Kinds) -> Growth:
    """What happened between two samples of the same counters."""
    rows = len(after.value)
    if before is None:
        return _nothing(rows, FIRST, np.nan)
    seconds = after.at - before.at
    if seconds <= 0:
        return _nothing(rows, MISSING, np.nan)
    if restarted(before, after):
        return _nothing(rows, RESTARTED, seconds)
    amount = _modular(before.value, after.value, kinds.bits)
    event = _events(before, after, kinds, amount)
    if seconds > BIN_SECONDS:
        event[event <= WRAPPED] = LATE
    amount[event > WRAPPED] = np.nan
    return Growth(seconds, amount, event)


def restarted(before: Samples, after: Samples) -> bool:
    """Whether the agent began anew in between; unknown uptimes say nothing."""
    return began_anew(before.at, before.uptime, after.at, after.uptime)


def began_anew(before_at: float, before_uptime: float, at: float, uptime: float) -> bool:
    """Whether an agent began anew between two moments, by its sysUpTime in seconds; a wrap at 497 days is none.

    Moments of any one clock; unknown uptimes (NaN) say nothing.
    """
    seconds = at - before_at
    off = (uptime - before_uptime - seconds) % UPTIME_WRAPS_AFTER
    off = min(off, UPTIME_WRAPS_AFTER - off)
    return bool(off > _UPTIME_SLACK_SECONDS + _UPTIME_SLACK * abs(seconds))


def stood_for(uptime: float, stamp: float) -> float:
    """For how many seconds at least something has stood that came to stand so when sysUpTime was `stamp`.

    Both in seconds; NaN where one is not known. Whoever has wrapped in between has stood for longer. A stamp ahead of
    sysUpTime is from before a wrap, or from before a restart: it stood since sysUpTime began in either case.
    """
    ahead = stamp - uptime
    if ahead > _STAMP_SLACK_SECONDS:
        return uptime
    return float(np.maximum(-ahead, 0.0))  # NaN stays NaN


def _nothing(rows: int, event: int, seconds: float) -> Growth:
    return Growth(seconds, np.full(rows, np.nan), np.full(rows, event, np.int8))


def _modular(before: Counts, after: Counts, bits: Ints) -> Floats:
    """After minus before, modulo 2 to the bits."""
    difference = after - before  # unsigned: modulo 2⁶⁴ already
    return np.where(bits == 32, difference & np.uint64(2**32 - 1), difference).astype(np.float64)


def _events(before: Samples, after: Samples, kinds: Kinds, amount: Floats) -> Codes:
    most = kinds.most * (after.at - before.at) * (1 + _STALE)
    back = after.value < before.value
    known = before.known & after.known
    short = kinds.bits == 32
    with np.errstate(invalid="ignore"):
        too_much = amount > most
        # Without a speed 64 bits can be believed as they are, and 32 cannot.
        unclear = short & ~(most < 2.0**32)
    moved = (before.marker != after.marker) & ~np.isnan(before.marker) & ~np.isnan(after.marker)
    unsure = back & np.isnan(most)
    reset = known & (moved | (back & (too_much | unsure)))
    reset |= _together(known & back, kinds.interface)
    reset = known & np.isin(kinds.interface, kinds.interface[reset])
    event = np.select(
        [~known, reset, unclear, too_much, back], [MISSING, RESET, AMBIGUOUS, SPIKE, WRAPPED], GROWN
    )
    return event.astype(np.int8)


def _together(back: Flags, interface: Ints) -> Flags:
    """Rows that went back when another row of their interface did."""
    which, count = np.unique(interface[back], return_counts=True)
    return back & np.isin(interface, which[count > 1])


@dataclass(frozen=True, slots=True)
class Filled:
    """One five-minute bin; row i is counter i. `covered` is for how many of its seconds the growth is known."""

    started_at: int  # seconds since 1970 UTC
    amount: Floats
    covered: Floats

    def known(self) -> Floats:
        """The growth in the bin, NaN where a part of it is not known: a part is no measure of the whole."""
        return np.where(self.covered >= BIN_SECONDS - _COVERED_SECONDS, self.amount, np.nan)


def fill(bins: dict[int, Filled], grown: Growth, ended_at: float) -> None:
    """Spread a growth that ended at `ended_at` (seconds since 1970) evenly over the bins it lies in."""
    known = ~np.isnan(grown.amount)
    if np.isnan(grown.seconds) or not known.any():
        return
    begun = ended_at - grown.seconds
    start = int(begun // BIN_SECONDS) * BIN_SECONDS
    while start < ended_at:
        inside = min(ended_at, start + BIN_SECONDS) - max(begun, start)
        one = bins.setdefault(start, Filled(start, *np.zeros((2, len(known)))))
        one.amount[known] += grown.amount[known] * (inside / grown.seconds)
        one.covered[known] += inside
        start += BIN_SECONDS


def close(bins: dict[int, Filled], until: float) -> list[Filled]:
    """Take out the bins that ended before `until`, oldest first; what comes of them later is too late."""
    ended = sorted(start for start in bins if start + BIN_SECONDS <= until)
    return [bins.pop(start) for start in ended]
