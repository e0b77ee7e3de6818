"""Indicators of faults: restored in time, answered in time, mean time to restore and between faults. Definitions, §4.

The recorded faults are fixed: none is added, split or joined by what is not known. A fault lasts within its shortest
and its longest clock; where its verdict differs within that it is *undecided*: not in the value, bad in one bound and
good in the other. The bounds hold over completions in which each fault contains exactly one recorded fault.

The measured clock and the clock of tickets never mix; the contract says which of the two governs.
"""

from dataclasses import dataclass

import numpy as np

from indicators.axis import Flags, Ints
from indicators.faults import Faults
from indicators.measure import Bracket, nothing, share
from indicators.shares import coverage_of
from indicators.sums import Sums

MICRO = 1_000_000


def restored_within(of: Faults, limit: float) -> Bracket:
    """Faults restored within the limit ÷ (faults ended + faults open longer than the limit); `limit` in seconds.

    A fault that is open and cannot be beyond the limit yet is in neither. Of the others that are undecided, bad in
    one bound are those that may have lasted longer, good in the other those that may have ended in time.
    """
    found = _restored(of, limit)
    waiting = int(found.waiting.sum())
    return _ratio(
        found.good, found.bad, found.maybe_good, found.maybe_bad, {"waiting": waiting, "limit_seconds": limit}
    )


def restored(of: Faults, limit: float) -> list[str]:
    """Of each fault whether it was restored within the limit: in time, too late, undecided or waiting."""
    found = _restored(of, limit)
    chosen = np.select(
        [found.good, found.bad, found.waiting], ["in time", "too late", "waiting"], default="undecided"
    )
    verdicts: list[str] = chosen.tolist()
    return verdicts


@dataclass(frozen=True, slots=True)
class _Restored:
    """Faults by what is sure and what may be of their being restored in time."""

    good: Flags
    bad: Flags
    maybe_good: Flags
    maybe_bad: Flags

    @property
    def waiting(self) -> Flags:
        """Open, and not beyond the limit yet whatever is unknown was."""
        return ~(self.good | self.bad | self.maybe_good | self.maybe_bad)


def _restored(of: Faults, limit: float) -> _Restored:
    most = round(limit * MICRO)
    bad = of.shortest > most
    good = of.ended & (of.longest <= most)
    rest = ~(bad | good)
    return _Restored(good, bad, rest & ~of.open, rest & (of.longest > most))


@dataclass(frozen=True, slots=True)
class Answers:
    """Tickets by the clock of tickets: how long from report to answer, less signed suspensions; microseconds.

    `lasted` is the time until now where nobody has answered yet (`done` is False).
    """

    lasted: Ints
    done: Flags

    def chosen(self, flags: Flags) -> "Answers":
        """Some of them."""
        return Answers(self.lasted[flags], self.done[flags])


def answered_within(of: Answers, limit: float) -> Bracket:
    """Tickets answered (or arrived at, or restored) within the limit ÷ those answered or waiting longer than it."""
    late = of.lasted > round(limit * MICRO)
    good, waiting = of.done & ~late, ~of.done & ~late
    none = np.zeros_like(late)
    return _ratio(good, late, none, none, {"waiting": int(waiting.sum()), "limit_seconds": limit})


def mttr(of: Faults, time: Sums) -> Bracket:
    """Mean clock of ended faults in seconds, inner unknown time included; no fault: no value.

    One of which nobody knows whether it ended is in a bound where that makes it wider.
    """
    ended, maybe = of.chosen(of.ended), of.chosen(~of.ended & ~of.open)
    number, coverage = len(ended), coverage_of(time)
    lasted = int(ended.clock.sum()) / MICRO
    evidence = {"faults": number, "open_faults": int((~of.ended).sum()), "clock_seconds": lasted}
    if not number or not coverage:
        return nothing(coverage, **evidence)
    value = lasted / number
    lower = _least_mean(ended.shortest, maybe.shortest) / MICRO
    upper = -_least_mean(-ended.longest, -maybe.longest) / MICRO
    return Bracket(value, min(lower, value), max(upper, value), coverage, evidence)


def _least_mean(sure: Ints, maybe: Ints) -> float:
    """The least mean of all of `sure` and any of `maybe`."""
    total = np.cumsum([sure.sum(), *np.sort(maybe)])
    return float((total / (len(sure) + np.arange(len(total)))).min())


def mtbf(of: Faults, time: Sums) -> Bracket:
    """U/N in seconds, N faults that began in the window; bounds U/N and (U+K)/N; no fault: no value."""
    number, coverage = len(of), coverage_of(time)
    up, unknown = int(time.up.sum()) / MICRO, int(time.unknown.sum()) / MICRO
    evidence = {"up_seconds": up, "unknown_seconds": unknown, "faults": number}
    if not number or not coverage:
        return nothing(coverage, **evidence)
    return Bracket(up / number, up / number, (up + unknown) / number, coverage, evidence)


def _ratio(
    good: Flags, bad: Flags, maybe_good: Flags, maybe_bad: Flags, evidence: dict[str, object]
) -> Bracket:
    yes, no = int(good.sum()), int(bad.sum())
    open_ = int((maybe_good | maybe_bad).sum())
    told: dict[str, object] = {"good": yes, "bad": no, "undecided": open_, **evidence}
    coverage = share(yes + no, yes + no + open_)
    if yes + no == 0:
        return nothing(coverage, **told)
    worse, better = int(maybe_bad.sum()), int(maybe_good.sum())
    return Bracket(
        yes / (yes + no), yes / (yes + no + worse), (yes + better) / (yes + no + better), coverage, told
    )
