"""Traps and informs of real senders are read; those of the wrong ones, and garbage, come to nothing and no harm."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import encoder
from pyasn1.type import univ

from probes import traps_v3
from probes.credentials import Hidden
from probes.snmp_agent import Auth, Privacy
from probes.traps import MALFORMED, NOT_TRUSTED, REPLAYED, Heard, Reader, Trap
from probes.traps_v3 import Usm, head_of
from tests.trapping import (
    AUTH,
    COLD_START,
    COMMUNITY,
    ENTERPRISE,
    FULL,
    INTERFACE,
    LINK_DOWN,
    PRIVACY,
    SIGNED,
    V2,
    send,
    user,
)

ENGINE = bytes.fromhex("80004fb805") + b"twelve bytes"
USERS = (user("signed", "SHA-1"), user("full", "SHA-256", "AES-128"), user("open", None))


def usm(boots: int = 1) -> Usm:
    beginnings = iter(range(boots, 1000))
    return Usm(USERS, ENGINE, lambda: next(beginnings))


def reader() -> Reader:
    return Reader([Hidden("another"), Hidden(COMMUNITY)], usm(), [Hidden(AUTH), Hidden(PRIVACY)])


@contextmanager
def listening(host: str = "127.0.0.1") -> Iterator[tuple[socket.socket, str]]:
    """A socket, and how net-snmp is told of it."""
    family, kind = (socket.AF_INET6, "udp6:[::1]") if ":" in host else (socket.AF_INET, f"udp:{host}")
    with socket.socket(family, socket.SOCK_DGRAM) as opened:
        opened.bind((host, 0))
        opened.settimeout(10)
        yield opened, f"{kind}:{opened.getsockname()[1]}"


def caught(kept: Path, options: tuple[str, ...], *what: str) -> bytes:
    """The datagram that a trap is."""
    with listening() as (opened, to), send(kept, to, options, *what) as process:
        datagram = opened.recv(9000)
        process.wait(60)
    return datagram


def read(kept: Path, options: tuple[str, ...], *what: str) -> Heard:
    return reader().read(caught(kept, options, *what), 0.0)


def trap(heard: Heard) -> Trap:
    assert heard.dropped == ""
    assert heard.trap is not None
    return heard.trap


def informed(
    kept: Path, by: Reader, options: tuple[str, ...], *what: str, host: str = "127.0.0.1"
) -> tuple[list[Heard], int, str]:
    """All that became of an inform that is answered: what was heard, and what its sender says."""
    found = []
    with listening(host) as (opened, to), send(kept, to, options, *what, inform=True) as process:
        opened.settimeout(0.1)
        while process.poll() is None:
            try:
                datagram, peer = opened.recvfrom(9000)
            except TimeoutError:
                continue
            found.append(by.read(datagram, 0.0))
            for answer in found[-1].answers:
                opened.sendto(answer, peer)
        assert process.stdout
        return found, process.returncode, process.stdout.read()


def test_a_link_that_goes_down_is_read_from_a_trap_of_version_2c(tmp_path: Path) -> None:
    found = trap(read(tmp_path, V2, "4242", LINK_DOWN, *INTERFACE))
    assert found == Trap(
        version="2c",
        kind="linkDown",
        oid=LINK_DOWN,
        uptime=42.42,
        agent="",
        interface_index=7,
        interface_name="GigabitEthernet0/0/1",
        variables=(("1.3.6.1.2.1.2.2.1.1.7", 7), ("1.3.6.1.2.1.31.1.1.1.1.7", "GigabitEthernet0/0/1")),
    )


def test_a_trap_of_version_1_is_told_as_the_same_notification(tmp_path: Path) -> None:
    options = ("-v1", f"-c{COMMUNITY}")
    generic = trap(read(tmp_path, options, ENTERPRISE, "10.64.0.2", "2", "0", "4242", *INTERFACE))
    assert (generic.version, generic.kind, generic.oid) == ("1", "linkDown", LINK_DOWN)
    assert (generic.agent, generic.uptime, generic.interface_index) == ("10.64.0.2", 42.42, 7)
    specific = trap(read(tmp_path, options, ENTERPRISE, "10.64.0.2", "6", "17", "1"))
    assert (specific.kind, specific.oid) == ("other", f"{ENTERPRISE}.0.17")


@pytest.mark.parametrize(
    ("options", "version"),
    [(SIGNED, "3"), (FULL, "3"), (("-v3", "-lnoAuthNoPriv", "-uopen"), "3")],
    ids=["signed", "signed and enciphered", "open"],
)
def test_a_trap_of_version_3_is_read_from_a_sender_never_heard_of(
    options: tuple[str, ...], version: str, tmp_path: Path
) -> None:
    found = trap(read(tmp_path, options, "4242", LINK_DOWN, *INTERFACE))
    assert (found.version, found.kind, found.interface_index) == (version, "linkDown", 7)


@pytest.mark.parametrize("auth", ["MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"])
@pytest.mark.parametrize(
    ("privacy", "written"), [("DES", "DES"), ("AES-128", "AES"), ("AES-256-C", "AES-256-C")]
)
def test_every_way_to_sign_and_to_encipher_is_read(
    auth: Auth, privacy: Privacy, written: str, tmp_path: Path
) -> None:
    spelt = {"MD5": "MD5", "SHA-1": "SHA"}.get(auth, auth)
    options = ("-v3", "-lauthPriv", "-ueach", f"-a{spelt}", f"-A{AUTH}", f"-x{written}", f"-X{PRIVACY}")
    datagram = caught(tmp_path, options, "1", COLD_START)
    each = Reader((), Usm([user("each", auth, privacy)], ENGINE, lambda: 1))
    assert trap(each.read(datagram, 0.0)).kind == "coldStart"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("options", [V2, SIGNED, FULL], ids=["2c", "signed", "enciphered"])
def test_an_inform_is_acknowledged(options: tuple[str, ...], host: str, tmp_path: Path) -> None:
    found, status, said = informed(tmp_path, reader(), options, "1", LINK_DOWN, *INTERFACE, host=host)
    assert status == 0, said
    assert [one.trap.kind for one in found if one.trap] == ["linkDown"]
    assert {one.dropped for one in found} == {""}


def test_the_community_and_the_passwords_are_in_nothing_that_is_read(tmp_path: Path) -> None:
    words = ("1.3.6.1.4.1.1.1", "s", f"login failed: {COMMUNITY}", "1.3.6.1.4.1.1.2", "s", AUTH)
    community = "1.3.6.1.6.3.18.1.4.0"
    for heard in (
        read(tmp_path, V2, "1", LINK_DOWN, *words, community, "s", COMMUNITY),
        read(tmp_path, FULL, "1", LINK_DOWN, *words),
        read(tmp_path, ("-v1", f"-c{COMMUNITY}"), ENTERPRISE, "10.0.0.1", "6", "1", "1", *words),
    ):
        told = repr(heard)
        assert "login failed: ***" in told
        assert community not in told
        for secret in (COMMUNITY, AUTH, PRIVACY):
            assert secret not in told


@pytest.mark.parametrize(
    "options",
    [
        ("-v2c", "-cpublic"),
        ("-v1", "-cpublic"),
        ("-v2c", f"-c{COMMUNITY[:-1]}"),
        ("-v3", "-lauthNoPriv", "-usigned", "-aSHA", "-Aanother-password"),
        ("-v3", "-lauthNoPriv", "-ustranger", "-aSHA", f"-A{AUTH}"),
        ("-v3", "-lauthPriv", "-ufull", "-aSHA-256", f"-A{AUTH}", "-xAES", "-Xanother-password"),
        ("-v3", "-lnoAuthNoPriv", "-usigned"),
        ("-v3", "-lnoAuthNoPriv", "-ufull"),
        ("-v3", "-lauthNoPriv", "-ufull", "-aSHA-256", f"-A{AUTH}"),
    ],
    ids=" ".join,
)
def test_who_does_not_know_the_secrets_is_not_let_in(options: tuple[str, ...], tmp_path: Path) -> None:
    what = ("1", LINK_DOWN) if options[0] != "-v1" else (ENTERPRISE, "10.0.0.1", "2", "0", "1")
    heard = read(tmp_path, options, *what)
    assert heard.trap is None
    assert heard.dropped in (NOT_TRUSTED, MALFORMED)  # what is deciphered with a wrong key is no message
    assert heard.answers == ()


def test_an_inform_that_is_not_signed_well_is_refused_to_its_face(tmp_path: Path) -> None:
    wrong = ("-v3", "-lauthNoPriv", "-usigned", "-aSHA", "-Aanother-password")
    found, status, said = informed(tmp_path, reader(), wrong, "1", LINK_DOWN)
    assert status == 1
    assert "Authentication failure" in said
    assert [one.trap for one in found] == [None] * len(found)
    assert NOT_TRUSTED in {one.dropped for one in found}


def test_a_trap_that_was_caught_and_is_sent_again_later_is_not_new(tmp_path: Path) -> None:
    old = caught(tmp_path, (*SIGNED, "-Z", "5,1000"), "1", LINK_DOWN)
    new = caught(tmp_path, (*SIGNED, "-Z", "6,3"), "1", LINK_DOWN)
    assert head_of(old).engine == head_of(new).engine
    by = reader()
    assert trap(by.read(old, 0.0)).kind == "linkDown"
    assert trap(by.read(old, 100.0)).kind == "linkDown"  # within the window of RFC 3414
    assert by.read(old, 200.0).dropped == REPLAYED
    assert trap(by.read(new, 201.0)).kind == "linkDown"
    assert by.read(old, 202.0).dropped == REPLAYED


def test_after_many_failures_an_engine_begins_anew_and_senders_of_informs_learn_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traps_v3, "MOST_FAILURES", 20)
    by = reader()
    wrong = caught(
        tmp_path, ("-v3", "-lauthNoPriv", "-usigned", "-aSHA", "-Aanother-password"), "1", LINK_DOWN
    )
    for _ in range(50):
        assert by.read(wrong, 0.0).dropped == NOT_TRUSTED
    assert trap(by.read(caught(tmp_path, FULL, "1", LINK_DOWN), 0.0)).kind == "linkDown"
    assert informed(tmp_path, by, FULL, "1", LINK_DOWN)[1] == 0


def test_the_keys_of_more_engines_than_are_held_ready_are_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traps_v3, "MOST_ENGINES", 2)
    by = reader()
    senders = [
        caught(tmp_path, (*SIGNED, "-e", f"0x80001f880400000{number}"), "1", LINK_DOWN) for number in range(4)
    ]
    for datagram in senders * 2:
        assert trap(by.read(datagram, 0.0)).kind == "linkDown"


@pytest.mark.parametrize(
    ("oid", "kind"),
    [
        ("1.3.6.1.4.1.2011.5.25.38.3.1", "bfdDown"),
        ("1.3.6.1.4.1.25506.2.72.0.3", "bfdUp"),
        ("1.3.6.1.4.1.25506.2.72.0.1", "bfd"),
        ("1.3.6.1.4.1.25506.8.3.3.3", "nqa"),
        ("1.3.6.1.4.1.2011.5.25.111.6.1", "nqaFailed"),
        ("1.3.6.1.2.1.80.0.2", "nqaFailed"),
        ("1.3.6.1.2.1.80.0.3", "nqa"),
        ("1.3.6.1.4.1.9.9.42.2.0.2", "nqaFailed"),
        ("1.3.6.1.2.1.14.16.2.2", "ospf"),
        ("1.3.6.1.2.1.15.7.2", "bgpDown"),
        ("1.3.6.1.6.3.1.1.5.5", "authenticationFailure"),
        ("1.3.6.1.4.1.2011.5.25.38.33.1", "other"),
    ],
)
def test_what_the_vendors_send_has_its_kind(oid: str, kind: str, tmp_path: Path) -> None:
    assert trap(read(tmp_path, V2, "1", oid)).kind == kind


def test_octets_that_are_no_text_are_told_in_hexadecimal_and_text_of_any_script_as_it_is(
    tmp_path: Path,
) -> None:
    words = (
        "1.3.6.1.4.1.1.1",
        "x",
        "00ff10",
        "1.3.6.1.4.1.1.2",
        "s",
        "三亚主用",
        "1.3.6.1.4.1.1.3",
        "a",
        "10.0.0.9",
    )
    found = trap(read(tmp_path, V2, "1", LINK_DOWN, *words, "1.3.6.1.4.1.1.4", "C", "18446744073709551615"))
    assert [value for _, value in found.variables] == ["0x00ff10", "三亚主用", "10.0.0.9", 2**64 - 1]


# Garbage


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    kept = tmp_path_factory.mktemp("kept")
    what = ("1", LINK_DOWN, *INTERFACE)
    first = (ENTERPRISE, "10.0.0.1", "2", "0", "1", *INTERFACE)
    return [
        caught(kept, ("-v1", f"-c{COMMUNITY}"), *first),
        *(caught(kept, options, *what) for options in (V2, SIGNED, FULL)),
    ]


@pytest.fixture(scope="module")
def patient() -> Reader:
    return reader()


@given(st.binary(max_size=400))
def test_no_bytes_whatever_raise_anything(datagram: bytes) -> None:
    heard = Reader([Hidden(COMMUNITY)], None).read(datagram, 0.0)
    assert heard.trap is None
    assert heard.dropped


@settings(max_examples=400)
@given(
    number=st.integers(0, 3), changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6)
)
def test_no_damaged_message_raises_anything(
    good: list[bytes], patient: Reader, number: int, changes: list[tuple[float, int]]
) -> None:
    damaged = bytearray(good[number])
    for place, value in changes:
        damaged[min(int(place * len(damaged)), len(damaged) - 1)] = value
    heard = patient.read(bytes(damaged), 0.0)
    assert bool(heard.trap) != bool(heard.dropped) or heard.answers


@settings(max_examples=100)
@given(number=st.integers(0, 3), place=st.floats(0, 1), tail=st.binary(max_size=40))
def test_no_message_that_is_cut_off_raises_anything(
    good: list[bytes], patient: Reader, number: int, place: float, tail: bytes
) -> None:
    whole = good[number]
    kept = whole[: int(place * len(whole))]
    heard = patient.read(kept + tail, 0.0)
    # As long as the message says of itself, it is another message, and may be a good one.
    assert heard.trap is None or len(kept + tail) >= len(whole)


_LEAVES = st.one_of(
    st.binary(max_size=20).map(univ.OctetString),
    st.integers(-(2**70), 2**70).map(univ.Integer),
    st.just(univ.Null("")),
)


def _sequence(parts: list[univ.Any]) -> univ.Sequence:
    made = univ.Sequence()
    for place, part in enumerate(parts):
        made.setComponentByPosition(place, part)
    return made


@settings(max_examples=200)
@given(
    version=st.sampled_from([0, 1, 2, 3, -1, 2**40]),
    rest=st.lists(
        st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=4).map(_sequence)), max_size=5
    ),
)
def test_no_well_formed_nonsense_raises_anything(patient: Reader, version: int, rest: list[univ.Any]) -> None:
    datagram = encoder.encode(_sequence([univ.Integer(version), *rest]))
    assert patient.read(datagram, 0.0).trap is None


def test_what_is_nested_ten_thousand_deep_is_only_malformed() -> None:
    deep = b"0\x80" * 3000 + b"\0\0" * 3000
    assert reader().read(deep, 0.0) == Heard(dropped=MALFORMED)
    inside = encoder.encode(_sequence([univ.Integer(1), univ.OctetString(COMMUNITY.encode())]))
    bound = b"0\x82" + (len(inside) + len(deep) - 2).to_bytes(2) + inside[2:] + deep
    assert reader().read(bound, 0.0).dropped == MALFORMED


def test_what_is_no_notification_is_malformed_even_from_a_friend(tmp_path: Path) -> None:
    get = caught(tmp_path, V2, "1", LINK_DOWN).replace(b"\xa7", b"\xa0", 1)
    assert reader().read(get, 0.0) == Heard(dropped=MALFORMED)
