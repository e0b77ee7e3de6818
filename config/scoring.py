"""Scoring profiles: YAML files into `indicators.scoring_profiles`, and what is wrong in one with its file and line.

Those that come with the program lie in `config/scoring_profiles`; a plan names a folder of the user's own, and one of
the user's takes the place of ours of the same name.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import BeforeValidator, Field

from config.policy import read_share
from config.quantities import read_number
from config.tree import Loc, Remark
from config.yaml_models import Read, Written, read_model
from indicators.scoring_profiles import Grade, Node, Outcome, Reverse, Rule, ScoringProfile

ENDING = ".yaml"
NEEDS = (
    "project.number", "project.unit", "project.department", "project.leader", "project.phone", "project.address",
    "project.postcode", "project.kind", "goal", "evaluators", "signatures",
)  # fmt: skip
"""What a form may have to say."""


def _share(written: object) -> Decimal:
    return Decimal(repr(read_share(written)))


Share = Annotated[Decimal, BeforeValidator(_share)]
Number = Annotated[Decimal, BeforeValidator(read_number)]


class WrittenNode(Written):
    """A part of the weight tree; parts without weights of their own share that of their parent as a plan says."""

    name: str
    weight: Number = Decimal(0)
    parts: tuple["WrittenNode", ...] = ()
    rule: Rule = "judged"

    def node(self) -> Node:
        """As scoring has it."""
        return Node(self.name, self.weight, tuple(part.node() for part in self.parts), self.rule)


class WrittenGrade(Written):
    """A grade of the total."""

    name: str
    since: Share
    also: tuple[str, ...] = ()


class WrittenOutcome(Written):
    """An outcome of a qualitative row."""

    name: str
    low: Share
    high: Share


class WrittenProfile(Written):
    """The keys of a scoring profile; see `indicators.scoring_profiles.ScoringProfile`."""

    name: str
    version: int = Field(ge=1)
    title: str
    source: str
    tree: tuple[WrittenNode, ...]
    grades: tuple[WrittenGrade, ...]
    outcomes: tuple[WrittenOutcome, ...] = ()
    reverse: Reverse = "distance"
    rows_score: bool = True
    bands: bool = False
    changeable: bool = False
    reason_from: Number | None = None
    needs: tuple[str, ...] = ()
    places: int = Field(default=2, ge=0, le=6)

    def profile(self) -> ScoringProfile:
        """As scoring has it."""
        return ScoringProfile(
            name=self.name,
            version=self.version,
            title=self.title,
            source=self.source,
            tree=tuple(part.node() for part in self.tree),
            grades=tuple(Grade(one.name, one.since, one.also) for one in self.grades),
            outcomes=tuple(Outcome(one.name, one.low, one.high) for one in self.outcomes),
            reverse=self.reverse,
            rows_score=self.rows_score,
            bands=self.bands,
            reason_from=self.reason_from,
            needs=self.needs,
            changeable=self.changeable,
            places=self.places,
        )


def read_profile(text: str, shown: str) -> Read[ScoringProfile]:
    """The scoring profile in a text; `shown` is the file as the user knows it, for the findings."""
    return read_model(text, shown, WrittenProfile, WrittenProfile.profile, _contradictions)


def _contradictions(written: WrittenProfile) -> Iterator[Remark]:
    for number, node in enumerate(written.tree):
        yield from _unequal(("tree", number), node)
    for number, need in enumerate(written.needs):
        if need not in NEEDS:
            values: dict[str, object] = {"found": need, "known": ", ".join(NEEDS)}
            text = "{found} is not known here; expected {known}"
            yield Remark(("needs", number), "choice", text, values)
    if all(grade.since > 0 for grade in written.grades):
        text = "no grade begins at 0 %; expected one for the lowest totals, such as {example}"
        yield Remark(("grades",), "grades", text, {"example": "{name: 差, since: 0 %}"})


def _unequal(loc: Loc, node: WrittenNode) -> Iterator[Remark]:
    """A remark where the parts of a node have weights and those do not add up to its own."""
    weights = [part.weight for part in node.parts]
    if any(weights) and sum(weights) != node.weight:
        text = "the parts of {name} add up to {arithmetic}; expected {weight}"
        arithmetic = f"{' + '.join(map(str, weights))} = {sum(weights)}"
        values: dict[str, object] = {"name": node.name, "arithmetic": arithmetic, "weight": node.weight}
        yield Remark(loc, "weights-sum", text, values)
    for number, part in enumerate(node.parts):
        yield from _unequal((*loc, "parts", number), part)


@cache
def built_in() -> dict[str, ScoringProfile]:
    """The profiles that come with the program, by name."""
    found = {}
    for path in (resources.files("config") / "scoring_profiles").iterdir():
        if path.name.endswith(ENDING):
            read = read_profile(path.read_text("utf-8"), path.name)
            if read.made is None:
                raise ValueError("\n".join(map(str, read.findings)))
            found[read.made.name] = read.made
    return found
