"""Repeated measurements as one figure: median with least and most, and ratios of what ran side by side. Pure."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """One sweep by one contestant: CPU seconds a ping, seconds it took, peak bytes, pings sent, replies lost."""

    cpu: float
    wall: float
    peak: int
    asked: int
    lost: int

    def plain(self) -> dict[str, float]:
        """As JSON has it."""
        return asdict(self)


def ratios(theirs: Sequence[float], ours: Sequence[float]) -> list[float]:
    """How many times theirs is ours, pair by pair: what ran at about the same time is compared."""
    return [their / our for their, our in zip(theirs, ours, strict=False)]


def spread(values: Sequence[float], digits: int = 1, scale: float = 1.0) -> str:
    """Median (least–most)."""
    low, middle, high = (scale * value for value in (min(values), statistics.median(values), max(values)))
    if len(values) == 1:
        return f"{middle:,.{digits}f}"
    return f"{middle:,.{digits}f} ({low:,.{digits}f}–{high:,.{digits}f})"


def mebibytes(values: Sequence[int]) -> str:
    """The largest of these peaks."""
    return f"{max(values) / 2**20:.0f}"
