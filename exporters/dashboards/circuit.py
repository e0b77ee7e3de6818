"""A single circuit: what it is, how it stood, and what its line lost."""

from collections.abc import Iterator

from config.model import Config
from exporters.dashboards.now import path_words
from exporters.dashboards.panel import (
    BAD,
    GOOD,
    Json,
    Placed,
    Query,
    dashboard,
    lines,
    query_variable,
    source_variable,
    stat,
    table,
    texts,
    timeline,
)
from exporters.words import Say

OF = '{circuit="$circuit"}'
CHOICE = "query_result(linewalker_circuit_info)"
CHOSEN = '/circuit="(?<value>[^"]+)".*,name="(?<text>[^"]+)"/'
"""Shown by name, chosen by id: what `query_result` writes has its labels in alphabetical order."""


def circuit(config: Config, say: Say) -> Json:
    """The dashboard of the circuit that is chosen."""
    counted = any(one.interface for one in config.circuits)
    return dashboard(
        "linewalker-circuit",
        say("Linewalker: one circuit"),
        say("Raw, as it was seen: masked by what it depends on, not settled into outages."),
        config.calendar.zone,
        [*_now(say), *_course(say), *(_traffic(say) if counted else ())],
        [
            source_variable(say("data source")),
            query_variable("circuit", say("circuit"), CHOICE, CHOSEN),
        ],
        since="now-24h",
    )


def _now(say: Say) -> Iterator[Placed]:
    yield Placed(
        stat(
            say("now"),
            say("A dash: unknown."),
            Query(f"linewalker_circuit_up{OF}"),
            mappings=_states(say),
        ),
        4,
        4,
    )
    counts = (
        (
            say("down-runs"),
            say("Recorded in the time shown, short ones included; an outage is judged elsewhere."),
            f"round(increase(linewalker_circuit_outages_total{OF}[$__range]))",
            "none",
        ),
        (
            say("down-time"),
            say("Measured in the time shown."),
            f"increase(linewalker_circuit_outage_seconds_total{OF}[$__range])",
            "s",
        ),
    )
    for title, says, expr, unit in counts:
        yield Placed(stat(title, says, Query(expr), unit=unit), 4, 4)
    columns = {
        "name": say("name"),
        "cid": say("circuit id"),
        "carrier_name": say("carrier"),
        "site_name": say("site"),
        "path": say("path"),
    }
    about, marked = [Query(f"linewalker_circuit_info{OF}")], {"path": path_words(say)}
    yield Placed(table(say("circuit"), "", about, columns, marked), 12, 4)


def _states(say: Say) -> list[Json]:
    return texts({"0": say("down"), "1": say("up")}, {"0": BAD, "1": GOOD})


def _course(say: Say) -> Iterator[Placed]:
    yield Placed(
        timeline(
            say("up and down"),
            say("Where nothing is drawn, nobody knows."),
            Query(f"linewalker_circuit_up{OF}", "{{circuit}}"),
            mappings=_states(say),
        ),
        24,
        4,
    )
    rtt = Query(f"linewalker_circuit_rtt_seconds{OF}", "{{circuit}}")
    yield Placed(lines(say("round trip"), "", [rtt], unit="s", min=0), 12, 8)
    loss = Query(f"linewalker_circuit_loss_ratio{OF}", "{{circuit}}")
    says = say("Share of first packets lost in the five to ten minutes before.")
    yield Placed(lines(say("loss ratio"), says, [loss], unit="percentunit", min=0, max=1), 12, 8)


def _traffic(say: Say) -> Iterator[Placed]:
    queries = [
        Query(f"linewalker_interface_in_octets_per_second{OF} * 8", say("in")),
        Query(f"linewalker_interface_out_octets_per_second{OF} * 8", say("out")),
    ]
    says = say("As the router counts it at the port that carries the line.")
    yield Placed(lines(say("traffic"), says, queries, unit="bps", min=0), 24, 8)
