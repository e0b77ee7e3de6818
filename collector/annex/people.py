"""Maintenance windows, amendments and attestations as lines of the annex."""

from collections.abc import Iterator

from collector.judging.judge import Case, standing
from collector.judging.window import Period
from exporters.forms.annex import PaperLine, WindowLine
from indicators.entered import EnteredFacts


def windows(of: Case, over: Period) -> Iterator[WindowLine]:
    """Every maintenance window that touches the period; those that do not apply, too."""
    touching = [one for one in of.entered.maintenance if one.begin < over.end and one.end > over.begin]
    applied = {one.id for one in of.applied}
    for one, agreed in zip(touching, standing(of.source, touching), strict=True):
        yield WindowLine(
            subjects=tuple(each.id for each in one.subjects),
            names=tuple(_named(of, each.id) for each in one.subjects),
            begin=one.begin,
            end=one.end,
            recorded_at=one.recorded_at,
            recorded_by=one.recorded_by,
            approved_by=one.approved_by or "",
            reason=one.reason,
            reference=one.reference,
            agreed=agreed,
            applies=one.id in applied,
        )


def _named(of: Case, subject: str) -> str:
    """A name with its id; the id alone of what the configuration does not name."""
    found = of.source.roster.find(subject)
    return f"{found.name} {subject}" if found and found.name else subject


def papers(of: EnteredFacts, over: Period) -> Iterator[PaperLine]:
    """Amendments and attestations that touch the period, in the order of their times."""
    told = [(one, "attestation", one.state, one.signed_by) for one in of.attestations] + [
        (one, "amendment", one.value, "") for one in of.amendments
    ]
    for one, kind, says, signed_by in sorted(told, key=lambda each: (each[0].begin, each[0].id)):
        if one.begin < over.end and one.end > over.begin:
            yield PaperLine(
                kind=kind,
                subject=one.subject.id,
                begin=one.begin,
                end=one.end,
                says=says,
                signed_by=signed_by,
                recorded_by=one.recorded_by,
                approved_by=one.approved_by or "",
                reason=one.reason,
                reference=one.reference,
                file_name=one.file_name,
            )
