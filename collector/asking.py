"""A prober on a thread of its own, so that one that hangs holds up nothing but itself. It keeps no facts.

The round waits for the prober's words. A prober that says nothing for too long, or comes to no end, is given up:
whatever it still says goes nowhere, and when it comes back it closes its own sockets. The next round asks through
a new one. So that hanging ones do not gather without bound, no other is opened while `MOST_HANGING` are out.

Only one of the two threads works at a time: the prober waits until its answers were taken.
"""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from probes.clock import Clock
from probes.columns import Answers, Flags, Ints, Prober
from probes.hurry import Hasty

log = logging.getLogger(__name__)

MOST_HANGING = 4
# A prober owes a word every second; without one for so long it hangs, and after so many intervals it has no end.
QUIET_SECONDS = 30.0
LONGEST_INTERVALS = 3
_LOOK_SECONDS = 0.7  # more than a healthy prober's pause between two words

# What comes from the prober's thread: one batch of answers; None at the end; () while nothing has been said yet.
_Word = tuple[Answers, ...] | None


class HungError(RuntimeError):
    """The prober did not come back in time and was given up, or may not be replaced by another one."""


@dataclass(slots=True)
class _Call:
    """One round of a prober, held on its thread; `prober` is None where one has to be opened first."""

    prober: Prober | None
    down: Flags
    opening: bool
    said: "queue.SimpleQueue[_Word]" = field(default_factory=queue.SimpleQueue)
    go_on: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    end: threading.Lock = field(default_factory=threading.Lock)
    nobody_listens: bool = False
    ended: bool = False
    given_up: bool = False
    error: BaseException | None = None


class Asking:
    """Asks through one prober after another; `reopen` opens the next. Without it there is only the first."""

    def __init__(
        self,
        prober: Prober,
        reopen: Callable[[], Prober] | None,
        interval: float,
        clock: Clock,
        stopping: threading.Event,
    ) -> None:
        self._prober: Prober | None = prober
        self._reopen = reopen
        self._interval = interval
        self._clock = clock
        self._stopping = stopping
        self._hanging: list[threading.Thread] = []

    def ask(self, down: Flags, take: Callable[[Answers], None], *, opening: bool) -> None:
        """Hold one round and give every batch of answers to `take`; ends early when we are being stopped.

        Raises what the prober or `take` raises, and HungError where the prober hangs.
        """
        call = _Call(self._usable(), down, opening)
        thread = threading.Thread(target=self._hold, args=(call,), name="prober", daemon=True)
        thread.start()
        try:
            self._hear(call, take)
        finally:
            self._hang_up(call, thread)

    def hurry(self, targets: Ints) -> None:
        """Have these asked out of turn, by a prober that can; from any thread."""
        prober = self._prober
        if isinstance(prober, Hasty):
            prober.hurry(targets)

    def close(self) -> None:
        """Give back sockets; a prober that was given up does so itself when it comes back."""
        if self._prober is not None:
            self._prober.close()

    def _usable(self) -> Prober | None:
        self._hanging = [thread for thread in self._hanging if thread.is_alive()]
        may_open = self._reopen is not None and len(self._hanging) < MOST_HANGING
        if self._prober is None and not may_open:
            raise HungError(f"{len(self._hanging)} probers hang, and no other is opened until one comes back")
        return self._prober

    # Where the round waits

    def _hear(self, call: _Call, take: Callable[[Answers], None]) -> None:
        longest = max(LONGEST_INTERVALS * self._interval, QUIET_SECONDS)
        quiet = whole = 0.0
        while True:
            before = self._clock.monotonic()
            said = self._next(call)
            # Time in which we stood still ourselves is no fault of the prober's.
            waited = min(self._clock.monotonic() - before, 2 * _LOOK_SECONDS)
            quiet, whole = quiet + waited, whole + waited
            if said is None or self._stopping.is_set():
                break
            if quiet > QUIET_SECONDS or whole > longest:
                call.error = HungError(f"the prober is given up after {whole:.0f} s")
                break
            for answers in said:
                quiet = 0.0
                take(answers)
                call.go_on.release()
        if call.error is not None:
            raise call.error

    def _next(self, call: _Call) -> _Word:
        try:
            return call.said.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            return ()

    def _hang_up(self, call: _Call, thread: threading.Thread) -> None:
        call.nobody_listens = True
        call.go_on.release()
        thread.join(_LOOK_SECONDS)
        with call.end:
            call.given_up = not call.ended
        if call.given_up:
            self._prober = None
            self._hanging.append(thread)
        elif call.error is not None and self._reopen is not None:
            self._prober = None  # whatever broke it may have broken its sockets
            _close(call.prober)
        else:
            self._prober = call.prober

    # On the prober's thread

    def _hold(self, call: _Call) -> None:
        try:
            self._say_all(call)
        except BaseException as error:  # noqa: BLE001 - raised where the round waits
            call.error = error
        with call.end:
            call.ended = True
        call.said.put(None)
        if call.given_up:
            log.warning("a prober that was given up has come back")
            _close(call.prober)

    def _say_all(self, call: _Call) -> None:
        if call.prober is None and self._reopen is not None:
            call.prober = self._reopen()
        assert call.prober  # noqa: S101 - without one no call is made
        for answers in call.prober.probe(call.down, opening=call.opening):
            if call.nobody_listens:
                return
            call.said.put((answers,))
            call.go_on.acquire()


def _close(prober: Prober | None) -> None:
    try:
        if prober is not None:
            prober.close()
    except OSError as error:
        log.warning("a prober's sockets could not be closed: %s", error)
