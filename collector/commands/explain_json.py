"""What `explain` tells as JSON: the same walk, for programs."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from collector.commands import explain_bandwidth
from collector.commands.explaining import Walk
from collector.judging.evidence import Evidence, Run
from collector.judging.figures import Share
from exporters.figures import rfc3339
from exporters.measures import row
from exporters.reading import STATES
from indicators.entered import Attestation

At = Callable[[int | None], str | None]


def as_json(of: Walk, zone: ZoneInfo) -> dict[str, Any]:
    """A walk as values; what only a group or only bandwidth has is there only of these."""

    def at(micros: int | None) -> str | None:
        return None if micros is None else rfc3339(micros / 1e6, zone, "microseconds")

    group = {} if of.shares is None else _members(of.shares, of.most)
    bandwidth = {} if of.bandwidth is None else explain_bandwidth.as_json(of.bandwidth, at)
    amended = {} if of.amended is None else {"amended": row(of.amended, zone)}
    papers = _papers(of, at) if of.papers else {}
    return {"measure": row(of.measure, zone)} | amended | group | _evidence(of.found, at) | papers | bandwidth


def _papers(of: Walk, at: At) -> dict[str, Any]:
    return {
        "papers": [
            {
                "kind": "attestation" if isinstance(one, Attestation) else "amendment",
                "id": one.id,
                "subject": one.subject.id,
                "from": at(one.begin),
                "to": at(one.end),
                "state": one.state if isinstance(one, Attestation) else one.value,
                "reference": one.reference,
                "sha256": one.file_sha256,
                "recorded_by": one.recorded_by,
                "approved_by": one.approved_by,
            }
            for one in of.papers[: of.most]
        ],
        "more_papers": max(0, len(of.papers) - of.most),
    }


def _members(shares: tuple[Share, ...], most: int) -> dict[str, Any]:
    return {
        "members": [
            {
                "subject": one.subject.id,
                "up_seconds": one.up / 1e6,
                "down_seconds": one.down / 1e6,
                "unknown_seconds": one.unknown / 1e6,
                "faults": one.faults,
            }
            for one in shares[:most]
        ],
        "more_members": max(0, len(shares) - most),
    }


def _evidence(found: Evidence, at: At) -> dict[str, Any]:
    return {
        "outages": [
            {
                "subject": one.subject,
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
            {
                "subject": one.subject,
                "start": at(one.start),
                "end": at(one.end),
                "cause": one.cause,
                "reason": one.reason,
            }
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


def _json_run(run: Run, at: At) -> dict[str, Any]:
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
