"""One answer for many who ask at about the same time: twenty open pages and a scrape cost what one does."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from exporters.reading import Change, Overview, Reader

# The page asks every two seconds and a change takes that long to be seen anyway.
SHARED_SECONDS = 0.5

T = TypeVar("T")


@dataclass(slots=True)
class Last(Generic[T]):
    """The last answer, and when it was made; those who come meanwhile wait for it."""

    make: Callable[[], T]
    young: float = SHARED_SECONDS
    lock: threading.Lock = field(default_factory=threading.Lock)
    answer: T | None = None
    at: float = float("-inf")

    def now(self, monotonic: float) -> T:
        """The last answer if it is young enough, else a new one."""
        with self.lock:
            if self.answer is None or monotonic - self.at >= self.young:
                self.answer, self.at = self.make(), monotonic
            return self.answer


class Shared:
    """A reader that asks another at most twice a second; `monotonic` tells the time."""

    def __init__(self, reader: Reader, monotonic: Callable[[], float]) -> None:
        self._reader = reader
        self._monotonic = monotonic
        self._overview = Last(reader.overview)
        self._recent: dict[int, Last[tuple[Change, ...]]] = {}

    def overview(self) -> Overview:
        """How everything stands, or stood half a second ago."""
        return self._overview.now(self._monotonic())

    def recent(self, limit: int) -> tuple[Change, ...]:
        """The newest recorded changes; the page's own limit and the API's few others are each shared."""
        if limit not in self._recent:
            self._recent[limit] = Last(lambda: self._reader.recent(limit))
        return self._recent[limit].now(self._monotonic())
