"""Indicators that count subjects which met their target: 正常条数, 连通率. Definitions, §4."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indicators.axis import Flags
from indicators.measure import Bracket, nothing, share
from indicators.sums import Sums
from indicators.threestate import UP

# Whole microseconds and a target as written, such as 0.999, are compared as if both were exact: products of them miss
# by less than this.
_EXACT = 0.01


@dataclass(frozen=True, slots=True)
class Met:
    """Of every subject whether its availability met its target: in the value, surely, possibly; decided; there."""

    met: Flags
    surely: Flags
    possibly: Flags
    decided: Flags
    there: Flags


def met(of: Sums, targets: NDArray[np.float64], min_coverage: float) -> Met:
    """Which subjects met their target, a share of time each.

    In the value if enough was watched and U/(U+D) ≥ target, or if even all unknown time as down leaves U/T ≥ target.
    """
    one = of.over(axis=1)
    up, down, unknown, total = (
        a[:, 0].astype(np.float64) for a in (one.up, one.down, one.unknown, one.total)
    )
    there = total > 0
    enough = there & (up + down > 0) & (up + down >= min_coverage * total)
    surely = there & (up >= targets * total - _EXACT)
    possibly = there & (up + unknown >= targets * total - _EXACT)
    reached = up >= targets * (up + down) - _EXACT
    return Met(
        met=surely | (enough & reached),
        surely=surely,
        possibly=possibly,
        decided=there & (enough | surely | ~possibly),
        there=there,
    )


def circuits_normal(of: Met) -> Bracket:
    """How many circuits met their target; undecided ones stand only in the upper bound."""
    there, decided = int(of.there.sum()), int(of.decided.sum())
    evidence = {"circuits": there, "decided": decided, "met": int(of.met.sum())}
    if not decided:
        return nothing(share(decided, there), **evidence)
    return Bracket(
        float(of.met.sum()), float(of.surely.sum()), float(of.possibly.sum()), decided / there, evidence
    )


def connected_ratio(of: Met, planned: int) -> Bracket:
    """Units whose service met its target ÷ units planned, 0 to 1; `planned` may exceed those that are there."""
    count = circuits_normal(of)
    evidence = {"units": count.evidence["circuits"], "planned": planned, "met": count.evidence["met"]}
    if count.value is None or count.lower is None or count.upper is None or planned == 0:
        return nothing(count.coverage, **evidence)
    whole = max(planned, int(of.there.sum()))
    return Bracket(count.value / whole, count.lower / whole, count.upper / whole, count.coverage, evidence)


def up_now(state: NDArray[np.int8], unknown: int) -> Bracket:
    """How many circuits are up at this moment; those that nobody knows of stand in the upper bound."""
    up, nobody_knows = int((state == UP).sum()), int((state == unknown).sum())
    evidence = {"circuits": len(state), "up": up, "unknown": nobody_knows}
    if nobody_knows == len(state):
        return nothing(share(0, len(state)), **evidence)
    return Bracket(float(up), float(up), float(up + nobody_knows), 1 - nobody_knows / len(state), evidence)
