"""Everybody answers: nobody is lost, by any kind of socket, in either family, and icmplib agrees."""

import asyncio

import icmplib
import pytest

from probes.sockets import Kind
from tests.namespace import Host, in_namespace, run, sysctl
from tests.probes.asking import UP, ask, prober, targets

KIND = pytest.mark.parametrize("kind", ["raw", "datagram"])


def allow_datagrams() -> None:
    sysctl("net.ipv4.ping_group_range", "0 0")


@KIND
@in_namespace
def test_a_sweep_of_ten_thousand_loses_nothing(kind: Kind) -> None:
    allow_datagrams()
    everybody = targets([f"127.1.{n // 250}.{n % 250 + 1}" for n in range(10_000)], sentinels=["127.0.0.1"])
    with prober(everybody, kinds=(kind,)) as by:
        heard = ask(by, everybody)
    assert {row.address for row in heard.rows if row.outcome == UP} == set(everybody.address)
    assert len(heard.rows) == 10_001
    assert sum(row.answered > 0 for row in heard.rows) == 0
    assert not heard.sights


@KIND
@in_namespace
def test_every_answer_tells_when_it_was_asked_and_when_it_came(kind: Kind) -> None:
    allow_datagrams()
    asked = targets(["127.0.0.2", "127.0.0.3"], sentinels=["127.0.0.1"])
    with prober(asked, kinds=(kind,)) as by:
        heard = ask(by, asked)
    assert len(heard.rows) == 3
    for row in heard.rows:
        assert (row.outcome, row.answered, len(row.sent), row.regular) == (UP, 0, 1, True)
        assert row.sent[0] < row.received_at < row.sent[0] + 0.1
        assert row.rtt == pytest.approx(row.received_at - row.sent[0], abs=1e-6)


@KIND
@in_namespace
def test_ipv4_and_ipv6_are_asked_in_one_round(kind: Kind) -> None:
    allow_datagrams()
    six = [f"fd00::{n:x}" for n in range(1, 200)]
    for address in six:
        run("ip", "address", "add", f"{address}/128", "dev", "lo", "nodad")
    asked = targets(["::1", "127.0.0.2", *six], sentinels=["127.0.0.1"])
    with prober(asked, kinds=(kind,)) as by:
        heard = ask(by, asked)
    assert [row.address for row in heard.rows if row.outcome != UP] == []
    assert {row.address for row in heard.rows} == set(asked.address)


@in_namespace
def test_icmplib_sees_the_same_hosts_alive_and_dead() -> None:
    with Host("far") as far:
        for n in range(3, 40):
            far.run("ip", "address", "add", f"10.0.0.{n}/24", "dev", "wire")
        addresses = [f"10.0.0.{n}" for n in range(2, 60)]
        asked = targets(addresses, sentinels=["127.0.0.1"])
        with prober(asked) as by:
            heard = ask(by, asked)
        peers = asyncio.run(icmplib.async_multiping(addresses, count=1, timeout=1, concurrent_tasks=60))
    alive = {host.address for host in peers if host.is_alive}
    assert alive == {f"10.0.0.{n}" for n in range(2, 40)}
    assert {row.address for row in heard.rows if row.outcome == UP and row.regular} == alive | {"127.0.0.1"}


@KIND
@in_namespace
def test_packets_leave_by_the_source_address_asked_for(kind: Kind) -> None:
    allow_datagrams()
    with Host("far") as far:
        run("ip", "address", "add", "10.0.0.9/24", "dev", "far")
        far.run("ip", "rule", "add", "from", "10.0.0.2", "to", "10.0.0.1", "table", "66")
        far.run("ip", "route", "add", "blackhole", "default", "table", "66")
        far.run("ip", "address", "add", "10.0.0.3/24", "dev", "wire")
        far.run("ip", "rule", "add", "from", "10.0.0.3", "to", "10.0.0.1", "table", "66")
        asked = targets(["10.0.0.2", "10.0.0.3"], sentinels=["127.0.0.1"], sources={"10.0.0.2": "10.0.0.9"})
        with prober(asked, kinds=(kind,)) as by:
            heard = ask(by, asked)
    # The far host can only answer 10.0.0.9; from 10.0.0.1, which the kernel would choose, there is no way back.
    assert heard.only("10.0.0.2").outcome == UP
    assert all(row.outcome != UP for row in heard.of("10.0.0.3"))


@KIND
@in_namespace
def test_packets_leave_by_the_interface_asked_for(kind: Kind) -> None:
    allow_datagrams()
    with Host("left") as left, Host("right") as right:
        for host in (left, right):
            host.run("ip", "address", "add", "10.9.9.9/32", "dev", "lo")
        run("ip", "route", "add", "10.9.9.9", "via", "10.0.0.2", "dev", "left")
        run("ip", "route", "add", "10.9.9.9", "via", "10.0.0.2", "dev", "right", "metric", "9")
        left.answer(False)
        asked = targets(["10.9.9.9"], sentinels=["127.0.0.1"], sources={"10.9.9.9": "right"})
        with prober(asked, kinds=(kind,)) as by:
            heard = ask(by, asked)
    assert heard.only("10.9.9.9").outcome == UP


@KIND
@in_namespace
def test_ipv6_sources_are_honoured(kind: Kind) -> None:
    allow_datagrams()
    with Host("far", "fd00:1::1/64", "fd00:1::2/64") as far:
        run("ip", "address", "add", "fd00:1::9/64", "dev", "far", "nodad")
        far.run("ip", "address", "add", "fd00:1::3/64", "dev", "wire", "nodad")
        far.run("ip", "-6", "route", "add", "blackhole", "fd00:1::1/128")
        far.run("ip", "-6", "route", "add", "unreachable", "default", "metric", "1")
        sources = {"fd00:1::2": "fd00:1::9"}
        asked = targets(["fd00:1::2"], sentinels=["127.0.0.1"], sources=sources)
        with prober(asked, kinds=(kind,)) as by:
            assert ask(by, asked).only("fd00:1::2").outcome == UP
        by_interface = targets(["fd00:1::2"], sentinels=["::1"], sources={"fd00:1::2": "far"})
        with prober(by_interface, kinds=(kind,)) as by:
            heard = ask(by, by_interface)
            assert {row.address for row in heard.rows} == {"fd00:1::2", "::1"}
