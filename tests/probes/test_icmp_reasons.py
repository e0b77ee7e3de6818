"""Why somebody is silent: ICMP errors, and what the kernel refuses to send."""

import sys
from pathlib import Path

import pytest

from probes.sockets import Kind
from tests.namespace import Host, in_namespace, run, sysctl
from tests.probes.asking import DOWN, UNKNOWN, UP, Row, ask, prober, targets

KIND = pytest.mark.parametrize("kind", ["raw", "datagram"])
RESPONDER = str(Path(__file__).with_name("responder.py"))


def first_answer(address: str, kind: Kind) -> Row:
    """What is said first of this address, beside a healthy one and a sentinel that answers."""
    sysctl("net.ipv4.ping_group_range", "0 0")
    asked = targets([address, "127.0.0.5"], sentinels=["127.0.0.1"])
    with prober(asked, kinds=(kind,)) as by:
        heard = ask(by, asked)
    assert heard.only("127.0.0.5").outcome == UP
    return heard.of(address)[0]


@KIND
@in_namespace
def test_an_ipv6_router_that_says_no_route_is_quoted(kind: Kind) -> None:
    with Host("far", "fd00:1::1/64", "fd00:1::2/64") as far:
        far.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1")
        far.run("ip", "route", "add", "unreachable", "fd00:5::/64")
        run("ip", "route", "add", "fd00:5::/64", "via", "fd00:1::2")
        row = first_answer("fd00:5::7", kind)
    assert row.outcome == DOWN
    assert row.reason.endswith(" from fd00:1::2")


@KIND
@in_namespace
def test_errors_are_quoted_and_never_blamed_on_a_healthy_target(kind: Kind) -> None:
    sysctl("net.ipv4.ping_group_range", "0 0")
    dead = [f"10.5.0.{n}" for n in range(1, 40)]
    healthy = [f"127.0.1.{n}" for n in range(1, 40)]
    asked = targets(
        [name for pair in zip(dead, healthy, strict=True) for name in pair], sentinels=["127.0.0.1"]
    )
    with Host("far") as far:
        # The responder complains of every packet, and quotes no more than 8 bytes of it.
        far.answer(False)
        far.run("ip", "route", "add", "local", "10.5.0.0/24", "dev", "lo")
        run("ip", "route", "add", "10.5.0.0/24", "via", "10.0.0.2")
        with far.running(sys.executable, RESPONDER, "errors:10.0.0.2"), prober(asked, kinds=(kind,)) as by:
            rounds = [ask(by, asked), ask(by, asked, opening=False)]
    for heard in rounds:
        for name in dead:
            assert (heard.of(name)[0].outcome, heard.of(name)[0].reason) == (
                DOWN,
                "host unreachable from 10.0.0.2",
            )
        for name in healthy:
            (row,) = heard.of(name)
            assert (row.outcome, row.answered, row.reason) == (UP, 0, "")


# address: source, verdict, reason
REFUSED = {
    "203.0.113.5": (None, DOWN, "no route"),
    "198.51.100.1": (None, DOWN, "no route"),  # a blackhole
    "192.0.2.1": (None, UNKNOWN, "not permitted"),  # a route that prohibits
    "127.0.0.2": ("10.9.9.9", UNKNOWN, "source 10.9.9.9 is not an address of this machine"),
    "127.0.0.3": ("uplink7", UNKNOWN, "interface uplink7 is not there"),
    "127.0.0.4": ("fd00::9", UNKNOWN, "source fd00::9 is of another address family"),
    "::1": ("fd00::9", UNKNOWN, "source fd00::9 is not an address of this machine"),
    "2001:db8::1": (None, DOWN, "no route"),
    "router.example": (None, UNKNOWN, "router.example is not an IP address"),
}


@KIND
@in_namespace
def test_what_the_kernel_refuses_is_down_only_where_the_network_is_to_blame(kind: Kind) -> None:
    sysctl("net.ipv4.ping_group_range", "0 0")
    run("ip", "route", "add", "blackhole", "198.51.100.0/24")
    run("ip", "route", "add", "prohibit", "192.0.2.0/24")
    sources = {address: source for address, (source, _, _) in REFUSED.items() if source}
    asked = targets(list(REFUSED), sentinels=["127.0.0.1"], sources=sources)
    with prober(asked, kinds=(kind,)) as by:
        heard = ask(by, asked)
    assert heard.only("127.0.0.1").outcome == UP
    for address, (_, outcome, reason) in REFUSED.items():
        row = heard.of(address)[0]
        assert (row.address, row.outcome, row.reason) == (address, outcome, reason)
        assert len(row.sent) == 3


@in_namespace
def test_without_any_sentinel_silence_is_unknown() -> None:
    asked = targets(["203.0.113.5"])
    with prober(asked) as by:
        (row,) = ask(by, asked).rows
    assert (row.outcome, row.reason) == (UNKNOWN, "no sentinel to compare with")


@in_namespace
def test_a_full_send_buffer_is_ours_and_nobody_is_down_for_it() -> None:
    """Packets to hosts that do not exist wait 3 s for a neighbour and fill a buffer of 16 kB meanwhile."""
    healthy = [f"127.0.1.{n}" for n in range(1, 60)]
    asked = targets([*(f"10.0.0.{n}" for n in range(100, 250)), *healthy], sentinels=["127.0.0.1"])
    with Host("far"), prober(asked, buffer_bytes=8192) as by:
        heard = ask(by, asked)
    assert "no buffer" in {row.reason for row in heard.rows}
    assert {row.outcome for name in healthy for row in heard.of(name)} <= {UP, UNKNOWN}
    assert {row.outcome for row in heard.rows if row.reason == "no buffer"} == {UNKNOWN}
