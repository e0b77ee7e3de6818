"""The practice network: `demo` builds it and watches it, `lab` breaks its lines from another terminal."""

import os
import sys
from importlib.resources import files
from pathlib import Path

import click

from collector import app
from collector.commands.shared import DEFAULT_DATA, Commands, printing, show, tell
from config.errors import LinewalkerError, MachineError
from config.load import load
from lab import control, enter
from lab.hosts import FAULTS
from lab.pings_alone import is_wanted, write_pings_alone
from lab.processes import find
from lab.ways import Direction

EXAMPLE = Path(str(files("config"))) / "examples" / "hainan-transport-fees-2020" / "network.yaml"


@click.command()
@click.option(
    "--network", type=click.Path(path_type=Path), default=EXAMPLE, help="the network to practise on"
)
@click.option("--scenario", type=click.Path(path_type=Path), help="what happens in it, and when")
@click.option("--for", "seconds", type=click.FloatRange(min=0), help="end after so many seconds")
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=DEFAULT_DATA, show_default=True
)
@click.option("-c", "--config", "network", type=click.Path(path_type=Path), help="the same as --network")
@click.option("--snmp", is_flag=True, help="agents and web servers even where the network asks none")
def demo(network: Path, scenario: Path | None, seconds: float | None, data: Path, *, snmp: bool) -> None:
    """Build a practice network in namespaces of our own, watch it, and let you break it."""
    network, data = network.resolve(), data.resolve()
    loaded = load(network)
    if loaded.storage.url:
        raise LinewalkerError(
            "{file} names a ledger of its own under storage.url; practice facts are kept in the data directory only",
            file=network,
        )
    if snmp and not find("snmpd"):
        raise MachineError("snmpd is not installed; on Debian: apt install snmpd")
    app.claim(data, practice=True)
    if is_wanted(loaded) and not find("snmpd"):
        network = write_pings_alone(loaded, network, data)
        tell("snmpd is not installed (on Debian: apt install snmpd): devices are asked by pings alone")
    listener = app.listen(loaded.listen)
    tell("page: http://{address}/  (Ctrl-C ends)", address=loaded.listen)
    refused = enter.why_not()
    if refused is not None:
        tell(refused)
        app.serve(network, data, listener, watch=False, problem=refused)
        return
    tell(
        "{lines} lines. Cut one from another terminal: {program} lab cut {line} --data {data}",
        lines=len(loaded.circuits),
        program=sys.argv[0],
        line=loaded.circuits[0].id,
        data=data,
    )
    sys.stdout.flush()
    fd = listener.detach()
    os.set_inheritable(fd, True)
    inner = [*app.PYTHON, "collector.cli", "run", "-c", str(network), "--data", str(data)]
    inner += ["--listen-fd", str(fd), "--practice"]
    argv = enter.command(network, data, inner, scenario or enter.STORY, seconds, [fd], everything=snmp)
    os.execvp(argv[0], argv)  # noqa: S606 - no shell is what we want


@click.group(cls=Commands, elsewhere={"year": "collector.commands.practice_year:year_command"})
def lab() -> None:
    """Break and mend lines and hosts of the practice network that a demo runs."""


@lab.command()
@click.argument("line")
@click.option("--silent", is_flag=True, help="frames vanish while both ends still see a link")
@click.option(
    "--direction", type=click.Choice(["outward", "inward"]), help="only this way, as seen from the core"
)
@printing
def cut(
    line: str, silent: bool, direction: Direction | None, config: Path | None, data: Path, form: str | None
) -> None:
    """Cut a line."""
    control.cut(data, line, silent=silent, direction=direction)
    _told(line, data, form)


@lab.command()
@click.argument("name")
@printing
def restore(name: str, config: Path | None, data: Path, form: str | None) -> None:
    """Mend a line or a host: no cut, no loss, no delay, no fault."""
    rows = control.restore(data, name)
    show("hosts" if rows and "host" in rows[0] else "lines", rows, form)


@lab.command(name="break")
@click.argument("host")
@click.argument("fault", type=click.Choice(FAULTS))
@printing
def break_(host: str, fault: str, config: Path | None, data: Path, form: str | None) -> None:
    """Break what answers for a system, service or device."""
    show("hosts", control.break_(data, host, fault), form)


@lab.command()
@printing
def hosts(config: Path | None, data: Path, form: str | None) -> None:
    """List what answers in the practice network, and what is done to it."""
    show("hosts", control.hosts(data), form)


@lab.command()
@click.argument("line")
@click.option("--loss", type=click.FloatRange(0, 1), help="share of round trips lost")
@click.option("--delay", type=click.FloatRange(min=0), help="seconds added to a round trip")
@printing
def degrade(
    line: str, loss: float | None, delay: float | None, config: Path | None, data: Path, form: str | None
) -> None:
    """Make a line lossy or slow; what is not given stays as it is."""
    control.degrade(data, line, loss=loss, delay=delay)
    _told(line, data, form)


@lab.command()
@printing
def lines(config: Path | None, data: Path, form: str | None) -> None:
    """List the lines of the practice network and what is done to them."""
    show("lines", control.lines(data), form)


def _told(line: str, data: Path, form: str | None) -> None:
    show("lines", [one for one in control.lines(data) if one.get("line") == line], form)
