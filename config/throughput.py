"""Throughput tests as people order them: which circuits, against what, when, and what they may cost at the most.

What one value can tell is checked here; that circuits and groups exist, and have a rate, in `check_throughput.py`.
"""

import re
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from config.addresses import Source
from config.errors import WrongValueError
from config.units import RATE_UNITS, Seconds, TimeOfDay, read_list, read_rate, write_rate
from probes.names import is_address
from probes.throughput import METHODS
from probes.transfers import SHORTEST_SECONDS, Direction

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ADDRESS = "{address}"  # in a far end: the address of the circuit

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d|24:00)", re.ASCII)
_SHARE = re.compile(r"(\d{1,3})\s*%", re.ASCII)
_BYTES = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[kKMGT]?)B?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hours:
    """From minute to minute of a day; 1440 is its end."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Cap:
    """The most bit/s, or the most per cent of a circuit's contracted rate."""

    bits: int = 0
    percent: int = 0

    def of(self, commit_rate: int | None) -> int | None:
        """Bit/s; None where the contracted rate is needed and not known."""
        if self.bits:
            return self.bits
        return None if commit_rate is None else commit_rate * self.percent // 100


def read_hours(written: object) -> Hours:
    """`07:30-18:00`."""
    if isinstance(written, Hours):
        return written
    match = _HOURS.fullmatch(str(written).replace(" ", ""))
    if match is not None:
        begin = int(match[1]) * 60 + int(match[2])
        hour, minute = map(int, match[3].split(":"))
        if begin < hour * 60 + minute:
            return Hours(begin, hour * 60 + minute)
    raise WrongValueError(
        "{found} are no hours of a day; expected from-to, such as 07:30-18:00",
        rule="hours",
        found=repr(written),
    )


def write_hours(hours: Hours) -> str:
    """Hours as people write them."""
    return f"{hours.begin // 60:02}:{hours.begin % 60:02}-{hours.end // 60:02}:{hours.end % 60:02}"


def read_cap(written: object) -> Cap:
    """`50%` of the contracted rate, or a rate."""
    if isinstance(written, Cap):
        return written
    match = _SHARE.fullmatch(str(written).strip())
    if match is None:
        return Cap(bits=read_rate(written))
    if not 1 <= int(match[1]) <= 100:
        raise WrongValueError("{found} is no share; expected 1% to 100%", rule="rate", found=written)
    return Cap(percent=int(match[1]))


def write_cap(cap: Cap) -> str:
    """A cap as people write it."""
    return f"{cap.percent}%" if cap.percent else write_rate(cap.bits)


def read_bytes(written: object) -> int:
    """Bytes from `100M`, `2G`, `500kB`; k, M, G and T are powers of 1000."""
    match = _BYTES.fullmatch(str(written).strip())
    number = Decimal(match["number"]) * RATE_UNITS.get(match["unit"], 1) if match else Decimal(0)
    if number < 1000 or number != int(number):
        raise WrongValueError(
            "{found} is not an amount; expected bytes with k, M or G, such as 100M",
            rule="bytes",
            found=written,
        )
    return int(number)


def read_far_end(written: str) -> str:
    """`iperf3://10.20.0.2:5201` or a http(s) URL; `{address}` in the place of the host is the circuit's address."""
    try:
        parts = urlsplit(written.replace(ADDRESS, "[::]"))
        host, scheme, secret = parts.hostname or "", parts.scheme, parts.username or parts.password
        fits = parts.port != 0
    except ValueError:
        host, scheme, secret, fits = "", "", None, False
    if secret:
        raise WrongValueError(
            "a user or password must not stand in a far end; expected a URL without them", rule="secret"
        )
    if not (fits and host and scheme in METHODS):
        raise WrongValueError(
            "{found} is no far end; expected iperf3://ADDRESS:PORT or http://ADDRESS/PATH",
            rule="far-end",
            found=written,
        )
    if not is_address(host):
        raise WrongValueError(
            "{found} is a host name; expected an IPv4 or IPv6 address, because a check must not depend on DNS",
            rule="far-end",
            found=host,
        )
    return written


_STRICT = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


class ThroughputTest(BaseModel):
    """One test: of each of these circuits, or of each circuit of a group."""

    model_config = _STRICT

    circuits: tuple[str, ...] = ()
    group: str | None = None
    far_end: Annotated[str, BeforeValidator(lambda written: read_far_end(str(written)))]
    source: Source | None = None  # where none is named, that of the circuit
    at: Annotated[tuple[TimeOfDay, ...], BeforeValidator(read_list)]
    days: Annotated[tuple[Weekday, ...], BeforeValidator(read_list)] = ()
    every_days: int = Field(default=1, ge=1, le=366)
    within: Seconds = Field(default=3600.0, ge=60, le=12 * 3600)
    directions: Annotated[tuple[Direction, ...], BeforeValidator(read_list)] = ("receive",)
    rate: Annotated[Cap, BeforeValidator(read_cap), PlainSerializer(write_cap, when_used="json")] = Cap(
        percent=100
    )
    most_seconds: Seconds = Field(default=10.0, ge=SHORTEST_SECONDS, le=120)
    most_bytes: Annotated[int, BeforeValidator(read_bytes)] = 100_000_000
    in_service_hours: bool = False

    @model_validator(mode="after")
    def _is_of_something(self) -> Self:
        if bool(self.circuits) == bool(self.group):
            raise WrongValueError(
                "a test is of circuits or of a group; expected one of `circuits` and `group`",
                rule="throughput",
            )
        if not (self.at and self.directions):
            raise WrongValueError(
                "nothing would be tested; expected a time of day in `at`, and `receive` or `send` in `directions`",
                rule="throughput",
            )
        if self.days and self.every_days > 1:
            raise WrongValueError(
                "days and every_days contradict each other; expected one of them", rule="throughput"
            )
        if "send" in self.directions and not self.far_end.startswith("iperf3:"):
            raise WrongValueError(
                "nothing is sent to a web server; expected `directions: [receive]`, or iperf3",
                rule="throughput",
            )
        return self


class Throughput(BaseModel):
    """All throughput tests; none is made where this is not written."""

    model_config = _STRICT

    service_hours: Annotated[
        Hours, BeforeValidator(read_hours), PlainSerializer(write_hours, when_used="json")
    ] = Hours(7 * 60 + 30, 18 * 60)
    service_days: tuple[Weekday, ...] = WEEKDAYS[:5]
    validity_days: int = Field(default=31, ge=1, le=366)
    most_bytes_a_day: Annotated[int, BeforeValidator(read_bytes)] = 2_000_000_000
    tests: tuple[ThroughputTest, ...] = ()

    @property
    def times(self) -> tuple[time, ...]:
        """When tests are due, in order."""
        return tuple(sorted({moment for one in self.tests for moment in one.at}))

    @property
    def within(self) -> float:
        """How many seconds after its time a test may begin at the latest, the longest of all."""
        return max((one.within for one in self.tests), default=0.0)
