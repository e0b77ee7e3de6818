"""Bandwidth judged from a ledger: five-minute counts, tests and reports, with the arithmetic by hand."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from collector.judging.figures import Wanted
from collector.judging.five_minutes import counted as read
from collector.judging.five_minutes import held
from collector.keeping.fold import fold_closed
from collector.ledger.store import Batch
from config.model import Change
from indicators.entered import EnteredFacts, Maintenance, Subject
from indicators.measure import Bracket
from indicators.policy import Policy
from tests.collector import facts
from tests.collector.facts import S
from tests.collector.judging.busy import BINS, FULL, RATE, busy, counted, counts, cut, figures, measured, port
from tests.collector.judging.weeks import DAY, FIRST, HOUR, LINES, SHANGHAI, Weeks

_ALL = Wanted()
_REPORT = {"origin": "attested", "method": "report", "segment": None, "other_bps": None, "cap_bps": None}


@pytest.fixture
def of(tmp_path: Path) -> Iterator[Weeks]:
    found = busy(tmp_path)
    yield found
    found.ledger.close()


def _figure(of: Weeks, indicator: str = "bandwidth_assurance", circuit: str = "c") -> Bracket:
    return figures(of, Wanted(subjects=(circuit,)))[circuit, indicator]


def test_a_passed_test_proves_all_but_the_time_the_line_was_down(of: Weeks) -> None:
    measured(of, "c", FIRST - HOUR, 9_600_000)  # 96 % of the rate, 95 % are asked for
    cut(of, "c", FIRST + 6 * HOUR, FIRST + 7 * HOUR)  # twelve bins from edge to edge
    found = _figure(of)
    assert found.value == (BINS - 12) / BINS
    assert (found.lower, found.upper, found.coverage) == (found.value, found.value, 1.0)


def test_a_failed_test_makes_the_line_short_until_a_newer_one_passes(of: Weeks) -> None:
    measured(of, "c", FIRST - HOUR, 6_000_000)
    measured(of, "c", FIRST + 12 * HOUR, 9_900_000)
    assert _figure(of).value == 0.5


def test_a_test_over_ipv6_carried_its_longer_headers_too(of: Weeks) -> None:
    payload = {"other_bps": None, "cap_bps": RATE, "segment": 1440}  # 9.13 × 1500 / 1440 = 9.51 Mbit/s
    measured(of, "c", FIRST, 9_130_000, **payload, far_end="iperf3://[2001:db8::1]:5201")
    assert _figure(of).value == 1.0
    measured(of, "d", FIRST, 9_130_000, **payload)  # 9.13 × 1480 / 1440 = 9.38
    assert _figure(of, circuit="d").evidence["reasons"]["test_open"] == BINS  # type: ignore[index]


def test_without_proof_there_is_no_value_and_anything_may_be_true(of: Weeks) -> None:
    found = _figure(of)
    assert (found.value, found.coverage) == (None, 0.0)
    assert found.evidence["unproven"] == BINS


def test_a_line_of_which_nothing_is_proven_is_short_all_the_same_while_it_is_down(of: Weeks) -> None:
    cut(of, "c", FIRST + 6 * HOUR + 140, FIRST + 7 * HOUR + 140)  # 160 of 300 s, eleven bins, 140 of 300 s
    found = _figure(of)
    assert (found.value, found.lower, found.upper) == (0.0, 0.0, (BINS - 12) / BINS)
    assert found.coverage == 12 / BINS


def test_traffic_that_fills_the_line_proves_the_five_minutes_in_which_it_did(of: Weeks) -> None:
    filled = [{"octets_in": FULL * 96 // 100, "octets_out": 0}] * 10
    counts(of, port(of, "c"), FIRST, [*filled, *[{"octets_in": FULL // 10, "octets_out": 0}] * (BINS - 10)])
    found = _figure(of)
    assert (found.value, found.evidence["assured"]) == (1.0, 10)
    # 5 % of 288 bins are 14: the ten full ones are among those that are dropped.
    assert _figure(of, "traffic_p95").value == RATE / 10
    # Nobody read its discards: full bins are not known to be uncongested, the others are idle.
    assert _figure(of, "uncongested").evidence == {
        "uncongested": BINS - 10,
        "congested": 0,
        "undecided": 10,
        "left_out": 0,
    }


def test_full_bins_are_uncongested_where_nothing_was_discarded_and_pings_were_answered(of: Weeks) -> None:
    """Twelve full bins: six without discards, of which one lost a packet; three with some; three not known."""
    each_way = [(0, 0)] * 6 + [(2, 0), (0, 1), (4, None)] + [(0, None), (None, 0), (None, None)]
    full = [
        {"octets_in": FULL * 9 // 10, "octets_out": 0, "discards_in": came, "discards_out": went}
        for came, went in each_way
    ]
    idle = {"octets_in": 0, "octets_out": 0, "discards_in": 7, "discards_out": 7}
    counts(of, port(of, "c"), FIRST, [*full, *[idle] * (BINS - 12)])
    counts(of, of.checks["c"], FIRST, [{"rescued": int(number == 5)} for number in range(BINS)])
    wanted = {"uncongested": BINS - 12 + 5, "congested": 4, "undecided": 3, "left_out": 0}
    assert _figure(of, "uncongested").evidence == wanted
    fold_closed(of.ledger, SHANGHAI, FIRST + DAY + 2 * HOUR, rest=lambda _: None)
    found = _figure(of, "uncongested")
    assert found.evidence == wanted
    assert found.value == (BINS - 7) / (BINS - 3)


def test_of_a_folded_day_without_any_loss_full_bins_are_known_to_be_uncongested(of: Weeks) -> None:
    """Pings of such a day are not read for loss; that they were sent and answered matters here."""
    quiet = {"octets_in": 0, "octets_out": FULL, "discards_in": 0, "discards_out": 0}
    counts(of, port(of, "c"), FIRST, [quiet] * BINS)
    counts(of, of.checks["c"], FIRST, [{}] * (BINS // 2))  # nobody pinged in the afternoon
    fold_closed(of.ledger, SHANGHAI, FIRST + DAY + 2 * HOUR, rest=lambda _: None)
    found = _figure(of, "uncongested")
    assert (found.evidence["uncongested"], found.evidence["undecided"]) == (BINS // 2, BINS // 2)


def test_a_carrier_s_report_proves_as_attested_for_as_long_as_it_is_valid(of: Weeks) -> None:
    measured(of, "c", FIRST - HOUR, RATE, **_REPORT, valid_until=(FIRST + DAY // 2) * S)
    found = _figure(of)
    assert (found.value, found.coverage) == (1.0, 0.5)
    assert found.evidence["reasons"]["attested"] == BINS // 2  # type: ignore[index]


def test_a_report_that_was_corrected_proves_nothing_any_more(of: Weeks) -> None:
    measured(of, "c", FIRST - HOUR, RATE, **_REPORT, valid_until=(FIRST + DAY) * S)
    correction = {**_REPORT, "valid_until": (FIRST + DAY // 4) * S, "supersedes": f"c-{FIRST - HOUR}"}
    measured(of, "c", FIRST - 1800, RATE, **correction)
    assert _figure(of).evidence["assured"] == BINS // 4


def test_loss_before_the_window_makes_its_first_half_hour_short(of: Weeks) -> None:
    """Of the half hour before, a packet every five minutes is lost, then none; an hour has 360 first packets."""
    measured(of, "c", FIRST - HOUR, RATE)
    counts(of, port(of, "c"), FIRST - HOUR, [{"octets_in": 0, "octets_out": 0}] * (BINS + 24))
    counts(of, of.checks["c"], FIRST - 1800, [{"rescued": 1}] * 6 + [{}] * BINS)
    reasons = _figure(of).evidence["reasons"]
    # 6, 5, 4 lost of 360 are more than 1 %, 3 are not: the bins from 00:00, 00:05 and 00:10.
    assert (reasons["loss"], reasons["tested"]) == (3, BINS - 3)  # type: ignore[index]


def test_what_a_router_did_not_answer_is_no_loss_of_the_line(of: Weeks) -> None:
    measured(of, "c", FIRST - HOUR, RATE)
    rows = [{"octets_in": 0, "octets_out": 0, "rescued": 15}] * BINS
    counts(of, port(of, "c"), FIRST, rows)
    assert _figure(of).value == 1.0


def test_bins_mostly_in_maintenance_are_left_out(of: Weeks) -> None:
    measured(of, "c", FIRST - HOUR, RATE)
    cut(of, "c", FIRST + HOUR, FIRST + 3 * HOUR)
    window = Maintenance(
        id="w",
        begin=(FIRST + HOUR) * S,
        end=(FIRST + 2 * HOUR + 200) * S,  # 200 s of the bin from 02:00 on
        subjects=(Subject("circuit", "c"),),
        recorded_at=FIRST * S,
        recorded_by="甲",
    )
    found = figures(of, Wanted(subjects=("c",)), entered=EnteredFacts(maintenance=(window,)))
    reasons = found["c", "bandwidth_assurance"].evidence["reasons"]
    assert (reasons["maintenance"], reasons["down"]) == (13, 11)  # type: ignore[index]


def test_figures_of_groups_carriers_and_everybody_are_sums_over_their_lines(of: Weeks) -> None:
    measured(of, "a", FIRST - HOUR, RATE)
    measured(of, "e", FIRST - HOUR, 5_000_000)
    cut(of, "b", FIRST + 6 * HOUR, FIRST + 8 * HOUR)  # nothing else is known of it
    found = figures(of, _ALL) | figures(of, Wanted(carriers=("ct",)))
    branch = found["branch", "bandwidth_assurance"]  # a, b, c, d
    assert branch.value == BINS / (BINS + 24)
    assert (branch.lower, branch.upper) == (BINS / (4 * BINS), (4 * BINS - 24) / (4 * BINS))
    assert found["depot", "bandwidth_assurance"].value == 0.0
    everybody = found["all", "bandwidth_assurance"]
    assert everybody.evidence["short"] == BINS + 24
    assert found["ct", "bandwidth_assurance"] == everybody  # every path is direct
    assert found["branch", "traffic_p95"].value is None  # of four lines none is read


def test_the_percentile_of_a_group_is_that_of_its_summed_traffic(of: Weeks) -> None:
    """e is full for the first half, f for the second: together 11 Mbit/s all day, with 1 Mbit/s of the other."""
    half = [{"octets_in": FULL, "octets_out": 0}] * (BINS // 2)
    idle = [{"octets_in": FULL // 10, "octets_out": 0}] * (BINS // 2)
    counts(of, port(of, "e"), FIRST, [*half, *idle])
    counts(of, port(of, "f"), FIRST, [*idle, *half])
    found = figures(of, Wanted(groups=("depot",)))["depot", "traffic_p95"]
    assert (found.value, found.coverage) == (RATE * 1.1, 1.0)


def test_a_line_counts_in_each_group_for_the_days_in_which_it_belonged_to_it(tmp_path: Path) -> None:
    of = busy(tmp_path, 2)
    second = date(2026, 3, 3)
    moved = [
        replace(one, changes=(Change.model_validate({"from": second, "group": "depot"}),))
        if one.id == "c"
        else one
        for one in of.config.circuits
    ]
    of.config = of.config.model_copy(update={"circuits": tuple(moved)})
    measured(of, "c", FIRST - HOUR, RATE)
    found = figures(of, _ALL, FIRST, FIRST + 2 * DAY)
    assert found["branch", "bandwidth_assurance"].evidence["assured"] == BINS
    assert found["depot", "bandwidth_assurance"].evidence["assured"] == BINS
    assert found["depot", "bandwidth_assurance"].evidence["unproven"] == 4 * BINS
    of.ledger.close()


def _drawn(of: Weeks, draw: random.Random, days: int) -> None:
    """Lines that are read, tested, cut and lossy, at random."""
    for one in LINES[:4]:
        rows = [
            {
                "octets_in": draw.choice([0, FULL // 2, FULL]),
                "octets_out": draw.randrange(FULL),
                "discards_in": draw.choice([0, 0, 0, 5, None]),
                "discards_out": draw.choice([0, 0, 0, 1, None]),
            }
            for _ in range(days * BINS + 24)
        ]
        counts(of, port(of, one), FIRST - HOUR, rows)
        pings = [{"rescued": draw.choice([0, 0, 0, 0, 0, 3])} for _ in range(days * BINS + 24)]
        counts(of, of.checks[one], FIRST - HOUR, pings)
        measured(of, one, FIRST + draw.randrange(DAY), draw.choice([5_000_000, 9_900_000]))
    for one in LINES[1:]:
        begin = FIRST + draw.randrange(days * DAY - 6 * HOUR)
        cut(of, one, begin, begin + draw.randrange(60, 6 * HOUR))


@pytest.mark.parametrize("seed", range(3))
def test_the_parts_of_a_window_add_up_to_the_whole(tmp_path: Path, seed: int) -> None:
    of, draw = busy(tmp_path, 2), random.Random(seed)
    _drawn(of, draw, 2)
    end, now = FIRST + 2 * DAY, FIRST + 2 * DAY + HOUR
    whole = counted(of, FIRST, end, now)
    middle = FIRST + draw.randrange(2 * DAY)
    parts = [counted(of, *part, now) for part in ((FIRST, middle), (middle, end))]
    for name in ("reasons", "congestion"):
        together = sum((getattr(one, name).sum(axis=1) for one in parts), np.zeros(1, np.int64))
        assert getattr(whole, name).sum(axis=1).tolist() == together.tolist()
    assert whole.reasons.sum() == 6 * 2 * BINS
    assert np.count_nonzero(whole.reasons.sum(axis=(0, 1))) > 4
    of.ledger.close()


def test_folded_days_say_what_their_five_minutes_said(tmp_path: Path) -> None:
    of = busy(tmp_path, 2)
    _drawn(of, random.Random(7), 2)
    end, now = FIRST + 2 * DAY, FIRST + 2 * DAY + HOUR
    before = counted(of, FIRST, end, now)
    assert fold_closed(of.ledger, SHANGHAI, FIRST + DAY + 2 * HOUR, rest=lambda _: None)
    after = counted(of, FIRST, end, now)
    assert before.reasons.tolist() == after.reasons.tolist()
    assert before.congestion.tolist() == after.congestion.tolist()
    # Five minutes that come late stand in place of what was folded for them, and are not added to it.
    again = [{"rescued": 30} for _ in range(BINS)]
    counts(of, of.checks["a"], FIRST, again)
    for _ in range(2):
        with of.ledger.reading() as connection:
            when = held(connection, FIRST * S, end * S)
            found = read(connection, ["a"], FIRST * S, BINS, when, np.array([FULL]))
        assert found.sent.tolist() == found.lost.tolist() == [[30] * BINS]
        fold_closed(of.ledger, SHANGHAI, FIRST + DAY + 2 * HOUR, rest=lambda _: None)
    of.ledger.close()


def _read(of: Weeks, circuit: str, *speeds: tuple[int, int | None]) -> None:
    """Have a port read all day, idle, while it says these speeds from these seconds of the day on."""
    check = port(of, circuit)
    counts(of, check, FIRST, [{"octets_in": 0, "octets_out": 0}] * BINS)
    rows = [facts.port(check, FIRST + at, speed) for at, speed in speeds]
    of.ledger.write(Batch({"port": rows}))


def test_a_port_that_is_slower_than_the_contract_makes_its_five_minutes_short(of: Weeks) -> None:
    measured(of, "c", FIRST - HOUR, RATE)
    _read(of, "c", (-HOUR, 10**9), (6 * HOUR + 150, RATE // 2), (7 * HOUR, 10**9))
    reasons = _figure(of).evidence["reasons"]
    assert (reasons["link_speed_low"], reasons["tested"]) == (12, BINS - 12)  # type: ignore[index]


def test_a_port_proves_by_its_speed_where_the_policy_says_so_and_while_it_was_read(of: Weeks) -> None:
    _read(of, "c", (-HOUR, RATE), (12 * HOUR, None))
    measured(of, "d", FIRST - HOUR, RATE)  # whose port says so, and is not read
    of.ledger.write(Batch({"port": [facts.port(port(of, "d"), FIRST)]}))
    wanted = Wanted(subjects=("c", "d"))
    found = figures(of, wanted, policy=Policy(link_speed_proves=True))
    of_c = found["c", "bandwidth_assurance"]
    assert (of_c.value, of_c.coverage, of_c.evidence["by_link_speed"]) == (1.0, 0.5, True)
    assert found["d", "bandwidth_assurance"].evidence["by_link_speed"] is False
    assert figures(of, wanted)["c", "bandwidth_assurance"].value is None
