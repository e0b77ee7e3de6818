"""What statements of devices know of the time nobody watched: by hand, and against a reading second by second."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.witnessed import (
    DOWN,
    NOT_SAID,
    UP,
    UPTIME_WRAPS_AFTER_MICROS,
    Statements,
    Witnessed,
    began_anew,
    beginnings,
    joined,
    witnessed,
)

S = 1_000_000
BOOT = 0  # the device of most tests began at the beginning of time

Said = tuple[int, int, int | None, int | None, str]
"""When, outcome, since when, count of changes, origin; in seconds."""


def statements(*said: Said, boot: int = BOOT) -> Statements:
    def column(values: list[int | None]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([NOT_SAID if one is None else one for one in values], np.int64)

    return Statements(
        said_at=np.array([one[0] * S for one in said], np.int64),
        outcome=np.array([one[1] for one in said], np.int8),
        since=column([None if one[2] is None else one[2] * S for one in said]),
        uptime=np.array([(one[0] - boot) * S % UPTIME_WRAPS_AFTER_MICROS for one in said], np.int64),
        changes=column([one[3] for one in said]),
        origin=[one[4] for one in said],
    )


def told(found: Witnessed) -> list[tuple[int, int, int, str]]:
    """In whole seconds."""
    return [
        (begin // S, end // S, outcome, origin)
        for begin, end, outcome, origin in zip(
            found.started_at.tolist(),
            found.ended_at.tolist(),
            found.outcome.tolist(),
            found.origin,
            strict=True,
        )
    ]


def test_a_session_that_has_stood_for_an_hour_tells_of_that_hour() -> None:
    """The collector was away from 1000 to 4600 s; the session came up at 900 s, before it went."""
    assert told(witnessed(statements((4600, UP, 900, None, "bfd")), slack=0)) == [(900, 4600, UP, "bfd")]


def test_two_seconds_of_it_are_not_sure() -> None:
    assert told(witnessed(statements((4600, DOWN, 900, None, "bgp")))) == [(902, 4600, DOWN, "bgp")]
    assert told(witnessed(statements((4600, DOWN, 4599, None, "bgp")))) == []


def test_an_unchanged_count_of_changes_tells_of_the_time_between() -> None:
    same = statements((1000, UP, None, 6, "bfd"), (4600, UP, None, 6, "bfd"))
    assert told(witnessed(same, slack=0)) == [(1000, 4600, UP, "bfd")]
    other = statements((1000, UP, None, 6, "bfd"), (4600, UP, None, 7, "bfd"))
    assert told(witnessed(other, slack=0)) == []
    turned = statements((1000, UP, None, 6, "bfd"), (4600, DOWN, None, 6, "bfd"))
    assert told(witnessed(turned, slack=0)) == []


def test_a_count_that_began_anew_with_its_device_tells_nothing() -> None:
    before, after = (1000, UP, None, 1, "bfd"), (4600, UP, None, 1, "bfd")
    restarted = joined([statements(before), statements(after, boot=3000)])
    assert told(witnessed(restarted, slack=0)) == []
    unsaid = joined([statements(before), statements(after)])
    unsaid.uptime[1] = NOT_SAID
    assert told(witnessed(unsaid, slack=0)) == []


def test_an_uptime_that_wraps_after_497_days_is_no_beginning() -> None:
    wraps_at = UPTIME_WRAPS_AFTER_MICROS // S
    across = statements((wraps_at - 600, UP, None, 4, "bfd"), (wraps_at + 3000, UP, None, 4, "bfd"))
    assert across.uptime[1] < across.uptime[0]
    assert began_anew(across.said_at, across.uptime).tolist() == [False]
    assert told(witnessed(across, slack=0)) == [(wraps_at - 600, wraps_at + 3000, UP, "bfd")]


@pytest.mark.parametrize("outcome", [UP, DOWN])
def test_a_port_tells_of_its_line_only_where_the_link_follows_the_path(outcome: int) -> None:
    port = statements((4600, outcome, 900, None, "interface"))
    assert told(witnessed(port, slack=0)) == []
    assert told(witnessed(port, link_follows_path=True, slack=0)) == [(900, 4600, outcome, "interface")]


def test_that_a_device_runs_tells_of_no_line() -> None:
    assert told(witnessed(statements((4600, UP, 900, None, "device")), link_follows_path=True)) == []


def test_what_contradicts_itself_is_not_known() -> None:
    session = statements((4600, UP, 900, None, "bfd"))
    port = statements((4600, DOWN, 3000, None, "interface"))
    both = joined([session, port])
    assert told(witnessed(both, link_follows_path=True, slack=0)) == [(900, 3000, UP, "bfd")]


def test_what_two_know_is_known_by_both() -> None:
    both = joined([statements((2000, UP, 500, None, "bfd")), statements((3000, UP, 1000, None, "interface"))])
    assert told(witnessed(both, link_follows_path=True, slack=0)) == [
        (500, 1000, UP, "bfd"),
        (1000, 2000, UP, "bfd+interface"),
        (2000, 3000, UP, "interface"),
    ]


def test_nothing_said_is_nothing_known() -> None:
    assert len(witnessed(statements())) == 0


@st.composite
def histories(draw: st.DrawFn) -> list[Said]:
    """A line that changes now and then, and a device that tells of it now and then, and always the truth."""
    changes = sorted(draw(st.sets(st.integers(1, 300), max_size=6)))
    said: list[Said] = []
    for at in sorted(draw(st.sets(st.integers(5, 320), min_size=1, max_size=6))):
        before = [one for one in changes if one <= at]
        since = before[-1] if before else 0
        outcome = UP if len(before) % 2 == 0 else DOWN
        tells = draw(st.booleans())
        said.append((at, outcome, since if tells else None, len(before), "bfd"))
    return said


@given(histories())
@settings(max_examples=300, deadline=None)
def test_whatever_is_known_is_so_and_everything_said_is_known(said: list[Said]) -> None:
    """Second by second: what a statement speaks of, or two speak of alike, and nothing else."""
    naive: dict[int, int] = {}
    for at, outcome, since, _, _ in said:
        naive.update(dict.fromkeys(range(at if since is None else since, at), outcome))
    for (begin, outcome, _, changes, _), (end, *_, later, _) in pairwise(said):
        if changes == later:
            naive.update(dict.fromkeys(range(begin, end), outcome))
    found = told(witnessed(statements(*said), slack=0))
    assert {second: outcome for begin, end, outcome, _ in found for second in range(begin, end)} == naive
    assert all(before[1] <= after[0] for before, after in pairwise(found))


def test_a_device_dates_its_own_beginning() -> None:
    before = statements((1000, UP, 0, None, "device"), (2000, UP, 0, None, "device"))
    after = statements((4600, UP, 3000, None, "device"), (5000, UP, 3000, None, "device"), boot=3000)
    assert beginnings(joined([before, after])).tolist() == [3000 * S]
    assert beginnings(before).tolist() == beginnings(statements()).tolist() == []
