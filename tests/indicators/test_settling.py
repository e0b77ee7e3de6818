"""Settling: against every completion of every short history, and by hand."""

from itertools import product

import pytest

from indicators.settling import blips, settled
from tests.indicators.slots import FIRST, SECOND, completions, history, letters, naive, settled_bounds


def _settled(word: str, confirm_down: int = 3, confirm_up: int = 3) -> str:
    raw = history(word)
    return letters(settled(raw, confirm_down * SECOND, confirm_up * SECOND), len(word))


@pytest.mark.parametrize(("confirm_down", "confirm_up"), list(product((1, 2, 3), repeat=2)))
def test_the_bracket_of_every_short_history_is_what_all_its_completions_agree_on(
    confirm_down: int, confirm_up: int
) -> None:
    for length in range(1, 7):
        words = ["".join(one) for one in product("ud?", repeat=length)]
        found = settled(history(*words), confirm_down * SECOND, confirm_up * SECOND)
        for lane, word in enumerate(words):
            assert letters(found, length, lane) == settled_bounds(word, confirm_down, confirm_up), word


def test_more_knowledge_never_widens_a_bracket() -> None:
    for word in map("".join, product("ud?", repeat=6)):
        known = _settled(word)
        for place in (number for number, letter in enumerate(word) if letter == "?"):
            for letter in "ud":
                more = _settled(word[:place] + letter + word[place + 1 :])
                assert all(now in ("?", then) for now, then in zip(known, more, strict=True)), word


def test_what_is_settled_is_what_the_definition_says_of_every_history_without_unknown() -> None:
    for word in map("".join, product("ud", repeat=9)):
        found = _settled("u" * 4 + word + "u" * 4)[4:-4]
        assert found == naive("u" * 4 + word + "u" * 4, 3, 3)[4:-4]


def test_down_20_s_unknown_5_h_down_20_s_is_no_fault() -> None:
    word = "u" * 60 + "d" * 20 + "?" * 18000 + "d" * 20 + "u" * 60
    found = _settled(word, 30, 30)
    assert "d" not in found
    assert found[60:-60] == "?" * 18040


def test_a_silence_of_29_s_is_a_blip_and_one_of_30_s_an_outage() -> None:
    raw = history("u" * 60 + "d" * 29 + "u" * 60 + "d" * 30 + "u" * 60)
    found = settled(raw, 30 * SECOND, 30 * SECOND)
    assert letters(found, 239) == "u" * 149 + "d" * 30 + "u" * 60
    assert blips(raw, found, 30 * SECOND).tolist() == [FIRST + 60 * SECOND]


def test_an_answer_of_29_s_inside_an_outage_belongs_to_it() -> None:
    word = "u" * 60 + "d" * 40 + "u" * 29 + "d" * 5 + "u" * 60
    assert _settled(word, 30, 30) == "u" * 60 + "d" * 74 + "u" * 60


def test_an_outage_that_is_not_confirmed_yet_is_unknown() -> None:
    assert _settled("u" * 60 + "d" * 20, 30, 30) == "u" * 60 + "?" * 20
    assert _settled("u" * 60 + "d" * 40 + "u" * 10, 30, 30) == "u" * 60 + "d" * 40 + "?" * 10


def test_histories_in_one_batch_do_not_touch_each_other() -> None:
    words = ["d" * 20, "u" * 20, "d" * 40, "u" * 5 + "d" * 15]
    together = settled(history(*words), 30 * SECOND, 30 * SECOND)
    for lane, word in enumerate(words):
        assert letters(together, len(word), lane) == _settled(word, 30, 30)


def test_completions_are_counted_as_the_definition_does() -> None:
    assert sum(1 for _ in completions("u?d")) == 8
