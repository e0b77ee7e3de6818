"""From judged facts to the plain values of `exporters/forms/annex.py`: what stands behind every measured row.

Each kind of subjects is judged once a policy, however many rows ask for it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

import numpy as np

from collector.annex.blaming import Blaming
from collector.annex.people import papers, windows
from collector.judging.evidence import configurations, days_in, inside_of, touches, unknown_time
from collector.judging.figures import Wanted, asked, concerned, day_lines_of, measures_of
from collector.judging.gone import gone
from collector.judging.judge import Case, Judged, batches
from collector.judging.listing import Outage, of_view
from collector.judging.proposed import Key, power_losses
from collector.judging.roster import Era, Subject
from collector.judging.window import Period, judged_window
from config.model import Config
from exporters.forms.annex import (
    Annex,
    Blame,
    CarrierLine,
    DayLine,
    FaultLine,
    GroupLine,
    OutageLine,
    Part,
    Scope,
    Unwatched,
)
from exporters.forms.filled import FilledPlan
from indicators.assessed import Judgement, began
from indicators.catalogue import Kind, View
from indicators.measure import EVERYBODY
from indicators.member_time import Members
from indicators.proposals import Proposal
from indicators.restoring import restored

MICRO = 1e6
_VIEWS: tuple[View, ...] = ("line", "business")
CaseOf = Callable[[Scope], Case]
"""The case of the policy and the basis of a scope."""


def gathered(of: FilledPlan, config: Config, case_of: CaseOf, over: Period) -> Annex:
    """All that stands behind a filled plan."""
    scopes = list(dict.fromkeys(Scope.of(row.measure) for row in of.rows if row.measure is not None))
    common = case_of(Scope("circuits", EVERYBODY, "line", config.rules.digest))
    cases = {scope: case_of(scope) for scope in scopes}
    looked = _Look(config, over)
    return Annex(
        begin=over.begin,
        end=over.end,
        until=min(over.end, common.source.now),
        zone=config.calendar.zone,
        parts=dict(looked.parts(cases)),
        carriers=tuple(looked.carriers(common)),
        windows=tuple(windows(common, over)),
        papers=tuple(papers(common.entered, over)),
        unwatched=tuple(looked.unwatched(common)),
        gone=gone(common.source.connection, common.source.roster, over.begin, over.end),
        inventory=tuple(looked.inventory(common)),
        policies={one.source.policy.digest: one.source.policy for one in (common, *cases.values())},
        configurations=tuple(configurations(common.source.connection, over)),
    )


@dataclass(slots=True)
class _Seen:
    """One kind judged by one policy: both views as a judgement, and what is told of them one by one."""

    subjects: list[Subject]
    judgements: Mapping[View, Judgement]
    outages: dict[View, list[Outage]]
    unknown: dict[tuple[View, str], dict[str, float]]  # by view and group, seconds by cause
    proposed: Mapping[Key, Proposal]  # of outages of circuits in the line view


@dataclass(slots=True)
class _Look:
    """Everything of one window; a kind under a policy is judged once."""

    config: Config
    over: Period
    known: dict[tuple[int, Kind], _Seen] = field(default_factory=dict)

    def parts(self, cases: Mapping[Scope, Case]) -> Iterator[tuple[Scope, Part]]:
        for scope, of in cases.items():
            kind = _kind(scope.kind)
            seen = self.seen(of, kind)
            view: View = "line" if scope.view == "line" else "business"
            judgement = seen.judgements[view]
            for members in asked(kind, seen.subjects, self.over, _wanted(scope.subject)).whom:
                if members.name == scope.subject:
                    yield scope, self._part(of, scope, seen, judgement, members)

    def seen(self, of: Case, kind: Kind) -> _Seen:
        """A kind as this case judges it."""
        key = id(of), kind
        if key not in self.known:
            self.known[key] = _seen(of, kind, self.over)
        return self.known[key]

    def _part(self, of: Case, scope: Scope, seen: _Seen, judgement: Judgement, members: Members) -> Part:
        view, zone = judgement.view, of.source.roster.zone
        blaming = Blaming(of)
        whose = {one.id: one for one in seen.subjects}
        theirs = (
            one
            for one in seen.outages[view]
            if touches(one, days_in(whose[one.subject], _or_none(scope.subject)))
        )
        rows = members.counts.any(axis=1)
        total = judgement.sums.total * members.counts
        return Part(
            scope=scope,
            title=self.title(of, scope.subject),
            members=int(rows.sum()),
            days=tuple(
                DayLine(
                    date=datetime.fromtimestamp(one.begin / MICRO, zone).date().isoformat(),
                    verdict=one.verdict,
                    counted=one.total / MICRO,
                    down=one.down / MICRO,
                    unknown=one.unknown / MICRO,
                    limit=one.limit / MICRO,
                )
                for one in day_lines_of(judgement, members, of.source.policy)
            ),
            outages=tuple(_outage(one, whose[one.subject], blaming, seen.proposed) for one in theirs),
            faults=tuple(_faults(of, judgement, members, seen.subjects, blaming)),
            unknown=seen.unknown.get((view, scope.subject), {}),
            counted=float(total.sum()) / MICRO,
            limit=of.source.policy.restore_within,
        )

    def title(self, of: Case, group: str) -> str:
        """What people call a group; empty of all together."""
        return "" if group == EVERYBODY else of.source.roster.group_names.get(group, group)

    def carriers(self, of: Case) -> Iterator[CarrierLine]:
        """The lines of each carrier in the line view; only those count whose path is proven."""
        seen = self.seen(of, "circuits")
        names = {one.id: one.name for one in self.config.carriers}
        eras = {carrier: _eras_of(seen.subjects, carrier, self.over) for carrier in _carriers(seen.subjects)}
        wanted = Wanted(carriers=tuple(eras))
        told: dict[str, dict[str, object]] = {carrier: {} for carrier in eras}
        ask = asked("circuits", seen.subjects, self.over, wanted)
        found = measures_of(of, {"line": seen.judgements["line"]}, ask)
        by_carrier = {
            name: {one.indicator: one for one in some}
            for name, some in groupby(found, lambda one: one.subject)
        }
        for carrier in told:
            proven = {one for one, era in eras[carrier] if era.path != "unproven"}
            yield CarrierLine(
                carrier=carrier,
                name=names.get(carrier, carrier),
                lines=len(proven),
                unproven=len({one for one, _ in eras[carrier]} - proven),
                measures=by_carrier.get(carrier, {}),
            )

    def unwatched(self, of: Case) -> Iterator[Unwatched]:
        """Subjects in service of which nothing was seen at all."""
        for kind in of.source.roster.by_kind:
            seen = self.seen(of, kind)
            sums = seen.judgements["line"].sums.over(axis=1)
            known = (sums.up + sums.down).ravel()
            for row in np.flatnonzero((sums.total.ravel() > 0) & (known == 0)).tolist():
                yield Unwatched(kind, seen.subjects[row].id, seen.subjects[row].name)

    def inventory(self, of: Case) -> Iterator[GroupLine]:
        """How many of each kind and group are in service at the end of the window."""
        last = min(self.over.end, of.source.now) - 1
        for kind, subjects in of.source.roster.by_kind.items():
            there = [one for one in subjects if one.begin <= last < one.end]
            groups = [
                next((era.group for era in one.eras if era.begin <= last < era.end), "") for one in there
            ]
            for group in dict.fromkeys(groups):
                yield GroupLine(kind, group, self.title(of, group), groups.count(group))


def _seen(of: Case, kind: Kind, over: Period) -> _Seen:
    subjects = list(concerned(of.source.roster.by_kind[kind], Wanted()))
    outages: dict[View, list[Outage]] = {view: [] for view in _VIEWS}
    unknown: dict[tuple[View, str], dict[str, float]] = {}

    def watched() -> Iterator[Judged]:
        for batch in batches(of, subjects, over.begin):
            for name in _VIEWS:
                view = batch.line if name == "line" else batch.business
                outages[name] += of_view(of, batch.subjects, name, view, over.begin, over.end)
                for group in (EVERYBODY, *_groups(batch.subjects)):
                    sums = unknown.setdefault((name, group), {})
                    for cause, part in unknown_time(view, inside_of(batch.subjects, over, _or_none(group))):
                        sums[cause] = sums.get(cause, 0.0) + int(part.length.sum()) / MICRO
            yield batch

    judgements = judged_window(of, kind, watched(), over)
    return _Seen(subjects, judgements, outages, unknown, power_losses(of, outages["line"]))


def _or_none(group: str) -> str | None:
    """None for all together."""
    return None if group == EVERYBODY else group


def _groups(subjects: Iterable[Subject]) -> Iterator[str]:
    yield from dict.fromkeys(era.group for one in subjects for era in one.eras if era.group)


def _outage(one: Outage, subject: Subject, blaming: Blaming, proposed: Mapping[Key, Proposal]) -> OutageLine:
    blame, proposal = blaming.of(subject, one.start, one.end), proposed.get((one.subject, one.start))
    if not blame.party and proposal is not None:
        blame = Blame(proposal.cause, "proposal")
    return OutageLine(
        subject=one.subject,
        name=subject.name,
        start=one.start,
        start_after=one.start_after,
        start_before=one.start_before,
        end=one.end,
        end_after=one.end_after,
        end_before=one.end_before,
        down=one.down / MICRO,
        unknown=one.unknown / MICRO,
        reason=one.reason,
        fault=one.fault,
        blame=blame,
    )


def _faults(
    of: Case, judgement: Judgement, members: Members, subjects: list[Subject], blaming: Blaming
) -> Iterator[FaultLine]:
    """The faults that began in the window, of members of that day, as every indicator of faults counts them."""
    table = began(judgement, members.counts)
    verdicts = restored(table.faults, of.source.policy.restore_within)
    for number in np.argsort(table.faults.start, kind="stable").tolist():
        one, faults = subjects[int(table.subject[number])], table.faults
        start, end = int(faults.start[number]), int(faults.end[number])
        yield FaultLine(
            id=f"{one.id}@{start // 1_000_000}",
            subject=one.id,
            name=one.name,
            start=start,
            end=end,
            ended=bool(faults.ended[number]),
            clock=int(faults.clock[number]) / MICRO,
            shortest=int(faults.shortest[number]) / MICRO,
            longest=int(faults.longest[number]) / MICRO,
            verdict=verdicts[number],
            blame=blaming.of(one, start, end),
        )


def _carriers(subjects: Iterable[Subject]) -> Iterator[str]:
    yield from dict.fromkeys(era.carrier for one in subjects for era in one.eras if era.carrier)


def _eras_of(subjects: Iterable[Subject], carrier: str, over: Period) -> list[tuple[str, Era]]:
    return [
        (one.id, era)
        for one in subjects
        for era in one.eras
        if era.carrier == carrier and era.begin < over.end and era.end > over.begin
    ]


def _wanted(subject: str) -> Wanted:
    return Wanted() if subject == EVERYBODY else Wanted(groups=(subject,))


def _kind(written: str) -> Kind:
    kinds: dict[str, Kind] = {"circuits": "circuits", "services": "services", "devices": "devices"}
    return kinds.get(written, "systems")
