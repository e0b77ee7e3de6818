"""Holding rounds: one call asks all checks of a round; what comes back is turned into facts and handed on.

The one broad `except` of the collector stands in `Round.hold`: a prober that raises costs its round, the watch
ends there, and the next round is held all the same.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from collector import packets, quality, rows, runs, watches
from collector.ledger.store import Batch
from probes.clock import STEP_SECONDS, Clock, offset
from probes.columns import DOWN, UNKNOWN, UP, Answers, Flags, Floats, Ints, Prober, Sight, Targets
from probes.rhythm import GUARD_SECONDS, Rhythm

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a round asks: its checks by their permanent ids, row i being target i."""

    name: str
    vantage: str
    rhythm: Rhythm
    checks: tuple[int, ...]
    targets: Targets

    @property
    def opening_seconds(self) -> float:
        """How long the opening round takes at the most."""
        sweep = self.rhythm.opening_span(len(self.checks))
        return sweep + self.rhythm.retry_span + self.rhythm.timeout + 2 * GUARD_SECONDS


@dataclass(frozen=True, slots=True)
class Now:
    """How the checks of a round stand, for those who watch live from other threads: replaced, never changed."""

    state: runs.State
    rtt: Floats
    loss: Floats
    reason: dict[int, str]
    watching: bool = False
    completed: int = 0
    late: float = 0.0
    watched_until: float = float("nan")
    problem: str = ""


@dataclass(slots=True)
class _Course:
    """What one round gathers while it is being held."""

    started: float  # by the wall clock, as it stood then
    steady: float  # the same moment by the monotonic clock
    opening: bool
    settled: Flags  # the targets of which a question was settled
    last_first: float = float("nan")  # send of the latest first packet
    sights: list[Sight] = field(default_factory=list)
    open: list[tuple[float, float]] = field(default_factory=list)


