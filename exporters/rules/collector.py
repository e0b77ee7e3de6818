"""Rules on the collector itself: while it does not watch, no rule on lines can tell anything."""

from collections.abc import Iterable, Iterator

from config.model import Circuit, Config, Device, Service, System
from exporters.rules.rule import INSTANCE, Alert, Group, label
from exporters.words import Say

JOB = "linewalker"
"""The job of Prometheus that scrapes `/metrics`, as docs/metrics.md writes it."""
LATE_SHARE = 0.5
"""A round that begins later than this share of its interval was not held: its time is unknown."""
CLOCK_SECONDS = 1.0
_MANY_ROWS = 10_000
_DAY = 86_400


def collector(config: Config, say: Say) -> Iterator[Group]:
    """Whether it watches, what it keeps, its rounds and its clock."""
    yield Group("linewalker-collector", say("whether anybody watches at all"), tuple(_watching(say)))
    yield Group("linewalker-keeping", say("what the collector keeps"), tuple(_keeping(say)))
    yield Group("linewalker-rounds", say("rounds, clock and traps"), tuple(_asking(config, say)))


def _watching(say: Say) -> Iterator[Alert]:
    instance = label("instance")
    yield Alert(
        say("The service is there and sees nothing: blind, stopped, or without permission. All is unknown."),
        "LinewalkerNotWatching",
        "linewalker_watching == 0",
        "critical",
        say("the collector {instance} does not watch").format(instance=instance),
        say("Every line is unknown until it does; the page says what keeps it from watching."),
        lasting=60,
    )
    yield Alert(
        say("Prometheus cannot read the metrics of the service."),
        "LinewalkerUnreachable",
        f'up{{job="{JOB}"}} == 0',
        "critical",
        say("the collector {instance} cannot be scraped").format(instance=instance),
        say("What fires of lines goes on as it was seen last; nothing new is known until it is back."),
        lasting=60,
    )
    yield Alert(
        say("No service is scraped at all: not discovered, or the job has another name than {job}.").format(
            job=JOB
        ),
        "LinewalkerAbsent",
        f'absent(linewalker_watching) unless on () (up{{job="{JOB}"}} == 0)',
        "critical",
        say("no collector is scraped"),
        say("Nobody would tell of a line that is down: look at the targets of Prometheus."),
        lasting=300,
    )
    yield Alert(
        say("A newer configuration was refused and the old one stays in force."),
        "LinewalkerConfigurationRefused",
        "linewalker_config_refused == 1",
        "warning",
        say("the collector {instance} refuses its configuration").format(instance=instance),
        say("The old one stays in force; `linewalker check` names every problem of the new one."),
        lasting=60,
    )


def _keeping(say: Say) -> Iterator[Alert]:
    instance = label("instance")
    yield Alert(
        say("Rows wait on the disk because the ledger is away: nothing is lost while there is room."),
        "LinewalkerLedgerAway",
        "linewalker_ledger_spool_rows > 0",
        "warning",
        say("the ledger of {instance} is away").format(instance=instance),
        say("{rows} rows wait beside it and are written when it returns").format(rows=_ROWS),
        lasting=300,
    )
    yield Alert(
        say("More is seen than is written, for a quarter of an hour."),
        "LinewalkerQueueGrows",
        f"deriv(linewalker_ledger_queue_rows[15m]) > 0 and linewalker_ledger_queue_rows > {_MANY_ROWS}",
        "warning",
        say("the queue before the ledger of {instance} grows").format(instance=instance),
        say("The disk or the database is too slow; rows wait in memory."),
        lasting=300,
    )
    yield Alert(
        say("The last daily keeping failed, or none succeeded for two days: no fold, no seal, no backup."),
        "LinewalkerKeepingFailed",
        "linewalker_keeping_problem == 1\n"
        f"or on ({INSTANCE})\n"
        f"  (time() - linewalker_keeping_last_success_timestamp_seconds > {2 * _DAY})",
        "warning",
        say("the ledger of {instance} is not kept").format(instance=instance),
        say("The page says why; until then days are not sealed and not backed up."),
        lasting=600,
    )


_ROWS = '{{ printf "%.0f" $value }}'
_OFFSET = '{{ printf "%.3f" $value }}'


def _asking(config: Config, say: Say) -> Iterator[Alert]:
    instance = label("instance")
    yield Alert(
        say("In the last ten minutes a round began so late that it does not count, and its time is unknown."),
        "LinewalkerRoundLate",
        "\nor\n".join(_late(config, kind) for kind in asked_by(config)),
        "warning",
        say("the round {round} of {instance} is late").format(round=label("round"), instance=instance),
        say("The machine is too busy, or stood still."),
    )
    if config.vantage.clock is not None:
        yield from _clock(say)
    if config.alerts is not None:
        yield Alert(
            say("Linewalker itself could not tell somebody of what is down; what waits is told later."),
            "LinewalkerAlertsFailing",
            "linewalker_alerts_failing == 1",
            "warning",
            say("the collector {instance} does not reach {receiver}").format(
                instance=instance, receiver=label("receiver")
            ),
            say("`linewalker alerts test` tries the way and says what is wrong."),
            lasting=300,
        )
    if config.traps is not None:
        yield Alert(
            say("Traps were lost because there was no room for them; others are refused on purpose."),
            "LinewalkerTrapsLost",
            f"sum by ({INSTANCE}, reason)"
            ' (increase(linewalker_traps_dropped_total{reason=~"overflow|waiting"}[15m])) > 0',
            "warning",
            say("the collector {instance} loses traps").format(instance=instance),
            say("A device may send far too many; `linewalker traps` lists them."),
        )


def asked_by(config: Config) -> tuple[str, ...]:
    """The kinds of probes that have a round: sentinels are always asked by ICMP."""
    of_kinds: tuple[Iterable[Circuit | Service | Device | System], ...] = (
        config.circuits, config.services, config.devices, config.systems,
    )  # fmt: skip
    kinds = {one.check.probe for every in of_kinds for one in every if one.check} | {"icmp"}
    if any(one.interface for one in config.circuits):
        kinds.add("interface")
    return tuple(sorted(kinds))


def _late(config: Config, kind: str) -> str:
    interval = config.rounds.of(kind).interval
    return (
        f'max_over_time(linewalker_round_late_seconds{{round="{kind}-{interval:g}s"}}[10m])'
        f" > {LATE_SHARE * interval:g}"
    )


def _clock(say: Say) -> Iterator[Alert]:
    yield Alert(
        say("The clock is off by more than {seconds} s: times of outages are, too.").format(
            seconds=f"{CLOCK_SECONDS:g}"
        ),
        "LinewalkerClockOff",
        f"abs(linewalker_clock_offset_seconds) > {CLOCK_SECONDS:g}",
        "warning",
        say("the clock of {instance} is off by {seconds} s").format(
            instance=label("instance"), seconds=_OFFSET
        ),
        say("Linewalker sets no clock: see to the time service of the machine."),
        lasting=600,
    )
    yield Alert(
        say("The source that the clock is compared with does not answer."),
        "LinewalkerClockUnknown",
        f"linewalker_watching unless on ({INSTANCE}) linewalker_clock_offset_seconds",
        "info",
        say("nobody tells how far the clock of {instance} is off").format(instance=label("instance")),
        say("Without it, it is not known how right recorded times are."),
        lasting=1800,
    )
