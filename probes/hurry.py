"""Who is to be asked out of turn: told by one thread, taken by the one that asks."""

import threading
from typing import Protocol, runtime_checkable

import numpy as np

from probes.columns import Ints

_NOBODY = np.empty(0, np.int64)


@runtime_checkable
class Hasty(Protocol):
    """A prober that can ask targets out of turn."""

    def hurry(self, targets: Ints) -> None:
        """Ask these as soon as can be, with the retries of a regular question; those being asked are left alone.

        May be called from any thread, also with nobody: from the first call on rounds last until the next one
        begins, so that whoever is in a hurry later need not wait for it.
        """
        ...


class Hurry:
    """Those who wait to be asked; `awaited` once somebody said that there may be such."""

    def __init__(self) -> None:
        self._waiting = _NOBODY
        self._lock = threading.Lock()
        self.awaited = False

    def put(self, targets: Ints) -> None:
        """These are to be asked; called from any thread."""
        with self._lock:
            self._waiting = np.union1d(self._waiting, targets).astype(np.int64)
        self.awaited = True

    def take(self) -> Ints:
        """Those who wait, each once; they wait no longer."""
        if not len(self._waiting):  # nearly always, and a lock a tick is not free
            return _NOBODY
        with self._lock:
            taken, self._waiting = self._waiting, _NOBODY
        return taken
