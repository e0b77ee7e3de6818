"""How exact values become printed digits: a measured figure never looks better than it was. Pure decimals, no words.

A value is rounded towards its bad side, its lower end down and its upper end up. 100 % is printed only of what is
all of it, exactly; anything less is <100. Scores and money round half up. Whoever has the two whole numbers behind a
share hands over a `Fraction`; of a float the digits count that Python shows for it, so 0.995 is 99.5 %.
"""

import math
from decimal import Decimal
from enum import Enum, auto
from fractions import Fraction
from typing import Literal

Number = int | float | Fraction | Decimal


class Way(Enum):
    """Where what is left over goes; half up is away from zero, as in the books."""

    DOWN = auto()
    UP = auto()
    HALF_UP = auto()


def towards(bad: Literal["lower", "upper"]) -> Way:
    """How a value is rounded whose bad end is the lower or the upper one."""
    return Way.DOWN if bad == "lower" else Way.UP


def rounded(value: Number, places: int, way: Way) -> Decimal:
    """The value with so many decimal places, exactly. Raises ValueError for what is no number."""
    units = _whole(_fraction(value) * 10**places, way)
    return Decimal((int(units < 0), tuple(int(digit) for digit in str(abs(units))), -places))


def _whole(value: Fraction, way: Way) -> int:
    if way is Way.HALF_UP:
        away = math.floor(abs(value) + Fraction(1, 2))
        return away if value >= 0 else -away
    return math.floor(value) if way is Way.DOWN else math.ceil(value)


def _fraction(value: Number) -> Fraction:
    try:
        return Fraction(value if isinstance(value, Fraction | int) else str(value))
    except ValueError as error:
        raise ValueError(f"not a number to be printed: {value}") from error


def percent(share: Number, way: Way, *, all_of_it: bool, places: int = 2) -> str:
    """A share as digits of a percentage, without the sign: `99.95`, or `<100` where rounding would say 100.

    `all_of_it` says that nothing is missing: not one second down. Only whoever counted knows it; a float may be 1.0
    although a second in a year was lost.
    """
    digits = rounded(_fraction(share) * 100, places, way)
    return "<100" if digits >= 100 and not all_of_it else f"{digits:f}"


def score(points: Number) -> Decimal:
    """Points or money: half up to 2 places."""
    return rounded(points, 2, Way.HALF_UP)
