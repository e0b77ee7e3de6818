"""One interface of a real agent whose tables we write: found by name, followed when renumbered, and counted."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from probes.columns import DOWN, UNKNOWN, UP, Answers, Octets, Targets
from probes.interface import INTERFACE, InterfaceSettings, open_interfaces
from probes.kind import IpAddress, Reference, WrongSettingError
from probes.rhythm import Rhythm
from probes.snmp import SnmpProber
from probes.snmp_interface import DEVICE_SILENT
from tests.probes.agents import COMMUNITY, PASSWORD, Snmpd, User, free_port, slowly, snmpd
from tests.probes.looking import eyes
from tests.probes.ports import HIGH, TABLE, UPTIME, Port, Router

QUICK = Rhythm(interval=4.0, retries=1, retry_after=0.4, timeout=1.2, fast=240.0, verdict=1.2)

LINE = Port("GigabitEthernet0/0/1", alias="haikou-ct", received=10**6, sent=2 * 10**6)
OTHER = Port("GigabitEthernet0/0/2", alias="haikou-cu")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    with snmpd(tmp_path_factory.mktemp("router"), {}, roots=(TABLE, HIGH)) as agent:
        yield agent


@pytest.fixture
def router(running: Snmpd, monkeypatch: pytest.MonkeyPatch) -> Router:
    monkeypatch.setenv("SNMP_COMMUNITY", COMMUNITY)
    found = Router(running)
    found.set(at1=LINE, at2=OTHER)
    return found


def settings(port: int, interface: str) -> InterfaceSettings:
    return InterfaceSettings(
        IpAddress("127.0.0.1"), port=port, community=Reference("env:SNMP_COMMUNITY"), interface=interface
    )


def by_user(port: int, user: User, interface: str) -> InterfaceSettings:
    return InterfaceSettings(
        IpAddress("127.0.0.1"),
        port=port,
        version="3",
        user=user.name,
        auth=user.auth,
        auth_password=Reference("env:SNMP_AUTH"),
        interface=interface,
    )


@contextmanager
def prober(asked: InterfaceSettings) -> Iterator[SnmpProber]:
    alone = Targets(("x",), (None,), np.zeros(1), np.zeros(1, np.bool_), (asked,))
    with eyes() as opened:
        opened_prober = open_interfaces(alone, QUICK, opened)
        try:
            yield opened_prober
        finally:
            opened_prober.close()


@dataclass(frozen=True)
class Told:
    outcome: int
    reason: str
    octets: Octets | None
    events: dict[str, float]


def ask(by: SnmpProber) -> Told:
    batches: list[Answers] = [*by.probe(np.zeros(1, np.bool_), opening=True)]
    (answers,) = [one for one in batches if len(one)]
    events = {dict(one.labels)["event"]: one.value for one in answers.readings.get(0, ()) if one.labels}
    return Told(int(answers.outcome[0]), answers.reason.get(0, ""), answers.octets.get(0), events)


@pytest.mark.parametrize("interface", ["GigabitEthernet0/0/1", "alias:haikou-ct", "index:1"])
def test_what_went_through_an_interface_is_told_between_two_rounds(router: Router, interface: str) -> None:
    with prober(settings(router.agent.port, interface)) as by:
        first = ask(by)
        router.set(at1=replace(LINE, received=10**6 + 500, sent=2 * 10**6 + 70), at2=OTHER)
        second = ask(by)
    assert (first.outcome, first.octets, first.events) == (UP, None, {"first": 2})
    assert second.octets is not None
    assert second.octets[1:4] == (500, 70, 10**8)
    assert 0 < second.octets.seconds < 10


@pytest.mark.parametrize("interface", ["GigabitEthernet0/0/1", "alias:haikou-ct", "index:1"])
def test_an_interface_with_another_index_is_followed_by_its_name(router: Router, interface: str) -> None:
    with prober(settings(router.agent.port, interface)) as by:
        ask(by)
        router.set(at1=replace(OTHER, received=9 * 10**9), at7=replace(LINE, received=10**6 + 500))
        told = ask(by)
    assert told.outcome == UP
    assert told.octets is not None
    assert told.octets.received == 500


@pytest.mark.parametrize(
    ("change", "outcome", "reason"),
    [
        ({"status": 2}, DOWN, "interface down"),
        ({"status": 2, "admin": 2}, DOWN, "interface switched off"),
        ({"status": 6}, DOWN, "interface not present"),
        ({"status": 7}, DOWN, "interface down (lower layer)"),
        ({"status": 5}, UNKNOWN, "the device does not say whether the interface is up"),
    ],
)
def test_how_an_interface_stands(router: Router, change: dict[str, int], outcome: int, reason: str) -> None:
    router.set(at1=replace(LINE, **change))  # type: ignore[arg-type]
    with prober(settings(router.agent.port, LINE.name)) as by:
        told = ask(by)
    assert (told.outcome, told.reason) == (outcome, reason)


def test_an_interface_that_is_not_there_is_unknown(router: Router) -> None:
    with prober(settings(router.agent.port, "Serial1/0")) as by:
        told = ask(by)
        assert (told.outcome, told.reason) == (UNKNOWN, "the device has no interface Serial1/0")
        router.set(at3=Port("Serial1/0"))
        assert ask(by).outcome == UP


def test_a_silent_device_says_nothing_of_the_line(router: Router) -> None:
    with prober(settings(free_port(), LINE.name)) as by:
        told = ask(by)
    assert (told.outcome, told.reason) == (UNKNOWN, DEVICE_SILENT)


def test_32_bits_that_wrap_are_counted_through_and_a_reset_is_not(router: Router) -> None:
    old = Port("Ethernet0", wide=False, megabits=10, received=2**32 - 100, sent=10**9)
    router.set(at1=old)
    with prober(replace(settings(router.agent.port, "Ethernet0"), version="1")) as by:
        ask(by)
        router.set(at1=replace(old, received=2**32 + 50, sent=10**9 + 7))
        wrapped = ask(by)
        router.set(at1=replace(old, received=5, sent=5))
        reset = ask(by)
    assert wrapped.octets is not None
    assert wrapped.octets[1:4] == (150, 7, 10**7)
    assert wrapped.events == {"first": 2, "wrapped": 1}
    assert reset.octets is None
    assert reset.events == {"first": 2, "wrapped": 1, "reset": 2}


def test_more_than_the_line_carries_is_not_told(router: Router) -> None:
    with prober(settings(router.agent.port, LINE.name)) as by:
        ask(by)
        router.set(at1=replace(LINE, received=10**12, sent=2 * 10**6 + 9))
        told = ask(by)
    assert told.octets is not None
    assert np.isnan(told.octets.received)
    assert told.octets.sent == 9
    assert told.events["spike"] == 1


def test_an_agent_that_was_started_anew_begins_to_count_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNMP_COMMUNITY", COMMUNITY)
    port, line = free_port(), replace(LINE, received=5)
    with prober(settings(port, LINE.name)) as by:
        with snmpd(tmp_path / "agent", LINE.objects(1), roots=(TABLE, HIGH), port=port):
            told = ask(by)
            time.sleep(5)  # longer than uptimes may be off by, or a restart could not be told
            ask(by)
        with snmpd(tmp_path / "agent", line.objects(1), roots=(TABLE, HIGH), port=port):
            again = ask(by)
    assert told.octets is None
    assert again.octets is None
    assert again.events.keys() - {"first"} <= {"restarted", "reset"}
    assert again.events.keys() - {"first"}


def test_what_an_interface_is_known_by() -> None:
    asked = settings(161, LINE.name)
    assert INTERFACE.address_of(asked) == "127.0.0.1/GigabitEthernet0/0/1"
    assert INTERFACE.address_of(replace(asked, known_as="core/uplink")) == "core/uplink"
    with pytest.raises(WrongSettingError, match="interface is missing"):
        settings(161, "")


def test_what_the_interface_says_of_itself_and_the_octets_a_second_are_told(router: Router) -> None:
    def figures(by: SnmpProber) -> dict[str, float]:
        (answers,) = [one for one in by.probe(np.zeros(1, np.bool_), opening=True) if len(one)]
        return {one.metric: one.value for one in answers.readings[0] if not one.labels}

    with prober(settings(router.agent.port, "GigabitEthernet0/0/1")) as by:
        first = figures(by)
        router.set(at1=replace(LINE, received=LINE.received + 500, sent=LINE.sent + 70, status=2), at2=OTHER)
        second = figures(by)
    assert (first["interface_up"], first["interface_enabled"], first["interface_speed_bits"]) == (1, 1, 10**8)
    assert first["interface_in_octets_total"] == LINE.received
    assert "interface_in_octets_per_second" not in first
    assert second["interface_up"] == 0
    assert second["interface_in_octets_total"] == LINE.received + 500
    assert second["interface_in_octets_per_second"] > 0
    ratio = second["interface_in_octets_per_second"] / second["interface_out_octets_per_second"]
    assert ratio == pytest.approx(500 / 70)
    assert "interface_in_errors_total" not in second  # this router does not count them


DISCARDING = replace(LINE, discards=(40, 7))


def test_discards_are_told_beside_the_octets_and_nothing_where_the_router_counts_none(router: Router) -> None:
    router.set(at1=DISCARDING)
    with prober(settings(router.agent.port, LINE.name)) as by:
        first = ask(by)
        router.set(at1=replace(DISCARDING, received=10**6 + 500, discards=(40, 12)))
        second = ask(by)
        router.set(at1=replace(LINE, received=10**6 + 900))
        third = ask(by)
    assert (first.octets, first.events) == (None, {"first": 4})
    assert second.octets is not None
    assert second.octets[1:] == (500, 0, 10**8, 0, 5)
    assert third.octets is not None
    assert third.octets.received == 400
    assert np.isnan(third.octets[4:]).all()


def test_discards_that_wrap_are_counted_through_and_those_that_were_cleared_are_not(router: Router) -> None:
    router.set(at1=replace(LINE, discards=(2**32 - 3, 9)))
    with prober(settings(router.agent.port, LINE.name)) as by:
        ask(by)
        router.set(at1=replace(LINE, discards=(2**32 + 2, 9)))
        wrapped = ask(by)
        router.set(at1=replace(LINE, discards=(1, 9)))  # says nothing of the octets
        cleared = ask(by)
        router.set(at1=replace(LINE, received=5, sent=5, discards=(1, 9)))  # octets alone: of discards, too
        all_cleared = ask(by)
    assert wrapped.octets is not None
    assert wrapped.octets[4:] == (5, 0)
    assert cleared.octets is not None
    assert cleared.octets.received == 0
    assert np.isnan(cleared.octets[4:]).all()  # whoever clears one counter clears the other
    assert all_cleared.octets is None
    assert all_cleared.events == {"first": 4, "wrapped": 1, "reset": 2 + 4}


def test_more_discards_than_the_line_has_packets_are_not_told(router: Router) -> None:
    router.set(at1=DISCARDING)
    with prober(settings(router.agent.port, LINE.name)) as by:
        ask(by)
        router.set(at1=replace(DISCARDING, discards=(40 + 10**9, 8)))
        told = ask(by)
    assert told.octets is not None
    assert np.isnan(told.octets.discards_in)
    assert (told.octets.sent, told.octets.discards_out) == (0, 1)
    assert told.events["spike"] == 1


def test_sysuptime_that_wraps_after_497_days_is_no_restart_and_one_that_falls_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNMP_COMMUNITY", COMMUNITY)
    with snmpd(tmp_path / "agent", {}, roots=(UPTIME, TABLE, HIGH)) as agent:
        router = Router(agent)
        router.set(at1=DISCARDING, uptime=2**32 - 50)
        with prober(settings(agent.port, LINE.name)) as by:
            ask(by)
            router.set(at1=replace(DISCARDING, received=10**6 + 500, discards=(41, 7)), uptime=40)
            wrapped = ask(by)
            router.set(at1=replace(DISCARDING, received=10**6 + 900, discards=(42, 7)), uptime=10**6)
            ask(by)
            router.set(at1=replace(DISCARDING, received=10**6 + 999, discards=(43, 7)), uptime=40)
            fallen = ask(by)
    assert wrapped.octets is not None
    assert (wrapped.octets.received, wrapped.octets.discards_in) == (500, 1)
    assert fallen.octets is None
    assert fallen.events == {"first": 4, "restarted": 8}


def test_an_interface_whose_device_is_too_slow_is_unknown_not_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each answer comes in time, but a session of version 3 takes several until anything is said of the line."""
    monkeypatch.setenv("SNMP_AUTH", PASSWORD)
    reader = User("reader", "SHA-1")
    with snmpd(tmp_path / "agent", {}, [reader], (TABLE, HIGH)) as agent, slowly(agent, 0.5) as way:
        Router(agent).set(at1=LINE)
        asked = by_user(way.port, reader, LINE.name)
        with prober(asked) as by:
            told = ask(by)
        assert (told.outcome, told.reason) == (UNKNOWN, DEVICE_SILENT)
        way.seconds = 0.0
        with prober(asked) as by:
            assert ask(by).outcome == UP
