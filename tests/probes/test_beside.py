"""What goes over an interface beside a test, read from a real agent just before and just after it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from probes.beside import Beside
from probes.columns import Octets
from probes.interface import INTERFACE
from tests.probes.agents import COMMUNITY, PASSWORD, Slow, User, free_port, slowly, snmpd
from tests.probes.ports import HIGH, TABLE, Router
from tests.probes.test_snmp_interface import LINE, by_user, settings


async def two_looks(router: Router, port: int) -> tuple[Octets | None, Octets | None]:
    beside = Beside(settings(port, LINE.name))
    try:
        before = await beside.look()
        await asyncio.sleep(1.5)
        router.set(at1=replace(LINE, received=LINE.received + 500_000, sent=LINE.sent + 7_000))
        return before, await beside.look()
    finally:
        beside.close()


def test_the_second_look_tells_what_went_over_the_line_since_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNMP_COMMUNITY", COMMUNITY)
    with snmpd(tmp_path, {}, roots=(TABLE, HIGH)) as agent:
        router = Router(agent)
        router.set(at1=LINE)
        before, since = asyncio.run(two_looks(router, agent.port))
        assert before is None
        assert since is not None
        assert (since.received, since.sent) == (500_000, 7_000)
        assert since.seconds >= 1.5


def test_a_device_that_does_not_answer_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNMP_COMMUNITY", COMMUNITY)

    async def look() -> Octets | None:
        beside = Beside(settings(free_port(), LINE.name))
        try:
            return await beside.look()
        finally:
            beside.close()

    assert asyncio.run(look()) is None


def test_a_device_that_answers_too_slowly_costs_its_patience_and_nothing_is_known_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each answer comes in time, but a session of version 3 takes several until anything is said."""
    monkeypatch.setenv("SNMP_AUTH", PASSWORD)
    impatient = replace(INTERFACE, rhythm=replace(INTERFACE.rhythm, timeout=1.2))
    monkeypatch.setattr("probes.beside.INTERFACE", impatient)
    reader = User("reader", "SHA-1")

    async def looks(way: Slow) -> list[bool]:
        beside = Beside(by_user(way.port, reader, "index:1"))
        try:
            found = [await beside.look()]
            way.seconds = 0.0
            return [octets is not None for octets in (*found, await beside.look(), await beside.look())]
        finally:
            beside.close()

    with snmpd(tmp_path, {}, [reader], (TABLE, HIGH)) as agent, slowly(agent, 0.5) as way:
        Router(agent).set(at1=LINE)
        assert asyncio.run(looks(way)) == [False, False, True]  # the first look was none
