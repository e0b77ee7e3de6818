"""Commands for routers, from the inventory and the templates in `config/snippets`: tests of lines, SNMP, traps.

Nothing is sent anywhere, and no secret is looked up: where one belongs stands a placeholder. What firewalls must let
pass is in `openings.py`.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib import resources
from typing import get_args

from jinja2 import DictLoader, Environment, StrictUndefined, select_autoescape

from config.dated import all_in_service
from config.model import Circuit, Config, Device
from config.units import write_rate
from config.vendors import Dialect, vendor_in
from probes.snmp_identity import far_end

DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
INTERFACE, NEAR, VANTAGE = "<INTERFACE>", "<NEAR-ADDRESS>", "<VANTAGE-ADDRESS>"
USER = "linewalker"
TRAP_PORT = 1162

# NQA names have 32 letters, rttMonCtrlAdminTag 16, and hwBfdSessCfgName 15.
_TEST, _TAG, _SESSION = 32, 16, 15
_FIRST_DISCRIMINATOR = 4001
_LONGEST_DESCRIPTION = 80
_DIGEST = 6
# A question mark asks a router for help, and what is not ASCII some do not take.
_NOT_TYPED = re.compile(r"[^A-Za-z0-9_.:/\- ]+")


@dataclass(frozen=True, slots=True)
class LineAtRouter:
    """What a template says of one line, and by what its tests and sessions are known there; addresses are IPv4."""

    circuit: str
    test: str
    tag: str
    session: str
    description: str
    interface: str
    address: str
    near: str
    number: int
    discriminator: int


@dataclass(frozen=True, slots=True)
class Snippet:
    """The commands for one device in one language; `guessed` where nobody said which it speaks."""

    device: str
    dialect: Dialect
    guessed: bool
    text: str
    lines: tuple[LineAtRouter, ...]


def at_device(circuit: Circuit) -> str:
    """The device a line hangs on: that of its interface, else its upstream."""
    return (circuit.interface or "").partition("/")[0] or circuit.upstream or ""


def lines_of(device: Device, config: Config, today: date) -> list[LineAtRouter]:
    """The lines of a device that are asked by IPv4, numbered in the order of the inventory."""
    circuits = [
        one
        for one in all_in_service(config.circuits, today)
        if at_device(one) == device.id and ":" not in one.address
    ]
    return [_line(one, number) for number, one in enumerate(circuits, 1)]


def _line(circuit: Circuit, number: int) -> LineAtRouter:
    _, _, port = (circuit.interface or "").partition("/")
    rate = write_rate(circuit.commit_rate) if circuit.commit_rate else ""
    return LineAtRouter(
        circuit=circuit.id,
        test=name_of(circuit, _TEST),
        tag=name_of(circuit, _TAG),
        session=name_of(circuit, _SESSION),
        description=_typed(f"{name_of(circuit, _TEST)} {circuit.cid} {rate}")[:_LONGEST_DESCRIPTION],
        interface=_typed(port) if port and not port.startswith(("alias:", "index:")) else INTERFACE,
        address=circuit.address,
        near=far_end(f"{circuit.address}/30") or NEAR,
        number=number,
        discriminator=_FIRST_DISCRIMINATOR + number - 1,
    )


def _typed(text: str) -> str:
    return " ".join(_NOT_TYPED.sub(" ", text).split())


def name_of(circuit: Circuit, longest: int) -> str:
    """By what a router knows a line: its id where that can be typed and is short enough, else the end of its cid.

    What has neither gets some letters that follow from its id, the same every time.
    """
    for name in (circuit.id, circuit.cid):
        if name and _typed(name) == name and " " not in name and len(name) <= longest:
            return name
    return f"lw-{hashlib.sha256(circuit.id.encode()).hexdigest()[:_DIGEST]}"


def dialects_of(device: Device, wanted: Dialect | None) -> tuple[tuple[Dialect, ...], bool]:
    """The languages to print for a device, and whether that is a guess: the one wanted, or its maker's, or all."""
    if wanted is not None:
        return (wanted,), False
    named = " ".join(getattr(device.check.settings, "profiles", ()))
    maker = vendor_in(f"{device.kind} {device.name} {named}")
    return ((maker.dialect,), False) if maker and maker.dialect else (DIALECTS, True)


def snippets(
    config: Config,
    devices: Sequence[Device],
    today: date,
    vantage: str = VANTAGE,
    wanted: Dialect | None = None,
) -> list[Snippet]:
    """The commands for these devices; `vantage` is its address as routers see it."""
    found = []
    for device in devices:
        dialects, guessed = dialects_of(device, wanted)
        lines = lines_of(device, config, today)
        values = {
            "device": device,
            "user": getattr(device.check.settings, "user", "") or USER,
            "vantage": vantage,
            "trap_port": trap_port(config),
            "lines": [asdict(one) for one in lines],
        }
        found += [Snippet(device.id, one, guessed, _rendered(one, values), tuple(lines)) for one in dialects]
    return found


def trap_port(config: Config) -> int:
    """The port at which the vantage listens for traps, or would."""
    return int(config.traps.listen[0].rpartition(":")[2]) if config.traps else TRAP_PORT


def _rendered(dialect: Dialect, values: Mapping[str, object]) -> str:
    source = (resources.files("config") / "snippets" / f"{dialect}.j2").read_text("utf-8")
    environment = Environment(
        loader=DictLoader({dialect: source}),
        autoescape=select_autoescape(()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(dialect).render(values)
