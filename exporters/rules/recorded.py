"""Sums that dashboards draw over weeks, recorded as they come: of lines by group, and by carrier.

A line whose path is not proven is in no figure of a carrier: another line may have answered for it.
"""

from collections.abc import Iterator
from itertools import product

from config.model import Config
from exporters.rules.rule import INSTANCE, Group, Record
from exporters.words import Say

LEVELS = ("group", "carrier")
SECONDS, SLOWLY = 30.0, 300.0  # how often: dashboards draw days and weeks of it
_PROVEN = f'unless on ({INSTANCE}, circuit) linewalker_circuit_info{{path="unproven"}}'


def recorded(config: Config, say: Say) -> Iterator[Group]:
    """How many lines answer of those that are known, and what they lost; outages by the hour, less often."""
    if not config.circuits:
        return
    levels = {level: _meaning(level, say) for level in LEVELS}
    now = (
        ("sum", "up", say("lines that answer, {of}")),
        ("count", "up", say("lines of which it is known whether they answer, {of}")),
        ("avg", "loss_ratio", say("share of first packets lost, mean of lines, {of}")),
        ("avg", "rtt_seconds", say("round trip, mean of lines, {of}")),
    )
    yield Group(
        "linewalker-lines",
        say("lines, summed up by group and by carrier"),
        tuple(
            Record(
                text.format(of=of),
                f"{level}:linewalker_circuit_{metric}:{how}",
                _summed(how, level, f"linewalker_circuit_{metric}"),
            )
            for (how, metric, text), (level, of) in product(now, levels.items())
        ),
        SECONDS,
    )
    hourly = (
        ("outages", say("recorded down-runs of the last hour, short ones included, {of}")),
        ("outage_seconds", say("measured down-time of the last hour in seconds, {of}")),
    )
    yield Group(
        "linewalker-lines-hourly",
        say("the last hour of lines, every five minutes"),
        tuple(
            Record(
                text.format(of=of),
                f"{level}:linewalker_circuit_{metric}:increase1h",
                _summed("sum", level, f"increase(linewalker_circuit_{metric}_total[1h])"),
            )
            for (metric, text), (level, of) in product(hourly, levels.items())
        ),
        SLOWLY,
    )


def _meaning(level: str, say: Say) -> str:
    return say("by group") if level == "group" else say("by carrier, without lines whose path is not proven")


def _summed(how: str, level: str, series: str) -> str:
    but = f" {_PROVEN}" if level == "carrier" else ""
    return f"{how} by ({INSTANCE}, {level}) ({series}{but})"
