"""What is recorded of one check: asked every 10 s, twice more a second apart, every 2 s while down."""

from hypothesis import given
from hypothesis import strategies as st

from lab.year_seen import DOWN, UP, Seen, seen
from lab.year_watching import Beat, Gap, Watch, watches
from lab.year_world import Spans, short_of, union

S = 1_000_000
BEAT = Beat("icmp-10s", 10 * S, 5 * S, 2, S, 2 * S, 2 * S)
HOUR = 3600 * S


def _seen(down: Spans, gaps: tuple[Gap, ...] = (), phase: float = 0.0) -> Seen:
    return seen(BEAT, phase, down, _watches(gaps), 0, HOUR)


def _watches(gaps: tuple[Gap, ...] = ()) -> list[Watch]:
    return watches(BEAT, 0, HOUR, gaps)


def test_a_cut_is_dated_and_bounded_by_packets() -> None:
    """Cut at 103 s, mended at 131.5 s: silent at 110, 111, 112 and every 2 s from 114 on; answered at 132 s."""
    up, down, again = _seen([(103 * S, 131_500_000)]).runs
    assert (up.begin, up.after, up.outcome) == (0, None, UP)
    assert (down.begin, down.after, down.before, down.outcome) == (110 * S, 100 * S, 114 * S, DOWN)
    assert (again.begin, again.after, again.before) == (132 * S, 130 * S, 132_010_000)
    assert (down.end, down.end_after, down.end_before) == (132 * S, 130 * S, 132_010_000)
    assert again.end is None


def test_a_cut_that_a_retry_outlives_is_a_rescue() -> None:
    found = _seen([(109 * S, 110_500_000)])
    assert len(found.runs) == 1
    assert found.rescued == [110 * S]


def test_a_cut_between_two_questions_is_not_seen_at_all() -> None:
    assert _seen([(101 * S, 109 * S)]) == _seen([])


def test_a_line_mended_while_nobody_looked_is_bounded_by_the_packets_around() -> None:
    gap = Gap(200 * S, 300 * S, "stopped")
    _, down, up = _seen([(103 * S, 250 * S)], (gap,)).runs
    assert (down.begin, up.begin) == (110 * S, 300 * S)
    assert up.after is not None
    assert 190 * S <= up.after <= 200 * S
    assert up.before == 300_010_000


def test_a_line_cut_and_mended_while_nobody_looked_leaves_no_trace() -> None:
    gap = Gap(200 * S, 300 * S, "stopped")
    assert len(_seen([(210 * S, 290 * S)], (gap,)).runs) == 1


def test_a_check_that_is_no_longer_asked_ends_at_its_last_observation() -> None:
    found = seen(BEAT, 0.0, [], _watches(), 0, 1000 * S)
    assert [(run.begin, run.end, run.end_before) for run in found.runs] == [(0, 1000 * S, None)]


def test_fewer_than_needed_of_three() -> None:
    lines = [[(0, 10)], [(5, 20)], [(8, 12), (15, 18)]]
    assert short_of(1, lines) == [(8, 10)]
    assert short_of(2, lines) == [(5, 12), (15, 18)]
    assert short_of(3, lines) == [(0, 20)]


@given(
    cuts=st.lists(st.tuples(st.integers(0, 3500), st.integers(1, 400)), max_size=12),
    gaps=st.lists(st.tuples(st.integers(60, 3000), st.integers(5, 300)), max_size=3),
    phase=st.floats(0, 0.999),
)
def test_every_recorded_edge_holds_a_real_one_within_its_bounds(
    cuts: list[tuple[int, int]], gaps: list[tuple[int, int]], phase: float
) -> None:
    """And no cut of 12 s that was watched is missed; runs follow each other without a hole."""
    down = union((begin * S, (begin + size) * S) for begin, size in cuts)
    dark = union((begin * S, (begin + size) * S) for begin, size in gaps)
    held = tuple(Gap(begin, end, "stopped") for begin, end in dark)
    found = _seen(down, held, phase)
    edges = {DOWN: [begin for begin, _ in down], UP: [end for _, end in down]}
    for before, run in zip(found.runs, found.runs[1:], strict=False):
        assert run.outcome != before.outcome
        assert (before.end, before.end_after, before.end_before) == (run.begin, run.after, run.before)
        assert run.after is not None
        assert any(run.after <= edge <= run.before for edge in edges[run.outcome])
    seen_down = [run for run in found.runs if run.outcome == DOWN]
    for begin, end in down:
        watched = any(one.begin + 20 * S <= begin and end + 20 * S <= one.end for one in _watches(held))
        if end - begin >= 12 * S and watched:
            assert any(run.begin < end and (run.end is None or begin < run.end) for run in seen_down)
