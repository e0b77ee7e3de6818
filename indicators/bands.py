"""Bands 优/良/中/差 over the values a unit allows: stretches of one axis, and what is wrong with a set of them.

A band is as it was written; an end that does not say whether it belongs (10%-15%, 15%以下) is settled by its
neighbours: it does not belong where another band claims the value, and the lower end of a stretch wins over the upper
end of the next. In whole-number units 300-359 and 360 leave no gap. How bands are written is not here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import combinations, pairwise
from typing import Literal

GRADES = ("优", "良", "中", "差")
"""From the best to the worst."""

Direction = Literal["positive", "equal", "reverse", "qualitative"]

ENDLESS = Decimal("Infinity")
Edge = tuple[Decimal, int]  # before the value (0) or just after it (1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A band as written, in the unit of its row: None is no limit; `…_in` is None where that was left open."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_in: bool | None = None
    high_in: bool | None = None

    @property
    def is_point(self) -> bool:
        """Whether it is one value."""
        return self.low is not None and self.low == self.high

    @property
    def turned(self) -> "Stretch":
        """The same limit the other way round: 以下 for 以上."""
        return Stretch(self.high, self.low, self.high_in, self.low_in)


@dataclass(frozen=True, slots=True)
class Axis:
    """The values a unit allows, from 0; `most` is the largest there can be, `whole` says that they are counted."""

    whole: bool
    most: Decimal = ENDLESS


@dataclass(frozen=True, slots=True)
class Band:
    """The values from `begin` to before `end`."""

    grade: str
    begin: Edge
    end: Edge

    def holds(self, value: Decimal) -> bool:
        """Whether a value lies in it."""
        return self.begin <= (value, 0) < self.end


@dataclass(frozen=True, slots=True)
class Part:
    """Values from `low` to `high`, for people: `…_in` says whether the limit itself is one of them."""

    low: Decimal
    high: Decimal
    low_in: bool
    high_in: bool
    grades: tuple[str, ...] = ()


def axis_of(unit: str, whole: bool) -> Axis:
    """The axis of a unit: a percentage ends at 100, days at those of a leap year."""
    most = {"%": Decimal(100), "天": Decimal(366), "日": Decimal(366)}.get(unit, ENDLESS)
    return Axis(whole, most)


def settled(written: Mapping[str, Stretch], axis: Axis) -> tuple[Band, ...]:
    """The bands of an axis, in the order they were given."""
    return tuple(_band(grade, _closed(grade, stretch, written), axis) for grade, stretch in written.items())


def _closed(grade: str, stretch: Stretch, written: Mapping[str, Stretch]) -> Stretch:
    """The stretch with no end left open to reading."""
    others = [other for name, other in written.items() if name != grade]
    return replace(
        stretch,
        low_in=_belongs(stretch.low, stretch.low_in, others, upper=False),
        high_in=_belongs(stretch.high, stretch.high_in, others, upper=True),
    )


def _belongs(value: Decimal | None, said: bool | None, others: list[Stretch], *, upper: bool) -> bool:
    if value is None or said is not None:
        return bool(said)
    claimed = any((one.low == value and one.low_in) or (one.high == value and one.high_in) for one in others)
    begins_there = upper and any(one.low == value and one.low_in is None for one in others)
    return not claimed and not begins_there


def _band(grade: str, stretch: Stretch, axis: Axis) -> Band:
    begin: Edge = (Decimal(0), 0) if stretch.low is None else (stretch.low, int(not stretch.low_in))
    end: Edge = (axis.most, 1) if stretch.high is None else (stretch.high, int(bool(stretch.high_in)))
    return Band(grade, _whole(begin), _whole(end)) if axis.whole else Band(grade, begin, end)


def _whole(edge: Edge) -> Edge:
    """The first whole number at or behind an edge."""
    value, behind = edge
    if not value.is_finite():
        return edge
    up = value.to_integral_value(ROUND_CEILING)
    return (up + 1 if behind and up == value else up), 0


def grade_of(bands: tuple[Band, ...], value: Decimal) -> str | None:
    """The grade of a value; None where no band holds it, or where two do."""
    held = [band.grade for band in bands if band.holds(value)]
    return held[0] if len(held) == 1 else None


def overlaps(bands: tuple[Band, ...], axis: Axis) -> Iterator[Part]:
    """Values that two bands hold, with both grades."""
    for one, other in combinations(bands, 2):
        begin, end = max(one.begin, other.begin), min(one.end, other.end)
        if begin < end:
            yield _part(begin, end, axis, (one.grade, other.grade))


def gaps(bands: tuple[Band, ...], axis: Axis) -> Iterator[Part]:
    """Values of the axis that no band holds."""
    reached: Edge = (Decimal(0), 0)
    for band in sorted(bands, key=lambda one: one.begin):
        if reached < band.begin:
            yield _part(reached, band.begin, axis)
        reached = max(reached, band.end)
    last = (axis.most, 1) if axis.most.is_finite() else (ENDLESS, 0)
    if reached < _limit(last, axis):
        yield _part(reached, last, axis)


def _limit(edge: Edge, axis: Axis) -> Edge:
    return _whole(edge) if axis.whole else edge


def _part(begin: Edge, end: Edge, axis: Axis, grades: tuple[str, ...] = ()) -> Part:
    end = _limit(end, axis)
    if axis.whole and end[0].is_finite():
        high = (end[0] - 1).to_integral_value(ROUND_FLOOR)
        return Part(begin[0], high, True, True, grades)
    return Part(begin[0], end[0], not begin[1], bool(end[1]), grades)


def turned_round(written: Mapping[str, Stretch], direction: Direction) -> tuple[str, ...]:
    """The grades whose one limit is written the wrong way round: such as the worst that reaches to the good end."""
    good_is_up = direction != "reverse"
    wrong = []
    for grade, up in ((GRADES[0], good_is_up), (GRADES[-1], not good_is_up)):
        stretch = written.get(grade)
        if stretch is None or (stretch.low is None) == (stretch.high is None):
            continue
        if (stretch.high is None) != up and _others_lie_beyond(stretch, grade, written):
            wrong.append(grade)
    return tuple(wrong)


def _others_lie_beyond(stretch: Stretch, grade: str, written: Mapping[str, Stretch]) -> bool:
    """Whether the open side of a stretch runs over the other bands."""
    ends = [end for name, one in written.items() if name != grade for end in (one.low, one.high) if end]
    limit = stretch.high if stretch.low is None else stretch.low
    assert limit is not None  # noqa: S101 - one of the two was given
    over = [end for end in ends if (end < limit if stretch.low is None else end > limit)]
    return bool(over)


def out_of_order(bands: tuple[Band, ...], direction: Direction) -> tuple[str, str] | None:
    """Two grades of which the better one lies at the worse side; None where they follow each other."""
    for better, worse in pairwise(sorted(bands, key=lambda band: GRADES.index(band.grade))):
        one, other = (better, worse) if direction == "reverse" else (worse, better)
        if (other.begin, other.end) < (one.begin, one.end):
            return better.grade, worse.grade
    return None
