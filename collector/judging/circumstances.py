"""What a judgement rests on besides observation, on the lanes of a batch: service, hours, what people entered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np

from collector.judging.roster import CHECK_KIND, Subject
from config.errors import LinewalkerError
from indicators.axis import LANE, Stretches, intersection, none, stretches, union, whole
from indicators.calendar import ALWAYS, Holidays, Hours, MissingYearError, service_stretches
from indicators.entered import EnteredFacts, Maintenance
from indicators.judged import Circumstances
from indicators.upstream import Dependences, behind

_ALWAYS = ((0, ALWAYS),)


@dataclass(frozen=True, slots=True)
class Served:
    """Service hours as stretches, worked out once for all who have the same; times in microseconds."""

    zone: ZoneInfo
    holidays: Holidays
    begin: int
    end: int
    _known: dict[Hours, Stretches] = field(default_factory=dict)

    def of(self, hours: Hours) -> Stretches:
        """The hours on lane 0. Raises LinewalkerError where a year has no calendar of holidays."""
        if hours not in self._known:
            try:
                found = service_stretches(hours, self.begin, self.end, self.zone, self.holidays)
            except MissingYearError as missing:
                raise LinewalkerError(
                    "service hours need the holidays of {years}, which are not known; "
                    "add them in the folder of `calendar.holidays`",
                    years=", ".join(map(str, missing.years)),
                ) from None
            self._known[hours] = Stretches(*found)
        return self._known[hours]


@dataclass(frozen=True, slots=True)
class Parents:
    """What others depend on: the lane of each by its id, where it was away at its widest, and seen down."""

    lane: Mapping[str, int]
    away: Stretches
    down: Stretches
    maintenance: Stretches  # windows on them that apply


def circumstances(
    subjects: Sequence[Subject],
    entered: EnteredFacts,
    applied: Sequence[Maintenance],
    parents: Parents,
    served: Served,
    *,
    amended: bool,
) -> Circumstances:
    """Those of a batch. `applied` are the maintenance windows that apply; papers count only if `amended`."""
    lanes = {(CHECK_KIND[one.kind], one.id): lane for lane, one in enumerate(subjects)}
    on = dependences(subjects, parents)
    papers = _papers(entered, lanes) if amended else {"up": none(), "down": none()}
    return Circumstances(
        in_service=on_lanes((lane, one.begin, one.end) for lane, one in enumerate(subjects)),
        hours=_hours(subjects, served),
        maintenance=windows_on(applied, lanes),
        parents_maintenance=behind(parents.maintenance, on),
        parents_down=behind(parents.down, on),
        attested_up=papers["up"],
        attested_down=papers["down"],
        suspended=_suspended(entered, lanes),
    )


def _hours(subjects: Sequence[Subject], served: Served) -> Stretches:
    """The service hours of everybody, era by era."""
    if all(one.hours == _ALWAYS for one in subjects):
        return whole(len(subjects))
    parts = list[Stretches]()
    for lane, one in enumerate(subjects):
        ends = [begin for begin, _ in one.hours[1:]] + [LANE - 1]
        for (begin, hours), end in zip(one.hours, ends, strict=True):
            base = whole(1) if hours == ALWAYS else served.of(hours)
            part = intersection(base, Stretches(np.array([begin]), np.array([end])))
            parts.append(Stretches(part.start + lane * LANE, part.end + lane * LANE))
    return union(*parts)


def dependences(subjects: Sequence[Subject], parents: Parents) -> Dependences:
    """From when until when which subject hangs on which parent."""
    rows = [
        (lane, parents.lane[era.upstream], era.begin, era.end)
        for lane, one in enumerate(subjects)
        for era in one.eras
        if era.upstream in parents.lane
    ]
    return Dependences(*np.array(rows, np.int64).reshape(-1, 4).T)


def windows_on(windows: Iterable[Maintenance], lanes: Mapping[tuple[str, str], int]) -> Stretches:
    """Where these windows lie on the lanes of the subjects that they name."""
    return on_lanes(
        (lanes[one.kind, one.id], window.begin, window.end)
        for window in windows
        for one in window.subjects
        if (one.kind, one.id) in lanes
    )


def on_lanes(rows: Iterable[tuple[int, int, int]]) -> Stretches:
    """Stretches from (lane, begin, end) in microseconds since 1970."""
    lane, begin, end = np.array(list(rows), np.int64).reshape(-1, 3).T
    return stretches(lane * LANE + begin, lane * LANE + end)


def _papers(entered: EnteredFacts, lanes: Mapping[tuple[str, str], int]) -> dict[str, Stretches]:
    """What signed and approved papers say of unknown time, by the state they give it."""
    told: dict[str, list[tuple[int, int, int]]] = {"up": [], "down": []}
    for paper in entered.attestations:
        key = paper.subject.kind, paper.subject.id
        if paper.approved_by and key in lanes:
            told[paper.state].append((lanes[key], paper.begin, paper.end))
    for one in entered.amendments:
        key = one.subject.kind, one.subject.id
        if one.approved_by and one.what == "resolve" and key in lanes:
            told[one.value].append((lanes[key], one.begin, one.end))
    return {state: on_lanes(rows) for state, rows in told.items()}


def _suspended(entered: EnteredFacts, lanes: Mapping[tuple[str, str], int]) -> Stretches:
    """Where the clock of faults stands still with a signature."""
    return on_lanes(
        (lanes[ticket.subject.kind, ticket.subject.id], one.begin, LANE - 1 if one.end is None else one.end)
        for ticket in entered.tickets
        for one in ticket.suspensions
        if one.signed_by and (ticket.subject.kind, ticket.subject.id) in lanes
    )
