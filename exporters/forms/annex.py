"""What stands behind a filled plan, as plain values: outages, days, faults, unknown time, what people entered.

Whoever reads the ledger makes an `Annex`; the annex, the report and the reasons are made from it. Nothing is judged
here. Moments are microseconds since 1970 UTC, durations seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from indicators.measure import Measure
from indicators.policy import Policy


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a part is about: a kind of subjects of a group (`all`: of all groups), in one view, by one policy."""

    kind: str
    subject: str
    view: str
    policy: str  # its digest
    basis: str = "measured"

    @classmethod
    def of(cls, measure: Measure) -> "Scope":
        """The part in which a measure has its evidence."""
        return cls(measure.kind, measure.subject, measure.view, measure.policy, measure.basis)


@dataclass(frozen=True, slots=True)
class Blame:
    """Who is said to be responsible, and what says so: `amendment`, `ticket` or `proposal`; empty: nothing does."""

    party: str = ""
    says: str = ""
    reference: str = ""
    confirmed: bool = False  # approved by a second person, or confirmed by both sides


@dataclass(frozen=True, slots=True)
class OutageLine:
    """One settled outage; its true start lies in [start_after, start_before], its true end likewise."""

    subject: str
    name: str
    start: int
    start_after: int | None
    start_before: int
    end: int | None  # None: still down
    end_after: int | None
    end_before: int | None
    down: float
    unknown: float
    reason: str
    fault: str | None  # None: wholly in time that does not count
    blame: Blame = Blame()

    @property
    def seconds(self) -> float:
        """How long, unknown time in it included."""
        return self.down + self.unknown


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One fault that began in the window: its clock, and whether it was restored in time.

    `verdict` is `in time`, `too late`, `undecided` or `waiting` (open, and not beyond the limit yet).
    """

    id: str
    subject: str
    name: str
    start: int
    end: int
    ended: bool
    clock: float
    shortest: float
    longest: float
    verdict: str
    blame: Blame = Blame()


@dataclass(frozen=True, slots=True)
class DayLine:
    """One whole day with its verdict: normal, not normal, undecided or excused."""

    date: str  # ISO
    verdict: str
    counted: float
    down: float
    unknown: float
    limit: float


@dataclass(frozen=True, slots=True)
class Part:
    """All that stands behind the figures of one scope."""

    scope: Scope
    title: str  # what people call the group
    members: int
    days: tuple[DayLine, ...]
    outages: tuple[OutageLine, ...]
    faults: tuple[FaultLine, ...]
    unknown: Mapping[str, float]  # seconds by cause
    counted: float  # seconds that count, of all members together
    limit: float  # within which a fault has to be restored


@dataclass(frozen=True, slots=True)
class CarrierLine:
    """What was measured of the lines of a carrier whose path is proven; how many others there are."""

    carrier: str
    name: str
    lines: int
    unproven: int
    measures: Mapping[str, Measure]  # by indicator


@dataclass(frozen=True, slots=True)
class WindowLine:
    """A maintenance window 割接: agreed or retroactive, and whether it applies."""

    subjects: tuple[str, ...]
    names: tuple[str, ...]
    begin: int
    end: int
    recorded_at: int
    recorded_by: str
    approved_by: str
    reason: str
    reference: str
    agreed: bool
    applies: bool


@dataclass(frozen=True, slots=True)
class PaperLine:
    """An amendment or an attestation; it counts where a second person approved it."""

    kind: str  # amendment or attestation
    subject: str
    begin: int
    end: int
    says: str  # party …, up or down
    signed_by: str
    recorded_by: str
    approved_by: str
    reason: str
    reference: str
    file_name: str


@dataclass(frozen=True, slots=True)
class GroupLine:
    """How many are watched of a kind and group."""

    kind: str
    group: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Unwatched:
    """A subject of which nothing was seen in the whole window."""

    kind: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Annex:
    """The evidence of a whole plan over [begin, end)."""

    begin: int
    end: int
    until: int  # the moment of judging, where it lies before `end`; else `end`
    zone: str
    parts: Mapping[Scope, Part] = field(default_factory=dict)
    carriers: tuple[CarrierLine, ...] = ()
    windows: tuple[WindowLine, ...] = ()
    papers: tuple[PaperLine, ...] = ()
    unwatched: tuple[Unwatched, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()  # kind and id of whom no configuration names any more
    inventory: tuple[GroupLine, ...] = ()
    policies: Mapping[str, Policy] = field(default_factory=dict)  # by digest
    configurations: tuple[tuple[str, int], ...] = ()  # digest, and when it was loaded

    def part(self, measure: Measure | None) -> Part | None:
        """What stands behind a measure, if it was gathered."""
        return None if measure is None else self.parts.get(Scope.of(measure))
