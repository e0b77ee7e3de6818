"""Judging the subjects of one kind over a reporting window, batch by batch, in both views.

A batch reads the runs that reach into the two days before its window. That is enough where a subject was surely up
for longer than any two outages of one fault may lie apart: nothing before such a moment can change what comes after.
Where it was not, its whole history is read, so the result is always that of the whole history.
"""

import datetime as dt
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np

from collector.judging.ahead import ahead
from collector.judging.circumstances import Parents, Served, circumstances, windows_on
from collector.judging.lines import Lines, Source, lines, members, membership, source
from collector.judging.roster import CHECK_KIND, Subject
from indicators.axis import LANE, Flags, Ints, Stretches, intersection, lane_of, none, union
from indicators.calendar import instant
from indicators.counted import Windows, agreed
from indicators.entered import EnteredFacts, Maintenance
from indicators.failover import Switches, switches
from indicators.judged import MICRO, View, judged
from indicators.policy import Policy
from indicators.services import Membership, derived
from indicators.settling import settled
from indicators.spliced import NEVER_ALONE, stands_alone
from indicators.threestate import DOWN, UP
from indicators.timeline import Timeline
from indicators.upstream import widened, widest

BATCH = 512
# Of some days there is little in memory of each: fewer batches cost less. Services made of others stand beside their
# own rows: that is twice as many lanes, which is as many as fit on one axis.
_SHORT_BATCH, _SHORT = 1000, 7 * 86_400 * MICRO
CONTEXT = 2 * 86_400 * MICRO
_NOBODY = Parents({}, none(), none(), none())


@dataclass(frozen=True, slots=True)
class Case:
    """All that is judged from: one ledger at one moment, under one policy, with what people entered."""

    source: Source
    entered: EnteredFacts
    applied: tuple[Maintenance, ...]  # maintenance windows that apply
    parents: Parents
    served: Served
    amended: bool = False  # with what signed papers say of unknown time
    deeper: list["Case"] = field(
        default_factory=list
    )  # the same over the whole history, once it was asked for


@dataclass(frozen=True, slots=True)
class Judged:
    """A batch in both views; `calm` is where nothing that matters to a subject was anything but settled up.

    `switches` are those of services with a check of their own, by row of the batch.
    """

    subjects: tuple[Subject, ...]
    line: View
    business: View
    calm: Stretches
    switches: Switches | None = None


def adopted_late(policy: Policy, begin: int, zone: ZoneInfo) -> bool:
    """Whether a policy of one's own was adopted after the period began, or by nobody: then both results are shown."""
    if policy.digest == Policy().digest:
        return False
    if not policy.adoption.date:
        return True
    return instant(dt.date.fromisoformat(policy.adoption.date), 0, zone) > begin


def case(of: Source, entered: EnteredFacts, *, amended: bool = False) -> Case:
    """What is the same for every batch: which maintenance applies, and what others depend on."""
    windows = [one for one in entered.maintenance if one.end > of.since]
    applied = applying(_whole(of) if windows else of, windows)
    served = Served(of.roster.zone, of.roster.holidays, of.schedule.first, of.now)
    return Case(of, entered, applied, _parents(of, applied), served, amended)


def whole(of: Case) -> Case:
    """The same case over the whole history, for those whose history matters; read once, where it is asked for."""
    if not of.source.since:
        return of
    if not of.deeper:
        of.deeper.append(case(_whole(of.source), of.entered, amended=of.amended))
    return of.deeper[0]


def _whole(of: Source) -> Source:
    return source(of.connection, of.roster, of.policy, of.now) if of.since else of


