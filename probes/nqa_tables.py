"""The tables in which routers show what came of their own tests, named after their MIBs. Nothing is judged here.

Written from the MIBs and tried against tables of their shape, not against a router.
"""

from collections.abc import Mapping, Sequence

from probes.columns import DOWN, UNKNOWN, UP
from probes.nqa_history import HISTORY, Probed, lasted, outcome_of, read_history
from probes.router_question import Table
from probes.router_said import NAN, Said
from probes.router_tables import (
    Cells,
    FoundRow,
    address,
    cells_of,
    milliseconds,
    number,
    stamp,
    text,
    text_index,
)
from probes.snmp_agent import Session, Value, steps
from probes.snmp_readings import text_of

NO_RESULT = "the router's test has no result"
FAILED = "the router's test failed"
TIMED_OUT = "the router's test timed out"
STANDS = "the router's test does not run"

_NQA = "1.3.6.1.4.1.2011.5.25.111.4.1.1"  # NQA-MIB nqaResultsEntry
_COMPLETIONS = f"{_NQA}.3"
_NQA_COLUMNS = {
    "completions": _COMPLETIONS,
    "attempts": f"{_NQA}.4",
    "address": f"{_NQA}.20",
    "sent": f"{_NQA}.22",
    "last good": f"{_NQA}.23",
    "finished": f"{_NQA}.25",
    "rtt": f"{_NQA}.26",
}
_SUCCESS, _FAILURE = 1, 2  # nqaResultsCompletions
_NOT_FINISHED = 0  # nqaResultsTestFinished

_CONTROL, _RESULTS = (
    "1.3.6.1.2.1.80.1.2.1",
    "1.3.6.1.2.1.80.1.3.1",
)  # DISMAN-PING-MIB pingCtlEntry, pingResultsEntry
_HH3C = "1.3.6.1.4.1.25506.8.3.1.3.1"  # HH3C-NQA-MIB hh3cNqaResultsEntry
_PING_COLUMNS = {
    "probes": f"{_CONTROL}.7",
    "switched": f"{_CONTROL}.8",
    "address": f"{_RESULTS}.3",
    "rtt": f"{_RESULTS}.6",
    "responses": f"{_RESULTS}.7",
    "sent": f"{_RESULTS}.8",
    "last good": f"{_RESULTS}.10",
}
_HH3C_COLUMNS = {"timeouts": f"{_HH3C}.2", "drops": f"{_HH3C}.5", "lost": f"{_HH3C}.10"}
_SWITCHED_OFF = 2  # pingCtlAdminStatus

_RTTMON = "1.3.6.1.4.1.9.9.42.1.2"  # CISCO-RTTMON-MIB
_RTTMON_COLUMNS = {
    "tag": f"{_RTTMON}.1.1.3",
    "target": f"{_RTTMON}.2.1.2",
    "state": f"{_RTTMON}.9.1.10",
    "rtt": f"{_RTTMON}.10.1.1",
    "sense": f"{_RTTMON}.10.1.2",
    "time": f"{_RTTMON}.10.1.5",
}
_ACTIVE = 6  # rttMonCtrlOperState
_GOOD = frozenset({1, 3})  # RttResponseSense ok, overThreshold
_BAD = {2: FAILED, 4: TIMED_OUT, 6: FAILED, 12: TIMED_OUT, 13: TIMED_OUT}


class HuaweiTest:
    """NQA-MIB: a row a run of the test, the last five are kept."""

    origin = "nqa"

    def __init__(self, owner: str, test: str) -> None:
        self._index = text_index(owner, test)

    def objects(self) -> Sequence[str]:
        """Nothing: each run has a row of its own."""
        return ()

    async def read(self, session: Session, _heard: Mapping[str, Value]) -> Said | None:
        """What the newest run that is over came to."""
        column = f"{_COMPLETIONS}.{self._index}"
        runs = [place[len(_COMPLETIONS) + 1 :] async for place, _ in session.walk(column)]
        found: Said | None = None
        for run in sorted(runs, key=steps, reverse=True):
            got = await session.get([f"{oid}.{run}" for oid in _NQA_COLUMNS.values()])
            cells = cells_of(_NQA_COLUMNS, run, got)
            found = _said_by_huawei(cells, run)
            if number(cells, "finished") != _NOT_FINISHED:
                break
        return found


