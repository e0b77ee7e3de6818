"""What the practice network of a configuration looks like, before anything is built."""

from pathlib import Path

import pytest

from config.errors import LinewalkerError
from config.load import load
from config.model import Config
from lab.plan import CORE, MAIN_TABLE, Plan, Route, router_of
from lab.routing import plan_of
from tests.lab.written import small, write_small

EXAMPLES = Path(__file__).parents[2] / "config" / "examples"


def changed(folder: Path, before: str, after: str) -> Config:
    """The small network with one thing written differently."""
    path = write_small(folder)
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    return load(path)


def home(plan: Plan, address: str) -> str:
    """The one node that has an address."""
    (node,) = (each.node for each in plan.addresses if each.address == address)
    return node


def ways(plan: Plan, node: str, to: str, table: int = MAIN_TABLE) -> list[str]:
    """How a node sends to a destination, best way first."""
    routes = [route for route in plan.routes if (route.node, route.to, route.table) == (node, to, table)]
    return [_way(route) for route in sorted(routes, key=lambda route: route.metric)]


def _way(route: Route) -> str:
    return route.line.name if route.line else route.kind


def test_every_circuit_gets_a_30_by_its_place_in_the_configuration(tmp_path: Path) -> None:
    lines = {line.name: line for line in plan_of(small(tmp_path)).lines}
    assert (lines["alpha-ct"].core_address, lines["alpha-ct"].node_address) == ("10.64.0.1", "10.64.0.2")
    assert (lines["gamma-ct"].core_address, lines["gamma-ct"].node_address) == ("10.64.0.17", "10.64.0.18")
    assert lines["gamma-ct"].node == router_of("gamma")


def test_the_sixty_fifth_circuit_begins_the_next_256_addresses() -> None:
    lines = plan_of(load(EXAMPLES / "hainan-transport-fees-2020" / "network.yaml")).lines
    assert lines[2 + 64].node_address == "10.64.1.2"


def test_there_is_one_router_a_far_site_and_one_centre(tmp_path: Path) -> None:
    nodes = plan_of(small(tmp_path)).nodes
    assert nodes == ("core", "collector", "centre", "site alpha", "site beta", "site gamma")


@pytest.mark.parametrize(
    ("address", "node"),
    [
        ("10.0.0.1", "core"),
        ("10.0.0.2", "collector"),
        ("10.0.0.3", "collector"),
        ("10.0.1.1", "centre"),
        ("10.0.2.1", "core"),  # the core router's own
        ("10.0.2.2", "centre"),
        ("10.0.3.1", "centre"),
        ("10.20.0.1", "site alpha"),
        ("10.21.0.2", "site beta"),  # unproven
        ("10.30.0.3", "site gamma"),  # a device of a site with a circuit
        ("172.16.5.1", "site gamma"),
    ],
)
def test_every_address_lives_where_the_configuration_puts_it(tmp_path: Path, address: str, node: str) -> None:
    assert home(plan_of(small(tmp_path)), address) == node


def test_a_service_without_a_site_lives_where_its_circuits_end(tmp_path: Path) -> None:
    assert (
        home(plan_of(changed(tmp_path, "group: branch, site: beta,", "group: branch,")), "10.20.0.2")
        == "site beta"
    )


def test_a_business_address_has_floating_routes_over_every_line_of_its_site(tmp_path: Path) -> None:
    plan = plan_of(small(tmp_path))
    assert ways(plan, CORE, "10.20.0.1") == ["alpha-ct", "alpha-cm"]
    assert ways(plan, "site alpha", "0.0.0.0") == ["alpha-ct", "alpha-cm"]


def test_an_unproven_address_floats_too(tmp_path: Path) -> None:
    assert ways(plan_of(small(tmp_path)), CORE, "10.21.0.2") == ["beta-ct", "beta-cm"]


def test_a_direct_address_has_its_line_or_nothing_and_answers_the_same_way(tmp_path: Path) -> None:
    plan = plan_of(small(tmp_path))
    gamma = plan.lines[-1]
    assert ways(plan, CORE, "172.16.5.1") == ["gamma-ct", "unreachable"]
    assert ways(plan, CORE, "10.64.0.16") == ["unreachable"]  # behind the connected route
    assert ways(plan, gamma.node, "0.0.0.0", gamma.table) == ["gamma-ct", "blackhole"]
    assert {rule.source for rule in plan.rules if rule.node == gamma.node} == {"172.16.5.1", "10.64.0.18"}


