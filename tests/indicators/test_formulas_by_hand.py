"""Every formula of definitions, §4, by hand: the arithmetic stands in the expected value. Times in seconds."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from indicators import counts, days, restoring, shares
from indicators.facts import Bins, Checks, Facts
from indicators.faults import Faults
from indicators.measure import Bracket
from indicators.observed import raw
from indicators.policy import GroupDays, Policy
from indicators.sums import Sums
from indicators.threestate import UNKNOWN
from tests.indicators.seen import DAY, HOUR, MINUTE, Seen, figures, in_seconds, judge, place
from tests.indicators.slots import SECOND, history, letters


def totals(*rows: Sequence[tuple[float, float, float]]) -> Sums:
    """U, D and K, a row a subject, a column a window."""
    table = (np.array(rows, np.float64) * SECOND).round().astype(np.int64)
    up, down, unknown = (table[:, :, one] for one in range(3))
    return Sums(up, down, unknown, 0 * up, 0 * up)


def ends(of: Bracket) -> tuple[float | None, float | None, float | None]:
    return of.value, of.lower, of.upper


def fault(
    shortest: float, clock: float, longest: float, *, ended: bool = True, open_: bool = False
) -> Faults:
    start, end, least, most = (np.array([one * SECOND], np.int64) for one in (0, clock, shortest, longest))
    return Faults(start, end, end, end, least, most, np.array([ended]), np.array([open_]))


def together(*several: Faults) -> Faults:
    return Faults(
        *(np.concatenate([getattr(f, name) for f in several]) for name in Faults.__dataclass_fields__)
    )


def test_availability_and_fault_rate_are_complements_and_their_bounds_are_the_completions() -> None:
    of = totals([(900, 50, 50)])
    assert ends(shares.availability(of)) == (900 / 950, 900 / 1000, 950 / 1000)
    assert ends(shares.fault_rate(of)) == (50 / 950, 50 / 1000, 100 / 1000)
    assert shares.availability(of).coverage == 950 / 1000


def test_nothing_watched_or_nothing_to_watch_is_no_value_never_0_or_100_percent() -> None:
    for of in (totals([(0, 0, 1000)]), totals([(0, 0, 0)])):
        for formula in (
            shares.availability,
            shares.fault_rate,
            shares.faulty_lines,
            shares.clean_lines,
            shares.downtime_p95,
        ):
            assert ends(formula(of)) == (None, None, None)
        assert shares.fault_frequency(of, 0, 30.4375).value is None


def test_faulty_lines_and_line_days() -> None:
    # Two days: of three lines one was down on one day, one is unknown for a while on one day, one was fine.
    of = totals([(100, 0, 0), (90, 10, 0)], [(100, 0, 0), (95, 0, 5)], [(100, 0, 0), (100, 0, 0)])
    assert ends(shares.faulty_lines(of)) == (1 / 3, 1 / 3, 2 / 3)
    assert ends(shares.clean_lines(of)) == pytest.approx((2 / 3, 1 / 3, 2 / 3))
    assert ends(shares.faulty_line_days(days.member_days(of, Policy()))) == (1 / 6, 1 / 6, 2 / 6)


def test_fault_frequency_is_per_hundred_line_months_of_what_was_seen() -> None:
    # 12 lines for 304.375 days each are 120 line-months; 6 faults are 5 in a hundred.
    known = totals(*[[(304.375 * DAY, 0, 0)]] * 12)
    assert shares.fault_frequency(known, 6, 30.4375).value == pytest.approx(6 / 120 * 100)
    half = totals(*[[(152.1875 * DAY, 0, 152.1875 * DAY)]] * 12)
    assert ends(shares.fault_frequency(half, 6, 30.4375)) == pytest.approx((10, 5, 10))


def test_the_downtime_that_95_percent_of_circuits_do_not_exceed() -> None:
    # Of 20 circuits with 1, 2, … 20 s the 19th is enough for 19 of them, which is 95 %.
    of = totals(*[[(1000 - one, one, 0)] for one in range(1, 21)])
    assert ends(shares.downtime_p95(of)) == (19, 19, 19)
    unsure = totals(*[[(990 - one, one, 10)] for one in range(1, 21)])
    assert ends(shares.downtime_p95(unsure)) == (19, 19, 29)


def test_a_day_with_no_downtime_and_3456_s_unknown_is_normal_but_not_surely() -> None:
    # 3,456 s are 4 % of a day: coverage 0.96 suffices; as downtime they would exceed 1 %, 864 s.
    found = days.normal_days(days.verdicts(totals([(DAY - 3456, 0, 3456)]), Policy()))
    assert (*ends(found), found.coverage) == (1, 0, 1, 1)


def test_a_day_with_6_h_down_at_half_coverage_is_surely_not_normal() -> None:
    found = days.normal_days(days.verdicts(totals([(6 * HOUR, 6 * HOUR, 12 * HOUR)]), Policy()))
    assert (*ends(found), found.coverage) == (0, 0, 0, 1)


def test_a_day_that_is_not_decided_stands_in_the_upper_bound_only() -> None:
    of = totals([(DAY, 0, 0), (0.9 * DAY, 0, 0.1 * DAY), (0, 0, 0)])
    found = days.normal_days(days.verdicts(of, Policy()))
    assert (*ends(found), found.coverage) == (1, 1, 2, 1 / 2)
    assert found.evidence["excused_days"] == 1


@pytest.mark.parametrize(("down", "normal"), [(864, 1), (864.000001, 0)])
def test_the_limit_of_a_day_is_exact(down: float, normal: int) -> None:
    assert days.normal_days(days.verdicts(totals([(DAY - down, down, 0)]), Policy())).value == normal


def test_one_of_150_services_dead_all_year_spoils_every_day_of_the_group_by_its_single_fault_only() -> None:
    # ΣD is 1/150 = 0.67 % of ΣT, within 1 %; but one fault is far longer than 4 h.
    of, yes = totals(*[[(DAY, 0, 0)]] * 149, [(0, DAY, 0)]), np.ones(1, np.bool_)
    short = days.group_verdicts(days.member_days(of, Policy()), days.no_long_faults(1), Policy())
    long = days.group_verdicts(days.member_days(of, Policy()), days.LongFaults(yes, yes, yes), Policy())
    assert (days.normal_days(short).value, days.normal_days(long).value) == (1, 0)
    every = Policy(group_days=GroupDays("all"))
    most = Policy(group_days=GroupDays("share", share=0.99))
    ruled = [
        days.normal_days(days.group_verdicts(days.member_days(of, one), days.no_long_faults(1), one)).value
        for one in (every, most)
    ]
    assert ruled == [0, 1]  # 149/150 = 0.9933


def test_the_mean_of_a_group_is_held_against_a_limit_in_seconds_for_each_member() -> None:
    # 10 minutes each: 150 members may be down for 1,500 minutes together, whoever of them it is.
    policy = Policy(max_downtime=10 * MINUTE)
    for down, normal in ((1500 * MINUTE / 150, 1), (1501 * MINUTE / 150, 0)):
        of = totals(*[[(DAY - down, down, 0)]] * 150)
        verdicts = days.group_verdicts(days.member_days(of, policy), days.no_long_faults(1), policy)
        assert days.normal_days(verdicts).value == normal


def test_restored_within_4_h() -> None:
    limit = 4 * HOUR
    good, bad = fault(HOUR, HOUR, HOUR), fault(5 * HOUR, 5 * HOUR, 5 * HOUR)
    unsure = fault(3 * HOUR, 3 * HOUR, 6 * HOUR)
    waiting = fault(HOUR, HOUR, HOUR, ended=False, open_=True)
    assert ends(restoring.restored_within(together(good, good, good, bad), limit)) == (3 / 4, 3 / 4, 3 / 4)
    found = restoring.restored_within(together(good, good, bad, unsure, waiting), limit)
    assert (*ends(found), found.coverage) == (2 / 3, 2 / 4, 3 / 4, 3 / 4)
    # Open for 5 h is bad already; open for an hour, or for 6 if it was down while unknown, may be bad.
    open_long = fault(5 * HOUR, 5 * HOUR, 5 * HOUR, ended=False, open_=True)
    maybe = fault(HOUR, 6 * HOUR, 6 * HOUR, ended=False, open_=True)
    assert ends(restoring.restored_within(together(good, open_long, maybe), limit)) == (1 / 2, 1 / 3, 1 / 2)
    # Seen down for an hour and then no more, two hours ago: it may have ended in time, and cannot be late yet.
    lost = fault(HOUR, HOUR, 3 * HOUR, ended=False)
    assert ends(restoring.restored_within(together(good, bad, lost), limit)) == (1 / 2, 1 / 2, 2 / 3)


def test_answers_are_judged_by_the_clock_of_tickets() -> None:
    minutes, done = np.array([10, 20, 40, 50, 5]), np.array([True, True, True, False, False])
    of = restoring.Answers(minutes * MINUTE * SECOND, done)
    assert ends(restoring.answered_within(of, 30 * MINUTE)) == (2 / 4, 2 / 4, 2 / 4)


def test_mttr_and_mtbf() -> None:
    ended = together(fault(HOUR, HOUR, HOUR), fault(HOUR, 2 * HOUR, 3 * HOUR))
    time = totals([(90 * HOUR, 3 * HOUR, 7 * HOUR)])
    assert ends(restoring.mttr(ended, time)) == (3 * HOUR / 2, 2 * HOUR / 2, 4 * HOUR / 2)
    assert ends(restoring.mtbf(ended, time)) == (90 * HOUR / 2, 90 * HOUR / 2, 97 * HOUR / 2)
    assert restoring.mttr(ended, time).coverage == 93 / 100
    lost = together(ended, fault(10 * HOUR, 10 * HOUR, 20 * HOUR, ended=False))
    assert ends(restoring.mttr(lost, time)) == (3 * HOUR / 2, 2 * HOUR / 2, 24 * HOUR / 3)
    none = ended.chosen(np.zeros(2, np.bool_))
    assert restoring.mttr(none, time).value is restoring.mtbf(none, time).value is None


def test_circuits_normal_and_connected_ratio() -> None:
    # Met; met though 3 % are unknown; not decided (94 % watched, all up); surely missed; missed.
    of = totals([(1000, 0, 0)], [(965, 5, 30)], [(940, 0, 60)], [(900, 100, 0)], [(950, 20, 30)])
    met = counts.met(of, np.full(5, 0.99), 0.95)
    found = counts.circuits_normal(met)
    # Upper: (965 + 30)/1000 = 0.995 and 940 + 60 = 1000 reach 0.99; (950 + 30)/1000 = 0.98 does not.
    assert (*ends(found), found.coverage) == (2, 1, 3, 4 / 5)
    assert ends(counts.connected_ratio(met, 8)) == (2 / 8, 1 / 8, 3 / 8)
    exact = counts.met(totals([(990, 10, 0)], [(989.999999, 10.000001, 0)]), np.full(2, 0.99), 0.95)
    assert exact.met.tolist() == [True, False]


def test_circuits_up_now() -> None:
    assert ends(counts.up_now(np.array([1, 1, 0, UNKNOWN], np.int8), UNKNOWN)) == (2, 2, 3)


def test_down_up_down_is_one_fault_below_merge_gap_and_two_from_it_on() -> None:
    for gap, clocks in ((599, [100 + 599 + 100]), (600, [100, 100])):
        view = judge(history("u" * 700 + "d" * 100 + "u" * gap + "d" * 100 + "u" * 700), 3000)
        assert in_seconds(view.faults.clock) == clocks
        assert in_seconds(figures(view, 0, 3000).down) == [200]


def test_down_unknown_down_is_one_fault_whose_shortest_clock_is_its_longer_part() -> None:
    view = judge(history("u" * 700 + "d" * 100 + "?" * 900 + "d" * 200 + "u" * 700), 3000)
    faults = view.faults
    assert in_seconds(faults.clock) == in_seconds(faults.longest) == [1200]
    assert in_seconds(faults.shortest) == [200]
    near = judge(history("u" * 700 + "d" * 100 + "?" * 500 + "d" * 200 + "u" * 700), 3000).faults
    assert in_seconds(near.shortest) == [800]  # up for 500 s between is below merge_gap: one fault either way


def test_down_20_s_unknown_5_h_down_20_s_is_no_fault_and_no_downtime() -> None:
    view = judge(history("u" * 60 + "d" * 20 + "?" * 18000 + "d" * 20 + "u" * 60), 19000)
    assert (len(view.faults), len(view.outages)) == (0, 0)
    assert in_seconds(figures(view, 0, 18160).unknown) == [20 + 18000 + 20]


def _lossy(rescued: int, incomplete: int, due: int = 30) -> str:
    """What three bins of five minutes, of which the second is so, are: a letter each half minute."""
    seen: Facts = Seen([(0, 900)], [("u", 0, None)]).facts()
    one = Bins(*(np.array([column], np.int64) for column in (0, place(300), due, rescued, incomplete)))
    return letters(raw(replace(seen, bins=one), 0.5, place(900)), 30, slot=30 * SECOND)


def test_60_percent_loss_is_not_available_and_50_percent_is() -> None:
    assert _lossy(18, 0) == "u" * 10 + "d" * 10 + "u" * 10
    assert _lossy(15, 0) == "u" * 30
    assert _lossy(10, 6) == "u" * 10 + "?" * 10 + "u" * 10  # 10 + 6 of 30 may be more than half


def test_a_lossy_bin_beside_a_clean_cut_is_one_outage_with_it() -> None:
    runs = [("u", 0.0, 120.0), ("d", 120.0, 300.0), ("u", 300.0, None)]
    seen = Seen([(0, 1200)], runs).facts()
    bins = Bins(*(np.array([column], np.int64) for column in (0, place(300), 30, 20, 0)))
    view = judge(raw(replace(seen, bins=bins), 0.5, place(1200)), 1200)
    assert view.outages.start.tolist() == [place(120)]
    assert in_seconds(view.outages.down) == [180 + 300]


def test_what_an_other_check_says_fills_unknown_time_only_and_only_as_down() -> None:
    primary = Seen([(0, 600), (1200, 1800)], [("u", 0, None)])
    others = [
        Seen([(0, 1800)], [("u", 0, 900), ("d", 900, 1000), ("u", 1000, None)]),
        Seen([(0, 1800)], [("d", 0, 660), ("u", 660, 1080), ("d", 1080, None)]),
    ]
    facts = replace(primary, also=others).facts()
    three = Checks(
        facts.checks.lane, facts.checks.phase, facts.checks.vantage, np.array([True, False, False])
    )
    found = letters(raw(replace(facts, checks=three), 0.5, place(1800)), 30, slot=60 * SECOND)
    assert found == "u" * 10 + "d" + "?" * 4 + "d" * 2 + "?" + "d" * 2 + "u" * 10
