"""Verdicts of sealed days that are kept: always what judging anew would give."""

import datetime as dt
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from collector.judging.closed import judged, key_of
from collector.judging.window import judgements, period
from indicators.assessed import Judgement
from indicators.calendar import Holidays
from indicators.failover import Switches
from indicators.faults import Faults
from indicators.policy import Policy
from indicators.sums import Sums
from tests.collector.judging.weeks import DAY, FIRST, HOUR, SHANGHAI, Weeks, judging, weeks


def _same(kept: Judgement, anew: Judgement) -> None:
    assert kept.subjects == anew.subjects
    for mine, theirs, of in (
        (kept.sums, anew.sums, Sums),
        (kept.faults.faults, anew.faults.faults, Faults),
        (kept.switches, anew.switches, Switches),
    ):
        for each in fields(of):
            if theirs is not None:
                assert getattr(mine, each.name).tolist() == getattr(theirs, each.name).tolist(), each.name
    assert kept.faults.subject.tolist() == anew.faults.subject.tolist()
    assert kept.edges.tolist() == anew.edges.tolist()
    assert kept.whole.tolist() == anew.whole.tolist()
    assert np.array_equal(kept.state, anew.state)


def _compare(of: Weeks, now: int, policy: Policy | None = None) -> None:
    with judging(of, now, policy) as case:
        over = period(FIRST * 1_000_000, now * 1_000_000, SHANGHAI, now * 1_000_000)
        for kind, subjects in case.source.roster.by_kind.items():
            if subjects:
                kept = judged(case, kind, subjects, over, of.data_dir, of.config.digest)
                anew = judgements(case, kind, subjects, over)
                for view, one in anew.items():
                    _sorted_same(kept[view], one)


def _sorted_same(kept: Judgement, anew: Judgement) -> None:
    """Switch-overs stand in no order of their own."""
    _same(_ordered(kept), _ordered(anew))


def _ordered(of: Judgement) -> Judgement:
    if of.switches is None:
        return of
    order = np.lexsort((of.switches.gap, of.switches.at, of.switches.service))
    columns = (getattr(of.switches, each.name)[order] for each in fields(Switches))
    return replace(of, switches=Switches(*columns))


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
