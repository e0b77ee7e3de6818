"""What is to be read of an agent, as data: objects named after their MIBs, and the figures they become. Pure.

Profiles are written in `config/profiles/*.yaml` and in a folder of the user's; `config.profiles` reads them.
"""

from dataclasses import dataclass, field, fields
from typing import Literal, NamedTuple

Convert = Literal["integer", "text-number", "opaque-float", "dbm-or-microwatts"]
"""How a value becomes a number: as it is; from the text of a number; from a float inside an Opaque (net-snmp); or as
Huawei's optical power, which older models give in microwatts (above 0) and newer ones in hundredths of dBm."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What a figure should not go below or above; None: there is no such limit."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """An object that becomes a figure: `metric` is the name of it and ends in its unit.

    Its number is `scale` times what is read, times the numbers of the columns `times` in the same row, unless what
    is read is one of `skip`, by which devices say "not there". `words` gives enumerated values a number of their own;
    others then have none. `sensor_scale` and `sensor_precision` are the columns of RFC 3433 that place the point.
    Only rows with all the labels `where` make this figure: a sensor table has degrees and percents in one column.
    """

    name: str  # as the MIB has it: IF-MIB::ifHCInOctets
    oid: str
    metric: str
    scale: float = 1.0
    convert: Convert = "integer"
    skip: tuple[int, ...] = ()
    words: tuple[tuple[int, float], ...] = ()
    times: tuple[str, ...] = ()
    sensor_scale: str = ""
    sensor_precision: str = ""
    limit: Limit = Limit()
    where: tuple[tuple[str, str], ...] = ()
    plain: bool = field(
        init=False, repr=False, compare=False
    )  # an integer is the number, with nothing to remark

    def __post_init__(self) -> None:
        said = [one for one in fields(self) if one.init and one.name not in ("name", "oid", "metric")]
        object.__setattr__(self, "plain", all(getattr(self, one.name) == one.default for one in said))


@dataclass(frozen=True, slots=True)
class Label:
    """A column that names its row; without one of its own, a row is named by its index."""

    name: str
    oid: str
    label: str
    words: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileTable:
    """Columns with a common index; `index` is the label that holds it, empty where nobody needs it."""

    name: str
    columns: tuple[Figure, ...]
    labels: tuple[Label, ...] = ()
    index: str = ""

    @property
    def oids(self) -> tuple[str, ...]:
        """Every column that must be read, each once."""
        wanted = [one.oid for one in self.labels]
        for one in self.columns:
            wanted += [one.oid, *one.times, one.sensor_scale, one.sensor_precision]
        return tuple(oid for oid in dict.fromkeys(wanted) if oid)


class PlainScalars(NamedTuple):
    """Scalars whose integers are figures as they stand: objects, and the columns of what they are called."""

    oids: tuple[str, ...]
    metrics: tuple[str, ...]
    labels: tuple[tuple[tuple[str, str], ...], ...]
    beyond: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """What is read of the agents it is for: all, or those whose sysObjectID begins with one of `agents`.

    One with neither is read only where a check names it. `plain` are its scalars of which nothing is to be made.
    """

    name: str
    scalars: tuple[Figure, ...] = ()
    tables: tuple[ProfileTable, ...] = ()
    agents: tuple[str, ...] = ()
    for_all: bool = False
    plain: PlainScalars = field(init=False, repr=False, compare=False)
    others: tuple[Figure, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        plain = [one for one in self.scalars if one.plain]
        nothing = ((),) * len(plain), ("",) * len(plain)
        called = PlainScalars(tuple(one.oid for one in plain), tuple(one.metric for one in plain), *nothing)
        object.__setattr__(self, "plain", called)
        object.__setattr__(self, "others", tuple(one for one in self.scalars if not one.plain))

    def is_for(self, object_id: str) -> bool:
        """Whether it is read without being named, from an agent with this sysObjectID."""
        return self.for_all or any(
            object_id == prefix or object_id.startswith(prefix + ".") for prefix in self.agents
        )
