"""A session goes on listening between two requests: what comes late keeps nobody busy, and what is let go is gone."""

import asyncio
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from probes.snmp_agent import SYS_UPTIME, SilentError
from probes.snmp_gufo import GufoSession, MasterKeys
from tests.probes.agents import Snmpd, snmpd


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    with snmpd(Path(tmp_path_factory.mktemp("agent")), {}) as agent:
        yield agent


def test_an_answer_that_comes_too_late_does_not_keep_the_loop_busy(running: Snmpd) -> None:
    async def ask() -> float:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as late:
            late.bind(("127.0.0.1", 0))
            port = late.getsockname()[1]
            agent = replace(running.agent(), port=port, timeout=0.2)
            session = GufoSession(agent, MasterKeys())
            with pytest.raises(SilentError):
                await session.get([SYS_UPTIME])
            question, asker = late.recvfrom(2048)
            late.sendto(question, asker)
            before = time.thread_time()
            await asyncio.sleep(1.0)
            spent = time.thread_time() - before
            session.close()
            return spent

    assert asyncio.run(ask()) < 0.3


def test_a_session_is_asked_again_and_again(running: Snmpd) -> None:
    async def ask() -> list[int]:
        session = GufoSession(running.agent(), MasterKeys())
        found = [len(await session.get([SYS_UPTIME])) for _ in range(3)]
        session.close()
        return found

    assert asyncio.run(ask()) == [1, 1, 1]


def test_a_new_session_in_place_of_one_that_was_closed_is_heard(running: Snmpd) -> None:
    async def ask() -> int:
        answered = 0
        for _ in range(5):  # each gets the descriptor of the one before it
            session = GufoSession(running.agent(), MasterKeys())
            answered += len(await session.get([SYS_UPTIME]))
            session.close()
        return answered

    assert asyncio.run(ask()) == 5
