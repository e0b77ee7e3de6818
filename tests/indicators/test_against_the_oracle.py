"""Thousands of random histories: ours must equal the naive oracle exactly, every lane of a batch and alone."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators import days, restoring, shares
from indicators.axis import Stretches, none
from indicators.faults import Faults
from indicators.judged import Circumstances, View, judged
from indicators.measure import Bracket
from indicators.observed import Edges
from indicators.policy import Maintenance, Policy
from indicators.services import Membership, derived
from indicators.settling import blips, settled
from indicators.sums import Sums, sums
from indicators.timeline import combined
from indicators.upstream import Dependences, behind, masked, widest
from tests.indicators import oracle
from tests.indicators.histories import batches, truths, words
from tests.indicators.slots import FIRST, SECOND, history, letters, placed, slots_of

THOROUGH = settings(max_examples=100, deadline=None)
DOWN_FOR, UP_FOR, GAP = 3, 4, 15
NO_EDGES = Edges(*(np.empty(0, np.int64) for _ in range(3)))
confirmations = st.integers(1, 7)


@THOROUGH
@given(batches(), confirmations, confirmations)
def test_settling_and_blips(batch: list[str], confirm_down: int, confirm_up: int) -> None:
    raw = history(*batch)
    found = settled(raw, confirm_down * SECOND, confirm_up * SECOND)
    wanted = [oracle.settle(word, confirm_down, confirm_up) for word in batch]
    assert [letters(found, len(word), lane) for lane, word in enumerate(batch)] == wanted
    told = [
        (lane, at) for lane, word in enumerate(batch) for at in oracle.blips(word, wanted[lane], confirm_down)
    ]
    assert slots_of(blips(raw, found, confirm_down * SECOND)) == told


@THOROUGH
@given(batches(2, 6), st.data())
def test_masking_by_upstreams_that_change(batch: list[str], data: st.DataObject) -> None:
    half = len(batch) // 2
    children, parents, length = batch[:half], batch[half:], len(batch[0])
    on, wanted = list[tuple[int, int, int, int]](), list[str]()
    for child, word in enumerate(children):
        border = data.draw(st.integers(0, length))
        first, second = (data.draw(st.integers(0, len(parents) - 1)) for _ in range(2))
        on += [(child, first, 0, FIRST + border * SECOND), (child, second, FIRST + border * SECOND, 1 << 51)]
        wanted.append(oracle.mask(word, parents[first][:border] + parents[second][border:]))
    away = behind(widest(history(*parents), NO_EDGES), Dependences(*np.array(on, np.int64).T))
    found = masked(history(*children), NO_EDGES, away)
    assert [letters(found, length, lane) for lane in range(half)] == wanted


@THOROUGH
@given(batches(2, 5), st.data())
def test_services_whose_members_and_needs_change(batch: list[str], data: st.DataObject) -> None:
    length, rows, wanted = len(batch[0]), list[tuple[int, int, int, int, int]](), list[str]()
    for service in range(data.draw(st.integers(1, 3))):
        edges = [0, data.draw(st.integers(0, length)), length]
        word = ""
        for begin, end in pairwise(edges):
            members = data.draw(st.sets(st.integers(0, len(batch) - 1), min_size=1))
            needs = data.draw(st.integers(1, len(members)))
            if begin < end:
                times = FIRST + begin * SECOND, FIRST + end * SECOND
                rows += [(service, member, *times, needs) for member in members]
                word += oracle.derive([batch[member][begin:end] for member in sorted(members)], needs)
        wanted.append(word)
    found = derived(len(wanted), history(*batch), Membership(*np.array(rows, np.int64).T))
    assert [letters(found, length, lane) for lane in range(len(wanted))] == wanted


@THOROUGH
@given(batches(1, 3, "ud? "), st.integers(1, 3))
def test_vantages_that_come_and_go(batch: list[str], vantages: int) -> None:
    seen = [[word[at:] + word[:at] for word in batch] for at in (0, 7, 31)[:vantages]]
    there = [placed(*([letter != " " for letter in word] for word in words_)) for words_ in seen]
    found = combined(
        (history(*(word.replace(" ", "?") for word in words_)), at)
        for words_, at in zip(seen, there, strict=True)
    )
    for lane in range(len(batch)):
        wanted = oracle.combine([words_[lane] for words_ in seen])
        assert letters(found, len(wanted), lane) == wanted


@dataclass(frozen=True)
class Situation:
    """A batch of subjects and what is around them, slot by slot."""

    raw: list[str]
    serving: list[list[bool]]
    maintenance: list[list[bool]]
    suspended: list[list[bool]]
    parents_maintenance: list[list[bool]]
    parents_down: list[list[bool]]
    papers: list[str]

    @property
    def length(self) -> int:
        return len(self.raw[0])

    def alone(self, lane: int) -> "Situation":
        """One subject of them."""
        return Situation(*([getattr(self, one.name)[lane]] for one in fields(self)))

    def judged(self, maintenance: Maintenance = "exclude") -> View:
        """By us."""
        policy = Policy(confirm_down=DOWN_FOR, confirm_up=UP_FOR, merge_gap=GAP, maintenance=maintenance)
        raw = history(*self.raw)
        now = FIRST + self.length * SECOND
        return judged(raw, raw, NO_EDGES, self.circumstances(), policy, now, UP_FOR * SECOND)

    def circumstances(self) -> Circumstances:
        """As columns."""

        def papers(letter: str) -> Stretches:
            return placed(*([one == letter for one in word] for word in self.papers))

        return Circumstances(
            in_service=placed(*self.serving),
            hours=placed(*([True] * self.length for _ in self.raw)),
            maintenance=placed(*self.maintenance),
            parents_maintenance=placed(*self.parents_maintenance),
            parents_down=placed(*self.parents_down),
            attested_up=papers("u"),
            attested_down=papers("d"),
            suspended=placed(*self.suspended),
        )

    def windows(self, lane: int) -> list[bool]:
        """§2: maintenance on X, and on what it depends on while that is known down and X measured down."""
        columns = zip(
            self.maintenance[lane],
            self.parents_maintenance[lane],
            self.parents_down[lane],
            self.raw[lane],
            strict=True,
        )
        return [own or (above and away and letter == "d") for own, above, away, letter in columns]

    def counted(self, lane: int) -> list[bool]:
        """§2: T."""
        return [
            serves and not excluded
            for serves, excluded in zip(self.serving[lane], self.windows(lane), strict=True)
        ]

    def settled(self, lane: int) -> str:
        return oracle.settle(oracle.resolve(self.raw[lane], self.papers[lane]), DOWN_FOR, UP_FOR)

    def faults(self, lane: int) -> list[oracle.Fault]:
        counted = self.counted(lane)
        return oracle.faults(self.settled(lane), counted, GAP, self.length, UP_FOR, self.suspended[lane])


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    raw = draw(batches())
    length = len(raw[0])

    def each(mostly: bool) -> list[list[bool]]:
        return [draw(truths(length, mostly)) for _ in raw]

    quiet = ["?" * length for _ in raw]
    papers = [draw(words(length)) for _ in raw] if draw(st.booleans()) else quiet
    return Situation(raw, each(True), each(False), each(False), each(False), each(False), papers)


def our_faults_by_lane(of: Faults) -> Iterator[tuple[int, oracle.Fault]]:
    """Ours in the oracle's terms, with their lanes."""
    sizes = [(column // SECOND).tolist() for column in (of.down, of.clock, of.shortest, of.longest)]
    columns = slots_of(of.start), slots_of(of.end - 1), *sizes, of.ended.tolist(), of.open.tolist()
    for (lane, start), (_, last), down, clock, shortest, longest, ended, open_ in zip(*columns, strict=True):
        yield lane, oracle.Fault(start, last + 1, down, clock, shortest, longest, ended, open_)


def our_faults(of: Faults, lane: int) -> list[oracle.Fault]:
    """Those of one lane."""
    return [one for own, one in our_faults_by_lane(of) if own == lane]


def our_seconds(of: Sums, lane: int, window: int) -> oracle.Seconds:
    return oracle.Seconds(*(int(column[lane, window]) // SECOND for column in (of.up, of.down, of.unknown)))


def same(ours: Bracket, wanted: oracle.Range | None) -> None:
    """Whether a bracket is what the oracle says, to the last bit of a float."""
    if wanted is None:
        assert (ours.value, ours.lower, ours.upper) == (None, None, None)
    else:
        assert (ours.value, ours.lower, ours.upper) == tuple(float(one) for one in wanted)


@THOROUGH
@given(situations(), st.lists(st.integers(0, 160), min_size=2, max_size=5, unique=True))
def test_a_judged_batch(of: Situation, edges: list[int]) -> None:
    view = of.judged()
    edges = sorted(edges)
    found = sums(view.settled, view.counted, FIRST + np.array(edges, np.int64) * SECOND)
    wanted_outages = list[tuple[int, int, int, int, int]]()
    for lane in range(len(of.raw)):
        word, counted = of.settled(lane), of.counted(lane)
        assert letters(view.settled, of.length, lane) == word
        for window, (begin, end) in enumerate(pairwise(edges)):
            assert our_seconds(found, lane, window) == oracle.seconds(word, counted, begin, end)
        assert our_faults(view.faults, lane) == of.faults(lane)
        wanted_outages += [(lane, *one) for one in oracle.outages(word)]
    columns = view.outages.start, view.outages.end - 1, view.outages.down, view.outages.unknown
    (starts, ends), sizes = map(slots_of, columns[:2]), [(one // SECOND).tolist() for one in columns[2:]]
    ours = [
        (lane, at, end + 1, down, unknown)
        for (lane, at), (_, end), down, unknown in zip(starts, ends, *sizes, strict=True)
    ]
    assert ours == wanted_outages


@THOROUGH
@given(situations())
def test_a_subject_in_a_batch_is_judged_as_if_it_were_alone(of: Situation) -> None:
    edges = FIRST + np.array([0, of.length // 2, of.length], np.int64) * SECOND
    view = of.judged()
    together = sums(view.settled, view.counted, edges)
    for lane in range(len(of.raw)):
        one = of.alone(lane).judged()
        assert our_faults(one.faults, 0) == our_faults(view.faults, lane)
        alone = sums(one.settled, one.counted, edges)
        for window in range(2):
            assert our_seconds(alone, 0, window) == our_seconds(together, lane, window)


@THOROUGH
@given(situations())
def test_maintenance_that_counts_as_up_or_counts(of: Situation) -> None:
    up, counts = of.judged("count_as_up"), of.judged("count")
    assert np.array_equal(up.raw.at, up.settled.at)
    for lane in range(len(of.raw)):
        word = of.settled(lane)
        lifted = "".join(
            "u" if inside else letter for letter, inside in zip(word, of.windows(lane), strict=True)
        )
        assert letters(up.settled, of.length, lane) == lifted
        assert letters(counts.settled, of.length, lane) == word
    for view in (up, counts):
        edges = FIRST + np.array([0, of.length], np.int64) * SECOND
        total = sums(view.settled, view.counted, edges).total[:, 0] // SECOND
        assert total.tolist() == [sum(one) for one in of.serving]


@THOROUGH
@given(situations())
def test_shares_of_time_and_of_lines(of: Situation) -> None:
    view, whole = of.judged(), FIRST + np.array([0, of.length], np.int64) * SECOND
    found = sums(view.settled, view.counted, whole)
    each = [oracle.seconds(of.settled(lane), of.counted(lane), 0, of.length) for lane in range(len(of.raw))]
    same(shares.availability(found), oracle.availability(oracle.together(each)))
    same(shares.fault_rate(found), oracle.fault_rate(oracle.together(each)))
    same(shares.faulty_lines(found), oracle.faulty_items(each))
    same(shares.downtime_p95(found), oracle.downtime_p95(each))


@THOROUGH
@given(situations(), st.integers(1, 60))
def test_restored_within(of: Situation, limit: int) -> None:
    view = of.judged()
    ours = restoring.restored_within(view.faults, limit)
    each = [one for lane in range(len(of.raw)) for one in of.faults(lane)]
    wanted = oracle.restored_within(each, limit)
    assert ours.value == (None if wanted is None else float(wanted))


@THOROUGH
@given(
    situations(),
    st.integers(1, 30),
    st.sampled_from(["0", "0.01", "0.1", "0.3"]),
    st.none() | st.integers(0, 9),
)
def test_normal_days_of_lines_and_of_their_group(
    of: Situation, day: int, share: str, downtime: int | None
) -> None:
    view = of.judged()
    edges = list(range(0, of.length + day, day))
    found = sums(view.settled, view.counted, FIRST + np.array(edges, np.int64) * SECOND)
    policy = Policy(max_downtime_share=float(share), max_downtime=downtime)
    verdicts = days.verdicts(found, policy)
    group = days.group_verdicts(days.member_days(found, policy), days.no_long_faults(len(edges) - 1), policy)
    for number, (begin, end) in enumerate(pairwise(edges)):
        each = [
            oracle.seconds(of.settled(lane), of.counted(lane), begin, min(end, of.length))
            for lane in range(len(of.raw))
        ]
        one_limit = [Fraction(share) * one.total if downtime is None else Fraction(downtime) for one in each]
        wanted = [
            oracle.day(one, limit, Fraction("0.95")) for one, limit in zip(each, one_limit, strict=True)
        ]
        assert [_day(verdicts, lane, number) for lane in range(len(of.raw))] == wanted
        limit = sum((one for one, of_ in zip(one_limit, each, strict=True) if of_.total), Fraction(0))
        assert _day(group, 0, number) == oracle.day(oracle.together(each), limit, Fraction("0.95"))


def _day(of: days.Verdicts, lane: int, number: int) -> oracle.Day:
    columns = of.normal, of.surely, of.possibly, of.decided, of.excused
    return oracle.Day(*(bool(column[lane, number]) for column in columns))


def test_no_subject_and_no_time_at_all() -> None:
    of = Situation(["u"], [[False]], [[False]], [[False]], [[False]], [[False]], ["?"])
    view = of.judged()
    assert len(view.faults) == 0
    assert shares.availability(sums(view.settled, none(), np.array([0, 9], np.int64))).value is None


def _random_word(dice: random.Random, length: int) -> str:
    word = ""
    while len(word) < length:
        word += dice.choice("uuudd?") * dice.choice((1, 2, 3, 4, 5, 9, 16, 40))
    return word[:length]


@pytest.mark.parametrize("seed", range(4))
def test_a_thousand_histories_in_one_batch(seed: int) -> None:
    dice, length = random.Random(seed), 200
    raw = [_random_word(dice, length) for _ in range(1000)]
    no = [False] * length
    serving = [[letter != "?" for letter in _random_word(dice, length)] for _ in raw]
    quiet = [no] * len(raw)
    of = Situation(raw, serving, quiet, quiet, quiet, quiet, ["?" * length] * len(raw))
    view, edges = of.judged(), [0, 60, 61, 200]
    found = sums(view.settled, view.counted, FIRST + np.array(edges, np.int64) * SECOND)
    assert letters(view.settled, length, 999) == of.settled(999)
    theirs = dict[int, list[oracle.Fault]]()
    for lane, one in our_faults_by_lane(view.faults):
        theirs.setdefault(lane, []).append(one)
    for lane in range(len(raw)):
        word = of.settled(lane)
        assert theirs.get(lane, []) == oracle.faults(word, serving[lane], GAP, length, UP_FOR, no)
        for window, (begin, end) in enumerate(pairwise(edges)):
            assert our_seconds(found, lane, window) == oracle.seconds(word, serving[lane], begin, end)