def test_a_pinned_circuit_is_routed_by_its_source_at_both_ends(tmp_path: Path) -> None:
    plan = plan_of(small(tmp_path))
    pinned = plan.lines[3]
    rules = [
        (rule.node, rule.source, rule.to) for rule in plan.rules if rule.table == pinned.table and rule.to
    ]
    assert rules == [("core", "10.0.0.3", "10.21.0.1"), ("site alpha", "10.21.0.1", "10.0.0.3")]
    assert ways(plan, CORE, "10.21.0.1", pinned.table) == ["alpha-cm", "unreachable"]


def test_a_dated_change_of_address_can_be_asked_as_well(tmp_path: Path) -> None:
    later = "address: 172.16.5.1, path: direct, changes: [{from: 2027-01-01, address: 172.16.5.9}]"
    plan = plan_of(changed(tmp_path, "address: 172.16.5.1, path: direct", later))
    assert home(plan, "172.16.5.9") == "site gamma"
    assert ways(plan, CORE, "172.16.5.9") == ["gamma-ct", "unreachable"]


def test_a_source_of_another_network_becomes_the_collectors_and_is_routed_back(tmp_path: Path) -> None:
    plan = plan_of(changed(tmp_path, "source: 10.0.0.3", "source: 192.168.9.9"))
    assert home(plan, "192.168.9.9") == "collector"
    assert ways(plan, CORE, "192.168.9.9") == ["uplink"]


def test_a_system_on_the_collectors_segment_is_reached_through_the_core(tmp_path: Path) -> None:
    plan = plan_of(changed(tmp_path, "address: 10.0.3.1", "address: 10.0.0.77"))
    assert home(plan, "10.0.0.77") == "centre"
    assert ways(plan, "collector", "10.0.0.77") == ["uplink"]


def test_addresses_that_would_meet_another_line_move_all_lines_to_a_free_range(tmp_path: Path) -> None:
    """A direct address that is the far end of another circuit's /30 would be asked through that circuit."""
    plan = plan_of(changed(tmp_path, "address: 172.16.5.1", "address: 10.64.0.6"))
    assert plan.lines[2].node_address == "100.64.0.2"
    assert home(plan, "10.64.0.6") == "site gamma"
    assert ways(plan, CORE, "10.64.0.6") == ["gamma-ct", "unreachable"]
    assert ways(plan, CORE, "10.64.0.2") == ["alpha-ct", "unreachable"]


def test_a_service_may_be_asked_at_the_far_end_of_its_own_line(tmp_path: Path) -> None:
    plan = plan_of(changed(tmp_path, "check: {address: 10.20.0.1}", "check: {address: 10.64.0.6}"))
    assert plan.lines[2].node_address == "10.64.0.2"
    assert home(plan, "10.64.0.6") == "site alpha"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            "address: 172.16.5.1",
            "address: 2001:db8::1",
            "circuit gamma-ct: 2001:db8::1 cannot be made in the practice network; it knows IPv4 addresses, "
            "and one interface of the collector, named uplink",
        ),
        (
            "source: 10.0.0.3",
            "source: eth7",
            "circuit alpha-cm: eth7 cannot be made in the practice network; it knows IPv4 addresses, "
            "and one interface of the collector, named uplink",
        ),
        (
            "address: 10.0.3.1",
            "address: 10.0.0.2",
            "system portal: the practice network itself has 10.0.0.2; give it another address",
        ),
        (
            "id: gamma-ct",
            "id: uplink",
            "circuit uplink: the practice network has a line of that name already; give it another id",
        ),
    ],
)
def test_what_cannot_be_made_is_said(tmp_path: Path, before: str, after: str, message: str) -> None:
    with pytest.raises(LinewalkerError) as refused:
        plan_of(changed(tmp_path, before, after))
    assert str(refused.value) == message


@pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.iterdir()))
def test_every_checked_address_of_an_example_network_has_one_home(example: str) -> None:
    config = load(EXAMPLES / example / "network.yaml")
    plan = plan_of(config)
    homes = [each.address for each in plan.addresses]
    assert len(homes) == len(set(homes))
    checked = [service.check.host for service in config.services if service.check]
    checked += [device.check.host for device in config.devices]
    checked += [system.check.host for system in config.systems]
    assert {*checked, *(circuit.address for circuit in config.circuits)} <= set(homes)
