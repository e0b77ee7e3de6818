"""Indicators on the page and in /metrics: what is chosen, how it is written, and whether a target is met."""

import re
from dataclasses import replace

import pytest

from exporters.prometheus import Metrics
from exporters.reading import Overview
from exporters.web.page import Page
from exporters.web.scores import Score, scores
from exporters.words import words
from indicators.measure import Bracket, against
from tests.exporters import judged, network
from tests.exporters.served import measure


def _overview() -> Overview:
    return replace(network.troubled().now, standing=judged.standing())


def _scores(lang: str = "en") -> dict[tuple[str, str], Score]:
    return {(one.indicator, one.of): one for one in scores(_overview(), words(lang), lang)}


def test_promised_figures_come_first_and_devices_do_not_repeat_what_was_promised_of_lines() -> None:
    found = scores(_overview(), words("en"), "en")
    assert [one.indicator for one in found] == [
        "availability",
        "restored within 4 hours",
        "circuits that met their target",
        "days of normal operation",
        "availability",
    ]
    assert {one.kind for one in found} == {"circuits"}
    assert [bool(one.target) for one in found] == [True, True, True, True, False]


def test_a_target_is_met_or_missed_only_where_no_unknown_time_can_change_it() -> None:
    found = {one.indicator: one.verdict for one in scores(_overview(), words("en"), "en") if one.target}
    assert found == {
        "availability": "met",  # 99.8 % at the least, of 99 %
        "restored within 4 hours": "missed",  # 60 % at the most, of 95 %
        "circuits that met their target": "open",  # 43 to 46, of 45
        "days of normal operation": "within",  # the year goes on, and 3 days or more are left
    }


def test_figures_are_rounded_towards_their_bad_side_and_the_bracket_outwards() -> None:
    [one] = [
        one
        for one in scores(_overview(), words("en"), "en")
        if one.indicator == "availability" and one.target
    ]
    assert (one.year, one.bracket, one.target) == ("99.90 %", "99.80 % … 99.95 %", "99.00 %")


def test_days_say_what_is_left_and_what_is_expected() -> None:
    [zh] = [one for one in scores(_overview(), words("zh"), "zh") if one.indicator == "正常运行天数"]
    assert (zh.left, zh.forecast) == ("4 天", "361 天（358–363）")
    assert zh.day == "138"


def test_days_beyond_the_margin_are_missed_before_the_year_is_over() -> None:
    over = replace(judged.standing(), outlooks=(judged.outlook((-2.0, -3.0, -1.0)),))
    overview = replace(network.troubled().now, standing=over)
    [one] = [
        one for one in scores(overview, words("en"), "en") if one.indicator == "days of normal operation"
    ]
    assert one.verdict == "missed"


@pytest.mark.parametrize(
    ("bracket", "target", "bad", "verdict"),
    [
        (Bracket(0.01, 0.0, 0.02, 1.0), 0.02, "upper", "met"),
        (Bracket(0.01, 0.0, 0.03, 1.0), 0.02, "upper", "open"),
        (Bracket(0.05, 0.03, 0.06, 1.0), 0.02, "upper", "missed"),
        (Bracket(None, None, None, 0.0), 0.02, "upper", "open"),
    ],
)
def test_of_rates_less_is_better(bracket: Bracket, target: float, bad: str, verdict: str) -> None:
    assert against(bracket, target, bad) == verdict


@pytest.mark.parametrize(("lang", "heading"), [("zh", "本年指标"), ("en", "Indicators this year")])
def test_the_page_shows_them_in_both_languages(lang: str, heading: str) -> None:
    text = Page(words, judged.ZONE).render("live.html", _overview(), (), lang, "")
    assert heading in text
    assert text.count('<tr data-verdict="missed">') == 1


def test_a_phone_shows_figure_and_target_first_and_the_page_does_not_move_sideways() -> None:
    assert measure(network.Told(_overview()), 420, 800)[1] == 420
    heads = Page(words).render("live.html", _overview(), (), "en", "").partition('id="indicators"')[2]
    titles = re.findall(r"<th [^>]*>([^<]+)</th>", heads.partition("</thead>")[0])
    assert titles[:4] == ["Indicator", "Of", "This year", "Target"]


def test_nothing_is_shown_before_anything_was_judged() -> None:
    assert 'id="indicators"' not in Page(words).render("live.html", network.troubled().now, (), "zh", "")


def test_metrics_hold_value_bracket_coverage_and_target_and_no_sample_where_there_is_no_value() -> None:
    text = Metrics(network.Told(_overview())).render().decode()
    labels = 'indicator="availability",kind="circuits",period="year",subject="branch",view="line"'
    for name, value in (
        ("value", 0.999),
        ("lower", 0.998),
        ("upper", 0.9995),
        ("coverage", 0.99),
        ("target", 0.99),
    ):
        assert f"linewalker_indicator_{name}{{{labels}}} {value}\n" in text
    assert 'linewalker_indicator_value{indicator="mttr"' not in text
