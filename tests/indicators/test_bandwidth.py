"""网络带宽保障率: every rule of definitions §5, worked by hand: 10 Mbit/s contracted, thirty first packets a bin."""

from dataclasses import replace

import numpy as np
import pytest

from indicators.bandwidth import Reason, bandwidth_assurance, classify, tally
from indicators.bins import BIN, SECOND
from tests.indicators.circuit import (
    FULL,
    MEGA,
    NONE,
    POLICY,
    RATE,
    assurance,
    attested,
    circuit,
    measured,
    reasons,
)

PASSED = measured(9.6)


def seconds(of: int) -> int:
    return of * SECOND


def test_an_idle_line_is_not_short_and_without_a_proof_it_is_not_assured_either() -> None:
    assert reasons(circuit(2)) == ["NO_PROOF", "NO_PROOF"]


def test_a_passed_test_assures_the_bins_after_it() -> None:
    assert reasons(circuit(2), PASSED) == ["TESTED", "TESTED"]


@pytest.mark.parametrize(("down", "reason"), [(150, "TESTED"), (151, "DOWN"), (300, "DOWN")])
def test_a_line_down_for_more_than_half_of_the_five_minutes_was_short(down: int, reason: str) -> None:
    assert reasons(circuit(1, down=seconds(down)), PASSED) == [reason]


@pytest.mark.parametrize(
    ("down", "unknown", "reason"),
    [
        (0, 150, "TESTED"),
        (0, 151, "UNWATCHED"),
        (100, 51, "UNWATCHED"),
        (151, 149, "DOWN"),
        (0, 300, "UNWATCHED"),
    ],
)
def test_what_nobody_watched_is_not_assured_while_it_may_have_been_down_for_more_than_half(
    down: int, unknown: int, reason: str
) -> None:
    assert reasons(circuit(1, down=seconds(down), unknown=seconds(unknown)), PASSED) == [reason]


def test_of_five_minutes_shortened_by_maintenance_half_of_what_is_judged_decides() -> None:
    # 140 s of maintenance leave 160 s; 100 s down are more than 80 s, though less than 150 s.
    cut = {"maintenance": seconds(140), "judged": seconds(160)}
    assert reasons(circuit(1, **cut, down=seconds(100)), PASSED) == ["DOWN"]
    assert reasons(circuit(1, **cut, down=seconds(80)), PASSED) == ["TESTED"]


@pytest.mark.parametrize(
    ("maintenance", "judged", "reason"),
    [
        (150, 150, "TESTED"),  # half is not most
        (151, 149, "MAINTENANCE"),
        (0, 149, "OUTSIDE"),  # the line came into service 149 s before the end
        (100, 100, "MAINTENANCE"),
        (90, 100, "OUTSIDE"),
        (0, 0, "OUTSIDE"),
    ],
)
def test_bins_mostly_in_excluded_maintenance_or_out_of_service_are_left_out(
    maintenance: int, judged: int, reason: str
) -> None:
    bins = circuit(1, maintenance=seconds(maintenance), judged=seconds(judged))
    assert reasons(bins, PASSED) == [reason]
    assert Reason[reason].name == "TESTED" or assurance(bins, PASSED).value is None


def test_without_a_contracted_rate_there_is_nothing_to_hold_a_line_against() -> None:
    assert reasons(circuit(1, contracted=NONE), PASSED) == ["NO_RATE"]


def test_a_port_slower_than_the_contract_is_short_whatever_a_test_said() -> None:
    speeds = [RATE - 1, RATE, NONE]
    assert reasons(circuit(3, link_speed=speeds), PASSED) == ["LINK_SPEED_LOW", "TESTED", "TESTED"]


def test_a_fast_port_proves_only_where_the_policy_says_so_and_the_figure_says_that() -> None:
    bins = circuit(4, link_speed=[RATE, 100 * RATE, NONE, RATE - 1])
    assert assurance(bins).evidence["by_link_speed"] is False
    assert set(reasons(bins)) == {"NO_PROOF", "LINK_SPEED_LOW"}
    proves = replace(POLICY, link_speed_proves=True)
    assert reasons(bins, policy=proves) == ["LINK_SPEED", "LINK_SPEED", "NO_PROOF", "LINK_SPEED_LOW"]
    assert assurance(bins, policy=proves).evidence["by_link_speed"] is True
    assert (
        assurance(bins, PASSED, policy=proves).evidence["by_link_speed"] is False
    )  # the test proves all of it


