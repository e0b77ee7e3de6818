"""What the figures of a made-up year should be, worked out from its truth alone, span by span; no tests here.

Nothing of `indicators` is used: plain lists of (begin, end) in microseconds, one subject at a time.
"""

from dataclasses import dataclass

from config.model import Config
from lab.year import Year
from lab.year_affairs import SECOND
from lab.year_really import counted, cut_off, faults, own, settled
from lab.year_spans import common, length
from lab.year_world import Spans
from probes.rhythm import Rhythm

S = SECOND


@dataclass(frozen=True)
class Really:
    """One subject in one view: when it was really out, and the time that counts."""

    out: Spans  # settled
    counted: Spans

    @property
    def down(self) -> Spans:
        return common(self.out, self.counted)

    def seconds_down(self, begin: int, end: int) -> float:
        return length(common(self.down, [(begin, end)])) / S

    def seconds(self, begin: int, end: int) -> float:
        return length(common(self.counted, [(begin, end)])) / S

    def faults(self) -> list[tuple[int, int, int]]:
        """Start, end and clock of every fault."""
        merged = faults(self.out, self.counted)
        return [(begin, end, length(common(self.counted, [(begin, end)]))) for begin, end in merged]


def truth(year: Year, name: str, view: str) -> Really:
    """What was really so of an element."""
    out = settled(cut_off(year, name) if view == "business" else own(year, name))
    return Really(out, counted(year, name))


def rhythm(config: Config, kind: str, name: str) -> Rhythm:
    """How often a subject is asked."""
    kinds = (config.circuits, config.services, config.devices, config.systems)
    number = ("circuit", "service", "device", "system").index(kind)
    [check] = [one.check for one in kinds[number] if one.id == name]
    return config.rounds.of(check.probe if check else "icmp")
