"""From where agents are asked: a real agent that lets in one address only."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from probes.columns import DOWN, UNKNOWN, UP
from probes.credentials import Hidden
from probes.kind import Reference, Source, WrongSettingError
from probes.snmp import SnmpSettings
from probes.snmp_agent import SYS_UPTIME, Agent, Credentials, SilentError
from probes.snmp_engines import start
from probes.snmp_gufo import GufoSession, MasterKeys
from probes.snmp_pysnmp import PysnmpSession
from tests.probes.agents import COMMUNITY, OURS, Snmpd, User, snmpd
from tests.probes.test_snmp import ask, prober, settings

ALLOWED, OTHER = "127.0.0.5", "127.0.0.6"
WORD = "for-one-address-alone"
USER = User("reader", "SHA-256", "AES-128")


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    folder = tmp_path_factory.mktemp("snmpd")
    lines = [f"rocommunity {WORD} {ALLOWED}"]
    with snmpd(folder, {f"{OURS}.1.1": ("integer", "1")}, [USER], lines=lines) as running:
        yield running


def asked_from(agent: Snmpd, source: str | None, engine: str = "gufo") -> object:
    asked = replace(
        agent.agent(Credentials("2c", community=Hidden(WORD))), timeout=0.7, retries=0, source=source
    )

    async def read() -> object:
        session = GufoSession(asked, MasterKeys()) if engine == "gufo" else PysnmpSession(asked)
        try:
            rows = [value async for _, value in session.walk(f"{OURS}.1")]
            return (await session.get([SYS_UPTIME])).keys(), rows
        except SilentError:
            return "silent"
        finally:
            session.close()

    return asyncio.run(read())


@pytest.mark.parametrize("engine", ["gufo", "pysnmp"])
def test_an_agent_that_lets_in_one_address_is_asked_from_it(agent: Snmpd, engine: str) -> None:
    assert asked_from(agent, ALLOWED, engine) == ({SYS_UPTIME}, [1])
    assert asked_from(agent, OTHER, engine) == "silent"
    assert asked_from(agent, None, engine) == "silent"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_version_3_from_an_interface(agent: Snmpd, address: str) -> None:
    asked: Agent = replace(agent.agent(USER.credentials(), address), source="lo")

    async def read() -> object:
        session = start(asked, MasterKeys())
        assert isinstance(session, GufoSession)
        await session.open()
        try:
            return (await session.get([SYS_UPTIME])).keys()
        finally:
            session.close()

    assert asyncio.run(read()) == {SYS_UPTIME}


def test_no_descriptor_is_left_behind(agent: Snmpd) -> None:
    asked_from(agent, ALLOWED)
    before = len([*Path("/proc/self/fd").iterdir()])
    for _ in range(5):
        asked_from(agent, ALLOWED)
    assert len([*Path("/proc/self/fd").iterdir()]) <= before


def test_a_source_that_is_not_ours_is_unknown_with_its_reason(
    agent: Snmpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNMP_COMMUNITY", COMMUNITY)
    monkeypatch.setenv("SNMP_WORD", WORD)
    here = settings(agent.port, community="env:SNMP_WORD")
    wanted = [
        replace(here, source=Source(ALLOWED)),
        replace(here, source=Source(OTHER)),
        replace(here, source=Source("192.0.2.1")),
        replace(here, source=Source("nowhere0")),
    ]
    with prober(*wanted) as by:
        heard = ask(by)
    assert heard.outcome == {0: UP, 1: DOWN, 2: UNKNOWN, 3: UNKNOWN}
    assert heard.reason[2] == "source 192.0.2.1 is not an address of this machine"
    assert heard.reason[3] == "interface nowhere0 is not there"


def test_an_interface_is_no_source_for_what_only_the_other_engine_knows(tmp_path: Path) -> None:
    keys = {"version": "3", "user": "reader", "auth": "SHA-1", "auth_password": Reference("env:A")}
    secret = {"privacy": "3DES", "privacy_password": Reference("env:B")}
    address = settings(161).address
    with pytest.raises(WrongSettingError, match="eth1 cannot be the source where 3DES or a context is used"):
        SnmpSettings(address, **keys, **secret, source=Source("eth1"))  # type: ignore[arg-type]
    assert SnmpSettings(address, **keys, **secret, source=Source(ALLOWED)).source == ALLOWED  # type: ignore[arg-type]