def test_full_because_the_customer_filled_it_is_assured() -> None:
    # 95 % of 10 Mbit/s for 300 s are 9,500,000 × 300 / 8 = 356,250,000 octets, in one direction.
    bins = circuit(
        4, octets_in=[356_250_000, 356_249_999, 0, 200_000_000], octets_out=[0, 0, FULL, 200_000_000]
    )
    assert reasons(bins) == ["FILLED", "NO_PROOF", "FILLED", "NO_PROOF"]


def test_the_contracted_rate_is_that_of_the_day() -> None:
    # Traffic of 10 Mbit/s fills the line until it is upgraded to 20 Mbit/s.
    assert reasons(circuit(2, contracted=[RATE, 2 * RATE], octets_in=FULL)) == ["FILLED", "NO_PROOF"]


# Loss of the hour: a bin with the six before it and the five after it. 12 × 30 = 360 packets; 1 % of them are 3.6.


def within(found: list[str]) -> set[str]:
    """All but the ends, where too little of the hour is there to hold 300 packets."""
    return set(found[6:-6])


def test_loss_over_one_percent_of_the_hour_is_short_in_exactly_the_bins_that_have_it_in_their_hour() -> None:
    # Four of 360 lost are 1.1 %: bins 20 to 31 hold bin 25 in their hour, from five before it to six after it.
    found = reasons(circuit(50, lost={25: 4}), PASSED)
    assert [place for place, reason in enumerate(found) if reason == "LOSS"] == list(range(20, 32))
    assert set(found) == {"LOSS", "TESTED"}


def test_loss_of_one_percent_or_less_is_not_short() -> None:
    assert set(reasons(circuit(50, lost={25: 3}), PASSED)) == {"TESTED"}
    # Exactly 1 %: of 25 packets a bin, 300 in the hour, 3 are lost.
    assert set(reasons(circuit(50, sent=25, lost={25: 3}), PASSED)) == {"TESTED"}
    assert "LOSS" in reasons(circuit(50, sent=25, lost={25: 4}), PASSED)


def test_fewer_than_300_packets_say_nothing() -> None:
    # 12 × 24 = 288 packets, ten of them lost: 3.5 %, but too few.
    assert set(reasons(circuit(50, sent=24, lost={25: 10}), PASSED)) == {"TESTED"}


def test_loss_on_a_full_line_is_its_customers_own() -> None:
    # 80 % of 10 Mbit/s for 300 s are 300,000,000 octets.
    assert within(reasons(circuit(50, lost=3, octets_in=300_000_000), PASSED)) == {"TESTED"}
    assert within(reasons(circuit(50, lost=3, octets_in=299_999_999), PASSED)) == {"LOSS"}


def test_ten_minutes_that_a_customer_filled_do_not_make_the_fifty_idle_ones_around_them_short() -> None:
    # Bins 24 and 25 are full and lose 9 of 30 packets each: with them the hours around would lose 18 of 360, 5 %.
    # Without them ten bins, 300 packets, are left, and none of these was lost.
    filled = {24: FULL, 25: FULL}
    assert set(reasons(circuit(50, lost={24: 9, 25: 9}, octets_out=filled), PASSED)) == {"TESTED"}
    # One more packet of an idle bin each, 4 of 300 in its hour, is not the customer's: the idle bins are short.
    idle_too = reasons(circuit(50, lost={24: 9, 25: 9, 26: 4}, octets_out=filled), PASSED)
    assert [place for place, reason in enumerate(idle_too) if reason == "LOSS"] == [
        21,
        22,
        23,
        *range(26, 33),
    ]


def test_loss_on_a_line_whose_load_is_not_known_leaves_it_open() -> None:
    bins = circuit(50, lost=3, octets_in=NONE, octets_out=NONE)
    assert within(reasons(bins, PASSED)) == {"LOSS_OPEN"}
    half_known = circuit(50, lost=3, octets_in=NONE, octets_out=0)
    assert within(reasons(half_known, PASSED)) == {"LOSS_OPEN"}
    known_to_be_busy = circuit(50, lost=3, octets_in=NONE, octets_out=300_000_000)
    assert within(reasons(known_to_be_busy, PASSED)) == {"TESTED"}


