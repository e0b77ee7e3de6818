"""The clock against a source of time: a real chronyd, and servers whose answers must move nothing."""

import socket

import pytest

from probes.clock import SystemClock
from probes.reference import UnusableReplyError, ask
from tests.collector.clocks import SetClock
from tests.namespace import in_namespace, run
from tests.ntp import Source, chronyd

NEAR = 0.2  # a machine that is busy answers late; an offset is told within its error all the same


@in_namespace
@pytest.mark.parametrize("shift", [0.0, 3.0, -3.0, 86_400.0])
def test_a_clock_that_is_off_is_seen_to_be_by_a_real_server(shift: float) -> None:
    with chronyd("local stratum 8"):
        found = ask("127.0.0.1", SetClock(shift))
    assert found.offset == pytest.approx(shift, abs=NEAR)
    assert abs(found.offset - shift) <= found.error + 1e-4
    assert found.error < NEAR


@in_namespace
def test_a_server_of_the_other_ip_version_is_asked_alike() -> None:
    run("ip", "address", "add", "fd00::5/64", "dev", "lo", "nodad")
    with chronyd("local stratum 8"):
        assert ask("fd00::5", SetClock(3.0)).offset == pytest.approx(3.0, abs=NEAR)


@in_namespace
def test_a_real_server_that_has_no_source_itself_is_refused() -> None:
    with (
        chronyd(),
        pytest.raises(UnusableReplyError, match=r"its own clock is not set by anybody \(stratum 16\)"),
    ):
        ask("127.0.0.1", SystemClock())


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Source(stratum=16), "stratum 16"),
        (Source(stratum=0), "stratum 16"),
        (Source(leap=3), "its own clock is not set by anybody"),
    ],
)
def test_a_server_that_does_not_know_the_time_is_refused(source: Source, said: str) -> None:
    with source, pytest.raises(UnusableReplyError, match=said):
        ask("127.0.0.1", SystemClock(), port=source.port)


@pytest.mark.parametrize("source", [Source(mode=3), Source(cut_to=20), Source(repeats_us=False)])
def test_what_does_not_answer_our_question_is_passed_over(source: Source) -> None:
    with source, pytest.raises(TimeoutError):
        ask("127.0.0.1", SystemClock(), port=source.port, timeout=0.3)
    assert source.asked == 1


def test_a_flood_of_strange_answers_ends_the_question() -> None:
    with (
        Source(repeats_us=False, copies=20) as source,
        pytest.raises(UnusableReplyError, match="does not answer our question"),
    ):
        ask("127.0.0.1", SystemClock(), port=source.port)


def test_where_nobody_listens_it_is_an_error_of_the_system() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(OSError, match="refused"):
        ask("127.0.0.1", SystemClock(), port=port)


def test_the_error_holds_what_the_server_says_of_itself_and_half_the_way_there_and_back() -> None:
    with Source(root_delay=0.25, root_dispersion=0.5, late=[0.1]) as source:
        found = ask("127.0.0.1", SystemClock(), port=source.port)
    assert found.error >= 0.25 / 2 + 0.5 + 0.1 / 2
    assert abs(found.offset) <= 0.1 / 2 + NEAR


def test_the_seconds_of_the_server_begin_anew_in_2036() -> None:
    in_2040 = 2_208_988_800.0 - 1_750_000_000.0
    with Source(shift=in_2040) as source:
        found = ask("127.0.0.1", SetClock(in_2040 + 3.0), port=source.port)
    assert found.offset == pytest.approx(3.0, abs=NEAR)


class SetMeanwhile(SetClock):
    """A clock that somebody sets between the question and the answer."""

    looks = 0

    def wall(self) -> float:
        self.looks += 1
        self.shift = 60.0 if self.looks > 3 else 0.0
        return super().wall()


def test_an_answer_during_which_the_clock_was_set_counts_for_nothing() -> None:
    with Source() as source, pytest.raises(UnusableReplyError, match="the clock was set"):
        ask("127.0.0.1", SetMeanwhile(), port=source.port)
