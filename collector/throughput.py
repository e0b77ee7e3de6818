"""The process that makes throughput tests: started when some are due, it makes them, hands them to *ask*, and ends.

A process of its own, and a nice one, so that a line being filled never delays a round. The row of a test is handed
over before it begins, as one that did not finish; only a test that comes to an end replaces that. So whatever kills
it leaves a failure behind, never a rate.
"""

import argparse
import asyncio
import logging
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from collector import appointments, feed, inforce, processes
from collector.apart import apart
from collector.appointments import Appointment, Rules
from collector.ledger import reading
from collector.ledger.place import ledger_url
from collector.ledger.store import AwayError, micros, open_ledger
from config.model import Config
from probes.beside import Beside
from probes.clock import Clock, SystemClock
from probes.columns import Octets
from probes.throughput import FailedTestError, Transfer, measure, method_of

log = logging.getLogger(__name__)

Row = dict[str, Any]

NOT_FINISHED = "not finished"
_NICE = 5
_ANSWER_SECONDS = 2.0
_AGAIN_SECONDS = 1.0
_BEFORE_SECONDS = 10.0  # so long *ask* may be away before a test that cannot be recorded is not made
_AFTER_SECONDS = 600.0
_LEDGER_SECONDS = 30
_LOOK_SECONDS = 1.0
_LOST_OCTETS = 0.05  # of a test's own; more missing shows that counters are not read when they are asked for


class Books(Protocol):
    """Where rows go."""

    async def write(self, row: Row, seconds: float) -> bool:
        """Hand a row over, for so long at the most; whether it was taken."""
        ...