def batches(
    of: Case, subjects: Sequence[Subject], begin: int, *, for_figures: bool = False
) -> Generator[Judged, None, None]:
    """Subjects of one kind judged, some hundred at a time, in their order; right from `begin` (microseconds) on.

    `for_figures`: nothing but figures is made of them, so the edges of views are not read; and of a long window a
    thread reads each batch while the one before is judged, so nobody else may use the connection until all of them
    are, or this is closed.
    """
    since = max(0, begin - CONTEXT)
    size = _SHORT_BATCH if of.source.now - since < _SHORT else BATCH
    if since <= of.source.schedule.first:
        since = 0  # the whole history
    parts = (tuple(subjects[at : at + size]) for at in range(0, len(subjects), size))
    read_of = partial(_read, of, bounds=not for_figures)
    reads = (read_of(part, since) for part in parts)
    with ThreadPoolExecutor(1) as reader:
        # Over a short window reading is so brief that the two threads only hinder each other.
        for read in ahead(reads, reader) if for_figures and size == BATCH < len(subjects) else reads:
            found = _judged(read)
            short = ~_stands_alone(of, found, begin) if since else np.zeros(len(found.subjects), np.bool_)
            if short.any():
                # In their order all the same: a batch is what stands together, not what is read together.
                for part, back_to in _in_order(found, short, since):
                    yield _judged(reader.submit(read_of, part, back_to).result())
            else:
                yield found


def applying(of: Source, windows: Sequence[Maintenance]) -> tuple[Maintenance, ...]:
    """Maintenance windows that apply: agreed ones, and retroactive ones where the policy says so."""
    if of.policy.apply_retroactive:
        return tuple(windows)
    return tuple(one for one, good in zip(windows, standing(of, windows), strict=True) if good)


def standing(of: Source, windows: Sequence[Maintenance]) -> list[bool]:
    """Of each window whether it was agreed, else it is retroactive."""
    named = {(one.kind, one.id) for window in windows for one in window.subjects}
    subjects = [one for one in of.roster.everybody() if (CHECK_KIND[one.kind], one.id) in named]
    good = np.ones(len(windows), np.bool_)
    for kind in dict.fromkeys(one.kind for one in subjects):
        part = [one for one in subjects if one.kind == kind]
        rows = [
            (number, lane, window.begin, window.end, _recorded_at(window))
            for number, window in enumerate(windows)
            for lane, one in enumerate(part)
            if any((each.kind, each.id) == (CHECK_KIND[kind], one.id) for each in window.subjects)
        ]
        table = Windows(*np.array(rows, np.int64).reshape(-1, 5).T)
        seen = lines(of, part, _NOBODY, 0).seen
        confirm = round(of.policy.confirm_down * MICRO), round(of.policy.confirm_up * MICRO)
        good[table.window[~agreed(table, settled(seen, *confirm))]] = False
    return good.tolist()


def _recorded_at(window: Maintenance) -> int:
    """Since when all of the window was recorded: a correction that only narrows it does not make it late."""
    since = window.recorded_at
    for version in reversed(window.earlier):
        if (
            version.begin > window.begin
            or version.end < window.end
            or not {*window.subjects} <= {*version.subjects}
        ):
            break
        since = version.recorded_at
    return since


