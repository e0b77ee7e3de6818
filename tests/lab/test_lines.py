"""Lines of a real practice network: what passes, what is lost, what fails over and what never leaks."""

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import LinewalkerError
from lab import control
from lab.ways import Direction
from tests.lab.practice import Practice, Target, practice
from tests.lab.written import write_small

ALPHA_MAIN = "10.64.0.2"
ALPHA_BACKUP = ("10.21.0.1", "10.0.0.3")  # pinned
ALPHA_OFFICE = "10.20.0.1"
BETA_MAIN = "10.64.0.10"
BETA_BACKUP = "10.21.0.2"  # unproven
BETA_OFFICE = "10.20.0.2"
NEAR, FAR, PORTAL = "10.0.0.1", "10.0.1.1", "10.0.3.1"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    folder = tmp_path_factory.mktemp("lines")
    with practice(write_small(folder), folder / "kept") as network:
        yield network


@pytest.fixture
def network(running: Practice) -> Iterator[Practice]:
    """The same network for every test, whole again after each."""
    yield running
    for line in control.lines(running.data):
        control.restore(running.data, line["line"])


def test_every_address_of_the_configuration_answers(network: Practice) -> None:
    everybody: list[Target] = [
        ALPHA_MAIN,
        ALPHA_BACKUP,
        ALPHA_OFFICE,
        BETA_MAIN,
        BETA_BACKUP,
        BETA_OFFICE,
        NEAR,
        FAR,
        PORTAL,
    ]
    rest = ["172.16.5.1", "10.0.2.1", "10.0.2.2", "10.30.0.3"]
    assert all(network.answers(*everybody, *rest))


def test_an_address_nobody_has_stays_silent(network: Practice) -> None:
    assert network.answers("10.20.0.99", "10.64.0.99") == [False, False]


@pytest.mark.parametrize("silent", [False, True])
def test_a_cut_line_carries_nothing_until_it_is_restored(network: Practice, silent: bool) -> None:
    control.cut(network.data, "alpha-ct", silent=silent)
    assert network.answers(ALPHA_MAIN, BETA_MAIN) == [False, True]
    control.restore(network.data, "alpha-ct")
    assert network.answers(ALPHA_MAIN, BETA_MAIN) == [True, True]


def test_a_direct_line_never_answers_through_the_other(network: Practice) -> None:
    control.cut(network.data, "alpha-ct")
    assert network.answers(ALPHA_MAIN, ALPHA_BACKUP) == [False, True]


def test_a_pinned_line_never_answers_through_the_other(network: Practice) -> None:
    control.cut(network.data, "alpha-cm")
    assert network.answers(ALPHA_MAIN, ALPHA_BACKUP) == [True, False]


def test_the_far_end_of_a_backup_line_answers_by_that_line_whatever_the_main_one_does(
    network: Practice,
) -> None:
    control.cut(network.data, "beta-ct", silent=True)
    assert network.answers("10.64.0.14", BETA_OFFICE) == [True, False]


def test_a_direct_address_outside_its_30_is_carried_by_its_line_alone(network: Practice) -> None:
    control.cut(network.data, "gamma-ct")
    assert network.answers("172.16.5.1") == [False]


@pytest.mark.parametrize(
    ("line", "own", "other"), [("alpha-ct", ALPHA_MAIN, ALPHA_BACKUP), ("alpha-cm", ALPHA_BACKUP, ALPHA_MAIN)]
)
@pytest.mark.parametrize("direction", ["outward", "inward"])
def test_questions_and_answers_travel_the_same_line(
    network: Practice, line: str, own: str, other: str, direction: Direction
) -> None:
    control.cut(network.data, line, direction=direction)
    assert network.answers(own, other) == [False, True]


def test_a_service_survives_the_loss_of_its_main_line_when_the_routers_see_it(network: Practice) -> None:
    control.cut(network.data, "alpha-ct")
    assert network.answers(ALPHA_OFFICE) == [True]
    control.cut(network.data, "alpha-cm")
    assert network.answers(ALPHA_OFFICE) == [False]


def test_a_silent_cut_of_the_main_line_takes_the_service_though_the_backup_is_fine(network: Practice) -> None:
    control.cut(network.data, "alpha-ct", silent=True)
    assert network.answers(ALPHA_OFFICE, ALPHA_BACKUP) == [False, True]


def test_a_dead_backup_whose_address_is_unproven_answers_through_the_main_line(network: Practice) -> None:
    control.cut(network.data, "beta-cm")
    assert network.answers(BETA_BACKUP) == [True]
    control.cut(network.data, "beta-ct")
    assert network.answers(BETA_BACKUP, BETA_OFFICE) == [False, False]


def test_without_the_core_switch_the_near_sentinel_and_the_lines_answer_alone(network: Practice) -> None:
    control.cut(network.data, "core-switch")
    assert network.answers(NEAR, FAR, PORTAL, ALPHA_MAIN) == [True, False, False, True]


def test_without_its_uplink_the_collector_sees_nothing(network: Practice) -> None:
    control.cut(network.data, "uplink")
    assert network.answers(NEAR, FAR, ALPHA_MAIN) == [False, False, False]


def test_a_lossy_line_loses_its_share_of_round_trips_and_no_other_line_does(network: Practice) -> None:
    control.degrade(network.data, "alpha-ct", loss=0.4)
    lossy, clean = network.ask([ALPHA_MAIN, BETA_MAIN], count=600, every=0.002)
    assert statistics.fmean(received is None for _, received in lossy) == pytest.approx(0.4, abs=0.09)
    assert all(received for _, received in clean)


