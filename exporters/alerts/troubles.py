"""What is not as it should be just now, of an overview: the same states and verdicts that the page shows. Pure.

Nothing is judged here: a subject is down by its masked run, a figure missed its target by its bracket, a reading is
beyond its limit by its profile. What nobody knows is neither trouble nor well.
"""

import json
import math
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import NamedTuple

import numpy as np

from config.alerts import What
from exporters import measures
from exporters.gauges import gauges
from exporters.promised import Running, group_names, promised, running
from exporters.reading import DOWN, UP, Figure, Kind, Overview, Subject
from exporters.readings import by_subject
from exporters.standing import Standing
from exporters.status import failed_switch_overs
from indicators.measure import EVERYBODY

# Sentinels are there to see by, not to be told of.
_TOLD_OF = ("circuits", "services", "devices", "systems")
WATCHING, PROBLEM = "watching", "problem"


class Key(NamedTuple):
    """What trouble is of: `id` is a subject's, with the figure or indicator behind it where it is of one."""

    what: What
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is not as it should be, `since` when (seconds since 1970 UTC), and what people want to know.

    `told` is plain text by name: what is told of the same trouble later may say otherwise.
    """

    key: Key
    since: float
    group: str = ""
    told: dict[str, str] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """Of whom: the id of a subject, or of what else it is about."""
        return self.key.id.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Scene:
    """All trouble of one instant, and who is surely well."""

    at: float
    troubles: dict[Key, Trouble]
    well: dict[Key, float]  # of those that were asked for: since when
    gone: frozenset[Key]  # of those that were asked for: nobody watches for it any more


class Watcher:
    """Finds trouble in one overview after the other; it knows the rows of subjects as long as they stay the same."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[tuple[Subject, ...], dict[str, int]]] = {}
        self._standing = Standing()
        self._verdicts: dict[Key, str] = {}  # of this year's promises, as they were judged last
        self._missed: list[Trouble] = []

    def scene(self, overview: Overview, open_: set[Key], quiet: Container[tuple[str, str]] = ()) -> Scene:
        """What is wrong now; and of what was wrong and is not any more (`open_`), whether it is well or gone.

        Of subjects that are `quiet` (kind and id), such as those in agreed maintenance, nothing is found wrong.
        """
        found = {one.key: one for one in self._troubles(overview) if (one.key.kind, one.subject) not in quiet}
        rest = open_ - found.keys()
        well, gone = dict[Key, float](), set[Key]()
        for key in rest:
            since = self._well(overview, key)
            if since is None:
                gone.add(key)
            elif not math.isnan(since):
                well[key] = since
        return Scene(overview.at, found, well, frozenset(gone))

    def _troubles(self, overview: Overview) -> Iterator[Trouble]:
        about = overview.collector
        if not about.watching:
            yield Trouble(Key("collector", "", WATCHING), overview.at, told={"reason": about.problem})
        elif about.problem:
            yield Trouble(Key("collector", "", PROBLEM), overview.at, told={"reason": about.problem})
        failed: frozenset[str] | None = None
        for name in _TOLD_OF:
            kind = overview.kinds.get(name)
            if kind is None:
                continue
            for row in np.flatnonzero(kind.now.state == DOWN).tolist():
                if failed is None:
                    failed = failed_switch_overs(overview)
                yield _down(name, kind, row, failed)
            yield from _beyond(name, kind, overview.at)
        if overview.standing is not self._standing:  # judged anew
            self._hold_against_targets(overview)
        yield from self._missed

    def _hold_against_targets(self, overview: Overview) -> None:
        promises, names = [*promised(running(overview.standing))], group_names(overview)
        self._standing = overview.standing
        self._verdicts = {_target(one): one.verdict for one in promises}
        self._missed = [_missed(one, overview.at, names) for one in promises if one.verdict == "missed"]

    def _well(self, overview: Overview, key: Key) -> float | None:
        """Since when something is well; NaN while nobody knows, None where nobody watches for it any more."""
        if key.what == "collector":
            return overview.at if overview.collector.watching else float("nan")
        if key.what == "target":
            # Before anything is judged nobody knows; what is not among those judged is gone.
            verdict = self._verdicts.get(key, "" if self._verdicts else "open")
            return None if not verdict else overview.at if verdict in ("met", "within") else float("nan")
        row = self._row(overview, key)
        if row is None:
            return None
        now = overview.kinds[key.kind].now
        if now.state[row] != UP:
            return float("nan")
        return overview.at if key.what == "limit" else float(now.since[row])

    def _row(self, overview: Overview, key: Key) -> int | None:
        kind = overview.kinds.get(key.kind)
        if kind is None:
            return None
        subjects, rows = self._rows.get(key.kind, ((), {}))
        if subjects is not kind.subjects:
            rows = {one.id: row for row, one in enumerate(kind.subjects)}
            self._rows[key.kind] = kind.subjects, rows
        return rows.get(key.id.partition(" ")[0])


def _down(name: str, kind: Kind, row: int, failed: frozenset[str]) -> Trouble:
    subject = kind.subjects[row]
    told = {**_named(subject), "reason": kind.now.reason.get(row, "")}
    if name == "services" and subject.id in failed:
        told["switch_over"] = "failed"
    return Trouble(Key("down", name, subject.id), float(kind.now.since[row]), subject.group, told)


def _beyond(name: str, kind: Kind, at: float) -> Iterator[Trouble]:
    if not kind.readings.beyond.any():
        return
    for row, figures in by_subject(kind).items():
        for figure in figures:
            if figure.beyond:
                yield _limit(name, kind.subjects[row], figure, at)


def _limit(name: str, subject: Subject, figure: Figure, at: float) -> Trouble:
    labels = ",".join(f"{label}={value}" for label, value in figure.labels)
    key = Key("limit", name, f"{subject.id} {figure.metric} {labels}".rstrip())
    (shown,) = gauges([figure]).shown
    told = {**_named(subject), "figure": figure.metric, "part": shown.part, "value": shown.value}
    told["limit"] = shown.alarm
    if shown.seconds is not None:
        told["seconds"] = f"{shown.seconds:g}"
    return Trouble(key, at, subject.group, told)


def _target(one: Running) -> Key:
    year = one.year
    # With its year: that a new one begins without a fault is no news of the old one's target.
    return Key("target", year.kind, f"{year.indicator} {year.subject} {year.begin:.0f}")


def _missed(one: Running, at: float, names: Mapping[str, str]) -> Trouble:
    year = one.year
    group = "" if year.subject == EVERYBODY else year.subject
    told = {"indicator": year.indicator, "measure": json.dumps(measures.row(year, UTC))}
    if group in names:
        told["name"] = names[group]
    if one.outlook is not None:
        told["outlook"] = json.dumps(one.outlook)
    return Trouble(_target(one), at, group, told)


def _named(subject: Subject) -> dict[str, str]:
    told = {
        "name": subject.name,
        "carrier": subject.carrier_name,
        "rate": subject.rate,
        "site": subject.site_name,
        "cid": subject.cid,
        "fault_phone": subject.fault_phone,
        "contact": subject.contact,
    }
    return {name: text for name, text in told.items() if text}
