"""TCP ports asked for real: what answers, refuses, hangs, breaks off, and what silence means."""

import socket
import time

import pytest

from probes.kind import IpAddress, Source, WrongSettingError
from probes.tcp import TCP, TcpSettings
from tests.probes.asking import DOWN, UNKNOWN, UP
from tests.probes.listeners import HOME, Serve, drip, echo, free_port, hang, listening, reset, say
from tests.probes.looking import eyes
from tests.probes.talks import BRIEF, hear


def port(number: int, *, send: str = "", expect: str = "") -> TcpSettings:
    return TcpSettings(IpAddress(HOME), number, send=send, expect=expect)


def test_a_port_that_takes_connections_is_up_and_says_how_long_that_took() -> None:
    with listening(hang) as number:
        told = hear(TCP, [port(number)])
    assert told.how == (UP, "")
    row, (values,) = told.row, told.values
    assert 0 < values["connect_seconds"] <= row.rtt < BRIEF.timeout
    assert (row.answered, len(row.sent), row.regular) == (0, 1, True)
    assert abs(row.received_at - time.time()) < 30


def test_an_address_of_version_6_is_asked_likewise() -> None:
    with listening(hang, "::1") as number:
        assert hear(TCP, [TcpSettings(IpAddress("::1"), number)]).how == (UP, "")


def test_a_closed_port_is_down_at_once_even_where_nobody_sees_the_sentinels() -> None:
    with eyes(seeing=False) as blind:
        told = hear(TCP, [port(free_port())], through=blind)
    assert told.how == (DOWN, "connection refused")
    assert len(told.row.sent) == 1
    assert told.row.received_at - told.row.sent[0] < BRIEF.timeout


def test_a_greeting_is_waited_for_and_may_come_in_pieces() -> None:
    with listening(say(b"220 mail.exam", b"ple ESMTP\r\n")) as number:
        assert hear(TCP, [port(number, expect="220 mail.example")]).how == (UP, "")


def test_what_is_sent_first_may_hold_ends_of_lines() -> None:
    with listening(echo) as number:
        assert hear(TCP, [port(number, send=r"PING\r\n", expect=r"PING\r\n")]).how == (UP, "")


def test_another_greeting_is_down_and_said() -> None:
    def grumble(connection: socket.socket) -> None:
        connection.sendall(b"550 not\r\n today")

    with listening(grumble) as number:
        assert hear(TCP, [port(number, expect="220")]).how == (DOWN, "expected 220, heard 550 not today")


def test_a_server_that_breaks_off_is_down() -> None:
    with listening(reset) as number:
        assert hear(TCP, [port(number, expect="220")]).how == (DOWN, "connection reset")


@pytest.mark.parametrize("serve", [hang, drip])
def test_a_greeting_that_does_not_come_is_silence_tried_again_and_judged(serve: Serve) -> None:
    with listening(serve) as number:
        told = hear(TCP, [port(number, expect="220 ready", send="hello")])
    assert told.how == (DOWN, "connected, but what is expected does not come")
    first, second = told.row.sent
    assert BRIEF.retry_after <= second - first < BRIEF.retry_after + 0.5
    assert told.row.received_at - second < BRIEF.timeout + 0.5


def test_silence_is_unknown_while_the_sentinels_are_silent_too() -> None:
    with listening(hang) as number, eyes(seeing=False) as blind:
        told = hear(TCP, [port(number, expect="220")], through=blind)
    assert told.how == (UNKNOWN, "blind")
    assert [(one.seen, one.reason) for one in told.sights] == [(False, "blind")]


def test_a_source_that_is_not_ours_is_our_own_fault() -> None:
    with listening(hang) as number:
        asked = TcpSettings(IpAddress(HOME), number, source=Source("192.0.2.1"))
        assert hear(TCP, [asked]).row.outcome == UNKNOWN


def test_a_port_is_known_by_address_and_number() -> None:
    assert TCP.address_of(TcpSettings(IpAddress("10.0.3.1"), 443)) == "10.0.3.1:443"
    assert TCP.address_of(TcpSettings(IpAddress("2001:db8::1"), 443)) == "[2001:db8::1]:443"


def test_a_port_that_cannot_be_is_refused() -> None:
    with pytest.raises(WrongSettingError, match="70000 is not a port; expected 1 to 65535"):
        port(70000)
