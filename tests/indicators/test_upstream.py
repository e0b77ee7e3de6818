"""How far a parent's absence reaches: from its last answer to its first, and the child's own ± beside."""

import numpy as np

from indicators.axis import Ints
from indicators.observed import Edges
from indicators.threestate import DOWN, UNKNOWN, UP
from indicators.upstream import Dependences, behind, masked, widest
from tests.indicators.slots import FIRST, SECOND, history, letters

ALWAYS = Dependences(*(np.array([one], np.int64) for one in (0, 0, 0, 1 << 51)))


def _edges(*rows: tuple[int, int, int]) -> Edges:
    """Recorded changes: at, not before, not after, in slots."""
    at, after, before = (FIRST + np.array(column, np.int64) * SECOND for column in zip(*rows, strict=True))
    return Edges(at, after, before)


def _behind(child: str, parent: str, of_child: Edges, of_parent: Edges) -> str:
    away = behind(widest(history(parent), of_parent), ALWAYS)
    return letters(masked(history(child), of_child, away), len(child))


def test_a_parent_is_taken_as_away_from_its_last_answer_to_its_first() -> None:
    sharp = _edges((3, 3, 3), (12, 12, 12))
    wide = _edges((5, 3, 6), (8, 7, 11))  # last answered at 3, first answer received at 11
    assert _behind("uuudddddddddu", "uuuuuddduuuuu", sharp, wide) == "uuu????????du"


def test_a_child_s_own_uncertainty_is_added() -> None:
    sharp = _edges((5, 5, 5), (8, 8, 8))
    child = _edges((3, 2, 5), (9, 8, 10))  # may have gone down as late as 5, and come back as early as 8
    assert _behind("uuudddddduuuu", "uuuuuddduuuuu", child, sharp) == "uuu??????uuuu"


def test_what_is_down_long_before_its_parent_stays_its_own_fault() -> None:
    sharp: Edges = _edges((2, 2, 2), (6, 6, 6), (9, 9, 9))
    assert _behind("uudddddduuuu", "uuuuuuddduuu", sharp, sharp) == "uudddd??uuuu"


def test_two_parents_of_one_time_and_one_that_was_never_seen_hide_each_for_itself() -> None:
    def column(*values: int) -> Ints:
        return np.array(values, np.int64)

    on = Dependences(column(0, 0), column(0, 1), column(0, 0), column(1 << 51, 1 << 51))
    nothing = Edges(*(np.empty(0, np.int64) for _ in range(3)))
    away = behind(widest(history("????uuuuuu", "??uuuuddd?"), nothing), on)
    assert letters(masked(history("dddddddddd"), nothing, away), 10) == "????dd????"


def test_who_is_down_behind_an_unknown_parent_is_not_counted_as_up_for_having_been_up_before() -> None:
    nothing = Edges(*(np.empty(0, np.int64) for _ in range(3)))
    away = behind(widest(history("uuuuu?????"), nothing), ALWAYS)
    seen = history("uuuuudd???")
    state, until = masked(seen, nothing, away).latest()
    assert (state.tolist(), until.tolist()) == ([UNKNOWN], [FIRST + 7 * SECOND])
    assert seen.latest()[0].tolist() == [DOWN]
    # Not watched is another matter: what was seen last is what is known.
    assert history("uuuuu?????").latest()[0].tolist() == [UP]
