"""Read how a line stands from a test the router makes of it: NQA of Huawei and H3C, Ruijie's RNS, Cisco's IP SLA."""

from dataclasses import dataclass
from typing import Any, Literal

from probes.kind import IpAddress, Probe, Seconds, WrongSettingError
from probes.nqa_tables import MIBS, tables_of
from probes.router import RHYTHM, check_router, host_of, opener
from probes.router_question import Expected, Table

Mib = Literal["NQA-MIB", "HH3C-NQA-MIB", "CISCO-RTTMON-MIB", "DISMAN-PING-MIB"]
_LONGEST = 64


_FRESH, _NOTICES = Seconds(60.0), Seconds(5.0)


@dataclass(frozen=True, slots=True)
class NqaSettings:
    """A test of a device by its owner and name, or by its tag where the device calls it so.

    Without `mib` all are tried. Where the router says to what address its test leads and through which interface,
    it must be `target` and `interface`.
    """

    device: str
    test: str
    owner: str = "linewalker"
    mib: Mib | None = None
    target: IpAddress | None = None
    interface: str = ""
    fresh: Seconds = _FRESH
    notices_within: Seconds = _NOTICES

    def __post_init__(self) -> None:
        check_router(self)
        if not 0 < len(self.test.encode()) <= _LONGEST:
            raise WrongSettingError(
                "{found} cannot be a test; expected the name or tag the router knows it by", found=self.test
            )


def _tables(settings: NqaSettings) -> tuple[Table, ...]:
    wanted = (settings.mib,) if settings.mib else MIBS
    return tuple(tables_of(one, settings.owner, settings.test) for one in wanted)


def _expected(settings: NqaSettings) -> Expected:
    missing = f"the router has no test {settings.test}"
    return Expected(missing, settings.target or "", settings.interface)


def _known_as(settings: Any) -> str:
    written: NqaSettings = getattr(settings, "settings", settings)
    return f"{written.device}/{written.owner}/{written.test}"


NQA = Probe(
    open=opener(_tables, _expected),
    settings=NqaSettings,
    rhythm=RHYTHM,
    address_of=_known_as,
    host_of=host_of,
)