class Round:
    """One (probe, interval) of one vantage, with everything it has to remember between two rounds."""

    def __init__(
        self,
        plan: Plan,
        prober: Prober,
        clock: Clock,
        write: Callable[[Batch], None],
        tell: Callable[["Round", Answers | None], None],
        state: runs.State | None = None,
        bins: quality.Bins | None = None,
    ) -> None:
        count = len(plan.checks)
        self.plan = plan
        self.checks = np.array(plan.checks, np.int64)
        self.prober = prober
        self.clock = clock
        self.write = write
        self.tell = tell
        nothing = np.full(count, np.nan)
        self.now = Now(state or runs.fresh(count), nothing, nothing.copy(), {})
        self.stopping = threading.Event()
        self._memory = packets.remember_nothing(count, 1 + plan.rhythm.retries)
        packets.take_up(self._memory, self.now.state)
        self._bins = bins or quality.Bins(count)
        self._watching = watches.Watching()
        self._origin = float("nan")
        self._offset = offset(clock)
        self._held = threading.Lock()

    def hold(self, *, opening: bool = False) -> None:
        """Hold one round now; whatever goes wrong in it ends the watch and is logged."""
        with self._held:
            if self.stopping.is_set():
                return
            self._look_at_clock()
            nobody = np.zeros(len(self.checks), np.bool_)
            course = _Course(self.clock.wall(), self.clock.monotonic(), opening, nobody)
            failed = ""
            try:
                self._ask(course)
            except Exception as error:
                log.exception("round %s failed", self.plan.name)
                failed = f"failed: {type(error).__name__}: {error}"
            if not self.stopping.is_set():
                self._finish(course, failed)
            self._look_at_clock()

    def stop(self) -> None:
        """End the watch where the last completed round left it and write the counts of the open bins."""
        self.stopping.set()
        with self._held:
            self._watching, ended = watches.stop(self._watching, "stopped")
            batch = Batch()
            batch.add("watch", self._watch_rows(ended))
            batch.add("quality", rows.quality(self.checks, quality.close(self._bins, float("inf"))))
            batch.add("packet", self._packet_rows(packets.interrupt(self._memory)))
            self.write(batch)
            self.prober.close()

    def _ask(self, course: _Course) -> None:
        down = (self.now.state.outcome == DOWN) & (not course.opening)
        for answers in self.prober.probe(down, opening=course.opening):
            if self.stopping.is_set():
                return
            self._take(answers, course)
        unasked = np.count_nonzero(~(course.settled | down))
        if unasked:
            raise RuntimeError(f"{unasked} checks were not settled")

    def _take(self, answers: Answers, course: _Course) -> None:
        course.sights.extend(answers.sight)
        if len(answers):
            _note_course(course, answers)
            before = self.now.state
            state, changes = runs.step(before, answers)
            records = packets.record(self._memory, before, answers, changes, self.plan.targets.address)
            facts = self._facts(changes, records)  # before anything is remembered: nonsense ends here
            quality.count(self._bins, answers)
            self._show(state, answers, changes)
            self.write(facts)
        if answers.sight:
            self.now = replace(self.now, watching=answers.sight[-1].seen)
        elif course.opening and np.any(answers.outcome == UP):
            self.now = replace(self.now, watching=True)
        self.tell(self, answers)

    def _show(self, state: runs.State, answers: Answers, changes: runs.Changes) -> None:
        rtt = self.now.rtt.copy()
        known = ~np.isnan(answers.rtt)
        rtt[answers.target[known]] = answers.rtt[known]
        reason = self.now.reason
        if len(changes):
            changed = {
                target: changes.reason.get(row, "") for row, target in enumerate(changes.target.tolist())
            }
            reason = {target: text for target, text in {**reason, **changed}.items() if text}
        self.now = replace(self.now, state=state, rtt=rtt, reason=reason)

    def _facts(self, changes: runs.Changes, records: Iterable[packets.PacketRecord]) -> Batch:
        batch = Batch()
        for row in range(len(changes)):
            check = self.plan.checks[int(changes.target[row])]
            batch.add("run", [rows.run(check, self.plan.name, changes, row)])
            if changes.before[row] != runs.NEVER:
                batch.ends.append(rows.end(check, changes, row))
        batch.add("packet", self._packet_rows(records))
        return batch

    def _packet_rows(self, records: Iterable[packets.PacketRecord]) -> list[rows.Row]:
        return [rows.packet(self.plan.checks[one.target], one) for one in records]

    def _finish(self, course: _Course, failed: str) -> None:
        self._count_down(course)
        held = self._held_as(course, failed)
        late = held.start - self._watching.due if self._watching.due else 0.0
        self._watching, changed = watches.hold(self._watching, held, self.plan.rhythm.interval)
        present = self._watching.watch
        self.now = replace(
            self.now,
            loss=quality.loss(self._bins),
            watching=present is not None and self._watching.lost is None,
            completed=self.now.completed + (not failed),
            late=max(0.0, late),
            watched_until=present.ended_at if present else self.now.watched_until,
            problem=failed,
        )
        settled = held.start - self.plan.rhythm.retry_span - self.plan.rhythm.timeout
        batch = Batch()
        batch.add("watch", self._watch_rows(one for one in changed if one.ended_at < held.start))
        if not failed:
            self._origin = held.next_due if course.opening else held.start
        batch.add("watch", self._watch_rows(one for one in changed if one.ended_at >= held.start))
        batch.add("quality", rows.quality(self.checks, quality.close(self._bins, settled)))
        self.write(batch)
        self.tell(self, None)

    def _held_as(self, course: _Course, failed: str) -> watches.Held:
        rhythm, opening = self.plan.rhythm, course.opening
        # A round may be over before its span is; nothing is claimed about what has not come yet.
        span = min(rhythm.span, self.clock.monotonic() - course.steady)
        last = float(np.fmax(course.last_first, course.started)) if opening else course.started + span
        return watches.Held(
            start=course.started,
            begin=last if opening else course.started,
            end=last,
            next_due=course.started + (self.plan.opening_seconds if opening else rhythm.interval),
            sights=tuple(course.sights),
            open=tuple(course.open),
            failed=failed,
        )

    def _watch_rows(self, stretches: Iterable[watches.Watch]) -> list[rows.Row]:
        """Their origin is their last round: from it follows when each check was asked last."""
        plan = self.plan
        return [rows.watch(one, plan.vantage, plan.name, plan.rhythm, self._origin) for one in stretches]

    def _count_down(self, course: _Course) -> None:
        """A target seen to be down all through was asked in the fast rhythm only: one round down."""
        state = self.now.state
        if not course.opening:  # it asks everybody, and the answers count themselves
            down = (state.outcome == DOWN) & (state.since < course.started) & (state.silent >= course.started)
            quality.count_down(self._bins, course.started, np.flatnonzero(down))

    def _look_at_clock(self) -> None:
        now = offset(self.clock)
        moved, self._offset = now - self._offset, now
        if abs(moved) > STEP_SECONDS:
            log.warning("the wall clock was stepped by %+.3f s", moved)
            self._stepped(moved)

    def _stepped(self, moved: float) -> None:
        """End the watch at the old time; what is remembered of the last packets is told by the new one."""
        batch, before = Batch(), self.now.state
        watch = self._watching.watch
        stepped_to = watch.ended_at + moved if watch else None
        self._watching, ended = watches.stop(self._watching, "clock step", stepped_to)
        if lost := self._watching.lost:
            self._watching = replace(self._watching, lost=replace(lost, at=lost.at + moved))
        state, anew = runs.stepped(before, moved, self.clock.wall())
        batch.add("watch", self._watch_rows(ended))
        batch.add("packet", self._packet_rows(packets.interrupt(self._memory)))
        batch.ends.extend(self._closed(before, anew))
        self._memory.run[anew] = np.nan
        self.now = replace(self.now, state=state)
        self.write(batch)

    def _closed(self, state: runs.State, targets: Ints) -> Iterable[rows.Row]:
        """The ends of runs that do not go on: each at the last packet of its check."""
        last = np.fmax(np.fmax(state.answered, state.silent), state.since)
        for one in targets.tolist():
            yield rows.closed(self.plan.checks[one], float(state.since[one]), float(last[one]))


def _note_course(course: _Course, answers: Answers) -> None:
    if np.isnan(answers.sent[:, 0]).any():
        raise ValueError("a question was settled that was never sent")
    course.settled[answers.target] = True
    regular = np.flatnonzero(answers.regular)
    if len(regular):
        course.last_first = np.fmax(course.last_first, answers.sent[regular, 0].max())
    blind = regular[(answers.outcome[regular] == UNKNOWN)]
    for row in blind.tolist():
        if answers.reason.get(row, "") in runs.NOT_LOOKED:
            course.open.append((float(answers.sent[row, 0]), float(answers.received_at[row])))
