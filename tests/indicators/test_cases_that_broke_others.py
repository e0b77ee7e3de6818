"""Each case in which others lost or invented downtime, as far as judging decides it; in seconds, by hand."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np

from indicators import days, restoring
from indicators.counted import Windows, agreed
from indicators.facts import Checks
from indicators.failover import failed_switchovers, failover, switches
from indicators.observed import Edges, raw
from indicators.policy import Policy
from indicators.threestate import UP
from indicators.upstream import Dependences, behind, masked, widest
from tests.indicators.seen import (
    CST,
    DAY,
    HOUR,
    MINUTE,
    Seen,
    at,
    figures,
    in_seconds,
    judge,
    midnights,
    place,
    spans,
)
from tests.indicators.slots import FIRST, SECOND, history, letters

NO_EDGES = Edges(*(np.empty(0, np.int64) for _ in range(3)))
ALWAYS = (-400.0 * DAY, 800.0 * DAY)


def test_an_outage_open_at_report_time_counts_until_it_was_last_seen() -> None:
    of = Seen([(0, 5 * HOUR)], [("u", 0, HOUR), ("d", HOUR, None)])
    view = judge(of, 5 * HOUR + 30)
    assert in_seconds(view.faults.clock) == [4 * HOUR]
    assert view.faults.open.tolist() == view.outages.open.tolist() == [True]
    found = figures(view, 0, 6 * HOUR)
    assert in_seconds(found.down) == [4 * HOUR]
    assert in_seconds(found.unknown) == [30]  # since the last question; what comes after now does not count
    # Open for just the limit: in neither. A minute beyond it: not restored in time.
    assert restoring.restored_within(view.faults, 5 * HOUR).value is None
    assert restoring.restored_within(view.faults, 4 * HOUR - 60).value == 0


def test_an_outage_across_new_year_counts_in_both_years_and_is_one_fault_of_the_old() -> None:
    of = Seen([ALWAYS], [("u", -300 * DAY, -2 * HOUR), ("d", -2 * HOUR, 3 * HOUR), ("u", 3 * HOUR, None)])
    view = judge(of, 10 * DAY)
    found = figures(view, at(2025, 12, 1), at(2026, 1, 1), at(2026, 1, 10))
    assert in_seconds(found.down) == [2 * HOUR, 3 * HOUR]
    assert [place(-2 * HOUR)] == view.faults.start.tolist()
    assert in_seconds(view.faults.clock) == [5 * HOUR]


def test_an_outage_across_the_start_of_a_maintenance_window_stops_its_clock() -> None:
    of = Seen([ALWAYS], [("u", 0, 8 * HOUR), ("d", 8 * HOUR, 12 * HOUR), ("u", 12 * HOUR, None)])
    view = judge(of, DAY, maintenance=spans((10 * HOUR, 14 * HOUR)))
    assert in_seconds(figures(view, 0, DAY).down) == in_seconds(view.faults.clock) == [2 * HOUR]
    assert in_seconds(figures(view, 0, DAY).total) == [20 * HOUR]


def test_a_fault_that_begins_in_maintenance_and_outlasts_it_begins_when_that_ends() -> None:
    of = Seen([ALWAYS], [("u", 0, 8 * HOUR), ("d", 8 * HOUR, 12 * HOUR), ("u", 12 * HOUR, None)])
    view = judge(of, DAY, maintenance=spans((7 * HOUR, 9 * HOUR)))
    assert view.faults.start.tolist() == [place(9 * HOUR)]
    assert in_seconds(view.faults.clock) == [3 * HOUR]


def test_an_outage_wholly_in_maintenance_is_no_fault() -> None:
    of = Seen([ALWAYS], [("u", 0, 8 * HOUR), ("d", 8 * HOUR, 9 * HOUR), ("u", 9 * HOUR, None)])
    view = judge(of, DAY, maintenance=spans((7 * HOUR, 10 * HOUR)))
    assert len(view.faults) == 0
    assert len(view.outages) == 1


def test_overlapping_windows_exclude_their_time_once() -> None:
    of = Seen([ALWAYS], [("u", 0, None)])
    view = judge(of, DAY, maintenance=spans((2 * HOUR, 5 * HOUR), (4 * HOUR, 6 * HOUR)))
    assert in_seconds(figures(view, 0, DAY).total) == [24 * HOUR - 4 * HOUR]


def test_a_window_entered_during_its_outage_is_retroactive() -> None:
    of = Seen([ALWAYS], [("u", 0, 8 * HOUR), ("d", 8 * HOUR, 12 * HOUR), ("u", 12 * HOUR, None)])
    settled = judge(of, DAY).settled
    recorded = np.array([place(9 * HOUR), place(7 * HOUR), place(11 * HOUR)], np.int64)
    begin = np.array([place(10 * HOUR), place(10 * HOUR), place(10 * HOUR)], np.int64)
    windows = Windows(np.arange(3), np.zeros(3, np.int64), begin, begin + HOUR * SECOND, recorded)
    # Before it began but while the line was out; before either; after it began.
    assert agreed(windows, settled).tolist() == [False, True, False]


def test_a_collector_that_dies_during_an_outage_leaves_the_time_unknown_inside_one_fault() -> None:
    watched = [(0.0, 2.0 * HOUR), (7.0 * HOUR, 9.0 * HOUR)]
    of = Seen(watched, [("u", 0, HOUR), ("d", HOUR, 8 * HOUR), ("u", 8 * HOUR, None)])
    view = judge(of, 9 * HOUR)
    found = figures(view, 0, 9 * HOUR)
    assert in_seconds(found.down) == [HOUR + HOUR]
    assert in_seconds(found.unknown) == [5 * HOUR]
    faults = view.faults
    assert in_seconds(faults.clock) == in_seconds(faults.longest) == [7 * HOUR]
    assert in_seconds(faults.shortest) == [HOUR]  # had it come back meanwhile: two faults of an hour each
    undecided = restoring.restored_within(faults, 4 * HOUR)
    assert (undecided.value, undecided.evidence["undecided"]) == (None, 1)
    assert in_seconds(view.outages.unknown) == [5 * HOUR]


def test_a_collector_that_dies_during_up_time_makes_neither_up_nor_down() -> None:
    of = Seen([(0, 2 * HOUR), (7 * HOUR, 9 * HOUR)], [("u", 0, None)])
    found = figures(judge(of, 9 * HOUR), 0, 9 * HOUR)
    assert in_seconds(found.up) == [2 * HOUR + 2 * HOUR]
    assert in_seconds(found.unknown) == [5 * HOUR]
    assert in_seconds(found.down) == [0]


def test_a_recovery_that_nobody_recorded_ends_the_downtime_with_the_last_observation() -> None:
    of = Seen([(0, 2 * HOUR)], [("u", 0, HOUR), ("d", HOUR, None)])
    view = judge(of, 30 * DAY)
    found = figures(view, 0, 30 * DAY)
    assert in_seconds(found.down) == [HOUR]
    assert in_seconds(found.unknown) == [30 * DAY - 2 * HOUR]
    assert (view.faults.ended.tolist(), view.faults.open.tolist()) == ([False], [False])  # nobody knows
    assert restoring.restored_within(view.faults, 4 * HOUR).value is None


def test_two_vantages_that_disagree_mean_up_and_one_that_is_blind_leaves_it_unknown() -> None:
    a = [("u", 0.0, 1.0 * HOUR), ("d", 1.0 * HOUR, 4.0 * HOUR), ("u", 4.0 * HOUR, None)]
    b = [("u", 0.0, 2.0 * HOUR), ("d", 2.0 * HOUR, 4.0 * HOUR), ("u", 4.0 * HOUR, None)]
    of = Seen([(0, 5 * HOUR)], a, [Seen([(0, 3 * HOUR), (3.5 * HOUR, 5 * HOUR)], b)])
    found = figures(judge(of, 5 * HOUR), 0, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR)
    assert in_seconds(found.up) == [HOUR, HOUR, 0, 0]
    assert in_seconds(found.down) == [0, 0, HOUR, HOUR / 2]
    assert in_seconds(found.unknown) == [0, 0, 0, HOUR / 2]


def test_a_vantage_that_was_taken_away_no_longer_has_a_say() -> None:
    late = [("u", 0.0, 5.0 * HOUR), ("d", 5.0 * HOUR, 6.0 * HOUR), ("u", 6.0 * HOUR, None)]
    of = Seen([(0, 8 * HOUR)], late, [Seen([(0, 2 * HOUR)], [("u", 0, 2 * HOUR)])])
    assert in_seconds(figures(judge(of, 8 * HOUR), 0, 8 * HOUR).down) == [HOUR]
    died = replace(of, also=[Seen([(0, 2 * HOUR)], [("u", 0, None)])])
    assert in_seconds(figures(judge(died, 8 * HOUR), 0, 8 * HOUR).down) == [0]


def test_a_subject_is_not_judged_by_a_vantage_that_looks_after_another() -> None:
    one = Seen(
        [(0, 5 * HOUR)], [("u", 0, HOUR), ("d", HOUR, None)], [Seen([(0, 5 * HOUR)], [("u", 0, None)])]
    )
    facts = one.facts()
    apart = Checks(np.array([0, 1]), facts.checks.phase, facts.checks.vantage, facts.checks.primary)
    found = raw(replace(facts, lanes=2, checks=apart), 0.5, place(5 * HOUR))
    assert letters(found, 5, 0, slot=HOUR * SECOND) == "udddd"
    assert letters(found, 5, 1, slot=HOUR * SECOND) == "uuuuu"


def test_a_circuit_in_service_from_the_first_of_july_has_184_days() -> None:
    since = spans((at(2026, 7, 1), at(2030, 1, 1)))
    view = judge(Seen([(0, 400 * DAY)], [("u", 0, None)]), 400 * DAY, in_service=since)
    year = figures(view, *((midnights(dt.date(2026, 1, 1), 365) - FIRST) / SECOND).tolist())
    found = days.normal_days(days.verdicts(year, Policy()))
    assert (found.value, found.lower, found.upper) == (184, 184, 184)
    assert found.evidence["excused_days"] == 365 - 184


def test_one_lost_ping_is_a_blip_at_most() -> None:
    of = Seen([(0, HOUR)], [("u", 0, 600), ("d", 600, 612), ("u", 612, None)])
    view = judge(of, HOUR)
    assert in_seconds(figures(view, 0, HOUR).down) == [0]
    assert view.blips.tolist() == [place(600)]
    assert len(view.faults) == 0


def test_flapping_every_90_s_for_3_h_is_120_outages_one_fault_and_half_the_time_down() -> None:
    view = judge(history("u" * 7200 + ("d" * 45 + "u" * 45) * 120 + "u" * 7200), 7 * HOUR)
    assert len(view.outages) == 120
    assert in_seconds(figures(view, 0, 7 * HOUR).down) == [120 * 45]
    assert in_seconds(view.faults.clock) == [3 * HOUR - 45]  # from the first start to the last end


def test_60_flaps_in_3_h_are_one_fault() -> None:
    view = judge(history("u" * 7200 + ("d" * 60 + "u" * 120) * 60 + "u" * 7200), 7 * HOUR)
    assert len(view.outages) == 60
    assert in_seconds(view.faults.down) == [60 * 60]
    assert in_seconds(view.faults.clock) == [3 * HOUR - 120]


def test_every_target_silent_because_of_our_own_uplink_is_unknown() -> None:
    # The watch ends at the sentinels' last answer and begins anew at their first.
    of = Seen([(0, HOUR), (2 * HOUR, 3 * HOUR)], [("u", 0, None)])
    assert in_seconds(figures(judge(of, 3 * HOUR), HOUR, 2 * HOUR).unknown) == [HOUR]


def test_a_leap_year_has_366_days_and_other_years_365() -> None:
    view = judge(Seen([(-800 * DAY, 400 * DAY)], [("u", -800 * DAY, None)]), 400 * DAY)
    for year, number in ((2024, 366), (2025, 365)):
        edges = (midnights(dt.date(year, 1, 1), number) - FIRST) / SECOND
        assert edges[-1] == at(year + 1, 1, 1)
        assert days.normal_days(days.verdicts(figures(view, *edges.tolist()), Policy())).value == number


def test_an_outage_at_the_border_of_a_day_in_utc_8_belongs_to_the_days_of_utc_8() -> None:
    begin = at(2026, 5, 2)  # 16:00 UTC of 1 May
    of = Seen(
        [ALWAYS], [("u", 0, begin - HOUR), ("d", begin - HOUR, begin + HOUR), ("u", begin + HOUR, None)]
    )
    view = judge(of, at(2026, 5, 10))
    found = figures(view, *((midnights(dt.date(2026, 5, 1), 2) - FIRST) / SECOND).tolist())
    assert in_seconds(found.down) == [HOUR, HOUR]
    utc = midnights(dt.date(2026, 5, 1), 2, ZoneInfo("UTC"))
    assert in_seconds(figures(view, *((utc - FIRST) / SECOND).tolist()).down) == [2 * HOUR, 0]


def test_days_of_23_and_25_hours_keep_their_own_limit() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    view = judge(Seen([ALWAYS], [("u", 0, None)]), 400 * DAY)
    for first, hours in ((dt.date(2026, 3, 29), 23), (dt.date(2026, 10, 25), 25)):
        found = figures(view, *((midnights(first, 1, berlin) - FIRST) / SECOND).tolist())
        assert in_seconds(found.total) == [hours * HOUR]
        assert in_seconds(days.limits(found.total, Policy())) == [hours * 36]


def _behind(child: str, parent: str) -> str:
    on = Dependences(*(np.array([one], np.int64) for one in (0, 0, 0, 1 << 51)))
    away = behind(widest(history(parent), NO_EDGES), on)
    return letters(masked(history(child), NO_EDGES, away), len(child))


def test_parent_and_child_down_and_the_parent_back_first_leaves_the_rest_to_the_child() -> None:
    assert _behind("uuddddddduu", "uudddduuuuu") == "uu????ddduu"


def test_a_parent_unknown_while_its_child_is_silent_leaves_the_child_unknown() -> None:
    assert _behind("uudddddduu", "uu????uuuu") == "uu????dduu"
    assert _behind("uuuuuu", "uu??dd") == "uuuuuu"


def test_a_parent_of_before_does_not_hide_what_happens_under_another() -> None:
    on = Dependences(*np.array([(0, 0, 0, FIRST + 5 * SECOND), (0, 1, FIRST + 5 * SECOND, 1 << 51)]).T)
    away = behind(widest(history("uuddddduuu", "uuuuuuuuuu"), NO_EDGES), on)
    assert letters(masked(history("uuddddddduu"), NO_EDGES, away), 11) == "uu???dddduu"


def test_a_core_switch_down_for_24_h_is_no_line_s_fault_but_cut_the_users_off() -> None:
    slot = MINUTE * SECOND
    child, core = ("u" * 60 + "d" * 1440 + "u" * 60 for _ in range(2))
    seen = history(child, slot=slot)
    on = Dependences(*(np.array([one], np.int64) for one in (0, 0, 0, 1 << 51)))
    line = masked(seen, NO_EDGES, behind(widest(history(core, slot=slot), NO_EDGES), on))
    whole = 0, 1560 * MINUTE
    business, lines = (figures(judge(one, whole[1]), *whole) for one in (seen, line))
    assert in_seconds(business.down) == in_seconds(lines.unknown) == [24 * HOUR]
    assert in_seconds(lines.down) == [0]


def test_a_service_that_is_down_while_its_members_are_up_is_a_failed_switch_over() -> None:
    service = judge(history("u" * 100 + "d" * 100 + "u" * 100), 300).settled
    main = judge(history("u" * 100 + "d" * 40 + "u" * 160), 300).settled
    backup = judge(history("u" * 300), 300).settled
    failed = failed_switchovers(service, backup.where(UP))
    assert (failed.start.tolist(), failed.end.tolist()) == ([place(100)], [place(200)])
    fault = main.where(0)
    assert failover(switches(service, fault.start, fault.end)).value == 0
    assert failover(switches(backup, fault.start, fault.end)).value == 1


def test_the_zone_of_these_days_has_no_summer_time() -> None:
    assert {dt.datetime(2026, month, 1, tzinfo=CST).utcoffset() for month in range(1, 13)} == {
        dt.timedelta(hours=8)
    }
