"""Bandwidth judged from a ledger: five-minute counts, tests and reports, with the arithmetic by hand."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from collector.judging.figures import Wanted, bandwidth_measures
from collector.judging.window import period
from collector.ledger.store import Batch
from indicators.bins import BIN_SECONDS
from indicators.measure import Bracket
from tests.collector import facts
from tests.collector.facts import S
from tests.collector.judging.weeks import DAY, FIRST, HOUR, SHANGHAI, Weeks, judging, weeks
from tests.collector.keeping.counted import five_minutes

_RATE = 10_000_000
_FULL = _RATE * BIN_SECONDS // 8  # octets of five minutes at the contracted rate
_BINS = DAY // BIN_SECONDS


@pytest.fixture
def of(tmp_path: Path) -> Iterator[Weeks]:
    """Everybody up and watched over a whole day and an hour on either side, at 10 Mbit/s."""
    found = weeks(tmp_path, 0)
    found.ledger.write(Batch({"watch": [facts.watch(FIRST - HOUR, FIRST + DAY + HOUR, reason="stopped")]}))
    for check in found.checks.values():
        found.ledger.write(Batch({"run": [facts.run(check, FIRST - HOUR, 1)]}))
    circuits = tuple(replace(one, commit_rate=_RATE) for one in found.config.circuits)
    found.config = found.config.model_copy(update={"circuits": circuits})
    yield found
    found.ledger.close()


def _figures(of: Weeks, circuit: str = "c") -> dict[str, Bracket]:
    now = FIRST + DAY + HOUR
    with judging(of, now) as case:
        over = period(FIRST * S, (FIRST + DAY) * S, SHANGHAI, now * S)
        return {
            one.indicator: one.bracket for one in bandwidth_measures(case, over, Wanted(subjects=(circuit,)))
        }


def _test(of: Weeks, at: int, rate: int, **more: object) -> None:
    row = {
        **facts.measurement(f"c-{at}", at, circuit="c"),
        "rate_bps": rate,
        "other_bps": 0,
        "direction": "both",
    }
    of.ledger.write(Batch({"throughput": [{**row, **more}]}))


def _cut(of: Weeks, begin: int, end: int) -> None:
    check = of.checks["c"]
    runs = [facts.run(check, begin, 0), facts.run(check, end, 1)]
    of.ledger.write(
        Batch({"run": runs}, ends=[facts.end(check, FIRST - HOUR, begin), facts.end(check, begin, end)])
    )


def test_a_passed_test_proves_all_but_the_time_the_line_was_down(of: Weeks) -> None:
    _test(of, FIRST - HOUR, 9_600_000)  # 96 % of the rate, 95 % are asked for
    _cut(of, FIRST + 6 * HOUR, FIRST + 7 * HOUR)  # twelve bins from edge to edge
    found = _figures(of)["bandwidth_assurance"]
    assert found.value == (_BINS - 12) / _BINS
    assert (found.lower, found.upper, found.coverage) == (found.value, found.value, 1.0)


def test_a_failed_test_makes_the_line_short_until_a_newer_one_passes(of: Weeks) -> None:
    _test(of, FIRST - HOUR, 6_000_000)
    _test(of, FIRST + 12 * HOUR, 9_900_000)
    assert _figures(of)["bandwidth_assurance"].value == 0.5


def test_without_proof_there_is_no_value_and_anything_may_be_true(of: Weeks) -> None:
    found = _figures(of)["bandwidth_assurance"]
    assert (found.value, found.coverage) == (None, 0.0)
    assert found.evidence["unproven"] == _BINS


def test_traffic_that_fills_the_line_proves_the_five_minutes_in_which_it_did(of: Weeks) -> None:
    [port] = of.ledger.enrol(
        [
            {
                "kind": "interface",
                "subject": "c",
                "probe": "interface",
                "address": "core/1",
                "source": "",
                "vantage": "centre",
            }
        ]
    )
    rows = [
        {**five_minutes(port, (FIRST + number * BIN_SECONDS) * S), "octets_in": octets, "octets_out": 0}
        for number, octets in enumerate([_FULL * 96 // 100] * 10 + [_FULL // 10] * (_BINS - 10))
    ]
    of.ledger.write(Batch({"quality": rows}))
    found = _figures(of)
    assert (found["bandwidth_assurance"].value, found["bandwidth_assurance"].evidence["assured"]) == (1.0, 10)
    # 5 % of 288 bins are 14: the ten full ones are among those that are dropped.
    assert found["traffic_p95"].value == _RATE / 10
    assert found["uncongested"].value is not None


def test_a_carrier_s_report_proves_as_attested_for_as_long_as_it_is_valid(of: Weeks) -> None:
    half = (FIRST + DAY // 2) * S
    report = {"origin": "attested", "method": "report", "segment": None, "other_bps": None, "cap_bps": None}
    _test(of, FIRST - HOUR, _RATE, **report, valid_until=half)
    found = _figures(of)["bandwidth_assurance"]
    assert (found.value, found.coverage) == (1.0, 0.5)
    assert found.evidence["reasons"]["attested"] == _BINS // 2  # type: ignore[index]
