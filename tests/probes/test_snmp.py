"""The probe against real agents: who lives, what is read, and that the dead and the slow delay nobody."""

import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from config.profiles import built_in
from probes.columns import DOWN, UNKNOWN, UP, Answers, Readings, Targets
from probes.kind import IpAddress, Reference, WrongSettingError
from probes.rhythm import Rhythm
from probes.snmp import SNMP, SnmpProber, SnmpSettings, WatchedAgent, open_devices
from probes.snmp_talk import RESTING
from tests.probes.agents import COMMUNITY, OTHER_PASSWORD, OURS, PASSWORD, Snmpd, User, free_port, snmpd
from tests.probes.looking import eyes

QUICK = Rhythm(interval=4.0, retries=1, retry_after=0.4, timeout=1.2, fast=240.0, verdict=1.2)
USER = User("reader", "SHA-256", "AES-128")


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    with snmpd(tmp_path_factory.mktemp("snmpd"), {f"{OURS}.1.1": ("integer", "1")}, [USER]) as running:
        yield running


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNMP_COMMUNITY", COMMUNITY)
    monkeypatch.setenv("SNMP_AUTH", PASSWORD)
    monkeypatch.setenv("SNMP_PRIVACY", OTHER_PASSWORD)


def settings(port: int, address: str = "127.0.0.1", community: str = "env:SNMP_COMMUNITY") -> SnmpSettings:
    return SnmpSettings(IpAddress(address), port=port, community=Reference(community))


def by_user(port: int) -> SnmpSettings:
    return SnmpSettings(
        IpAddress("::1"),
        port=port,
        version="3",
        user=USER.name,
        auth=USER.auth,
        auth_password=Reference("env:SNMP_AUTH"),
        privacy=USER.privacy,
        privacy_password=Reference("env:SNMP_PRIVACY"),
    )


def targets(asked: Sequence[SnmpSettings | WatchedAgent]) -> Targets:
    count = len(asked)
    return Targets(
        address=tuple(SNMP.address_of(one) for one in asked),
        source=tuple((one.settings if isinstance(one, WatchedAgent) else one).source for one in asked),
        phase=np.arange(count) / count,
        sentinel=np.zeros(count, np.bool_),
        settings=tuple(asked),
    )


@contextmanager
def prober(*asked: SnmpSettings | WatchedAgent, seeing: bool = True) -> Iterator[SnmpProber]:
    with eyes(seeing=seeing) as opened:
        opened_prober = open_devices(targets(asked), QUICK, opened)
        try:
            yield opened_prober
        finally:
            opened_prober.close()


class Heard:
    """What a round said of each target."""

    def __init__(self, batches: Sequence[Answers]) -> None:
        self.outcome: dict[int, int] = {}
        self.reason: dict[int, str] = {}
        self.rtt: dict[int, float] = {}
        self.readings: dict[int, Readings] = {}
        for answers in batches:
            for row, target in enumerate(answers.target.tolist()):
                self.outcome[target] = int(answers.outcome[row])
                self.reason[target] = answers.reason.get(row, "")
                self.rtt[target] = float(answers.rtt[row])
                self.readings[target] = answers.readings.get(row, Readings())

    def value(self, target: int, metric: str) -> float:
        (found,) = {one.value for one in self.readings[target] if one.metric == metric}
        return found


def ask(by: SnmpProber, *, opening: bool = True) -> Heard:
    return Heard([*by.probe(np.zeros(len(by.targets), np.bool_), opening=opening)])


def test_agents_that_answer_are_up_whatever_the_version(agent: Snmpd, secrets: None) -> None:
    with prober(settings(agent.port), by_user(agent.port), replace(settings(agent.port), version="1")) as by:
        for _ in range(2):  # the second time by sessions that were kept
            heard = ask(by)
            assert heard.outcome == {0: UP, 1: UP, 2: UP}
            assert all(0 < rtt < 1 for rtt in heard.rtt.values())


def test_nobody_there_is_down_and_delays_nobody(agent: Snmpd, secrets: None) -> None:
    dead = [settings(free_port()) for _ in range(20)]
    with prober(settings(agent.port), *dead, by_user(agent.port)) as by:
        heard = ask(by)
    assert [heard.outcome[row] for row in (0, 21)] == [UP, UP]
    assert {heard.outcome[row] for row in range(1, 21)} == {DOWN}


def test_silence_is_unknown_to_the_blind(secrets: None) -> None:
    with prober(settings(free_port()), seeing=False) as by:
        heard = ask(by)
    assert heard.outcome == {0: UNKNOWN}
    assert heard.reason == {0: "blind"}


