"""What is watched and what was promised, as frozen models. Loading and cross-checks live in `load.py`.

Terms follow NetBox's circuits model where it has one: a circuit has a carrier (provider), a circuit id `cid`,
a type, terminations A and Z at sites, and a commit rate.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from config.units import Rate, Seconds
from probes.rhythm import Rhythm

Path = Literal["direct", "pinned", "device", "unproven"]


class Model(BaseModel):
    """Frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Named(Model):
    """A thing with a permanent id and a name people read."""

    id: str
    name: str


class Calendar(Model):
    """The zone in which days and years are counted."""

    zone: str = "Asia/Shanghai"


class Sentinels(Model):
    """Addresses that tell whether we see at all: near (our own gateway) and far (beyond the core)."""

    near: tuple[str, ...] = ()
    far: tuple[str, ...] = ()


class Vantage(Model):
    """From where we look."""

    name: str
    sentinels: Sentinels


class Carrier(Named):
    """A provider of circuits."""

    fault_phone: str = ""
    account: str = ""
    contact: str = ""


class Site(Named):
    """A place where circuits end."""

    address: str = ""  # street address
    contact: str = ""
    phone: str = ""


class Check(Model):
    """An own check of a service, a device or a system."""

    probe: Literal["icmp"] = "icmp"
    address: str
    source: str | None = None


class Need(Model):
    """A service without a check of its own is derived: at least `k` of the circuits `of`."""

    k: int = Field(ge=1)
    of: tuple[str, ...]


class Change(Model):
    """From this day on, attributes indicators read have these values (those not named stay)."""

    from_: date = Field(alias="from")
    carrier: str | None = None
    commit_rate: Rate | None = None
    group: str | None = None
    address: str | None = None
    source: str | None = None
    upstream: str | None = None


class Circuit(Named):
    """A leased line."""

    group: str
    carrier: str
    type: str = ""
    termination_a: str  # site id
    termination_z: str  # site id
    commit_rate: Rate | None = None  # bit/s
    in_service_from: date | None = None
    in_service_until: date | None = None  # the first day no longer in service
    address: str
    source: str | None = None  # source address or interface
    path: Path = "unproven"
    upstream: str | None = None  # device or circuit id
    cid: str = ""  # 电路代号
    contract: str = ""  # 合同号
    monthly_fee: str = ""  # 月租, yuan
    fault_phone: str = ""  # 报障电话
    a_address: str = ""
    a_contact: str = ""
    z_address: str = ""
    z_contact: str = ""
    note: str = ""
    changes: tuple[Change, ...] = ()


class Service(Named):
    """A site's or system's service: its own check, or derived from circuits; both may be given."""

    group: str
    site: str | None = None
    check: Check | None = None
    needs: Need | None = None
    circuits: tuple[str, ...] = ()  # its members, where it has a check of its own


class Device(Named):
    """A router, switch, firewall."""

    kind: str = ""
    site: str | None = None
    check: Check
    upstream: str | None = None


class System(Named):
    """A business system."""

    group: str = ""
    site: str | None = None
    check: Check
    upstream: str | None = None


class Target(Model):
    """What was promised: an indicator of a group (or all) and its value."""

    indicator: str
    group: str | None = None
    value: float
    unit: str = ""


class Storage(Model):
    """Where the ledger is kept; empty: SQLite in the data directory."""

    url: str = ""


class Rounds(Model):
    """The rhythm of each probe kind."""

    icmp: Rhythm = Rhythm()


class Config(Model):
    """One configuration as loaded; `digest` names its text, `text` is enough to load it again."""

    organisation: str
    calendar: Calendar = Calendar()
    vantage: Vantage
    rounds: Rounds = Rounds()
    carriers: tuple[Carrier, ...] = ()
    sites: tuple[Site, ...] = ()
    circuits: tuple[Circuit, ...] = ()
    services: tuple[Service, ...] = ()
    devices: tuple[Device, ...] = ()
    systems: tuple[System, ...] = ()
    targets: tuple[Target, ...] = ()
    storage: Storage = Storage()
    listen: str = "127.0.0.1:8470"
    digest: str = ""
    text: str = ""


_ = Seconds  # placeholder until load.py uses it
