"""How much unknown time papers would settle, before anybody approves them: judged as all else is, of measured facts.

What was measured stands whatever they say. Where they say otherwise is told, so that a person sees how good they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from collector.judging.circumstances import on_lanes
from collector.judging.judge import Case, Judged, batches, case
from collector.judging.lines import Source
from collector.judging.roster import CHECK_KIND, Subject
from indicators.axis import LANE, Ints, Stretches, intersection, measure, union
from indicators.entered import Attestation, EnteredFacts
from indicators.judged import View
from indicators.sums import sums
from indicators.threestate import DOWN, UP
from indicators.timeline import Cause


@dataclass(frozen=True, slots=True)
class Settles:
    """Of one subject, microseconds: unknown time settled as up and as down, and said otherwise than was measured."""

    kind: str
    subject: str
    up: int
    down: int
    against: int


def settles(of: Source, entered: EnteredFacts, papers: Sequence[Attestation]) -> list[Settles]:
    """What each paper's subject would gain by these papers alone; the order is that of the configuration."""
    with_papers = case(of, replace(entered, attestations=tuple(papers), amendments=()), amended=True)
    measured = replace(with_papers, amended=False)
    named = {(one.subject.kind, one.subject.id) for one in papers}
    found = list[Settles]()
    for kind, subjects in of.roster.by_kind.items():
        chosen = [one for one in subjects if (CHECK_KIND[kind], one.id) in named]
        if chosen:
            found += _of_kind(with_papers, measured, chosen, papers)
    return found


def _of_kind(
    with_papers: Case, measured: Case, subjects: Sequence[Subject], papers: Sequence[Attestation]
) -> Iterator[Settles]:
    begin, end = min(one.begin for one in papers), max(one.end for one in papers)
    # Batches of both cases need not be the same, so each is looked through by itself.
    gained = _gained(batches(with_papers, subjects, begin), np.array([begin, end], np.int64))
    against = _against(batches(measured, subjects, begin), papers)
    for one in subjects:
        up, down = gained[one.id]
        yield Settles(CHECK_KIND[one.kind], one.id, up, down, against[one.id])


def _gained(judged: Iterator[Judged], edges: Ints) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for batch in judged:
        of = sums(batch.business.settled, batch.business.counted, edges)
        pairs = zip(of.attested_up[:, 0].tolist(), of.attested_down[:, 0].tolist(), strict=True)
        found |= dict(zip((one.id for one in batch.subjects), pairs, strict=True))
    return found


def _against(judged: Iterator[Judged], papers: Sequence[Attestation]) -> dict[str, int]:
    found: dict[str, int] = {}
    for batch in judged:
        lanes = {(CHECK_KIND[one.kind], one.id): lane for lane, one in enumerate(batch.subjects)}
        said = [
            (lanes[key], one.begin, one.end, one.state)
            for one in papers
            if (key := (one.subject.kind, one.subject.id)) in lanes
        ]
        wrong = _otherwise(batch.business, said)
        place = np.arange(len(batch.subjects), dtype=np.int64) * LANE
        length = measure(wrong, place, place + LANE).tolist()
        found |= dict(zip((one.id for one in batch.subjects), length, strict=True))
    return found


def _otherwise(view: View, said: Sequence[tuple[int, int, int, str]]) -> Stretches:
    """Where the opposite of what is said was measured, of time that counts."""
    parts = [
        intersection(
            view.raw.chosen((view.raw.state == state) & (view.raw.cause != Cause.ATTESTED)),
            on_lanes((lane, begin, end) for lane, begin, end, told in said if told == word),
        )
        for state, word in ((DOWN, "up"), (UP, "down"))
    ]
    return intersection(union(*parts), view.counted)
