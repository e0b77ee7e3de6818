"""The packet records that stay with every down-run: from two rounds before it to two after. Pure.

Rules
=====
1. A silence that goes on is one record with its first and last packet and their count, so a line that is down
   for a week costs as many rows as one that is down for a minute.
2. A packet is recorded once, with the first down-run it belongs to: where the next begins within two rounds, what
   lies between the two is not recorded again.
3. A check has WHOLE_A_DAY down-runs of a day (UTC) recorded so. A line that loses most of its packets goes down
   a thousand times a day; of each later down-run only the silence is recorded, as one record. The answers on
   both sides of it stand in the run itself: `started_after` is the send of the last answered packet, `ended_at`
   and `ended_before` are send and receipt of the one that ended it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collector.runs import Changes, State
from probes.columns import DOWN, UNKNOWN, UP, Answers, Codes, Flags, Floats, Ints

ROUNDS_KEPT = 2
WHOLE_A_DAY = 100
DAY_SECONDS = 86400

Counts = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class PacketRecord:
    """One packet, or `count` packets that all went unanswered from `sent_at` to `until`."""

    target: int
    run_started_at: float
    sent_at: float
    until: float
    count: int
    received_at: float | None  # None: no answer
    by: str  # who answered, or what was said instead


@dataclass(slots=True)
class PacketMemory:
    """The questions of the last rounds of every target, and who is being recorded. Changed in place.

    `sent` has shape (targets, ROUNDS_KEPT, attempts), and `recorded` says which of these questions are recorded
    already; `run` is the start of the down-run being recorded (NaN: none), `left` how many rounds after its end
    are still to be kept, `brief` whether only its silence is; `whole` counts the others of `day`.
    """

    sent: Floats
    answered: Codes
    received: Floats
    recorded: Flags
    run: Floats
    left: Codes
    brief: Flags
    day: Counts
    whole: Codes
    streak_first: Floats
    streak_last: Floats
    streak_count: Counts


def remember_nothing(count: int, attempts: int) -> PacketMemory:
    """An empty memory for `count` targets asked up to `attempts` times a question."""
    return PacketMemory(
        sent=np.full((count, ROUNDS_KEPT, attempts), np.nan),
        answered=np.full((count, ROUNDS_KEPT), -1, np.int8),
        received=np.full((count, ROUNDS_KEPT), np.nan),
        recorded=np.zeros((count, ROUNDS_KEPT), np.bool_),
        run=np.full(count, np.nan),
        left=np.zeros(count, np.int8),
        brief=np.zeros(count, np.bool_),
        day=np.zeros(count, np.int32),
        whole=np.zeros(count, np.int8),
        streak_first=np.full(count, np.nan),
        streak_last=np.full(count, np.nan),
        streak_count=np.zeros(count, np.int32),
    )


def take_up(memory: PacketMemory, state: State) -> None:
    """Go on recording the down-runs in which these checks stand."""
    down = state.outcome == DOWN
    memory.run[down] = state.since[down]
    memory.left[down] = ROUNDS_KEPT


def interrupt(memory: PacketMemory) -> list[PacketRecord]:
    """The silences that are going on, as far as they went: nobody may be there when they end."""
    records: list[PacketRecord] = []
    for target in np.flatnonzero(memory.streak_count).tolist():
        records += _streak(memory, target, float(memory.run[target]))
    return records


def record(
    memory: PacketMemory, before: State, answers: Answers, changes: Changes, addresses: Sequence[str]
) -> list[PacketRecord]:
    """The records these answers add; `before` is the state before them, `changes` what they changed."""
    records: list[PacketRecord] = []
    target = answers.target
    changed = np.isin(target, changes.target)
    still_down = (before.outcome[target] == DOWN) & (answers.outcome == DOWN) & ~changed
    _lengthen(memory, answers, np.flatnonzero(still_down & ~np.isnan(memory.run[target])))
    whole = _begin(memory, changes)
    for one in whole.tolist():
        records += _remembered(memory, one, addresses)
    memory.recorded[whole] = True
    # What we could not see or ask is no packet of the down-run, and may go on for weeks.
    told = (answers.outcome != UNKNOWN) | changed
    wanted = ~np.isnan(memory.run[target]) & ~still_down & told
    brief, silent = wanted & memory.brief[target], answers.outcome == DOWN
    _lengthen(memory, answers, np.flatnonzero(brief & silent))
    for row in np.flatnonzero(brief & ~silent).tolist():
        records += _end(memory, int(target[row]))
    for row in np.flatnonzero(wanted & ~brief).tolist():
        records += _follow(memory, answers, row, addresses)
    _remember(memory, answers, still_down | wanted & (silent | ~brief))
    return records


def _begin(memory: PacketMemory, changes: Changes) -> Ints:
    """Begin to record the down-runs that begin; the targets of which all packets are recorded."""
    down = changes.outcome == DOWN
    target, started_at = changes.target[down], changes.started_at[down]
    day = (started_at // DAY_SECONDS).astype(np.int32)
    memory.whole[target[memory.day[target] != day]] = 0
    memory.day[target] = day
    brief = memory.whole[target] >= WHOLE_A_DAY
    memory.whole[target[~brief]] += 1
    memory.run[target], memory.left[target], memory.brief[target] = started_at, ROUNDS_KEPT, brief
    whole: Ints = target[~brief]
    return whole


def _lengthen(memory: PacketMemory, answers: Answers, rows: Ints) -> None:
    target = answers.target[rows]
    sent = answers.sent[rows]
    new = memory.streak_count[target] == 0
    memory.streak_first[target[new]] = sent[new, 0]
    if len(rows):
        memory.streak_last[target] = np.nanmax(sent, axis=1)
    memory.streak_count[target] += np.count_nonzero(~np.isnan(sent), axis=1)


def _remembered(memory: PacketMemory, target: int, addresses: Sequence[str]) -> list[PacketRecord]:
    """What the last rounds before the down-run that now begins held."""
    records: list[PacketRecord] = []
    for place in np.flatnonzero(~memory.recorded[target]).tolist():
        answered = int(memory.answered[target, place])
        records += _question(
            target,
            float(memory.run[target]),
            memory.sent[target, place],
            answered,
            float(memory.received[target, place]),
            addresses[target] if answered >= 0 else "",
        )
    return records


def _follow(memory: PacketMemory, answers: Answers, row: int, addresses: Sequence[str]) -> list[PacketRecord]:
    """One question of a target that is being recorded, after the streak of silence that it ends."""
    target = int(answers.target[row])
    run = float(memory.run[target])
    records = _streak(memory, target, run)
    by = answers.reason.get(row, "") if answers.answered[row] < 0 else addresses[target]
    records += _question(
        target, run, answers.sent[row], int(answers.answered[row]), float(answers.received_at[row]), by
    )
    if answers.outcome[row] == UP and answers.regular[row]:
        memory.left[target] -= 1
        if memory.left[target] <= 0:
            memory.run[target] = np.nan
    return records


def _end(memory: PacketMemory, target: int) -> list[PacketRecord]:
    """The silence of a down-run of which nothing else is recorded."""
    records = _streak(memory, target, float(memory.run[target]))
    memory.run[target] = np.nan
    return records


def _streak(memory: PacketMemory, target: int, run: float) -> list[PacketRecord]:
    count = int(memory.streak_count[target])
    if not count:
        return []
    memory.streak_count[target] = 0
    first, last = float(memory.streak_first[target]), float(memory.streak_last[target])
    return [PacketRecord(target, run, first, last, count, None, "")]


def _question(
    target: int, run: float, sent: Floats, answered: int, received: float, by: str
) -> list[PacketRecord]:
    """The packets of one question, up to the one that was answered."""
    sends = sent[~np.isnan(sent)].tolist()
    if answered >= 0:
        sends = sends[: answered + 1]
    return [
        PacketRecord(target, run, at, at, 1, received, by)
        if attempt == answered
        else PacketRecord(target, run, at, at, 1, None, by if answered < 0 else "")
        for attempt, at in enumerate(sends)
    ]


def _remember(memory: PacketMemory, answers: Answers, recorded: Flags) -> None:
    rows = np.flatnonzero(answers.regular & _worth_keeping(answers))
    target = answers.target[rows]
    _push(memory.sent, target, answers.sent[rows])
    _push(memory.answered, target, answers.answered[rows])
    _push(memory.received, target, answers.received_at[rows])
    _push(memory.recorded, target, recorded[rows])


def _push(column: NDArray[Any], target: Ints, newest: NDArray[Any]) -> None:
    """Let the oldest question of these targets go, and put a new one at the end."""
    for place in range(1, ROUNDS_KEPT):
        column[target, place - 1] = column[target, place]
    column[target, -1] = newest


def _worth_keeping(answers: Answers) -> Flags:
    kept: Flags = answers.outcome != UNKNOWN
    return kept
