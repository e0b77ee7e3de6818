"""The shape of facts on their way into the ledger: values in seconds become rows in microseconds. Pure."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from collector import packets, watches
from collector.ledger.store import micros
from collector.quality import Bin
from collector.runs import Changes
from probes.columns import Ints
from probes.rhythm import Rhythm

Row = dict[str, Any]


def run(check: int, round_name: str, changes: Changes, row: int) -> Row:
    """The run that begins with one change."""
    return {
        "check": check,
        "started_at": micros(changes.started_at[row]),
        "outcome": int(changes.outcome[row]),
        "round": round_name,
        "started_after": _micros_or_none(changes.started_after[row]),
        "started_before": _micros_or_none(changes.started_before[row]),
        "reason": changes.reason.get(row, ""),
    }


def end(check: int, changes: Changes, row: int) -> Row:
    """The end of the run before one change."""
    return {
        "check": check,
        "started_at": micros(changes.before_since[row]),
        "ended_at": micros(changes.started_at[row]),
        "ended_after": _micros_or_none(changes.started_after[row]),
        "ended_before": _micros_or_none(changes.started_before[row]),
    }


def closed(check: int, started_at: float, ended_at: float) -> Row:
    """The end of a run whose check leaves the round: it ends at its last observation."""
    at = micros(ended_at)
    return {
        "check": check,
        "started_at": micros(started_at),
        "ended_at": at,
        "ended_after": at,
        "ended_before": None,
    }


def watch(one: watches.Watch, vantage: str, round_name: str, rhythm: Rhythm, origin: float) -> Row:
    """One watch; `origin` is the start of one of its rounds, from which the others follow."""
    return {
        "vantage": vantage,
        "round": round_name,
        "started_at": micros(one.started_at),
        "ended_at": micros(one.ended_at),
        "reason": one.reason,
        "stepped_to": None if one.stepped_to is None else micros(one.stepped_to),
        "origin": micros(origin),
        "interval": micros(rhythm.interval),
        "span": micros(rhythm.span),
        "clock_offset": None,
        "clock_source": None,
    }


def packet(check: int, record: packets.PacketRecord) -> Row:
    """One packet record."""
    return {
        "check": check,
        "run_started_at": micros(record.run_started_at),
        "sent_at": micros(record.sent_at),
        "until": micros(record.until),
        "count": record.count,
        "received_at": None if record.received_at is None else micros(record.received_at),
        "by": record.by,
    }


def quality(checks: Ints, bins: Iterable[Bin]) -> list[Row]:
    """The rows of closed bins; checks of which a bin holds nothing have none."""
    rows: list[Row] = []
    for one in bins:
        busy = np.flatnonzero(one.sent + one.down + one.incomplete)
        columns = {
            "check": checks[busy],
            "started_at": np.full(len(busy), one.started_at * 1_000_000),
            "sent": one.sent[busy],
            "rescued": one.rescued[busy],
            "incomplete": one.incomplete[busy],
            "down": one.down[busy],
            "answered": one.answered[busy],
            "rtt_sum": np.rint(one.rtt_sum[busy] * 1e6).astype(np.int64),
            "rtt_max": np.rint(one.rtt_max[busy] * 1e6).astype(np.int64),
        }
        table = zip(*(column.tolist() for column in columns.values()), strict=True)
        rows += [dict(zip(columns, values, strict=True)) for values in table]
    return rows


def _micros_or_none(seconds: float) -> int | None:
    return None if math.isnan(seconds) else micros(seconds)