def test_a_slow_line_adds_its_delay_to_every_round_trip(network: Practice) -> None:
    control.degrade(network.data, "alpha-ct", delay=0.15)
    slow, quick = network.ask([ALPHA_MAIN, BETA_MAIN], count=20, every=0.01)
    assert all(received and 0.15 <= received - sent < 0.2 for sent, received in slow)
    assert statistics.median(received - sent for sent, received in quick if received) < 0.02


@pytest.mark.parametrize("silent", [False, True])
def test_a_cut_line_delivers_nothing_late(network: Practice, silent: bool) -> None:
    control.degrade(network.data, "alpha-ct", delay=0.6)
    watched = network.watching(ALPHA_MAIN, count=100, every=0.01)
    time.sleep(0.45)  # the first answers are on their way back
    control.cut(network.data, "alpha-ct", silent=silent)
    assert not any(received for _, received in watched.result(5))


@pytest.mark.parametrize("silent", [False, True])
def test_the_truth_says_when_to_the_packet(network: Practice, silent: bool) -> None:
    watched = network.watching(ALPHA_MAIN, count=300, every=0.004)
    time.sleep(0.4)
    control.cut(network.data, "alpha-ct", silent=silent)
    time.sleep(0.3)
    control.restore(network.data, "alpha-ct")
    pings = watched.result(5)
    deed = network.truth()[-1]
    assert (deed["line"], deed["what"], deed["silent"]) == ("alpha-ct", "cut", silent)
    lost = [sent for sent, received in pings if received is None]
    assert lost[0] == pytest.approx(deed["from"], abs=0.05)
    assert lost[-1] == pytest.approx(deed["to"], abs=0.05)
    assert all(deed["from"] - 0.01 <= sent < deed["to"] for sent in lost)
    assert all(received for sent, received in pings if not deed["from"] - 0.01 <= sent < deed["to"])


def test_the_truth_tells_each_thing_apart_and_keeps_open_what_lasts(network: Practice) -> None:
    before = len(network.truth())
    control.degrade(network.data, "gamma-ct", loss=0.3, delay=0.1)
    control.degrade(network.data, "gamma-ct", loss=0.0)
    control.cut(network.data, "gamma-ct")
    loss, delay, cut = network.truth()[before:]
    assert (loss["what"], loss["ratio"], loss["to"] is None) == ("loss", 0.3, False)
    assert (delay["what"], delay["seconds"], delay["to"]) == ("delay", 0.1, None)
    assert (cut["what"], cut["to"]) == ("cut", None)
    control.restore(network.data, "gamma-ct")
    assert all(row["to"] for row in network.truth())


def test_cutting_twice_is_cutting_once(network: Practice) -> None:
    before = len(network.truth())
    control.cut(network.data, "gamma-ct")
    control.cut(network.data, "gamma-ct")
    assert len(network.truth()) == before + 1


def test_a_silent_cut_can_be_made_a_plain_one(network: Practice) -> None:
    control.cut(network.data, "alpha-ct", silent=True)
    control.cut(network.data, "alpha-ct")
    assert network.answers(ALPHA_OFFICE) == [True]


def test_lines_tell_their_state(network: Practice) -> None:
    control.cut(network.data, "beta-cm")
    control.cut(network.data, "alpha-cm", direction="inward")
    control.degrade(network.data, "alpha-ct", loss=0.2, delay=0.05)
    lines = {line["line"]: line for line in control.lines(network.data)}
    assert list(lines) == ["uplink", "core-switch", "alpha-ct", "alpha-cm", "beta-ct", "beta-cm", "gamma-ct"]
    assert lines["beta-cm"]["state"] == "link"
    assert (lines["alpha-cm"]["state"], lines["alpha-cm"]["blocked"]) == ("silent", ["inward"])
    assert (lines["alpha-ct"]["state"], lines["alpha-ct"]["loss"], lines["alpha-ct"]["delay"]) == (
        "carrying",
        0.2,
        0.05,
    )


def test_an_unknown_line_is_answered_with_those_it_may_have_meant(network: Practice) -> None:
    with pytest.raises(LinewalkerError) as refused:
        control.cut(network.data, "alpha-c")
    assert str(refused.value) == "the practice network has no line alpha-c; did you mean alpha-ct, alpha-cm?"
    with pytest.raises(LinewalkerError) as refused:
        control.restore(network.data, "zzz")
    assert str(refused.value) == (
        "the practice network has no line zzz; its 7 lines are circuit ids, uplink and core-switch "
        "(linewalker lab lines lists them)"
    )


def test_a_loss_that_cannot_be_is_refused_before_it_is_sent(network: Practice) -> None:
    with pytest.raises(LinewalkerError, match=r"a loss of 1\.5 cannot be; expected a ratio from 0 to 1"):
        control.degrade(network.data, "alpha-ct", loss=1.5)


def test_a_second_network_in_the_same_directory_is_refused(network: Practice) -> None:
    with pytest.raises(
        LinewalkerError, match=r"another practice network runs in .*; stop it, or choose another"
    ):
        control.listen(network.data)


def test_where_no_network_runs_the_client_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(LinewalkerError) as refused:
        control.lines(tmp_path)
    assert str(refused.value) == (
        f"no practice network runs in {tmp_path}; start one with: linewalker demo --data {tmp_path}"
    )
