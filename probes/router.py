"""Read from the router at one end how a line stands: what the kinds that do so have in common.

Such a check names a device that is asked by SNMP, and what to read there. The configuration joins the two: a prober
is given `ReadAtRouter`, never the settings alone. What is down is what the router says is down; a router that is
silent, or says nothing new, makes the line unknown.

router_said       what a row says, and whether it is news     nqa        tests: NQA, RNS, IP SLA, DISMAN-PING
router_question   finding the row, and judging it             bfd        BFD sessions
router_tables     reading rows by their columns               neighbour  OSPF and BGP neighbours
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from probes.columns import UNKNOWN, Targets
from probes.eyes import Eyes
from probes.kind import WrongSettingError
from probes.replies import Reply
from probes.rhythm import VERDICT_SECONDS, Rhythm
from probes.router_question import Expected, RouterQuestion, Table
from probes.snmp import SnmpProber, SnmpSettings, talk_of
from probes.snmp_gufo import MasterKeys
from probes.snmp_interface import DEVICE_SILENT

RHYTHM = Rhythm(interval=10.0, retries=2, retry_after=1.0, timeout=2.0, fast=240.0, verdict=VERDICT_SECONDS)

_SILENCE = Reply(UNKNOWN, DEVICE_SILENT, definite=False)


class RouterSettings(Protocol):
    """What the settings of all these kinds have: the device, how old what it says may be, how late it may notice."""

    @property
    def device(self) -> str:
        """Id of the device."""
        ...

    @property
    def fresh(self) -> float:
        """Seconds after which a result that was not renewed counts no more."""
        ...

    @property
    def notices_within(self) -> float:
        """Seconds the router may need to notice that nothing comes."""
        ...


@dataclass(frozen=True, slots=True)
class ReadAtRouter:
    """The settings of a check, and the agent of the device they name."""

    settings: Any
    agent: SnmpSettings

    @property
    def device(self) -> str:
        """Id of the device."""
        device: str = self.settings.device
        return device


def is_read_at_router(settings: object) -> bool:
    """Whether these are settings of a check that is read from a router."""
    return hasattr(settings, "notices_within")


def lag_of(settings: Any) -> float:
    """How far what is read may lie behind the line, in seconds; 0 for checks that ask the line itself."""
    written = settings.settings if isinstance(settings, ReadAtRouter) else settings
    if not is_read_at_router(written):
        return 0.0
    return float(written.notices_within + written.fresh)


def check_router(settings: RouterSettings) -> None:
    """What these settings cannot be, of those that all such kinds have."""
    if not settings.device:
        raise WrongSettingError(
            "a device is missing; expected the id of a device that is asked by SNMP, `device: core`"
        )
    if not 1 <= settings.fresh <= 3600:
        raise WrongSettingError("{found} cannot be fresh; expected 1s to 1h", found=f"{settings.fresh:g}s")
    if not 0 <= settings.notices_within <= 600:
        raise WrongSettingError(
            "{found} cannot be notices_within; expected 0s to 10m", found=f"{settings.notices_within:g}s"
        )


Tables = Callable[[Any], Sequence[Table]]
Wanted = Callable[[Any], Expected]


def opener(tables: Tables, wanted: Wanted) -> Callable[[Targets, Rhythm, Eyes], SnmpProber]:
    """How a prober of a kind is opened: which tables may hold what its settings name, and what is expected there."""

    def open_(targets: Targets, rhythm: Rhythm, eyes: Eyes) -> SnmpProber:
        keys = MasterKeys()
        talks = []
        for one in targets.settings:
            written = one.settings
            question = RouterQuestion(
                tables(written), wanted(written), fresh=written.fresh, notices_within=written.notices_within
            )
            talks.append(talk_of(one.agent, question, rhythm, keys, _SILENCE))
        return SnmpProber(targets, rhythm, eyes, tuple(talks))

    return open_


def host_of(_settings: object) -> str:
    """No packet of ours goes over the line."""
    return ""
