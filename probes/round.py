"""One round of the ICMP prober: when to ask whom, and what silence means. Single-threaded, column by column.

A round is a loop over ticks. Each tick reads what arrived, looks at the questions that fell silent (ask again,
or judge), pulses the sentinels, asks the first packets and the fast ones that are due, and hands over what has
settled. Work is proportional to packets: nothing runs over all targets but the start of the round.
"""

import errno
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from probes.agenda import Agenda
from probes.channel import BATCH, Channel, Complaint, Refusal, Replies
from probes.clock import Clock, offset
from probes.columns import DOWN, UNKNOWN, Answers, Flags, Floats, Ints, Sight
from probes.eyes import View
from probes.hurry import Hurry
from probes.questions import Questions, Reasons
from probes.refusals import explain
from probes.rhythm import GUARD_SECONDS, OPENING_LEAST_SECONDS, Rhythm
from probes.roster import Roster
from probes.sentinels import REASONS, SEEN, WAIT

SHORTEST_TICK = 0.01
TELL_SECONDS = 0.5
TELL_URGENT_SECONDS = 0.1
LONGEST_SLEEP = 0.1
STEP_SECONDS = 0.02  # a wall clock that moved further than this against the steady one was set by somebody
BUFFER_TRIES = 5
BUFFER_WAIT_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Desk:
    """What outlives a round."""

    roster: Roster
    channels: tuple[Channel, ...]
    questions: Questions
    sentinels: View
    reasons: Reasons
    rhythm: Rhythm
    clock: Clock
    phase: Floats
    pulse_heard: Ints  # of each sentinel, the newest pulse it answered
    hurry: Hurry


