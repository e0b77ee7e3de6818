"""What devices witnessed while nobody watched: from their statements to stretches known to be up or down. Pure.

Rules (definitions, §1: facts fill `unknown` and nothing else)
=====
1. A device that says at T that something stands so since S knows of [S, T).
2. Two statements of one check with the same state and the same count of changes know of all the time between, if the
   device did not begin anew: nothing has changed, or it would have been counted.
3. An interface tells of its line only where the link follows the path: a fibre that is lit end to end, not a port
   that stays up whatever happens beyond the carrier's first box. Elsewhere only tests, sessions and neighbours do.
   What a device says of its own uptime tells of no line.
4. A clock of a device counts in seconds and its answers take a moment: a stretch begins `slack` later than is said.
5. Where statements contradict each other, nothing is known.

sysUpTime begins anew after 497 days. What was said of since when something stands already holds whichever way that is
(`probes.counters.stood_for`); here only what began anew and what wrapped must be told apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Micros = NDArray[np.int64]
Codes = NDArray[np.int8]
Flags = NDArray[np.bool_]

DOWN, UP = 0, 1
NOT_SAID = -1
DEVICE, INTERFACE = "device", "interface"
SLACK_MICROS = 2_000_000
UPTIME_WRAPS_AFTER_MICROS = 2**32 * 10_000  # hundredths of a second in 32 bits
_RESTART_SLACK_MICROS = 5_000_000
_RESTART_SLACK_SHARE = 100  # of the time between: an agent's clock may run wrong by a hundredth


@dataclass(frozen=True, slots=True)
class Statements:
    """What was said of one check, in the order it was said; times in microseconds since 1970 UTC.

    `since`, `uptime` (microseconds of sysUpTime) and `changes` are NOT_SAID where nothing is said of them. `origin`
    is `device`, `interface`, `nqa`, `bfd` or `bgp`.
    """

    said_at: Micros
    outcome: Codes
    since: Micros
    uptime: Micros
    changes: Micros
    origin: Sequence[str]

    def __len__(self) -> int:
        return len(self.said_at)


@dataclass(frozen=True, slots=True)
class Witnessed:
    """Stretches [started_at, ended_at) known to be of one outcome, sorted and apart, with what they are known by.

    `origin` is by what the statements were made that know of the stretch: `bfd`, or several with a `+` between.
    """

    started_at: Micros
    ended_at: Micros
    outcome: Codes
    origin: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.started_at)


def witnessed(
    statements: Statements, *, link_follows_path: bool = False, slack: int = SLACK_MICROS
) -> Witnessed:
    """What these statements, all of one line, know of it."""
    of_line = _without(statements, of_no_line(link_follows_path=link_follows_path))
    unchanged = [_unchanged(of_line, origin, slack) for origin in dict.fromkeys(of_line.origin)]
    return _apart([_since(of_line, slack), *unchanged])


def of_no_line(*, link_follows_path: bool) -> frozenset[str]:
    """Of which origin statements tell nothing of a line; rule 3."""
    return frozenset({DEVICE}) if link_follows_path else frozenset({DEVICE, INTERFACE})


def _without(statements: Statements, origins: frozenset[str]) -> Statements:
    """The statements that are of none of these origins."""
    rows = np.array([row for row, name in enumerate(statements.origin) if name not in origins], np.int64)
    return _chosen(statements, rows)


def _chosen(statements: Statements, rows: Micros) -> Statements:
    return Statements(
        statements.said_at[rows],
        statements.outcome[rows],
        statements.since[rows],
        statements.uptime[rows],
        statements.changes[rows],
        _names(statements, rows),
    )


def joined(several: Sequence[Statements]) -> Statements:
    """Statements of several checks of one line (its own, and its interface's) as one list, in order."""

    together = Statements(
        np.concatenate([one.said_at for one in several]),
        np.concatenate([one.outcome for one in several]),
        np.concatenate([one.since for one in several]),
        np.concatenate([one.uptime for one in several]),
        np.concatenate([one.changes for one in several]),
        tuple(name for one in several for name in one.origin),
    )
    return _chosen(together, np.argsort(together.said_at, kind="stable"))


def began_anew(said_at: Micros, uptime: Micros) -> Flags:
    """Of each statement but the first: whether the device began anew since the one before; a wrap is no beginning.

    Where an uptime is not said nobody can know, and it counts as if it had.
    """
    passed, grown = np.diff(said_at), np.diff(uptime)
    off = (grown - passed) % UPTIME_WRAPS_AFTER_MICROS
    off = np.minimum(off, UPTIME_WRAPS_AFTER_MICROS - off)
    unsaid = (uptime[1:] == NOT_SAID) | (uptime[:-1] == NOT_SAID)
    return np.asarray(
        unsaid | (passed < 0) | (off > _RESTART_SLACK_MICROS + np.abs(passed) // _RESTART_SLACK_SHARE)
    )


def beginnings(statements: Statements) -> Micros:
    """When the device itself began anew, as its uptime dates it; only what statements of one device show."""
    anew = np.flatnonzero(began_anew(statements.said_at, statements.uptime)) + 1
    said = anew[(statements.uptime[anew] != NOT_SAID) & (statements.uptime[anew - 1] != NOT_SAID)]
    return np.asarray(statements.said_at[said] - statements.uptime[said])


@dataclass(frozen=True, slots=True)
class _Known:
    """Things that are known, a row each: [begin, end) was of this outcome, as something of this origin says."""

    begin: Micros
    end: Micros
    outcome: Codes
    origin: tuple[str, ...]


def _since(statements: Statements, slack: int) -> _Known:
    """Rule 1."""
    said = np.flatnonzero(statements.since != NOT_SAID)
    begin, end = statements.since[said] + slack, statements.said_at[said]
    return _Known(begin, end, statements.outcome[said], _names(statements, said))


def _unchanged(statements: Statements, origin: str, slack: int) -> _Known:
    """Rule 2, by the statements of one origin."""
    rows = np.flatnonzero(np.array(statements.origin) == origin)
    changes, outcome = statements.changes[rows], statements.outcome[rows]
    same = (changes[1:] == changes[:-1]) & (changes[1:] != NOT_SAID) & (outcome[1:] == outcome[:-1])
    same &= ~began_anew(statements.said_at[rows], statements.uptime[rows])
    first, second = rows[:-1][same], rows[1:][same]
    begin, end = statements.said_at[first] + slack, statements.said_at[second]
    return _Known(begin, end, statements.outcome[first], (origin,) * len(first))


def _names(statements: Statements, rows: Micros) -> tuple[str, ...]:
    return tuple(statements.origin[row] for row in rows.tolist())


def _apart(known: Sequence[_Known]) -> Witnessed:
    """These cut at every edge, without what is contradicted, and joined again where nothing differs."""
    begin, end = (np.concatenate([getattr(one, name) for one in known]) for name in ("begin", "end"))
    outcome = np.concatenate([one.outcome for one in known])
    origin = np.array([name for one in known for name in one.origin], np.str_)
    edges = np.unique(np.concatenate([begin[begin < end], end[begin < end]]))
    up, down = (_covered(edges, begin[rows], end[rows]) for rows in (outcome == UP, outcome == DOWN))
    names = {
        str(name): _covered(edges, begin[origin == name], end[origin == name]) for name in np.unique(origin)
    }
    # What two parts have in common is one number: the outcome, and a bit for everybody who knows of it.
    bits = sum((covered.astype(np.int64) << place) for place, covered in enumerate(names.values(), 1))
    alike = np.where(up != down, up + np.asarray(bits), NOT_SAID)
    first = np.flatnonzero(np.diff(alike, prepend=NOT_SAID - 1) != 0)
    last = np.append(first[1:], len(alike))
    kept = alike[first] != NOT_SAID if len(alike) else np.zeros(0, np.bool_)
    first, last = first[kept], last[kept]
    return Witnessed(
        edges[first],
        edges[last],
        up[first].astype(np.int8),
        tuple("+".join(name for name, covered in names.items() if covered[row]) for row in first.tolist()),
    )


def _covered(edges: Micros, begin: Micros, end: Micros) -> Flags:
    """Which parts between neighbouring edges lie in one of these stretches; those of no length are none."""
    long = begin < end
    steps = np.zeros(max(len(edges), 1), np.int64)
    np.add.at(steps, np.searchsorted(edges, begin[long]), 1)
    np.add.at(steps, np.searchsorted(edges, end[long]), -1)
    return np.asarray(np.cumsum(steps)[:-1] > 0)
