"""SNMP agents of a practice network: real ones, whose tables follow the real lines."""

from collections.abc import Iterator

import pytest

from lab import control
from tests.lab.visiting import Visited, visited, write_answering
from tests.programs import needed

CORE, BRANCH, SWITCH, UPS, ROOM = "10.0.2.1", "10.30.0.3", "10.0.2.2", "10.0.2.3", "10.0.2.4"
SYSTEM, NAME, ALIAS = "1.3.6.1.2.1.1", "1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.31.1.1.1.18"
STATE, IN_OCTETS, HIGH_SPEED = "1.3.6.1.2.1.2.2.1.8", "1.3.6.1.2.1.31.1.1.1.6", "1.3.6.1.2.1.31.1.1.1.15"
NQA, BFD = "1.3.6.1.4.1.2011.5.25.111.4.1.1", "1.3.6.1.4.1.2011.5.25.38.2.3.1"
CISCO, PING = "1.3.6.1.4.1.9.9.42.1.2.10.1", "1.3.6.1.2.1.80.1.3.1"
HH3C = "1.3.6.1.4.1.25506.8.3.1.3.1"
RECEIVED_LIGHT = "1.3.6.1.4.1.2011.5.25.31.1.1.3.1.8"
MAIN, BACKUP = "12", "13"  # ifIndex of the two circuits
UP, DOWN = 1, 2


def index_of(line: str) -> str:
    """`linewalker` and a line's id as an index: the length of each, then its octets."""
    return ".".join(str(part) for text in ("linewalker", line) for part in (len(text), *text.encode()))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    needed("snmpd", "/usr/sbin:/usr/local/sbin")
    folder = tmp_path_factory.mktemp("agents")
    with visited(write_answering(folder), folder / "kept") as network:
        yield network


@pytest.fixture
def network(running: Visited) -> Iterator[Visited]:
    """The same network for every test, whole again after each."""
    yield running
    for row in (*control.lines(running.data), *control.hosts(running.data)):
        control.restore(running.data, row.get("line") or row["host"])


@pytest.mark.parametrize(
    ("address", "who", "name"),
    [
        (CORE, "LAB_TEST_COMMUNITY", "core-router"),
        (BRANCH, "v3", "alpha-router"),
        (SWITCH, "LINEWALKER_LAB_COMMUNITY", "core-switch"),
        (UPS, "LAB_TEST_COMMUNITY", "ups"),
        (ROOM, "LAB_TEST_COMMUNITY", "room"),
    ],
)
def test_every_device_says_its_name_to_whom_the_configuration_names(
    network: Visited, address: str, who: str, name: str
) -> None:
    assert network.walk(address, SYSTEM, who)["5.0"] == name


def test_a_word_nobody_has_given_is_not_answered(network: Visited) -> None:
    assert network.visit("walk", CORE, SYSTEM, "PATH") == "SilentError"


def test_interfaces_are_those_of_the_node_and_name_their_circuits(network: Visited) -> None:
    assert network.walk(CORE, ALIAS) == {
        "1": "",
        "10": "uplink",
        "11": "core-switch",
        MAIN: "alpha-ct",
        BACKUP: "alpha-cm",
    }
    assert network.walk(BRANCH, ALIAS) == {"1": "", MAIN: "alpha-ct", BACKUP: "alpha-cm"}
    assert network.walk(BRANCH, NAME)[MAIN] == "line2"
    assert network.walk(CORE, HIGH_SPEED)[MAIN] == 1000


def test_an_interface_goes_down_with_its_link_at_both_ends_and_comes_back(network: Visited) -> None:
    control.cut(network.data, "alpha-cm")
    network.await_value(CORE, STATE, BACKUP, DOWN)
    network.await_value(BRANCH, STATE, BACKUP, DOWN)
    assert network.walk(CORE, STATE)[MAIN] == UP
    control.restore(network.data, "alpha-cm")
    network.await_value(CORE, STATE, BACKUP, UP)


