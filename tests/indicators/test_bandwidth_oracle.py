"""Thousands of random histories, bin by bin against the words of definitions §5 in the plainest Python there is.

The oracle knows nothing of columns, runs of rates or tests gone through from the newest: it asks, of each bin alone,
what the words say. Its arithmetic is that of fractions.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.bandwidth import ASSURED, LEFT_OUT, SHORT, UNPROVEN, Reason, classify
from indicators.bins import BIN, SECOND, UNKNOWN, Bins
from indicators.proving import Throughput
from tests.indicators.circuit import FULL, MEGA, POLICY, RATE, assurance, circuit

SIZE = 36
SHORT_POLICY = replace(
    POLICY, test_validity=8 * 300.0
)  # eight bins: tests begin, run out and follow each other
MADE_OF = {
    "contracted": ([RATE, RATE, RATE, 2 * RATE, UNKNOWN], 0.1),
    "link_speed": ([RATE - 1, RATE, 100 * RATE, UNKNOWN], 0.2),
    "octets_in": ([0, FULL * 8 // 10, FULL * 8 // 10 - 1, FULL * 95 // 100, 2 * FULL, 10**12, UNKNOWN], 0.4),
    "octets_out": ([0, FULL * 9 // 10, UNKNOWN], 0.3),
    "sent": ([0, 20, 25, 40], 0.2),
    "discards": ([1, UNKNOWN], 0.2),
}


def histories(seed: int, many: int) -> Iterator[tuple[Bins, list[Throughput]]]:
    chance = np.random.default_rng(seed)
    for _ in range(many):
        yield history(chance), some_tests(chance)


def history(chance: np.random.Generator) -> Bins:
    columns: dict[str, list[int]] = {}
    for name, (values, share) in MADE_OF.items():
        usual = {"contracted": RATE, "link_speed": 100 * RATE, "sent": 30}.get(name, 0)
        other = chance.random(SIZE) < share * chance.random() * 2
        columns[name] = np.where(other, chance.choice(values, SIZE), usual).tolist()
    rate = chance.choice([0.0, 0.005, 0.01, 0.03])
    columns["lost"] = chance.binomial(columns["sent"], rate).tolist()
    whole = chance.random(SIZE) < 0.8
    maintenance = np.where(whole, 0, chance.integers(0, 301, SIZE))
    judged = np.where(whole, 300, np.minimum(300 - maintenance, chance.integers(0, 301, SIZE)))
    down = np.where(chance.random(SIZE) < 0.8, 0, chance.integers(0, judged + 1))
    unknown = np.where(chance.random(SIZE) < 0.8, 0, chance.integers(0, judged - down + 1))
    times = {"maintenance": maintenance, "judged": judged, "down": down, "unknown": unknown}
    columns |= {name: (value * SECOND).tolist() for name, value in times.items()}
    return circuit(SIZE, 0, **columns)


def some_tests(chance: np.random.Generator) -> list[Throughput]:
    starts = chance.integers(-12, SIZE + 2, int(chance.integers(0, 7)))
    return [
        Throughput(
            started=int(start) * BIN + int(chance.choice([0, 100])) * SECOND,
            rate=int(chance.choice([9_000_000, 9_499_999, 9_500_000, 19_000_000])),
            valid_until=(int(start) + int(chance.integers(1, 20))) * BIN,
            attested=bool(chance.random() < 0.3),
            direction=("receive", "send", "both")[int(chance.integers(3))],
            cap=int(chance.choice([UNKNOWN, UNKNOWN, 5 * MEGA, RATE])),
            complete=bool(chance.random() < 0.8),
        )
        for start in starts
    ]


# The oracle


def believed(bins: Bins, at: int) -> list[int | None]:
    """In and out, or None: not known, or more than twice what the port carries in 300 s."""
    speed = int(bins.link_speed[at])
    pair = (int(bins.octets_in[at]), int(bins.octets_out[at]))
    return [None if one < 0 or (speed > 0 and one * 8 > 2 * speed * 300) else one for one in pair]


def utilisation(bins: Bins, at: int) -> tuple[Fraction | None, bool]:
    """Of the contracted rate in the fuller direction that is known, and whether the other is known, too."""
    pair = [
        Fraction(one * 8, 300 * int(bins.contracted[at])) for one in believed(bins, at) if one is not None
    ]
    return (max(pair) if pair else None), len(pair) == 2


def at_work(bins: Bins, at: int) -> str:
    most, whole = utilisation(bins, at)
    if most is not None and most >= Fraction(80, 100):
        return "busy"
    return "idle" if whole else "open"


def counts(bins: Bins, at: int) -> bool:
    return int(bins.judged[at]) >= BIN / 2 and int(bins.contracted[at]) > 0


def hour(bins: Bins, at: int) -> tuple[list[int], list[int]]:
    """Places in the hour around a bin: idle ones and those whose load is not known."""
    around = [place for place in range(at - 6, at + 6) if 0 <= place < len(bins) and counts(bins, place)]
    return [p for p in around if at_work(bins, p) == "idle"], [
        p for p in around if at_work(bins, p) == "open"
    ]


def too_lossy(bins: Bins, places: list[int]) -> bool:
    sent, lost = (sum(int(column[place]) for place in places) for column in (bins.sent, bins.lost))
    return sent >= 300 and Fraction(lost, sent) > Fraction(1, 100)


def one_by_one(bins: Bins, at: int) -> tuple[bool, bool]:
    """Surely short by loss, possibly: each open bin where it does least harm, and most; packets counted likewise."""
    idle, open_ = hour(bins, at)
    term = {
        place: Fraction(int(bins.lost[place])) - Fraction(int(bins.sent[place]), 100)
        for place in idle + open_
    }
    of_idle = sum((term[place] for place in idle), Fraction(0))
    sent_idle, sent_open = (sum(int(bins.sent[place]) for place in places) for places in (idle, open_))
    least = of_idle + sum(min(term[place], Fraction(0)) for place in open_)
    most = of_idle + sum(max(term[place], Fraction(0)) for place in open_)
    own = at_work(bins, at)
    return (
        own == "idle" and sent_idle >= 300 and least > 0,
        own != "busy" and sent_idle + sent_open >= 300 and most > 0,
    )


def heard(bins: Bins, made: list[Throughput], at: int, direction: str) -> set[str]:
    """What the tests of a direction say of a bin."""
    begins = bins.begin + at * BIN
    asked = Fraction(95, 100) * int(bins.contracted[at])
    begun = [
        test
        for test in sorted(made, key=lambda test: test.started)
        if test.started < begins + BIN and test.direction in (direction, "both")
    ]

    def passed(test: Throughput) -> bool:
        return test.rate >= asked

    def failed(test: Throughput) -> bool:
        return not passed(test) and (test.cap == UNKNOWN or test.cap >= asked)

    found = set()
    for place, test in enumerate(begun):
        young = test.attested or begins - test.started <= 8 * BIN
        newer = begun[place + 1 :]
        if not (young and begins < test.valid_until):
            continue
        if passed(test) and not any(failed(one) and one.complete for one in newer):
            found.add("attested" if test.attested else "measured")
        lifted = any(passed(one) and (test.attested or not one.attested) for one in newer)
        if failed(test) and not lifted:
            found.add("failed" if test.complete else "doubt")
    return found


def left_out(bins: Bins, at: int) -> Reason | None:
    judged, maintenance = int(bins.judged[at]), int(bins.maintenance[at])
    if judged < BIN / 2:
        return Reason.MAINTENANCE if maintenance >= BIN - judged - maintenance else Reason.OUTSIDE
    return Reason.NO_RATE if bins.contracted[at] <= 0 else None


def judge(bins: Bins, made: list[Throughput], at: int) -> Reason:  # noqa: C901, PLR0911 - a list of rules, on purpose
    if (why := left_out(bins, at)) is not None:
        return why
    rate, speed = int(bins.contracted[at]), int(bins.link_speed[at])
    down, unknown, half = int(bins.down[at]), int(bins.unknown[at]), Fraction(int(bins.judged[at]), 2)
    says = heard(bins, made, at, "receive") | heard(bins, made, at, "send")
    sure, maybe = one_by_one(bins, at)
    most, _ = utilisation(bins, at)
    if down > half:
        return Reason.DOWN
    if 0 <= speed < rate:
        return Reason.LINK_SPEED_LOW
    if "failed" in says:
        return Reason.TEST_FAILED
    if sure:
        return Reason.LOSS
    if down + unknown > half:
        return Reason.UNWATCHED
    if "doubt" in says:
        return Reason.TEST_OPEN
    if maybe:
        return Reason.LOSS_OPEN
    if "measured" in says:
        return Reason.TESTED
    if most is not None and most >= Fraction(95, 100):
        return Reason.FILLED
    return Reason.ATTESTED if "attested" in says else Reason.NO_PROOF


# The comparison


@pytest.mark.parametrize("seed", range(4))
def test_random_histories_are_judged_as_the_words_say(seed: int) -> None:
    seen: set[Reason] = set()
    for bins, made in histories(seed, 500):
        expected = [judge(bins, made, at) for at in range(SIZE)]
        assert [Reason(code) for code in classify(bins, made, SHORT_POLICY).tolist()] == expected
        seen.update(expected)
    assert seen == set(Reason) - {Reason.LINK_SPEED}  # nothing was left untried


def test_loss_is_sure_only_if_it_is_short_however_the_unknown_loads_were_and_open_if_it_may_be() -> None:
    tried = 0
    for bins, made in histories(99, 400):
        found = classify(bins, [], SHORT_POLICY)
        for at in np.flatnonzero(np.isin(found, [Reason.LOSS, Reason.NO_PROOF, Reason.FILLED])).tolist():
            idle, open_ = hour(bins, at)
            if at_work(bins, at) == "busy" or len(open_) > 8:
                continue
            ways = [
                too_lossy(bins, idle + [place for place, taken in zip(open_, way, strict=True) if taken])
                for way in product((False, True), repeat=len(open_))
                if at not in open_ or way[open_.index(at)]
            ]
            assert all(ways) if found[at] == Reason.LOSS else not any(ways)
            tried += len(open_) > 0
        assert made is not None
    assert tried > 500


SETTLED = st.sampled_from(["unknown", "octets_in", "octets_out"])


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), which=SETTLED, value=st.integers(0, FULL), share=st.floats(0, 1))
def test_laws_of_the_bracket_hold_and_more_knowledge_never_widens_it(
    seed: int, which: str, value: int, share: float
) -> None:
    """What is unknown of one column becomes known: nothing decided changes, and what was open may close."""
    bins, made = next(histories(seed, 1))
    before = classify(bins, made, SHORT_POLICY)
    after = classify(more_known(bins, which, value, share), made, SHORT_POLICY)
    assert set(np.flatnonzero(np.isin(after, UNPROVEN))) <= set(np.flatnonzero(np.isin(before, UNPROVEN)))
    for kept in (SHORT, ASSURED, LEFT_OUT):
        assert np.all(np.isin(after[np.isin(before, kept)], kept))
    wide, narrow = (
        assurance(one, *made, policy=SHORT_POLICY) for one in (bins, more_known(bins, which, value, share))
    )
    if wide.lower is not None and wide.upper is not None:
        assert narrow.lower is not None
        assert narrow.upper is not None
        assert wide.lower <= narrow.lower <= narrow.upper <= wide.upper
    classes = (wide.evidence[name] for name in ("assured", "short", "unproven", "left_out"))
    assert sum(many for many in classes if isinstance(many, int)) == SIZE


def more_known(bins: Bins, which: str, value: int, share: float) -> Bins:
    if which == "unknown":
        found = np.floor(bins.unknown * share).astype(np.int64)
        return replace(bins, unknown=bins.unknown - bins.unknown, down=bins.down + found)
    column = getattr(bins, which)
    if which == "octets_in":
        return replace(bins, octets_in=np.where(column < 0, value, column))
    return replace(bins, octets_out=np.where(column < 0, value, column))
