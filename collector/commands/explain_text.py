"""What `explain` tells as text: the same walk, for an auditor, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from collector.commands import explain_bandwidth
from collector.commands.explaining import Paper, Walk
from collector.judging.evidence import Check, Packet, Run, Unknown
from collector.judging.figures import Share
from collector.judging.listing import Outage
from collector.judging.window import Period
from exporters.arithmetic import flat, numbers, worked_out
from exporters.because import CAUSES
from exporters.explained import explained
from exporters.figures import duration, rfc3339
from exporters.measures import between, figure, words
from exporters.reading import STATES
from exporters.text import width
from exporters.words import Say
from exporters.words import words as language_of
from indicators.entered import Attestation
from indicators.percentages import Way, towards
from indicators.policy import Policy


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


def as_text(of: Walk, over: Period, zone: ZoneInfo, policy: Policy, language: str) -> str:
    """A walk in words."""
    say, chinese = language_of(language), language == "zh"
    told, found, measure, entry = _Told(say, zone), of.found, of.measure, of.entry
    title = f"{words(entry.name, chinese)} · {of.name}"
    values: Mapping[str, object] = {
        "title": title,
        "rule_line": "=" * width(title),
        "subject": _subject(of, say),
        "begin": told.at(over.begin),
        "end": told.at(over.end),
        "view": say(f"{found.view} view"),
        "value": figure(measure, measure.bracket.value, towards(entry.bad), say),
        "bracket": between(measure, say),
        "target": "" if measure.target is None else figure(measure, measure.target, Way.HALF_UP, say),
        "coverage": "—" if measure.bracket.coverage is None else f"{measure.bracket.coverage:.4%}",
        "insufficient": not measure.sufficient,
        "rule": words(entry.says, chinese),
        "formula": entry.formula,
        "policy_name": policy.name,
        "policy": policy.digest,
        "adoption": " · ".join(
            one for one in (policy.adoption.document, policy.adoption.approver, policy.adoption.date) if one
        ),
        "arithmetic": numbers(flat(measure.bracket.evidence), say),
        "bandwidth": of.bandwidth and explain_bandwidth.told(of.bandwidth, say, told.at),
        "worked": list(worked_out(measure, say)),
        "members": [_told_member(told, one) for one in (of.shares or ())[: of.most]],
        "more_members": max(0, len(of.shares or ()) - of.most),
        "amended": of.amended and figure(of.amended, of.amended.bracket.value, towards(entry.bad), say),
        "amended_bracket": of.amended and between(of.amended, say),
        "papers": [_told_paper(told, one) for one in of.papers[: of.most]],
        "more_papers": max(0, len(of.papers) - of.most),
        "outages": [_told_outage(told, of, one, runs) for one, runs in found.outages],
        "more_outages": found.more_outages,
        "unknown_by_cause": [
            (say(CAUSES.get(name, name)), told.lasted(size)) for name, size in found.unknown_by_cause.items()
        ],
        "unknown": [_told_gap(told, of, one) for one in found.unknown],
        "more_unknown": found.more_unknown,
        "checks": [told.check(one) for one in found.checks],
        "watches": found.watches,
        "configurations": [(digest, told.at(loaded)) for digest, loaded in found.configurations],
        "seals": [(told.at(one.day)[:10], one.chain) for one in found.seals],
    }
    return explained(values, say)


def _subject(of: Walk, say: Say) -> str:
    if of.shares is None:
        return f"{of.measure.subject} {of.name}"
    return f"{of.measure.subject} {of.name} ({say(of.measure.kind)} × {len(of.shares)})"


def _told_member(told: _Told, one: Share) -> str:
    return told.say("{subject}: up {up}, down {down}, unknown {unknown}, faults {faults}").format(
        subject=f"{one.subject.id} {one.subject.name}",
        up=told.lasted(one.up),
        down=told.lasted(one.down),
        unknown=told.lasted(one.unknown),
        faults=one.faults,
    )


def _told_paper(told: _Told, one: Paper) -> str:
    said = told.say(one.state if isinstance(one, Attestation) else one.value)
    by = told.say("entered by {author}, approved by {approver}").format(
        author=one.recorded_by, approver=one.approved_by
    )
    document = f"{one.reference} {one.file_sha256}".strip()
    what = told.say("attested") if isinstance(one, Attestation) else told.say("amended")
    return f"{one.subject.id}  {told.at(one.begin)} … {told.at(one.end)}  {what} {said}  {document}  {by}"


def _told_outage(told: _Told, of: Walk, one: Outage, runs: tuple[Run, ...]) -> dict[str, object]:
    checks = {check.id: told.check(check) for check in of.found.checks}
    members = of.found.derived.get(one.subject)
    return {
        "subject": _whose(of, one.subject),
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
        if members
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


def _whose(of: Walk, subject: str) -> str:
    """Who is meant, where it could be another."""
    return "" if of.shares is None else f"{subject}  "


def _told_gap(told: _Told, of: Walk, one: Unknown) -> dict[str, object]:
    return {
        "subject": _whose(of, one.subject),
        "start": told.at(one.start),
        "end": told.at(one.end),
        "lasted": told.lasted(one.end - one.start),
        "cause": told.say(CAUSES.get(one.cause, one.cause)),
        "reason": told.say(one.reason),
    }
