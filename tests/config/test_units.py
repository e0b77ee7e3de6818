"""Rates, durations and days: read as people write them, and written back without loss."""

from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import WrongValueError
from config.units import read_day, read_rate, read_seconds, read_time, write_rate


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        ("10M", 10_000_000),
        ("1G", 1_000_000_000),
        ("512k", 512_000),
        ("512K", 512_000),
        ("1.5G", 1_500_000_000),
        ("100 Mbps", 100_000_000),
        ("10Mbit/s", 10_000_000),
        ("64000", 64_000),
        (64, 64),
    ],
)
def test_a_rate_is_read_in_bits_per_second(written: object, rate: int) -> None:
    assert read_rate(written) == rate


@pytest.mark.parametrize(
    "written", ["10m", "10MB", "10", "M", "", "1_0M", "１０M", "1e7", "-1M", "0", True, None, 1.5, -5]
)
def test_what_is_not_a_rate_is_refused(written: object) -> None:
    with pytest.raises(WrongValueError, match="expected"):
        read_rate(written)


@pytest.mark.parametrize(
    ("rate", "written"),
    [
        (10_000_000, "10M"),
        (1_000_000_000, "1G"),
        (2_048_000, "2048k"),
        (1_500_000_000, "1500M"),
        (999, "0.999k"),
    ],
)
def test_a_rate_is_written_as_people_write_it(rate: int, written: str) -> None:
    assert write_rate(rate) == written


@settings(deadline=None, database=None)
@given(st.integers(min_value=1, max_value=10**15))
def test_a_written_rate_reads_back_exactly(rate: int) -> None:
    assert read_rate(write_rate(rate)) == rate


@settings(deadline=None, database=None)
@given(st.integers(1, 9999), st.sampled_from("kMGT"))
def test_a_round_rate_is_written_with_its_largest_fitting_unit(number: int, unit: str) -> None:
    written = write_rate(read_rate(f"{number}{unit}"))
    assert read_rate(written) == read_rate(f"{number}{unit}")
    assert len(written) <= len(f"{number}{unit}")


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("10s", 10.0),
        ("5m", 300.0),
        ("1h", 3600.0),
        ("500ms", 0.5),
        ("0.1s", 0.1),
        ("10", 10.0),
        (10, 10.0),
        (0.25, 0.25),
    ],
)
def test_a_duration_is_read_in_seconds(written: object, seconds: float) -> None:
    assert read_seconds(written) == seconds


@pytest.mark.parametrize("written", ["10 seconds", "s", "", "-1s", "1:30", "1d", True, None, "inf"])
def test_what_is_not_a_duration_is_refused(written: object) -> None:
    with pytest.raises(WrongValueError, match="expected"):
        read_seconds(written)


@pytest.mark.parametrize("written", ["2026-03-01", "2026/3/1", "2026.3.1", date(2026, 3, 1)])
def test_a_day_is_read_as_written_by_people_and_by_excel(written: object) -> None:
    assert read_day(written) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "written", ["2026-02-29", "2026-13-01", "03/01/2026", "2026-3/1", "20260301", "1772323200", ""]
)
def test_what_is_not_a_day_is_refused(written: str) -> None:
    with pytest.raises(WrongValueError):
        read_day(written)


@pytest.mark.parametrize(
    ("written", "read"),
    [("01:00", time(1)), ("1:05", time(1, 5)), ("23:59", time(23, 59)), (time(3), time(3))],
)
def test_a_time_of_day_is_hours_and_minutes(written: object, read: time) -> None:
    assert read_time(written) == read


@pytest.mark.parametrize("written", ["24:00", "1", "1:5", "01:60", "01:00:00", "", "noon", "１:00", 60, None])
def test_what_is_not_a_time_of_day_is_refused_without_being_repeated(written: object) -> None:
    with pytest.raises(WrongValueError, match=r"^this is not a time of day; expected"):
        read_time(written)
