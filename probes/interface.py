"""Ask the router at one end of a line how the interface stands that carries it, and what went through it."""

from dataclasses import dataclass

from probes.columns import UNKNOWN, Targets
from probes.eyes import Eyes
from probes.kind import Probe, WrongSettingError
from probes.replies import Reply
from probes.rhythm import VERDICT_SECONDS, Rhythm
from probes.snmp import OPENING_RATE, SnmpProber, SnmpSettings, address_of, talk_of
from probes.snmp_gufo import MasterKeys
from probes.snmp_interface import DEVICE_SILENT, InterfaceQuestion, read_selector

# That the router is silent says nothing of the line.
_SILENCE = Reply(UNKNOWN, DEVICE_SILENT, definite=False)


@dataclass(frozen=True, slots=True)
class InterfaceSettings(SnmpSettings):
    """An agent, and which of its interfaces: its name, `alias:…` or `index:…`.

    `known_as` is by what the check is known where the device has a name of its own: `DEVICE/INTERFACE`.
    """

    interface: str = ""
    known_as: str = ""

    def __post_init__(self) -> None:
        SnmpSettings.__post_init__(self)
        if not self.interface:
            raise WrongSettingError("an interface is missing; expected its name, `alias:…` or `index:…`")


def open_interfaces(targets: Targets, rhythm: Rhythm, eyes: Eyes) -> SnmpProber:
    """A prober of interfaces; `targets.settings` are InterfaceSettings."""
    keys = MasterKeys()
    talks = tuple(
        talk_of(one, InterfaceQuestion(read_selector(one.interface)), rhythm, keys, _SILENCE)
        for one in targets.settings
    )
    return SnmpProber(targets, rhythm, eyes, talks)


def known_as(settings: InterfaceSettings) -> str:
    """By what an interface is known: its device's name or address, and its own."""
    return settings.known_as or f"{address_of(settings)}/{settings.interface}"


INTERFACE = Probe(
    open=open_interfaces,
    settings=InterfaceSettings,
    rhythm=Rhythm(
        interval=60.0,
        retries=2,
        retry_after=3.0,
        timeout=5.0,
        fast=240.0,
        verdict=VERDICT_SECONDS,
        opening_rate=OPENING_RATE,
    ),
    address_of=known_as,
)
