"""What `explain` walks through, made ready to be told: a figure of a subject or a group, and what is behind it."""

from collections.abc import Iterator
from dataclasses import dataclass

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
from collector.judging.standing import with_target
from config.errors import LinewalkerError
from indicators.catalogue import Indicator
from indicators.catalogue import View as ViewName
from indicators.measure import Measure


@dataclass(frozen=True, slots=True)
class Walk:
    """A figure with its evidence; `shares` are those of a group's members, the worst first, None of a subject."""

    measure: Measure
    entry: Indicator
    name: str  # of the subject or the group, as people call it
    found: Evidence
    most: int
    shares: tuple[Share, ...] | None = None
    bandwidth: BandwidthEvidence | None = None


def of_subject(what: Asked, name: str, entry: Indicator, view: ViewName, most: int) -> Walk:
    """The walk of one subject. Raises LinewalkerError for one that is not there, or has no such figure."""
    subject = what.case.source.roster.find(name)
    if subject is None:
        raise LinewalkerError("there is no subject {name} in the configuration", name=name)
    made = bandwidth_measures if entry.id in OF_BANDWIDTH else measures
    wanted = [
        one
        for one in made(what.case, what.over, Wanted(subjects=(name,)))
        if one.indicator == entry.id and one.view == view
    ]
    if not wanted:
        raise _not_made(what, entry, name)
    found = evidence(what.case, [subject], view, what.over, most)
    bandwidth = None
    if entry.id in OF_BANDWIDTH:
        bandwidth = bandwidth_evidence(what.case, subject, entry.id, what.over, most)
    return Walk(_promised(what, wanted[0]), entry, subject.name, found, most, bandwidth=bandwidth)


def of_group(what: Asked, group: str, entry: Indicator, view: ViewName, most: int) -> list[Walk]:
    """The walks of a group, one a kind of subjects. Raises LinewalkerError as that of a subject does."""
    roster = what.case.source.roster
    if group not in roster.groups():
        raise LinewalkerError("there is no group {name} in the configuration", name=group)
    found = list(_of_group(what, group, entry, view, most))
    if not found:
        raise _not_made(what, entry, group)
    return found


def _of_group(what: Asked, group: str, entry: Indicator, view: ViewName, most: int) -> Iterator[Walk]:
    name = what.case.source.roster.group_names.get(group, group)
    by_traffic: list[Measure] = []
    if entry.id in OF_BANDWIDTH:
        by_traffic = list(bandwidth_measures(what.case, what.over, Wanted(groups=(group,))))
    for figures in group_figures(what.case, what.over, group, view):
        members = [one.subject for one in figures.shares]
        for measure in (*figures.measures, *by_traffic):
            if (measure.indicator, measure.view, measure.kind) == (entry.id, view, figures.kind):
                found = evidence(what.case, members, view, what.over, most, group)
                yield Walk(_promised(what, measure), entry, name, found, most, figures.shares)


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
