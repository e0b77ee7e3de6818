"""What is watched and what was promised, as frozen models. Reading files and cross-checks live in `load.py`.

Terms follow NetBox's circuits model where it has one: a circuit has a carrier (provider), a circuit id `cid`,
a type, terminations A and Z at sites, and a commit rate. A model here checks what one value can tell; what
only several entries together can tell (a dangling reference, a loop) is in `cross_checks.py`.
"""

from collections.abc import Mapping
from datetime import time
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from config.addresses import Address, Directory, Id, Listen, Source, Zone
from config.addresses import Network as Addresses
from config.alerts import Alerts
from config.asked import EVERY_ROUND, Check, WrittenRounds
from config.errors import WrongValueError
from config.hours import ServiceHours
from config.secret import Secret, SecretRef, StorageUrl, is_reference, reveal, with_password
from config.throughput import Throughput
from config.units import Day, Rate, TimeOfDay
from indicators.calendar import Holidays
from indicators.contracts import Contract
from indicators.policy import Policy
from probes.snmp_agent import Auth, Privacy
from probes.snmp_profile import Profile

Path = Literal["direct", "pinned", "device", "unproven"]

_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


class Model(BaseModel):
    """Frozen, and unknown keys are refused. Errors of pydantic's own never repeat what was written."""

    model_config = ConfigDict(frozen=True, **_STRICT)


class Named(Model):
    """A thing with a permanent id and a name people read."""

    id: Id
    name: str


class Calendar(Model):
    """The zone in which days and years are counted, and which days are worked."""

    zone: Zone = "Asia/Shanghai"
    holidays: str = ""  # a folder of the user's own, beside this file; see `config.calendars`


class Sentinels(Model):
    """Addresses that tell whether we see at all: near (our own gateway) and far (beyond the core)."""

    near: tuple[Address, ...] = ()
    far: tuple[Address, ...] = ()


class Vantage(Model):
    """From where we look."""

    name: str
    sentinels: Sentinels = Sentinels()  # that there is one is checked where it can be said why
    clock: Address | None = None  # speaks NTP; the clock is compared with it, and never set


class Group(Named):
    """A class of circuits, services, devices or systems; where groups are listed, only these may be used."""

    service_hours: str | None = None  # of its members that have none of their own


class Carrier(Named):
    """A provider of circuits."""

    fault_phone: str = ""
    account: str = ""
    contact: str = ""


# Of sites and circuits there are a hundred thousand: with slots they take a quarter of what a model would.
@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Site:
    """A place where circuits end."""

    id: Id
    name: str
    address: str = ""  # street address
    contact: str = ""
    phone: str = ""


class Need(Model):
    """A service without a check of its own is derived: at least `k` of the circuits `of`."""

    k: int = Field(ge=1)
    of: tuple[str, ...]


class Change(Model):
    """From this day on, attributes indicators read have these values (those not named stay)."""

    from_: Day = Field(alias="from")
    carrier: str | None = None
    commit_rate: Rate | None = None
    group: str | None = None
    address: Address | None = None
    source: Source | None = None
    path: Path | None = None
    upstream: str | None = None
    service_hours: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Circuit:
    """A leased line."""

    id: Id
    name: str
    group: str
    carrier: str
    type: str = ""
    termination_a: str  # site id
    termination_z: str  # site id
    commit_rate: Rate | None = None  # bit/s
    in_service_from: Day | None = None
    in_service_until: Day | None = None  # the first day no longer in service
    address: Address
    source: Source | None = None  # source address or interface
    check: Check | None = None  # read in another way than by asking `address` by ICMP
    interface: str | None = (
        None  # DEVICE/NAME, DEVICE/alias:ALIAS or DEVICE/index:NUMBER: its octets are counted
    )
    path: Path = "unproven"
    link_follows_path: bool = (
        False  # whether the interface goes down whenever the line does, wherever it is cut
    )
    upstream: str | None = None  # device or circuit id
    cid: str = ""  # 电路代号
    contract: str = ""  # 合同号
    monthly_fee: str = ""  # 月租, yuan
    fault_phone: str = ""  # 报障电话
    service_hours: str | None = None  # those of its group, or 7×24
    a_address: str = ""
    a_contact: str = ""
    z_address: str = ""
    z_contact: str = ""
    note: str = ""
    changes: tuple[Change, ...] = ()


class ServiceChange(Model):
    """From this day on, a service is made of these circuits."""

    from_: Day = Field(alias="from")
    group: str | None = None
    circuits: tuple[str, ...] | None = None
    needs: Need | None = None
    service_hours: str | None = None


class Service(Named):
    """A site's or system's service: its own check, or derived from circuits; both may be given."""

    group: str
    site: str | None = None
    check: Check | None = None
    needs: Need | None = None
    circuits: tuple[str, ...] = ()  # its members, where it has a check of its own
    service_hours: str | None = None
    changes: tuple[ServiceChange, ...] = ()


class Device(Named):
    """A router, switch, firewall."""

    group: str = ""
    kind: str = ""
    site: str | None = None
    check: Check
    upstream: str | None = None
    service_hours: str | None = None


