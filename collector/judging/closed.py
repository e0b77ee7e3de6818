"""Verdicts of closed days, kept beside the ledger so that nobody has to judge a whole year every minute.

What is kept follows from the facts alone and may be removed at any time. It is used only as long as everything that
it was made of is as it was: the policy and the configuration by their digests, what people entered, and the facts
themselves by the seals of their days. A day counts as closed once it is sealed; a late row gives its day another
seal, and all is judged anew.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from collector.judging.judge import Case, Judged, alone_since, batches
from collector.judging.roster import Subject
from collector.judging.window import Ask, Period, condensed, condensed_windows, period
from collector.ledger import schema
from collector.version import VERSION
from indicators.assessed import Condensed, FaultTable, alike
from indicators.axis import Ints
from indicators.catalogue import Kind
from indicators.catalogue import View as ViewName
from indicators.failover import Switches
from indicators.member_time import Members, MemberTime
from indicators.spliced import spliced
from indicators.tables import Table, columns, from_columns

FOLDER = "judged"
_FORM = 3  # of the file
Views = dict[ViewName, Condensed]
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Closed:
    """Figures of one kind over closed days, in both views; since when each subject stands alone, microseconds."""

    views: Views
    alone: Ints


@dataclass(frozen=True, slots=True)
class Sealed:
    """The seals that closed days rest on: when the last of the days ends, and the chain value of each."""

    until: int
    chains: tuple[str, ...]


def judged(
    of: Case, kind: Kind, subjects: Sequence[Subject], asks: Sequence[Ask], data_dir: Path, config: str
) -> list[Views]:
    """The asked figures in both views, closed days from what is kept where that still holds.

    `config` is the digest of the configuration. What came after the closed days is judged once for all that is asked.
    """
    found = [_closed_part(of, kind, subjects, ask, data_dir, config) for ask in asks]
    rests = [_rest(of, ask, closed) for ask, closed in zip(asks, found, strict=True)]
    recent = iter(condensed(of, kind, subjects, [one for one in rests if one])) if any(rests) else iter(())
    return [
        _joined(closed, next(recent) if rest else None) for closed, rest in zip(found, rests, strict=True)
    ]


def _closed_part(
    of: Case, kind: Kind, subjects: Sequence[Subject], ask: Ask, data_dir: Path, config: str
) -> Closed | None:
    """The figures of the closed days at the beginning of a window; None: no day of it is closed yet."""
    over = ask.over
    sealed = seals(of.source.connection, over.begin, over.end)
    if sealed.until <= over.begin:
        return None
    # A window that goes on has a file that grows; another one that began with it must not put an end to that.
    name = f"{kind}-{over.begin // 1_000_000}-{of.source.policy.digest[:16]}"
    going_on, ended = (data_dir / FOLDER / f"{name}{end}.npz" for end in ("", f"-{over.end // 1_000_000}"))
    key = key_of(of, config, ask.whom)
    known = _load(ended, key, sealed, subjects) or _load(going_on, key, sealed, subjects)
    all_of_it = sealed.until == over.end
    if known is not None and len(known[1].chains) == len(sealed.chains):
        if not all_of_it or _is_final(known[0]):
            return known[0]
        known = None  # some faults went on after the window, and what ended them is not under its seals
    since = over.begin if known is None else known[1].until
    made = _judge(of, kind, subjects, ask.part(part_of(of, since, sealed.until)))
    if known is not None:
        made = Closed(_spliced(known[0], made.views), made.alone)
    if not all_of_it:
        _save(going_on, key, sealed, made)
    elif _is_final(made):
        _save(ended, key, sealed, made)
    return made


def _is_final(of: Closed) -> bool:
    """Whether nothing that came after the closed days can change their faults any more."""
    return all(
        bool((one.faults.faults.start < of.alone[one.faults.subject]).all())
        and (one.switches is None or bool((one.switches.at < of.alone[one.switches.service]).all()))
        for one in of.views.values()
    )


def _rest(of: Case, ask: Ask, closed: Closed | None) -> Ask | None:
    """What came after the closed days of a window, if anything."""
    begin = ask.over.begin if closed is None else int(closed.views["line"].edges[-1])
    return ask.part(part_of(of, begin, ask.over.end)) if begin < ask.over.end else None


def seals(connection: Connection, begin: int, end: int) -> Sealed:
    """The newest seals of the days that lie in [begin, end), as far as they follow each other without a gap."""
    seal = schema.seal
    inside = sa.and_(seal.c.ended_at > begin, seal.c.ended_at <= end)
    columns = (seal.c.started_at, seal.c.ended_at, seal.c.chain)
    rows = connection.execute(sa.select(*columns).where(inside).order_by(seal.c.started_at, seal.c.revision))
    newest = {row.started_at: row for row in rows}
    until, chains = begin, list[str]()
    for row in newest.values():
        if chains and row.started_at != until:
            break
        until = row.ended_at
        chains.append(row.chain)
    return Sealed(until, tuple(chains))


def part_of(of: Case, begin: int, end: int) -> Period:
    """A part of the window that is judged, by its days."""
    return period(begin, end, of.source.roster.zone, of.source.now)


def _judge(of: Case, kind: Kind, subjects: Sequence[Subject], ask: Ask) -> Closed:
    alone = [np.empty(0, np.int64)]

    def noted(found: Iterable[Judged]) -> Iterator[Judged]:
        for one in found:
            alone.append(alone_since(of, one, ask.over.end))
            yield one

    with closing(batches(of, subjects, ask.over.begin, for_figures=True)) as found:
        (views,) = condensed_windows(of, kind, noted(found), [ask])
    return Closed(views, np.concatenate(alone))


def _joined(closed: Closed | None, recent: Views | None) -> Views:
    """Closed days and what came after, of which one is there at least."""
    if closed is None or recent is None:
        return closed.views if closed else recent or {}
    return _spliced(closed, recent)


def _spliced(closed: Closed, recent: Views) -> Views:
    """Both as one, in both views."""
    line = spliced(closed.views["line"], recent["line"], closed.alone)
    if alike(*closed.views.values()) and alike(*recent.values()):
        return {"line": line, "business": replace(line, view="business", tickets=recent["business"].tickets)}
    return {"line": line, "business": spliced(closed.views["business"], recent["business"], closed.alone)}


def key_of(of: Case, config: str, whom: Sequence[Members] = ()) -> str:
    """By what the verdicts are known: they hold as long as none of it changes."""
    holidays = of.source.roster.holidays
    told = json.dumps(
        [
            _FORM,
            VERSION,
            of.source.policy.digest,
            config,
            str(of.source.roster.zone),
            of.amended,
            repr(of.entered),
            [sorted(map(str, days)) for days in (holidays.years, holidays.off, holidays.work)],
            [one.key for one in whom],
        ]
    )
    return hashlib.sha256(told.encode()).hexdigest()


def _save(place: Path, key: str, sealed: Sealed, of: Closed) -> None:
    """Keep them."""
    arrays: Arrays = {"alone": of.alone, "key": np.array(key), "until": np.array(sealed.until)}
    arrays["chains"] = np.array(sealed.chains)
    for view, one in of.views.items():
        if view == "line" or not alike(*of.views.values()):
            arrays |= {f"{view}.{name}": array for name, array in _arrays(one).items()}
    put(place, arrays)


def put(place: Path, arrays: Arrays) -> None:
    """Write a file of arrays aside and put it in place at once."""
    place.parent.mkdir(exist_ok=True)
    part = place.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    part.replace(place)


def _load(place: Path, key: str, sealed: Sealed, subjects: Sequence[Subject]) -> tuple[Closed, Sealed] | None:
    """What is kept and the seals it rests on; None where it does not hold any more, or cannot be read."""
    try:
        with place.open("rb") as opened, np.load(opened) as file:
            chains = tuple(file["chains"].tolist())
            if str(file["key"]) != key or chains != sealed.chains[: len(chains)]:
                return None
            line = _condensed(file, "line")
            apart = "business.edges" in file
            other = _condensed(file, "business") if apart else replace(line, view="business")
            views: Views = {"line": line, "business": other}
            found = Closed(views, file["alone"]), Sealed(int(file["until"]), chains)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None
    return found if views["line"].subjects == tuple(one.id for one in subjects) else None


def _arrays(of: Condensed) -> Arrays:
    found: Arrays = {
        "kind": np.array(of.kind),
        "subjects": np.array(of.subjects),
        "edges": of.edges,
        "whole": of.whole,
        "state": of.state,
        "targets": of.targets,
        "times": np.array([*of.times]),
        **dict(columns("faults", of.faults)),
    }
    for number, time in enumerate(of.times.values()):
        found |= dict(columns(f"time.{number}", time))
    if of.switches is not None:
        found |= dict(columns("switches", of.switches))
    return found


def _condensed(file: Mapping[str, NDArray[Any]], view: ViewName) -> Condensed:
    def table(of: type[Table], name: str) -> Table:
        return from_columns(of, f"{view}.{name}", file)

    return Condensed(
        kind=str(file[f"{view}.kind"]),  # type: ignore[arg-type]
        view=view,
        subjects=tuple(file[f"{view}.subjects"].tolist()),
        edges=file[f"{view}.edges"],
        whole=file[f"{view}.whole"],
        times={
            name: table(MemberTime, f"time.{number}")
            for number, name in enumerate(file[f"{view}.times"].tolist())
        },
        faults=table(FaultTable, "faults"),
        state=file[f"{view}.state"],
        targets=file[f"{view}.targets"],
        switches=table(Switches, "switches") if f"{view}.switches.service" in file else None,
    )