def test_a_silent_agent_is_asked_less_often_and_at_once_again_when_it_was_heard(
    agent: Snmpd, secrets: None, tmp_path: Path
) -> None:
    port = free_port()
    with prober(settings(port)) as by:
        assert ask(by).outcome == {0: DOWN}
        seen = [ask(by, opening=False) for _ in range(3)]
        assert [heard.outcome[0] for heard in seen] == [DOWN, UNKNOWN, DOWN]
        assert seen[1].reason == {0: RESTING}
        with snmpd(tmp_path / "agent", {}, port=port):
            later = [ask(by, opening=False).outcome[0] for _ in range(5)]
    assert later == [UNKNOWN, UNKNOWN, UNKNOWN, UP, UP]


def test_what_an_agent_refuses_is_unknown_and_a_missing_secret_too(agent: Snmpd, secrets: None) -> None:
    wrong = replace(by_user(agent.port), auth_password=Reference("env:SNMP_COMMUNITY"))
    unset = settings(agent.port, community="env:SNMP_NOBODY_SET")
    with prober(wrong, unset, settings(agent.port)) as by:
        heard = ask(by)
    assert heard.outcome == {0: UNKNOWN, 1: UNKNOWN, 2: UP}
    assert heard.reason[0] == "the agent does not take these credentials"
    assert heard.reason[1] == "the secret env:SNMP_NOBODY_SET is not set or is empty"


def test_a_device_is_read_by_the_profiles_that_are_for_it(agent: Snmpd, secrets: None) -> None:
    with prober(WatchedAgent(settings(agent.port), built_in())) as by:
        heard = ask(by)
    readings = heard.readings[0]
    names = {one.metric for one in readings}
    # net-snmp says that it is one, so `linux` is for it, and nobody named it.
    assert {"device_uptime_seconds", "device_memory_size_bytes", "device_load", "interface_up"} <= names
    assert "device_sensor_value" not in names
    loopback = {one.metric: one.value for one in readings if ("interface", "lo") in one.labels}
    assert loopback["interface_up"] == 1
    assert loopback["interface_in_octets_total"] > 0
    assert heard.value(0, "device_broken_walks") == 0
    assert 0 < heard.value(0, "device_uptime_seconds") < 3600


def test_profiles_that_are_named_are_read_and_no_others(agent: Snmpd, secrets: None) -> None:
    with prober(WatchedAgent(replace(settings(agent.port), profiles=("host",)), built_in())) as by:
        names = {one.metric for one in ask(by).readings[0]}
    assert "device_storage_size_bytes" in names
    assert not any(name.startswith("interface_") for name in names)


class Halting:
    """Between the prober and an agent: passes on so many datagrams, and nothing after them."""

    def __init__(self, port: int, passes: int) -> None:
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind(("127.0.0.1", 0))
        self.front.settimeout(0.2)
        self.port = self.front.getsockname()[1]
        self.over = threading.Event()
        self._agent, self._left = ("127.0.0.1", port), passes
        self._thread = threading.Thread(target=self._pass_on)

    def __enter__(self) -> "Halting":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._thread.join()
        self.front.close()

    def _pass_on(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as back:
            back.settimeout(2)
            while not self.over.is_set():
                try:
                    request, asker = self.front.recvfrom(65535)
                except TimeoutError:
                    continue
                if self._left:
                    self._left -= 1
                    back.sendto(request, self._agent)
                    self.front.sendto(back.recv(65535), asker)


def test_the_rows_of_a_walk_that_breaks_off_are_kept(agent: Snmpd, secrets: None) -> None:
    with (
        Halting(agent.port, passes=4) as halting,
        prober(WatchedAgent(settings(halting.port), built_in())) as by,
    ):
        heard = ask(by)
    assert heard.outcome == {0: UP}
    names = {one.metric for one in heard.readings[0]}
    assert "device_uptime_seconds" in names
    assert "interface_enabled" in names
    assert "interface_out_discards_total" not in names
    assert heard.value(0, "device_broken_walks") > 0
    assert heard.rtt[0] < 1  # of the answer, not of the waiting after it


def test_no_secret_is_told(
    agent: Snmpd, secrets: None, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    asked = [settings(agent.port), by_user(agent.port), settings(free_port())]
    with prober(*asked) as by:
        heard = ask(by)
        shown = repr([by, by.targets, asked, vars(heard), *by._talks]) + str(by._talks)
    said = shown + caplog.text + "".join(capfd.readouterr())
    for secret in (COMMUNITY, PASSWORD, OTHER_PASSWORD):
        assert secret not in said


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"community": None}, "needs a community"),
        ({"version": "3"}, "needs a user"),
        ({"version": "3", "user": "u", "auth": "MD5"}, "auth needs a password"),
        ({"version": "3", "user": "u", "privacy": "DES"}, "privacy needs auth"),
        ({"port": 0}, "is not a port"),
        ({"max_repetitions": 0}, "cannot be max_repetitions"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, object], text: str) -> None:
    right = {"address": "192.0.2.1", "community": "env:X"}
    with pytest.raises(WrongSettingError, match=text):
        SnmpSettings(**(right | wrong))  # type: ignore[arg-type]
