"""Histories as words, a letter a slot: u up, d down, ? unknown; and a naive settling, slot by slot."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from indicators.axis import Ints, Stretches, stretches
from indicators.threestate import DOWN, UNKNOWN, UP
from indicators.timeline import Cause, Timeline, timeline

SECOND = 1_000_000
STATES = {"u": UP, "d": DOWN, "?": UNKNOWN}
FIRST = 1_767_196_800 * SECOND  # 2026-01-01T00:00:00+08:00


def history(*words: str, slot: int = SECOND, begin: int = FIRST) -> Timeline:
    """One lane a word; before and after it nothing is known."""
    start, end, state = [], [], []
    for lane, word in enumerate(words):
        for number, letter in enumerate(word):
            if letter != "?":
                at = (lane << 52) + begin + number * slot
                start.append(at)
                end.append(at + slot)
                state.append(STATES[letter])
    columns = (np.array(start, np.int64), np.array(end, np.int64), np.array(state, np.int8))
    return timeline(len(words), *columns, np.full(len(start), Cause.MEASURED, np.int8))


def placed(*flags: Sequence[bool], slot: int = SECOND, begin: int = FIRST) -> Stretches:
    """The slots that are true, a lane each."""
    start = [
        (lane << 52) + begin + at * slot
        for lane, one in enumerate(flags)
        for at, yes in enumerate(one)
        if yes
    ]
    return stretches(np.array(start, np.int64), np.array(start, np.int64) + slot)


def slots_of(places: Ints, slot: int = SECOND, begin: int = FIRST) -> list[tuple[int, int]]:
    """Lane and slot of places."""
    return [(int(one) >> 52, ((int(one) & ((1 << 52) - 1)) - begin) // slot) for one in places]


def letters(one: Timeline, length: int, lane: int = 0, *, slot: int = SECOND, begin: int = FIRST) -> str:
    """The word that a lane spells."""
    places = (lane << 52) + begin + np.arange(length, dtype=np.int64) * slot
    return "".join("du?"[code] for code in one.state_at(places))


def naive(word: str, confirm_down: int, confirm_up: int) -> str:
    """A history without unknown, settled by the letter of the definition; its first run counts as confirmed."""
    found, state, at = "", word[0], 0
    while at < len(word):
        run = 1
        while at + run < len(word) and word[at + run] == word[at]:
            run += 1
        if at == 0 or at + run == len(word) or run >= (confirm_down if word[at] == "d" else confirm_up):
            state = word[at]
        found += state * run
        at += run
    return found


def completions(word: str) -> Iterator[str]:
    """Everything that may have been, with a long stretch before and after it of which nothing is known."""
    choices = [("u", "d") if letter == "?" else (letter,) for letter in word]
    for before, after in product("ud", "ud"):
        for inner in product(*choices):
            yield before * 4 + "".join(inner) + after * 4


def settled_bounds(word: str, confirm_down: int, confirm_up: int) -> str:
    """What every completion agrees on, letter by letter; ? where they differ."""
    seen = [naive(one, confirm_down, confirm_up)[4:-4] for one in completions(word)]
    return "".join(column[0] if len(set(column)) == 1 else "?" for column in zip(*seen, strict=True))
