"""What goes over the lines of a made-up year: by day and night, and what of it would have been recorded."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from collector.made_year import drawn
from config.load import load
from indicators.calendar import day_window, year_window
from lab.year import Year
from lab.year_affairs import BIN, HOUR, MINUTE, SECOND
from lab.year_ports import DEVICE_SILENT, UNKNOWN, Reading, Shared
from lab.year_seen import UP
from lab.year_spans import Ints
from lab.year_traffic import Port, passed
from lab.year_watching import Beat, Gap, watches
from lab.year_world import Spans

ZONE = ZoneInfo("Asia/Shanghai")
NETWORK = (
    Path(__file__).parents[2] / "config" / "examples" / "hainan-commerce-info-centre-2018" / "network.yaml"
)
BEAT = Beat("interface-60s", MINUTE, 50 * SECOND, 2, 3 * SECOND, 5 * SECOND, 240 * SECOND)
A_LINE = "haikou-ciq-ct"


def _year(seed: int = 1) -> Year:
    return drawn(load(NETWORK), *year_window(2025, ZONE), seed)


@pytest.fixture(scope="module")
def year() -> Year:
    return _year()


def _day(year: Year, day: dt.date, port: Port, away: Spans = []) -> Ints:  # noqa: B006 - never changed
    at, _ = day_window(day, day + dt.timedelta(days=1), ZONE)
    counts, _ = passed(year.traffic, port, year.traffic.day_of(at), away)
    return counts


def _share(year: Year, day: dt.date, hour: int) -> float:
    """Of the agreed rate, what came in in this hour."""
    port = year.traffic.ports[A_LINE]
    octets = _day(year, day, port)[0, 12 * hour : 12 * hour + 12]
    return float(octets.sum() * 8 / 3600 / port.rate_at(year.begin))


def test_working_days_are_busy_by_day_and_no_line_is_full_then(year: Year) -> None:
    monday, sunday, festival = dt.date(2025, 3, 10), dt.date(2025, 3, 9), dt.date(2025, 1, 29)
    assert 0.25 < _share(year, monday, 10) < 0.8
    assert _share(year, monday, 10) > 4 * _share(year, monday, 4)
    assert _share(year, monday, 10) > 2 * _share(year, sunday, 10)
    assert _share(year, dt.date(2025, 1, 26), 10) > 2 * _share(year, festival, 10)  # a make-up Sunday


def test_traffic_grows_over_the_year(year: Year) -> None:
    assert _share(year, dt.date(2025, 12, 15), 10) > 1.1 * _share(year, dt.date(2025, 1, 13), 10)


def test_the_same_seed_makes_the_same_traffic_and_another_seed_another(year: Year) -> None:
    again, other = _year(), _year(2)
    assert (again.traffic, again.proofs) == (year.traffic, year.proofs)
    assert again.traffic.full != other.traffic.full


def test_a_few_lines_are_full_for_an_hour_or_so_and_some_ports_discard_then(year: Year) -> None:
    assert 0 < len({one.circuit for one in year.traffic.full}) < len(year.traffic.ports) / 4
    assert {one.dropping for one in year.traffic.full} == {False, True}
    for one in year.traffic.full:
        port, at = year.traffic.ports[one.circuit], year.traffic.day_of(one.begin)
        counts, shared = passed(year.traffic, port, at, [])
        bins = slice(*((moment - year.traffic.days[at]) // BIN for moment in (one.begin, one.end)))
        assert not shared
        assert (counts[0, bins] > 0.78 * port.rate_at(one.begin) * BIN / 8e6).all()
        assert (counts[2, bins] > 0).all() == one.dropping


def test_nothing_goes_over_a_line_that_is_away(year: Year) -> None:
    day = dt.date(2025, 3, 10)
    at, _ = day_window(day, day + dt.timedelta(days=1), ZONE)
    away = [(at + 10 * HOUR, at + 10 * HOUR + 7 * MINUTE + 30 * SECOND)]
    cut, whole = (_day(year, day, year.traffic.ports[A_LINE], spans)[0] for spans in (away, []))
    assert cut[120] == 0
    assert cut[121] == pytest.approx(whole[121] / 2, abs=1)
    assert np.array_equal(np.delete(cut, [120, 121]), np.delete(whole, [120, 121]))


def _reading(year: Year, device_away: Spans, gaps: tuple[Gap, ...], line: str = A_LINE) -> Reading:
    held = watches(BEAT, year.begin, year.end, gaps)
    return Reading(year.traffic, year.traffic.ports[line], 7, BEAT, 0.25, device_away, [], held)


def test_what_is_not_read_is_not_known_and_no_news_of_the_line(year: Year) -> None:
    """The collector stands still from 9:02 to 9:04 of the second day, the device is away from 15:00 to 15:20."""
    second = year.traffic.days[1]
    gap = Gap(second + 9 * HOUR + 2 * MINUTE, second + 9 * HOUR + 4 * MINUTE, "stopped")
    silent = [(second + 15 * HOUR, second + 15 * HOUR + 20 * MINUTE)]
    reading = _reading(year, silent, (gap,))
    told = reading.seen(year.begin, year.end)
    [unknown] = [one for one in reading.runs(told) if one[1:] == (UNKNOWN, DEVICE_SILENT)]
    assert silent[0][0] <= unknown[0].begin < silent[0][0] + MINUTE
    _, day, *_ = reading.days(told, year.traffic.days, Shared())
    dark = np.flatnonzero(day.columns[7] < 0)
    through, _ = passed(year.traffic, reading.port, 1, [])
    around = [
        one
        for one in year.traffic.unread
        if one.circuit == A_LINE and second <= one.begin < second + 86400 * SECOND
    ]
    assert not around
    assert dark.tolist() == [108, 109, 179, *range(180, 185)]
    known = np.delete(np.arange(288), dark)
    assert np.array_equal(day.columns[7][known], through[0][known])
    assert day.sums["octets_in"] == through[0][known].sum()
    assert day.columns[2].sum() == 20  # questions left open
    assert day.columns[3].sum() == 0


def test_a_speed_is_told_once_after_every_start(year: Year) -> None:
    second = year.traffic.days[1]
    gaps = tuple(
        Gap(second + hour * HOUR, second + hour * HOUR + MINUTE, reason)
        for hour, reason in ((3, "stopped"), (5, "blind"), (7, "interrupted"))
    )
    reading = _reading(year, [], gaps)
    said = list(reading.speeds(reading.seen(year.begin, year.end)))
    assert [one["speed_bps"] for one in said] == [100_000_000] * 3
    assert [(one["said_at"] - second) // HOUR for one in said] == [-24, 3, 7]


def test_a_port_that_cannot_be_found_has_a_reason(year: Year) -> None:
    lost = next(one.circuit for one in year.traffic.unread if not one.reset)
    reading = _reading(year, [], (), lost)
    found = {(what, why) for _, what, why in reading.runs(reading.seen(year.begin, year.end))}
    assert found == {(UP, ""), (UNKNOWN, f"the device has no interface {lost}")}
