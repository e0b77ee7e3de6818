"""Asking in tests: targets from a few words, and answers as rows one can read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from collector.checks import phases
from probes.columns import DOWN, UNKNOWN, UP, Answers, Sight, Targets
from probes.icmp import KINDS, IcmpProber
from probes.rhythm import Rhythm
from probes.sockets import BUFFER_BYTES, Kind

__all__ = ["DOWN", "QUICK", "UNKNOWN", "UP", "Heard", "Row", "ask", "prober", "targets"]

# A round of 3 s with everything in it: blind spells are gaps of more than 1.5 s.
QUICK = Rhythm(interval=3.0, retries=2, retry_after=0.3, timeout=0.5, fast=0.5)


class Row(NamedTuple):
    """One question."""

    address: str
    outcome: int
    sent: list[float]
    answered: int
    received_at: float
    rtt: float
    regular: bool
    reason: str


class Heard(NamedTuple):
    """What a round said, in order."""

    rows: list[Row]
    sights: list[Sight]

    def of(self, address: str) -> list[Row]:
        return [row for row in self.rows if row.address == address]

    def only(self, address: str) -> Row:
        (row,) = self.of(address)
        return row


def targets(
    addresses: Sequence[str], *, sentinels: Sequence[str] = (), sources: dict[str, str] | None = None
) -> Targets:
    """Targets evenly spread over the round, in another order than they are named, as checks are."""
    everybody = tuple(dict.fromkeys([*addresses, *sentinels]))
    return Targets(
        address=everybody,
        source=tuple((sources or {}).get(address) for address in everybody),
        phase=phases(np.arange(len(everybody))),
        sentinel=np.array([address in sentinels for address in everybody]),
    )


@contextmanager
def prober(
    asked: Targets,
    rhythm: Rhythm = QUICK,
    *,
    kinds: tuple[Kind, ...] = KINDS,
    buffer_bytes: int = BUFFER_BYTES,
) -> Iterator[IcmpProber]:
    """A prober that is closed afterwards."""
    opened = IcmpProber(asked, rhythm, kinds=kinds, buffer_bytes=buffer_bytes)
    try:
        yield opened
    finally:
        opened.close()


def ask(by: IcmpProber, asked: Targets, *, down: Sequence[str] = (), opening: bool = True) -> Heard:
    """Run one round to its end."""
    flags = np.array([address in down for address in asked.address])
    heard = Heard([], [])
    for answers in by.probe(flags, opening=opening):
        heard.rows.extend(rows(answers, asked))
        heard.sights.extend(answers.sight)
    return heard


def rows(answers: Answers, asked: Targets) -> list[Row]:
    """The questions of one batch."""
    return [
        Row(
            address=asked.address[answers.target[at]],
            outcome=int(answers.outcome[at]),
            sent=[float(when) for when in answers.sent[at] if not np.isnan(when)],
            answered=int(answers.answered[at]),
            received_at=float(answers.received_at[at]),
            rtt=float(answers.rtt[at]),
            regular=bool(answers.regular[at]),
            reason=answers.reason.get(at, ""),
        )
        for at in range(len(answers))
    ]
