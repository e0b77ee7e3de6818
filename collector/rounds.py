"""Holding rounds: one call asks all checks of a round; what comes back is turned into facts and handed on.

The one broad `except` of the collector stands in `Round.hold`: a prober that raises or hangs costs its round, the
watch ends there, and the next round is held all the same.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from collector import packets, quality, rows, runs, watches
from collector.asking import Asking, HungError
from collector.ledger.store import Batch
from collector.ports import Ports
from collector.readings import NEVER, Interned, Told, newest
from collector.reference import Offset
from collector.statements import Statements
from probes.clock import Clock, Steps
from probes.columns import DOWN, UNKNOWN, UP, Answers, Flags, Floats, Ints, Prober, Sight, Targets
from probes.rhythm import GUARD_SECONDS, Rhythm

log = logging.getLogger(__name__)

HUNG = "hung"
_HUNG_TEXT = "round {name}: the probe did not come back and was given up; the next round asks anew"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a round asks: its checks by their permanent ids, row i being target i."""

    name: str
    vantage: str
    rhythm: Rhythm
    checks: Sequence[int]
    targets: Targets
    probe: str = "icmp"
    hosts: Sequence[str] = ()  # whom packets go to, where that is not the address itself

    @property
    def opening_seconds(self) -> float:
        """How long the opening round takes at the most."""
        sweep = self.rhythm.opening_span(len(self.checks))
        patience = self.rhythm.retry_span + self.rhythm.timeout + self.rhythm.verdict
        return sweep + patience + 2 * GUARD_SECONDS


