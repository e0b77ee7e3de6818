"""Reasons proposed from facts: what they say, of whom nothing is proposed, and that nothing is invented."""

from dataclasses import replace
from decimal import Decimal

import pytest

from config.plan import Bands, Manual, Row
from exporters.forms.annex import Annex, Blame, DayLine, FaultLine, OutageLine, Part, Scope
from exporters.forms.filled import FilledRow
from exporters.forms.report_reasons import proposal
from exporters.forms.voice import Voice
from indicators.catalogue import CATALOGUE
from indicators.measure import Bracket, Measure

S = 1_000_000
BEGIN, END = 1_735_660_800 * S, 1_767_196_800 * S  # 2025 in Shanghai
MARCH = 1_740_758_400 * S  # 1 March 2025, 00:00
BANDS = Bands(优="≥360天", 良="300-359天", 中="250-299天", 差="249天以下")
DAYS = Row(
    id="days", level1="效益指标", level3="正常运行天数", target="≥360天", direction="positive", bands=BANDS
)
ENGLISH, CHINESE = Voice("en"), Voice("zh")
NOBODY = Blame()


def measured(indicator: str, value: float, lower: float, upper: float) -> Measure:
    entry = CATALOGUE[indicator]
    bracket = Bracket(value, lower, upper, 0.99)
    return Measure(
        indicator, "circuits", "branch", "line", BEGIN / S, END / S, bracket, entry.unit, entry.formula, "p"
    )


def outage(start: int, seconds: float, blame: Blame = NOBODY, *, counts: bool = True) -> OutageLine:
    end = start + round(seconds * S)
    fault = f"sanya-ct@{start // S}" if counts else None
    return OutageLine(
        "sanya-ct", "三亚电信", start, start, start, end, end, end, seconds, 0.0, "no answer", fault, blame
    )


def part(outages: tuple[OutageLine, ...], unknown: dict[str, float], days: str = "") -> Part:
    """A group of two lines; `days` are verdicts by letter: n normal, x not normal, ? undecided."""
    verdicts = {"n": "normal", "x": "not normal", "?": "undecided"}
    told = tuple(DayLine(f"2025-01-{at:02}", verdicts[one], 0, 0, 0, 0) for at, one in enumerate(days, 1))
    scope = Scope("circuits", "branch", "line", "p")
    return Part(scope, "分局", 2, told, outages, (), unknown, 1_000_000.0, 14_400.0)


def annex(of: Part) -> Annex:
    return Annex(BEGIN, END, END, "Asia/Shanghai", {of.scope: of})


def test_a_missed_target_is_told_with_its_gap_its_days_and_its_longest_outages() -> None:
    row = FilledRow(DAYS, "357天", grade="良", measure=measured("normal_days", 357, 357, 357))
    carrier = Blame("中国电信", "ticket", "T-7", confirmed=True)
    outages = (
        outage(MARCH, 3600, carrier),
        outage(MARCH + 86_400 * S, 60),
        outage(MARCH, 7200, counts=False),
    )
    found = proposal(row, annex(part(outages, {}, "nnnxxxnn?")), ENGLISH)
    assert found == (
        "target ≥360天, measured 357天: missed by 3天. 3 days were not normal. "
        "1 days are undecided, because too much of them was not watched. "
        "2 outages that count, 1 h 1 min of all members together, 0.366% of the time; the longest: "
        "三亚电信 was out from 2025-03-01 00:00 for 1 h, no answer, responsible: 中国电信 "
        "(ticket, confirmed by both T-7); "
        "三亚电信 was out from 2025-03-02 00:00 for 1 min, no answer, nobody was named responsible."
    )


def test_it_is_chinese_for_chinese_readers() -> None:
    row = FilledRow(DAYS, "357天", grade="良", measure=measured("normal_days", 357, 357, 357))
    found = proposal(row, annex(part((outage(MARCH, 3661),), {}, "xxx")), CHINESE)
    assert found == (
        "指标值 ≥360天，实测 357天，相差 3天。3 天不正常。"
        "计入的中断 1 次，各对象合计 1 小时 1 分 1 秒，占计入时间 0.366%；历时最长的："
        "三亚电信 自 2025-03-01 00:00 起中断 1 小时 1 分 1 秒（无应答，责任方未认定）。"
    )


def test_unknown_time_is_told_where_it_widens_the_bracket() -> None:
    row = FilledRow(DAYS, "357天", grade="良", measure=measured("normal_days", 357, 355, 359))
    found = proposal(row, annex(part((), {"not_watched": 9_000.0, "upstream": 1_000.0})), ENGLISH)
    assert found.endswith(
        "2 h 46 min 40 s of all members together (1.000%) is unknown, mostly: nobody watched (2 h 30 min); "
        "the value is in 355 … 359."
    )


@pytest.mark.parametrize(
    "row",
    [
        FilledRow(DAYS, "361天", grade="优", measure=measured("normal_days", 361, 361, 361)),
        FilledRow(DAYS, "350天", grade="良"),
        FilledRow(DAYS.model_copy(update={"manual": Manual(who="甲", value="350天")}), "350天", grade="良"),
    ],
)
def test_nothing_is_proposed_of_what_met_its_target_or_was_not_measured(row: FilledRow) -> None:
    assert proposal(row, annex(part((outage(MARCH, 60),), {"not_watched": 5.0})), ENGLISH) == ""


def test_a_gap_is_reckoned_from_the_printed_value_of_a_share_that_should_be_small() -> None:
    rate = Row(
        id="rate", level1="成效指标", level3="故障率", target="≤1%", direction="reverse", weight=Decimal(10)
    )
    row = FilledRow(
        rate, "1.24%", points=Decimal("7.6"), measure=measured("fault_rate", 0.01231, 0.0123, 0.0124)
    )
    found = proposal(row, annex(part((outage(MARCH, 60),), {})), ENGLISH)
    assert found.startswith("target ≤1%, measured 1.24%: missed by 0.24%. 1 outages that count, 1 min of all")


def test_faults_beyond_the_limit_are_told_of_a_share_restored_in_time() -> None:
    restored = Row(
        id="r", level1="效益指标", level3="恢复率", target="≥95%", direction="positive", weight=Decimal(10)
    )
    row = FilledRow(restored, "50%", points=Decimal(5), measure=measured("restored_within", 0.5, 0.5, 0.5))
    fault = FaultLine(
        "a@1", "a", "甲线", MARCH, MARCH + 5 * 3600 * S, True, 18_000, 18_000, 18_000, "too late"
    )
    good = replace(fault, id="a@2", clock=60, shortest=60, longest=60, verdict="in time")
    found = proposal(row, annex(replace(part((), {}), faults=(fault, good))), ENGLISH)
    assert found == (
        "target ≥95%, measured 50%: missed by 45%. 1 of 2 faults were not restored within 4 h; the longest: "
        "甲线 was not restored from 2025-03-01 00:00 on for 5 h, nobody was named responsible."
    )
