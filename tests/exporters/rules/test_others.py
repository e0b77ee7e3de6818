"""Rules on the collector, on certificates and on full lines, and recorded sums, tried by promtool."""

import re
from pathlib import Path

import pytest

from collector import checks, watches
from collector.plans import plans
from config.load import load
from exporters.rules.collector import LATE_SHARE
from exporters.rules.made import rules
from tests.exporters.rules.monitored import (
    GONE,
    INFO,
    LINE,
    OF,
    TODAY,
    Case,
    around,
    configured,
    rule_file,
    rules_in,
    series,
    try_out,
    written,
)
from tests.practice import TRANSPORT

UP = [series("circuit_watched", "1x200", **LINE), series("circuit_up", "1x200", **LINE)]
PORTAL = {"system": "portal", "group": "core", "site": ""}


def alert(name: str, **labels: str) -> dict[str, str]:
    return {"alertname": f"Linewalker{name}", **labels}


def ten_times(value: float) -> str:
    return f"{value:g}x200"


CASES = [
    Case("blind", [*around(watching="1x5 0x100")], {110: [], 120: [alert("NotWatching")]}),
    Case(
        "away",
        [*around(up="1x5 0x100", watching=f"1x5 {GONE}", info=f"1x5 {GONE}")],
        {110: [], 120: [alert("Unreachable")], 900: [alert("Unreachable")]},
    ),
    Case("never there", [("something_else", "1x60")], {290: [], 300: [alert("Absent")]}),
    Case(
        "refused",
        [*around(), *UP, series("config_refused", "0x3 1x20 0x20")],
        {90: [], 100: [alert("ConfigurationRefused")], 300: []},
    ),
    Case(
        "the ledger is away for longer than five minutes",
        [*around(), *UP, series("ledger_spool_rows", "0 5x20 0 7x60")],
        {200: [], 300: [], 510: [], 530: [alert("LedgerAway")]},
    ),
    Case(
        "a long queue that shrinks is no trouble, one that grows is",
        [*around(), *UP, series("ledger_queue_rows", "50000-100x100 40000+200x100")],
        {990: [], 2000: [alert("QueueGrows")]},
    ),
    Case(
        "keeping failed",
        [*around(), *UP, series("keeping_problem", "1x200")],
        {590: [], 600: [alert("KeepingFailed")]},
    ),
    Case(
        "keeping succeeded two days ago",
        [*around(), *UP, series("keeping_last_success_timestamp_seconds", "-172900x200")],
        {590: [], 600: [alert("KeepingFailed")]},
    ),
    Case(
        "the clock is off, ahead or behind",
        [
            *[one for one in around() if "offset" not in one[0]],
            *UP,
            series("clock_offset_seconds", "-1.5x100 0.9x100"),
        ],
        {590: [], 600: [alert("ClockOff")], 1100: []},
    ),
    Case(
        "nobody tells how far",
        [*[one for one in around() if "offset" not in one[0]], *UP],
        {1790: [], 1800: [alert("ClockUnknown")]},
    ),
    Case(
        "a round was late",
        [*around(), *UP, series("round_late_seconds", "0x5 5.5 0x100", round="icmp-10s")],
        {
            50: [],
            60: [alert("RoundLate", round="icmp-10s")],
            650: [alert("RoundLate", round="icmp-10s")],
            670: [],
        },
    ),
    Case(
        "a receiver of our own alerts is not reached",
        [
            *around(),
            *UP,
            series("alerts_failing", "1x200", receiver="duty"),
            series("alerts_failing", "0x200", receiver="room"),
        ],
        {290: [], 300: [alert("AlertsFailing", receiver="duty")]},
    ),
    Case(
        "traps without room, not those refused",
        [
            *around(),
            *UP,
            series("traps_dropped_total", "0+5x100", reason="source"),
            series("traps_dropped_total", "0x5 1x100", reason="overflow"),
        ],
        {50: [], 100: [alert("TrapsLost", reason="overflow")]},
    ),
    Case(
        "a certificate, twice as long before its end as the page is called down for it",
        [
            *around(),
            *UP,
            series("system_info", "1x200", system="portal", name="门户"),
            series("system_watched", "1x200", **PORTAL),
            series("system_certificate_days", "41x100 39x100", **PORTAL),
        ],
        {1890: [], 1910: [alert("SystemCertificate", system="portal")]},
    ),
    Case(
        "a line is full by the rate of today, in one direction",
        [
            *around(),
            *UP,
            series("interface_in_octets_per_second", ten_times(1_900_000), **LINE),
            series("interface_out_octets_per_second", ten_times(2_000_000), **LINE),
        ],
        {890: [], 900: [alert("CircuitFull", circuit="a")]},
    ),
    Case(
        "a port of a gigabit is not",
        [
            *around(),
            *UP,
            series("interface_speed_bits", "1000000000x200", device="router", interface="g1"),
            series("interface_in_octets_total", "0+900000000x200", device="router", interface="g1"),
            series("interface_speed_bits", "1000000000x200", device="router", interface="g2"),
            series("interface_out_octets_total", "0+1100000000x200", device="router", interface="g2"),
        ],
        {900: [], 1500: [alert("PortFull", device="router")]},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_trouble_is_told_of_when_it_has_lasted(case: Case, tmp_path: Path) -> None:
    try_out(tmp_path, rule_file(tmp_path), [case])


def test_a_round_is_late_where_the_collector_says_so() -> None:
    assert LATE_SHARE == watches.LATE_SHARE


def test_every_round_is_called_as_the_collector_calls_it(tmp_path: Path) -> None:
    for config in (configured(tmp_path), load(TRANSPORT)):
        specs = checks.specs(config, TODAY)
        rounds = {one.name for one in plans(config, specs, range(1, len(specs) + 1))}
        expressions = [one["expr"] for one in rules_in(rules(config, TODAY, "en"))]
        assert rounds == {name for text in expressions for name in re.findall(r'round="([^"]+)"', text)}


def line(values: str, circuit: str, carrier: str, path: str) -> list[tuple[str, str]]:
    labels = LINE | {"circuit": circuit, "carrier": carrier}
    return [
        series("circuit_info", "1x60", **INFO | {"circuit": circuit, "path": path}),
        series("circuit_up", values, **labels),
        series("circuit_outages_total", "0x30 1x30", **labels),
    ]


def test_sums_of_carriers_leave_out_what_is_not_proven_and_nobody_counts_what_is_unknown(
    tmp_path: Path,
) -> None:
    scraped = [
        (f"up{{{OF}}}", "1x60"),
        *line("1x60", "a", "ct", "direct"),
        *line("0x60", "b", "ct", "direct"),
        *line("1x60", "c", "ct", "unproven"),
        *line(f"1x20 {GONE}", "d", "ct", "direct"),
    ]

    def recorded(metric: str, value: float, at: int, **labels: str) -> dict[str, object]:
        whose = written({"job": "linewalker", "instance": "lw:8470", **labels})
        sample = {"labels": f"{metric}{whose}", "value": value}
        return {"expr": metric, "eval_time": f"{at}s", "exp_samples": [sample]}

    found = [
        recorded("group:linewalker_circuit_up:sum", 3, 100, group="branch"),
        recorded("group:linewalker_circuit_up:count", 4, 100, group="branch"),
        recorded("carrier:linewalker_circuit_up:sum", 2, 100, carrier="ct"),
        recorded("carrier:linewalker_circuit_up:count", 3, 100, carrier="ct"),
        recorded("carrier:linewalker_circuit_up:sum", 1, 500, carrier="ct"),
        recorded("carrier:linewalker_circuit_up:count", 2, 500, carrier="ct"),
    ]
    try_out(tmp_path, rule_file(tmp_path), [Case("sums", scraped, found=found)])
