"""How a year will end: normal days, the probability of the target, and when it can no longer be met (§6). Pure.

Each day to come is normal with the same unknown probability p, independently of the others. What the last 90 known
closed days say of p, k of n normal, with Jeffreys' prior, is Beta(k + ½, n − k + ½). Normal days among the m to come
are then beta-binomial:

    P(x) = C(m, x) · B(x + a, m − x + b) / B(a, b),   a = k + ½, b = n − k + ½

computed by log-gamma. Faults that last for days make neighbouring days alike, and then the interval is too narrow: it
is a forecast, not a bound. What *is* sure is said by the dates and by `margin`.
"""

import math
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate

from indicators.margin import LOST, NORMAL, TAKEN, UNDECIDED, Year
from indicators.measure import Bracket, nothing
from indicators.policy import Policy


@dataclass(frozen=True, slots=True)
class Breach:
    """The day with whose loss the target can no longer be met, whatever follows; None: not in this year.

    A day that is past: it has happened. `on` counts LOST days only, `earliest` each day that is not surely normal.
    """

    on: date | None
    earliest: date | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Normal days at the end of the year, and of the target. The bad end is the lower one.

    `low` to `high` is the interval of the policy (80 %). Of each, the bracket tells what undecided days may change.
    """

    median: Bracket
    low: Bracket
    high: Bracket
    probability: Bracket  # of meeting the target
    at_worst: Breach  # if every day to come is lost
    at_this_rate: Breach  # if days are lost as often as among the last known ones


def predictive(normal: int, known: int, to_come: int) -> list[float]:
    """The probability of 0, 1, … `to_come` normal days after `normal` of `known` ones; shape (to_come + 1,)."""
    a, b = normal + 0.5, known - normal + 0.5
    whole = _log_beta(a, b) - math.lgamma(to_come + 1)
    return [
        math.exp(
            _log_beta(x + a, to_come - x + b) - math.lgamma(x + 1) - math.lgamma(to_come - x + 1) - whole
        )
        for x in range(to_come + 1)
    ]


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def quantile(probabilities: list[float], share: float) -> int:
    """The smallest number that is not exceeded with a probability of at least `share`."""
    reached = accumulate(probabilities)
    return next((x for x, sum_ in enumerate(reached) if sum_ >= share - 1e-12), len(probabilities) - 1)


def forecast(year: Year, policy: Policy) -> Forecast:
    """What the year will come to. Without one known closed day there is no value and no rate."""
    known = [state for state in year.states if state != UNDECIDED][-policy.forecast_days :]
    normal = sum(state != LOST for state in known)
    evidence = {"known": len(known), "normal": normal, "to_come": len(year.to_come), "needed": year.needed}
    rate = Fraction(len(known) - normal, len(known)) if known else Fraction(0)
    dates = breach(year, Fraction(1)), breach(year, rate)
    if not known:
        none = nothing(None, **evidence)
        return Forecast(none, none, none, none, *dates)
    chances = predictive(normal, len(known), len(year.to_come))
    tail = (1 - policy.forecast_interval) / 2
    median, low, high = (_total(year, quantile(chances, share), evidence) for share in (0.5, tail, 1 - tail))
    return Forecast(median, low, high, _meets(year, chances, evidence), *dates)


def _so_far(year: Year) -> tuple[int, int, int]:
    """Normal days among the closed ones: value, lower and upper end."""
    value = year.count(NORMAL, TAKEN)
    return value, year.count(NORMAL), value + year.count(UNDECIDED)


def _decided(year: Year) -> float | None:
    return 1 - year.count(UNDECIDED) / len(year.closed) if year.closed else None


def _total(year: Year, coming: int, evidence: dict[str, int]) -> Bracket:
    value, lower, upper = (normal + coming for normal in _so_far(year))
    return Bracket(value, lower, upper, _decided(year), evidence)


def _meets(year: Year, chances: list[float], evidence: dict[str, int]) -> Bracket:
    value, lower, upper = (_at_least(chances, year.needed - normal) for normal in _so_far(year))
    return Bracket(value, lower, upper, _decided(year), evidence)


def _at_least(chances: list[float], days: int) -> float:
    """The probability of so many normal days or more; exactly 1 and 0 where it is certain."""
    return 1.0 if days <= 0 else min(1.0, math.fsum(chances[days:]))


def breach(year: Year, rate: Fraction) -> Breach:
    """When the target falls if `rate` of the days to come are lost, evenly."""
    return Breach(_breach(year, {LOST}, rate), _breach(year, {LOST, TAKEN, UNDECIDED}, rate))


def _breach(year: Year, counted: set[int], rate: Fraction) -> date | None:
    """The day on which one day more is lost than is allowed."""
    more = year.allowed + 1
    for day, state in zip(year.closed, year.states, strict=True):
        more -= state in counted
        if not more:
            return date.fromordinal(day)
    ahead = math.ceil(more / rate) if rate else math.inf
    return date.fromordinal(year.to_come[int(ahead) - 1]) if ahead <= len(year.to_come) else None
