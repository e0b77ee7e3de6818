"""What to do when: batches of rows by time, rounded up to ticks so that work comes in batches. Pure."""

import heapq
import itertools
import math

import numpy as np

from probes.columns import Floats, Ints


class Agenda:
    """Batches of rows, earliest first."""

    def __init__(self, tick: float) -> None:
        self._tick = tick
        self._heap: list[tuple[float, int, Ints]] = []
        self._order = itertools.count()

    @property
    def next(self) -> float:
        """When the earliest batch is due; infinite if there is none."""
        return self._heap[0][0] if self._heap else math.inf

    def put(self, when: float, rows: Ints) -> None:
        """One batch."""
        if len(rows):
            heapq.heappush(self._heap, (when, next(self._order), rows))

    def put_each(self, when: Floats, rows: Ints) -> None:
        """Rows with a time of their own, never taken before it."""
        ticks = np.ceil(when / self._tick)
        if len(rows) and ticks[0] == ticks[-1] and (ticks == ticks[0]).all():
            self.put(float(ticks[0]) * self._tick, rows)
            return
        order = np.argsort(ticks, kind="stable")
        distinct, begins = np.unique(ticks[order], return_index=True)
        for tick, part in zip(distinct, np.split(rows[order], begins[1:]), strict=False):
            self.put(float(tick) * self._tick, part)

    def take(self, now: float) -> list[tuple[float, Ints]]:
        """The batches that are due, removed from the agenda."""
        taken = []
        while self._heap and self._heap[0][0] <= now:
            when, _, rows = heapq.heappop(self._heap)
            taken.append((when, rows))
        return taken
