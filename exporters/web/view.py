"""What the page shows of an overview: counts, the faults first, the wall and the tables, as plain values.

Which subjects are shown and in what order is decided here; words and markup belong to the templates. No clock:
"now" is the instant of the overview.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from exporters.gauges import Gauges, gauges
from exporters.reading import DOWN, STATES, UNKNOWN, UP, UPSTREAM, Figure, Kind, Overview, Subject
from exporters.readings import by_subject
from exporters.status import failed_switch_overs

KINDS = ("circuits", "services", "devices", "systems", "sentinels")
MOST = 400  # circuits put on the page at once; the others are found with the filter
MOST_FAULTS = 100


@dataclass(frozen=True, slots=True)
class Count:
    """How many subjects of a kind are in each state."""

    kind: str
    up: int
    down: int
    unknown: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.up + self.down + self.unknown


@dataclass(frozen=True, slots=True)
class Row:
    """One subject as it stands. Times in seconds since 1970, durations in seconds, NaN where there is none."""

    kind: str
    subject: Subject
    state: str
    reason: str
    since: float
    rtt: float
    loss: float
    failed: bool = False  # 切换失败
    masks: int = 0  # circuits unknown because they hang on this subject
    members: tuple[tuple[str, str], ...] = ()  # name and state of a service's circuits
    figures: dict[str, float] = field(default_factory=dict)  # live figures of the probe
    gauges: Gauges = field(default_factory=Gauges)  # what was read of it


@dataclass(frozen=True, slots=True)
class Group:
    """Circuits of one group: those shown, and how many there are in truth."""

    name: str
    rows: tuple[Row, ...]
    total: int
    down: int
    unknown: int


@dataclass(frozen=True, slots=True)
class View:
    """Everything the page says about subjects."""

    counts: tuple[Count, ...]
    faults: tuple[Row, ...]
    more_faults: int
    groups: tuple[Group, ...]
    shown: int
    found: int  # circuits that pass the filter
    rows: dict[str, tuple[Row, ...]]  # the kinds other than circuits
    beyond: int = 0  # figures beyond their limits


def view(overview: Overview, wanted: str = "", most: int = MOST) -> View:
    """Arrange an overview for the page; `wanted` filters circuits by any word people know them by."""
    circuits = overview.kinds.get("circuits")
    found = _found(circuits, wanted) if circuits else np.empty(0, np.int64)
    shown = _shown(circuits, found, most) if circuits else found
    faults = tuple(_faults(overview))
    return View(
        counts=tuple(_counts(overview)),
        faults=faults[:MOST_FAULTS],
        more_faults=max(0, len(faults) - MOST_FAULTS),
        groups=tuple(_groups(circuits, found, shown)) if circuits else (),
        shown=len(shown),
        found=len(found),
        rows={name: tuple(_rows(overview, name)) for name in KINDS[1:] if name in overview.kinds},
        beyond=sum(int(np.count_nonzero(kind.readings.beyond)) for kind in overview.kinds.values()),
    )


def named_reasons(overview: Overview) -> dict[str, str]:
    """Reasons that name an upstream by its id, with the name people know it by."""
    kinds = [overview.kinds[name] for name in ("devices", "circuits") if name in overview.kinds]
    return {UPSTREAM + one.id: UPSTREAM + one.name for kind in kinds for one in kind.subjects}


def _counts(overview: Overview) -> Iterator[Count]:
    for name in KINDS:
        if name in overview.kinds and overview.kinds[name].subjects:
            state = overview.kinds[name].now.state
            down, up, unknown = (int((state == code).sum()) for code in (DOWN, UP, UNKNOWN))
            yield Count(name, up, down, unknown)


def _found(circuits: Kind, wanted: str) -> NDArray[np.int64]:
    words = wanted.casefold().split()
    every = range(len(circuits.subjects))
    # Texts are made only when somebody filters: 10,000 of them take longer than the rest of the view.
    if not words:
        return np.array(every, np.int64)
    texts = [_searched(subject) for subject in circuits.subjects]
    return np.array([row for row in every if all(word in texts[row] for word in words)], np.int64)


def _searched(subject: Subject) -> str:
    named = (subject.id, subject.name, subject.group, subject.group_name)
    carried = (subject.carrier, subject.carrier_name, subject.cid)
    placed = (subject.site, subject.site_name, subject.address)
    return "\n".join((*named, *carried, *placed)).casefold()


def _shown(circuits: Kind, found: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """The first `most` circuits, those down before those unknown before those up; in configured order."""
    # Indexed by state code: down, up, unknown.
    rank = np.array([0, 2, 1])[circuits.now.state[found]]
    return np.sort(found[np.argsort(rank, kind="stable")[:most]])


def _groups(circuits: Kind, found: NDArray[np.int64], shown: NDArray[np.int64]) -> Iterator[Group]:
    state, rows, read = circuits.now.state, dict[str, list[Row]](), by_subject(circuits, {*shown.tolist()})
    tally = Counter((circuits.subjects[row].group, int(state[row])) for row in found)
    for row in shown:
        rows.setdefault(circuits.subjects[row].group, []).append(
            _row("circuits", circuits, int(row), read=read)
        )
    for name, members in rows.items():
        total = sum(tally[name, code] for code in (DOWN, UP, UNKNOWN))
        shown_as = members[0].subject.group_name or name
        yield Group(shown_as, tuple(members), total, tally[name, DOWN], tally[name, UNKNOWN])


def _faults(overview: Overview) -> Iterator[Row]:
    """What is down: services, then devices and systems, then circuits; the newest first in each."""
    for name in ("services", "devices", "systems", "sentinels", "circuits"):
        if name in overview.kinds:
            kind = overview.kinds[name]
            down = np.flatnonzero(kind.now.state == DOWN)
            newest = down[np.argsort(-kind.now.since[down], kind="stable")]
            yield from _rows(overview, name, newest.tolist())


def _rows(overview: Overview, name: str, which: Iterable[int] | None = None) -> Iterator[Row]:
    kind, circuits = overview.kinds[name], overview.kinds.get("circuits")
    wanted = range(len(kind.subjects)) if which is None else tuple(which)
    read = by_subject(kind, frozenset(wanted))
    failed = failed_switch_overs(overview) if name == "services" else frozenset[str]()
    # The reason names whom a masked line hangs on, so counting reasons counts the lines behind each.
    masked = Counter(circuits.now.reason.values()) if circuits else Counter[str]()
    lines = dict[str, tuple[str, str]]()
    if name == "services" and circuits:
        lines = {
            one.id: (one.name, STATES[state])
            for one, state in zip(circuits.subjects, circuits.now.state, strict=True)
        }
    for row in wanted:
        subject = kind.subjects[row]
        yield _row(
            name,
            kind,
            row,
            read=read,
            failed=subject.id in failed,
            masks=masked[UPSTREAM + subject.id],
            members=tuple(lines[one] for one in subject.members if one in lines),
        )


def _row(
    name: str,
    kind: Kind,
    row: int,
    *,
    read: dict[int, list[Figure]],
    failed: bool = False,
    masks: int = 0,
    members: tuple[tuple[str, str], ...] = (),
) -> Row:
    now = kind.now
    return Row(
        kind=name,
        subject=kind.subjects[row],
        state=STATES[now.state[row]],
        reason=now.reason.get(row, ""),
        since=float(now.since[row]),
        rtt=float(now.rtt[row]),
        loss=float(now.loss[row]),
        failed=failed,
        masks=masks,
        members=members,
        figures={
            name: float(column[row]) for name, column in now.values.items() if column[row] == column[row]
        },
        gauges=gauges(read.get(row, ())),
    )
