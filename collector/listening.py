"""Listening for traps: what comes is held against the gate, read, counted and handed over. Nothing is kept here."""

import datetime as dt
import logging
import os
from collections import Counter
from pathlib import Path

from collector.concerned import Senders, Subject
from collector.datagrams import Datagram, Datagrams
from collector.folding import Folding
from collector.handing import Handing
from collector.trusting import Identity, reader
from config.errors import LinewalkerError
from probes.clock import Clock
from probes.trap_gate import FOREIGN, TOO_MANY, TOO_MANY_OF_ONE, Gate, plain
from probes.trap_kinds import URGENT
from probes.traps import LONGEST, MALFORMED, NOT_TRUSTED, REPLAYED, Reader, Trap

log = logging.getLogger(__name__)

OVERFLOW = "overflow"  # the kernel had no room: they came faster than they were looked at
WAITING = "waiting"  # let in, but *ask* was away for too long
REASONS = (FOREIGN, TOO_MANY_OF_ONE, TOO_MANY, MALFORMED, NOT_TRUSTED, REPLAYED, OVERFLOW, WAITING)

_AT_ONCE = 500  # datagrams looked at before others have their turn
_LOOK_SECONDS = 0.1
_AGAIN_SECONDS = 10.0
_ASK_AGAIN_SECONDS = 1.0  # so often at the most the lines of one device are asked because of traps


class Listener:
    """Everything *traps* holds while it runs."""

    def __init__(self, known: Senders, data_dir: Path, clock: Clock) -> None:
        self.known = known
        self.clock = clock
        self.handing = Handing(data_dir)
        self.dropped: Counter[str] = Counter()
        self.received = 0
        self._identity = Identity(data_dir)
        limits = known.traps
        self._gate = Gate(known.allowed, limits.most_of_one, limits.most_in_all, clock.monotonic())
        self._folding = Folding()
        self._asked: dict[str, float] = {}  # when the lines of a device were last asked, by the steady clock
        self._waiting: set[str] = set()  # devices whose lines are to be asked
        self._opened: tuple[Datagrams, Reader] | None = None
        self._again_at = float("-inf")
        self.problem = ""

    def look(self) -> bool:
        """Take what has come, and pass it on; whether there may be more at once."""
        opened = self._opened or self._open()
        if opened is None:
            return False
        datagrams, reads = opened
        count = 0
        for datagram in datagrams.receive(_AT_ONCE, _LOOK_SECONDS):
            count += 1
            self._hear(datagram, reads)
        self._pass_on()
        return count >= _AT_ONCE

    def outdated(self) -> bool:
        """Whether a new day may know other lines."""
        today = dt.datetime.fromtimestamp(self.clock.wall(), self.known.zone).date()
        return self.known.until is not None and today >= self.known.until

    def close(self, seconds: float) -> bool:
        """Hand over what is left, and give back the sockets; whether all was handed over."""
        self.handing.put(self._folding.all(), ())
        if self._opened:
            self._opened[0].close()
        return self.handing.stop(seconds)

    def _open(self) -> tuple[Datagrams, Reader] | None:
        """Begin to listen; where that cannot be done it is said, and tried again later."""
        now = self.clock.monotonic()
        if now >= self._again_at:
            self._again_at = now + _AGAIN_SECONDS
            try:
                reads = reader(self.known.traps, self._identity, os.environ)
                self._opened = Datagrams(self.known.traps.listen, LONGEST), reads
                self.problem = ""
            except LinewalkerError as error:
                self.problem = str(error)
                log.error("%s", error)  # noqa: TRY400 - the message is the remedy
            self._say()
        return self._opened

    def _hear(self, datagram: Datagram, reads: Reader) -> None:
        now = self.clock.monotonic()
        refused = self._gate.refuses(datagram.source, now)
        if not refused and len(datagram.payload) > LONGEST:
            refused = MALFORMED
        if refused:
            self.dropped[refused] += 1
            return
        heard = reads.read(datagram.payload, now)
        if heard.dropped:
            self.dropped[heard.dropped] += 1
        if heard.trap is not None:
            self.received += 1
            self._take(heard.trap, datagram.source, now)
        for answer in heard.answers:
            try:
                datagram.via.answer(datagram, answer)
            except OSError as error:
                log.debug("%s cannot be answered: %s", datagram.source, error.strerror)

    def _take(self, trap: Trap, source: str, now: float) -> None:
        device = self.known.device_of.get(source) or self.known.device_of.get(_plain(trap.agent), "")
        self._folding.take(trap, source, device, self.clock.wall(), now)
        if trap.kind in URGENT and device:
            self._waiting.add(device)

    def _pass_on(self) -> None:
        now = self.clock.monotonic()
        rows, urgent = self._folding.rows(now), self._urgent(now)
        self._say()
        self.handing.put(rows, urgent)

    def _urgent(self, now: float) -> list[Subject]:
        """Whom to ask now; of a device that sends one trap after the other once a second, and after the last."""
        due = {one for one in self._waiting if now - self._asked.get(one, -1e9) >= _ASK_AGAIN_SECONDS}
        self._waiting -= due
        self._asked.update(dict.fromkeys(due, now))
        return [subject for device in due for subject in self.known.concerned.get(device, ())]

    def _say(self) -> None:
        dropped = {reason: self.dropped[reason] for reason in REASONS}
        dropped[OVERFLOW] = self._opened[0].lost if self._opened else 0
        dropped[WAITING] = self.handing.lost
        self.handing.said = {"received": self.received, "dropped": dropped, "problem": self.problem}


def _plain(address: str) -> str:
    try:
        return plain(address)
    except ValueError:
        return ""
