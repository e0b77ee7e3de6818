"""Which throughput test speaks for which bins, and what it says; 10 Mbit/s contracted, so 9.5 are asked for."""

from dataclasses import replace

import pytest

from indicators.bins import BIN, SECOND
from indicators.proving import Said, carried, said
from tests.indicators.circuit import DAY, DAY_BINS, MEGA, POLICY, RATE, attested, circuit, measured, reasons


@pytest.mark.parametrize(
    ("rate", "more", "what"),
    [
        (9.5, {}, Said.PASSED),
        (9.499999, {}, Said.FAILED),
        (5.1, {"cap": 5 * MEGA}, Said.MUTE),  # `rate: 50%`: it was told to go no faster
        (9.6, {"cap": 5 * MEGA}, Said.PASSED),  # 5 of its own and 4.6 of others
        (9.4, {"cap": RATE}, Said.FAILED),
        (9.4, {"cap": 9_500_000}, Said.FAILED),  # it was allowed just what is asked for
        (9.4, {"cap": 9_499_999}, Said.MUTE),
        (9.4, {"complete": False}, Said.DOUBT),
        (9.5, {"complete": False}, Said.PASSED),  # whatever else there was, it comes on top
    ],
)
def test_what_a_test_says_of_ten_megabits(rate: float, more: dict[str, int], what: Said) -> None:
    assert said(measured(rate, **more), RATE, POLICY) is what


def test_headers_are_counted_once() -> None:
    # 9.4 Mbit/s in segments of 1448 octets are 9.4 × 1488 / 1448 = 9.659669 Mbit/s of IP packets, IPv6 9.789503.
    assert carried(9_400_000, 1448, None) == (9_659_669, False)
    assert carried(9_400_000, 1448, None, version=6) == (9_789_503, False)
    assert carried(9_400_000, None, None) == (9_400_000, False)
    # What the interface counted beyond the payload has these headers in it: 0.26 of them and 0.3 of other traffic.
    assert carried(9_400_000, 1448, 560_000) == (9_960_000, True)


def test_a_test_is_in_force_from_its_own_bin_on_for_31_days() -> None:
    begun = 10 * BIN + 100 * SECOND
    found = reasons(circuit(40 * DAY_BINS), measured(9.6, begun, days=99))
    # 31 days after its start is 100 s after the start of bin 10 + 31 × 288, which is the last that is young enough.
    assert found.index("TESTED") == 10
    assert len(found) - found[::-1].index("TESTED") == 10 + 31 * DAY_BINS + 1


def test_a_bin_that_begins_31_days_after_the_test_to_the_second_still_has_it() -> None:
    found = reasons(circuit(40 * DAY_BINS), measured(9.6, 0, days=99))
    assert (found[31 * DAY_BINS], found[31 * DAY_BINS + 1]) == ("TESTED", "NO_PROOF")


def test_a_rate_stands_no_longer_than_was_said_with_it() -> None:
    found = reasons(circuit(3 * DAY_BINS), measured(9.6, 0, days=2))
    assert (found[2 * DAY_BINS - 1], found[2 * DAY_BINS]) == ("TESTED", "NO_PROOF")


def test_a_report_stands_for_its_own_validity_and_not_for_31_days() -> None:
    found = reasons(circuit(101 * DAY_BINS), attested(9.6, 0, days=100))
    assert (found[100 * DAY_BINS - 1], found[100 * DAY_BINS]) == ("ATTESTED", "NO_PROOF")


def test_a_test_made_before_the_first_bin_speaks_for_it() -> None:
    assert reasons(circuit(1, begin=20 * DAY), measured(9.6, 0)) == ["TESTED"]
    assert reasons(circuit(1, begin=32 * DAY), measured(9.6, 0)) == ["NO_PROOF"]


def test_a_failed_test_makes_bins_short_until_a_newer_one_passes() -> None:
    found = reasons(circuit(30), measured(9.6, 0), measured(9.0, 10 * BIN), measured(9.5, 20 * BIN))
    assert found == ["TESTED"] * 10 + ["TEST_FAILED"] * 10 + ["TESTED"] * 10


