"""What a judgement is: a bracket, from the formula through the catalogue to the form. No formula lives here.

A `Bracket` is what a formula finds. The catalogue knows what its number is called, in which unit it is printed and
which of its ends is bad; a `Measure` is both together, and says of whom, when, and under which policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Bracket:
    """A value that is not known better than `lower` ≤ `value` ≤ `upper`, all in the unit of its formula.

    All three are None where there is nothing to judge (no time in the window) or nothing was watched. `coverage` is
    the share of the time that was watched, of a count the share of its items that are decided; None where there
    was nothing to cover. `evidence` holds plain numbers and texts from which the value follows.
    """

    value: float | None
    lower: float | None
    upper: float | None
    coverage: float | None
    evidence: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Hold the bracket against its own rule; a formula that breaks it is wrong."""
        if self.lower is None or self.upper is None:
            if self.value is not None:
                raise ValueError(f"a value without bounds: {self.value}")
        elif self.lower > self.upper or not (self.value is None or self.lower <= self.value <= self.upper):
            raise ValueError(f"not a bracket: {self.lower} ≤ {self.value} ≤ {self.upper}")


def nothing(coverage: float | None = None, **evidence: object) -> Bracket:
    """No value: never 0 and never 100 %."""
    return Bracket(None, None, None, coverage, evidence)


def against(of: Bracket, target: float, bad: str) -> str:
    """Whether a target is met whatever the unknown was, missed whatever it was, or open; `bad` is lower or upper."""
    if of.lower is None or of.upper is None:
        return "open"
    worst, best = (of.lower, of.upper) if bad == "lower" else (-of.upper, -of.lower)
    wanted = target if bad == "lower" else -target
    return "met" if worst >= wanted else "missed" if best < wanted else "open"


def share(part: float, whole: float) -> float | None:
    """part ÷ whole; None where there is no whole."""
    return part / whole if whole > 0 else None


EVERYBODY = "all"
"""The subject of a figure that is of all groups together."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One indicator of one subject over one window, under one policy: what is printed and signed.

    `begin` and `end` are seconds since 1970 UTC. Which end of the bracket is worse is the catalogue's to say.
    """

    indicator: str
    kind: str  # circuits, services, devices or systems
    subject: str  # id of a subject or of a group, `all` of everybody
    view: str  # line or business
    begin: float
    end: float
    bracket: Bracket
    unit: str
    formula: str  # id of the formula and its version, such as availability/1
    policy: str  # digest of the policy
    policy_name: str = ""
    basis: str = "measured"  # or amended: with what signed papers say of unknown time
    target: float | None = None
    sufficient: bool = True  # False: 数据不足, the coverage is below the policy's min_coverage
