"""Rules on lines and ports that are full: traffic held against the contracted rate, or against the port's speed.

A contracted rate is no metric: it stands in the rule, as it is on the day the rules are made.
"""

import datetime as dt

from config.dated import as_of
from config.model import Circuit, Config
from exporters.rules.rule import Alert, Group, Record, label, one_of
from exporters.rules.states import Thing
from exporters.words import Say

FULL_SECONDS = 900.0
RATIO = "circuit:linewalker_interface_{way}_octets:ratio"
WAYS = ("in", "out")
_SHARE = "{{ $value | humanizePercentage }}"


def full(
    config: Config, circuits: tuple[Circuit, ...], line: Thing | None, today: dt.date, say: Say
) -> Group:
    """The use of lines whose port and rate are known, and of all ports that are read by SNMP."""
    rules = list[Record | Alert]()
    by_rate = _by_rate(circuits, today)
    if by_rate and line is not None:
        rules += [_used(by_rate, way, say) for way in WAYS]
        rules.append(_full_lines(config, line, say))
    if any(one.check.probe == "snmp" for one in config.devices):
        rules.append(_full_ports(config, say))
    return Group("linewalker-full", say("lines and ports that are full"), tuple(rules))


def _by_rate(circuits: tuple[Circuit, ...], today: dt.date) -> dict[int, list[str]]:
    """The circuits whose octets are counted, by what they are contracted for."""
    found: dict[int, list[str]] = {}
    for one in circuits:
        rate = as_of(one, today).commit_rate
        if one.interface and rate:
            found.setdefault(rate, []).append(one.id)
    return dict(sorted(found.items()))


def _used(by_rate: dict[int, list[str]], way: str, say: Say) -> Record:
    """One expression for all lines: those of one rate are named together."""
    metric = f"linewalker_interface_{way}_octets_per_second"
    return Record(
        say("Traffic as a share of the contracted rate, 0 to 1."),
        RATIO.format(way=way),
        "\nor\n".join(f'{metric}{{circuit=~"{one_of(ids)}"}} * 8 / {rate}' for rate, ids in by_rate.items()),
    )


def _full_lines(config: Config, line: Thing, say: Say) -> Alert:
    share = config.rules.busy_share
    passed = (f"{RATIO.format(way=way)} >= {share:g}" for way in WAYS)
    return Alert(
        say(
            "Full for a quarter of an hour, in either direction: what is lost now is not the carrier's fault."
        ),
        "LinewalkerCircuitFull",
        f"({' or '.join(passed)})\n{line.named}",
        "info",
        say("circuit {name} is full").format(name=label("name")),
        say("traffic is {share} of the contracted rate").format(share=_SHARE),
        lasting=FULL_SECONDS,
    )


def _full_ports(config: Config, say: Say) -> Alert:
    span = max(600, 4 * round(config.rounds.of("snmp").interval))
    speed = 'linewalker_interface_speed_bits{device!=""}'
    passed = (
        f'rate(linewalker_interface_{way}_octets_total{{device!=""}}[{span}s]) * 8 / ({speed} > 0)'
        f" >= {config.rules.busy_share:g}"
        for way in WAYS
    )
    return Alert(
        say("A port of a device carries nearly what it can, in either direction."),
        "LinewalkerPortFull",
        "\nor\n".join(passed),
        "info",
        say("port {port} of {device} is full").format(
            port="{{ or $labels.interface $labels.index }}", device=label("device")
        ),
        say("traffic is {share} of the speed of the port").format(share=_SHARE),
        lasting=FULL_SECONDS,
    )
