"""The way of a collector's facts into the ledger: opens it whenever that can be done, and never into another one.

- What earlier lives left in the spool is written first, then this life begins.
- A ledger that is away at the start is no reason not to watch: the checks' ids are remembered beside it. When it
  comes back, the runs that stood open in it end where somebody last looked.
- A ledger that does not know the life that wrote last was restored or rolled back. That is recorded with the life
  that finds it, and what was spooled for the other one is kept aside: nothing is merged silently.
"""

import logging
import threading
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from collector import restore, spool
from collector.ledger.store import (
    IDENTITY,
    AwayError,
    Batch,
    Ledger,
    Life,
    ReplacedError,
    Row,
    open_ledger,
)
from collector.remembered import Identity, Remembered, recall, recall_ids, remember
from probes.clock import Clock

log = logging.getLogger(__name__)

OPEN_SECONDS = 10.0
_CHECKS_A_SECOND = 10_000  # are numbered or found again at least, on a small machine
_CHUNK_BATCHES = 500
_FOREIGN = "foreign"
_DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a life starts from: the ids of its checks and, where the ledger is open, how they stood.

    `base` is the token of the life that a ledger must know to be the one meant.
    """

    ids: Sequence[int]
    base: str
    open_runs: restore.OpenRuns = field(default_factory=dict)
    watches: dict[str, Row] = field(default_factory=dict)
    ledger: Ledger | None = None


class Opening:
    """The ledger at a URL for one life that asks these checks. `write` may be called whether it is open or not."""

    def __init__(
        self, url: str, data_dir: Path, life: Life, checks: Sequence[Identity], clock: Clock
    ) -> None:
        self._url = url
        self._data_dir = data_dir
        self._life = life
        self._checks = checks
        self._clock = clock
        self._lock = threading.Lock()
        self._ledger: Ledger | None = None
        self._ids: Sequence[int] = ()
        self._late: Sequence[int] | None = None  # the ids that were begun with while the ledger was away
        self._file = 0
        self.replaced = False

    def begin(self, seconds: float = OPEN_SECONDS) -> Standing:
        """Open the ledger within this time, and some for each check, or begin without it if that can be done.

        Raises LedgerError when it cannot be used at all, and when it is away and not every check has an id yet.
        """
        came: list[Standing | Exception] = []
        opening = threading.Thread(target=self._open_first, args=(came,), name="opening", daemon=True)
        opening.start()
        opening.join(seconds + len(self._checks) / _CHECKS_A_SECOND)
        if not came and not self._all_known():
            log.warning("the ledger does not answer yet; not every check has a number, so it is waited for")
            opening.join()
        found = came[0] if came else AwayError("the ledger does not answer")
        if isinstance(found, Standing):
            return found
        if not _away(found):
            raise found
        standing = self._without(found)
        self._late = standing.ids
        log.error("%s; watching begins without it", found)
        return standing

    def write(self, *batches: Batch) -> None:
        """Commit these batches together. Raises whatever keeps them out of the ledger."""
        with self._lock:
            ledger = self._ledger or self._open().ledger
            assert ledger  # noqa: S101 - what was opened is open
            try:
                self._write(ledger, batches)
            except ReplacedError:
                self.replaced = True
                raise
            except Exception:
                # A connection that was opened while the disk was read-only, or to a server that is gone, stays so.
                self.close()
                raise

    def close(self) -> None:
        """Give back every connection; writing opens new ones."""
        if self._ledger:
            self._ledger.close()

    def _write(self, ledger: Ledger, batches: Sequence[Batch]) -> None:
        if self._file != _file_of(ledger):  # the connections still hold the file that was there
            ledger.engine.dispose()
            self._file = _file_of(ledger)
        if self._late is not None:
            if self._ids != self._late:
                raise ReplacedError("the ledger knows the checks by other numbers than it did")
            _join(ledger, self._clock.wall())
            self._late = None
        ledger.write(*batches)

    def _open_first(self, came: list[Standing | Exception]) -> None:
        with self._lock:
            try:
                came.append(self._open())
            except Exception as error:  # noqa: BLE001 - told by the thread that waits
                came.append(error)

    def _open(self) -> Standing:
        before = recall(self._data_dir)
        ledger = open_ledger(self._url, create=True, known=before is not None)
        try:
            notice = " ".join([*_rolled_back(ledger, before), *self._take_spools(ledger)])
            if notice:
                log.error("%s", notice)
            ledger.begin(self._life, notice)
            ids = array("q", ledger.enrol(map(_named, self._checks)))
            with ledger.reading() as connection:
                open_runs = restore.open_runs(connection, self._life.vantage)
                watches = restore.last_watches(connection, self._life.vantage)
        except BaseException:
            ledger.close()
            raise
        if (
            before is None
        ):  # else a power cut could leave what is remembered, and take the ledger that is meant
            ledger.secure()
        remember(Remembered(self._life.token, ledger.incarnation), self._checks, ids, self._data_dir)
        self._file = _file_of(ledger)
        self._ledger, self._ids, self._checks = ledger, ids, ()
        return Standing(ids, self._life.token, open_runs, watches, ledger)

    def _take_spools(self, ledger: Ledger) -> list[str]:
        """Write what earlier lives left beside the data; a sentence for everything that could not be."""
        said = []
        for place in spool.waiting(self._data_dir):
            heading = spool.heading(place)
            if heading and heading.life.token == self._life.token:
                continue
            if heading and ledger.knows(heading.base):
                _take(ledger, heading, place)
            else:
                aside = spool.set_aside(place, _FOREIGN)
                said.append(
                    f"What waited in {place.name} belongs to another ledger and is kept as {aside.name}."
                )
        return said

    def _all_known(self) -> bool:
        known = recall_ids(self._data_dir)
        return all(check in known for check in self._checks)

    def _without(self, error: Exception) -> Standing:
        before, known = recall(self._data_dir), recall_ids(self._data_dir)
        if before is None or any(check not in known for check in self._checks):
            raise error
        return Standing(array("q", [known[check] for check in self._checks]), before.token)


def _join(ledger: Ledger, now: float) -> None:
    """What still stands open from lives before this one ended where somebody last looked."""
    assert ledger.life  # noqa: S101 - it has just begun
    with ledger.reading() as connection:
        open_runs = restore.open_runs(connection, ledger.life.vantage)
        watches = restore.last_watches(connection, ledger.life.vantage)
    before = {key: row for key, row in watches.items() if row["incarnation"] != ledger.incarnation}
    left = {key: one[one["incarnation"] != ledger.incarnation] for key, one in open_runs.items()}
    batch = Batch(ends=restore.left(left, watches, {}, now))
    batch.add("watch", restore.interrupted(before))
    batch.seq = -len(batch)  # before everything that this life has seen since, which is numbered from 1
    ledger.write(batch)


def _take(ledger: Ledger, heading: spool.Heading, place: Path) -> None:
    """Write one file of the spool under the life that left it; what is known already is not written again."""
    ledger.begin(heading.life)
    if heading.base != heading.life.token:  # it began while the ledger was away
        _join(ledger, heading.life.started_at)
    waiting, rows, read = spool.batches(place, heading.size), 0, heading.size
    while chunk := list(islice(waiting, _CHUNK_BATCHES)):
        ledger.write(*(batch for _, batch in chunk))
        rows += sum(len(batch) for _, batch in chunk)
        read = chunk[-1][0]
    log.warning("%d rows that waited in %s are in the ledger", rows, place.name)
    if read < place.stat().st_size:
        spool.set_aside(place, _DAMAGED)
    else:
        place.unlink()


def _rolled_back(ledger: Ledger, before: Remembered | None) -> list[str]:
    if before is None or ledger.knows(before.token):
        return []
    return [
        f"This ledger does not hold incarnation {before.incarnation} ({before.token}), which wrote last from"
        " here: it was restored or rolled back, and what was recorded since is not in it."
    ]


def _away(error: Exception) -> bool:
    return isinstance(error, AwayError | sa.exc.OperationalError | sa.exc.InterfaceError | OSError)


def _file_of(ledger: Ledger) -> int:
    """The number of an embedded ledger's file; 0 for a server. Raises AwayError when the file is gone."""
    url = ledger.engine.url
    if url.get_backend_name() != "sqlite":
        return 0
    try:
        return Path(url.database or "").stat().st_ino
    except OSError as error:
        raise AwayError("the file of the ledger is gone: {error}", error=error.strerror) from error


def _named(check: Identity) -> dict[str, str]:
    return dict(zip(IDENTITY, check, strict=True))
