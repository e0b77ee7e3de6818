"""The command `explain`: the walk from a figure to its packets, as text for an auditor or as JSON."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from collector.commands import explain_bandwidth
from collector.commands.explain_bandwidth import BECAUSE
from collector.commands.judging import Asked, asked, indicator_of, over_a_period
from collector.commands.shared import printing, show
from collector.judging.bandwidth_evidence import BandwidthEvidence, bandwidth_evidence
from collector.judging.evidence import Check, Evidence, Packet, Run, Unknown, evidence
from collector.judging.figures import OF_BANDWIDTH, Wanted, bandwidth_measures, measures
from collector.judging.judge import Case
from collector.judging.listing import Outage
from collector.judging.roster import Subject
from collector.judging.window import Period
from config.errors import LinewalkerError
from exporters.arithmetic import numbers, result, worked
from exporters.explained import explained
from exporters.figures import duration, rfc3339
from exporters.measures import between, figure, row, words
from exporters.reading import STATES
from exporters.text import width
from exporters.words import Say, default_language
from exporters.words import words as language_of
from indicators.catalogue import Indicator
from indicators.catalogue import View as ViewName
from indicators.measure import Measure
from indicators.percentages import Way, towards

_CAUSES = {
    "not_watched": "nobody watched",
    "not_asked": "our own fault kept us from asking",
    "upstream": "down behind something that was itself down or unknown",
    "loss_unsure": "too few questions were completed to know the loss",
    "measured": "too short to be confirmed, beside unknown time",
    "loss": "too short to be confirmed, beside unknown time",
    "other_check": "too short to be confirmed, beside unknown time",
}


@click.command()
@click.argument("indicator")
@printing
@click.option("--subject", "--circuit", "name", required=True, help="whose figure")
@click.option("--view", type=click.Choice(["line", "business"]), help="default the indicator's first view")
@click.option(
    "--most", type=click.IntRange(1, 1000), default=20, show_default=True, help="outages and gaps to show"
)
@over_a_period
def explain(
    *,
    indicator: str,
    config: Path | None,
    data: Path,
    form: str | None,
    name: str,
    view: ViewName | None,
    most: int,
    begin: str | None,
    end: str | None,
    policy: Path | None,
) -> None:
    """Walk from a figure to the packets it rests on."""
    entry = indicator_of(indicator)
    with asked(config, data, begin, end, policy) as what:
        subject = _subject(what, name)
        wanted = [
            one
            for one in _made(entry)(what.case, what.over, Wanted(subjects=(name,)))
            if one.indicator == entry.id and one.view == (view or entry.views[0])
        ]
        if not wanted:
            raise LinewalkerError(
                "{indicator} is not made of {name} in this view; see `linewalker indicators`",
                indicator=indicator,
                name=name,
            )
        found = evidence(what.case, subject, view or entry.views[0], what.over, most)
        bandwidth = None
        if entry.id in OF_BANDWIDTH:
            bandwidth = bandwidth_evidence(what.case, subject, entry.id, what.over, most)
        if form:
            told = _json(wanted[0], found, what.zone) | _bandwidth_json(bandwidth, what.zone)
            show("explanations", [told], form)
        else:
            sys.stdout.write(_text(what, wanted[0], entry, found, bandwidth))


def _made(entry: Indicator) -> Callable[[Case, Period, Wanted], Iterator[Measure]]:
    return bandwidth_measures if entry.id in OF_BANDWIDTH else measures


def _subject(what: Asked, name: str) -> Subject:
    subject = what.case.source.roster.find(name)
    if subject is None:
        raise LinewalkerError("there is no subject {name} in the configuration", name=name)
    return subject


@dataclass(frozen=True, slots=True)
class _Told:
    """How values are told: in the words of a language, times in the calendar's zone."""

    say: Say
    zone: ZoneInfo

    def at(self, micros: int | None) -> str:
        """A moment to the millisecond; a dash where nothing bounds it."""
        return "—" if micros is None else str(rfc3339(micros / 1e6, self.zone))

    def lasted(self, micros: int) -> str:
        """A duration."""
        return duration(micros / 1e6, self.say)

    def check(self, one: Check) -> str:
        """A check by its permanent identity."""
        source = f" ← {one.source}" if one.source else ""
        return f"#{one.id} {one.probe} {one.address}{source} ({one.vantage})"

    def packet(self, one: Packet) -> str:
        """Packets as they were sent, and what came back."""
        came = self.say("no answer") if one.received is None else self.at(one.received)
        through = f" … {self.at(one.until)}" if one.count > 1 else ""
        return f"{one.count} × {self.at(one.sent)}{through} → {came}  {self.say(one.by)}".rstrip()


