"""What a prober is given and what it answers: columns, one row per target or per question.

Times are seconds since 1970 UTC as float64 (good to a microsecond in this century); NaN where there is none.
A row of `Answers` is one *question*: up to 1 + retries packets to one target, and what became of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

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
    reference points; they are asked as targets too, and every second besides. `settings` is what each check says,
    of the kind's own dataclass; `address` is by what it is known, for ICMP whom packets go to.
    """

    address: Sequence[str]
    source: Sequence[str | None]
    phase: Floats
    sentinel: Flags
    settings: Sequence[Any] = ()

    def __len__(self) -> int:
        return len(self.address)

    def take(self, rows: Ints) -> "Targets":
        """Those of these rows, in this order."""
        at = rows.tolist()
        return Targets(
            address=[self.address[row] for row in at],
            source=[self.source[row] for row in at],
            phase=self.phase[rows],
            sentinel=self.sentinel[rows],
            settings=[self.settings[row] for row in at] if self.settings else (),
        )


@dataclass(frozen=True, slots=True)
class Sight:
    """The sentinels were lost (`seen` False, `at` their last answer) or seen again (`at` their first)."""

    at: float
    seen: bool
    reason: str = ""  # "blind": asked and silent; "suspended": we did not ask


class Reading(NamedTuple):
    """One figure that was read of a target: its name and labels as on `/metrics`.

    `beyond` is "low" or "high" where a limit is passed, else empty.
    """

    metric: str
    labels: tuple[tuple[str, str], ...]
    value: float
    beyond: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """All figures that were read of a target at once, column by column; they come out one by one.

    Column by column because what they are called is the same from round to round, and then the same objects.
    """

    metrics: tuple[str, ...] = ()
    labels: tuple[tuple[tuple[str, str], ...], ...] = ()
    values: Sequence[float] = ()
    beyond: tuple[str, ...] = ()

    @classmethod
    def of(cls, readings: Iterable[Reading]) -> "Readings":
        """These, in this order."""
        columns = tuple(zip(*readings, strict=True))
        return cls(*columns) if columns else cls()

    def __len__(self) -> int:
        return len(self.metrics)

    def __iter__(self) -> Iterator[Reading]:
        return map(Reading, self.metrics, self.labels, self.values, self.beyond)

    def __add__(self, later: "Readings") -> "Readings":
        if not (self and later):
            return self or later
        return Readings(
            self.metrics + later.metrics,
            self.labels + later.labels,
            [*self.values, *later.values],
            self.beyond + later.beyond,
        )


class Octets(NamedTuple):
    """What went through an interface in the `seconds` before it was read; NaN where that is not known.

    `speed` is what the interface said then of itself, bit/s. `discards_in` and `discards_out` are the packets that it
    threw away although nothing was wrong with them: there was no room for them.
    """

    seconds: float
    received: float
    sent: float
    speed: float = float("nan")
    discards_in: float = float("nan")
    discards_out: float = float("nan")


class Statement(NamedTuple):
    """What a device said by itself of how a target stood before it was asked; NaN and -1 where it did not say.

    `origin` is what it looked at: `device` (itself), `interface`, `nqa`, `bfd` or `bgp`. It has stood so for
    `lasted` seconds; `uptime` is its sysUpTime in seconds; `changes` counts how often the state has changed.
    """

    origin: str
    outcome: int
    lasted: float
    uptime: float
    changes: int = -1


@dataclass(frozen=True, slots=True)
class Answers:
    """Questions settled since the last batch, in the order they were settled; a target at most once a batch.

    `sent` has a column per attempt (NaN: none was made; one that the kernel refused has its time too),
    `answered` is the attempt that was answered or -1, `received_at` the kernel's receive stamp, or for
    silence the deadline that passed. `rtt` is NaN where it is not known. `regular` marks the questions of
    the regular rhythm, the only ones that loss counts. `outcome` is UP, DOWN (the network's fault) or
    UNKNOWN (ours; `reason` says what). `reason` is empty for most rows and so is a mapping from row to
    text, such as "host unreachable from 10.0.0.1". `values` are live figures beside the outcome, by a name that ends
    in their unit (`connect_seconds`), a column over the rows each, NaN where there is none; they are shown, and
    never recorded. `readings` are figures with labels, as many as a target has; they are shown, too. `octets` went
    through a target that is an interface, until `received_at`; they and its discards are counted by the five minutes.
    `statements` are what devices said of the time before. Where an answer is older than its question, `sent` is from
    when on it holds, and `earlier` by how many seconds that lies before the question was asked.
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
    values: dict[str, Floats] = field(default_factory=dict)
    readings: dict[int, Readings] = field(default_factory=dict)
    octets: dict[int, Octets] = field(default_factory=dict)
    statements: dict[int, Statement] = field(default_factory=dict)
    earlier: Floats | None = None  # None: nowhere

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
