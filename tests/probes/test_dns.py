"""A name server asked for real, by UDP and TCP."""

import pytest

from probes.dns import DNS, DnsSettings
from probes.kind import IpAddress, WrongSettingError
from tests.probes.asking import DOWN, UNKNOWN, UP
from tests.probes.listeners import HOME, Zone, naming
from tests.probes.looking import eyes
from tests.probes.talks import hear

ZONE: Zone = {
    ("www.example.", "A"): ["10.0.3.1", "10.0.3.2"],
    ("mail.example.", "MX"): ["10 mx.example."],
    ("big.example.", "A"): [f"10.0.4.{n}" for n in range(1, 40)],
    ("sick.example.", "A"): ["SERVFAIL"],
}
SERVER = IpAddress(HOME)


def test_a_record_that_is_there_is_up() -> None:
    with naming(ZONE) as port:
        told = hear(DNS, [DnsSettings(SERVER, "www.example", port=port)])
    assert told.how == (UP, "")
    assert 0 < told.row.rtt < 0.6


@pytest.mark.parametrize(
    ("expected", "match", "reason"),
    [
        (("10.0.3.2",), "any", ""),
        (("10.0.3.2", "10.0.3.9"), "any", ""),
        (("10.0.3.1", "10.0.3.2"), "all", ""),
        (("10.0.3.2", "10.0.3.9"), "all", "expected 10.0.3.9, found 10.0.3.1, 10.0.3.2"),
        (("10.0.3.9",), "any", "expected 10.0.3.9, found 10.0.3.1, 10.0.3.2"),
    ],
)
def test_one_or_all_of_the_expected_answers_must_come(
    expected: tuple[str, ...], match: str, reason: str
) -> None:
    with naming(ZONE) as port:
        asked = DnsSettings(SERVER, "www.example", port=port, expect=expected, match=match)  # type: ignore[arg-type]
        assert hear(DNS, [asked]).how == (DOWN if reason else UP, reason)


def test_what_is_expected_may_be_spelt_otherwise() -> None:
    with naming(ZONE) as port:
        asked = DnsSettings(SERVER, "mail.example.", "MX", port=port, expect=("10 MX.example",))
        assert hear(DNS, [asked]).how == (UP, "")


def test_an_answer_too_large_for_udp_is_asked_for_by_tcp() -> None:
    with naming(ZONE) as port:
        asked = DnsSettings(SERVER, "big.example", port=port, expect=("10.0.4.39",))
        assert hear(DNS, [asked]).how == (UP, "")


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("gone.example", "A", "there is no name gone.example"),
        ("www.example", "AAAA", "the name has no record of type AAAA"),
        ("sick.example", "A", "answered SERVFAIL"),
    ],
)
def test_a_definite_answer_that_is_wrong_is_down_at_once(name: str, kind: str, reason: str) -> None:
    with naming(ZONE) as port, eyes(seeing=False) as blind:
        asked = DnsSettings(SERVER, name, kind, port=port)  # type: ignore[arg-type]
        told = hear(DNS, [asked], through=blind)
    assert told.how == (DOWN, reason)
    assert len(told.row.sent) == 1


def test_a_silent_server_is_down_if_the_sentinels_are_seen_and_else_unknown() -> None:
    with naming(ZONE, silent=True) as port:
        asked = DnsSettings(SERVER, "www.example", port=port)
        told = hear(DNS, [asked])
        with eyes(seeing=False) as blind:
            unseen = hear(DNS, [asked], through=blind)
    assert told.how == (DOWN, "")
    assert len(told.row.sent) == 2
    assert unseen.how == (UNKNOWN, "blind")


def test_a_check_is_known_by_server_name_and_type() -> None:
    assert (
        DNS.address_of(DnsSettings(IpAddress("10.0.3.3"), "www.example", "MX")) == "10.0.3.3 www.example MX"
    )
    assert DNS.host_of(DnsSettings(IpAddress("10.0.3.3"), "www.example")) == "10.0.3.3"


@pytest.mark.parametrize(
    ("name", "expected", "said"),
    [
        ("www..example", (), "www..example is not a name that can be looked up, such as www.example.gov.cn"),
        ("www.example", ("mx.example",), "mx.example is not the content of a record of type A"),
    ],
)
def test_what_cannot_be_asked_or_answered_is_refused(name: str, expected: tuple[str, ...], said: str) -> None:
    with pytest.raises(WrongSettingError) as refused:
        DnsSettings(SERVER, name, expect=expected)
    assert str(refused.value) == said
