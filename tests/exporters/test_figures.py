"""How figures are written: short, never more certain than they are."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from exporters.figures import duration, instant, milliseconds, percent, rfc3339, signed
from exporters.words import words
from tests.exporters.network import AT, NAN

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0:00:00"),
        (59.9, "0:00:59"),
        (3_725, "1:02:05"),
        (90_061, "1 天 1:01:01"),
        (-3, "0:00:00"),
        (NAN, "—"),
    ],
)
def test_durations(seconds: float, written: str) -> None:
    assert duration(seconds, words("zh")) == written


@pytest.mark.parametrize(
    ("share", "written"),
    [(0.0, "0 %"), (1.0, "100 %"), (0.0001, "0.1 %"), (0.9999, "99.9 %"), (0.0667, "6.7 %"), (NAN, "—")],
)
def test_no_loss_is_rounded_to_none_and_none_to_all(share: float, written: str) -> None:
    assert percent(share) == written


@pytest.mark.parametrize(
    ("seconds", "written"), [(0.000312, "0.31 ms"), (0.0312, "31.2 ms"), (1.2, "1200 ms"), (NAN, "—")]
)
def test_round_trips(seconds: float, written: str) -> None:
    assert milliseconds(seconds) == written


@pytest.mark.parametrize(
    ("ago", "written"),
    [(10, "10:00:00"), (11 * 3600, "02-28 23:00:10"), (400 * 86400, "2025-01-25 10:00"), (NAN, "—")],
)
def test_an_instant_of_today_needs_no_date(ago: float, written: str) -> None:
    assert instant(AT - ago, AT, SHANGHAI) == written


def test_instants_for_programs_carry_their_offset() -> None:
    assert rfc3339(AT + 0.25, SHANGHAI) == "2026-03-01T10:00:10.250+08:00"
    assert rfc3339(AT, UTC) == "2026-03-01T02:00:10.000+00:00"
    assert rfc3339(NAN, UTC) is None


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.0, "+0.00 ms"), (-0.00042, "-0.42 ms"), (3.0, "+3000 ms"), (-60.2, "-60 s"), (86400.0, "+86400 s")],
)
def test_an_offset_has_its_sign(seconds: float, written: str) -> None:
    assert signed(seconds) == written