def test_a_silent_cut_is_seen_by_no_interface(network: Visited) -> None:
    control.cut(network.data, "alpha-cm", silent=True)
    network.await_value(CORE, BFD, f"17.{BACKUP}", 1)
    assert network.walk(CORE, STATE)[BACKUP] == UP


def test_octets_follow_what_really_crossed_the_line(network: Visited) -> None:
    before = network.walk(CORE, IN_OCTETS)
    assert network.visit("fetch", "http://10.20.0.1/bytes/3000000")[0] == 200
    carried = network.await_at_least(CORE, IN_OCTETS, MAIN, int(before[MAIN]) + 3_000_000) - int(before[MAIN])
    assert carried < 4_000_000
    assert int(network.walk(CORE, IN_OCTETS)[BACKUP]) < 1_000_000


@pytest.mark.parametrize("silent", [False, True])
def test_the_router_knows_by_its_own_tests_which_line_is_dead(network: Visited, silent: bool) -> None:
    """The two traps: a dead backup behind a live main, and a main cut while static routes still point at it."""
    network.await_value(CORE, BFD, f"17.{BACKUP}", 3)
    line = "alpha-ct" if silent else "alpha-cm"
    dead, alive = (MAIN, BACKUP) if silent else (BACKUP, MAIN)
    control.cut(network.data, line, silent=silent)
    network.await_value(CORE, BFD, f"17.{dead}", 1)
    name = index_of(line)
    assert network.walk(CORE, NQA)[f"3.{name}.1.1"] == 2
    assert network.walk(CORE, CISCO)[f"2.{dead}"] == 4
    assert network.walk(CORE, PING)[f"7.{name}"] == 0
    assert network.walk(CORE, HH3C)[f"10.{name}"] == 100
    assert network.walk(CORE, BFD)[f"17.{alive}"] == 3
    assert network.walk(CORE, CISCO)[f"2.{alive}"] == 1
    control.restore(network.data, line)
    network.await_value(CORE, BFD, f"17.{dead}", 3)
    assert network.walk(CORE, NQA)[f"3.{name}.1.1"] == 1


def test_the_round_trip_a_router_measures_is_that_of_the_line(network: Visited) -> None:
    control.degrade(network.data, "alpha-cm", delay=0.2)
    assert network.await_at_least(CORE, CISCO, f"1.{BACKUP}", 200) < 400
    assert int(network.walk(CORE, CISCO)[f"1.{MAIN}"]) < 100


def test_the_light_goes_out_with_the_link_and_stays_in_a_silent_cut(network: Visited) -> None:
    control.cut(network.data, "alpha-cm")
    network.await_value(CORE, RECEIVED_LIGHT, BACKUP, -4000)
    control.restore(network.data, "alpha-cm")
    network.await_value(CORE, RECEIVED_LIGHT, BACKUP, -720)


def test_a_ups_goes_onto_its_battery_and_a_door_opens(network: Visited) -> None:
    assert network.walk(UPS, "1.3.6.1.2.1.33.1")["4.1.0"] == 3
    control.break_(network.data, "ups", "battery")
    network.await_value(UPS, "1.3.6.1.2.1.33.1", "4.1.0", 5)
    control.break_(network.data, "room", "door")
    control.break_(network.data, "room", "hot")
    network.await_value(ROOM, "1.3.6.1.2.1.99.1.1.1.4", "3", 2)
    network.await_value(ROOM, "1.3.6.1.2.1.99.1.1.1.4", "1", 41)
    control.restore(network.data, "room")
    network.await_value(ROOM, "1.3.6.1.2.1.99.1.1.1.4", "1", 23)
    done = [(row["host"], row["what"]) for row in network.truth() if "host" in row]
    assert done[-3:] == [("ups", "battery"), ("room", "door"), ("room", "hot")]


def test_a_silenced_agent_answers_nothing_while_its_device_still_answers_pings(network: Visited) -> None:
    control.break_(network.data, "core-switch", "silent")
    assert network.visit("walk", SWITCH, SYSTEM) == "SilentError"
    control.restore(network.data, "core-switch")
    assert network.walk(SWITCH, SYSTEM)["5.0"] == "core-switch"