class System(Named):
    """A business system."""

    group: str = ""
    site: str | None = None
    check: Check
    upstream: str | None = None
    service_hours: str | None = None


class TargetChange(Model):
    """From this day on, this was promised."""

    from_: Day = Field(alias="from")
    value: float


class Target(Model):
    """What was promised: an indicator of a group (or all) and its value."""

    indicator: str
    group: str | None = None
    value: float
    unit: str = ""
    changes: tuple[TargetChange, ...] = ()


class Backups(Model):
    """Copies of the ledger, one a day."""

    directory: Directory = ""  # empty: `backups` in the data directory
    keep: int = Field(default=14, ge=0)  # days that have one; 0: none are made


class Storage(Model):
    """Where the ledger is kept; empty: SQLite in the data directory. Never holds a password itself."""

    # As written: never a password in it, so that showing a configuration can never show a secret.
    url: StorageUrl = ""
    password: SecretRef | None = None
    daily_at: TimeOfDay = time(1)  # of the calendar's zone: when the ledger is folded, sealed and backed up
    keep_months: int = Field(
        default=13, ge=13
    )  # five-minute columns of clean days; a year is reported after it ended
    backups: Backups = Backups()

    @model_validator(mode="after")
    def _has_whose_password(self) -> Self:
        if self.password and not is_reference(self.url) and "@" not in self.url:
            raise WrongValueError(
                "a password is given but no user; expected a url such as postgresql://user@host/name",
                rule="storage",
            )
        return self

    def reveal_url(self, environment: Mapping[str, str]) -> Secret:
        """The whole URL with its password; empty where none is configured.

        Raises LinewalkerError if a variable is not set or a file cannot be read.
        """
        url = reveal(self.url, environment) if is_reference(self.url) else Secret(self.url)
        return with_password(url.reveal(), reveal(self.password, environment)) if self.password else url


class TrapUser(Model):
    """A user of SNMP version 3 who may send traps; what is not named is not asked for."""

    name: str = Field(min_length=1, max_length=32)
    auth: Auth | None = None
    auth_password: SecretRef | None = None
    privacy: Privacy | None = None
    privacy_password: SecretRef | None = None

    @model_validator(mode="after")
    def _has_passwords(self) -> Self:
        if bool(self.auth) != bool(self.auth_password) or bool(self.privacy) != bool(self.privacy_password):
            raise WrongValueError(
                "auth and auth_password belong together, and so do privacy and privacy_password; expected both",
                rule="traps",
            )
        if self.privacy and not self.auth:
            raise WrongValueError(
                "what is not signed cannot be enciphered; expected auth and auth_password beside privacy",
                rule="traps",
            )
        return self


class Traps(Model):
    """Listening for SNMP traps and informs; not done where this is not written."""

    listen: tuple[Listen, ...] = Field(default=("0.0.0.0:1162", "[::]:1162"), min_length=1)
    from_: tuple[Addresses, ...] = Field(default=(), alias="from")  # empty: the devices and systems
    communities: tuple[SecretRef, ...] = ()
    users: tuple[TrapUser, ...] = ()
    most_of_one: float = Field(default=10, gt=0)  # datagrams a second from one address, in the long run
    most_in_all: float = Field(default=100, gt=0)

    @model_validator(mode="after")
    def _trusts_somebody(self) -> Self:
        if not self.communities and not self.users:
            raise WrongValueError(
                "nobody could send a trap; expected communities, such as [env:TRAP_COMMUNITY], or users",
                rule="traps",
            )
        return self


class Network(Model):
    """All that may be written in a configuration file."""

    organisation: str
    calendar: Calendar = Calendar()
    vantage: Vantage
    rounds: WrittenRounds = EVERY_ROUND()
    service_hours: tuple[ServiceHours, ...] = ()
    groups: tuple[Group, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    sites: tuple[Site, ...] = ()
    circuits: tuple[Circuit, ...] = ()
    services: tuple[Service, ...] = ()
    devices: tuple[Device, ...] = ()
    systems: tuple[System, ...] = ()
    targets: tuple[Target, ...] = ()
    traps: Traps | None = None
    throughput: Throughput | None = None
    alerts: Alerts | None = None
    storage: Storage = Storage()
    listen: Listen = "127.0.0.1:8470"
    profiles: str = ""  # a folder of the user's own, beside this file; see `config.profiles`
    policy: str = ""  # the file of the written policy, beside this file; see `config.policy`
    contracts: str = ""  # the file of the contracts, beside this file; see `config.contracts`


class Config(Network):
    """One configuration as loaded; `digest` names its text, `text` is enough to load it again."""

    digest: str = ""
    text: str = Field(default="", repr=False)
    known_profiles: tuple[Profile, ...] = Field(default=(), repr=False)
    known_holidays: Holidays = Field(default=Holidays(), repr=False)
    rules: Policy = Field(default=Policy(), repr=False)  # those of `policy`, or as built in
    agreed: tuple[Contract, ...] = Field(default=(), repr=False)  # those of `contracts`
