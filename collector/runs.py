"""Run-length recording: from settled questions to runs of one outcome. Pure; no clock, no socket, no ledger.

Rules
=====
1. A check is in one state: never observed, UP, DOWN or UNKNOWN. Only a settled question moves it.
2. A question that went unanswered because *we* could not see (reason `blind` or `suspended`) is no
   observation: it moves nothing. The watch that ended says that nobody looked; no run is written for it.
3. UNKNOWN with any other reason (no permission, no buffer, a source address that is gone) is a fact about
   this check and makes a run of its own.
4. Runs of one check follow each other without a hole: a run ends where the next starts.

Theory of operation
===================
A change is dated at the *send* of the packet that shows it: of the first silent packet for DOWN, of the answered
one for UP. The true moment lies between the send of the last contradicting packet (`started_after`) and the
receipt of the first confirming one, for silence its deadline (`started_before`). So the state carries two
times a check: the send of its last answered and of its last silent packet. Unchanged checks cost nothing: no row
of theirs leaves this module.
"""

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from probes.columns import DOWN, UNKNOWN, UP, Answers, Codes, Flags, Floats, Ints

_Value = TypeVar("_Value", bound=np.generic)

NEVER = -1
NOT_LOOKED = frozenset({"blind", "suspended"})
# Two runs of one check never start in the same microsecond, the ledger's resolution. Seconds as float64 are good to a
# quarter of it in this century, so a whole one more might still be rounded to the same.
_INSTANT = 1.5e-6


@dataclass(frozen=True, slots=True)
class State:
    """Where every check of a round stands; row i is target i. Times in seconds since 1970 UTC."""

    outcome: Codes  # NEVER, DOWN, UP or UNKNOWN
    since: Floats  # start of the present run
    answered: Floats  # send of the last answered packet
    silent: Floats  # send of the last packet settled as silent


@dataclass(frozen=True, slots=True)
class Changes:
    """Runs that begin, one row each; the run before it ends at `started_at` with the same bounds."""

    target: Ints
    outcome: Codes
    before: Codes  # outcome of the run that ends here, NEVER if there was none
    before_since: Floats
    started_at: Floats
    started_after: Floats  # NaN: nothing contradicting was ever seen
    started_before: Floats
    reason: dict[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.target)


def fresh(count: int) -> State:
    """The state of `count` checks that were never observed."""
    nothing = np.full(count, np.nan)
    return State(np.full(count, NEVER, np.int8), nothing, nothing.copy(), nothing.copy())


def observed(answers: Answers) -> Flags:
    """Which rows are observations: all but those that failed because we could not see."""
    seen = np.ones(len(answers), np.bool_)
    for row in np.flatnonzero(answers.outcome == UNKNOWN).tolist():
        seen[row] = answers.reason.get(row, "") not in NOT_LOOKED
    return seen


def step(state: State, answers: Answers) -> tuple[State, Changes]:
    """The state after these answers, and the runs that begin with them."""
    rows = np.flatnonzero(observed(answers))
    target, outcome = answers.target[rows], answers.outcome[rows]
    changes = _changes(state, answers, rows[outcome != state.outcome[target]])
    up, down = rows[outcome == UP], rows[outcome == DOWN]
    last_silent = np.nanmax(answers.sent[down], axis=1) if len(down) else np.empty(0)
    after = State(
        outcome=_with(state.outcome, changes.target, changes.outcome),
        since=_with(state.since, changes.target, changes.started_at),
        answered=_with(state.answered, answers.target[up], _answered_packet(answers, up)),
        silent=_with(state.silent, answers.target[down], last_silent),
    )
    return after, changes


def _with(column: NDArray[_Value], target: Ints, values: NDArray[_Value]) -> NDArray[_Value]:
    """The column with new values of some targets; the very same one where nothing is new, for there may be many."""
    if not len(target):
        return column
    new = column.copy()
    new[target] = values
    return new


def stepped(state: State, moved: float, now: float) -> tuple[State, Ints]:
    """The state after the wall clock was set by `moved` seconds to `now`, and the targets that begin anew.

    The last packets are told by the new clock. A run that began later than `now` cannot go on, or its end would
    lie before its start: it is to be closed, and what is seen next begins another.
    """
    ahead = state.since > now
    outcome, since = state.outcome.copy(), state.since.copy()
    outcome[ahead], since[ahead] = NEVER, np.nan
    return State(outcome, since, state.answered + moved, state.silent + moved), np.flatnonzero(ahead)


def _answered_packet(answers: Answers, rows: Ints) -> Floats:
    sends: Floats = answers.sent[rows, answers.answered[rows]]
    return sends


def _changes(state: State, answers: Answers, rows: Ints) -> Changes:
    target, outcome = answers.target[rows], answers.outcome[rows]
    up = outcome == UP
    first = answers.sent[rows, 0]
    started = np.where(up, _answered_packet(answers, rows), first)
    since = state.since[target]
    started = np.fmax(started, since + _INSTANT)
    return Changes(
        target=target,
        outcome=outcome,
        before=state.outcome[target],
        before_since=since,
        started_at=started,
        started_after=np.minimum(_contradicting(state, answers, rows), started),
        started_before=np.fmax(np.where(outcome == UNKNOWN, first, answers.received_at[rows]), started),
        reason={
            new: answers.reason[old]
            for new, old in enumerate(rows.tolist())
            if old in answers.reason and outcome[new] != UP  # what is said of an answer is a remark, no fact
        },
    )


def _contradicting(state: State, answers: Answers, rows: Ints) -> Floats:
    """The send of the last packet that says otherwise: answered before DOWN, silent before UP."""
    target, outcome, attempt = answers.target[rows], answers.outcome[rows], answers.answered[rows]
    retried = np.where(attempt > 0, answers.sent[rows, np.maximum(attempt, 1) - 1], np.nan)
    before_up = np.fmax(state.silent[target], np.where(state.outcome[target] == DOWN, retried, np.nan))
    return np.select([outcome == UP, outcome == DOWN], [before_up, state.answered[target]], np.nan)
