"""The gate before the traps: who may send, how many, and that it stays small whoever knocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes import trap_gate
from probes.trap_gate import BURST_SECONDS, FOREIGN, TOO_MANY, TOO_MANY_OF_ONE, Gate, plain

ROUTER, OTHER = "10.64.0.2", "10.64.0.3"


def gate(*allowed: str, per_source: float = 10, in_all: float = 100) -> Gate:
    return Gate(allowed, per_source, in_all, 0.0)


def let_in(at: Gate, source: str, count: int, now: float) -> int:
    return sum(not at.refuses(source, now) for _ in range(count))


def test_only_the_addresses_and_networks_that_are_named_are_let_in() -> None:
    at = gate(ROUTER, "192.0.2.0/24", "2001:db8::/32", "fe80::1")
    inside = (ROUTER, "192.0.2.255", "2001:db8:ffff::9", "fe80::1")
    outside = ("10.64.0.1", "192.0.3.0", "2001:db9::1", "fe80::2", "127.0.0.1")
    assert [at.refuses(one, 0) for one in inside] == [""] * 4
    assert [at.refuses(one, 0) for one in outside] == [FOREIGN] * 5


@pytest.mark.parametrize(
    ("came", "written"),
    [
        ("10.64.0.2", "10.64.0.2"),
        ("::ffff:10.64.0.2", "10.64.0.2"),
        ("fe80::1%eth0", "fe80::1"),
        ("2001:DB8:0::2", "2001:db8::2"),
    ],
)
def test_an_address_is_compared_as_configurations_write_it(came: str, written: str) -> None:
    assert plain(came) == written


def test_ten_seconds_worth_may_come_at_once_and_then_so_many_a_second() -> None:
    at = gate(ROUTER, per_source=10)
    assert let_in(at, ROUTER, 500, now=0) == 100
    assert at.refuses(ROUTER, 0) == TOO_MANY_OF_ONE
    assert [let_in(at, ROUTER, 500, now=second) for second in (1, 2, 3)] == [10, 10, 10]
    assert let_in(at, ROUTER, 500, now=1000) == 100


def test_one_that_floods_takes_nothing_from_the_others() -> None:
    at = gate(ROUTER, OTHER, per_source=10, in_all=100)
    for second in range(60):
        let_in(at, ROUTER, 5000, now=second)
        assert at.refuses(OTHER, second) == ""


def test_all_together_have_a_limit_too() -> None:
    sources = [f"10.0.0.{number}" for number in range(1, 101)]
    at = gate("10.0.0.0/24", per_source=10, in_all=20)
    assert sum(let_in(at, one, 10, now=0) for one in sources) == 200
    assert at.refuses("10.0.0.200", 0) == TOO_MANY
    assert sum(let_in(at, one, 10, now=1) for one in sources) == 20


def test_what_was_refused_for_the_sake_of_all_is_not_counted_against_its_source() -> None:
    at = gate(ROUTER, OTHER, per_source=1, in_all=1)
    assert let_in(at, ROUTER, 20, now=0) == 10
    assert let_in(at, OTHER, 20, now=0) == 0
    assert let_in(at, OTHER, 20, now=5) == 5


def test_forged_sources_of_a_wide_network_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trap_gate, "MOST_SOURCES", 50)
    at = gate("10.0.0.0/8", in_all=1e6)
    reasons = [at.refuses(f"10.0.{high}.{low}", 0.0) for high in range(4) for low in range(250)]
    assert reasons.count("") == 50
    assert set(reasons) == {"", TOO_MANY_OF_ONE}
    assert at.refuses("10.9.9.9", BURST_SECONDS + 1) == ""


@given(
    st.lists(st.tuples(st.sampled_from([ROUTER, OTHER]), st.floats(0, 2, allow_nan=False)), max_size=200),
    st.floats(0.1, 5),
    st.floats(0.1, 5),
)
def test_no_more_than_the_burst_and_the_rate_is_ever_let_in(
    steps: list[tuple[str, float]], per_source: float, in_all: float
) -> None:
    at, now, count = gate(ROUTER, OTHER, per_source=per_source, in_all=in_all), 0.0, {ROUTER: 0, OTHER: 0}
    for source, pause in steps:
        now += pause
        count[source] += not at.refuses(source, now)

    def most(rate: float) -> float:
        return max(rate * BURST_SECONDS, 1) + rate * now + 1e-6

    assert max(count.values()) <= most(per_source)
    assert sum(count.values()) <= most(in_all)