def _said_by_huawei(cells: Cells, run: str) -> Said:
    outcome, reason = _OF_HUAWEI.get(number(cells, "completions") or 0, (UNKNOWN, NO_RESULT))
    if number(cells, "finished") == _NOT_FINISHED:
        outcome, reason = UNKNOWN, NO_RESULT
    return Said(
        outcome,
        reason,
        pulse=(run, *(cells.get(name, 0) for name in ("attempts", "sent", "last good"))),
        rtt=milliseconds(cells, "rtt"),
        leads_to=address(cells, "address"),
    )


_OF_HUAWEI = {_SUCCESS: (UP, ""), _FAILURE: (DOWN, FAILED)}


class PingTest:
    """DISMAN-PING-MIB, and HH3C-NQA-MIB, which extends it: the results of the run that goes on, and a history.

    A run that goes on has few answers yet; so only its history says that a line is down, or a run that is whole.
    The history is read where the last good answer is no newer than before.
    """

    def __init__(self, owner: str, test: str, *, extended: bool) -> None:
        self.origin = "nqa"
        self._index = text_index(owner, test)
        self._columns = _PING_COLUMNS | (_HH3C_COLUMNS if extended else {})
        self._extended = extended
        self._last_good: Value = b""

    def objects(self) -> Sequence[str]:
        """Every cell."""
        return tuple(f"{oid}.{self._index}" for oid in self._columns.values())

    async def read(self, session: Session, heard: Mapping[str, Value]) -> Said | None:
        """What the row and, if need be, the history say."""
        cells = self._cells(heard) or self._cells(await session.get(self.objects()))
        if "sent" not in cells or (self._extended and "lost" not in cells):
            return None
        good = cells.get("last good", b"")
        known = bool(self._last_good) and good != self._last_good and bool(number(cells, "responses"))
        self._last_good = good
        history = [] if known else await read_history(session, f"{HISTORY}.{{column}}.{self._index}")
        return _said_by_ping(cells, history)

    def _cells(self, heard: Mapping[str, Value]) -> Cells:
        return cells_of(self._columns, self._index, heard)


def _said_by_ping(cells: Cells, history: Sequence[Probed]) -> Said:
    probes = max(1, number(cells, "probes") or 1)
    newest = history[-1].place if history else 0
    said = Said(
        *_outcome_of_ping(cells, history, probes),
        pulse=(newest, *(cells.get(name, 0) for name in ("last good", "timeouts", "drops"))),
        rtt=milliseconds(cells, "rtt"),
        lasted=lasted(history, probes),
        leads_to=address(cells, "address"),
    )
    off = number(cells, "switched") == _SWITCHED_OFF
    return Said(UNKNOWN, STANDS) if off else said


def _outcome_of_ping(cells: Cells, history: Sequence[Probed], probes: int) -> tuple[int, str]:
    if len(history) >= probes:
        return _WORDED[outcome_of(history[-probes:])]
    if number(cells, "responses"):
        return UP, ""
    return _WORDED[DOWN if (number(cells, "sent") or 0) >= probes else UNKNOWN]


_WORDED = {UP: (UP, ""), DOWN: (DOWN, FAILED), UNKNOWN: (UNKNOWN, NO_RESULT)}


def _said_by_cisco(cells: Cells) -> Said | None:
    if "sense" not in cells:
        return None
    sense = number(cells, "sense") or 0
    good = sense in _GOOD
    reason = "" if good else _BAD.get(sense, NO_RESULT)
    outcome = UP if good else DOWN if sense in _BAD else UNKNOWN
    if number(cells, "state") not in (None, _ACTIVE):
        outcome, reason = UNKNOWN, STANDS
    ran = number(cells, "time")
    return Said(
        outcome,
        reason,
        ran=NAN if ran is None else stamp(cells, "time"),
        rtt=milliseconds(cells, "rtt") if good else NAN,
        leads_to=address(cells, "target"),
    )


def _cisco(test: str) -> FoundRow:
    def named_so(value: Value) -> bool:
        return text_of(value) == test

    return FoundRow(
        "nqa", _RTTMON_COLUMNS, "tag", named_so, lambda cells: text(cells, "tag") == test, _said_by_cisco
    )


MIBS = ("NQA-MIB", "HH3C-NQA-MIB", "CISCO-RTTMON-MIB", "DISMAN-PING-MIB")


def tables_of(mib: str, owner: str, test: str) -> Table:
    """The table of a MIB that may hold a test."""
    if mib == "NQA-MIB":
        return HuaweiTest(owner, test)
    if mib == "CISCO-RTTMON-MIB":
        return _cisco(test)
    return PingTest(owner, test, extended=mib == "HH3C-NQA-MIB")
