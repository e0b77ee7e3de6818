"""What *ask* does with traps that are handed over to it: rows are written, and whom they concern is asked."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from collector import frames
from collector.ledger.store import Batch
from collector.rounds import Round
from collector.telling import Group

_SILENT_SECONDS = 5.0  # *traps* has a word every second


class Trapped:
    """`write` takes rows, `who` names all checks, and `rounds` ask them."""

    def __init__(
        self,
        write: Callable[[Batch], None],
        who: Sequence[Group],
        rounds: Sequence[Round],
    ) -> None:
        self._write = write
        self._who = who
        self._rounds = rounds
        self._said: dict[str, Any] = {}
        self._said_at = float("-inf")

    def take(self, word: dict[str, Any]) -> bytes:
        """Take one word of *traps*; the answer says how many rows are with us now."""
        batch = Batch()
        batch.add("trap", word["rows"])
        self._write(batch)
        self._hurry(self._checks({(kind, subject) for kind, subject in word["hurry"]}))
        self._said, self._said_at = word["said"], time.monotonic()
        return frames.pack({"taken": len(word["rows"])})

    def said(self) -> dict[str, Any] | None:
        """What *traps* said last of itself; None while it is not there."""
        return self._said if time.monotonic() - self._said_at < _SILENT_SECONDS else None

    def _checks(self, wanted: set[tuple[str, str]]) -> list[int]:
        return [
            check
            for group in self._who
            if wanted
            for check, subject in zip(group.checks, group.subjects, strict=True)
            if (group.kind, subject) in wanted
        ]

    def _hurry(self, checks: Iterable[int]) -> None:
        for one in tuple(self._rounds):  # also for nobody: rounds then wait for whoever comes next
            one.hurry(checks)
