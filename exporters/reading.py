"""What exporters are told, as plain values: who is watched, and how it stands now.

The collector fills these from the ledger and the live feed; nothing here knows a database. A column has one
row per subject, in the order of `Subjects`. Times are seconds since 1970 UTC, NaN where there is none.
"""

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from exporters.standing import Standing

DOWN, UP, UNKNOWN = 0, 1, 2
STATES = ("down", "up", "unknown")
LOW, WITHIN, HIGH = -1, 0, 1  # where a figure stands to the limits of its profile
Labels = tuple[tuple[str, str], ...]
UPSTREAM = "upstream "  # how the reason of a masked run begins; the id of what it depends on follows


@dataclass(frozen=True, slots=True)
class Subject:
    """One circuit, service, device, system or sentinel as configured; fixed until the next reload."""

    id: str
    name: str
    group: str = ""  # of a sentinel: near or far
    carrier: str = ""  # carrier id
    carrier_name: str = ""
    site: str = ""  # site id; of a circuit its Z end
    site_name: str = ""
    path: str = ""  # direct | pinned | device | unproven; circuits only
    address: str = ""  # what is asked
    type: str = ""
    cid: str = ""  # 电路代号
    rate: str = ""  # contracted rate as written, such as 10M
    fault_phone: str = ""  # 报障电话
    contact: str = ""  # of the far end
    derived: bool = False  # a service without a check of its own
    members: tuple[str, ...] = ()  # circuits of a service
    group_name: str = ""  # what people call the group, if the configuration says
    upstream: str = ""  # id of the device or circuit it hangs on


@dataclass(frozen=True, slots=True)
class Columns:
    """How the subjects of one kind stand: the raw masked run, live quality, totals since recording began."""

    state: NDArray[np.int8]
    since: NDArray[np.float64]  # start of the present run; NaN while unknown from the beginning
    rtt: NDArray[np.float64]  # seconds, of the last answer
    loss: NDArray[np.float64]  # share of first packets lost in the last five to ten minutes
    outages: NDArray[
        np.float64
    ]  # recorded down-runs; NaN without a check of its own, and until they were counted
    outage_seconds: NDArray[np.float64]  # measured down-time, the present run included
    reason: dict[int, str] = field(default_factory=dict)
    # Live figures of the probe, by a name that ends in their unit; NaN where there is none, and while not up.
    values: dict[str, NDArray[np.float64]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """What the figures of one subject are called, in order: `device_temperature_celsius` and the labels of its row.

    Subjects with the same figures share one and the same object, and keep it as long as nothing is renamed.
    """

    metrics: tuple[str, ...]
    labels: tuple[Labels, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """Figures read of the subjects of a kind, as many as each has; a row of `value` and `beyond` is one figure.

    `parts` are the subjects (by their row in the kind) and names of the figures, in the order of the rows; it is
    one and the same object until somebody's figures are called otherwise. `value` is NaN while it is not known.
    """

    parts: tuple[tuple[int, Names], ...] = ()
    value: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    beyond: NDArray[np.int8] = field(default_factory=lambda: np.empty(0, np.int8))


class Figure(NamedTuple):
    """One figure of a subject; `beyond` is LOW, WITHIN or HIGH."""

    metric: str
    labels: Labels
    value: float
    beyond: int


@dataclass(frozen=True, slots=True)
class Kind:
    """All subjects of one kind with their columns, and what was read of them."""

    subjects: tuple[Subject, ...]
    now: Columns
    readings: Readings = field(default_factory=Readings)


@dataclass(frozen=True, slots=True)
class RoundNow:
    """One round: how often it completed and how late its last start was."""

    name: str
    completed: int
    late_seconds: float
    watched_until: float


@dataclass(frozen=True, slots=True)
class TrapsNow:
    """SNMP traps and informs since their process began: those let in, and those that were not, by the reason."""

    received: int
    dropped: dict[str, int]


@dataclass(frozen=True, slots=True)
class ReceiverNow:
    """One who is told: how much waits, when a message last got through (NaN: never), and why the last did not."""

    id: str
    waiting: int
    sent_at: float = float("nan")
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AlertsNow:
    """What people were told of and is not over, and how telling them goes."""

    told: int
    receivers: tuple[ReceiverNow, ...]


@dataclass(frozen=True, slots=True)
class CollectorNow:
    """The collector itself. `problem` is a sentence with its remedy while something keeps it from watching.

    While `watching` is False every state of the overview is unknown.
    """

    organisation: str
    vantage: str
    version: str
    watching: bool
    problem: str = ""
    started_at: float = float("nan")
    rounds: tuple[RoundNow, ...] = ()
    queue_rows: int = 0
    spool_rows: int = 0
    clock_offset: float | None = None  # how far the clock is ahead; None: no source tells, 时钟未校准
    clock_error: float = float("nan")  # the offset is right within so much
    clock_source: str = ""
    config_digest: str = ""
    config_refused: bool = False  # a newer configuration could not be used; the old one stays in force
    keeping_failed: bool = False  # the ledger could not be folded, sealed or backed up the last time
    kept_at: float | None = None  # when the last keeping of the ledger that succeeded was begun
    traps: TrapsNow | None = None  # None: nobody listens for any
    alerts: AlertsNow | None = None  # None: nobody is to be told
    shortest_sure: float = 12.0  # cuts at least this long are always found; seconds


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything at one instant. Kinds: circuits, services, devices, systems, sentinels."""

    at: float
    kinds: dict[str, Kind]
    collector: CollectorNow
    standing: Standing = field(default_factory=Standing)


@dataclass(frozen=True, slots=True)
class Change:
    """One recorded change, newest first on the page: subject `id` of `kind` went to `state` at `at`."""

    at: float
    kind: str
    id: str
    name: str
    state: str
    reason: str
    lasted: float  # seconds the run before it had lasted; NaN where unknown


class Reader(Protocol):
    """What the page, the API and /metrics may ask. Implemented in the collector."""

    def overview(self) -> Overview:
        """How everything stands now; cheap, never waits for a database."""
        ...

    def recent(self, limit: int) -> tuple[Change, ...]:
        """The newest recorded changes of all subjects."""
        ...
