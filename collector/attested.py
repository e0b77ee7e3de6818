"""From what was kept elsewhere to attestations: a list, a log or samples as stretches up and down. Pure.

Times are whole microseconds since 1970 UTC, stretches are half-open.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from indicators.entered import Attestation, Subject

SECOND = 1_000_000
MINUTE, DAY = 60 * SECOND, 86_400 * SECOND
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """What all that is taken over from one source has in common; `precision` is that of its times."""

    origin: str
    signed_by: str
    reference: str
    reason: str
    precision: int


def row(pair: tuple[str, str], begin: int, end: int, paper: Paper, *, up: bool) -> Row:
    """The values of an entry that says how a subject was from begin to end."""
    kind, subject = pair
    return {
        "kind": kind,
        "subject": subject,
        "started_at": begin,
        "ended_at": end,
        "state": "up" if up else "down",
        "origin": paper.origin,
        "signed_by": paper.signed_by,
        "reference": paper.reference,
        "reason": paper.reason,
        "precision": paper.precision,
    }


def elsewhere(outages: Iterable[tuple[int, int]], begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches of [begin, end) that lie in none of some outages, which may overlap."""
    reached = begin
    for first, last in sorted(outages):
        if reached < min(first, end):
            yield reached, min(first, end)
        reached = max(reached, last)
    if reached < end:
        yield reached, end


def written_to(moments: Iterable[int]) -> int:
    """How precise written times are, microseconds: to the minute where no second was ever written."""
    return MINUTE if all(at % MINUTE == 0 for at in moments) else SECOND


def as_if_approved(values: Row, now: int) -> Attestation:
    """What an entry would be once it is made and approved, to be judged from before it is."""
    return Attestation(
        id="",
        recorded_at=now,
        recorded_by="",
        approved_by="-",
        approved_at=now,
        subject=Subject(values["kind"], values["subject"]),
        begin=values["started_at"],
        end=values["ended_at"],
        state=values["state"],
        origin=values["origin"],
        signed_by=values["signed_by"],
        precision=values["precision"],
    )