def _text(
    what: Asked,
    measure: Measure,
    entry: Indicator,
    found: Evidence,
    bandwidth: BandwidthEvidence | None,
) -> str:
    language = default_language()
    say, told = language_of(language), _Told(language_of(language), what.zone)
    policy, chinese = what.case.source.policy, language == "zh"
    title = f"{words(entry.name, chinese)} · {found.subject.name}"
    evidence_of = measure.bracket.evidence
    values: Mapping[str, object] = {
        "title": title,
        "rule_line": "=" * width(title),
        "subject": f"{found.subject.id} {found.subject.name}",
        "begin": told.at(what.over.begin),
        "end": told.at(what.over.end),
        "view": say(f"{found.view} view"),
        "value": figure(measure, measure.bracket.value, towards(entry.bad), say),
        "bracket": between(measure, say),
        "coverage": "—" if measure.bracket.coverage is None else f"{measure.bracket.coverage:.4%}",
        "insufficient": not measure.sufficient,
        "rule": words(entry.says, chinese),
        "formula": entry.formula,
        "policy_name": policy.name,
        "policy": policy.digest,
        "adoption": " · ".join(
            one for one in (policy.adoption.document, policy.adoption.approver, policy.adoption.date) if one
        ),
        "arithmetic": numbers(_flat(evidence_of), say),
        "bandwidth": bandwidth and explain_bandwidth.told(bandwidth, say, told.at),
        "worked": list(_worked(measure, entry, say)),
        "outages": [_told_outage(told, found, one, runs) for one, runs in found.outages],
        "more_outages": found.more_outages,
        "unknown_by_cause": [
            (say(_CAUSES.get(name, name)), told.lasted(size)) for name, size in found.unknown_by_cause.items()
        ],
        "unknown": [_told_gap(told, one) for one in found.unknown],
        "more_unknown": found.more_unknown,
        "checks": [told.check(one) for one in found.checks],
        "watches": found.watches,
        "configurations": [(digest, told.at(loaded)) for digest, loaded in found.configurations],
        "seals": [(told.at(one.day)[:10], one.chain) for one in found.seals],
    }
    return explained(values, say)


def _worked(measure: Measure, entry: Indicator, say: Say) -> Iterator[tuple[str, str, str, str]]:
    """Value and ends of the bracket: what it is, its formula with numbers, the result, and how that is printed."""
    bracket = measure.bracket
    for name, formula, value, way in (
        ("value", entry.worked, bracket.value, towards(entry.bad)),
        ("lower end", entry.worked_lower, bracket.lower, Way.DOWN),
        ("upper end", entry.worked_upper, bracket.upper, Way.UP),
    ):
        told = worked(formula, bracket.evidence, say)
        if told and value is not None:
            yield say(name), told, result(value), figure(measure, value, way, say)


