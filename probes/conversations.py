"""Ask each target by a little conversation of its own: connect, say something, read the answer. One round of it.

A kind of probe brings the conversation (`Talk`); here is all that is the same for every kind: when it is held, how
long it may last, how often it is tried again, what silence means. The event loop belongs to the prober and runs in
slices, so that answers are handed over as they settle.

Rules
-----
1. Every attempt ends by its own deadline, `timeout` after it began; retries begin `retry_after` apart.
2. What is definite settles a question at once: an answer that is right, a refusal, an answer that is wrong.
3. Silence is the network's fault only if the sentinels were seen from the first attempt's begin until after the last
   deadline: a conversation lasts, and sight may be lost in the midst of it.
4. At most `most_open` conversations are held at a time. Who had to wait for a place and then did not answer in
   what was left of its time is unknown, never down; so is who got no file descriptor.
5. While a target is down it is asked every `fast` seconds, one attempt, and never two at a time.
6. Who is in a hurry is asked out of turn, as often as in its turn, and unless it is being asked. Where the round is
   over before that could be, it is asked once: an answer is taken, silence says nothing, and the next round asks.
"""

import asyncio
import errno
import heapq
import logging
import resource
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from math import isnan

import numpy as np

from probes.clock import Clock, SystemClock, offset
from probes.columns import DOWN, UNKNOWN, UP, Answers, Flags, Ints, Sight, Targets
from probes.deadlines import Deadlines
from probes.eyes import Eyes, View
from probes.hurry import Hurry
from probes.replies import SILENCE, Reply, Talk, reply_of
from probes.rhythm import GUARD_SECONDS, OPENING_LEAST_SECONDS, Rhythm
from probes.sentinels import REASONS, SEEN, WAIT

log = logging.getLogger(__name__)

CROWDED = "too many conversations at once"
NO_DESCRIPTOR = "no file descriptor was free"

_SLICE_SECONDS = 0.1
_TELL_SECONDS = 0.5
_STEP_SECONDS = 0.02  # a wall clock that moved further than this against the steady one was set by somebody
_MOST_OPEN = 4096
_KEPT_DESCRIPTORS = 128  # for everything else this process has open
_AGAIN_SECONDS = 0.1
_LATE_SECONDS = 0.5
_BRIEFEST_SECONDS = 0.5  # in less nobody is asked
_NO_DESCRIPTORS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


@dataclass(slots=True)
class _Question:
    """One question: its attempts by the steady clock, and what became of it."""

    row: int
    regular: bool
    patient: bool  # asked again while it is silent
    within: float  # seconds an attempt may last
    brief: bool = False  # there is no time to judge its silence
    sent: list[float] = field(default_factory=list)
    ended: float = float("nan")
    answered: int = -1
    earlier: float = 0.0  # by how much what was said is older than the question
    reply: Reply = SILENCE
    held: "dict[int, _Attempt]" = field(default_factory=dict)  # attempts under way, by number
    next: float | None = None  # when another attempt begins, by the steady clock
    known: bool = False

    def stop(self) -> None:
        """Begin no other attempt, and end those under way."""
        self.next = None
        for attempt in self.held.values():
            attempt.task.cancel()


@dataclass(slots=True, eq=False)
class _Attempt:
    """One conversation, from waiting for a place to its end."""

    question: _Question
    number: int
    task: asyncio.Task[Reply] = field(init=False)
    stage: str = ""
    waited: float | None = None  # seconds for a place; None: it waits still
    starved: bool = False  # of file descriptors
    overdue: bool = False

    def reach(self, stage: str) -> None:
        """How far it has come; see `Stage`."""
        self.stage = stage

    def done(self) -> bool:
        """Whether it is over, or about to be."""
        return self.number not in self.question.held or self.overdue

    def end(self) -> None:
        """Its time is over."""
        self.overdue = True
        self.task.cancel()


