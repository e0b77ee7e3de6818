"""What `explain` walks through, made ready to be told: a figure of a subject or a group, and what is behind it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from collector.commands.judging import Asked
from collector.judging.bandwidth_evidence import BandwidthEvidence, bandwidth_evidence
from collector.judging.evidence import Evidence, evidence
from collector.judging.figures import (
    OF_BANDWIDTH,
    OF_THIS_MOMENT,
    Share,
    Wanted,
    bandwidth_measures,
    group_figures,
    measures,
)
from collector.judging.judge import Case
from collector.judging.roster import CHECK_KIND
from collector.judging.standing import with_target
from config.errors import LinewalkerError
from indicators.catalogue import Indicator, Kind
from indicators.catalogue import View as ViewName
from indicators.entered import Amendment, Attestation
from indicators.measure import Measure

Paper = Attestation | Amendment


@dataclass(frozen=True, slots=True)
class Walk:
    """A figure with its evidence; `shares` are those of a group's members, the worst first, None of a subject.

    `papers` are approved and say how unknown time was; `amended` is the figure with them, None where it is the same.
    """

    measure: Measure
    entry: Indicator
    name: str  # of the subject or the group, as people call it
    found: Evidence
    most: int
    shares: tuple[Share, ...] | None = None
    bandwidth: BandwidthEvidence | None = None
    amended: Measure | None = None
    papers: tuple[Paper, ...] = ()


def of_subject(what: Asked, name: str, entry: Indicator, view: ViewName, most: int) -> Walk:
    """The walk of one subject. Raises LinewalkerError for one that is not there, or has no such figure."""
    subject = what.case.source.roster.find(name)
    if subject is None:
        raise LinewalkerError("there is no subject {name} in the configuration", name=name)
    measured, amended = (_figure(what, of, name, entry, view) for of in (what.case, _with_papers(what)))
    if measured is None:
        raise _not_made(what, entry, name)
    found = evidence(what.case, [subject], view, what.over, most)
    bandwidth = None
    if entry.id in OF_BANDWIDTH:
        bandwidth = bandwidth_evidence(what.case, subject, entry.id, what.over, most)
    walk = Walk(_promised(what, measured), entry, subject.name, found, most, bandwidth=bandwidth)
    return _amended(what, walk, amended)


def _figure(what: Asked, of: Case | None, name: str, entry: Indicator, view: ViewName) -> Measure | None:
    """The figure of a subject, of a case; None where there is none."""
    if of is None:
        return None
    made = bandwidth_measures if entry.id in OF_BANDWIDTH else measures
    found = made(of, what.over, Wanted(subjects=(name,)))
    return next((one for one in found if one.indicator == entry.id and one.view == view), None)


def of_group(what: Asked, group: str, entry: Indicator, view: ViewName, most: int) -> list[Walk]:
    """The walks of a group, one a kind of subjects. Raises LinewalkerError as that of a subject does."""
    roster = what.case.source.roster
    if group not in roster.groups():
        raise LinewalkerError("there is no group {name} in the configuration", name=group)
    amended = {kind: one for kind, one, _ in _of_group(what, _with_papers(what), group, entry, view)}
    name, walks = roster.group_names.get(group, group), list[Walk]()
    for kind, measured, shares in _of_group(what, what.case, group, entry, view):
        found = evidence(what.case, [one.subject for one in shares], view, what.over, most, group)
        walk = Walk(_promised(what, measured), entry, name, found, most, shares)
        walks.append(_amended(what, walk, amended.get(kind)))
    if not walks:
        raise _not_made(what, entry, group)
    return walks


def _of_group(
    what: Asked, of: Case | None, group: str, entry: Indicator, view: ViewName
) -> Iterator[tuple[Kind, Measure, tuple[Share, ...]]]:
    """A group's figure of each kind that has it, of a case, and what each member has of its time."""
    if of is None:
        return
    by_traffic: list[Measure] = []
    if entry.id in OF_BANDWIDTH:
        by_traffic = list(bandwidth_measures(of, what.over, Wanted(groups=(group,))))
    for figures in group_figures(of, what.over, group, view):
        for one in (*figures.measures, *by_traffic):
            if (one.indicator, one.view, one.kind) == (entry.id, view, figures.kind):
                yield figures.kind, one, figures.shares


def _with_papers(what: Asked) -> Case | None:
    """The case in which approved papers settle unknown time; None where there are none."""
    return next((one for one in what.cases if one.amended), None)


def _amended(what: Asked, walk: Walk, amended: Measure | None) -> Walk:
    """The walk with what papers say: whose they are, and the figure that they alter."""
    whose = {(CHECK_KIND[one.kind], one.id) for one in walk.found.subjects}
    known, over = what.case.entered, what.over
    resolving = [one for one in known.amendments if one.what == "resolve"]
    said: tuple[Paper, ...] = (*known.attestations, *resolving)
    papers = tuple(
        one
        for one in said
        if one.approved_by
        and (one.subject.kind, one.subject.id) in whose
        and one.begin < over.end
        and one.end > over.begin
    )
    if amended is None or amended.bracket == walk.measure.bracket:
        return replace(walk, papers=papers)
    return replace(walk, papers=papers, amended=_promised(what, amended))


def _promised(what: Asked, measure: Measure) -> Measure:
    return with_target(measure, what.config, what.zone)


def _not_made(what: Asked, entry: Indicator, name: str) -> LinewalkerError:
    if entry.id in OF_THIS_MOMENT and what.over.end < what.case.source.now:
        return LinewalkerError(
            "{indicator} tells how things stand now; expected a period that is not over, such as without --to",
            indicator=entry.id,
        )
    return LinewalkerError(
        "{indicator} is not made of {name} in this view; see `linewalker indicators`",
        indicator=entry.id,
        name=name,
    )