def _parents(of: Source, applied: Sequence[Maintenance]) -> Parents:
    """Devices and circuits on which others depend, by their raw history."""
    names = {era.upstream for one in of.roster.everybody() for era in one.eras if era.upstream}
    kinds = of.roster.by_kind
    found = [one for kind in ("devices", "circuits") for one in kinds[kind] if one.id in names]
    if not found:
        return _NOBODY
    seen = lines(of, found, _NOBODY, of.since)
    lanes = {(CHECK_KIND[one.kind], one.id): lane for lane, one in enumerate(found)}
    return Parents(
        lane={one.id: lane for lane, one in enumerate(found)},
        away=widest(seen.seen, seen.edges),
        # At its widest, too: a line is seen down some seconds before the router that is being worked on.
        down=widened(seen.seen.where(DOWN), seen.edges),
        maintenance=windows_on(applied, lanes),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """What was seen of a batch, and of the circuits of which its services with a check of their own are made."""

    of: Case
    subjects: tuple[Subject, ...]
    found: Lines
    redundant: list[int]  # rows of those services
    circuits: tuple[Subject, ...]
    theirs: Lines | None  # of the circuits, if there are any


def _read(of: Case, part: tuple[Subject, ...], since: int, *, bounds: bool) -> _Read:
    """In runs that had not ended at `since` (microseconds), from as much as that needs; 0: the whole history."""
    from_ = of if since >= max(of.source.since, 1) else whole(of)
    source_, parents = from_.source, from_.parents
    redundant = [row for row, one in enumerate(part) if not one.derived and len(one.now.members) > 1]
    circuits = members(source_, [part[row] for row in redundant])
    found = lines(source_, part, parents, since, bounds=bounds)
    theirs = lines(source_, circuits, parents, since, bounds=bounds) if circuits else None
    return _Read(from_, part, found, redundant, circuits, theirs)


def _judged(read: _Read) -> Judged:
    of, part, found = read.of, read.subjects, read.found
    business = _view(of, part, found.seen, found)
    # Where nothing is masked the two views are one and the same.
    line = business if found.masked is found.seen else _view(of, part, found.masked, found)
    up = business.settled.where(UP)
    calm = up if line is business else intersection(line.settled.where(UP), up)
    if read.theirs is None:
        return Judged(part, line, business, calm)
    made_of = membership(part, read.redundant, read.circuits)
    faulty = _view(of, read.circuits, read.theirs.masked, read.theirs)
    found_switches = _switches(business, faulty, np.array(read.redundant)[made_of.service], made_of.member)
    return Judged(part, line, business, _all_calm(calm, faulty, read.redundant, made_of), found_switches)


def _view(of: Case, part: Sequence[Subject], raw: Timeline, found: Lines) -> View:
    around = circumstances(part, of.entered, of.applied, of.parents, of.served, amended=of.amended)
    return judged(raw, found.seen, found.edges, around, of.source.policy, of.source.now)


def _all_calm(calm: Stretches, members_: View, rows: Sequence[int], made_of: Membership) -> Stretches:
    """Where of each redundant service all members were up, too: what became of a switch-over is then over."""
    _, service, count = np.unique(made_of.service, return_inverse=True, return_counts=True)
    all_of_them = replace(made_of, needs=count[service])
    together = derived(len(rows), members_.settled, all_of_them).where(UP)
    lane = lane_of(together.start)
    shift = (np.array(rows, np.int64)[lane] - lane) * LANE
    redundant = np.isin(lane_of(calm.start), rows)
    others = Stretches(calm.start[~redundant], calm.end[~redundant])
    theirs = intersection(
        Stretches(calm.start[redundant], calm.end[redundant]),
        Stretches(together.start + shift, together.end + shift),
    )
    return union(others, theirs)


def _switches(services: View, members_: View, service: Ints, member: Ints) -> Switches:
    """What redundant services did while members were at fault; `service` and `member` are lanes, pair by pair."""
    faults = members_.faults
    start, end = _on_services(faults.start, faults.end, member, service)
    order = np.argsort(start, kind="stable")
    return switches(services.settled, start[order], end[order])


def _stands_alone(of: Case, found: Judged, begin: int) -> Flags:
    """Which subjects were surely up, before `begin`, for longer than outages of one fault may lie apart."""
    alone: Flags = alone_since(of, found, begin) != NEVER_ALONE
    return alone


def alone_since(of: Case, found: Judged, until: int) -> Ints:
    """Since when, before `until`, nothing earlier matters to a subject; NEVER_ALONE: all of it does."""
    gap = round(max(of.source.policy.merge_gap, of.source.policy.confirm_up) * MICRO)
    return stands_alone(found.calm, len(found.subjects), until, gap)


def _in_order(found: Judged, short: Flags, since: int) -> Iterator[tuple[tuple[Subject, ...], int]]:
    """Those that stand alone from the days before, the others from their whole history, runs of each together."""
    edges = np.flatnonzero(np.diff(short, prepend=not short[0]))
    for first, last in zip(edges.tolist(), [*edges[1:].tolist(), len(short)], strict=True):
        part = found.subjects[first:last]
        yield part, 0 if short[first] else since


def _on_services(start: Ints, end: Ints, member: Ints, service: Ints) -> tuple[Ints, Ints]:
    """Faults of members on the lanes of the services that they are members of, once for every service."""
    starts, ends = [], []
    for lane, row in {*zip(member.tolist(), service.tolist(), strict=True)}:
        mine = lane_of(start) == lane
        starts.append(start[mine] + (row - lane) * LANE)
        ends.append(end[mine] + (row - lane) * LANE)
    return np.concatenate(starts), np.concatenate(ends)
