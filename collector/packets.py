"""The packet records that stay with every down-run: from two rounds before it to two after. Pure.

A silence that goes on is kept as one record with its first and last packet and their count, so a line that
is down for a week costs as many rows as one that is down for a minute.
"""

from dataclasses import dataclass

import numpy as np

from collector.runs import Changes, State
from probes.columns import DOWN, UNKNOWN, UP, Answers, Flags, Floats, Ints

ROUNDS_KEPT = 2


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

    `sent` has shape (targets, ROUNDS_KEPT, attempts); `run` is the start of the down-run being recorded (NaN:
    none), `left` how many rounds after its end are still to be kept.
    """

    sent: Floats
    answered: Ints
    received: Floats
    run: Floats
    left: Ints
    streak_first: Floats
    streak_last: Floats
    streak_count: Ints


def remember_nothing(count: int, attempts: int) -> PacketMemory:
    """An empty memory for `count` targets asked up to `attempts` times a question."""
    return PacketMemory(
        sent=np.full((count, ROUNDS_KEPT, attempts), np.nan),
        answered=np.full((count, ROUNDS_KEPT), -1, np.int64),
        received=np.full((count, ROUNDS_KEPT), np.nan),
        run=np.full(count, np.nan),
        left=np.zeros(count, np.int64),
        streak_first=np.full(count, np.nan),
        streak_last=np.full(count, np.nan),
        streak_count=np.zeros(count, np.int64),
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
    memory: PacketMemory, before: State, answers: Answers, changes: Changes, addresses: tuple[str, ...]
) -> list[PacketRecord]:
    """The records these answers add; `before` is the state before them, `changes` what they changed."""
    records: list[PacketRecord] = []
    target = answers.target
    changed = np.zeros(len(memory.run), np.bool_)
    changed[changes.target] = True
    still_down = (before.outcome[target] == DOWN) & (answers.outcome == DOWN) & ~changed[target]
    _lengthen(memory, answers, np.flatnonzero(still_down & ~np.isnan(memory.run[target])))
    went_down = changes.target[changes.outcome == DOWN]
    memory.run[went_down] = changes.started_at[changes.outcome == DOWN]
    for one in went_down.tolist():
        records += _remembered(memory, one, addresses)
    memory.left[went_down] = ROUNDS_KEPT
    # What we could not see or ask is no packet of the down-run, and may go on for weeks.
    told = (answers.outcome != UNKNOWN) | changed[target]
    wanted = ~np.isnan(memory.run[target]) & ~still_down & told
    for row in np.flatnonzero(wanted).tolist():
        records += _follow(memory, answers, row, addresses)
    _remember(memory, answers)
    return records


def _lengthen(memory: PacketMemory, answers: Answers, rows: Ints) -> None:
    target = answers.target[rows]
    sent = answers.sent[rows]
    new = memory.streak_count[target] == 0
    memory.streak_first[target[new]] = sent[new, 0]
    if len(rows):
        memory.streak_last[target] = np.nanmax(sent, axis=1)
    memory.streak_count[target] += np.count_nonzero(~np.isnan(sent), axis=1)


def _remembered(memory: PacketMemory, target: int, addresses: tuple[str, ...]) -> list[PacketRecord]:
    """What the last rounds before the down-run that now begins held."""
    records: list[PacketRecord] = []
    for place in range(ROUNDS_KEPT):
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


def _follow(
    memory: PacketMemory, answers: Answers, row: int, addresses: tuple[str, ...]
) -> list[PacketRecord]:
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


def _remember(memory: PacketMemory, answers: Answers) -> None:
    rows = np.flatnonzero(answers.regular & _worth_keeping(answers))
    target = answers.target[rows]
    for place in range(1, ROUNDS_KEPT):
        memory.sent[target, place - 1] = memory.sent[target, place]
        memory.answered[target, place - 1] = memory.answered[target, place]
        memory.received[target, place - 1] = memory.received[target, place]
    memory.sent[target, -1] = answers.sent[rows]
    memory.answered[target, -1] = answers.answered[rows]
    memory.received[target, -1] = answers.received_at[rows]


def _worth_keeping(answers: Answers) -> Flags:
    kept: Flags = answers.outcome != UNKNOWN
    return kept
