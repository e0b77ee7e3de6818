"""What the bandwidth figures of a made-up year's lines should be, worked out from what truly happened. Pure.

By the built-in rules (definitions, §5), five minutes by five minutes, and with nothing of `indicators`. What hangs on
some seconds of down-time or a packet or two is counted as `doubtful`: there the record may tell it otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.year import Year
from lab.year_affairs import BIN, DAY, SECOND
from lab.year_proofs import Proof
from lab.year_really import counted, own, settled
from lab.year_spans import Ints, common, covered
from lab.year_traffic import Port, passed
from lab.year_world import key

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

_PROVES, _FULL = 0.95, 0.8  # of the agreed rate
_MOST_LOST, _LEAST_SENT = 0.01, 300  # of the first packets of the hour around
_OLDEST = 31 * DAY  # of a test in force
_EDGE = 30 * SECOND  # by which a cut may be seen shorter
_FEW = 2.5  # packets by which loss may be seen otherwise
_BEFORE, _AFTER = 6, 5  # five minutes of the hour around, beside the one itself


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """How many five minutes of a line were what; `busiest` is the 95th percentile, bit/s."""

    circuit: str
    assured: int
    short: int
    unproven: int
    uncongested: int
    congested: int
    doubtful: int
    busiest: float

    @property
    def assurance(self) -> float | None:
        """网络带宽保障率: assured ÷ (assured + short)."""
        return _share(self.assured, self.short)

    @property
    def free(self) -> float | None:
        """不拥塞率."""
        return _share(self.uncongested, self.congested)


def _share(good: int, bad: int) -> float | None:
    return good / (good + bad) if good + bad else None


@dataclass(frozen=True, slots=True)
class _Line:
    """What was so of a line in each five minutes; times in microseconds, traffic in bit/s."""

    judged: Ints
    down: Ints
    rate: Ints
    bits: Floats  # of either direction, shape (2, bins)
    dropped: Flags
    sent: Ints  # first packets
    lost: Ints
    failed: Flags  # by a test
    proven: Flags

    @property
    def judging(self) -> Flags:
        return 2 * self.judged >= BIN

    @property
    def counts(self) -> Flags:
        return self.judging & (self.rate > 0)

    @property
    def most(self) -> Floats:
        most: Floats = self.bits.max(axis=0)
        return most

    @property
    def full(self) -> Flags:
        return self.most >= _FULL * self.rate


def bandwidth(year: Year, port: Port) -> Bandwidth:
    """Of a line whose port is read."""
    line = _line(year, port)
    lossy, perhaps = _lossy(line)
    short = line.counts & ((2 * line.down > line.judged) | line.failed | lossy)
    assured = line.counts & ~short & (line.proven | (line.most >= _PROVES * line.rate))
    congested = line.counts & line.full & (line.dropped | (line.lost > 0))
    near = (line.down > 0) & (np.abs(2 * line.down - line.judged) <= 2 * _EDGE)
    return Bandwidth(
        port.circuit,
        assured=int(assured.sum()),
        short=int(short.sum()),
        unproven=int((line.counts & ~short & ~assured).sum()),
        uncongested=int((line.counts & ~congested).sum()),
        congested=int(congested.sum()),
        doubtful=int((line.counts & (near | perhaps)).sum()),
        busiest=max(_percentile(way[line.judging]) for way in line.bits),
    )


def _line(year: Year, port: Port) -> _Line:
    name, bins = key("circuit", port.circuit), (year.end - year.begin) // BIN
    there = common(counted(year, name), [port.serving])
    days = (passed(year.traffic, port, day, year.away[name])[0] for day in range(len(year.traffic.working)))
    through = np.concatenate(list(days), axis=1)[:, :bins]
    sent = (
        (BIN - covered(year.away[name], year.begin, bins)) // port.pinged
        if port.pinged
        else np.zeros(bins, np.int64)
    )
    rate = (
        np.array([port.rate_at(at) for at in range(year.begin, year.end, BIN)])
        if len(port.rates) > 1
        else np.full(bins, port.rates[0][1])
    )
    failed, proven = _proofs([one for one in year.proofs if one.circuit == port.circuit], rate, year.begin)
    return _Line(
        judged=covered(there, year.begin, bins),
        down=covered(common(settled(own(year, name)), there), year.begin, bins),
        rate=rate,
        bits=through[:2] * (8_000_000 / BIN),
        dropped=through[2:].max(axis=0) > 0,
        sent=sent,
        lost=_lost(year, name, sent),
        failed=failed,
        proven=proven,
    )


def _lost(year: Year, name: str, sent: Ints) -> Ints:
    """First packets that were lost, of those sent."""
    found = np.zeros_like(sent)
    for one in year.deeds_of(name):
        if one.what == "loss":
            bins = slice((one.begin - year.begin) // BIN, (one.end - year.begin) // BIN)
            found[bins] = np.round(one.share * sent[bins])
    return found


def _lossy(line: _Line) -> tuple[Flags, Flags]:
    """Where more is lost in the hour around than may be while the line is not full; and where it may be so."""
    used = line.counts & ~line.full
    asked, lost = _hour(line.sent * used), _hour(line.lost * used)
    beyond = lost - _MOST_LOST * asked
    lossy = used & (asked >= _LEAST_SENT) & (beyond > 0)
    near = (np.abs(beyond) <= _FEW) | (np.abs(asked - _LEAST_SENT) <= _FEW * (_BEFORE + _AFTER))
    return lossy, used & (lost > 0) & near


def _hour(counts: Ints) -> Ints:
    around = np.lib.stride_tricks.sliding_window_view(np.pad(counts, (_BEFORE, _AFTER)), _BEFORE + _AFTER + 1)
    hour: Ints = around.sum(axis=1)
    return hour


def _proofs(found: Sequence[Proof], rate: Ints, begin: int) -> tuple[Flags, Flags]:
    """Where the newest test came short, and where a test or a report proves the rate."""
    failed, proven = np.zeros((2, len(rate)), np.bool_)
    for direction in ("receive", "send"):
        newest, until = np.full(len(rate), np.inf), np.zeros(len(rate), np.int64)
        for one in found:
            first, behind = (max(0, -((begin - at) // BIN)) for at in (one.at - BIN + 1, one.valid_until))
            if one.direction not in (direction, "both") or one.carried is None:
                continue
            if not one.measured:
                proven[first:behind] |= one.carried >= _PROVES * rate[first:behind]
                continue
            speaks = np.arange(len(rate)) >= first
            speaks &= max(one.carried, one.cap) >= _PROVES * rate
            newest[speaks], until[speaks] = one.carried, min(one.valid_until, one.at + _OLDEST)
        at = begin + np.arange(len(rate), dtype=np.int64) * BIN
        good = newest >= _PROVES * rate
        failed |= (at <= until) & ~good
        proven |= (at <= until) & good & np.isfinite(newest)
    return failed, proven


def _percentile(bits: Floats) -> float:
    """The highest left after the top 5 % are dropped."""
    return float(np.sort(bits)[len(bits) - 1 - len(bits) // 20]) if len(bits) else 0.0
