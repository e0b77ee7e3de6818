"""What goes wrong in a made-up year, drawn with a seed: cuts, core outages, carriers, maintenance, flapping, loss.

Of one element and all that hangs on it no two affairs come closer than APART, and lengths keep clear of the limits
of the definitions (30 s to confirm, 10 min to merge): so how a year is to be judged follows from it without doubt.
What does overlap is one affair: both lines of a site, a line that breaks while the core is away.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lab.year_world import Element, Span, concerned, parent

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
BIN = 5 * MINUTE
APART = 30 * MINUTE
_TRIES = 40


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done to one element. Of a loss `share` says of how many questions the first packet is lost."""

    element: str
    what: str  # cut, or loss
    begin: int
    end: int
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window of one element, and when it was written down."""

    element: str
    begin: int
    end: int
    recorded_at: int


@dataclass(frozen=True, slots=True)
class Affair:
    """Deeds that belong together, and the maintenance window they were done in."""

    what: str
    deeds: tuple[Deed, ...]
    windows: tuple[Window, ...] = ()


@dataclass(slots=True)
class _Year:
    """What is drawn from, and what has been drawn."""

    world: Mapping[str, Element]
    begin: int
    end: int
    draw: np.random.Generator
    taken: dict[str, list[Span]] = field(default_factory=dict)
    found: list[Affair] = field(default_factory=list)

    def length(self, least: int, most: int) -> int:
        """A length, the short ones oftener: as often between one and two minutes as between one and two hours."""
        return int(np.exp(self.draw.uniform(np.log(least), np.log(most))))

    def between(self, least: int, most: int) -> int:
        return int(self.draw.integers(least, most))

    def some(self, names: Sequence[str], most: int) -> list[str]:
        chosen = self.draw.choice(len(names), min(len(names), most), replace=False)
        return [names[row] for row in sorted(chosen.tolist())]


_Maker = Callable[[_Year, int, str], Affair]


def affairs(world: Mapping[str, Element], begin: int, end: int, seed: int) -> list[Affair]:
    """All affairs of [begin, end), in order; the same for the same seed."""
    year = _Year(world, begin, end, np.random.default_rng(seed))
    share = (end - begin) / (365 * DAY)
    for maker, targets, often in _kinds(year):
        for _ in range(year.draw.poisson(often * share) if targets else 0):
            _place(year, maker, targets)
    return sorted(year.found, key=lambda one: min(deed.begin for deed in one.deeds))


def _kinds(year: _Year) -> Iterator[tuple[_Maker, list[str], float]]:
    """How every kind of affair is made, to whom it may happen, and how often a year; the rare ones first."""
    names = {
        kind: [name for name, one in year.world.items() if one.kind == kind]
        for kind in ("circuit", "device", "service", "system")
    }
    lines, hosts = names["circuit"], [*names["device"], *names["system"]]
    above = {parent(one, year.world) for one in year.world.values()} - {""}
    redundant = [name for name in names["service"] if len(year.world[name].lines) > 1]
    answering = [name for name in names["service"] if year.world[name].own_check]
    yield _core, sorted(above), 8
    yield _carrier, lines, 8
    yield _site, redundant, 1.5 * len(redundant)
    yield _switch_over, [name for name in redundant if name in answering], 6
    yield _maintenance, [*lines, *sorted(above)], 0.6 * len(lines)
    yield _flapping, lines, 0.3 * len(lines)
    yield _lossy, lines, 2.0 * len(lines)
    yield _cut, lines, 2.5 * len(lines)
    yield _host, [*hosts, *answering], 0.5 * len(hosts) + 0.3 * len(answering)
    yield _blip, lines, 6.0 * len(lines)


def _place(year: _Year, maker: _Maker, targets: Sequence[str]) -> None:
    """Draw an affair where nothing else is near; after many tries the year is full of such."""
    for _ in range(_TRIES):
        at = year.between(year.begin + HOUR, year.end - 2 * HOUR)
        one = maker(year, at, targets[year.between(0, len(targets))])
        first = min(deed.begin for deed in one.deeds) - APART
        last = max(deed.end for deed in one.deeds) + APART
        hit = concerned(year.world, {deed.element for deed in one.deeds})
        free = all(last <= begin or end <= first for name in hit for begin, end in year.taken.get(name, ()))
        if free and last < year.end:
            for name in hit:
                year.taken.setdefault(name, []).append((first, last))
            year.found.append(one)
            return


def _cut(year: _Year, at: int, name: str) -> Affair:
    return Affair("cut", (Deed(name, "cut", at, at + year.length(45 * SECOND, 12 * HOUR)),))


def _host(year: _Year, at: int, name: str) -> Affair:
    return Affair("host", (Deed(name, "cut", at, at + year.length(5 * MINUTE, 8 * HOUR)),))


def _blip(year: _Year, at: int, name: str) -> Affair:
    """Too short to be an outage: below 12 s it may pass unseen."""
    shortest, longest = ((3, 11), (13, 26))[year.between(0, 2)]
    return Affair("blip", (Deed(name, "cut", at, at + year.between(shortest * SECOND, longest * SECOND)),))


def _core(year: _Year, at: int, name: str) -> Affair:
    """What others hang on goes, and some line behind it breaks meanwhile and stays broken for longer."""
    end = at + year.length(5 * MINUTE, DAY)
    behind = sorted(
        one for one in concerned(year.world, [name]) if year.world[one].kind == "circuit" and one != name
    )
    late = [
        Deed(one, "cut", year.between(at, end), end + year.length(2 * MINUTE, 3 * HOUR))
        for one in (year.some(behind, 1) if behind else ())
    ]
    return Affair("core", (Deed(name, "cut", at, end), *late))


def _carrier(year: _Year, at: int, name: str) -> Affair:
    """Some lines of one carrier together, seconds apart."""
    same = [
        one for one, each in year.world.items() if each.carrier and each.carrier == year.world[name].carrier
    ]
    end = at + year.length(5 * MINUTE, 6 * HOUR)
    deeds = (
        Deed(one, "cut", at + year.between(0, 20 * SECOND), end + year.between(0, 60 * SECOND))
        for one in year.some(same, 6)
    )
    return Affair("carrier", tuple(deeds))


def _site(year: _Year, at: int, name: str) -> Affair:
    """All lines of a site, one after the other; for a while none is there."""
    lines = [f"circuit:{line}" for line in year.world[name].lines]
    dark, end = at + 2 * HOUR, at + 2 * HOUR + year.length(2 * MINUTE, 4 * HOUR)
    deeds = (Deed(one, "cut", dark - year.between(0, HOUR), end + year.between(0, HOUR)) for one in lines)
    return Affair("site", tuple(deeds))


def _switch_over(year: _Year, at: int, name: str) -> Affair:
    """A site that is not reached though its lines are there, after one of them broke: a failed switch-over."""
    line = f"circuit:{year.world[name].lines[0]}"
    end = at + year.length(10 * MINUTE, 4 * HOUR)
    return Affair("switch-over", (Deed(line, "cut", at, end), Deed(name, "cut", at, end - 3 * MINUTE)))


def _maintenance(year: _Year, at: int, name: str) -> Affair:
    """A cut inside its window; every fourth window was written down only afterwards."""
    begin, end = at, at + year.length(HOUR, 6 * HOUR)
    cut = Deed(name, "cut", begin + 10 * MINUTE, end - year.between(10 * MINUTE, 20 * MINUTE))
    recorded_at = end + HOUR if year.between(0, 4) == 0 else begin - 12 * HOUR
    return Affair("maintenance", (cut,), (Window(name, begin, end, recorded_at),))


def _flapping(year: _Year, at: int, name: str) -> Affair:
    """Up and down for hours, each time for more than a minute: many outages, one fault."""
    deeds = []
    for _ in range(year.between(10, 61)):
        end = at + year.between(65 * SECOND, 100 * SECOND)
        deeds.append(Deed(name, "cut", at, end))
        at = end + year.between(70 * SECOND, 120 * SECOND)
    return Affair("flapping", tuple(deeds))


def _lossy(year: _Year, at: int, name: str) -> Affair:
    """Whole five minutes in which first packets are lost and retries answered: too many, or not enough to matter."""
    begin = -(-at // BIN) * BIN
    share = year.draw.uniform(0.6, 0.9) if year.between(0, 3) == 0 else year.draw.uniform(0.02, 0.4)
    return Affair("lossy", (Deed(name, "loss", begin, begin + year.between(1, 13) * BIN, float(share)),))
