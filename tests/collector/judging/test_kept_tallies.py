"""Bandwidth of closed days that is kept: always what reading it anew would give."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from collector.judging.bandwidth import tallies
from collector.judging.kept_tallies import kept_tallies
from collector.judging.standing import standing
from collector.judging.window import period
from collector.keeping.fold import fold_closed
from indicators.policy import Policy
from tests.collector.facts import S
from tests.collector.judging.busy import BINS, FULL, RATE, counts, measured, port
from tests.collector.judging.weeks import DAY, FIRST, HOUR, SHANGHAI, Weeks, judging, weeks

_READ = ("a", "c", "e")


@pytest.fixture
def of(tmp_path: Path) -> Iterator[Weeks]:
    """Random histories of lines at 10 Mbit/s; three of them are read."""
    found = weeks(tmp_path, 1)
    circuits = tuple(replace(one, commit_rate=RATE) for one in found.config.circuits)
    found.config = found.config.model_copy(update={"circuits": circuits})
    yield found
    found.ledger.close()


def _live(of: Weeks, number: int, draw: random.Random) -> int:
    """Live through a day, folded before it is sealed, as by night."""
    begin = FIRST + number * DAY
    for one in _READ:
        octets = [draw.choice([0, FULL // 2, FULL]) for _ in range(BINS)]
        counts(of, port(of, one), begin, [{"octets_in": each, "octets_out": 0} for each in octets])
        counts(of, of.checks[one], begin, [{"rescued": draw.choice([0, 0, 0, 2])} for _ in range(BINS)])
    fold_closed(of.ledger, SHANGHAI, begin + DAY + 2 * HOUR, of.data_dir, rest=lambda _: None)
    return of.day(number)


def _same(of: Weeks, now: int, policy: Policy | None = None) -> None:
    with judging(of, now, policy) as case:
        over = period(FIRST * S, now * S, SHANGHAI, now * S)
        subjects = case.source.roster.by_kind["circuits"]
        kept = kept_tallies(case, subjects, over, of.data_dir, of.config.digest)
        anew = tallies(case, subjects, over)
        assert kept.reasons.tolist() == anew.reasons.tolist()
        assert kept.congestion.tolist() == anew.congestion.tolist()


def _made_at(of: Weeks) -> int:
    (place,) = (of.data_dir / "judged").glob("bandwidth-*.npz")
    return place.stat().st_mtime_ns


def test_what_is_kept_is_what_reading_anew_gives_day_by_day(of: Weeks) -> None:
    draw = random.Random(5)
    for number in range(6):
        measured(
            of, draw.choice(_READ), FIRST + number * DAY + draw.randrange(DAY), draw.choice([4, 10]) * 10**6
        )
        end = _live(of, number, draw)
        for later in (2 * HOUR, 11 * HOUR):
            _same(of, end + later)
    made = _made_at(of)
    _same(of, end + 12 * HOUR)
    assert _made_at(of) == made  # nothing new: nothing is made again


def test_a_report_that_is_entered_later_makes_closed_days_be_read_anew(of: Weeks) -> None:
    draw = random.Random(6)
    for number in range(4):
        end = _live(of, number, draw)
    _same(of, end + 2 * HOUR)
    made = _made_at(of)
    report = {"origin": "attested", "method": "report", "valid_until": (FIRST + 90 * DAY) * S}
    measured(of, "c", FIRST + HOUR, RATE, **report)
    _same(of, end + 3 * HOUR)
    assert _made_at(of) > made


def test_a_late_row_and_another_policy_are_heeded(of: Weeks) -> None:
    draw = random.Random(7)
    for number in range(4):
        end = _live(of, number, draw)
    _same(of, end + 2 * HOUR)
    of.late("c", FIRST + DAY + 5 * HOUR)
    counts(of, of.checks["e"], FIRST + 2 * DAY, [{"rescued": 30}] * 12)  # a spool that came back
    end = _live(of, 4, draw)
    _same(of, end + 2 * HOUR)
    _same(of, end + 2 * HOUR, Policy(short_share=0.5))


def test_a_file_that_cannot_be_read_is_made_anew(of: Weeks) -> None:
    draw = random.Random(8)
    for number in range(3):
        end = _live(of, number, draw)
    _same(of, end + 2 * HOUR)
    (place,) = (of.data_dir / "judged").glob("bandwidth-*.npz")
    place.write_bytes(place.read_bytes()[:-200])
    _same(of, end + 3 * HOUR)


def test_this_day_and_this_month_stand_beside_the_other_indicators(of: Weeks) -> None:
    draw = random.Random(9)
    measured(of, "c", FIRST + HOUR, 9_900_000)
    for number in range(3):
        end = _live(of, number, draw)
    with judging(of, end + 6 * HOUR) as case:
        long = standing(case, of.config, of.data_dir, ("month", "year"))["measures"]
        short = standing(case, of.config, of.data_dir, ("day",))["measures"]
    found = {
        (one["period"], one["subject"]): one for one in long if one["indicator"] == "bandwidth_assurance"
    }
    assert set(found) == {(when, whom) for when in ("day", "month") for whom in ("branch", "depot", "all")}
    assert found["month", "all"]["evidence"]["assured"] > 0
    assert (
        0 < sum(found["day", "branch"]["evidence"][one] for one in ("assured", "short", "unproven")) <= 4 * 72
    )
    assert all(one["indicator"] != "traffic_p95" for one in long)
    assert all(one["indicator"] != "bandwidth_assurance" for one in short)
