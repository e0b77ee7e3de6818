"""Batches that a thread reads ahead: in their order, and what one batch of all would say."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from collector.judging import judge
from collector.judging.ahead import ahead
from collector.judging.figures import Wanted, measures
from collector.judging.window import _Parts, period
from indicators.measure import Measure
from tests.collector.judging.weeks import DAY, FIRST, HOUR, SHANGHAI, Weeks, judging, weeks


def test_the_next_is_made_while_the_one_before_is_used() -> None:
    going_on = threading.Event()

    def made() -> Iterator[str]:
        yield "first"
        going_on.set()
        yield "second"

    with ThreadPoolExecutor(1) as worker:
        found = ahead(made(), worker)
        assert next(found) == "first"
        assert going_on.wait(10)
        assert list(found) == ["second"]


def test_an_error_comes_after_all_that_was_made_before_it() -> None:
    def made() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("the third")

    seen = list[int]()
    with ThreadPoolExecutor(1) as worker, pytest.raises(ValueError, match="the third"):
        seen.extend(ahead(made(), worker))
    assert seen == [1, 2]


@pytest.mark.parametrize("seed", range(2))
def test_small_batches_that_are_read_ahead_say_what_one_batch_says(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    of = weeks(tmp_path, seed, url)
    for number in range(6):
        of.day(number)
    together = {days: _measures(of, days) for days in (2, 6)}
    monkeypatch.setattr(judge, "BATCH", 2)
    monkeypatch.setattr(judge, "_SHORT_BATCH", 2)
    for days, found in together.items():
        assert found == _measures(of, days)
    of.ledger.close()


def test_nothing_is_read_any_more_once_whoever_takes_the_batches_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = weeks(tmp_path, 0)
    for number in range(3):
        of.day(number)
    monkeypatch.setattr(judge, "BATCH", 1)
    monkeypatch.setattr(judge, "_SHORT_BATCH", 1)

    def fail(*_: object) -> None:
        raise RuntimeError("no memory")

    monkeypatch.setattr(_Parts, "add", fail)
    now = FIRST + 6 * DAY + 2 * HOUR
    over = period(FIRST * 1_000_000, (FIRST + 3 * DAY) * 1_000_000, SHANGHAI, now * 1_000_000)
    with judging(of, now) as case:
        with pytest.raises(RuntimeError, match="no memory") as failed:
            list(measures(case, over, Wanted()))
        reading = [one.name for one in threading.enumerate() if one.name.startswith("ThreadPoolExecutor")]
        assert (failed.type, reading) == (RuntimeError, [])
    of.ledger.close()


def _measures(of: Weeks, days: int) -> list[Measure]:
    """All figures of the last days: of a few, whose whole history is read for some, and of all."""
    now = FIRST + 6 * DAY + 2 * HOUR
    begin, end = ((FIRST + number * DAY) * 1_000_000 for number in (6 - days, 6))
    with judging(of, now) as case:
        return list(measures(case, period(begin, end, SHANGHAI, now * 1_000_000), Wanted()))
