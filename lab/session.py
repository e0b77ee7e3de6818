"""One practice network from beginning to end, seen from process 1 of its namespaces."""

import os
import random
import select
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from errno import ENOSPC
from functools import partial
from pathlib import Path

from config.errors import MachineError
from config.load import load
from config.model import Config
from lab import control
from lab.allowed import Refusal
from lab.build import Network, build
from lab.enter import STORY
from lab.errands import Hosts
from lab.namespaces import inside, mount_scratch, unmount
from lab.orders import Order
from lab.pings_alone import is_wanted
from lab.plan import COLLECTOR, Plan
from lab.processes import GRACE, find, in_child, start, wait_for
from lab.relay import Relay, obey, spans_of, ways_by_entry
from lab.routing import plan_of
from lab.scenario import Event, Step, read_events, steps_of
from lab.serving import Alarm, serve
from lab.story import story_of
from lab.truth import Truth
from lab.wanted import Attended, attended_of, make_up_secrets
from lab.ways import Carrier

NO_AGENTS = (
    "practice network: snmpd is not installed, so nothing answers SNMP; on Debian: apt install snmpd\n"
)
SCRATCH = "lab-scratch"  # in the data directory, and in memory
_READY_WITHIN = 8.0  # seconds


def hold(
    configuration: Path,
    data_directory: Path,
    command: list[str],
    scenario: str | None,
    seconds: float | None,
    *,
    everything: bool = False,
) -> int:
    """Build the network, run the command in it as the collector, and return the command's exit status.

    With `everything` there are agents and servers even where the configuration asks none.
    """
    begun = time.monotonic()
    config = load(configuration)
    plan = plan_of(config)
    events = _events(scenario, config, configuration, [line.name for line in plan.lines])
    data_directory.mkdir(parents=True, exist_ok=True)
    listener = control.listen(data_directory)
    network = _built(plan)
    relay = _relay(network, data_directory)
    make_up_secrets(config, os.environ)
    attended = attended_of(config, plan, os.environ, everything=everything)
    if attended.agents and not find("snmpd"):
        attended = replace(attended, agents=())
        if everything or is_wanted(config):
            sys.stderr.write(NO_AGENTS)
    ours, theirs = socket.socketpair()
    hosts = Hosts(attended.known, ours, relay.truth, time.time)
    desk = control.Desk(listener, partial(obey, relay, hosts))
    alarm = Alarm(_alarms(relay, hosts, steps_of(events), time.monotonic()), time.monotonic)
    relays = in_child(partial(serve, relay.carrier, desk, alarm))
    sys.stderr.write(f"practice network: {len(plan.lines)} lines in {time.monotonic() - begun:.2f} s\n")
    if attended:
        _start_attendants(network, attended, theirs, data_directory / SCRATCH)
    with inside(network.namespaces[COLLECTOR]):
        collector = start(command)
    status = wait_for(collector, grace=GRACE, seconds=seconds, vital=relays)
    (data_directory / control.FILE).unlink(missing_ok=True)
    if attended:
        unmount(data_directory / SCRATCH)
    return status


def _start_attendants(network: Network, attended: Attended, door: socket.socket, scratch: Path) -> None:
    """Start what answers, and wait until it does: otherwise the first thing a collector saw would be an outage."""
    from lab.attendants import attend  # noqa: PLC0415 - takes a while to import, and may not be needed
    from lab.certificates import AUTHORITY  # noqa: PLC0415

    begun = time.monotonic()
    mount_scratch(scratch)
    opened, done = os.pipe()
    in_child(partial(attend, network, attended, door, done, scratch))
    os.close(done)
    ready, _, _ = select.select([opened], [], [], _READY_WITHIN)
    os.close(opened)
    if any(host.kind == "https" for host in attended.hosts):
        os.environ["SSL_CERT_FILE"] = str(scratch.resolve() / AUTHORITY)
    told = f"in {time.monotonic() - begun:.2f} s" if ready else "soon"
    sys.stderr.write(f"practice network: {len(attended.known)} hosts {told}\n")


def _events(scenario: str | None, config: Config, configuration: Path, lines: list[str]) -> list[Event]:
    if scenario is None:
        return []
    if scenario == str(STORY):
        return story_of(config, configuration, lines)
    return read_events(Path(scenario), lines)


def _built(plan: Plan) -> Network:
    try:
        return build(plan)
    except OSError as wrong:
        if wrong.errno == ENOSPC:  # of namespaces
            raise MachineError(Refusal.NO_NETWORK_NAMESPACES.value) from wrong
        raise MachineError(
            "the practice network of {lines} lines cannot be made here: {reason}",
            lines=len(plan.lines),
            reason=wrong.strerror,
        ) from wrong


def _relay(network: Network, data_directory: Path) -> Relay:
    spans = spans_of(network.plan.lines)
    carrier = Carrier(network.ring, ways_by_entry(spans), random.Random(0).random, time.monotonic)
    return Relay(network, spans, carrier, Truth(data_directory), time.time)


def _alarms(
    relay: Relay, hosts: Hosts, steps: list[Step], begun: float
) -> list[tuple[float, Callable[[], None]]]:
    def act(order: Order) -> None:
        obey(relay, hosts, order)

    return [(begun + step.at, partial(act, step.order)) for step in steps]
