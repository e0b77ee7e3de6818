"""Three-valued states at one instant, all of them, against what the words mean."""

from itertools import product

import numpy as np
import pytest

from indicators.threestate import DOWN, UNKNOWN, UP, k_of_n, mask

STATES = (DOWN, UP, UNKNOWN)


def possible(members: tuple[int, ...]) -> list[int]:
    """How many members may be up, over every way in which the unknown ones may really stand."""
    really = ((UP, DOWN) if one == UNKNOWN else (one,) for one in members)
    return [way.count(UP) for way in product(*really)]


def naive(members: tuple[int, ...], k: int) -> int:
    """Up if it is up whatever the unknown ones are, down if it is down whatever they are, else unknown."""
    verdicts = {up >= k for up in possible(members)}
    return {frozenset({True}): UP, frozenset({False}): DOWN}.get(frozenset(verdicts), UNKNOWN)


@pytest.mark.parametrize("n", range(1, 6))
def test_k_of_n_says_what_holds_however_the_unknown_members_stand(n: int) -> None:
    for members in product(STATES, repeat=n):
        for k in range(1, n + 1):
            assert k_of_n(np.array(members, np.int8), k) == naive(members, k), (members, k)


def test_k_of_n_never_turns_round_as_more_becomes_known() -> None:
    for members in product(STATES, repeat=4):
        for place in (at for at, one in enumerate(members) if one == UNKNOWN):
            for found in (UP, DOWN):
                known = (*members[:place], found, *members[place + 1 :])
                for k in range(1, 5):
                    before = k_of_n(np.array(members, np.int8), k)
                    assert before in (UNKNOWN, k_of_n(np.array(known, np.int8), k))


@pytest.mark.parametrize(
    ("own", "upstream", "seen"),
    [
        (UP, UP, UP),
        (UP, DOWN, UP),  # it answered: the way was open, whatever was said of the upstream
        (UP, UNKNOWN, UP),
        (DOWN, UP, DOWN),
        (DOWN, DOWN, UNKNOWN),
        (DOWN, UNKNOWN, UNKNOWN),
        (UNKNOWN, UP, UNKNOWN),
        (UNKNOWN, DOWN, UNKNOWN),
        (UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_only_down_time_is_masked_and_only_by_an_upstream_that_is_not_up(
    own: int, upstream: int, seen: int
) -> None:
    masked = mask(np.array([own], np.int8), np.array([upstream], np.int8))
    assert masked.tolist() == [seen]
    assert masked.dtype == np.int8
