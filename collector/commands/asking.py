"""Asking on demand, from where the collector stands: `ping` and `trace`."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from collector import app, feed, tracing
from collector.commands.shared import config_of, printing, show, tell_aside
from config.errors import LinewalkerError, MachineError
from config.model import Circuit, Config
from probes.icmp import NotPermitted

_ANSWER_SECONDS = 5.0
_TRACE_SECONDS = 60.0

T = TypeVar("T")


@click.command()
@click.argument("circuit")
@click.option("--count", type=click.IntRange(1, 100), default=4, show_default=True)
@printing
def ping(circuit: str, count: int, config: Path | None, data: Path, form: str | None) -> None:
    """Ping a circuit now, from where the collector stands."""
    one = _circuit(config_of(config, data), circuit)
    wanted = {"want": "ping", "address": one.address, "source": one.source, "count": count}
    answer = feed.request(data, wanted, count + 2 * _ANSWER_SECONDS)
    found = answer[0] if answer else _from_here(data, lambda: tracing.ping(one.address, one.source, count))
    _refuse(found.get("error"))
    show("pings", [{"circuit": circuit, **found}], form)
    sys.exit(0 if found["received"] else 1)


@click.command()
@click.argument("circuit")
@printing
def trace(circuit: str, config: Path | None, data: Path, form: str | None) -> None:
    """Trace the path to a circuit's address now, from where the collector stands."""
    one = _circuit(config_of(config, data), circuit)
    wanted = {"want": "trace", "address": one.address, "source": one.source}
    answer = feed.request(data, wanted, _TRACE_SECONDS)
    hops = answer[0]["hops"] if answer else _from_here(data, lambda: tracing.trace(one.address, one.source))
    _refuse(hops[0].get("error") if hops else None)
    show("hops", hops, form)
    sys.exit(0 if hops and hops[-1]["address"] == one.address else 1)


def _from_here(data: Path, ask: Callable[[], T]) -> T:
    """Ask from this machine because no collector runs; never for lines that only exist in the practice network."""
    if app.is_practice(data):
        raise LinewalkerError(
            "the practice network of {place} is not running: start it with `linewalker demo --data {place}`",
            place=data,
        )
    tell_aside("no collector runs on {place}: asking from this machine", place=data)
    return ask()


def _refuse(error: str | None) -> None:
    if error == tracing.NOT_PERMITTED:
        refused = NotPermitted()
        raise MachineError(refused.text, **refused.values)
    if error is not None:
        raise MachineError("no packet could be sent: {error}", error=error)


def _circuit(config: Config, name: str) -> Circuit:
    for one in config.circuits:
        if one.id == name:
            return one
    raise LinewalkerError("there is no circuit {name} in the configuration", name=name)
