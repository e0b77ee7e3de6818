"""What answers in a practice network beside routers: web servers, ports, names, far ends; how each is broken."""

from collections.abc import Iterator

import pytest

from config.errors import LinewalkerError
from lab import control
from tests.lab.visiting import Visited, visited, write_answering
from tests.programs import needed

PORTAL, OFFICE = "https://10.0.3.1/", "http://10.0.3.2:8080/health"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    folder = tmp_path_factory.mktemp("hosts")
    with visited(write_answering(folder), folder / "kept") as network:
        yield network


@pytest.fixture
def network(running: Visited) -> Iterator[Visited]:
    """The same network for every test, whole again after each."""
    yield running
    for row in control.hosts(running.data):
        control.restore(running.data, row["host"])


def test_a_portal_shows_what_its_check_wants_to_see(network: Visited) -> None:
    status, page = network.visit("fetch", PORTAL)
    assert status == 200
    assert "<title>门户网站</title>" in page
    assert "欢迎" in page
    assert network.visit("fetch", OFFICE)[1].endswith('"parts": {"database": "ok"}}')


def test_a_port_greets_and_a_name_server_knows_names(network: Visited) -> None:
    assert network.visit("greet", "10.0.3.3", 1521) == "hello\r\n"
    assert network.visit("look_up", "10.0.3.4", "www.hainan.test") == ["NOERROR", "192.0.2.7"]
    assert network.visit("look_up", "10.0.1.1", "portal.practice.test") == ["NOERROR", "10.0.3.1"]
    assert network.visit("look_up", "10.0.1.1", "nobody.practice.test") == ["NXDOMAIN"]


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("500", [500, "500\n"]),
        ("hung", "TimeoutError"),
        ("closed", "ConnectionRefusedError"),
        ("expired", "certificate has expired"),
    ],
)
def test_a_portal_is_broken_in_every_way_and_mended(network: Visited, fault: str, seen: object) -> None:
    assert control.break_(network.data, "portal", fault)[0]["state"] == fault
    assert network.visit("fetch", PORTAL) == seen
    assert network.visit("fetch", OFFICE)[0] == 200
    assert control.restore(network.data, "portal")[0]["state"] == "serving"
    assert network.visit("fetch", PORTAL)[0] == 200


def test_wrong_content_comes_with_a_good_status(network: Visited) -> None:
    control.break_(network.data, "portal", "wrong")
    status, page = network.visit("fetch", PORTAL)
    assert status == 200
    assert "欢迎" not in page


def test_ports_and_names_are_broken_too(network: Visited) -> None:
    control.break_(network.data, "database", "wrong")
    assert network.visit("greet", "10.0.3.3", 1521) == "?\r\n"
    control.break_(network.data, "database", "closed")
    assert network.visit("greet", "10.0.3.3", 1521) == "ConnectionRefusedError"
    control.break_(network.data, "names", "500")
    assert network.visit("look_up", "10.0.3.4", "www.hainan.test") == ["SERVFAIL"]
    control.restore(network.data, "names")
    control.break_(network.data, "names", "wrong")
    assert network.visit("look_up", "10.0.3.4", "www.hainan.test") == ["NOERROR", "192.0.2.1"]


def test_the_truth_says_what_was_done_to_a_host_and_when(network: Visited) -> None:
    before = len(network.truth())
    control.break_(network.data, "portal", "hung")
    control.break_(network.data, "portal", "hung")
    control.break_(network.data, "portal", "expired")
    control.restore(network.data, "portal")
    hung, expired = network.truth()[before:]
    assert (hung["host"], hung["what"], expired["what"]) == ("portal", "hung", "expired")
    assert hung["from"] < expired["from"] < hung["to"] <= expired["to"]


def test_hosts_tell_what_they_are(network: Visited) -> None:
    rows = {row["host"]: row for row in control.hosts(network.data)}
    assert rows["portal"] == {
        "host": "portal",
        "kind": "https",
        "node": "centre",
        "address": "10.0.3.1:443",
        "state": "serving",
    }
    assert [
        rows[name]["kind"] for name in ("oa", "database", "names", "alpha", "core-router", "ups", "room")
    ] == [
        "http",
        "tcp",
        "dns",
        "http",
        "agent",
        "ups",
        "room",
    ]


def test_what_cannot_be_broken_so_is_said(network: Visited) -> None:
    with pytest.raises(LinewalkerError) as refused:
        control.break_(network.data, "database", "expired")
    assert str(refused.value) == "database cannot be broken that way; expected hung, wrong, closed"
    with pytest.raises(LinewalkerError) as refused:
        control.break_(network.data, "portl", "hung")
    assert str(refused.value) == "nothing in the practice network answers for portl; did you mean portal?"
    with pytest.raises(LinewalkerError) as refused:
        control.break_(network.data, "zzz", "hung")
    assert str(refused.value) == (
        "nothing in the practice network answers for zzz; `linewalker lab hosts` lists the 11 that can be broken"
    )
    with pytest.raises(LinewalkerError, match="the practice network has no line zzz"):
        control.restore(network.data, "zzz")


def test_a_branch_has_a_far_end_for_throughput(network: Visited) -> None:
    needed("iperf3")
    assert network.visit("throughput", "10.20.0.1") > 1_000_000


def test_secrets_are_made_up_for_whoever_runs_in_the_network(network: Visited) -> None:
    names = ("LAB_TEST_COMMUNITY", "LAB_TEST_AUTH", "LAB_TEST_PRIVACY", "LINEWALKER_LAB_COMMUNITY")
    words = {network.visit("environment", name) for name in names}
    assert len(words) == len(names)
    assert all(len(word) >= 8 for word in words)
