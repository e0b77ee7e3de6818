"""Commands that judge: outages, days, indicators. Figures are made by `indicators`, from facts and a policy."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from collector.commands.judging import Asked, asked, indicator_of, over_a_period
from collector.commands.shared import choosing, printing, show
from collector.entered import FOREVER
from collector.judging.figures import OF_BANDWIDTH, DayLine, Wanted, bandwidth_measures, day_lines, measures
from collector.judging.listing import Outage, outages
from collector.judging.proposed import power_losses
from collector.judging.roster import CHECK_KIND, Subject
from collector.judging.standing import with_target
from config.errors import LinewalkerError
from exporters.figures import rfc3339
from exporters.measures import line, row
from exporters.words import default_language, words
from indicators.catalogue import CATALOGUE, Kind
from indicators.catalogue import View as ViewName
from indicators.entered import EnteredFacts
from indicators.entered import Subject as EnteredSubject
from indicators.measure import Measure
from indicators.parties import Held, held
from indicators.proposals import Proposal

_VIEWS: tuple[ViewName, ...] = ("line", "business")


def of_whom(command: Any) -> Any:
    """--subject, beside --circuit and --group."""
    return click.option(
        "--subject", "subjects", multiple=True, help="only this circuit, service, device or system"
    )(choosing(command))


@click.command("outages")
@printing
@of_whom
@over_a_period
@click.option(
    "--view", type=click.Choice(_VIEWS), help="only this view; default both, of a line's own only one"
)
def outages_command(
    *,
    config: Path | None,
    data: Path,
    form: str | None,
    circuits: tuple[str, ...],
    groups: tuple[str, ...],
    subjects: tuple[str, ...],
    begin: str | None,
    end: str | None,
    policy: Path | None,
    view: ViewName | None,
) -> None:
    """List judged outages: settled, each with the bounds of its edges and the fault it belongs to."""
    with asked(config, data, begin, end, policy) as what:
        views = (view,) if view else _VIEWS
        listed = [
            one
            for _, chosen in _chosen(what, (*circuits, *subjects), groups)
            for one in outages(what.case, chosen, what.over.begin, what.over.end, views)
        ]
        proposed = power_losses(what.case, listed)
        entered = what.case.entered
        found = [
            _outage(one, what.zone) | _said(proposed.get((one.subject, one.start)), _held(one, entered))
            for one in listed
        ]
    show("outages", found, form)


@click.command()
@printing
@of_whom
@over_a_period
def days(
    *,
    config: Path | None,
    data: Path,
    form: str | None,
    circuits: tuple[str, ...],
    groups: tuple[str, ...],
    subjects: tuple[str, ...],
    begin: str | None,
    end: str | None,
    policy: Path | None,
) -> None:
    """List calendar days with their verdict: normal, not normal, undecided or excused."""
    with asked(config, data, begin, end, policy) as what:
        list(_chosen(what, (*circuits, *subjects), groups))
        wanted = Wanted((*circuits, *subjects), groups)
        found = [_day(one, what.zone) for one in day_lines(what.case, what.over, wanted)]
    show("days", found, form)


@click.command("indicators")
@printing
@of_whom
@over_a_period
@click.option("--carrier", "carriers", multiple=True, help="only this carrier's proven lines")
@click.option("--indicator", "names", multiple=True, help="only this indicator")
def indicators_command(
    *,
    config: Path | None,
    data: Path,
    form: str | None,
    circuits: tuple[str, ...],
    groups: tuple[str, ...],
    subjects: tuple[str, ...],
    carriers: tuple[str, ...],
    names: tuple[str, ...],
    begin: str | None,
    end: str | None,
    policy: Path | None,
) -> None:
    """Show every indicator as a bracket with its coverage, of groups or of single subjects."""
    language = default_language()
    for name in names:
        indicator_of(name)
    with asked(config, data, begin, end, policy) as what:
        list(_chosen(what, (*circuits, *subjects), groups))
        _known(what, carriers)
        wanted = Wanted((*circuits, *subjects), groups, carriers)
        found = [with_target(one, what.config, what.zone) for one in _printed(what, wanted, names)]
    if form:
        show("measures", [row(one, what.zone) for one in found], form)
    else:
        say = words(language)
        show("measures", [line(one, say, language == "zh") for one in found], form)


def _printed(what: Asked, wanted: Wanted, names: Collection[str]) -> Iterator[Measure]:
    """Every figure as measured; beside it as amended, and under the built-in policy, where that differs.

    Five minutes are read only where an indicator is asked for that is made of them.
    """
    asked_for = set(names) or set(CATALOGUE)
    of_time, of_bandwidth = asked_for - OF_BANDWIDTH, asked_for & OF_BANDWIDTH
    for make, needed in ((measures, of_time), (bandwidth_measures, of_bandwidth)):
        if not needed:
            continue
        for measured, *others in zip(*(make(one, what.over, wanted) for one in what.cases), strict=True):
            if measured.indicator in asked_for:
                yield measured
                yield from (one for one in others if one.bracket != measured.bracket)


def _chosen(what: Asked, names: Sequence[str], groups: Sequence[str]) -> Iterator[tuple[Kind, list[Subject]]]:
    """The subjects that are meant, kind by kind. Raises LinewalkerError for a name that nobody has."""
    roster = what.case.source.roster
    for name in names:
        if roster.find(name) is None:
            raise LinewalkerError("there is no subject {name} in the configuration", name=name)
    for group in groups:
        if group not in roster.groups():
            raise LinewalkerError("there is no group {name} in the configuration", name=group)
    for kind, subjects in roster.by_kind.items():
        yield (
            kind,
            [
                one
                for one in subjects
                if not (names or groups) or one.id in names or any(era.group in groups for era in one.eras)
            ],
        )


def _known(what: Asked, carriers: Sequence[str]) -> None:
    """Raises LinewalkerError for a carrier that the configuration does not name."""
    known = {one.id for one in what.config.carriers}
    for name in carriers:
        if name not in known:
            raise LinewalkerError("there is no carrier {name} in the configuration", name=name)


def _day(one: DayLine, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "subject": one.subject,
        "view": one.view,
        "day": dt.datetime.fromtimestamp(one.begin / 1e6, zone).date().isoformat(),
        "verdict": one.verdict,
        "counted_seconds": one.total / 1e6,
        "down_seconds": one.down / 1e6,
        "unknown_seconds": one.unknown / 1e6,
        "limit_seconds": one.limit / 1e6,
    }


def _held(one: Outage, entered: EnteredFacts) -> Held:
    end = FOREVER if one.end is None else one.end
    return held(entered, EnteredSubject(CHECK_KIND[one.kind], one.subject), one.start, end)


def _said(proposal: Proposal | None, party: Held) -> dict[str, Any]:
    """What people say of an outage, and what is proposed to them."""
    return {
        "party": ", ".join(party.parties),
        "party_by": [f"{kind} {id_}" for kind, id_ in party.by],
        "proposal": proposal and proposal.cause,
        "speaks_for_it": [f"{each.kind} {each.subject}" for each in proposal.evidence] if proposal else [],
    }


def _outage(one: Outage, zone: ZoneInfo) -> dict[str, Any]:
    def at(micros: int | None) -> str | None:
        return None if micros is None else rfc3339(micros / 1e6, zone, "microseconds")

    return {
        "subject": one.subject,
        "view": one.view,
        "start": at(one.start),
        "start_after": at(one.start_after),
        "start_before": at(one.start_before),
        "end": at(one.end),
        "end_after": at(one.end_after),
        "end_before": at(one.end_before),
        "seconds": one.down / 1e6,
        "unknown_seconds": one.unknown / 1e6,
        "reason": one.reason,
        "fault": one.fault,
    }
