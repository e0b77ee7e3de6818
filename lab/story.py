"""A story worth watching for any network: the shipped one that belongs to it, or one made from its circuits.

Nothing happens in the first three minutes, so that a newcomer can cut a line himself first.
"""

from collections import defaultdict
from pathlib import Path
from random import Random

from config.model import Circuit, Config
from lab.plan import CORE_SWITCH, UPLINK
from lab.scenario import Event, read_events

SCENARIOS = Path(__file__).parent / "scenarios"


def story_of(config: Config, path: Path, lines: list[str]) -> list[Event]:
    """The events for a configuration loaded from `path`; an example network has its story under its folder's name."""
    shipped = SCENARIOS / f"{path.resolve().parent.name}.yaml"
    return read_events(shipped, lines) if shipped.exists() else made_story(config, Random(0))


def made_story(config: Config, random: Random) -> list[Event]:
    """A story of the same kind for circuits nobody wrote one for; the same circuits and seed, the same story."""
    pairs, singles = _by_redundancy(config.circuits)
    random.shuffle(pairs)
    random.shuffle(singles)
    some = [*singles, *(circuit for pair in pairs[1:] for circuit in pair)]
    unproven = [circuit for circuit in config.circuits if circuit.path == "unproven"]
    events = [_event(600, CORE_SWITCH, "cut", "40s"), _event(660, UPLINK, "cut", "20s")]
    if pairs:
        events += [_event(200, pairs[0][0].id, "cut", "150s"), _event(250, pairs[0][1].id, "cut", "60s")]
    elif some:
        events.append(_event(200, some[-1].id, "cut", "60s"))
    if some:
        events.append(_event(330, some[0].id, "flap", "2m", every="40s"))
    if len(some) > 1:
        events.append(_event(360, some[1].id, "degrade", "4m", loss="30%", delay="80ms"))
    if unproven:
        events.append(_event(420, unproven[0].id, "cut", "5m"))
    if len(pairs) > 1:
        events.append(_event(540, pairs[1][0].id, "cut", "45s", silent=True))
    return sorted(events, key=lambda event: event.at)


def _by_redundancy(circuits: tuple[Circuit, ...]) -> tuple[list[list[Circuit]], list[Circuit]]:
    """The circuits of sites that have several, by site, and the single ones; only those that claim something."""
    at: dict[str, list[Circuit]] = defaultdict(list)
    for circuit in circuits:
        if circuit.path != "unproven":
            at[circuit.termination_z].append(circuit)
    several = [those for those in at.values() if len(those) > 1]
    return several, [those[0] for those in at.values() if len(those) == 1]


def _event(at: float, line: str, do: str, lasting: str, **more: object) -> Event:
    return Event.model_validate({"at": at, "line": line, "do": do, "for": lasting, **more})
