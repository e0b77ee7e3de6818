"""When a loss of power at the customer's side is proposed, and when it is not: worked by hand, in seconds."""

import pytest

from indicators.proposals import POWER, Line, Outage, Proposal, Restart, power_losses

S = 1_000_000
LINES = [
    Line("haikou-ct", "haikou", "ct"),
    Line("haikou-cm", "haikou", "cm"),
    Line("sanya-ct", "sanya", "ct"),
    Line("sanya-ct-2", "sanya", "ct"),
    Line("qionghai-ct", "qionghai", "ct"),
]


def outage(circuit: str, start: int, end: int | None) -> Outage:
    return Outage(circuit, start * S, None if end is None else end * S)


def restart(site: str, after: int, before: int, witness: str = "sysUpTime") -> Restart:
    return Restart(f"{site}-router", site, after * S, before * S, witness)


def proposed(outages: list[Outage], restarts: list[Restart] | None = None) -> list[Proposal]:
    return power_losses(LINES, outages, restarts or [])


def test_a_device_that_began_anew_inside_an_outage_is_proposed_as_power() -> None:
    [found] = proposed([outage("qionghai-ct", 1000, 4000)], [restart("qionghai", 3880, 3890)])
    assert (found.cause, found.site, found.started_at, found.ended_at) == (
        POWER, "qionghai", 1000 * S, 4000 * S,
    )  # fmt: skip
    [evidence] = found.evidence
    assert (evidence.kind, evidence.subject, evidence.witness) == ("restart", "qionghai-router", "sysUpTime")


@pytest.mark.parametrize(("after", "before"), [(500, 900), (900, 3880), (4700, 4720)])
def test_a_device_that_began_anew_before_or_long_after_explains_nothing(after: int, before: int) -> None:
    """At 900 to 3880 s it may have been before the line was lost: who starts a router anew loses its lines, too."""
    assert proposed([outage("qionghai-ct", 1000, 4000)], [restart("qionghai", after, before)]) == []


def test_a_device_that_is_asked_again_minutes_after_its_line_came_back_counts() -> None:
    cold = restart("qionghai", 4030, 4031, "coldStart")
    [found] = proposed([outage("qionghai-ct", 1000, 4000)], [cold])
    assert found.evidence[0].witness == "coldStart"


def test_a_device_of_another_site_explains_nothing() -> None:
    assert proposed([outage("qionghai-ct", 1000, 4000)], [restart("haikou", 3880, 3890)]) == []


def test_both_carriers_of_a_site_lost_together_are_proposed_as_one() -> None:
    [found] = proposed([outage("haikou-ct", 1000, 4000), outage("haikou-cm", 1040, None)])
    assert [one.circuit for one in found.outages] == ["haikou-ct", "haikou-cm"]
    assert [(one.kind, one.subject) for one in found.evidence] == [
        ("together", "haikou-ct"),
        ("together", "haikou-cm"),
    ]
    assert (found.started_at, found.ended_at) == (1000 * S, None)


@pytest.mark.parametrize(
    "outages",
    [
        [outage("haikou-ct", 1000, 4000)],  # the other carrier goes on
        [outage("haikou-ct", 1000, 4000), outage("haikou-cm", 1100, 4000)],  # not at one moment
        [outage("haikou-ct", 1000, 1020), outage("haikou-cm", 1030, 4000)],  # never out at the same time
        [
            outage("sanya-ct", 1000, 4000),
            outage("sanya-ct-2", 1000, 4000),
        ],  # one carrier: its own fault may be
        [outage("qionghai-ct", 1000, 4000)],  # the only line of a site
        [outage("elsewhere", 1000, 4000)],  # of no known line
    ],
)
def test_what_has_another_likely_cause_is_not_proposed(outages: list[Outage]) -> None:
    assert proposed(outages) == []


def test_each_moment_and_each_site_is_proposed_apart() -> None:
    first = [outage("haikou-ct", 1000, 2000), outage("haikou-cm", 1000, 2000)]
    second = [outage("haikou-ct", 9000, 9500), outage("haikou-cm", 9010, 9400)]
    elsewhere = [outage("sanya-ct", 9000, 9500)]
    found = proposed([*second, *elsewhere, *first], [restart("sanya", 9400, 9450)])
    assert [(one.site, one.started_at // S, one.ended_at and one.ended_at // S) for one in found] == [
        ("haikou", 1000, 2000),
        ("haikou", 9000, 9500),
        ("sanya", 9000, 9500),
    ]


def test_a_proposal_takes_nothing_away_from_what_was_recorded() -> None:
    outages = [outage("haikou-ct", 1000, 4000), outage("haikou-cm", 1040, None)]
    before = list(outages)
    proposed(outages)
    assert outages == before