def test_one_bin_of_unknown_load_does_not_hide_loss_that_the_others_show() -> None:
    # Without bin 25: 11 × 30 = 330 packets, ten of them lost. With it, full or idle: more than 1 % all the same.
    bins = circuit(50, lost={24: 10}, octets_in={25: NONE})
    found = reasons(bins, PASSED)
    assert found[24] == "LOSS"
    assert found[25] == "LOSS_OPEN"  # if it was busy itself, it was not short


def test_packets_lost_during_an_agreed_maintenance_count_against_nobody() -> None:
    during = circuit(50, lost={25: 30}, maintenance={25: BIN}, judged={25: 0})
    assert set(reasons(during, PASSED)) == {"TESTED", "MAINTENANCE"}


# The figure


def test_the_figure_is_assured_by_decided_and_unproven_may_be_either() -> None:
    # 2 left out; of 10 that count: 5 filled, 1 down, 4 without a proof.
    bins = circuit(
        12,
        octets_in=dict.fromkeys(range(5), FULL),
        down={5: BIN},
        maintenance={10: BIN, 11: BIN},
        judged={10: 0, 11: 0},
    )
    found = assurance(bins)
    assert found.value == 5 / (5 + 1)
    assert (found.lower, found.upper) == (5 / 10, (5 + 4) / 10)
    assert found.coverage == (5 + 1) / 10
    assert {name: found.evidence[name] for name in ("assured", "short", "unproven", "left_out")} == {
        "assured": 5,
        "short": 1,
        "unproven": 4,
        "left_out": 2,
    }
    reasons_found = found.evidence["reasons"]
    assert isinstance(reasons_found, dict)
    assert {name: many for name, many in reasons_found.items() if many} == {
        "filled": 5,
        "down": 1,
        "no_proof": 4,
        "maintenance": 2,
    }


def test_where_nothing_is_decided_there_is_no_value_and_never_100_percent() -> None:
    found = assurance(circuit(288))
    assert (found.value, found.lower, found.upper, found.coverage) == (None, None, None, 0.0)
    nothing_to_judge = assurance(circuit(3, judged=0))
    assert (nothing_to_judge.value, nothing_to_judge.coverage) == (None, None)


def test_a_group_is_the_sum_of_its_circuits_and_not_the_mean_of_their_shares() -> None:
    good = tally(classify(circuit(288), [PASSED], POLICY))
    bad = tally(classify(circuit(12, down=BIN), [PASSED], POLICY))
    assert bandwidth_assurance(good + bad).value == 288 / 300  # the mean of 100 % and 0 % would be 50 %


def test_the_parts_of_a_window_add_up_to_the_whole() -> None:
    lost = np.random.default_rng(5).binomial(30, 0.01, 600).tolist()
    chosen = classify(circuit(600, lost=lost), [PASSED, measured(9, 200 * BIN)], POLICY)
    parts = sum((tally(chosen[at : at + 100]) for at in range(0, 600, 100)), np.zeros(len(Reason), np.int64))
    assert tally(chosen).tolist() == parts.tolist()
    assert parts[Reason.LOSS] > 0


def test_columns_that_cannot_belong_together_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        replace(circuit(3), lost=np.zeros(2, np.int64))
    with pytest.raises(ValueError, match=r"down \+ unknown ≤ judged"):
        circuit(1, down=BIN, unknown=1)
    with pytest.raises(ValueError, match=r"down \+ unknown ≤ judged"):
        circuit(1, maintenance=1)
    with pytest.raises(ValueError, match="lost ≤ sent"):
        circuit(1, lost=31)


def test_a_report_is_told_apart_from_a_test() -> None:
    found = assurance(circuit(2, octets_in={1: FULL}), attested(9.5))
    reasons_found = found.evidence["reasons"]
    assert isinstance(reasons_found, dict)
    assert (reasons_found["attested"], reasons_found["filled"], found.value) == (1, 1, 1.0)


def test_a_rate_that_no_binary_number_meets_is_compared_exactly() -> None:
    # 95 % of 3,000,020 bit/s are 2,850,019 exactly; one bit less fails.
    odd = circuit(1, contracted=3_000_020)
    assert reasons(odd, measured(2_850_019 / MEGA)) == ["TESTED"]
    assert reasons(odd, measured(2_850_018 / MEGA)) == ["TEST_FAILED"]
