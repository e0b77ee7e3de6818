"""Seconds of U, D and K in T, by subject and window: what every share and every day is made of. Microseconds."""

from dataclasses import dataclass

import numpy as np

from indicators.axis import Ints, Stretches, intersection, measure, windows
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
        return Sums(
            *(getattr(self, name).sum(axis=axis, keepdims=True) for name in self.__dataclass_fields__)
        )

    def of(self, rows: Ints) -> "Sums":
        """Of some subjects."""
        return Sums(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def sums(settled: Timeline, counted: Stretches, edges: Ints) -> Sums:
    """Of every subject between successive `edges`, microseconds since 1970."""
    begin, end = windows(settled.lanes, edges)

    def inside(one: Stretches) -> Ints:
        return measure(intersection(one, counted), begin.ravel(), end.ravel()).reshape(begin.shape)

    attested = settled.cause == Cause.ATTESTED
    total = measure(counted, begin.ravel(), end.ravel()).reshape(begin.shape)
    up, down = inside(settled.where(UP)), inside(settled.where(DOWN))
    return Sums(
        up=up,
        down=down,
        unknown=total - up - down,
        attested_up=inside(settled.chosen(attested & (settled.state == UP))),
        attested_down=inside(settled.chosen(attested & (settled.state == DOWN))),
    )


def together(parts: list[Sums]) -> Sums:
    """Batches one below the other."""
    return Sums(*(np.concatenate([getattr(p, name) for p in parts]) for name in Sums.__dataclass_fields__))