@dataclass(frozen=True, slots=True)
class Now:
    """How the checks of a round stand, for those who watch live from other threads: replaced, never changed."""

    state: runs.State
    rtt: Floats
    loss: Floats
    reason: dict[int, str]
    values: dict[str, Floats] = field(default_factory=dict)
    readings: dict[int, Told] = field(default_factory=lambda: NEVER)
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
        *,
        reopen: Callable[[], Prober] | None = None,
        reference: Callable[[], Offset | None] = lambda: None,
    ) -> None:
        count = len(plan.checks)
        self.plan = plan
        self.checks = np.asarray(plan.checks, np.int64)
        self.clock = clock
        self.write = write
        self.tell = tell
        nothing = np.full(count, np.nan)
        self.now = Now(state or runs.fresh(count), nothing, nothing.copy(), {})
        self.stopping = threading.Event()
        self.asking = Asking(prober, reopen, plan.rhythm.interval, clock, self.stopping)
        self._memory = packets.remember_nothing(count, 1 + plan.rhythm.retries)
        packets.take_up(self._memory, self.now.state)
        self._bins = bins or quality.Bins(count)
        self._watching = watches.Watching()
        self._statements = Statements(plan.rhythm.interval)
        self._ports = Ports()
        self._reference = reference
        self._origin = float("nan")
        self._offset: Offset | None = None  # as it was when the last completed round ended
        self._steps = Steps(clock)
        self._interned = Interned()
        self._held = threading.Lock()

    def hold(self, *, opening: bool = False) -> None:
        """Hold one round now; whatever goes wrong in it ends the watch and is logged."""
        with self._held:
            if self.stopping.is_set():
                return
            self._look_at_clock()
            nobody = np.zeros(len(self.checks), np.bool_)
            course = _Course(self.clock.wall(), self.clock.monotonic(), opening, nobody)
            failed = problem = ""
            try:
                self._ask(course)
            except HungError as error:
                failed, problem = HUNG, _HUNG_TEXT.format(name=self.plan.name)
                log.error("%s: %s", problem, error)  # noqa: TRY400 - where the round waited tells nothing
            except BaseException as error:
                log.exception("round %s failed", self.plan.name)
                failed = problem = f"failed: {type(error).__name__}: {error}"
            if not self.stopping.is_set():
                self._finish(course, failed, problem)
            self._look_at_clock()

    def stop(self) -> None:
        """End the watch where the last completed round left it and write the counts of the open bins."""
        self.stopping.set()
        with self._held:
            self._watching, ended = watches.stop(self._watching, "stopped")
            batch = Batch()
            batch.add("watch", self._watch_rows(ended))
            batch.add("packet", self._packet_rows(packets.interrupt(self._memory)))
            self._write_counted(batch, quality.close(self._bins, float("inf")))
            self.asking.close()

    def hurry(self, checks: Iterable[int]) -> None:
        """Have those of these checks that belong to this round asked out of turn; from any thread."""
        self.asking.hurry(np.flatnonzero(np.isin(self.checks, list(checks))))

    def _ask(self, course: _Course) -> None:
        down = (self.now.state.outcome == DOWN) & (not course.opening)
        self.asking.ask(down, partial(self._take, course), opening=course.opening)
        if self.stopping.is_set():
            return
        unasked = np.count_nonzero(~(course.settled | down))
        if unasked:
            raise RuntimeError(f"{unasked} checks were not settled")

    def _take(self, course: _Course, answers: Answers) -> None:
        course.sights.extend(answers.sight)
        if len(answers):
            _note_course(course, answers)
            before = self.now.state
            state, changes = runs.step(before, answers)
            records = packets.record(self._memory, before, answers, changes, self.plan.targets.address)
            facts = self._facts(changes, records)  # before anything is remembered: nonsense ends here
            quality.count(self._bins, answers)
            facts.add("statement", self._statements.take(self.plan.checks, answers))
            facts.add("port", self._ports.take(self.plan.checks, answers))
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
        reason = _reasons(self.now.reason, answers, changes)
        values = _newest(self.now.values, answers, len(rtt))
        read = newest(self.now.readings, answers, self._interned)
        self.now = replace(self.now, state=state, rtt=rtt, reason=reason, values=values, readings=read)

    def _facts(self, changes: runs.Changes, records: Iterable[packets.PacketRecord]) -> Batch:
        batch = Batch()
        batch.ends.extend(rows.ends(self.checks, changes))
        batch.add("run", rows.runs(self.checks, self.plan.name, changes))
        batch.add("packet", self._packet_rows(records))
        return batch

    def _packet_rows(self, records: Iterable[packets.PacketRecord]) -> list[rows.Row]:
        return [rows.packet(self.plan.checks[one.target], one) for one in records]

    def _finish(self, course: _Course, failed: str, problem: str) -> None:
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
            problem=problem,
        )
        settled = held.start - self.plan.rhythm.retry_span - self.plan.rhythm.timeout
        batch = Batch()
        batch.add("watch", self._watch_rows(one for one in changed if one.ended_at < held.start))
        if not failed:
            self._origin = held.next_due if course.opening else held.start
            self._offset = self._reference()
        batch.add("watch", self._watch_rows(one for one in changed if one.ended_at >= held.start))
        self._write_counted(batch, quality.close(self._bins, settled))
        self.tell(self, None)

    def _write_counted(self, batch: Batch, bins: Iterable[quality.Bin]) -> None:
        """Write a batch with the counts of these bins; very many of them go before it, some thousand together."""
        *before, last = [*rows.quality(self.checks, bins)] or [()]
        for one in before:
            self.write(Batch({"quality": one}))
        batch.add("quality", last)
        self.write(batch)

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
        plan, origin, offset = self.plan, self._origin, self._offset
        return [rows.watch(one, plan.vantage, plan.name, plan.rhythm, origin, offset) for one in stretches]

    def _count_down(self, course: _Course) -> None:
        """A target seen to be down all through was asked in the fast rhythm only: one round down."""
        state = self.now.state
        if not course.opening:  # it asks everybody, and the answers count themselves
            down = (state.outcome == DOWN) & (state.since < course.started) & (state.silent >= course.started)
            quality.count_down(self._bins, course.started, np.flatnonzero(down))

    def _look_at_clock(self) -> None:
        if moved := self._steps.moved():
            log.warning("the wall clock was stepped by %+.3f s", moved)
            self._stepped(moved)

    def _stepped(self, moved: float) -> None:
        """End the watch at the old time; what is remembered of the last packets is told by the new one."""
        batch, before = Batch(), self.now.state
        self._statements.forget()
        self._ports.forget()
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


def _reasons(reason: dict[int, str], answers: Answers, changes: runs.Changes) -> dict[int, str]:
    """Why the checks stand as they do after these answers, and what is remarked about those that are up."""
    told = {target: changes.reason.get(row, "") for row, target in enumerate(changes.target.tolist())}
    if reason or answers.reason:
        up = np.flatnonzero(answers.outcome == UP).tolist()
        told |= {int(answers.target[row]): answers.reason.get(row, "") for row in up}
    return {target: text for target, text in {**reason, **told}.items() if text} if told else reason


def _newest(values: dict[str, Floats], answers: Answers, count: int) -> dict[str, Floats]:
    """The live figures after these answers: each as the last answer told it, none for a target that is not up."""
    if not (values or answers.values):
        return values
    found = {}
    for name in {**values, **answers.values}:
        column = values[name].copy() if name in values else np.full(count, np.nan)
        told = answers.values.get(name, np.full(len(answers), np.nan))
        column[answers.target] = told
        found[name] = column
    return found


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
