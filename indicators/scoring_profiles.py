"""What a scoring profile is: named, versioned data by which rows become points and points a grade. No rules here.

The profiles themselves are files, `config/scoring_profiles/*.yaml` and the user's own; the rules they name are
functions of `scoring.py`.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Rule = Literal["budget", "arrived", "judged"]
Reverse = Literal["distance", "ratio"]


@dataclass(frozen=True, slots=True)
class Node:
    """A part of the weight tree: its name as printed, its weight, its parts.

    `rule` says how a part without parts is scored where that does not follow from the rows of a plan: `budget` by
    what was spent of the year's budget, `arrived` by what arrived of what was planned, `judged` by people.
    """

    name: str
    weight: Decimal
    parts: tuple["Node", ...] = ()
    rule: Rule = "judged"


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade of the total: from this share of all points on."""

    name: str
    since: Decimal
    also: tuple[str, ...] = ()  # what else it is called


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a qualitative row, and the shares of its weight that it may be given: from `low` to `high`.

    The highest of all outcomes includes its upper end, the others do not.
    """

    name: str
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class ScoringProfile:
    """How a plan is scored. `rows_score` says whether its rows carry points, or only the tree does."""

    name: str
    version: int
    title: str
    source: str
    tree: tuple[Node, ...]
    grades: tuple[Grade, ...]
    outcomes: tuple[Outcome, ...] = ()
    reverse: Reverse = "distance"
    rows_score: bool = True
    bands: bool = False  # whether every row needs bands
    reason_from: Decimal | None = None  # a value of so many targets asks for a reason
    needs: tuple[str, ...] = field(default=())  # what the form of this profile has to say
    changeable: bool = False  # whether a plan may give other weights
    places: int = 2

    @property
    def most(self) -> Decimal:
        """All points together."""
        return sum((node.weight for node in self.tree), Decimal(0))
