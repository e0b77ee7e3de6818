"""The open questions as columns, one row per target: packets sent, an answer that counts, what became of it.

Pure: no socket and no clock. Times are those of the prober's steady clock until `Questions.gather`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from probes.columns import UNKNOWN, UP, Answers, Flags, Floats, Ints, Sight
from probes.rhythm import Rhythm


@dataclass(slots=True)
class Reasons:
    """Distinct texts, numbered, so that a reason is a column; 0 is none. `ours` marks local failures."""

    texts: list[str] = field(default_factory=lambda: [""])
    ours: list[bool] = field(default_factory=lambda: [False])
    _known: dict[str, int] = field(default_factory=dict)

    def number(self, text: str, *, ours: bool = False) -> int:
        """The number of a text; texts past the 30,000th, which only a forger can bring about, share one."""
        if len(self.texts) > 30_000 and text not in self._known:
            text = "ICMP error"
        if text not in self._known:
            self._known[text] = len(self.texts)
            self.texts.append(text)
            self.ours.append(ours)
        return self._known[text]


class Questions:
    """At most one open question a target."""

    def __init__(self, count: int, rhythm: Rhythm) -> None:
        self._rhythm = rhythm
        self.attempts = 1 + rhythm.retries
        self.is_open = np.zeros(count, np.bool_)
        self.regular = np.zeros(count, np.bool_)
        self.patient = np.zeros(count, np.bool_)  # asked again while silent: all but those of the fast rhythm
        self.queued = np.zeros(count, np.bool_)  # settled, not yet gathered
        self.sent = np.full((count, self.attempts), np.nan)
        self.asked = np.zeros(count, np.int8)
        self.first_serial = np.zeros(count, np.uint32)
        self.look_at = np.zeros(count)  # when to ask again or to settle
        self.deadline = np.zeros(count)  # arrivals after it do not count
        self.answered = np.full(count, -1, np.int8)
        self.arrival = np.full(count, np.nan)
        self.outcome = np.full(count, UNKNOWN, np.int8)
        self.reason = np.zeros(count, np.int16)
        self._settled: list[Ints] = []
        self.patient_open = 0
        self._look_after, self._wait_after = patience(rhythm)
        self._position = np.zeros(count, np.int32)

    def open(self, rows: Ints, *, regular: bool, patient: bool = False) -> None:
        """New questions to these rows, nothing sent yet; a regular one is patient too."""
        patient = patient or regular
        self.first_serial[rows] += self.asked[rows].astype(np.uint32)
        self.asked[rows] = 0
        self.sent[rows] = np.nan
        self.answered[rows] = -1
        self.arrival[rows] = np.nan
        self.reason[rows] = 0
        self.regular[rows] = regular
        self.patient[rows] = patient
        self.is_open[rows] = True
        self.patient_open += len(rows) * patient

    def next_serials(self, rows: Ints) -> Ints:
        """Serial numbers of the packets that leave next."""
        return np.asarray(self.first_serial[rows] + self.asked[rows].astype(np.int64))

    def leave(self, rows: Ints, now: float) -> None:
        """One more packet left to each of these rows (or the kernel refused it: it was our attempt all the same)."""
        patient, asked = self.patient[rows].view(np.int8), self.asked[rows]
        self.sent[rows, asked] = now
        self.asked[rows] = asked + 1
        self.look_at[rows] = now + self._look_after[patient, asked]
        self.deadline[rows] = now + self._wait_after[patient, asked]

    def span(self, rows: Ints) -> tuple[Floats, Floats]:
        """When the first and the last packet of these questions left."""
        return self.sent[rows, 0], self.sent[rows, self.asked[rows] - 1]

    def expire(self, rows: Ints, now: float) -> Ints:
        """End the wait of these questions now, except those asked a moment ago; returns the ended ones."""
        rows = rows[self.span(rows)[1] <= now - self._rhythm.fast / 2]
        self.deadline[rows] = np.minimum(self.deadline[rows], now)
        return rows

    def may_retry(self, rows: Ints) -> Flags:
        """Which of these open questions have packets left."""
        return np.asarray(self.patient[rows] & (self.asked[rows] < self.attempts))

    def due(self, rows: Ints, now: float) -> Ints:
        """Those of these rows whose question is open and to be looked at."""
        rows = rows[self.is_open[rows]]
        return rows[self.look_at[rows] <= now] if len(rows) else rows

    def answer(self, rows: Ints, serials: Ints, arrivals: Floats) -> Ints:
        """Take replies in order of arrival; returns the rows answered by them, each once."""
        attempt = serials - self.first_serial[rows]
        counts = self.is_open[rows] & (attempt >= 0) & (attempt < self.asked[rows])
        counts &= arrivals <= self.deadline[rows]
        if not counts.all():
            rows, attempt, arrivals = rows[counts], attempt[counts], arrivals[counts]
        positions = np.arange(len(rows), dtype=np.int32)
        self._position[rows[::-1]] = positions[::-1]  # of several answers to a row the first stays
        first = self._position[rows] == positions
        if not first.all():
            rows, attempt, arrivals = rows[first], attempt[first], arrivals[first]
        self.answered[rows] = attempt
        self.arrival[rows] = arrivals
        self._settle(rows, UP)
        return rows

    def fail(self, rows: Ints, outcome: int) -> None:
        """Settle silent questions as DOWN or UNKNOWN, at the deadline that passed."""
        self.arrival[rows] = self.deadline[rows]
        self._settle(rows, outcome)

    def keep(self, rows: Flags) -> Ints:
        """Forget the open questions but those of these rows in the fast rhythm; returns the rows that go on."""
        self.is_open &= rows & ~self.patient
        self.patient_open = 0
        return np.flatnonzero(self.is_open)

    def _settle(self, rows: Ints, outcome: int) -> None:
        self.outcome[rows] = outcome
        self.is_open[rows] = False
        self.queued[rows] = True
        self.patient_open -= int(np.count_nonzero(self.patient[rows]))
        if len(rows):
            self._settled.append(rows)

    def gather(
        self, reasons: Reasons, offset: float, sights: Sequence[Sight] = (), *, stepped: bool = False
    ) -> Answers:
        """The questions settled since the last call; `offset` turns steady time into wall time.

        With `stepped` (somebody set the wall clock) no round-trip time is known.
        """
        rows = np.concatenate(self._settled) if self._settled else np.empty(0, np.int64)
        self._settled = []
        self.queued[rows] = False
        sent, answered, outcome = self.sent[rows], self.answered[rows], self.outcome[rows]
        rtt = self.arrival[rows] - sent[np.arange(len(rows)), np.maximum(answered, 0)]
        rtt[(answered < 0) | stepped] = np.nan
        reason = np.where(outcome == UP, 0, self.reason[rows])
        return Answers(
            target=rows,
            outcome=outcome,
            sent=sent + offset,
            answered=answered,
            received_at=self.arrival[rows] + offset,
            rtt=rtt,
            regular=self.regular[rows],
            reason={int(at): reasons.texts[reason[at]] for at in np.flatnonzero(reason)},
            sight=tuple(Sight(sight.at + offset, sight.seen, sight.reason) for sight in sights),
        )


def patience(rhythm: Rhythm) -> tuple[Floats, Floats]:
    """Seconds from a packet until its question is looked at again, and until answers no longer count.

    Both of shape (2, 1 + retries): row 0 for questions of the fast rhythm, row 1 for patient ones; a column
    for each packet.
    """
    fast = min(rhythm.timeout, rhythm.fast)
    left = np.arange(rhythm.retries, -1, -1.0)
    look = np.full((2, len(left)), fast)
    wait = np.full((2, len(left)), fast)
    look[1] = np.where(left > 0, rhythm.retry_after, rhythm.timeout)
    wait[1] = left * rhythm.retry_after + rhythm.timeout
    return look, wait
