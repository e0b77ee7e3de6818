"""The shape of facts on their way into the ledger: values in seconds become rows in microseconds. Pure.

Where very many come at once they stay the columns they were until they are written: `Later`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any, overload

import numpy as np

from collector import packets, watches
from collector.ledger.store import micros
from collector.quality import Bin
from collector.reference import Offset
from collector.runs import NEVER, Changes
from probes.columns import Floats, Ints
from probes.rhythm import Rhythm

Row = dict[str, Any]
_TOGETHER = 5000  # of very many rows, as many as a ledger takes in a moment
_PASSED = ("octets_in", "octets_out", "discards_in", "discards_out")


class Later(Sequence[Row]):
    """So many rows, made anew whenever somebody reads them: as objects they take ten times the memory.

    `make` gives those of a part, and never are all made at once.
    """

    def __init__(self, count: int, make: Callable[[slice], list[Row]]) -> None:
        self._count, self._make = count, make

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            return self._make(at)
        row = range(self._count)[at]
        return self._make(slice(row, row + 1))[0]

    def __iter__(self) -> Iterator[Row]:
        parts = (slice(begin, begin + _TOGETHER) for begin in range(0, self._count, _TOGETHER))
        return chain.from_iterable(map(self._make, parts))


def runs(checks: Ints, round_name: str, changes: Changes) -> Sequence[Row]:
    """The runs that begin with these changes; `checks` are the ids by target."""
    return Later(len(changes), partial(_runs, checks, round_name, changes))


def _runs(checks: Ints, round_name: str, changes: Changes, part: slice) -> list[Row]:
    told = zip(
        checks[changes.target[part]].tolist(),
        _micros(changes.started_at[part]),
        changes.outcome[part].tolist(),
        _micros(changes.started_after[part]),
        _micros(changes.started_before[part]),
        strict=True,
    )
    rows = range(len(changes))[part]
    return [
        {
            "check": check,
            "started_at": started_at,
            "outcome": outcome,
            "round": round_name,
            "started_after": after,
            "started_before": before,
            "reason": changes.reason.get(row, ""),
        }
        for row, (check, started_at, outcome, after, before) in zip(rows, told, strict=True)
    ]


def ends(checks: Ints, changes: Changes) -> list[Row]:
    """The ends of the runs before these changes, where there were any."""
    told = zip(
        checks[changes.target].tolist(),
        changes.before.tolist(),
        _micros(changes.before_since),
        _micros(changes.started_at),
        _micros(changes.started_after),
        _micros(changes.started_before),
        strict=True,
    )
    return [
        {
            "check": check,
            "started_at": since,
            "ended_at": ended_at,
            "ended_after": after,
            "ended_before": before,
        }
        for check, outcome, since, ended_at, after, before in told
        if outcome != NEVER
    ]


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


def watch(
    one: watches.Watch, vantage: str, round_name: str, rhythm: Rhythm, origin: float, offset: Offset | None
) -> Row:
    """One watch; `origin` is the start of one of its rounds, from which the others follow.

    `offset` is how far the clock was off at its end; None where no source told.
    """
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
        "clock_offset": None if offset is None else micros(offset.seconds),
        "clock_error": None if offset is None else micros(offset.error),
        "clock_source": None if offset is None else offset.source,
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


def quality(checks: Ints, bins: Iterable[Bin]) -> Iterator[Sequence[Row]]:
    """The rows of closed bins, some thousand together; checks of which a bin holds nothing have none."""
    for one in bins:
        busy = np.flatnonzero(one.sent + one.down + one.incomplete)
        for begin in range(0, len(busy), _TOGETHER):
            part = busy[begin : begin + _TOGETHER]
            yield Later(len(part), partial(_quality, checks, one, part))


def _quality(checks: Ints, one: Bin, of: Ints, part: slice) -> list[Row]:
    busy = of[part]
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
    known = [_whole(amounts) for amounts in (*one.octets_known(busy), *one.discards_known(busy))]
    table = zip(*(column.tolist() for column in columns.values()), *known, strict=True)
    return [dict(zip((*columns, *_PASSED), values, strict=True)) for values in table]


def _micros(seconds: Floats) -> list[int | None]:
    """What `micros` gives for each, None for NaN; all at once, because ten thousand may change in a round."""
    unknown = np.isnan(seconds)
    whole: list[int | None] = np.rint(np.where(unknown, 0.0, seconds) * 1e6).astype(np.int64).tolist()
    for row in np.flatnonzero(unknown).tolist():
        whole[row] = None
    return whole


def _whole(amounts: Floats) -> list[int | None]:
    """Whole numbers, None for NaN."""
    nan = np.isnan(amounts)
    if nan.all():  # of every check that is no interface
        return [None] * len(amounts)
    return [None if unknown else round(amount) for amount, unknown in zip(amounts.tolist(), nan, strict=True)]
