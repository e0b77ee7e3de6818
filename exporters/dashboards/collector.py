"""The collector itself: whether it watches, keeps what it sees, and asks in time."""

from collections.abc import Iterator

from config.model import Config
from exporters.dashboards.panel import (
    BAD,
    GOOD,
    Json,
    Placed,
    Query,
    dashboard,
    lines,
    source_variable,
    stat,
    steps,
    texts,
)
from exporters.words import Say

_INSTANCE = "{{instance}}"


def collector(config: Config, say: Say) -> Json:
    """The dashboard of the service."""
    return dashboard(
        "linewalker-collector",
        say("Linewalker: the collector"),
        say("While it does not watch, everything is unknown."),
        config.calendar.zone,
        [*_now(say), *_course(config, say)],
        [source_variable(say("data source"))],
        since="now-24h",
    )


def _now(say: Say) -> Iterator[Placed]:
    yes_no = {
        "linewalker_watching": (say("watching"), "", GOOD),
        "linewalker_config_refused": (
            say("newer configuration refused"),
            say("The old one stays in force."),
            BAD,
        ),
        "linewalker_keeping_problem": (
            say("daily keeping failed"),
            say("Days are not folded, sealed or backed up."),
            BAD,
        ),
    }
    for metric, (title, says, one) in yes_no.items():
        zero = BAD if one == GOOD else GOOD
        words = texts({"0": say("no"), "1": say("yes")}, {"0": zero, "1": one})
        how = "min" if one == GOOD else "max"
        yield Placed(stat(title, says, Query(f"{how}({metric})"), mappings=words), 6, 4)
    spool = Query("sum(linewalker_ledger_spool_rows)")
    says = say("They are written when the ledger returns.")
    yield Placed(stat(say("rows that wait on the disk"), says, spool, thresholds=steps(GOOD, (1, BAD))), 6, 4)


def _course(config: Config, say: Say) -> Iterator[Placed]:
    late = Query("linewalker_round_late_seconds", "{{round}}")
    yield Placed(lines(say("how late rounds begin"), "", [late], unit="s", min=0), 12, 8)
    done = Query("rate(linewalker_rounds_total[10m]) * 60", "{{round}}")
    yield Placed(lines(say("completed rounds a minute"), "", [done], min=0), 12, 8)
    queue = Query("linewalker_ledger_queue_rows", _INSTANCE)
    yield Placed(lines(say("rows not yet in the ledger"), "", [queue], min=0, decimals=0), 12, 8)
    kept = Query("time() - linewalker_keeping_last_success_timestamp_seconds", _INSTANCE)
    yield Placed(lines(say("since the ledger was kept"), "", [kept], unit="s", min=0), 12, 8)
    if config.vantage.clock is not None:
        offset = Query("linewalker_clock_offset_seconds", _INSTANCE)
        says = say("Ahead of the named source; a gap: it does not answer.")
        yield Placed(lines(say("offset of the clock"), says, [offset], unit="s"), 12, 8)
    if config.traps is not None:
        traps = [
            Query("sum(rate(linewalker_traps_received_total[5m]))", say("let in")),
            Query("sum by (reason) (rate(linewalker_traps_dropped_total[5m]))", "{{reason}}"),
        ]
        yield Placed(lines(say("traps a second"), "", traps, min=0), 12, 8)
