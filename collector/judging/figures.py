"""The indicators of chosen subjects and groups over a period, as measures: what `indicators` prints."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collector.judging import bandwidth
from collector.judging.judge import Case
from collector.judging.roster import Subject, in_groups, of_carrier
from collector.judging.window import Ask, Period, condensed, judgements
from indicators.assessed import Assessed, Judgement, alike, began, brackets, day_verdicts
from indicators.axis import Ints
from indicators.bandwidth import bandwidth_assurance
from indicators.catalogue import CATALOGUE, Kind, View
from indicators.days import Verdicts, limits
from indicators.measure import EVERYBODY, Bracket, Measure, nothing
from indicators.member_time import Members
from indicators.policy import Policy
from indicators.tallies import Tallies, window_of
from indicators.traffic import Traffic, uncongested_share

OF_BANDWIDTH = frozenset({"bandwidth_assurance", "uncongested", "traffic_p95"})
OF_THIS_MOMENT = frozenset({"circuits_up_now"})
"""Says nothing of a window that is over."""
Judge = Callable[[Case, Kind, Sequence[Subject], Sequence[Ask]], Sequence[Mapping[View, Assessed]]]
"""Judges subjects of one kind for figures over some windows, in both views."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose figures are asked for; nothing named: every group, and everybody together."""

    subjects: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether nobody in particular is asked for."""
        return not (self.subjects or self.groups or self.carriers)


def measures(of: Case, over: Period, wanted: Wanted, judge: Judge = condensed) -> Iterator[Measure]:
    """All time-based indicators, kind by kind, in each view that the catalogue names for them."""
    for kind, subjects in of.source.roster.by_kind.items():
        chosen = concerned(subjects, wanted)
        if chosen:
            ask = asked(kind, chosen, over, wanted)
            (views,) = judge(of, kind, chosen, [ask])
            yield from measures_of(of, views, ask)


def measures_of(of: Case, views: Mapping[View, Assessed], ask: Ask) -> Iterator[Measure]:
    """The same of subjects that are judged already."""
    first = next(iter(views.values()))
    known: dict[str, Mapping[str, Bracket]] = {}
    for judgement in views.values():
        if not alike(first, judgement):
            known = {}
        for members in ask.whom:
            found = brackets(judgement, members, of.source.policy, known.get(members.key))
            known[members.key] = found
            yield from _measures(of, judgement, members.name, found, ask.over)


@dataclass(frozen=True, slots=True)
class Share:
    """What one member has of the time a group's figure is made of; microseconds."""

    subject: Subject
    up: int
    down: int
    unknown: int
    faults: int


@dataclass(frozen=True, slots=True)
class GroupFigure:
    """A group's figures of one kind in one view, and what each member has of their time, the worst first."""

    kind: Kind
    measures: tuple[Measure, ...]
    shares: tuple[Share, ...]


def group_figures(of: Case, over: Period, group: str, view: View) -> Iterator[GroupFigure]:
    """Those of every kind of subjects that a group holds: figures of time, not of bandwidth."""
    wanted = Wanted(groups=(group,))
    for kind, subjects in of.source.roster.by_kind.items():
        chosen = concerned(subjects, wanted)
        if chosen:
            judgement = judgements(of, kind, chosen, over)[view]
            (members,) = asked(kind, chosen, over, wanted).whom
            figures = brackets(judgement, members, of.source.policy)
            found = tuple(_measures(of, judgement, members.name, figures, over))
            yield GroupFigure(kind, found, tuple(_shares(judgement, members, chosen)))


