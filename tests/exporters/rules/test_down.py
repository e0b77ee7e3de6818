"""Rules on what is down, tried by promtool: nothing begins to fire for unknown time, nor is over by it."""

from pathlib import Path

import pytest

from tests.exporters.rules.monitored import FIRES, GONE, INFO, LINE, Case, around, rule_file, series, try_out

DOWN = {"alertname": "LinewalkerCircuitDown", "circuit": "a"}
UNREACHABLE = {"alertname": "LinewalkerUnreachable"}


def line(values: str) -> tuple[str, str]:
    return series("circuit_up", values, **LINE)


def watched(values: str = "1x200") -> tuple[str, str]:
    return series("circuit_watched", values, **LINE)


CASES = [
    Case(
        "a cut of 70 s fires after half a minute, and is over when the line has answered for half a minute",
        [*around(), watched(), line("1x2 0x6 1x60")],
        {20: [], 50: [], 60: [DOWN], 90: [DOWN], 120: [DOWN], 140: [], 400: []},
        alerts=[
            {
                "eval_time": "60s",
                "alertname": "LinewalkerCircuitDown",
                "exp_alerts": [
                    {
                        "exp_labels": FIRES,
                        "exp_annotations": {
                            "summary": "circuit 甲线 is down",
                            "description": "carrier 电信, circuit id CT-1, far end 海口",
                        },
                    }
                ],
            }
        ],
    ),
    Case(
        "a blip of 20 s does not fire",
        [*around(), watched(), line("1x2 0x1 1x60")],
        {30: [], 40: [], 50: [], 60: [], 70: [], 80: []},
    ),
    Case(
        "a line that flaps every ten seconds does not fire, and short answers do not end what fires",
        [*around(), watched(), line("1 0 1 0 1 0 1 0 0 0 0 1 0 1 0 1 0 1 1 1 1 1x60")],
        {70: [], 90: [], 100: [DOWN], 110: [DOWN], 130: [DOWN], 160: [DOWN], 220: []},
    ),
    Case(
        "unknown time fires nothing, however long it lasts",
        [*around(), watched(), line(f"1x2 {GONE} _x180")],
        {30: [], 60: [], 300: [], 1500: []},
    ),
    Case(
        "short parts of down-time beside unknown time prove nothing, whatever they add up to",
        [*around(), watched(), line(f"1x2 0x1 {GONE} _x5 0x1 {GONE} _x5 0x1 1x60")],
        {at: [] for at in range(20, 300, 10)},
    ),
    Case(
        "each part has to last: the second one does",
        [*around(), watched(), line(f"1x2 0x1 {GONE} _x5 0x9 1x60")],
        {100: [], 130: [], 140: [DOWN], 210: [DOWN], 260: []},
    ),
    Case(
        "what fires goes on while nobody knows, longer than Prometheus looks back, and ends when the line answers",
        [*around(), watched(), line(f"1x2 0x6 {GONE} _x100 1x20")],
        {90: [DOWN], 110: [DOWN], 500: [DOWN], 1090: [DOWN], 1110: [DOWN], 1150: []},
    ),
    Case(
        "what fires goes on while the service cannot be scraped, and the service is said to be away",
        [
            *around(up="1x9 0x90 1x30", watching=f"1x9 {GONE} _x89 1x30", info=f"1x9 {GONE} _x89 1x30"),
            watched(f"1x9 {GONE} _x89 1x30"),
            line(f"1x2 0x6 {GONE} _x90 1x30"),
        ],
        {90: [DOWN], 200: [DOWN, UNREACHABLE], 900: [DOWN, UNREACHABLE], 1060: []},
    ),
    Case(
        "what is removed from the configuration is over",
        [*around(info=f"1x12 {GONE} _x100"), watched(f"1x12 {GONE} _x100"), line(f"1x2 0x9 {GONE} _x100")],
        {120: [DOWN], 170: [], 600: []},
    ),
    Case(
        "a line whose upstream is down is watched and unknown: it neither fires nor is missed",
        [*around(), watched(), line(f"1x2 {GONE} _x180")],
        {600: [], 1500: []},
    ),
    Case(
        "two collectors that watch the same line are two",
        [
            *around(),
            watched(),
            line("0x60"),
            ('up{job="linewalker",instance="other"}', "1x60"),
            ('linewalker_watching{job="linewalker",instance="other"}', "1x60"),
            ('linewalker_clock_offset_seconds{job="linewalker",instance="other"}', "0x60"),
            ('linewalker_circuit_info{job="linewalker",instance="other",circuit="a"}', "1x60"),
            ('linewalker_circuit_watched{job="linewalker",instance="other",circuit="a"}', "1x60"),
            ('linewalker_circuit_up{job="linewalker",instance="other",circuit="a"}', "1x60"),
        ],
        {30: [DOWN], 300: [DOWN]},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_down_is_told_of_as_it_was_seen(case: Case, tmp_path: Path) -> None:
    try_out(tmp_path, rule_file(tmp_path), [case])


@pytest.mark.parametrize(
    ("thing", "severity"), [("service", "critical"), ("device", "warning"), ("system", "critical")]
)
def test_services_devices_and_systems_are_told_of_likewise(thing: str, severity: str, tmp_path: Path) -> None:
    labels = {thing: "x", "group": "core", "site": "centre"}
    info = {thing: "x", "name": "某", "site_name": "中心"}
    base = [one for one in around() if "circuit_info" not in one[0]]
    case = Case(
        thing,
        [
            *base,
            series(f"{thing}_info", "1x60", **info),
            series(f"{thing}_watched", "1x60", **labels),
            series(f"{thing}_up", "1x2 0x6 1x50", **labels),
        ],
        {50: [], 60: [{"alertname": f"Linewalker{thing.capitalize()}Down", thing: "x"}], 200: []},
        alerts=[
            {
                "eval_time": "60s",
                "alertname": f"Linewalker{thing.capitalize()}Down",
                "exp_alerts": [
                    {
                        "exp_labels": {
                            "job": "linewalker", "instance": "lw:8470", **labels, **info, "severity": severity,
                        },
                        "exp_annotations": {
                            "summary": f"{thing} 某 is down",
                            "description": "group core, at 中心",
                        },
                    }
                ],
            }
        ],
    )  # fmt: skip
    try_out(tmp_path, rule_file(tmp_path), [case])


def test_a_line_whose_path_is_not_proven_is_marked(tmp_path: Path) -> None:
    info = INFO | {"path": "unproven", "cid": "", "carrier_name": ""}
    fires = {key: value for key, value in (FIRES | info).items() if value}
    case = Case(
        "unproven",
        [*around()[:-1], series("circuit_info", "1x60", **info), watched(), line("0x60")],
        alerts=[
            {
                "eval_time": "60s",
                "alertname": "LinewalkerCircuitDown",
                "exp_alerts": [
                    {
                        "exp_labels": fires,
                        "exp_annotations": {
                            "summary": "circuit 甲线 is down",
                            "description": "carrier —, circuit id —, far end 海口; its path is not proven: "
                            "another line may have answered, or failed",
                        },
                    }
                ],
            }
        ],
    )
    try_out(tmp_path, rule_file(tmp_path), [case])


def test_what_nobody_watches_is_told_of_but_not_while_nothing_is_watched_nor_where_it_is_out_of_service(
    tmp_path: Path,
) -> None:
    unwatched = {"alertname": "LinewalkerCircuitUnwatched", "circuit": "a"}
    gone = series("circuit_info", "1x200", circuit="gone", name="停用")
    blind = {"alertname": "LinewalkerNotWatching"}
    cases = [
        Case("unwatched", [*around(), gone], {890: [], 900: [unwatched], 1800: [unwatched]}),
        Case("blind", [*around(watching="0x200"), gone], {50: [], 60: [blind], 1800: [blind]}),
    ]
    try_out(tmp_path, rule_file(tmp_path), cases)
