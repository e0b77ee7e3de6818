"""The one writer of facts: a thread that takes batches in order and commits what has gathered.

While the ledger cannot be written the batches wait in memory, in order, and are written when it returns.
"""

import logging
import queue
import threading
import time
from typing import Protocol

import sqlalchemy as sa

from collector.ledger.store import Batch

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
LAST_RETRY_SECONDS = 0.1


class Writable(Protocol):
    """What the writer needs of a ledger."""

    def write(self, *batches: Batch) -> None:
        """Commit these batches together."""
        ...


class Writer:
    """Takes batches from any thread and writes them from its own, so that a slow disk delays no round."""

    def __init__(self, ledger: Writable) -> None:
        self._ledger = ledger
        self._waiting: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._rows = 0
        self._count = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._give_up_at = float("inf")
        self.problem = ""

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    @property
    def waiting_rows(self) -> int:
        """Rows that are not committed yet."""
        return self._rows

    def put(self, batch: Batch) -> None:
        """Hand over one batch; never blocks."""
        if len(batch):
            self._add(len(batch))
            self._waiting.put(batch)

    def close(self, seconds: float) -> bool:
        """Write what is waiting, for so long at the most; whether everything was written."""
        self._give_up_at = time.monotonic() + seconds
        self._stopping.set()
        self._waiting.put(None)
        self._thread.join(seconds + 2 * LAST_RETRY_SECONDS)
        return not self._thread.is_alive() and self._rows == 0

    def _run(self) -> None:
        while batches := self._gathered():
            while not self._written(batches):
                if self._stopping.is_set():
                    # Closing is no reason to give up at the first failure: there is time until the deadline.
                    if time.monotonic() >= self._give_up_at:
                        return
                    time.sleep(LAST_RETRY_SECONDS)
                self._stopping.wait(RETRY_SECONDS)

    def _gathered(self) -> list[Batch]:
        """Everything that waits, at least one batch; empty when the writer is closed and nothing waits."""
        batches: list[Batch] = []
        while True:
            try:
                batch = self._waiting.get(block=not batches and not self._stopping.is_set())
            except queue.Empty:
                return batches
            if batch is not None:
                batches.append(batch)

    def _written(self, batches: list[Batch]) -> bool:
        """Write batches together; whether all are done with. Those done with one by one leave the list."""
        try:
            self._ledger.write(*batches)
        except (sa.exc.IntegrityError, sa.exc.DataError) as error:
            if len(batches) > 1:
                while batches and self._written(batches[:1]):
                    batches.pop(0)
                return not batches
            # It would be refused for ever, and what comes after it must not wait for ever.
            log.error("the ledger refuses these facts, %s: %s", error.orig, batches[0])  # noqa: TRY400
        except Exception as error:  # noqa: BLE001 - whatever the database says, the facts wait for it
            if not self.problem:
                log.error("the ledger cannot be written, %d rows wait: %s", self._rows, error)  # noqa: TRY400
            self.problem = f"{type(error).__name__}: {error}"
            return False
        self.problem = ""
        self._add(-sum(map(len, batches)))
        return True

    def _add(self, rows: int) -> None:
        with self._count:
            self._rows += rows
