"""Who is judged, by the configuration: subjects with what is dated about them, in the terms of `indicators`. Pure.

An *era* is a stretch of days in which nothing that indicators read about a subject changed: its group, carrier,
path, rate, and what it depends on or is made of. Times are microseconds since 1970 UTC, days those of the
calendar's zone.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np

from config.assigned_hours import hours_of
from config.model import Circuit, Config, Device, Service, System
from config.targets import target_of
from indicators.axis import LANE, Flags, Ints
from indicators.calendar import ALWAYS, Holidays, Hours, instant
from indicators.catalogue import Kind

ALWAYS_BEGAN, NEVER_ENDS = 0, LANE - 1
_AVAILABILITY = "availability"

CHECK_KIND: dict[Kind, str] = {
    "circuits": "circuit",
    "services": "service",
    "devices": "device",
    "systems": "system",
}
"""What a kind of subjects is called in the table of checks."""


@dataclass(frozen=True, slots=True)
class Era:
    """[begin, end) and what held meanwhile. `members` and `needs` are those of a derived service."""

    begin: int = ALWAYS_BEGAN
    end: int = NEVER_ENDS
    group: str = ""
    carrier: str = ""
    path: str = ""
    upstream: str = ""
    rate: int | None = None
    members: tuple[str, ...] = ()
    needs: int = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """One circuit, service, device or system as it is judged."""

    kind: Kind
    id: str
    name: str
    eras: tuple[Era, ...]
    begin: int = ALWAYS_BEGAN  # in service from
    end: int = NEVER_ENDS  # and until
    derived: bool = False  # a service without a check of its own
    site: str = ""
    hours: tuple[tuple[int, Hours], ...] = ((ALWAYS_BEGAN, ALWAYS),)  # from when on which service hours
    link_follows_path: bool = False  # a circuit whose interface is up only where the line is
    promised: float | None = None  # the availability of its group's lines, a share of time

    @property
    def now(self) -> Era:
        """What holds last."""
        return self.eras[-1]


@dataclass(frozen=True, slots=True)
class Roster:
    """All subjects by kind, and what people call their groups."""

    zone: ZoneInfo
    by_kind: dict[Kind, tuple[Subject, ...]]
    group_names: dict[str, str]
    holidays: Holidays

    def find(self, name: str) -> Subject | None:
        """The subject with this id; ids are unique over all kinds."""
        return next((one for kind in self.by_kind.values() for one in kind if one.id == name), None)

    def groups(self) -> tuple[str, ...]:
        """Every group that a subject belongs or belonged to, in the order they are met."""
        return tuple(dict.fromkeys(era.group for one in self.everybody() for era in one.eras if era.group))

    def everybody(self) -> Iterator[Subject]:
        """All subjects, kind by kind."""
        for kind in self.by_kind.values():
            yield from kind


def roster(config: Config) -> Roster:
    """Everybody whom a configuration names."""
    zone = ZoneInfo(config.calendar.zone)
    by_kind: dict[Kind, tuple[Subject, ...]] = {
        "circuits": tuple(_circuit(one, zone) for one in config.circuits),
        "services": tuple(_service(one, zone) for one in config.services),
        "devices": tuple(_other("devices", one) for one in config.devices),
        "systems": tuple(_other("systems", one) for one in config.systems),
    }
    if config.service_hours:
        by_kind = {kind: _with_hours(config, kind, all_, zone) for kind, all_ in by_kind.items()}
    if any(target.indicator == _AVAILABILITY for target in config.targets):
        by_kind = {kind: tuple(_with_promise(config, one) for one in all_) for kind, all_ in by_kind.items()}
    names = {group.id: group.name for group in config.groups}
    return Roster(zone, by_kind, names, config.known_holidays)


def in_groups(subjects: Sequence[Subject], groups: Sequence[str], edges: Ints) -> Iterator[Flags]:
    """Of each group which subject belongs to it in which window; shape (subjects, windows), not to be changed.

    A window counts for the group that holds at its begin; eras begin with a day, as windows do.
    """
    last = np.array([one.now.group for one in subjects], np.str_)
    moved = [(row, one) for row, one in enumerate(subjects) if len(one.eras) > 1]
    for group in groups:
        yield _counts(last == group, moved, edges, partial(_of_group, group))


def _of_group(group: str, era: Era) -> bool:
    return era.group == group


def of_carrier(subjects: Sequence[Subject], carrier: str, edges: Ints) -> Flags:
    """Which line belongs to a carrier in which window: only where its path is proven to be that line."""

    def proven(era: Era) -> bool:
        return era.carrier == carrier and era.path != "unproven"

    last = np.fromiter((proven(one.now) for one in subjects), np.bool_, len(subjects))
    moved = [(row, one) for row, one in enumerate(subjects) if len(one.eras) > 1]
    return _counts(last, moved, edges, proven)


def _counts(
    last: Flags, moved: Sequence[tuple[int, Subject]], edges: Ints, is_in: Callable[[Era], bool]
) -> Flags:
    """By what holds last; of those that moved, in the windows of each era for itself."""
    counts: Flags = np.broadcast_to(last[:, None], (len(last), max(len(edges) - 1, 0)))
    if moved:
        counts = counts.copy()
    for row, one in moved:
        counts[row] = False
        for era in filter(is_in, one.eras):
            counts[row, _windows(edges, era)] = True
    return counts


def _windows(edges: Ints, era: Era) -> slice:
    first = int(np.searchsorted(edges[:-1], era.begin))
    return slice(first, max(first, int(np.searchsorted(edges[:-1], era.end))))


def _with_hours(
    config: Config, kind: Kind, subjects: Sequence[Subject], zone: ZoneInfo
) -> tuple[Subject, ...]:
    """The same with their service hours; where none are written everybody is in service always."""
    entries = getattr(config, kind)
    return tuple(
        replace(
            one, hours=tuple((_day(day, zone, ALWAYS_BEGAN), hours) for day, hours in hours_of(config, entry))
        )
        for one, entry in zip(subjects, entries, strict=True)
    )


def _with_promise(config: Config, one: Subject) -> Subject:
    """The same with the availability that was promised to its group last, else to everybody."""
    latest = dt.date.max
    of_group = target_of(config.targets, _AVAILABILITY, one.now.group, latest)
    return replace(one, promised=of_group or target_of(config.targets, _AVAILABILITY, None, latest))


def _circuit(one: Circuit, zone: ZoneInfo) -> Subject:
    first = Era(
        group=one.group,
        carrier=one.carrier,
        path=one.path,
        upstream=one.upstream or "",
        rate=one.commit_rate,
    )
    changes = (
        (
            change.from_,
            {
                "group": change.group,
                "carrier": change.carrier,
                "path": change.path,
                "upstream": change.upstream,
                "rate": change.commit_rate,
            },
        )
        for change in one.changes
    )
    begin = _day(one.in_service_from, zone, ALWAYS_BEGAN)
    end = _day(one.in_service_until, zone, NEVER_ENDS)
    return Subject(
        "circuits",
        one.id,
        one.name,
        _eras(first, changes, zone),
        begin,
        end,
        site=one.termination_z,
        link_follows_path=one.link_follows_path,
    )


def _service(one: Service, zone: ZoneInfo) -> Subject:
    members = one.needs.of if one.needs and one.needs.of else one.circuits
    first = Era(group=one.group, members=members, needs=one.needs.k if one.needs else 1)
    changes = (
        (
            change.from_,
            {
                "group": change.group,
                "members": change.needs.of if change.needs and change.needs.of else change.circuits,
                "needs": change.needs.k if change.needs else None,
            },
        )
        for change in one.changes
    )
    eras = _eras(first, changes, zone)
    return Subject("services", one.id, one.name, eras, derived=one.check is None, site=one.site or "")


def _other(kind: Kind, one: Device | System) -> Subject:
    era = Era(group=one.group, upstream=one.upstream or "")
    return Subject(kind, one.id, one.name, (era,), site=one.site or "")


def _eras(
    first: Era, changes: Iterable[tuple[dt.date, Mapping[str, object]]], zone: ZoneInfo
) -> tuple[Era, ...]:
    """One era after the other; what a change does not name stays."""
    eras = [first]
    for date, told in sorted(changes, key=lambda change: change[0]):
        at = _day(date, zone, ALWAYS_BEGAN)
        named = {key: value for key, value in told.items() if value is not None}
        eras[-1] = replace(eras[-1], end=at)
        eras.append(replace(eras[-1], begin=at, end=NEVER_ENDS, **named))  # type: ignore[arg-type]
    return tuple(one for one in eras if one.begin < one.end)


def _day(date: dt.date | None, zone: ZoneInfo, otherwise: int) -> int:
    return otherwise if date is None else instant(date, 0, zone)
