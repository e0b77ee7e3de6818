"""When the ledger is due to be kept, in the calendar's zone."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from collector.keeping.due import Daily

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
AT_ONE = Daily(dt.time(1), SHANGHAI)
HOUR = 3600.0


def at(zone: ZoneInfo, *when: int) -> float:
    return dt.datetime(*when, tzinfo=zone).timestamp()  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ((2026, 3, 2, 1, 0), (2026, 3, 2, 1)),
        ((2026, 3, 2, 0, 59), (2026, 3, 1, 1)),
        ((2026, 3, 2, 23, 59), (2026, 3, 2, 1)),
        ((2026, 1, 1, 0, 30), (2025, 12, 31, 1)),
    ],
)
def test_it_is_due_once_a_day_at_its_time(now: tuple[int, ...], due: tuple[int, ...]) -> None:
    assert AT_ONE.last(at(SHANGHAI, *now)) == at(SHANGHAI, *due)


def test_it_was_missed_unless_it_succeeded_since_it_was_due() -> None:
    now, due = at(SHANGHAI, 2026, 3, 2, 9), at(SHANGHAI, 2026, 3, 2, 1)
    assert AT_ONE.missed(None, now)
    assert AT_ONE.missed(due - 1, now)
    assert not AT_ONE.missed(due, now)
    assert not AT_ONE.missed(now, now)


def test_a_success_in_the_future_says_nothing_about_today() -> None:
    now = at(SHANGHAI, 2026, 3, 2, 9)
    assert AT_ONE.missed(now + 400 * 24 * HOUR, now)


def test_it_is_done_on_days_on_which_its_time_is_skipped_or_comes_twice() -> None:
    at_half_past_two = Daily(dt.time(2, 30), BERLIN)
    for month, date in ((3, 29), (10, 25)):
        noon = at(BERLIN, 2026, month, date, 12)
        due = at_half_past_two.last(noon)
        assert noon - 11 * HOUR < due < noon
        assert at_half_past_two.missed(noon - 24 * HOUR, noon)
        assert not at_half_past_two.missed(due, noon)
