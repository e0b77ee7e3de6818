"""The definitions once more, slowly: plain lists, one letter a slot, nothing shared with `indicators`.

Written from the specification alone, to hold the fast code against. A history is a word: u up, d down, ? unknown; a
slot is a second, a quarter of an hour, whatever the test says. Time that counts is a list of truths. All that is
divided is a Fraction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

Range = tuple[Fraction, Fraction, Fraction]  # value, lower, upper


def runs(word: str) -> Iterator[tuple[str, int, int]]:
    """Letter, first slot and slot behind the last of every run."""
    at = 0
    for letter, run in groupby(word):
        length = len(list(run))
        yield letter, at, at + length
        at += length


def settle_known(word: str, confirm_down: int, confirm_up: int) -> str:
    """§1 Settling, of a history without unknown, whose first run is long."""
    state, found = word[0], ""
    for letter, begin, end in runs(word):
        if end - begin >= (confirm_down if letter == "d" else confirm_up):
            state = letter
        found += state * (end - begin)
    return found


def settle(word: str, confirm_down: int, confirm_up: int) -> str:
    """§1 With unknown: both ways; before the first fact and after now is unknown for long."""
    ways = []
    for letter in "du":
        edge = letter * (confirm_down + confirm_up)
        whole = settle_known(edge + word.replace("?", letter) + edge, confirm_down, confirm_up)
        ways.append(whole[len(edge) : len(edge) + len(word)])
    return "".join(low if low == high else "?" for low, high in zip(*ways, strict=True))


def blips(raw: str, settled: str, confirm_down: int) -> list[int]:
    """§1: measured down-runs shorter than `confirm_down` in settled U."""
    return [
        begin
        for letter, begin, end in runs(raw)
        if letter == "d" and end - begin < confirm_down and set(settled[begin:end]) == {"u"}
    ]


def mask(child: str, parent: str) -> str:
    """§1 Upstream."""
    return "".join(
        "?" if own == "d" and above != "u" else own for own, above in zip(child, parent, strict=True)
    )


def derive(members: Sequence[str], needs: int) -> str:
    """§1 Services."""
    found = ""
    for states in zip(*members, strict=True):
        up, unknown = states.count("u"), states.count("?")
        found += "u" if up >= needs else "d" if up + unknown < needs else "?"
    return found


def combine(vantages: Sequence[str]) -> str:
    """§1 Vantages: a blank is a vantage that is not in service."""
    found = ""
    for states in zip(*vantages, strict=True):
        there = [one for one in states if one != " "]
        found += "u" if "u" in there else "d" if there and set(there) == {"d"} else "?"
    return found


def resolve(word: str, papers: str) -> str:
    """§2 Amendments: signed papers settle unknown time only."""
    return "".join(
        paper if own == "?" and paper != "?" else own for own, paper in zip(word, papers, strict=True)
    )


@dataclass(frozen=True)
class Fault:
    """§1 Faults: slots of first start and behind the last end, clocks in slots of T."""

    start: int
    end: int
    down: int
    clock: int
    shortest: int
    longest: int
    ended: bool
    open: bool


def _grouped(slots: Sequence[int], settled: str, between: str, gap: int) -> list[list[int]]:
    """Slots, split where `gap` or more slots of the letters `between` lie between two of them."""
    groups: list[list[int]] = []
    for slot in slots:
        parted = groups and sum(letter in between for letter in settled[groups[-1][-1] + 1 : slot]) >= gap
        if not groups or parted:
            groups.append([])
        groups[-1].append(slot)
    return groups


def faults(
    settled: str, counted: Sequence[bool], gap: int, now: int, fresh: int, suspended: Sequence[bool]
) -> list[Fault]:
    """§1 Faults, all of one circuit; a fault is open while no confirmed up fits in."""

    def clock(group: Sequence[int]) -> int:
        slots = range(group[0], group[-1] + 1)
        return sum(counted[slot] and not suspended[slot] for slot in slots)

    def inside(letters: str) -> list[int]:
        return [slot for slot, letter in enumerate(settled) if letter in letters and counted[slot]]

    worst = _grouped(inside("d?"), settled, "u", gap)
    found = []
    for group in _grouped(inside("d"), settled, "u", gap):
        start, end = group[0], group[-1] + 1
        ended = "u" in settled[end:]
        found.append(
            Fault(
                start,
                end,
                len(group),
                clock(group),
                max(clock(part) for part in _grouped(group, settled, "u?", gap)),
                next(clock(whole) for whole in worst if start in whole),
                ended,
                not ended and settled[end:now].count("?") < fresh,
            )
        )
    return found


def outages(settled: str) -> list[tuple[int, int, int, int]]:
    """§1: settled D parts separated only by K are one: start, end, D, K."""
    parts = _grouped([slot for slot, letter in enumerate(settled) if letter == "d"], settled, "u", 1)
    return [(one[0], one[-1] + 1, len(one), one[-1] + 1 - one[0] - len(one)) for one in parts]


@dataclass(frozen=True)
class Seconds:
    """U, D and K of T."""

    up: int
    down: int
    unknown: int

    @property
    def total(self) -> int:
        return self.up + self.down + self.unknown


def seconds(settled: str, counted: Sequence[bool], begin: int, end: int) -> Seconds:
    """§2, §3: what of [begin, end) counts, by state."""
    there = [letter for letter, counts in zip(settled[begin:end], counted[begin:end], strict=True) if counts]
    return Seconds(there.count("u"), there.count("d"), there.count("?"))


def together(several: Sequence[Seconds]) -> Seconds:
    return Seconds(
        sum(one.up for one in several), sum(one.down for one in several), sum(one.unknown for one in several)
    )


def availability(of: Seconds) -> Range | None:
    """§4: U/(U+D); bounds U/T, (U+K)/T."""
    if of.up + of.down == 0:
        return None
    bounds = Fraction(of.up, of.total), Fraction(of.up + of.unknown, of.total)
    return Fraction(of.up, of.up + of.down), *bounds


def fault_rate(of: Seconds) -> Range | None:
    """§4: D/(U+D), by the two completions."""
    if of.up + of.down == 0:
        return None
    bounds = Fraction(of.down, of.total), Fraction(of.down + of.unknown, of.total)
    return Fraction(of.down, of.up + of.down), *bounds


def faulty_items(of: Sequence[Seconds]) -> Range | None:
    """§4: items with D > 0 ÷ items that were there, by the two completions."""
    there = [one for one in of if one.total]
    if not there or together(there).up + together(there).down == 0:
        return None
    least = sum(one.down > 0 for one in there)
    most = sum(one.down + one.unknown > 0 for one in there)
    return Fraction(least, len(there)), Fraction(least, len(there)), Fraction(most, len(there))


def downtime_p95(of: Sequence[Seconds]) -> Range | None:
    """§4: the smallest downtime that at least 95 % of circuits do not exceed."""
    there = [one for one in of if one.total]
    if not there or together(there).up + together(there).down == 0:
        return None

    def enough(downtimes: Sequence[int]) -> Fraction:
        kept = [x for x in downtimes if 100 * sum(y <= x for y in downtimes) >= 95 * len(downtimes)]
        return Fraction(min(kept))

    best = enough([one.down for one in there])
    return best, best, enough([one.down + one.unknown for one in there])


@dataclass(frozen=True)
class Day:
    """§4 normal_days: the verdict on one day."""

    normal: bool
    surely: bool
    possibly: bool
    decided: bool
    excused: bool


def day(of: Seconds, limit: Fraction, min_coverage: Fraction) -> Day:
    """§4 normal_days: D ≤ limit and (coverage ≥ min_coverage or D+K ≤ limit)."""
    if of.total == 0:
        return Day(normal=False, surely=False, possibly=False, decided=False, excused=True)
    covered = Fraction(of.up + of.down, of.total) >= min_coverage
    within, surely = of.down <= limit, of.down + of.unknown <= limit
    return Day(within and (covered or surely), surely, within, not within or surely or covered, excused=False)


def normal_days(of: Sequence[Day]) -> tuple[int, int, int] | None:
    """§4: value, lower, upper; a day that is not decided is in the upper bound only."""
    if not any(one.decided for one in of):
        return None
    return sum(one.normal for one in of), sum(one.surely for one in of), sum(one.possibly for one in of)


def restored_within(of: Sequence[Fault], limit: int) -> Fraction | None:
    """§4: the value alone: undecided faults are out of it."""
    good = sum(one.ended and one.longest <= limit for one in of)
    bad = sum(one.shortest > limit for one in of)
    return Fraction(good, good + bad) if good + bad else None
