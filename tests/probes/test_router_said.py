"""Whether what a router says is news: by hand, over readings with their times."""

from dataclasses import replace
from math import isnan, nan

import pytest

from probes.columns import DOWN, UNKNOWN, UP
from probes.counters import UPTIME_WRAPS_AFTER, began_anew, stood_for
from probes.nqa_history import Probed, lasted, moment_of, outcome_of
from probes.router_said import MUTE, NOT_YET, STILL, STOPPED, Freshness, News, Said

TEST = Said(UP, pulse=(1,))
SESSION = Said(UP, tested=False, pulse=(7,))


def test_a_test_is_news_once_its_counter_has_moved_and_until_it_is_too_old() -> None:
    fresh = Freshness(60.0)
    assert fresh.judge(TEST, 1000.0, 100.0) == News(why_not=NOT_YET)
    readings = [(110.0, 1), (120.0, 2), (130.0, 2), (180.0, 2), (181.0, 2)]
    told = [fresh.judge(replace(TEST, pulse=(n,)), 900.0 + at, at) for at, n in readings]
    assert told[0].why_not == NOT_YET
    assert [one.since for one in told[1:3]] == [110.0, 110.0]  # it ran after the reading at 110 s
    assert told[3].why_not == told[4].why_not == STOPPED


def test_a_counter_that_moved_behind_a_long_silence_dates_nothing() -> None:
    fresh = Freshness(60.0)
    fresh.judge(TEST, 1000.0, 100.0)
    told = fresh.judge(replace(TEST, pulse=(9,)), 1600.0, 700.0)
    assert told.why_not == STOPPED


def test_a_device_that_began_anew_is_listened_to_anew() -> None:
    fresh = Freshness(60.0)
    fresh.judge(TEST, 1000.0, 100.0)
    assert fresh.judge(replace(TEST, pulse=(2,)), 1010.0, 110.0).since == 100.0
    assert fresh.judge(replace(TEST, pulse=(0,)), 5.0, 120.0).why_not == NOT_YET  # its counters are at nought


@pytest.mark.parametrize(
    ("ran", "uptime", "since"),
    [
        (990.0, 1000.0, 90.0),
        (1001.0, 1000.0, 100.0),  # ended between two objects of one answer
        (UPTIME_WRAPS_AFTER - 4, 6.0, 90.0),  # before sysUpTime began anew, after 497 days
        (930.0, 1000.0, nan),
    ],
)
def test_a_time_of_the_last_run_dates_it(ran: float, uptime: float, since: float) -> None:
    told = Freshness(60.0).judge(Said(UP, ran=ran), uptime, 100.0)
    assert told.since == pytest.approx(since, nan_ok=True)
    assert told.why_not == (STOPPED if isnan(since) else "")


def test_a_clock_that_stands_still_says_nothing() -> None:
    fresh = Freshness(60.0)
    assert fresh.judge(SESSION, 1000.0, 100.0).since == 100.0
    assert fresh.judge(SESSION, 1000.0, 102.5).why_not == STILL


def test_a_session_is_of_the_moment_unless_its_packets_stand_still() -> None:
    fresh = Freshness(60.0)
    told = [fresh.judge(SESSION, 900.0 + at, at) for at in (100.0, 130.0, 161.0)]
    assert [one.since for one in told[:2]] == [100.0, 130.0]
    assert told[2].why_not == MUTE
    assert fresh.judge(replace(SESSION, outcome=DOWN), 1070.0, 170.0).since == 170.0
    uncounted = Freshness(60.0)
    told = [uncounted.judge(replace(SESSION, pulse=(0, 0)), 900.0 + at, at) for at in (100.0, 200.0)]
    assert [one.since for one in told] == [100.0, 200.0]


@pytest.mark.parametrize(
    ("uptime", "stamp", "seconds"),
    [
        (1000.0, 400.0, 600.0),
        (1000.0, 0.0, 1000.0),  # since it began
        (1000.0, 1003.0, 0.0),  # two objects of one answer
        (50.0, UPTIME_WRAPS_AFTER - 10, 50.0),  # 60 s, or not told anew after a restart: 50 are sure
        (1000.0, nan, nan),
    ],
)
def test_what_is_sure_of_since_when_something_stands(uptime: float, stamp: float, seconds: float) -> None:
    assert stood_for(uptime, stamp) == pytest.approx(seconds, nan_ok=True)


def test_a_wrap_at_497_days_is_no_restart() -> None:
    assert not began_anew(100.0, UPTIME_WRAPS_AFTER - 5, 130.0, 25.0)
    assert began_anew(100.0, UPTIME_WRAPS_AFTER - 500, 130.0, 25.0)
    assert not began_anew(100.0, nan, 130.0, 25.0)


def history(*outcomes: int, every: float = 10.0) -> list[Probed]:
    return [Probed(number, outcome, number * every) for number, outcome in enumerate(outcomes)]


def test_a_history_counts_from_the_newest_probe_back() -> None:
    assert lasted(history(DOWN, UP, UP, UP), 1) == 20.0
    assert lasted(history(UP, DOWN, DOWN, DOWN, DOWN), 3) == 30.0  # all lost
    assert (
        lasted(history(DOWN, DOWN, DOWN, UP, DOWN, UP), 3) == 40.0
    )  # a run has three probes: two lost are none
    assert lasted(history(UP, UP, UP, UP), 2) == 30.0
    assert isnan(lasted([], 1))
    assert isnan(lasted(history(UP, UNKNOWN, UNKNOWN), 2))
    assert outcome_of(history(DOWN, UP)) == UP


def test_a_clock_that_was_set_back_ends_a_history() -> None:
    probed = [Probed(1, UP, 5000.0), Probed(2, UP, 100.0), Probed(3, UP, 110.0)]
    assert lasted(probed, 1) == 10.0


def test_date_and_time_with_its_zone_and_without() -> None:
    noon = bytes([7, 234, 3, 2, 12, 0, 0, 5])
    assert moment_of(noon) == 1772452800.5
    assert moment_of(noon + b"+\x08\x00") == 1772452800.5 - 8 * 3600
    assert moment_of(noon + b"-\x08\x00") == 1772452800.5 + 8 * 3600
    assert isnan(moment_of(bytes(8)))
    assert isnan(moment_of(3))
