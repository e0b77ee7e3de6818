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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from collector.judging.judge import Case, Judged, alone_since, batches
from collector.judging.roster import Subject
from collector.judging.window import Period, judged_window, period
from collector.ledger import schema
from collector.version import VERSION
from indicators.assessed import FaultTable, Judgement, alike
from indicators.axis import Ints
from indicators.catalogue import Kind
from indicators.catalogue import View as ViewName
from indicators.failover import Switches
from indicators.faults import Faults
from indicators.spliced import spliced
from indicators.sums import Sums

FOLDER = "judged"
_FORM = 2  # of the file
Views = dict[ViewName, Judgement]
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Closed:
    """Subjects of one kind over closed days, in both views; since when each stands alone, microseconds."""

    views: Views
    alone: Ints


@dataclass(frozen=True, slots=True)
class Sealed:
    """The seals that closed days rest on: when the last of the days ends, and the chain value of each."""

    until: int
    chains: tuple[str, ...]


def judged(
    of: Case, kind: Kind, subjects: Sequence[Subject], over: Period, data_dir: Path, config: str
) -> Views:
    """Both views over a period, its closed days from what is kept where that still holds; `config` is the digest."""
    sealed = seals(of.source.connection, over.begin, over.end)
    if sealed.until <= over.begin:
        return judged_window(of, kind, batches(of, subjects, over.begin), over)
    kept = closed(of, kind, subjects, over.begin, sealed, data_dir, config)
    rest = part_of(of, sealed.until, over.end)
    if rest.begin == rest.end:
        return kept.views
    recent = judged_window(of, kind, batches(of, subjects, rest.begin), rest)
    return _joined(kept.views, recent, kept.alone)


def closed(
    of: Case, kind: Kind, subjects: Sequence[Subject], begin: int, sealed: Sealed, data_dir: Path, config: str
) -> Closed:
    """The closed days from `begin` on: as they were kept, with those that were sealed since, or judged anew."""
    place = data_dir / FOLDER / f"{kind}-{begin // 1_000_000}-{of.source.policy.digest[:16]}.npz"
    key = key_of(of, config)
    known = _load(place, key, sealed, subjects)
    if known is not None and len(known[1].chains) == len(sealed.chains):
        return known[0]
    if known is None:
        made = _judge(of, kind, subjects, part_of(of, begin, sealed.until))
    else:
        made = _extended(known[0], _judge(of, kind, subjects, part_of(of, known[1].until, sealed.until)))
    _save(place, key, sealed, made)
    return made


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


def _judge(of: Case, kind: Kind, subjects: Sequence[Subject], over: Period) -> Closed:
    alone = [np.empty(0, np.int64)]

    def noted() -> Iterator[Judged]:
        for one in batches(of, subjects, over.begin):
            alone.append(alone_since(of, one, over.end))
            yield one

    views = judged_window(of, kind, noted(), over)
    return Closed(views, np.concatenate(alone))


def _extended(known: Closed, added: Closed) -> Closed:
    return Closed(_joined(known.views, added.views, known.alone), added.alone)


def _joined(closed_: Views, recent: Views, alone: Ints) -> Views:
    """Both as one, in both views."""
    line = spliced(closed_["line"], recent["line"], alone)
    if alike(*closed_.values()) and alike(*recent.values()):
        return {"line": line, "business": replace(line, view="business", tickets=recent["business"].tickets)}
    return {"line": line, "business": spliced(closed_["business"], recent["business"], alone)}


def key_of(of: Case, config: str) -> str:
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
        ]
    )
    return hashlib.sha256(told.encode()).hexdigest()


def _save(place: Path, key: str, sealed: Sealed, of: Closed) -> None:
    """Keep them."""
    arrays: Arrays = {"alone": of.alone, "key": np.array(key), "until": np.array(sealed.until)}
    arrays["chains"] = np.array(sealed.chains)
    for view, one in of.views.items():
        if view == "line" or not alike(*of.views.values()):
            arrays.update({f"{view}.{name}": array for name, array in _arrays(one).items()})
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
            line = _judgement(file, "line")
            other = (
                _judgement(file, "business") if "business.edges" in file else replace(line, view="business")
            )
            views: Views = {"line": line, "business": other}
            found = Closed(views, file["alone"]), Sealed(int(file["until"]), chains)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None
    return found if views["line"].subjects == tuple(one.id for one in subjects) else None


def _arrays(of: Judgement) -> Arrays:
    found: Arrays = {
        "kind": np.array(of.kind),
        "subjects": np.array(of.subjects),
        "edges": of.edges,
        "whole": of.whole,
        "state": of.state,
        "targets": of.targets,
        "faults.subject": of.faults.subject,
        **{f"sums.{each.name}": getattr(of.sums, each.name) for each in fields(Sums)},
        **{f"faults.{each.name}": getattr(of.faults.faults, each.name) for each in fields(Faults)},
    }
    if of.switches is not None:
        found |= {f"switches.{each.name}": getattr(of.switches, each.name) for each in fields(Switches)}
    return found


def _judgement(file: Mapping[str, NDArray[Any]], view: ViewName) -> Judgement:
    def columns(of: Any, name: str) -> Any:
        return of(*(file[f"{view}.{name}.{each.name}"] for each in fields(of)))

    return Judgement(
        kind=str(file[f"{view}.kind"]),  # type: ignore[arg-type]
        view=view,
        subjects=tuple(file[f"{view}.subjects"].tolist()),
        edges=file[f"{view}.edges"],
        whole=file[f"{view}.whole"],
        sums=columns(Sums, "sums"),
        faults=FaultTable(file[f"{view}.faults.subject"], columns(Faults, "faults")),
        state=file[f"{view}.state"],
        targets=file[f"{view}.targets"],
        switches=columns(Switches, "switches") if f"{view}.switches.service" in file else None,
    )