class ByAsk:
    """Hands rows to *ask*, the one writer of what is observed: it spools them while the ledger is away."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    async def write(self, row: Row, seconds: float) -> bool:
        """Hand a row over, for so long at the most; whether it was taken."""
        until = asyncio.get_running_loop().time() + seconds
        word = {"want": "throughput", "rows": [row]}
        while True:
            answer = await asyncio.to_thread(feed.request, self._data_dir, word, _ANSWER_SECONDS)
            if answer is not None and "taken" in answer[0]:
                return True
            if asyncio.get_running_loop().time() >= until:
                return False
            await asyncio.sleep(_AGAIN_SECONDS)


@dataclass(slots=True)
class Today:
    """What is known when the process starts: what is due, under which rules, and what was moved today already."""

    waiting: list[Appointment]
    rules: Rules
    used: int


class Making:
    """All tests of one life of the process."""

    def __init__(self, today: Today, books: Books, clock: Clock) -> None:
        self._rules, self._books, self._clock = today.rules, books, clock
        self._waiting = today.waiting
        self._used = today.used
        self._running: dict[asyncio.Task[int], Appointment] = {}

    async def make(self) -> None:
        """Make them all, or say why not."""
        try:
            while self._waiting or self._running:
                await self._begin()
                await self._await_some()
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _begin(self) -> None:
        running = [*self._running.values()]
        now = self._clock.wall()
        made = appointments.decide(self._waiting, running, self._used, self._rules, now)
        self._waiting = made.wait
        for one in made.begin:
            self._running[asyncio.create_task(self._test(one))] = one
        for one, why in made.refuse:
            log.info("%s is not tested: %s", one.circuit, why)
            await self._books.write(
                {**self._row(one, now), "ended_at": micros(now), "reason": why}, _AFTER_SECONDS
            )

    async def _await_some(self) -> None:
        if self._running:
            ended, _ = await asyncio.wait(
                self._running, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            for task in ended:
                del self._running[task]
                self._used += task.result()

    async def _test(self, one: Appointment) -> int:
        """One test; the bytes it moved."""
        row = self._row(one, self._clock.wall())
        if not await self._books.write(row, _BEFORE_SECONDS):
            log.error("%s is not tested: the collecting process does not answer", one.circuit)
            return 0
        result = await self._measured(one)
        ended_at = self._clock.wall()
        result = {**row, "reason": "", "ended_at": micros(ended_at), **result}
        if result["rate_bps"] is not None:
            result["valid_until"] = micros(ended_at + self._rules.validity_seconds)
        if not await self._books.write(result, _AFTER_SECONDS):
            log.error(
                "the test of %s is lost, the collecting process does not answer: %s", one.circuit, result
            )
        return moved(result)

    async def _measured(self, one: Appointment) -> Row:
        """What a test came to."""
        beside = Beside(one.agent) if one.agent else None
        try:
            if beside:
                await beside.look()
            transfer = await measure(one.order)
            octets = await beside.look() if beside else None
        except FailedTestError as error:
            return {"reason": str(error)}
        finally:
            if beside:
                beside.close()
        other = other_rate(
            transfer, octets, towards_us=one.order.direction == "receive", turned=one.agent_is_beyond
        )
        return {
            "bytes": transfer.moved,
            "rate_bps": transfer.rate,
            "segment": transfer.segment,
            "other_bps": other,
        }

    def _row(self, one: Appointment, now: float) -> Row:
        """The row of a test that did not finish."""
        return {
            "id": one.id,
            "circuit": one.circuit,
            "direction": one.order.direction,
            "origin": "measured",
            "method": method_of(one.order.far_end),
            "planned_at": micros(one.planned_at),
            "started_at": micros(now),
            "ended_at": None,
            "valid_until": None,
            "bytes": None,
            "rate_bps": None,
            "cap_bps": one.order.rate or None,
            "segment": None,
            "other_bps": None,
            "far_end": one.order.far_end.partition("?")[0],  # what stands behind it may be a secret
            "source": one.order.source,
            "vantage": self._rules.vantage,
            "reason": NOT_FINISHED,
            "recorded_at": micros(now),
        }


def other_rate(transfer: Transfer, octets: Octets | None, *, towards_us: bool, turned: bool) -> int | None:
    """Bits a second beside the test, its headers among them; None where the counters do not tell.

    A device on our side receives what comes towards us; one beyond the line (`turned`) sends it.
    """
    if octets is None:
        return None
    through = octets.received if towards_us != turned else octets.sent
    rest = through - transfer.moved
    if not rest >= -_LOST_OCTETS * transfer.moved:  # NaN, too
        return None
    return round(max(0.0, rest) * 8 / octets.seconds)


def moved(row: Mapping[str, Any]) -> int:
    """The bytes a test moved; of one that failed those it may have moved in its time."""
    if row["bytes"] is not None or row["ended_at"] is None:
        return int(row["bytes"] or 0)
    return int((row["cap_bps"] or 0) * (row["ended_at"] - row["started_at"]) / 8e6)


def today(config: Config, data_dir: Path, now: float) -> Today | None:
    """What is to be done; None where nothing is due. Raises LedgerError where it is not known what was done."""
    rules = appointments.rules(config)
    waiting = appointments.due(config, now) if rules else []
    if not (rules and waiting):
        return None
    midnight = appointments.midnight(rules.zone, now)
    ledger = open_ledger(ledger_url(config, data_dir), create=False)
    try:
        with ledger.reading() as connection:
            begin = min(midnight, *(one.planned_at for one in waiting))
            rows = reading.throughput(connection, begin=begin)
    finally:
        ledger.close()
    known = {row.id for row in rows}
    used = sum(moved(row._mapping) for row in rows if row.started_at >= micros(midnight))
    return Today([one for one in waiting if one.id not in known], rules, used)


def _patiently(find: Callable[[], Today | None]) -> Today | None:
    """What is to be done; a ledger that is just being opened by a service that begins is waited for."""
    for _ in range(_LEDGER_SECONDS):
        try:
            return find()
        except AwayError:
            time.sleep(_AGAIN_SECONDS)
    return find()


async def _until_stopped(work: Callable[[], Any]) -> None:
    """Do this until it is done, or SIGTERM comes: then what is under way stays unfinished."""
    task = asyncio.ensure_future(work())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


def main() -> None:
    """Entry of the process; ends when every test that was due is made or refused."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-c", "--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    given = parser.parse_args()
    processes.prepare("throughput")
    os.nice(_NICE)
    clock = SystemClock()
    found = _patiently(lambda: apart(lambda: today(inforce.read(given.config), given.data, clock.wall())))
    if found is not None:
        asyncio.run(_until_stopped(Making(found, ByAsk(given.data), clock).make))


if __name__ == "__main__":
    processes.guarded(main)
