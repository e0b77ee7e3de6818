"""Figures of this year as a dashboard shows them, asked of promtool: rounded as everywhere in this program."""

from pathlib import Path

from exporters.dashboards.made import dashboards
from exporters.measures import figure
from exporters.standing import Standing
from exporters.words import words
from indicators.measure import Bracket, Measure
from indicators.percentages import Way
from tests.exporters import judged
from tests.exporters.dashboards.drawn import filled
from tests.exporters.rules.monitored import Case, configured, rule_file, try_out
from tests.exporters.rules.test_targets import scraped

LOST = {"up_seconds": 3e7, "down_seconds": 1.0}
BRACKETS = (
    Bracket(0.99999, 0.99991, 0.999999, 0.9, LOST),
    Bracket(1.0, 1.0, 1.0, 1.0),
    Bracket(0.07, 0.07, 0.07, 0.07, LOST),
    Bracket(0.5, 0.0, 1.0, 0.123456),
)
MORE_IS_BETTER, LESS_IS_BETTER = "availability", "fault_rate"


def shown(of: Measure, value: float | None, way: Way) -> float:
    """What people read elsewhere; `<100 %` is the last figure below."""
    written = figure(of, value, way, words("en"))
    return 0.9999 if written == "<100 %" else round(float(written.removesuffix(" %")) / 100, 6)


def test_shares_are_rounded_as_everywhere(tmp_path: Path) -> None:
    measures = [
        judged.measure(indicator, bracket, subject=f"g{number}")
        for indicator in (MORE_IS_BETTER, LESS_IS_BETTER)
        for number, bracket in enumerate(BRACKETS)
    ]
    rows = tuple(row for one in measures for row in judged.told(one, "year"))
    [year] = [one for one in dashboards(configured(tmp_path), "en") if one["uid"] == "linewalker-year"]
    [panel] = [one for one in year["panels"] if one["title"] == "shares"]
    value, lower, upper, *_ = (filled(target["expr"]) for target in panel["targets"])
    bad = {MORE_IS_BETTER: Way.DOWN, LESS_IS_BETTER: Way.UP}
    found = [
        {
            "expr": expr,
            "eval_time": "10s",
            "exp_samples": [
                {
                    "labels": f'{{indicator="{one.indicator}",kind="circuits",subject="{one.subject}"}}',
                    "value": shown(one, getattr(one.bracket, end), way or bad[one.indicator]),
                }
                for one in measures
            ],
        }
        for expr, end, way in ((value, "value", None), (lower, "lower", Way.DOWN), (upper, "upper", Way.UP))
    ]
    case = Case("rounding", scraped(Standing(judged.END, rows)), found=found)
    try_out(tmp_path, rule_file(tmp_path), [case])
