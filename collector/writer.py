"""The one writer of facts: numbers batches as they come and brings them, in order, into the ledger.

While the ledger cannot be written they wait in memory for a while and then in a spool beside the data; they are
written when it returns, in the same order and once. The ledger is called from a thread of its own: one that never
answers holds up nothing but itself.
"""

import logging
import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import accumulate, takewhile
from typing import Protocol

import sqlalchemy as sa

from collector.ledger.store import Batch, Life, brief
from collector.spool import Spool

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
ANSWER_SECONDS = 10.0
# What waits longer, or is more, is put on the disk.
MEMORY_SECONDS = 5.0
MEMORY_ROWS = 20_000
# More than this is lost rather than kept in memory: with it would go the process, and what is lost is unknown.
LAST_ROWS = 500_000
_CHUNK_ROWS = 5_000
_LOOK_SECONDS = 0.1
_ASIDE_SECONDS = 0.5
_LATE = TimeoutError("it does not answer")

AWAY = "the ledger cannot be written; what is seen waits beside it and is written when it returns"
NOWHERE = "neither the ledger nor the disk beside it can be written; what is seen waits in memory"


class Writable(Protocol):
    """What the writer needs of a ledger."""

    def write(self, *batches: Batch) -> None:
        """Commit these batches together."""
        ...


class Writer:
    """Takes batches from any thread and writes them from its own, so that a slow disk delays no round."""

    def __init__(self, ledger: Writable, life: Life, spool: Spool) -> None:
        self._ledger = ledger
        self._life = life
        self._spool = spool
        self._waiting: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._order = threading.Lock()
        self._memory_rows = 0
        self._held: list[Batch] = []
        self._committing = ThreadPoolExecutor(1, "ledger")
        self._commit: Future[None] | None = None
        self._since = float("inf")  # since when the ledger has not been written
        self._give_up_at = float("inf")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self.problem = ""

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    @property
    def waiting_rows(self) -> int:
        """Rows that are not in the ledger yet."""
        return self._memory_rows + self._spool.rows

    @property
    def spooled_rows(self) -> int:
        """Those of them that wait on the disk."""
        return self._spool.rows

    @property
    def overflowing(self) -> bool:
        """Whether more waits in memory than may: what comes now cannot be kept."""
        return self._memory_rows > LAST_ROWS and bool(self.problem)

    def put(self, batch: Batch) -> None:
        """Hand over one batch; never blocks."""
        if len(batch):
            with self._order:  # numbered in the order in which they wait
                batch.seq = self._life.take(len(batch))
                self._memory_rows += len(batch)
                self._waiting.put(batch)

    def close(self, seconds: float) -> bool:
        """Bring what is waiting into the ledger or the spool, for so long at the most; whether all of it was."""
        self._give_up_at = time.monotonic() + seconds
        self._stopping.set()
        self._waiting.put(None)
        self._thread.join(seconds + RETRY_SECONDS)
        self._committing.shutdown(wait=False)
        return not self._thread.is_alive() and not self._memory_rows

    def _run(self) -> None:
        while not self._finished():
            self._gather()
            if self._brought():
                self._returned()
            else:
                self._keep_waiting()

    def _returned(self) -> None:
        if self.problem and not self._spool.rows:
            log.warning("the ledger can be written again; everything that waited is in it")
            self.problem, self._since = "", float("inf")

    def _finished(self) -> bool:
        if not self._stopping.is_set():
            return False
        nothing_new = self._waiting.empty() and not self._held
        away = self.problem and nothing_new  # what is spooled is safe: another life will write it
        return away or (nothing_new and not self._spool.rows) or time.monotonic() >= self._give_up_at

    def _gather(self) -> None:
        """Take everything that waits in memory; with nothing to do at all, wait for the next batch."""
        idle = not (self._held or self._spool.rows or self._stopping.is_set())
        try:
            while (batch := self._waiting.get(block=idle)) is not None:
                self._held.append(batch)
                idle = False
        except queue.Empty:
            return

    def _brought(self) -> bool:
        """Write what has waited longest; whether the ledger took it."""
        if not self._spool.rows:
            chunk = _first(self._held, _CHUNK_ROWS)
            done = self._written(chunk)
            self._forget(chunk[:done])
            return done == len(chunk)
        chunk = self._spool.first(_CHUNK_ROWS)
        taken = self._written(chunk) == len(chunk)
        if taken:
            self._spool.take()
        return taken

    def _forget(self, batches: list[Batch]) -> None:
        """These wait in memory no longer."""
        del self._held[: len(batches)]
        with self._order:
            self._memory_rows -= sum(map(len, batches))

    def _written(self, batches: Sequence[Batch]) -> int:
        """Write batches together; with how many of them, from the first on, the ledger is done."""
        error = self._answer(batches) if batches else None
        if error is None:
            return len(batches)
        if not isinstance(error, sa.exc.IntegrityError | sa.exc.DataError):
            self._say(error)
            return 0
        if len(batches) > 1:
            done = (self._written([batch]) for batch in batches)
            return sum(takewhile(bool, done))
        # It would be refused for ever, and what comes after it must not wait for ever.
        log.error("the ledger refuses these facts, %s: %s", error.orig, batches[0])
        return 1

    def _answer(self, batches: Sequence[Batch]) -> Exception | None:
        """What the ledger says to these batches: nothing if it took them."""
        if self._commit is None or self._settled(self._commit):
            # What a late commit held waits here as well: by its numbers the ledger knows it again.
            self._commit = self._committing.submit(self._ledger.write, *batches)
        else:
            return _LATE
        if not self._settled(self._commit):
            return _LATE
        error = self._commit.exception()
        self._commit = None
        if error is not None and not isinstance(error, Exception):
            raise error
        return error

    def _settled(self, commit: Future[None]) -> bool:
        """Wait for the ledger's answer, but not so long that nothing could be put aside before the end."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while not commit.done() and time.monotonic() < min(deadline, self._give_up_at - _ASIDE_SECONDS):
            wait([commit], _LOOK_SECONDS)
        return commit.done()

    def _say(self, error: Exception) -> None:
        if not self.problem:
            log.error("the ledger cannot be written, %d rows wait: %s", self.waiting_rows, brief(error))
            self.problem, self._since = AWAY, time.monotonic()

    def _keep_waiting(self) -> None:
        """Put what waits on the disk once it is too much or too old for memory; then give the ledger a moment."""
        old = time.monotonic() - self._since > MEMORY_SECONDS
        many = self._memory_rows > MEMORY_ROWS
        if self._held and (self._spool.rows or old or many or self._stopping.is_set()):
            self._put_aside()
        self._stopping.wait(RETRY_SECONDS)

    def _put_aside(self) -> None:
        try:
            self._spool.append(self._held)
        except OSError as error:
            if self.problem != NOWHERE:
                log.error("the spool cannot be written either, %d rows wait: %s", self._memory_rows, error)  # noqa: TRY400
            self.problem = NOWHERE
            return
        self._forget(self._held[:])
        self.problem = AWAY


def _first(batches: Sequence[Batch], rows: int) -> list[Batch]:
    """The first of these, about so many rows: what a ledger takes in a moment, however busy the machine is."""
    counts = accumulate(map(len, batches), initial=0)
    return [batch for batch, before in zip(batches, counts, strict=False) if before < rows]
