"""What a prober is given and what it answers: columns, one row per target or per question.

Times are seconds since 1970 UTC as float64 (good to a microsecond in this century); NaN where there is none.
A row of `Answers` is one *question*: up to 1 + retries packets to one target, and what became of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]

DOWN, UP, UNKNOWN = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Targets:
    """Whom to ask: row i is target i of every later column.

    `phase` is the place of each target in the round, 0 ≤ phase < 1; it belongs to the target and does not move
    when others come or go. `source` is a source address, an interface name, or None. `sentinel` marks the
    reference points; they are asked as targets too, and every second besides.
    """

    address: tuple[str, ...]
    source: tuple[str | None, ...]
    phase: Floats
    sentinel: Flags

    def __len__(self) -> int:
        return len(self.address)


@dataclass(frozen=True, slots=True)
class Sight:
    """The sentinels were lost (`seen` False, `at` their last answer) or seen again (`at` their first)."""

    at: float
    seen: bool
    reason: str = ""  # "blind": asked and silent; "suspended": we did not ask


@dataclass(frozen=True, slots=True)
class Answers:
    """Questions settled since the last batch, in the order they were settled; a target at most once a batch.

    `sent` has a column per attempt (NaN: none was made; one that the kernel refused has its time too),
    `answered` is the attempt that was answered or -1, `received_at` the kernel's receive stamp, or for
    silence the deadline that passed. `rtt` is NaN where it is not known. `regular` marks the questions of
    the regular rhythm, the only ones that loss counts. `outcome` is UP, DOWN (the network's fault) or
    UNKNOWN (ours; `reason` says what). `reason` is empty for most rows and so is a mapping from row to
    text, such as "host unreachable from 10.0.0.1".
    """

    target: Ints
    outcome: Codes
    sent: Floats  # shape (rows, 1 + retries)
    answered: Codes
    received_at: Floats
    rtt: Floats
    regular: Flags
    reason: dict[int, str] = field(default_factory=dict)
    sight: tuple[Sight, ...] = ()

    def __len__(self) -> int:
        return len(self.target)


class Prober(Protocol):
    """Asks all its targets one question a round; a failure is an answer, never an exception."""

    def probe(self, down: Flags, *, opening: bool) -> Iterator[Answers]:
        """Run one round now and yield answers as they settle, at least once a second.

        `down` marks the targets known to be down when the round begins: they are asked in the fast rhythm.
        `opening` asks everybody at once (paced, but not over the whole interval): the first round of a watch.
        It knows no fast rhythm and ends when everybody's question is settled.
        """
        ...

    def close(self) -> None:
        """Give back sockets."""
        ...