def most_open() -> int:
    """How many conversations one prober may hold at a time, from what the machine allows this process."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(16, min(_MOST_OPEN, (allowed - _KEPT_DESCRIPTORS) // 4))


class Conversations:
    """A prober that asks by conversations; see `probes.columns.Prober`."""

    def __init__(
        self,
        targets: Targets,
        rhythm: Rhythm,
        eyes: Eyes,
        talk: Talk,
        *,
        clock: Clock | None = None,
        most: int | None = None,
    ) -> None:
        self.targets, self.rhythm, self.talk = targets, rhythm, talk
        self.view: View = eyes.view()
        self.clock = clock or SystemClock()
        self.hurried = Hurry()
        self.loop = asyncio.new_event_loop()
        self.places = asyncio.Semaphore(most or most_open())
        self.deadlines = Deadlines(_Attempt.end)

    def probe(self, down: Flags, *, opening: bool = False) -> Iterator[Answers]:
        """Run one round now."""
        course = _Course(self, down, opening=opening)
        try:
            yield from course.run()
        finally:
            course.break_off()

    def hurry(self, targets: Ints) -> None:
        """Ask these out of turn; see `probes.hurry.Hasty`."""
        self.hurried.put(targets)

    def begins(self, row: int) -> None:
        """A question to a target begins; for those who remember something between its attempts."""

    def silence(self, _row: int, stage: str) -> Reply:
        """What it means that a target said nothing in an attempt's time, which came so far."""
        return Reply(DOWN, stage, definite=False)

    def close(self) -> None:
        """Give back sockets."""
        if not self.loop.is_closed():
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()


