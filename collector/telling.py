"""What *ask* tells those who listen: frames of the feed, made from the rounds as they stand. It changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from collector import frames, readings
from collector.reference import Offset
from collector.rounds import Round
from probes.columns import Answers

HINTS = "hints"  # the header key of the checks whose device answers pings while its agent is silent
HINT = "pings are answered, SNMP is not: the community, the agent's access list or the port may be wrong"
VALUE = "value:"  # how the column of a live figure is named in a frame


@dataclass(frozen=True, slots=True)
class Group:
    """Who is asked: the subjects of one kind that are asked by one kind of probe, each with its check."""

    kind: str
    probe: str
    checks: Sequence[int]
    subjects: Sequence[str]


@dataclass(frozen=True, slots=True)
class About:
    """What every frame says of the collector itself."""

    at: float
    started_at: float
    digest: str
    problem: str
    queue_rows: int
    spool_rows: int
    clock: Offset | None = None
    traps: dict[str, Any] | None = None  # what *traps* said of itself; None while it is not there


def beat(about: About, rounds: Sequence[Round], hints: Sequence[int] | None) -> bytes:
    """We are here, whatever the rounds do; and, where that is new, whose agents alone are silent."""
    return frames.pack(_header(about, rounds) | ({} if hints is None else {HINTS: hints}))


def news(about: About, rounds: Sequence[Round], one: Round, answers: Answers | None) -> bytes:
    """What these answers changed, or with none how the whole round stands."""
    rows = np.arange(len(one.checks)) if answers is None else answers.target
    header, columns = {**_header(about, rounds), "reasons": _reasons(one, rows)}, _columns(one, rows)
    # Figures with labels may be very many: they are told once, when they were read.
    if answers is not None and one.now.readings is not readings.NEVER:
        header[readings.NAMES], read = readings.news(one.now.readings, one.plan.checks, rows.tolist())
        columns |= read
    return frames.pack(header, columns)


def full(about: About, rounds: Sequence[Round], who: Sequence[Group], hints: Sequence[int]) -> bytes:
    """Everything: who is asked, and how they all stand."""
    everybody = [(one, np.arange(len(one.checks))) for one in rounds]
    columns = _joined([_columns(one, rows) for one, rows in everybody])
    reasons = {check: text for one, rows in everybody for check, text in _reasons(one, rows).items()}
    told = [[one.kind, one.probe, [*one.checks], [*one.subjects]] for one in who]
    figures = [(one.plan.checks[row], read) for one in rounds for row, read in one.now.readings.items()]
    names, read = readings.packed(figures, everything=True)
    header = {**_header(about, rounds), "who": told, "reasons": reasons, readings.NAMES: names, HINTS: hints}
    return frames.pack(header, columns | read)


def _joined(parts: Sequence[frames.Columns]) -> frames.Columns:
    """The columns of several rounds behind each other; a figure that a round does not tell is NaN there."""
    names = {name: None for part in parts for name in part}
    return {
        name: np.concatenate([part.get(name, np.full(len(part["check"]), np.nan)) for part in parts])
        for name in names
    }


def _header(about: About, rounds: Sequence[Round]) -> dict[str, Any]:
    return {
        "at": about.at,
        "started_at": about.started_at,
        "digest": about.digest,
        "problem": about.problem or next((one.now.problem for one in rounds), ""),
        "queue_rows": about.queue_rows,
        "spool_rows": about.spool_rows,
        "clock": about.clock and [about.clock.seconds, about.clock.error, about.clock.source],
        "traps": about.traps,
        "rounds": [_round_header(one) for one in rounds],
    }


def _reasons(one: Round, rows: Any) -> dict[str, str]:
    """Why these stand as they do, by check; those without a reason are left out."""
    reason = one.now.reason
    if not reason:
        return {}
    told = ((target, reason.get(target, "")) for target in rows.tolist())
    return {str(one.plan.checks[target]): text for target, text in told if text}


def _columns(one: Round, rows: Any) -> frames.Columns:
    state = one.now.state
    return {
        "check": one.checks[rows],
        "outcome": state.outcome[rows],
        "since": state.since[rows],
        "rtt": one.now.rtt[rows].astype(np.float32),
        "loss": one.now.loss[rows].astype(np.float32),
        **{VALUE + name: column[rows] for name, column in one.now.values.items()},
    }


def _round_header(one: Round) -> dict[str, Any]:
    now, rhythm = one.now, one.plan.rhythm
    return {
        "name": one.plan.name,
        "probe": one.plan.probe,
        "watching": now.watching,
        "completed": now.completed,
        "late": now.late,
        "watched_until": None if now.watched_until != now.watched_until else now.watched_until,
        "interval": rhythm.interval,
        "retry_span": rhythm.retry_span,
    }
