"""`discover`: look a network over once, and propose what is missing in the inventory."""

import datetime as dt
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from collector import app, discovering
from collector.commands.discovered import Discovered, print_all
from collector.commands.shared import config_path, printing, tell_aside
from collector.commands.speaking import check_secrets, credentials, named, speaking, variables
from collector.discovering import Answer, Manners, Scan
from collector.joining import join
from config import adding
from config.errors import Finding, MachineError
from config.proposals import Proposals, Seen, merged, propose
from exporters.figures import duration
from exporters.words import default_language, words
from probes.icmp import NotPermitted
from probes.snmp import SnmpSettings


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says beside the addresses."""

    write: bool
    replace: bool


@click.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS|CIDR…")
@speaking
@click.option("--no-ping", is_flag=True, help="ask by SNMP those too that answer no ping")
@click.option("--large", is_flag=True, help="more than 1,024 addresses")
@click.option("--write", is_flag=True, help="write new rows and empty settings; else only show them")
@click.option("--replace", is_flag=True, help="with --write: settings that differ, too")
@printing
def discover(
    addresses: tuple[str, ...],
    no_ping: bool,
    large: bool,
    write: bool,
    replace: bool,
    config: Path | None,
    data: Path,
    form: str | None,
    **speech: Any,
) -> None:
    """Look a network over, and propose devices and circuits for the inventory."""
    found = discovering.addresses_in(addresses, large=large)
    main = config_path(config)
    here = adding.inventory(main)
    if app.is_practice(data):
        join(data, sys.argv[1:], variables(here.config, speech))
    speakers = named(speech)
    for one in speakers:
        check_secrets(one)
    trying = credentials(speakers, here.config)
    scan = Scan(len(found))
    interrupted = _asked(found, trying, scan, pinging=not no_ping)
    wanted = Wanted(write and not interrupted, replace)
    sys.exit(_finish(scan, here, wanted, form, interrupted=interrupted))


def _asked(
    found: Sequence[str], trying: Callable[[str], Sequence[SnmpSettings]], scan: Scan, *, pinging: bool
) -> bool:
    """Ask them all; whether somebody pressed Ctrl-C meanwhile."""
    manners = Manners()
    tell_aside(
        "{count} addresses, {at_once} at once and {a_second} a second at most, {pings} pings to each that is silent: "
        "{time} and what devices that answer take",
        count=len(found),
        at_once=manners.at_once,
        a_second=f"{manners.a_second:g}",
        pings=manners.pings if pinging else 0,
        time=duration(manners.seconds(len(found)), words(default_language())),
    )
    progress = _progress if sys.stderr.isatty() else _silently
    try:
        discovering.look_over(
            found, trying, os.environ, scan, pinging=pinging, manners=manners, progress=progress
        )
    except KeyboardInterrupt:
        return True
    except NotPermitted as refused:
        raise MachineError(refused.text, **refused.values) from None
    finally:
        if sys.stderr.isatty():
            click.echo(err=True)
    return False


def _progress(scan: Scan) -> None:
    said = words(default_language())("{done} of {count} asked, {found} answered")
    click.echo(
        "\r" + said.format(done=scan.done, count=scan.count, found=len(scan.answers)), err=True, nl=False
    )


def _silently(_scan: Scan) -> None:
    pass


def _finish(
    scan: Scan, here: adding.Inventory, wanted: Wanted, form: str | None, *, interrupted: bool
) -> int:
    """Propose, write if that is wanted and possible, and show everything; the exit status."""
    scan.sort()
    seen = merged(_seen(one) for one in scan.answers if one.identity)
    today = dt.datetime.now(ZoneInfo(here.config.calendar.zone)).date()
    proposals = propose(seen, here.config, today)
    additions = adding.tried(here, proposals, replace=wanted.replace)
    findings = (*_findings(scan, interrupted=interrupted), *proposals.findings, *additions.findings)
    writing = wanted.write and bool(additions.tables) and not additions.findings
    written = tuple(adding.write(here, additions)) if writing else ()
    print_all(Discovered(scan, tuple(seen), proposals, findings, written), form)
    if form is None:
        _tell_rest(proposals, additions, wanted)
    if wanted.write and additions.findings:
        return 2
    return 1 if any(one.severity == "error" for one in findings) else 0


def _tell_rest(proposals: Proposals, additions: adding.Additions, wanted: Wanted) -> None:
    """What was not written, and why."""
    if additions.findings:
        tell_aside("the configuration could not be loaded with this; nothing is written")
    elif not additions.tables:
        tell_aside("there is nothing to write")
    elif not wanted.write:
        tell_aside(
            "nothing is written yet; --write writes new rows that lack nothing, and settings that are empty"
        )
    if not wanted.replace and any(one.old for one in proposals.differs):
        tell_aside(
            "settings that say otherwise stay as they are; --replace lets what was found take their place"
        )


def _seen(answer: Answer) -> Seen:
    assert answer.identity is not None  # noqa: S101 - chosen by that
    assert answer.settings is not None  # noqa: S101 - whoever told who he is was asked by some
    return Seen((answer.address,), answer.identity, answer.settings)


def _findings(scan: Scan, *, interrupted: bool) -> list[Finding]:
    """What is to be said of the asking itself."""
    found = []
    if interrupted:
        text = "interrupted after {done} of {count} addresses; nothing is written"
        values: dict[str, object] = {"done": scan.done, "count": scan.count}
        found.append(Finding("interrupted", "error", "", text, values))
    for one in scan.answers:
        if one.refused:
            text = "the agent does not take these credentials"
            found.append(Finding("refused", "warning", one.address, text))
        if one.identity and one.identity.broken:
            text = "{count} tables of the agent could not be read to their end"
            found.append(Finding("partial", "warning", one.address, text, {"count": one.identity.broken}))
    return found
