"""Which statements of devices become facts: the first, what is new, and what ends a time nobody was looking."""

from dataclasses import replace
from math import nan
from typing import Any

import pytest

from collector.statements import Statements
from probes.columns import UP, Answers, Statement
from probes.counters import UPTIME_WRAPS_AFTER
from tests.collector.answering import answered

S = 1_000_000
FIRST = Statement("bfd", UP, lasted=500.0, uptime=9000.0, changes=4)


def answers(at: float, statement: Statement | None) -> Answers:
    return replace(answered(at), statements={} if statement is None else {0: statement})


def later(seconds: float, **more: Any) -> Statement:
    """The first statement, so many seconds later, with what is named being different."""
    return FIRST._replace(lasted=FIRST.lasted + seconds, uptime=FIRST.uptime + seconds)._replace(**more)


def written(*told: tuple[float, Statement | None]) -> list[dict[str, Any]]:
    """The rows that are written when a check of id 7, asked every 10 s, is told this; moments from 1000 s on."""
    statements = Statements(10.0)
    return [row for seconds, one in told for row in statements.take([7], answers(1000.0 + seconds, one))]


def test_the_first_is_written_with_since_when_and_nothing_that_follows_from_it() -> None:
    [row] = written((0, FIRST), (10, later(10)), (20, later(22, uptime=9021.5)))
    assert row == {
        "check": 7, "said_at": 1000 * S, "origin": "bfd", "outcome": 1, "since": 500 * S, "uptime": 9000 * S,
        "changes": 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    "more",
    [
        {"outcome": 0, "lasted": 3.0},
        {"changes": 5},
        {"lasted": 3.0},
        {"lasted": nan},
        {"uptime": 4.0},
    ],
)
def test_what_is_new_is_written(more: dict[str, Any]) -> None:
    assert len(written((0, FIRST), (10, later(10, **more)))) == 2


def test_what_comes_after_nobody_looked_is_written_though_it_says_the_same() -> None:
    assert len(written((0, FIRST), (10, later(10)), (36, later(36)))) == 2
    assert len(written((0, FIRST), (10, None), (24, later(24)))) == 1
    assert len(written((0, FIRST), (-3600, later(-3600)))) == 2  # the clock was set


def test_a_wrap_of_sysuptime_is_no_news() -> None:
    before = Statement("device", UP, UPTIME_WRAPS_AFTER - 5, UPTIME_WRAPS_AFTER - 5)
    after = Statement("device", UP, 5.0, 5.0)
    assert len(written((0, before), (10, after))) == 1
    assert len(written((0, before), (10, Statement("device", UP, 7.0, 7.0)))) == 1
    assert len(written((0, before), (10, Statement("device", UP, 300.0, 300.0)))) == 2


def test_what_a_device_does_not_say_is_null() -> None:
    [row] = written((0, Statement("ospf", UP, nan, nan)))
    assert (row["since"], row["uptime"], row["changes"]) == (None, None, None)
