"""Points and grades: the rules of definitions, §7, as pure functions over exact decimals; brackets at edges.

A rule gives exact points; they are rounded once, half up, when a row is done, and a total is the sum of rounded rows.
Nothing is ever filled by default: what is not known stays None, and what a bracket leaves open is `Open`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from indicators.bands import Band, Direction, grade_of
from indicators.percentages import Way, rounded
from indicators.scoring_profiles import Grade, Outcome, Reverse, ScoringProfile

Points = Callable[[Fraction, Fraction, Fraction], Fraction]


def positive(actual: Fraction, target: Fraction, weight: Fraction) -> Fraction:
    """More is better: reached gives all, else the share reached. A negative value counts as 0."""
    actual = max(actual, Fraction(0))
    return weight if actual >= target else actual / target * weight


def reverse_distance(actual: Fraction, target: Fraction, weight: Fraction) -> Fraction:
    """Less is better: what is above the target is lost in proportion, all of it at twice the target."""
    actual = max(actual, Fraction(0))
    if target <= 0:
        return weight if actual == 0 else Fraction(0)
    if actual <= target:
        return weight
    return max(Fraction(0), (1 - (actual - target) / target) * weight)


def reverse_ratio(actual: Fraction, target: Fraction, weight: Fraction) -> Fraction:
    """Less is better, by target ÷ actual: the other rule in circulation (江西 2017)."""
    actual = max(actual, Fraction(0))
    return weight if actual <= target else target / actual * weight


def equal(actual: Fraction, target: Fraction, weight: Fraction) -> Fraction:
    """As positive; of a target of 0 as reverse."""
    return (reverse_distance if target == 0 else positive)(actual, target, weight)


REVERSE: dict[Reverse, Points] = {"distance": reverse_distance, "ratio": reverse_ratio}


def share_of_money(part: Fraction, whole: Fraction, weight: Fraction) -> Fraction | None:
    """Spent of the budget, or arrived of what was planned: at most the weight; None of no money."""
    return min(weight, max(part, Fraction(0)) / whole * weight) if whole > 0 else None


def points(
    direction: Direction, actual: Decimal, target: Decimal, weight: Decimal, profile: ScoringProfile
) -> Decimal | None:
    """The rounded points of a row with a number; None for a qualitative one, which people judge."""
    rules: dict[Direction, Points] = {
        "positive": positive,
        "equal": equal,
        "reverse": REVERSE[profile.reverse],
    }
    rule = rules.get(direction)
    return None if rule is None else row_points(rule(*map(Fraction, (actual, target, weight))), profile)


def row_points(exact: Fraction | Decimal, profile: ScoringProfile) -> Decimal:
    """The points of a row as they are printed and summed."""
    return rounded(exact, profile.places, Way.HALF_UP)


def total(rows: Iterable[Decimal]) -> Decimal:
    """The sum of rounded rows."""
    return sum(rows, Decimal(0))


def mean(scores: Iterable[Decimal], profile: ScoringProfile) -> Decimal | None:
    """What several evaluators gave, averaged; None of nobody."""
    given = tuple(scores)
    return row_points(Fraction(sum(given, Decimal(0))) / len(given), profile) if given else None


def grade_of_total(points_in_all: Decimal, profile: ScoringProfile) -> Grade:
    """The grade of a total: a share of all points, so that a tree of 90 points has grades, too."""
    share = Fraction(points_in_all) / Fraction(profile.most or 1)
    best_first = sorted(profile.grades, key=lambda grade: grade.since, reverse=True)
    return next((grade for grade in best_first if share >= Fraction(grade.since)), best_first[-1])


def may_be_given(outcome: Outcome, score: Decimal, weight: Decimal, profile: ScoringProfile) -> bool:
    """Whether a qualitative row with this outcome may have this score."""
    highest = max(profile.outcomes, key=lambda one: one.high) == outcome
    low, high = outcome.low * weight, outcome.high * weight
    return low <= score and (score <= high if highest else score < high)


def asks_for_reason(actual: Decimal, target: Decimal, profile: ScoringProfile) -> bool:
    """Whether a value is so far above its target that it has to be explained."""
    return profile.reason_from is not None and target > 0 and actual >= profile.reason_from * target


@dataclass(frozen=True, slots=True)
class Filled:
    """What goes into the form: a grade of the row's bands, or its points, or both."""

    grade: str | None = None
    points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """A bracket that crosses an edge: what might be true, from the worst end of it, and what would decide.

    `grades` are those the bracket touches (None: values no band holds), `points` the least and the most. `edges` are
    the values at which the bracket is cut; `evidence` names what is unknown, with how much of it there is.
    """

    grades: tuple[str | None, ...] = ()
    points: tuple[Decimal, Decimal] | None = None
    edges: tuple[Decimal, ...] = ()
    evidence: Mapping[str, float] | None = None


UNDECIDED = ("unknown", "undecided", "unproven", "waiting", "open_faults")
"""How evidence is named that is not settled: more of it known would narrow the bracket."""


def deciding(evidence: Mapping[str, object]) -> dict[str, float]:
    """The evidence of a bracket that further knowledge would settle, with how much of it there is."""
    return {
        name: float(much)
        for name, much in evidence.items()
        if name.startswith(UNDECIDED) and isinstance(much, int | float) and much > 0
    }


def by_bands(
    lower: Decimal | None, upper: Decimal | None, bands: tuple[Band, ...], evidence: Mapping[str, object]
) -> Filled | Open | None:
    """The grade of a bracket; None where there is no value, and so nothing to fill."""
    if lower is None or upper is None:
        return None
    edges = sorted({edge for band in bands for edge in (band.begin, band.end)})
    cuts = tuple(
        dict.fromkeys(value for value, behind in edges if (lower, 0) < (value, behind) <= (upper, 0))
    )
    touched = tuple(dict.fromkeys(grade_of(bands, value) for value in _tried(lower, upper, cuts)))
    if len(touched) == 1 and touched[0] is not None:
        return Filled(grade=touched[0])
    return Open(grades=touched, edges=cuts, evidence=deciding(evidence))


def _tried(lower: Decimal, upper: Decimal, cuts: tuple[Decimal, ...]) -> list[Decimal]:
    """A value of each piece of a bracket: its ends, the edges in it, and one between each two."""
    ends = sorted({lower, *cuts, upper})
    return sorted({*ends, *((one + other) / 2 for one, other in pairwise(ends))})


def by_points(
    ends: tuple[Decimal | None, Decimal | None],
    value: Decimal | None,
    score: Callable[[Decimal], Decimal | None],
    most: Decimal,
    evidence: Mapping[str, object],
) -> Filled | Open | None:
    """The points of a value, where the whole of its bracket met the target, or none of it; None where there is none.

    Points grow by degrees below the target, so there they have no edge but the target itself: a bracket that reaches
    over it leaves open whether it was met. `most` are the points of a target that was.
    """
    given = [None if one is None else score(one) for one in (*ends, value)]
    lower, upper, found = given
    if lower is None or upper is None or found is None:
        return None
    if (lower == most) == (upper == most):
        return Filled(points=found)
    return Open(points=(min(lower, upper), max(lower, upper)), evidence=deciding(evidence))
