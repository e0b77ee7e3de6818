"""Verdicts of sealed days that are kept: always what judging anew would give."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from collector.judging.closed import judged, key_of
from collector.judging.figures import Wanted, asked
from collector.judging.window import Ask, Period, judgements, period
from indicators.assessed import Assessed
from indicators.calendar import Holidays, day_edges
from indicators.policy import Policy
from indicators.tables import columns, each
from tests.collector.judging.weeks import DAY, FIRST, HOUR, SHANGHAI, Weeks, judging, weeks


def _same(kept: Assessed, anew: Assessed, ask: Ask, policy: Policy, now: int) -> None:
    assert kept.subjects == anew.subjects
    _same_table(kept.faults, anew.faults)
    if anew.switches is not None:
        _same_table(kept.switches, anew.switches)
    for members in ask.whom:
        _same_table(kept.time(members, policy), anew.time(members, policy))
    assert kept.edges.tolist() == anew.edges.tolist()
    assert kept.whole.tolist() == anew.whole.tolist()
    if ask.over.end == now:  # of a window that is over nobody asks how it stands
        assert np.array_equal(kept.state, anew.state)


def _compare(of: Weeks, now: int, policy: Policy | None = None) -> None:
    with judging(of, now, policy) as case:
        for kind, subjects in case.source.roster.by_kind.items():
            if subjects:
                asks = [asked(kind, subjects, over, Wanted()) for over in _periods(now * 1_000_000)]
                found = judged(case, kind, subjects, asks, of.data_dir, of.config.digest)
                for ask, kept in zip(asks, found, strict=True):
                    anew = judgements(case, kind, subjects, ask.over)
                    for view, one in anew.items():
                        _same(_ordered(kept[view]), _ordered(one), ask, case.source.policy, case.source.now)


def _periods(now: int) -> Iterator[Period]:
    """All weeks, the last days, and weeks that are over: they may lie in one file, or between two."""
    first = FIRST * 1_000_000
    yield period(first, now, SHANGHAI, now)
    last = day_edges(now - 2 * DAY * 1_000_000, now, SHANGHAI)
    yield period(max(first, int(last[0])), now, SHANGHAI, now)
    if len(last) > 2 and last[1] > first:
        yield period(first, int(last[1]), SHANGHAI, now)


_Any = TypeVar("_Any", bound=Assessed)


def _ordered(of: _Any) -> _Any:
    """Switch-overs stand in no order of their own."""
    if of.switches is None:
        return of
    order = np.lexsort((of.switches.gap, of.switches.at, of.switches.service))
    return replace(of, switches=each(lambda column: column[order], of.switches))


def _same_table(mine: object, theirs: object) -> None:
    for (name, one), (_, other) in zip(columns("", mine), columns("", theirs), strict=True):
        assert one.tolist() == other.tolist(), name


@pytest.mark.parametrize("seed", range(4))
def test_kept_verdicts_are_those_of_judging_anew_day_by_day(tmp_path: Path, seed: int) -> None:
    of = weeks(tmp_path, seed)
    for number in range(8):
        end = of.day(number)
        for later in (2 * HOUR, 11 * HOUR):
            _compare(of, end + later)
    assert list((tmp_path / "judged").glob("*.npz"))
    of.ledger.close()


def test_a_late_row_makes_all_be_judged_anew(tmp_path: Path) -> None:
    of = weeks(tmp_path, 3)
    for number in range(4):
        end = of.day(number)
    _compare(of, end + 2 * HOUR)
    of.late("f", FIRST + DAY + 5 * HOUR)
    of.day(4)
    _compare(of, end + DAY + 2 * HOUR)
    of.ledger.close()


def test_another_policy_has_verdicts_of_its_own(tmp_path: Path) -> None:
    of = weeks(tmp_path, 4)
    for number in range(4):
        end = of.day(number)
    _compare(of, end + 2 * HOUR)
    _compare(of, end + 2 * HOUR, Policy(confirm_down=300, merge_gap=7200))
    of.ledger.close()


def test_another_calendar_of_holidays_is_another_case(tmp_path: Path) -> None:
    of = weeks(tmp_path, 4)
    with judging(of, of.day(0) + 2 * HOUR) as case:
        roster = replace(case.source.roster, holidays=Holidays(off=frozenset({dt.date(2026, 3, 2)})))
        corrected = replace(case, source=replace(case.source, roster=roster))
        assert key_of(case, "x") == key_of(case, "x")
        assert key_of(corrected, "x") != key_of(case, "x")
    of.ledger.close()


def test_a_file_that_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    of = weeks(tmp_path, 5)
    end = of.day(0)
    _compare(of, end + 2 * HOUR)
    for place in (tmp_path / "judged").glob("*.npz"):
        place.write_bytes(place.read_bytes()[:-200])
    _compare(of, end + 3 * HOUR)
    of.ledger.close()