def test_a_failed_test_that_nobody_repeats_runs_out_and_proves_nothing_afterwards() -> None:
    found = reasons(circuit(40 * DAY_BINS), measured(9.6, 0), measured(9.0, DAY, days=40))
    assert found[DAY_BINS - 1 : DAY_BINS + 1] == ["TESTED", "TEST_FAILED"]
    # The passed test is the older one: it does not come back.
    assert found[32 * DAY_BINS : 32 * DAY_BINS + 2] == ["TEST_FAILED", "NO_PROOF"]


def test_each_direction_has_its_own_newest_test() -> None:
    tests = (
        measured(9.0, 0, direction="send"),
        measured(9.6, 10 * BIN, direction="receive"),
        measured(9.6, 20 * BIN, direction="send"),
    )
    assert reasons(circuit(30), *tests) == ["TEST_FAILED"] * 20 + ["TESTED"] * 10
    both = (tests[0], measured(9.6, 10 * BIN, direction="both"))
    assert reasons(circuit(20), *both) == ["TEST_FAILED"] * 10 + ["TESTED"] * 10


def test_no_report_lifts_what_was_measured_but_a_measured_test_lifts_a_report() -> None:
    assert reasons(circuit(20), measured(9.0, 0), attested(10, 10 * BIN)) == ["TEST_FAILED"] * 20
    assert (
        reasons(circuit(20), attested(9.0, 0), measured(9.6, 10 * BIN))
        == ["TEST_FAILED"] * 10 + ["TESTED"] * 10
    )
    lifted = reasons(circuit(20), attested(9.0, 0), attested(9.6, 10 * BIN))
    assert lifted == ["TEST_FAILED"] * 10 + ["ATTESTED"] * 10


def test_a_report_proves_again_when_a_newer_passed_test_has_run_out_but_not_after_a_failed_one() -> None:
    def last(rate: float) -> str:
        return reasons(circuit(60 * DAY_BINS), attested(9.6, 0), measured(rate, DAY))[-1]

    assert last(9.6) == "ATTESTED"
    assert last(9.0) == "NO_PROOF"


def test_a_test_capped_below_the_rate_changes_nothing() -> None:
    half = measured(5.1, 10 * BIN, cap=5 * MEGA)
    assert reasons(circuit(20), measured(9.6, 0), half) == ["TESTED"] * 20
    assert reasons(circuit(20), half) == ["NO_PROOF"] * 20


def test_an_upgrade_is_not_short_because_the_last_test_was_made_under_the_old_contract() -> None:
    # 10 → 20 Mbit/s at bin 10. The test was capped at 10: of 20 it says nothing.
    upgraded = circuit(30, contracted=[RATE] * 10 + [2 * RATE] * 20)
    old, new = measured(9.8, 0, cap=RATE), measured(19.1, 20 * BIN, cap=2 * RATE)
    assert reasons(upgraded, old, new) == ["TESTED"] * 10 + ["NO_PROOF"] * 10 + ["TESTED"] * 10


def test_a_test_that_came_short_while_nobody_knows_what_else_went_over_the_line_leaves_it_open() -> None:
    tests = (measured(9.6, 0), measured(6, 10 * BIN, complete=False), measured(9.6, 20 * BIN, complete=False))
    assert reasons(circuit(30), *tests) == ["TESTED"] * 10 + ["TEST_OPEN"] * 10 + ["TESTED"] * 10


def test_the_policy_says_how_much_is_asked_for_and_for_how_long_a_test_stands() -> None:
    lenient = replace(POLICY, short_share=0.9, test_validity=86_400.0)
    found = reasons(circuit(2 * DAY_BINS), measured(9.0, 0), policy=lenient)
    assert (found[DAY_BINS], found[DAY_BINS + 1]) == ("TESTED", "NO_PROOF")