def _flat(numbers: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Numbers by name; those that stand together under one, such as reasons, one by one where they are not 0."""
    for name, value in numbers.items():
        if isinstance(value, Mapping):
            yield from (
                (BECAUSE.get(str(each), str(each)), number) for each, number in value.items() if number
            )
        else:
            yield name, value


def _told_outage(told: _Told, found: Evidence, one: Outage, runs: tuple[Run, ...]) -> dict[str, object]:
    checks = {check.id: told.check(check) for check in found.checks}
    members = sorted({name for era in found.subject.eras for name in era.members})
    return {
        "start": told.at(one.start),
        "end": told.say("still down") if one.end is None else told.at(one.end),
        "ended": one.end is not None,
        "lasted": told.lasted(one.down + one.unknown),
        "reason": told.say(one.reason),
        "start_after": told.at(one.start_after),
        "start_before": told.at(one.start_before),
        "end_after": told.at(one.end_after),
        "end_before": told.at(one.end_before),
        "fault": one.fault,
        "runs": [_told_run(told, run, checks) for run in runs],
        "hint": told.say("derived from {members}; explain those").format(members=", ".join(members))
        if found.subject.derived
        else "",
    }


def _told_run(told: _Told, run: Run, checks: Mapping[int, str]) -> dict[str, object]:
    return {
        "state": told.say(STATES[run.state]),
        "start": told.at(run.start),
        "end": told.say("still so") if run.end is None else told.at(run.end),
        "check": checks.get(run.check, ""),
        "reason": told.say(run.reason),
        "packets": [told.packet(one) for one in run.packets],
    }


def _told_gap(told: _Told, one: Unknown) -> dict[str, object]:
    return {
        "start": told.at(one.start),
        "end": told.at(one.end),
        "lasted": told.lasted(one.end - one.start),
        "cause": told.say(_CAUSES.get(one.cause, one.cause)),
        "reason": told.say(one.reason),
    }


def _json(measure: Measure, found: Evidence, zone: ZoneInfo) -> dict[str, Any]:
    def at(micros: int | None) -> str | None:
        return None if micros is None else rfc3339(micros / 1e6, zone, "microseconds")

    return {
        "measure": row(measure, zone),
        "outages": [
            {
                "start": at(one.start),
                "end": at(one.end),
                "seconds": one.down / 1e6,
                "unknown_seconds": one.unknown / 1e6,
                "reason": one.reason,
                "fault": one.fault,
                "runs": [_json_run(run, at) for run in runs],
            }
            for one, runs in found.outages
        ],
        "more_outages": found.more_outages,
        "unknown": [
            {"start": at(one.start), "end": at(one.end), "cause": one.cause, "reason": one.reason}
            for one in found.unknown
        ],
        "more_unknown": found.more_unknown,
        "unknown_seconds": {name: size / 1e6 for name, size in found.unknown_by_cause.items()},
        "checks": [
            {
                "id": one.id,
                "probe": one.probe,
                "address": one.address,
                "source": one.source,
                "vantage": one.vantage,
            }
            for one in found.checks
        ],
        "watches": found.watches,
        "configurations": [
            {"digest": digest, "loaded_at": at(loaded)} for digest, loaded in found.configurations
        ],
        "seals": [{"day": at(one.day), "chain": one.chain} for one in found.seals],
    }


def _bandwidth_json(of: BandwidthEvidence | None, zone: ZoneInfo) -> dict[str, Any]:
    def at(micros: int | None) -> str | None:
        return None if micros is None else rfc3339(micros / 1e6, zone, "microseconds")

    return {} if of is None else explain_bandwidth.as_json(of, at)


def _json_run(run: Run, at: Any) -> dict[str, Any]:
    return {
        "check": run.check,
        "state": STATES[run.state],
        "start": at(run.start),
        "start_after": at(run.start_after),
        "start_before": at(run.start_before),
        "end": at(run.end),
        "reason": run.reason,
        "packets": [
            {
                "sent": at(one.sent),
                "until": at(one.until),
                "count": one.count,
                "received": at(one.received),
                "by": one.by,
            }
            for one in run.packets
        ],
    }
