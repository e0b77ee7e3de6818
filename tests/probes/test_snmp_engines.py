"""Both engines against real net-snmp agents: whatever the version, the keys and the type, they read the same."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from probes.credentials import Hidden
from probes.snmp_agent import (
    SYS_UPTIME,
    Agent,
    AgentError,
    Credentials,
    RefusedError,
    Session,
    SilentError,
    Value,
    Version,
)
from probes.snmp_engines import start
from probes.snmp_gufo import GufoSession, MasterKeys, can_lead
from probes.snmp_pysnmp import PysnmpSession
from tests.probes.agents import OURS, Snmpd, User, free_port, silent, snmpd

# Everything SMIv2 has. BITS is an OCTET STRING on the wire, and Opaque wraps here the float 1.0.
OBJECTS = {
    f"{OURS}.1.1": ("integer", "-5"),
    f"{OURS}.1.2": ("integer", "-2147483648"),
    f"{OURS}.1.3": ("octet", "00 ff 80 0a"),
    f"{OURS}.1.4": ("string", ""),
    f"{OURS}.1.5": ("octet", "a0 01"),
    f"{OURS}.1.6": ("counter64", "18446744073709551615"),
    f"{OURS}.1.7": ("opaque", "9f 78 04 3f 80 00 00"),
    f"{OURS}.1.8": ("ipaddress", "10.1.2.3"),
    f"{OURS}.1.9": ("timeticks", "4294967295"),
    f"{OURS}.1.10": ("objectid", ".1.3.6.1.4.1"),
    f"{OURS}.1.11": ("gauge", "4294967295"),
    f"{OURS}.1.12": ("counter", "4294967295"),
    f"{OURS}.1.13": ("counter64", "0"),
    f"{OURS}.1.14": ("octet", "b5 e7 c2 b7"),
    f"{OURS}.2.1.1": ("integer", "1"),
    f"{OURS}.2.1.4294967295": ("integer", "2"),
}
VALUES: dict[str, Value] = {
    f"{OURS}.1.1": -5,
    f"{OURS}.1.2": -2147483648,
    f"{OURS}.1.3": b"\x00\xff\x80\n",
    f"{OURS}.1.4": b"",
    f"{OURS}.1.5": b"\xa0\x01",
    f"{OURS}.1.6": 2**64 - 1,
    f"{OURS}.1.7": b"\x9f\x78\x04\x3f\x80\x00\x00",
    f"{OURS}.1.8": "10.1.2.3",
    f"{OURS}.1.9": 2**32 - 1,
    f"{OURS}.1.10": "1.3.6.1.4.1",
    f"{OURS}.1.11": 2**32 - 1,
    f"{OURS}.1.12": 2**32 - 1,
    f"{OURS}.1.13": 0,
    f"{OURS}.1.14": "电路".encode("gbk"),
    f"{OURS}.2.1.1": 1,
    f"{OURS}.2.1.4294967295": 2,
}
# Version 1 has no 64-bit counters, RFC 1157; an agent passes over them (RFC 3584 §4.2.2.1).
VALUES_OF_VERSION_1 = {oid: value for oid, value in VALUES.items() if OBJECTS[oid][0] != "counter64"}

USERS = [
    User("nobody"),
    *(User(f"auth{auth}", auth) for auth in ("MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512")),
    User("md5des", "MD5", "DES"),
    User("shades", "SHA-1", "DES"),
    User("md5aes", "MD5", "AES-128"),
    User("shaaes", "SHA-1", "AES-128"),
    User("sha224aes", "SHA-224", "AES-128"),
    User("sha256aes192", "SHA-256", "AES-192"),
    User("sha384aes256", "SHA-384", "AES-256"),
    User("sha512aes256c", "SHA-512", "AES-256-C"),
    User("shaaes192", "SHA-1", "AES-192"),
    User("shaaes256", "SHA-1", "AES-256"),
    User("md5aes192c", "MD5", "AES-192-C"),
    User("shaaes256c", "SHA-1", "AES-256-C"),
]
Engine = Callable[[Agent], Session]
ENGINES: dict[str, Engine] = {"gufo": lambda agent: GufoSession(agent, MasterKeys()), "pysnmp": PysnmpSession}


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    with snmpd(tmp_path_factory.mktemp("snmpd"), OBJECTS, USERS) as running:
        yield running


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


async def walked(session: Session, oid: str) -> dict[str, Value]:
    return {name: value async for name, value in session.walk(oid)}


def read(engine: Engine, agent: Agent, *oids: str, below: str = OURS) -> list[dict[str, Value]]:
    """What a GET of these objects and a walk below one bring."""

    async def ask() -> list[dict[str, Value]]:
        session = engine(agent)
        try:
            await session.open()
            return [await session.get(oids or list(VALUES)), await walked(session, below)]
        finally:
            session.close()

    return asyncio.run(ask())


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("user", USERS, ids=lambda user: user.name)
def test_both_engines_read_every_type_with_every_kind_of_key(agent: Snmpd, user: User, address: str) -> None:
    with_keys = agent.agent(user.credentials(), address)
    assert can_lead(with_keys.credentials)
    for engine in ENGINES.values():
        got, found = read(engine, with_keys)
        assert got == VALUES
        assert found == VALUES


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
@pytest.mark.parametrize(("version", "values"), [("1", VALUES_OF_VERSION_1), ("2c", VALUES)])
def test_both_engines_read_every_type_by_community(
    agent: Snmpd, engine: Engine, version: Version, values: dict[str, Value], address: str
) -> None:
    got, found = read(engine, agent.agent(version, address))
    assert got == values
    assert found == values


@pytest.mark.parametrize("version", ["1", "2c"])
def test_what_the_agent_does_not_have_is_left_out(agent: Snmpd, engine: Engine, version: Version) -> None:
    missing_object, missing_row, outside = f"{OURS}.7.1", f"{OURS}.2.1.7", "1.3.6.1.9.9.0"
    asked = (missing_object, f"{OURS}.1.1", missing_row, f"{OURS}.1.3", outside)
    got, found = read(engine, agent.agent(version), *asked, below=f"{OURS}.7")
    assert got == {f"{OURS}.1.1": -5, f"{OURS}.1.3": b"\x00\xff\x80\n"}
    assert found == {}


@pytest.mark.parametrize("version", ["1", "2c"])
def test_a_walk_ends_where_the_agent_ends(agent: Snmpd, engine: Engine, version: Version) -> None:
    last_of_all = "1.3.6.1.6.3.16.1.5"  # vacmMIBViews, behind which snmpd has nothing more
    _, found = read(engine, agent.agent(version), SYS_UPTIME, below=last_of_all)
    assert found
    assert all(oid.startswith(last_of_all) for oid in found)


def test_both_engines_walk_the_whole_agent_alike(agent: Snmpd) -> None:
    for version in ("1", "2c"):
        one, other = (
            read(engine, agent.agent(version), below="1.3.6.1.2.1.1")[1] for engine in ENGINES.values()
        )
        moving = {SYS_UPTIME}
        assert {k: v for k, v in one.items() if k not in moving} == {
            k: v for k, v in other.items() if k not in moving
        }
        assert len(one) > 5


def test_nobody_there_is_silence(agent: Snmpd, engine: Engine) -> None:
    with pytest.raises(SilentError, match="no answer"):
        read(engine, silent(agent.agent(), free_port()))


def test_a_wrong_community_is_silence(agent: Snmpd, engine: Engine) -> None:
    wrong = Credentials("2c", community=Hidden("wrong"))
    with pytest.raises(SilentError):
        read(engine, silent(agent.agent(wrong), agent.port))


@pytest.mark.parametrize(
    "wrong",
    [
        Credentials("3", user="unheard-of"),
        Credentials("3", user="authSHA-1", auth="SHA-1", auth_password=Hidden("not-the-password")),
    ],
    ids=["user", "password"],
)
def test_wrong_keys_are_refused_and_not_told(agent: Snmpd, engine: Engine, wrong: Credentials) -> None:
    with pytest.raises(RefusedError) as told:
        read(engine, agent.agent(wrong))
    assert "not-the-password" not in repr(told.value) + str(wrong) + repr(agent.agent(wrong))


def test_a_wrong_password_of_privacy_is_no_answer_of_use(agent: Snmpd, engine: Engine) -> None:
    user = User("shaaes", "SHA-1", "AES-128").credentials()
    wrong = Credentials(
        "3",
        user=user.user,
        auth=user.auth,
        auth_password=user.auth_password,
        privacy=user.privacy,
        privacy_password=Hidden("not-the-password"),
    )
    with pytest.raises(AgentError):
        read(engine, agent.agent(wrong))


def test_gufo_leads_wherever_it_can_and_pysnmp_the_rest(agent: Snmpd) -> None:
    user = User("shaaes", "SHA-1", "AES-128").credentials()
    triple = Credentials("3", user="x", auth="MD5", privacy="3DES")
    elsewhere = Credentials("3", user="x", context="vrf-1")
    assert isinstance(start(agent.agent(user), MasterKeys()), GufoSession)
    assert isinstance(start(agent.agent(triple), MasterKeys()), PysnmpSession)
    assert isinstance(start(agent.agent(elsewhere), MasterKeys()), PysnmpSession)


def test_an_agent_that_was_started_anew_is_read_in_a_new_conversation(tmp_path: Path) -> None:
    """Version 3 counts an agent's starts; what a session learned of it before no longer holds."""
    user = User("shaaes", "SHA-1", "AES-128")
    asked, keys = f"{OURS}.1.1", MasterKeys()

    async def ask(agent: Agent) -> dict[str, Value]:
        session = GufoSession(agent, keys)
        with snmpd(tmp_path / "agent", OBJECTS, [user], port=agent.port):
            await session.open()
            assert await session.get([asked]) == {asked: -5}
        with snmpd(tmp_path / "agent", OBJECTS, [user], port=agent.port):
            with pytest.raises(AgentError):
                await session.get([asked])
            again = GufoSession(agent, keys)
            await again.open()
            return await again.get([asked])

    agent = Agent("127.0.0.1", user.credentials(), port=free_port(), timeout=1.0)
    assert asyncio.run(ask(agent)) == {asked: -5}