class Round:
    """From the first packet to the last verdict."""

    def __init__(self, desk: Desk, down: Flags, going_on: Ints, *, opening: bool) -> None:
        self._roster, self._channels, self._questions = desk.roster, desk.channels, desk.questions
        self._sentinels, self._reasons = desk.sentinels, desk.reasons
        self._rhythm, self._clock, self._phase = desk.rhythm, desk.clock, desk.phase
        self._pulse_heard, self._hurry = desk.pulse_heard, desk.hurry
        rhythm, clock, phase = desk.rhythm, desk.clock, desk.phase
        self._start = self._told = clock.monotonic()
        # Nobody knocks in an opening round: it is over when everybody has been asked once.
        self._end = self._start if opening else self._start + rhythm.interval - GUARD_SECONDS
        self._offset = offset(clock)
        self._stepped = False
        span = rhythm.opening_span(len(phase)) if opening else max(rhythm.span, OPENING_LEAST_SECONDS)
        self._spread, self._tick = span, tick_seconds(len(phase), span, rhythm.tick)
        self._first_at = self._start + phase * self._spread
        self._next_first = 0
        self._looks, self._knocks = Agenda(self._tick), Agenda(self._tick)
        self._fast = np.zeros(len(phase), np.bool_)
        self._fast_count = 0
        self._next_pulse = self._start
        self._barred = self._bar()
        self._any_barred = bool(self._barred.any())
        self._finished: list[Answers] = []
        self._sights: list[Sight] = []
        self._urgent = False
        if not opening:
            self._looks.put_each(self._questions.look_at[going_on], going_on)
            self._join_fast(np.flatnonzero(down), self._start)

    @property
    def next_start(self) -> float:
        """When the next round is expected at the latest, on the steady clock."""
        return self._start + self._rhythm.interval + GUARD_SECONDS

    def run(self) -> Iterator[Answers]:
        """Ask, and yield what has settled."""
        while True:
            now = self._clock.monotonic()
            self._listen()
            self._notice(self._sentinels.look(now))
            self._look(now)
            self._pulse(now)
            self._ask_hurried()
            self._ask_first(now)
            self._ask_fast(now)
            if self._is_over(now):
                break
            if now - self._told >= (TELL_URGENT_SECONDS if self._urgent else TELL_SECONDS):
                yield from self._tell(now)
            self._sleep(now)
        yield from self._tell(now)

    def _is_over(self, now: float) -> bool:
        if self._next_first < len(self._first_at) or self._questions.patient_open:
            return False
        # Others judge by the same pulses, or may be in a hurry: they go on until the next round.
        return now >= self._end or not (self._fast_count or self._sentinels.shared or self._hurry.awaited)

    def _sleep(self, began: float) -> None:
        wake = min(self._looks.next, self._knocks.next, self._next_pulse, began + LONGEST_SLEEP)
        if self._next_first < len(self._first_at):
            wake = min(wake, float(self._first_at[self._next_first]))
        pause = max(wake, began + self._tick) - self._clock.monotonic()
        if pause > 0:
            time.sleep(pause)

    # Asking

    def _ask_first(self, now: float) -> None:
        """First packets of regular questions, to those not in the fast rhythm."""
        # After a standstill the backlog is worked off at twice the pace, not in one burst.
        most = BATCH + int(2 * len(self._first_at) * self._tick / self._spread)
        begin = self._next_first
        due = int(self._first_at[begin : begin + most].searchsorted(now, side="right"))
        if not due:
            return
        rows = np.arange(begin, begin + due)
        self._next_first += due
        if self._fast_count:
            rows = rows[~self._fast[rows]]
        self._questions.regular[rows] = True  # a hurried question that is still open becomes the regular one
        self._open(rows[~self._questions.is_open[rows]], regular=True)

    def _ask_hurried(self) -> None:
        """A question out of turn to those whom somebody wants asked at once, unless they are being asked."""
        rows = self._hurry.take()
        if not len(rows):
            return
        rows = rows[~self._questions.is_open[rows]]
        self._open(rows[self._fast[rows]], regular=False)
        self._open(rows[~self._fast[rows]], regular=False, patient=True)

    def _ask_fast(self, now: float) -> None:
        """One packet each to the targets that are down; it ends the wait for the packet before."""
        if self._knocks.next > now or now >= self._end:
            return
        for when, batch in self._knocks.take(now):
            rows = batch[self._fast[batch]]
            missed = np.floor((now - when) / self._rhythm.fast)
            self._knocks.put(when + (missed + 1) * self._rhythm.fast, rows)
            waiting = rows[self._questions.is_open[rows]]
            if len(waiting):
                self._judge(self._questions.expire(waiting, now), now)
            self._open(rows[~self._questions.is_open[rows]], regular=False)

    def _join_fast(self, rows: Ints, now: float) -> None:
        rows = rows[~self._fast[rows]]
        self._fast[rows] = True
        self._fast_count += len(rows)
        period = self._rhythm.fast
        when = self._start + self._phase[rows] * self._rhythm.fast_span
        when += np.maximum(np.ceil((now - when) / period), 0) * period
        self._knocks.put_each(when, rows)

    def _open(self, rows: Ints, *, regular: bool, patient: bool = False) -> None:
        if not len(rows):
            return
        if self._questions.queued[rows].any():
            self._gather()  # before these rows' columns are used again
        self._questions.open(rows, regular=regular, patient=patient)
        self._send(rows)

    def _send(self, rows: Ints) -> None:
        """One packet to each row, in batches, reading replies between them."""
        questions = self._questions
        if self._any_barred:
            refused = rows[self._barred[rows] > 0]
            questions.reason[refused] = self._barred[refused]
            questions.leave(refused, self._clock.monotonic())
            self._looks.put_each(questions.look_at[refused], refused)
            rows = rows[self._barred[rows] == 0]
        for channel, own in self._by_channel(rows):
            for at in range(0, len(own), BATCH):
                batch = own[at : at + BATCH]
                self._send_batch(channel, batch)
                self._looks.put_each(questions.look_at[batch], batch)
                self._listen()

    def _by_channel(self, rows: Ints) -> Iterator[tuple[Channel, Ints]]:
        if len(self._channels) == 1:
            yield self._channels[0], rows
            return
        family = self._roster.name["family"][rows]
        for channel in self._channels:
            yield channel, rows[family == channel.family]

    def _send_batch(self, channel: Channel, rows: Ints) -> None:
        questions = self._questions
        for _ in range(BUFFER_TRIES):
            now = self._clock.monotonic()
            left, refusals = channel.send(rows, questions.next_serials(rows))
            questions.leave(np.setdiff1d(rows, left) if len(left) else rows, now)
            for refusal in refusals:
                self._refuse(refusal)
            if not len(left):
                return
            channel.wait_writable(BUFFER_WAIT_SECONDS)
            self._listen()
            rows = left
        questions.leave(rows, now)
        for row in rows:
            self._refuse(Refusal(int(row), errno.EAGAIN))

    def _pulse(self, now: float) -> None:
        """One packet to every sentinel, when it is time."""
        count = self._roster.count
        if now < self._next_pulse or len(self._roster.name) == count:
            return
        self._next_pulse = now + self._sentinels.every
        rows = np.arange(count, len(self._roster.name))
        self._roster.generation[rows[self._pulse_heard < self._sentinels.newest]] += 1
        serial = self._sentinels.pulse(self._clock.monotonic())
        for channel, own in self._by_channel(rows[self._barred[rows] == 0]):
            for at in range(0, len(own), BATCH):
                batch = own[at : at + BATCH]
                channel.send(batch, np.full(len(batch), serial))
        self._listen()

    # Listening

    def _listen(self) -> None:
        for channel in self._channels:
            for replies in channel.receive():
                self._take(replies)
            for complaint in channel.complaints():
                self._complain(complaint)

    def _take(self, replies: Replies) -> None:
        arrivals = self._arrivals(replies)
        rows, serials = replies.row, replies.serial
        pulses = rows >= self._roster.count
        if pulses.any():
            self._hear(rows[pulses], serials[pulses], arrivals[pulses])
            rows, serials, arrivals = rows[~pulses], serials[~pulses], arrivals[~pulses]
        answered = self._questions.answer(rows, serials, arrivals)
        if self._fast_count:
            risen = answered[self._fast[answered]]
            self._fast[risen] = False
            self._fast_count -= len(risen)
            self._urgent |= len(risen) > 0

    def _hear(self, rows: Ints, serials: Ints, arrivals: Floats) -> None:
        """Sentinels answered."""
        self._pulse_heard[rows - self._roster.count] = serials
        for serial, arrival in zip(serials, arrivals, strict=True):
            self._notice(self._sentinels.heard(int(serial), float(arrival)))

    def _arrivals(self, replies: Replies) -> Floats:
        """Arrival on the steady clock: from the kernel's stamp as long as the wall clock was left alone."""
        now = self._clock.monotonic()
        if not self._stepped and self._is_wall_set(now):
            self._gather()  # what came before still has its round-trip time
            self._stepped = True
        if self._stepped:
            return np.full(len(replies.stamp), now)
        return replies.stamp - self._offset

    def _is_wall_set(self, now: float) -> bool:
        """Whether the wall clock was set; looked at with care only where a hasty look says so."""
        if abs(self._clock.wall() - now - self._offset) <= STEP_SECONDS:
            return False
        return abs(offset(self._clock) - self._offset) > STEP_SECONDS

    def _notice(self, sights: list[Sight]) -> None:
        self._sights += sights
        self._urgent |= len(sights) > 0

    # Judging

    def _look(self, now: float) -> None:
        """Those still silent: ask again, or settle."""
        if self._looks.next > now:
            return
        rows = np.concatenate([batch for _, batch in self._looks.take(now)])
        rows = self._questions.due(rows, now)
        if not len(rows):
            return
        rows = np.unique(rows)
        again = self._questions.may_retry(rows)
        self._judge(rows[~again], now)
        if again.any():
            self._roster.generation[rows[again]] += 1
            self._send(rows[again])

    def _judge(self, rows: Ints, now: float) -> None:
        """Settle silent questions, except those on which the sentinels have not spoken yet."""
        if not len(rows):
            return
        questions = self._questions
        first, last = questions.span(rows)
        verdict = self._sentinels.judge(first, last)
        ours = np.asarray(self._reasons.ours)[questions.reason[rows]]
        wait = rows[(verdict == WAIT) & ~ours]
        self._wait(wait, now)
        down = rows[(verdict == SEEN) & ~ours]
        self._roster.generation[rows[(verdict != WAIT) | ours]] += 1
        questions.fail(down, DOWN)
        self._join_fast(down, now)
        questions.fail(rows[ours], UNKNOWN)
        for code in np.unique(verdict[(verdict > WAIT) & ~ours]):
            blind = rows[(verdict == code) & ~ours]
            questions.reason[blind] = self._reasons.number(REASONS[code], ours=True)
            questions.fail(blind, UNKNOWN)
        self._urgent = True

    def _wait(self, rows: Ints, now: float) -> None:
        self._questions.look_at[rows] = now + LONGEST_SLEEP
        self._looks.put(now + LONGEST_SLEEP, rows)

    def _bar(self) -> Ints:
        """Rows that cannot be asked in this round, with the number of the reason; 0 is free."""
        barred = np.zeros(len(self._roster.name), np.int64)
        for row, text in self._roster.refused.items():
            barred[row] = self._reasons.number(text, ours=True)
        for route, text in self._roster.find_interfaces().items():
            barred[self._roster.route == route] = self._reasons.number(text, ours=True)
        return barred

    def _refuse(self, refusal: Refusal) -> None:
        """The kernel did not send: the network's fault if there is no way, else ours."""
        if refusal.row >= self._roster.count:
            return
        source = self._roster.source[self._roster.route[refusal.row]]
        text, ours = explain(refusal.errno, source)
        self._explain(refusal.row, text, ours=ours)

    def _complain(self, complaint: Complaint) -> None:
        row = complaint.row
        if (
            row < self._roster.count
            and self._questions.is_open[row]
            and complaint.age < self._questions.asked[row]
        ):
            self._explain(row, complaint.text, ours=False)

    def _explain(self, row: int, text: str, *, ours: bool) -> None:
        """Keep a reason for silence; what is ours is not overwritten by what is not."""
        known = self._questions.reason[row]
        if ours or not self._reasons.ours[known]:
            self._questions.reason[row] = self._reasons.number(text, ours=ours)

    # Telling

    def _gather(self) -> None:
        sights, self._sights = self._sights, []
        self._finished.append(
            self._questions.gather(self._reasons, self._offset, sights, stepped=self._stepped)
        )

    def _tell(self, now: float) -> Iterator[Answers]:
        self._gather()
        finished, self._finished = self._finished, []
        self._told, self._urgent = now, False
        yield from finished


def tick_seconds(count: int, spread: float, most: float) -> float:
    """How long packets that are due are collected: long enough to fill batches, and `most` at most."""
    return min(max(4 * BATCH * spread / max(count, 1), SHORTEST_TICK), most)
