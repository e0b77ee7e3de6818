"""Rules on what was promised, tried by promtool: they have the verdict of the page, whatever the bracket."""

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from exporters.prometheus import Metrics
from exporters.standing import Standing
from exporters.web.scores import scores
from exporters.words import words
from indicators.measure import Bracket, against
from tests.exporters import judged, network
from tests.exporters.rules.monitored import Case, around, rule_file, series, try_out

MISSED = "LinewalkerTargetMissed"
SAMPLE = re.compile(r"^linewalker_((?:indicator|margin)_\w+)\{(.*)\} (\S+)$", re.MULTILINE)


def scraped(standing: Standing) -> list[tuple[str, str]]:
    """The samples of a real `/metrics`, standing still for a while."""
    text = Metrics(network.Told(replace(network.troubled().now, standing=standing))).render().decode()
    return [
        series(metric, f"{value}x9", **dict(re.findall(r'(\w+)="([^"]*)"', pairs)))
        for metric, pairs, value in SAMPLE.findall(text)
    ]


def missed(indicator: str, kind: str, view: str) -> dict[str, str]:
    name = "LinewalkerDaysMissed" if indicator == "normal_days" else MISSED
    return {"alertname": name, "indicator": indicator, "subject": "branch", "kind": kind, "view": view}


def test_a_target_is_missed_where_the_page_says_so_and_nowhere_else(tmp_path: Path) -> None:
    over = (judged.outlook((-2.0, -3.0, -1.0)), judged.outlook((-2.0, -3.0, -1.0), kind="devices"))
    for standing in (judged.standing(), replace(judged.standing(), outlooks=over)):
        shown = scores(replace(network.troubled().now, standing=standing), words("zh"), "zh")
        names = {"4小时内恢复率": ("restored_within", "line"), "正常运行天数": ("normal_days", "business")}
        firing = [
            missed(names[one.indicator][0], one.kind, names[one.indicator][1])
            for one in shown
            if one.verdict == "missed"
        ]
        assert len(firing) == len(standing.outlooks)
        case = Case("as the page", [*around(), *scraped(standing)], {50: firing})
        try_out(tmp_path, rule_file(tmp_path), [case])


def _drawn(draw: random.Random) -> Iterator[tuple[str, str, Bracket, float]]:
    """Brackets around their targets, below, above, touching them, and without a value."""
    for number in range(60):
        bad = ("lower", "upper")[number % 2]
        lower = draw.choice([0.0, 0.25, 0.5])
        ends = sorted(lower + draw.choice([0.0, 0.25]) for _ in range(3))
        bracket = (
            Bracket(ends[1], ends[0], ends[2], 1.0) if draw.random() < 0.9 else Bracket(None, None, None, 0.0)
        )
        yield f"g{number}", bad, bracket, draw.choice([0.25, 0.5, 0.75])


def test_the_better_end_of_a_bracket_decides_as_it_does_for_indicators(tmp_path: Path) -> None:
    drawn = list(_drawn(random.Random(7)))
    indicators = {"lower": "availability", "upper": "fault_rate"}
    rows = [
        row
        for subject, bad, bracket, target in drawn
        for row in judged.told(judged.measure(indicators[bad], bracket, subject=subject, target=target))
    ]
    firing = [
        missed(indicators[bad], "circuits", "line") | {"subject": subject}
        for subject, bad, bracket, target in drawn
        if against(bracket, target, bad) == "missed"
    ]
    assert 10 < len(firing) < 40
    case = Case("brackets", [*around(), *scraped(Standing(judged.END, tuple(rows)))], {50: firing})
    try_out(tmp_path, rule_file(tmp_path), [case])


def test_who_is_told_reads_names_the_better_end_and_the_target(tmp_path: Path) -> None:
    labels = {
        "indicator": "restored_within",
        "subject": "branch",
        "kind": "circuits",
        "view": "line",
        "period": "year",
    }
    fires = {"job": "linewalker", "instance": "lw:8470", **labels, "severity": "warning"}
    alert = {
        "eval_time": "50s",
        "alertname": MISSED,
        "exp_alerts": [
            {
                "exp_labels": fires,
                "exp_annotations": {
                    "summary": "restored within 4 hours of 市县 misses its target",
                    "description": "at best 0.6 this year, promised 0.95",
                },
            }
        ],
    }
    case = Case("texts", [*around(), *scraped(judged.standing())], alerts=[alert])
    try_out(tmp_path, rule_file(tmp_path), [case])


def test_too_little_watched_is_told_of_only_where_something_was_promised(tmp_path: Path) -> None:
    rows = [
        row
        for one in (
            judged.measure("availability", Bracket(0.999, 0.9, 1.0, 0.9), target=0.99),
            judged.measure("availability", Bracket(0.999, 0.9, 1.0, 0.9), subject="core"),
            judged.measure("fault_rate", Bracket(0.0, 0.0, 0.05, 0.95), target=0.01),
        )
        for row in judged.told(one)
    ]
    low = {
        "alertname": "LinewalkerCoverageLow",
        "indicator": "availability",
        "subject": "branch",
        "kind": "circuits",
        "view": "line",
    }
    values = [
        (name, value.replace("x9", "x400")) for name, value in scraped(Standing(judged.END, tuple(rows)))
    ]
    case = Case("coverage", [*around(watching="1x400", up="1x400"), *values], {3590: [], 3600: [low]})
    # A line that nobody watches would be told of as well.
    case = replace(case, scraped=[one for one in case.scraped if "circuit_info" not in one[0]])
    try_out(tmp_path, rule_file(tmp_path), [case])
