"""BFD sessions, OSPF and BGP neighbours of a router, read from a real agent whose tables have their shape."""

import time
from collections.abc import Iterator

import pytest

from probes import PROBERS
from probes.bfd import BfdSettings
from probes.columns import DOWN, UNKNOWN, UP
from probes.kind import IpAddress, WrongSettingError
from probes.neighbour import NeighbourSettings
from probes.router_said import MUTE
from tests.probes.agents import COMMUNITY
from tests.probes.routers import FAR, PORT, Router, ask, line_with, reading, router, run

ELSEWHERE = {
    "HUAWEI-BFD-MIB": "1.3.6.1.4.1.2011.5.25.38",
    "HH3C-BFD-STD-MIB": "1.3.6.1.4.1.25506.2.72",
    "CISCO-IETF-BFD-MIB": "1.3.6.1.4.1.9.10.137",
    "BFD-STD-MIB": "1.3.6.1.2.1.222",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Router]:
    with router(tmp_path_factory.mktemp("router")) as found:
        time.sleep(7)  # so that sysUpTime has come past what the lines below remember
        yield found


@pytest.fixture(autouse=True)
def shown(running: Router, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SNMP_COMMUNITY", COMMUNITY)
    yield
    running.hidden, running.extra = (), {}


def only(running: Router, mib: str) -> None:
    """The router has no sessions but in this MIB."""
    running.hidden = tuple(place for name, place in ELSEWHERE.items() if name != mib)


@pytest.mark.parametrize("mib", ELSEWHERE)
def test_a_session_says_up_and_down_at_once_and_since_when(running: Router, mib: str) -> None:
    only(running, mib)
    with reading(running.agent.port, "bfd", peer=FAR, interface=PORT) as by:
        line = line_with(*(True,) * 6)
        running.says(line)
        up = ask(by)
        for _ in range(3):
            line = run(line, time.time(), heard=False)
        running.says(line)
        down = ask(by)
    assert (up.outcome, up.reason) == (UP, "")
    assert (down.outcome, down.reason) == (DOWN, "BFD session down")
    assert up.statement is not None
    assert down.statement is not None
    if mib == "HUAWEI-BFD-MIB":  # says how often, and not since when by a clock that can be compared
        assert (up.statement.changes, down.statement.changes) == (0, 1)
    else:
        assert up.statement.lasted == pytest.approx(6, abs=2)
        assert down.statement.lasted == pytest.approx(0, abs=2)
        assert down.age == pytest.approx(down.statement.lasted, abs=1)


@pytest.mark.parametrize("mib", ELSEWHERE)
def test_a_session_over_another_interface_says_nothing_of_the_line(running: Router, mib: str) -> None:
    only(running, mib)
    running.says(line_with(True))
    with reading(running.agent.port, "bfd", peer=FAR, interface="line3") as by:
        told = ask(by)
    assert told.outcome == UNKNOWN
    assert told.reason == f"the router's test goes through {PORT}, expected line3"


def test_a_session_that_is_not_there_is_unknown_and_so_is_one_that_is_switched_off(running: Router) -> None:
    running.says(line_with(True))
    with reading(running.agent.port, "bfd", peer="10.64.0.6") as by:
        assert ask(by).reason == "the router has no BFD session with 10.64.0.6"
    only(running, "BFD-STD-MIB")
    running.extra = {"1.3.6.1.2.1.222.1.2.1.11.12": ("integer", "1")}
    running.says(line_with(True))
    with reading(running.agent.port, "bfd", peer=FAR) as by:
        told = ask(by)
    assert (told.outcome, told.reason) == (UNKNOWN, "BFD session switched off")


def test_the_session_of_that_name_is_meant_where_names_are_given(running: Router) -> None:
    running.says(line_with(True))
    with reading(running.agent.port, "bfd", peer=FAR, session="haikou-ct") as by:
        assert ask(by).outcome == UP
    only(running, "HUAWEI-BFD-MIB")
    running.says(line_with(True))
    with reading(running.agent.port, "bfd", peer=FAR, session="sanya-ct") as by:
        assert ask(by).outcome == UNKNOWN


def test_a_session_that_is_up_and_hears_nothing_is_unknown(running: Router) -> None:
    line = line_with(*(True,) * 6)
    with reading(running.agent.port, "bfd", peer=FAR, fresh=1.5) as by:
        running.says(line)
        assert ask(by).outcome == UP
        time.sleep(2)
        running.says(run(line, time.time(), heard=True))
        assert ask(by).outcome == UP
        time.sleep(2)
        told = ask(by)
    assert (told.outcome, told.reason) == (UNKNOWN, MUTE)


def test_an_ospf_neighbour_that_leaves_the_table_is_down(running: Router) -> None:
    line = line_with(True, True)
    with reading(running.agent.port, "neighbour", protocol="ospf", neighbour=FAR) as by:
        running.says(line)
        assert (ask(by).outcome, ask(by).outcome) == (UP, UP)
        for _ in range(10):
            line = run(line, time.time(), heard=False)
        running.says(line)
        gone = ask(by)
        running.says(run(line, time.time(), heard=True))
        back = ask(by)
    assert (gone.outcome, gone.reason) == (DOWN, "neighbour gone")
    assert back.outcome == UP
    assert back.statement is None  # its count of events begins anew with each neighbour that appears


def test_an_ospf_neighbour_that_was_never_seen_is_unknown(running: Router) -> None:
    running.says(line_with(True))
    with reading(running.agent.port, "neighbour", protocol="ospf", neighbour="10.64.0.6") as by:
        told = ask(by)
    assert (told.outcome, told.reason) == (UNKNOWN, "the router has no neighbour 10.64.0.6")


def test_where_ospf_does_not_run_any_more_no_neighbour_is_down(running: Router) -> None:
    line = line_with(True, True)
    with reading(running.agent.port, "neighbour", protocol="ospf", neighbour=FAR) as by:
        running.says(line)
        ask(by)
        ask(by)
        running.hidden = ("1.3.6.1.2.1.14",)
        running.says(line)
        assert ask(by).outcome == UNKNOWN


def test_a_bgp_peer_says_for_how_long(running: Router) -> None:
    line = line_with(*(True,) * 6)
    with reading(running.agent.port, "neighbour", protocol="bgp", neighbour=FAR) as by:
        running.says(line)
        up = ask(by)
        for _ in range(10):
            line = run(line, time.time(), heard=False)
        running.says(line)
        down = ask(by)
    assert (up.outcome, down.outcome) == (UP, DOWN)
    assert up.statement is not None
    assert up.statement.lasted == pytest.approx(6, abs=1.5)


def test_a_bgp_peer_that_is_switched_off_is_unknown(running: Router) -> None:
    running.extra = {f"1.3.6.1.2.1.15.3.1.3.{FAR}": ("integer", "1")}
    running.says(line_with(True))
    with reading(running.agent.port, "neighbour", protocol="bgp", neighbour=FAR) as by:
        told = ask(by)
    assert (told.outcome, told.reason) == (UNKNOWN, "neighbour switched off")


def test_by_what_sessions_and_neighbours_are_known() -> None:
    peer = IpAddress(FAR)
    assert PROBERS["bfd"].address_of(BfdSettings("core", peer, interface=PORT)) == f"core/{PORT}/{FAR}"
    assert PROBERS["neighbour"].address_of(NeighbourSettings("core", "ospf", peer)) == f"core/ospf/{FAR}"
    with pytest.raises(WrongSettingError, match="IPv4"):
        NeighbourSettings("core", "ospf", IpAddress("2001:db8::2"))
