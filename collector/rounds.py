"""Holding rounds: one call asks all checks of a round; what comes back is turned into facts and handed on.

The one broad `except` of the collector stands in `Round.hold`: a prober that raises costs its round, the watch
ends there, and the next round is held all the same.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from collector import packets, quality, rows, runs, watches
from collector.ledger.store import Batch
from probes.clock import Clock, offset
from probes.columns import DOWN, UNKNOWN, UP, Answers, Floats, Prober, Sight, Targets
from probes.rhythm import GUARD_SECONDS, Rhythm

log = logging.getLogger(__name__)

# A wall clock that moved by more than this against the monotonic one was stepped, not slewed.
STEP_SECONDS = 0.1
# So fast are the checks of an opening round asked, a second.
OPENING_RATE = 2000


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
        sweep = max(0.2, len(self.checks) / OPENING_RATE)
        return sweep + self.rhythm.retry_span + self.rhythm.timeout + GUARD_SECONDS


@dataclass(slots=True)
class Now:
    """How the checks of a round stand, for those who watch live. Replaced, never changed, by the round."""

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

    started: float
    opening: bool
    last_first: float  # send of the latest first packet
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
        self._bins = quality.Bins(count)
        self._watching = watches.Watching()
        self._origin = float("nan")
        self._held = threading.Lock()

    def hold(self, *, opening: bool = False) -> None:
        """Hold one round now; whatever goes wrong in it ends the watch and is logged."""
        with self._held:
            if self.stopping.is_set():
                return
            before = offset(self.clock)
            course = _Course(self.clock.wall(), opening, float("nan"))
            failed = ""
            try:
                self._ask(course)
            except Exception as error:
                log.exception("round %s failed", self.plan.name)
                failed = f"failed: {type(error).__name__}: {error}"
            if not self.stopping.is_set():
                self._finish(course, failed)
            moved = offset(self.clock) - before
            if abs(moved) > STEP_SECONDS:
                self._stepped(moved)

    def stop(self) -> None:
        """End the watch where the last completed round left it and write the counts of the open bins."""
        self.stopping.set()
        with self._held:
            self._watching, ended = watches.stop(self._watching, "stopped")
            batch = Batch()
            batch.add("watch", self._watch_rows(ended))
            batch.add("quality", rows.quality(self.checks, quality.close(self._bins, float("inf"))))
            self.write(batch)
            self.prober.close()

    def _ask(self, course: _Course) -> None:
        down = (self.now.state.outcome == DOWN) & (not course.opening)
        for answers in self.prober.probe(down, opening=course.opening):
            if self.stopping.is_set():
                return
            self._take(answers, course)

    def _take(self, answers: Answers, course: _Course) -> None:
        course.sights.extend(answers.sight)
        if len(answers):
            _note_course(course, answers)
            before = self.now.state
            state, changes = runs.step(before, answers)
            records = packets.record(self._memory, before, answers, changes, self.plan.targets.address)
            quality.count(self._bins, answers)
            self._show(state, answers, changes)
            self.write(self._facts(changes, records))
        if answers.sight:
            self.now.watching = answers.sight[-1].seen
        elif course.opening and np.any(answers.outcome == UP):
            self.now.watching = True
        self.tell(self, answers)

    def _show(self, state: runs.State, answers: Answers, changes: runs.Changes) -> None:
        rtt = self.now.rtt.copy()
        known = ~np.isnan(answers.rtt)
        rtt[answers.target[known]] = answers.rtt[known]
        for row, target in enumerate(changes.target.tolist()):
            self.now.reason.pop(target, None)
            if row in changes.reason:
                self.now.reason[target] = changes.reason[row]
        self.now.state, self.now.rtt = state, rtt

    def _facts(self, changes: runs.Changes, records: Iterable[packets.PacketRecord]) -> Batch:
        batch = Batch()
        for row in range(len(changes)):
            check = self.plan.checks[int(changes.target[row])]
            batch.add("run", [rows.run(check, self.plan.name, changes, row)])
            if changes.before[row] != runs.NEVER:
                batch.ends.append(rows.end(check, changes, row))
        batch.add("packet", [rows.packet(self.plan.checks[one.target], one) for one in records])
        return batch

    def _finish(self, course: _Course, failed: str) -> None:
        rhythm, state = self.plan.rhythm, self.now.state
        self._count_down(course)
        last = course.started + rhythm.span
        if course.opening:
            last = course.last_first if course.last_first == course.last_first else course.started
        held = watches.Held(
            start=course.started,
            begin=last if course.opening else course.started,
            end=last,
            next_due=course.started + (self.plan.opening_seconds if course.opening else rhythm.interval),
            sights=tuple(course.sights),
            open=tuple(course.open),
            failed=failed,
        )
        late = course.started - self._watching.due if self._watching.due else 0.0
        if self._watching.watch is None:
            self._origin = held.next_due if course.opening else course.started
        self._watching, changed = watches.hold(self._watching, held, rhythm.interval)
        self.now = Now(
            state,
            self.now.rtt,
            quality.loss(self._bins),
            self.now.reason,
            watching=self._watching.watch is not None and self._watching.lost is None,
            completed=self.now.completed + (not failed),
            late=max(0.0, late),
            watched_until=self._watching.watch.ended_at if self._watching.watch else self.now.watched_until,
            problem=failed,
        )
        batch = Batch()
        batch.add("watch", self._watch_rows(changed))
        settled = course.started - rhythm.retry_span - rhythm.timeout
        batch.add("quality", rows.quality(self.checks, quality.close(self._bins, settled)))
        self.write(batch)
        self.tell(self, None)

    def _watch_rows(self, stretches: Iterable[watches.Watch]) -> list[rows.Row]:
        plan = self.plan
        return [rows.watch(one, plan.vantage, plan.name, plan.rhythm, self._origin) for one in stretches]

    def _count_down(self, course: _Course) -> None:
        """A target that was down all through was asked in the fast rhythm only: one round down."""
        state = self.now.state
        quality.count_down(
            self._bins,
            course.started,
            np.flatnonzero((state.outcome == DOWN) & (state.since < course.started)),
        )

    def _stepped(self, moved: float) -> None:
        log.warning("the wall clock was stepped by %+.3f s", moved)
        watch = self._watching.watch
        stepped_to = watch.ended_at + moved if watch else None
        self._watching, ended = watches.stop(self._watching, "clock step", stepped_to)
        batch = Batch()
        batch.add("watch", self._watch_rows(ended))
        self.write(batch)


def _note_course(course: _Course, answers: Answers) -> None:
    regular = np.flatnonzero(answers.regular)
    if len(regular):
        course.last_first = np.fmax(course.last_first, answers.sent[regular, 0].max())
    blind = regular[(answers.outcome[regular] == UNKNOWN)]
    for row in blind.tolist():
        if answers.reason.get(row, "") in runs.NOT_LOOKED:
            course.open.append((float(answers.sent[row, 0]), float(answers.received_at[row])))
