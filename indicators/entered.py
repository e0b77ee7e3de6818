"""What people entered, as values for those who judge: windows, tickets, attestations, amendments, values, records.

Nothing is judged here: whether a window was agreed or is retroactive, whether what nobody approved counts, and what
an attestation may settle follow from these values and a policy. Times are whole microseconds since 1970 UTC,
stretches are half-open. Nothing that was entered is ever overwritten: a correction is a later entry, which holds
those it took the place of, oldest first, as `earlier`.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal, Self

State = Literal["up", "down"]


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What an entry speaks of: `kind` is circuit, service, device or system, as in the table `check`."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What every entry has. `recorded_by` vouches for it, and `approved_by`, a second person, agreed to it.

    `account` is that of the machine under which it was entered, `note` what was said with the approval. `reference`
    is the document it rests on, `file_sha256` the digest of the file that was kept with it. A `cancelled` entry takes
    back those before it and is not in force itself. `approved_by` and `approved_at` are None while nobody approved
    this very entry; an approval of an earlier one says nothing of a correction.
    """

    id: str
    recorded_at: int
    recorded_by: str
    account: str = ""
    reason: str = ""
    reference: str = ""
    file_name: str = ""
    file_sha256: str = ""
    supersedes: str | None = None
    cancelled: bool = False
    approved_by: str | None = None
    approved_at: int | None = None
    note: str = ""
    earlier: tuple[Self, ...] = ()

    @property
    def root(self) -> str:
        """The id of the first entry of those that correct each other: it never changes."""
        return self.earlier[0].id if self.earlier else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance(Entered):
    """A maintenance window 割接 of these subjects; `recorded_at` tells whether it was recorded before it began."""

    subjects: tuple[Subject, ...]
    begin: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """A stretch in which the clock of a ticket stood still, such as 停电 at the site; `end` is None while it does.

    It counts as signed where `signed_by` names who agreed to it.
    """

    begin: int
    end: int | None
    reason: str
    signed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket(Entered):
    """A fault as it was reported to and handled by somebody, on the ticket's clock; None: not yet, or never said.

    `party` is who is held responsible, `number` the carrier's own number of it. `confirmed_by` signed its times for
    the office, `party_confirmed_by` for the carrier or service company.
    """

    subject: Subject
    reported_at: int
    accepted_at: int | None = None
    arrived_at: int | None = None
    restored_at: int | None = None
    party: str = ""
    cause: str = ""
    number: str = ""
    confirmed_by: str = ""
    party_confirmed_by: str = ""
    suspensions: tuple[Suspension, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation(Entered):
    """Somebody signed that a subject was up or down: 佐证. `origin` is a code such as `duty-log`.

    `precision` is to how many microseconds its times are told; None: nobody said.
    """

    subject: Subject
    begin: int
    end: int
    state: State
    origin: str
    signed_by: str
    precision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment(Entered):
    """Of a stretch of a subject: with `what` party the responsible one, with `resolve` how its unknown time was.

    `value` is the party, or `up` or `down`.
    """

    subject: Subject
    begin: int
    end: int
    what: Literal["party", "resolve"]
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualValue(Entered):
    """A value that nothing here measures, of a period: `name` is the id under which a form asks for it.

    `value` stands as it was written, in `unit`; it may be words, such as 优.
    """

    name: str
    value: str
    unit: str
    begin: int
    end: int
    subject: Subject | None = None

    @property
    def number(self) -> Decimal | None:
        """The value as an exact number; None where it is none."""
        try:
            found = Decimal(self.value)
        except InvalidOperation:
            return None
        return found if found.is_finite() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Entered):
    """A filled-in sheet of a form such as 系统运行检查记录: what was done at a moment, field by field as written.

    `kind` is `inspection` or `repair`; `form` names the form, whose fields `config/record_forms.py` declares.
    """

    kind: Literal["inspection", "repair"]
    form: str
    at: int
    subjects: tuple[Subject, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EnteredFacts:
    """All that is in force and touches a stretch, each kind in the order of its times and then of its ids."""

    maintenance: tuple[Maintenance, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    manual_values: tuple[ManualValue, ...] = ()
    records: tuple[Record, ...] = ()