class _Course:
    """One round, from the first question to the last verdict."""

    def __init__(self, prober: Conversations, down: Flags, *, opening: bool) -> None:
        self._prober, self._rhythm, self._clock = prober, prober.rhythm, prober.clock
        self._opening = opening
        self._start = self._told = self._clock.monotonic()
        self._end = self._start + (0.0 if opening else self._rhythm.interval - GUARD_SECONDS)
        self._offset, self._stepped = offset(self._clock), False
        self._phase = phase = prober.targets.phase
        span = (
            self._rhythm.opening_span(len(phase))
            if opening
            else max(self._rhythm.span, OPENING_LEAST_SECONDS)
        )
        self._order = np.argsort(phase, kind="stable")
        self._first_at = self._start + phase[self._order] * span
        self._next_first = 0
        self._fast = down & (not opening)
        self._knocks: list[tuple[float, int]] = []
        self._retries: deque[tuple[float, _Question]] = deque()  # one delay for all: the first is due first
        self._again: list[int] = []  # who is in a hurry still when the next round begins
        self._open: dict[int, _Question] = {}
        self._doubtful: list[_Question] = []
        self._settled: list[_Question] = []
        self._sights: list[Sight] = []
        for row in np.flatnonzero(self._fast).tolist():
            self._knock_later(row, self._start - self._rhythm.fast)

    def run(self) -> Iterator[Answers]:
        """Ask, and yield what has settled."""
        while True:
            self._prober.loop.run_until_complete(self._slice())
            now = self._clock.monotonic()
            self._sights += self._prober.view.look(now)
            self._judge()
            over = self._is_over(now)
            if over or now - self._told >= _TELL_SECONDS or self._sights:
                self._told = now
                yield from self._tell()
            if over:
                if self._again:
                    self._prober.hurried.put(np.array(self._again, np.int64))
                return

    def break_off(self) -> None:
        """End whatever conversation is still held."""
        tasks = [attempt.task for question in self._open.values() for attempt in question.held.values()]
        for question in self._open.values():
            question.stop()
        if tasks:
            self._prober.loop.run_until_complete(asyncio.wait(tasks))

    def _is_over(self, now: float) -> bool:
        return (
            now >= self._end
            and self._next_first == len(self._order)
            and not self._open
            and not self._doubtful
        )

    # Asking

    async def _slice(self) -> None:
        """Begin what is due, and let conversations go on for a moment."""
        now = self._clock.monotonic()
        self._ask_again(now)
        self._ask_first(now)
        self._ask_fast(now)
        self._ask_hurried(now)
        wake = min([now + _SLICE_SECONDS, *(due[0][0] for due in (self._knocks, self._retries) if due)])
        if self._next_first < len(self._order):
            # Those that are due within a tick are asked together: to wake for one costs as much as to ask it.
            wake = min(wake, max(float(self._first_at[self._next_first]), now + self._rhythm.tick))
        await asyncio.sleep(max(0.0, wake - self._clock.monotonic()))

    def _ask_again(self, now: float) -> None:
        """Another attempt where nothing definite is known by now: a timer for each would cost as much as sending."""
        while self._retries:
            when, question = self._retries[0]
            if question.next == when:
                if when > now:
                    return
                self._try(question)
            self._retries.popleft()

    def _ask_first(self, now: float) -> None:
        end = int(np.searchsorted(self._first_at, now, side="right"))
        for row in self._order[self._next_first : end].tolist():
            if row in self._open:
                self._open[
                    row
                ].regular = True  # a hurried question that is still open becomes the regular one
            elif not self._fast[row]:
                self._begin(row, regular=True, patient=True)
        self._next_first = end

    def _ask_fast(self, now: float) -> None:
        while self._knocks and self._knocks[0][0] <= now:
            _, row = heapq.heappop(self._knocks)
            if not self._fast[row] or now + self._rhythm.timeout + self._rhythm.verdict > self._end:
                continue
            if row not in self._open:
                self._begin(row, regular=False, patient=False)
            self._knock_later(row, now)

    def _ask_hurried(self, now: float) -> None:
        """With all retries, as long as that may end before the round does; else once, in what is left of it."""
        rhythm, left = self._rhythm, self._end - now
        if left < _BRIEFEST_SECONDS:
            return
        brief = rhythm.retry_span + rhythm.timeout + rhythm.verdict > left
        for row in self._prober.hurried.take().tolist():
            if row not in self._open:
                self._begin(row, regular=False, patient=not brief, brief=brief)

    def _knock_later(self, row: int, now: float) -> None:
        """At its next place in the fast rhythm."""
        period = self._rhythm.fast
        when = self._start + float(self._phase[row]) * self._rhythm.fast_span
        when += max(np.floor((now - when) / period) + 1, 0) * period
        heapq.heappush(self._knocks, (when, row))

    def _begin(self, row: int, *, regular: bool, patient: bool, brief: bool = False) -> None:
        self._prober.begins(row)
        left = self._end - self._clock.monotonic()
        within = min(self._rhythm.timeout, left) if brief else self._rhythm.timeout
        question = self._open[row] = _Question(row, regular, patient, within, brief)
        self._try(question)

    def _try(self, question: _Question) -> None:
        """Begin the next attempt, and say when the one after it begins if nothing definite is known by then."""
        number, now = len(question.sent), self._clock.monotonic()
        question.sent.append(now)
        question.next = None
        if number < self._rhythm.retries * question.patient:
            question.next = now + self._rhythm.retry_after
            self._retries.append((question.next, question))
        attempt = question.held[number] = _Attempt(question, number)
        attempt.task = self._prober.loop.create_task(self._hold(attempt))
        self._prober.deadlines.put(question.within, attempt)
        # Not at the end of the attempt itself: one that is ended before it began would never come there.
        attempt.task.add_done_callback(partial(self._over, attempt))

    def _over(self, attempt: _Attempt, task: asyncio.Task[Reply]) -> None:
        """An attempt is over; what it means to its question."""
        question, number = attempt.question, attempt.number
        del question.held[number]
        if not question.known and (attempt.overdue or not task.cancelled()):
            reply = self._too_late(attempt) if task.cancelled() else task.result()
            if reply.definite or reply.reason:
                question.reply, question.answered = reply, number if reply.outcome == UP else -1
            if reply.definite:
                question.known = True
                question.stop()
        if not question.held and question.next is None:
            self._close(question)

    def _close(self, question: _Question) -> None:
        """Every attempt is over."""
        reply, by_loop, now = question.reply, self._prober.loop.time(), self._clock.monotonic()
        question.ended = now if isnan(reply.at) else now - (by_loop - reply.at)
        if not isnan(reply.told_from):
            asked = now - question.sent[max(question.answered, 0)]
            question.earlier = max(0.0, by_loop - reply.told_from - asked)
        del self._open[question.row]
        if question.brief and not (question.reply.definite and question.reply.outcome != UNKNOWN):
            self._again.append(question.row)
        elif question.reply.definite:
            self._settle(question, question.reply)
        else:
            self._doubtful.append(question)

    async def _hold(self, attempt: _Attempt) -> Reply:
        """The conversation of an attempt, once there is a place for it."""
        prober, question = self._prober, attempt.question
        row = question.row
        async with prober.places:
            begun = self._clock.monotonic()
            attempt.waited = begun - question.sent[attempt.number]
            question.sent[attempt.number] = begun
            while True:
                try:
                    return await prober.talk(prober.targets.settings[row], attempt.reach)
                except TimeoutError:
                    return self._too_late(attempt)
                except OSError as error:
                    if error.errno not in _NO_DESCRIPTORS:
                        return reply_of(error, prober.targets.source[row])
                    attempt.starved = True
                except Exception as error:  # one target's oddity must not cost the others their round
                    log.exception("the conversation with %s broke", prober.targets.address[row])
                    return Reply(UNKNOWN, f"failed: {type(error).__name__}")
                await asyncio.sleep(_AGAIN_SECONDS)

    def _too_late(self, attempt: _Attempt) -> Reply:
        """What it means that nothing came in time: nothing, where we could not ask in time ourselves."""
        if attempt.starved:
            return Reply(UNKNOWN, NO_DESCRIPTOR)
        if attempt.waited is None or attempt.waited > _LATE_SECONDS:
            return Reply(UNKNOWN, CROWDED)
        return self._prober.silence(attempt.question.row, attempt.stage)

    # Judging

    def _judge(self) -> None:
        """Settle silent questions, except those on which the sentinels have not spoken yet."""
        if not self._doubtful:
            return
        waiting, self._doubtful = self._doubtful, []
        first = np.array([one.sent[0] for one in waiting])
        verdicts = self._prober.view.judge(first, np.array([one.ended for one in waiting]))
        for question, verdict in zip(waiting, verdicts.tolist(), strict=True):
            if verdict == WAIT:
                self._doubtful.append(question)
            elif verdict == SEEN:
                self._settle(question, question.reply)
            else:
                self._settle(question, Reply(UNKNOWN, REASONS[verdict]))

    def _settle(self, question: _Question, reply: Reply) -> None:
        question.reply = reply
        self._settled.append(question)
        row = question.row
        if reply.outcome == UP:
            self._fast[row] = False
        elif reply.outcome == DOWN and not self._fast[row] and not self._opening:
            self._fast[row] = True
            self._knock_later(row, self._clock.monotonic())

    # Telling

    def _tell(self) -> Iterator[Answers]:
        self._stepped |= abs(offset(self._clock) - self._offset) > _STEP_SECONDS
        settled, self._settled = self._settled, []
        batch: dict[int, _Question] = {}
        for question in settled:
            if question.row in batch:
                yield self._answers([*batch.values()])
                batch = {}
            batch[question.row] = question
        yield self._answers([*batch.values()])

    def _answers(self, settled: list[_Question]) -> Answers:
        sights, self._sights = self._sights, []
        sent = np.full((len(settled), 1 + self._rhythm.retries), np.nan)
        for at, one in enumerate(settled):
            sent[at, : len(one.sent)] = one.sent
        answered = np.array([one.answered for one in settled], np.int8)
        ended = np.array([one.ended for one in settled], np.float64)
        rtt = ended - sent[np.arange(len(settled)), np.maximum(answered, 0)]
        rtt[(answered < 0) | self._stepped] = np.nan
        for at, one in enumerate(settled):
            rtt[at] = rtt[at] if one.reply.rtt is None else one.reply.rtt
        earlier = np.array([one.earlier for one in settled])
        sent -= earlier[:, None]
        names = dict.fromkeys(name for one in settled for name in one.reply.values)
        return Answers(
            target=np.array([one.row for one in settled], np.int64),
            outcome=np.array([one.reply.outcome for one in settled], np.int8),
            sent=sent + self._offset,
            answered=answered,
            received_at=ended + self._offset,
            rtt=rtt,
            regular=np.array([one.regular for one in settled], np.bool_),
            reason={at: one.reply.reason for at, one in enumerate(settled) if one.reply.reason},
            sight=tuple(Sight(one.at + self._offset, one.seen, one.reason) for one in sights),
            values={
                name: np.array([one.reply.values.get(name, np.nan) for one in settled], np.float64)
                for name in names
            },
            readings={at: one.reply.readings for at, one in enumerate(settled) if one.reply.readings},
            octets={at: one.reply.octets for at, one in enumerate(settled) if one.reply.octets},
            earlier=earlier if earlier.any() else None,
            statements={at: one.reply.statement for at, one in enumerate(settled) if one.reply.statement},
        )