def _shares(of: Judgement, members: Members, subjects: Sequence[Subject]) -> Iterator[Share]:
    up, down, unknown = (
        (getattr(of.sums, name) * members.counts).sum(axis=1).tolist() for name in ("up", "down", "unknown")
    )
    faults = np.bincount(began(of, members.counts).subject, minlength=len(subjects)).tolist()
    inside = np.flatnonzero(members.counts.any(axis=1)).tolist()
    for row in sorted(inside, key=lambda row: (-down[row], -unknown[row])):
        yield Share(subjects[row], up[row], down[row], unknown[row], faults[row])


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day of a subject or a group: its verdict, and the microseconds behind it."""

    kind: Kind
    subject: str
    view: str
    begin: int
    verdict: str  # normal, not normal, undecided or excused
    total: int
    down: int
    unknown: int
    limit: int


def day_lines(of: Case, over: Period, wanted: Wanted) -> Iterator[DayLine]:
    """Every whole day of the period with its verdict, of everybody who is asked for."""
    for kind, subjects in of.source.roster.by_kind.items():
        chosen = concerned(subjects, wanted)
        if chosen:
            whom = asked(kind, chosen, over, wanted).whom
            for judgement in judgements(of, kind, chosen, over).values():
                for members in whom:
                    yield from day_lines_of(judgement, members, of.source.policy)


def day_lines_of(of: Judgement, members: Members, policy: Policy) -> Iterator[DayLine]:
    """The same of some members of one kind that is judged already."""
    verdicts = day_verdicts(of, members, policy)
    counts = members.counts[:, of.whole]
    total, down, unknown = (
        (getattr(of.sums, name)[:, of.whole] * counts).sum(axis=0) for name in ("total", "down", "unknown")
    )
    limit = limits(total, policy)
    for day, begin in enumerate(of.edges[:-1][of.whole].tolist()):
        yield DayLine(
            kind=of.kind,
            subject=members.name,
            view=of.view,
            begin=begin,
            verdict=_verdict(verdicts, day),
            total=int(total[day]),
            down=int(down[day]),
            unknown=int(unknown[day]),
            limit=int(limit[day]),
        )


def _verdict(of: Verdicts, day: int) -> str:
    if of.excused[0, day]:
        return "excused"
    if not of.decided[0, day]:
        return "undecided"
    return "normal" if of.normal[0, day] else "not normal"


def concerned(subjects: Sequence[Subject], wanted: Wanted) -> list[Subject]:
    """Those who stand in any of the figures that are asked for."""
    return [
        one
        for one in subjects
        if wanted.everything
        or one.id in wanted.subjects
        or any(era.group in wanted.groups or era.carrier in wanted.carriers for era in one.eras)
    ]


def bandwidth_measures(of: Case, over: Period, wanted: Wanted) -> Iterator[Measure]:
    """The indicators of bandwidth, of circuits and of their groups, in the line view."""
    chosen = concerned(of.source.roster.by_kind["circuits"], wanted)
    read = {one.id for one in bandwidth.provable(of, chosen)}
    if not any(one.id in read or bandwidth.rated(one) for one in chosen):
        return
    whom = asked("circuits", chosen, over, wanted).whom
    traffic = _Traffic(whom, np.array([one.id in read for one in chosen], np.bool_), over)
    found = bandwidth.tallies(of, chosen, over, traffic.add)
    for number, members in enumerate(whom):
        for name, bracket in tallied(found, members).items():
            yield measure(of, "circuits", "line", members.name, name, bracket, over)
        percentile = traffic.percentile_95(number)
        yield measure(of, "circuits", "line", members.name, "traffic_p95", percentile, over)


def tallied(of: Tallies, members: Members) -> Mapping[str, Bracket]:
    """The indicators of bandwidth that add up over circuits and days, of some of them."""
    reasons, verdicts = of.of(members.counts)
    return {"bandwidth_assurance": bandwidth_assurance(reasons), "uncongested": uncongested_share(verdicts)}


class _Traffic:
    """The traffic of each figure's circuits, added up as they are read.

    Kept only where every one of them is read: the traffic of the others may have been anything, so the sum has no
    upper end.
    """

    def __init__(self, whom: Sequence[Members], read: NDArray[np.bool_], over: Period) -> None:
        self._whom = whom
        self._edges = over.edges
        self._bins = bandwidth.bins_of(over)
        self._unread = [int(np.sum(one.counts.any(axis=1) & ~read)) for one in whom]
        self._summed: dict[int, Traffic] = {}

    def add(self, row: int, line: bandwidth.Line) -> None:
        """Add a circuit to the figures to which it belongs, in those days in which it does."""
        whose = [n for n, one in enumerate(self._whom) if not self._unread[n] and one.counts[row].any()]
        if not whose:
            return
        window = window_of(line.bins.begin, len(line.bins), self._edges)
        mine = Traffic.of(line.bins)
        for number in whose:
            summed = self._summed.setdefault(number, Traffic.nothing(self._bins))
            counts = self._whom[number].counts[row]
            summed.add(mine, None if counts.all() else counts[window])

    def percentile_95(self, number: int) -> Bracket:
        """That of one figure; no value where a circuit of it is not read."""
        if number in self._summed:
            return self._summed[number].percentile_95()
        return nothing(0.0, circuits_not_read=self._unread[number])


def asked(kind: Kind, subjects: Sequence[Subject], over: Period, wanted: Wanted) -> Ask:
    """The figures of these subjects over a period: whom each of them is about."""
    return Ask(over, tuple(_members(kind, over.edges, subjects, wanted)))


def _members(kind: Kind, edges: Ints, subjects: Sequence[Subject], wanted: Wanted) -> Iterator[Members]:
    for row, one in enumerate(subjects):
        if one.id in wanted.subjects:
            alone = np.zeros((len(subjects), len(edges) - 1), np.bool_)
            alone[row] = True
            yield Members(one.id, alone, "subject")
    groups = dict.fromkeys(era.group for one in subjects for era in one.eras if era.group)
    chosen = [group for group in groups if wanted.everything or group in wanted.groups]
    for group, counts in zip(chosen, in_groups(subjects, chosen, edges), strict=True):
        yield Members(group, counts, "group")
    for carrier in wanted.carriers:
        if kind == "circuits":
            yield Members(carrier, of_carrier(subjects, carrier, edges), "carrier")
    if wanted.everything:
        everybody = np.broadcast_to(np.True_, (len(subjects), len(edges) - 1))
        yield Members(EVERYBODY, everybody, "kind")


def _measures(
    of: Case, judgement: Assessed, name: str, found: Mapping[str, Bracket], over: Period
) -> Iterator[Measure]:
    for indicator, bracket in found.items():
        if indicator in OF_THIS_MOMENT and over.end < of.source.now:
            continue
        yield measure(of, judgement.kind, judgement.view, name, indicator, bracket, over)


def measure(
    of: Case, kind: Kind, view: str, subject: str, indicator: str, bracket: Bracket, over: Period
) -> Measure:
    """One figure with what is printed beside it."""
    entry, policy = CATALOGUE[indicator], of.source.policy
    return Measure(
        indicator=indicator,
        kind=kind,
        subject=subject,
        view=view,
        begin=over.begin / 1e6,
        end=over.end / 1e6,
        bracket=bracket,
        unit=entry.unit,
        formula=entry.formula,
        policy=policy.digest,
        policy_name=policy.name,
        basis="amended" if of.amended else "measured",
        sufficient=bracket.coverage is not None and bracket.coverage >= policy.min_coverage,
    )
