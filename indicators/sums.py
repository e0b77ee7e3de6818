"""Seconds of U, D and K in T, by subject and window: what every share and every day is made of. Microseconds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indicators.axis import LANE, Ints, Stretches, intersection, measure_until
from indicators.tables import combined, each
from indicators.threestate import DOWN, UP
from indicators.timeline import Cause, Timeline


@dataclass(frozen=True, slots=True)
class Sums:
    """Microseconds; shape (subjects, windows). `attested` is what of U and D rests on signed papers."""

    up: Ints
    down: Ints
    unknown: Ints
    attested_up: Ints
    attested_down: Ints

    @property
    def total(self) -> Ints:
        """T."""
        return self.up + self.down + self.unknown

    def over(self, axis: int) -> "Sums":
        """Summed over subjects (0) or over windows (1), that axis kept."""
        if self.up.shape[axis] == 1:
            return self
        return each(lambda column: column.sum(axis=axis, keepdims=True), self)

    def of(self, rows: Ints) -> "Sums":
        """Of some subjects."""
        return each(lambda column: column[rows], self)


def sums(settled: Timeline, counted: Stretches, edges: Ints) -> Sums:
    """Of every subject between successive `edges`, microseconds since 1970."""
    places = (np.arange(settled.lanes, dtype=np.int64) * LANE)[:, None] + edges

    def inside(one: Stretches) -> Ints:
        if not len(one):
            return np.zeros((settled.lanes, max(len(edges) - 1, 0)), np.int64)
        return np.diff(measure_until(one, places.ravel()).reshape(places.shape), axis=1)

    attested = settled.cause == Cause.ATTESTED
    up, down = (inside(intersection(settled.where(state), counted)) for state in (UP, DOWN))
    attested_up, attested_down = (
        inside(intersection(settled.chosen(attested & (settled.state == state)), counted))
        for state in (UP, DOWN)
    )
    return Sums(up, down, inside(counted) - up - down, attested_up, attested_down)


def together(parts: Sequence[Sums]) -> Sums:
    """Batches one below the other."""
    return combined(np.concatenate, parts)
