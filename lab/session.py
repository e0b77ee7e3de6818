"""One practice network from beginning to end, seen from process 1 of its namespaces."""

import random
import sys
import time
from collections.abc import Callable
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
from lab.namespaces import inside
from lab.orders import Order
from lab.plan import COLLECTOR, Plan
from lab.processes import GRACE, in_child, start, wait_for
from lab.relay import Relay, obey, spans_of, ways_by_entry
from lab.routing import plan_of
from lab.scenario import Event, Step, read_events, steps_of
from lab.serving import Alarm, serve
from lab.story import story_of
from lab.truth import Truth
from lab.ways import Carrier


def hold(
    configuration: Path, data_directory: Path, command: list[str], scenario: str | None, seconds: float | None
) -> int:
    """Build the network, run the command in it as the collector, and return the command's exit status."""
    begun = time.monotonic()
    config = load(configuration)
    plan = plan_of(config)
    events = _events(scenario, config, configuration, [line.name for line in plan.lines])
    data_directory.mkdir(parents=True, exist_ok=True)
    listener = control.listen(data_directory)
    network = _built(plan)
    relay = _relay(network, data_directory)
    desk = control.Desk(listener, partial(obey, relay))
    alarm = Alarm(_alarms(relay, steps_of(events), time.monotonic()), time.monotonic)
    relays = in_child(partial(serve, relay.carrier, desk, alarm))
    sys.stderr.write(f"practice network: {len(plan.lines)} lines in {time.monotonic() - begun:.2f} s\n")
    with inside(network.namespaces[COLLECTOR]):
        collector = start(command)
    status = wait_for(collector, grace=GRACE, seconds=seconds, vital=relays)
    (data_directory / control.FILE).unlink(missing_ok=True)
    return status


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


def _alarms(relay: Relay, steps: list[Step], begun: float) -> list[tuple[float, Callable[[], None]]]:
    def act(order: Order) -> None:
        obey(relay, order)

    return [(begun + step.at, partial(act, step.order)) for step in steps]
