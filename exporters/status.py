"""The overview as plain values for JSON: what `/api/v1/status` and `linewalker status --json` both answer.

The shape is fixed in the interfaces others build on. Times are RFC 3339 with offset; None where there is none.
"""

from collections.abc import Iterator
from datetime import UTC, tzinfo

from exporters.figures import number, rfc3339
from exporters.reading import (
    DOWN,
    STATES,
    UP,
    AlertsNow,
    Change,
    CollectorNow,
    Columns,
    Kind,
    Overview,
    Subject,
)
from exporters.readings import by_subject, plain

Values = dict[str, object]


def status(overview: Overview, zone: tzinfo = UTC) -> Values:
    """Everything at one instant; `zone` gives the offset of all times."""
    kinds = overview.kinds
    return {
        "at": rfc3339(overview.at, zone),
        "circuits": list(_circuits(kinds["circuits"], zone)) if "circuits" in kinds else [],
        "services": list(_services(overview, zone)),
        **{name: list(_others(kinds, name, zone)) for name in ("devices", "systems", "sentinels")},
        "collector": collector(overview.collector, zone),
        "indicators": {
            "at": None if overview.standing.at is None else rfc3339(overview.standing.at, zone),
            "measures": list(overview.standing.measures),
            "outlooks": list(overview.standing.outlooks),
        },
    }


def collector(now: CollectorNow, zone: tzinfo = UTC) -> Values:
    """The collector itself."""
    return {
        "organisation": now.organisation,
        "vantage": now.vantage,
        "version": now.version,
        "watching": now.watching,
        "problem": now.problem,
        "started_at": rfc3339(now.started_at, zone),
        "rounds": [
            {
                "name": one.name,
                "completed": one.completed,
                "late_seconds": number(one.late_seconds),
                "watched_until": rfc3339(one.watched_until, zone),
            }
            for one in now.rounds
        ],
        "queue_rows": now.queue_rows,
        "spool_rows": now.spool_rows,
        "clock_offset_seconds": now.clock_offset,
        "clock_error_seconds": number(now.clock_error),
        "clock_source": now.clock_source,
        "config_digest": now.config_digest,
        "shortest_sure_seconds": now.shortest_sure,
        "alerts": None if now.alerts is None else _alerts(now.alerts, zone),
    }


def _alerts(now: AlertsNow, zone: tzinfo) -> Values:
    return {
        "told": now.told,
        "receivers": [
            {
                "id": one.id,
                "waiting": one.waiting,
                "sent_at": rfc3339(one.sent_at, zone),
                "problem": one.problem,
            }
            for one in now.receivers
        ],
    }


def recent(changes: tuple[Change, ...], zone: tzinfo = UTC) -> list[Values]:
    """The newest recorded changes."""
    return [
        {
            "at": rfc3339(change.at, zone),
            "kind": change.kind,
            "id": change.id,
            "name": change.name,
            "state": change.state,
            "reason": change.reason,
            "lasted_seconds": number(change.lasted),
        }
        for change in changes
    ]


def failed_switch_overs(overview: Overview) -> frozenset[str]:
    """Ids of services with a check of their own that are down while a member circuit is up: 切换失败."""
    services, circuits = overview.kinds.get("services"), overview.kinds.get("circuits")
    if services is None or circuits is None:
        return frozenset()
    # A service whose members are all down has nothing to switch to; that is an outage, not a failed switch.
    alive = {circuits.subjects[row].id for row in (circuits.now.state == UP).nonzero()[0]}
    return frozenset(
        service.id
        for service, state in zip(services.subjects, services.now.state, strict=True)
        if state == DOWN and not service.derived and not alive.isdisjoint(service.members)
    )


def _rows(kind: Kind, zone: tzinfo, *, always: bool = False) -> Iterator[tuple[Subject, Values]]:
    """Each subject as it stands; with `always` what was read of it, even where nothing was read of anybody."""
    now, read = kind.now, by_subject(kind)
    columns = zip(
        kind.subjects,
        now.state.tolist(),
        now.since.tolist(),
        now.rtt.tolist(),
        now.loss.tolist(),
        strict=True,
    )
    for row, (subject, state, since, rtt, loss) in enumerate(columns):
        yield (
            subject,
            {
                "state": STATES[state],
                "reason": now.reason.get(row, ""),
                "since": rfc3339(since, zone),
                "rtt_seconds": number(rtt),
                "loss_ratio": number(loss),
                **_figures(now, row),
                **({"readings": plain(read.get(row, []))} if always or kind.readings.parts else {}),
            },
        )


def _figures(now: Columns, row: int) -> Values:
    """The live figures of the probe, where anybody of the kind has any."""
    if not now.values:
        return {}
    told = {name: number(float(column[row])) for name, column in now.values.items()}
    return {"figures": {name: value for name, value in told.items() if value is not None}}


def _circuits(kind: Kind, zone: tzinfo) -> Iterator[Values]:
    for subject, now in _rows(kind, zone):
        yield {
            "id": subject.id,
            "name": subject.name,
            "group": subject.group,
            "carrier": subject.carrier,
            "path": subject.path,
            **now,
        }


def _services(overview: Overview, zone: tzinfo) -> Iterator[Values]:
    failed = failed_switch_overs(overview)
    kind = overview.kinds.get("services")
    for subject, now in _rows(kind, zone) if kind else ():
        yield {
            **_named(subject),
            **now,
            "derived": subject.derived,
            "members": list(subject.members),
            "failed_switch_over": subject.id in failed,
        }


def _others(kinds: dict[str, Kind], name: str, zone: tzinfo) -> Iterator[Values]:
    for subject, now in _rows(kinds[name], zone, always=name == "devices") if name in kinds else ():
        yield {**_named(subject), **now}


def _named(subject: Subject) -> Values:
    return {"id": subject.id, "name": subject.name, "group": subject.group, "site": subject.site}
