"""The tables a router shows of its own line tests, named after their MIBs; see `linetests.py` for what they tell.

NQA-MIB, HH3C-NQA-MIB (with DISMAN-PING-MIB, which it extends; Ruijie's RNS shows it, too), CISCO-RTTMON-MIB, and what
a chassis and its optics say of themselves; sessions and neighbours stand in `session_tables.py`. Their shape is that
of the MIBs; no such router was at hand. A real one shows one maker's tables, this one shows all. Pure, the standard
library's alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lab import session_tables
from lab.rows import Row, address_octets, cells, date_and_time, oid, text_index

Result = Mapping[str, Any]
"""One of `linetests.Result`, as it is written."""

NQA = oid("1.3.6.1.4.1.2011.5.25.111.4.1.1")  # NQA-MIB nqaResultsEntry
HUAWEI_ENTITY = oid("1.3.6.1.4.1.2011.5.25.31.1.1.1.1")  # HUAWEI-ENTITY-EXTENT-MIB hwEntityStateEntry
HUAWEI_OPTICS = oid("1.3.6.1.4.1.2011.5.25.31.1.1.3.1")  # hwOpticalModuleInfoEntry
HH3C_NQA = oid("1.3.6.1.4.1.25506.8.3.1.3.1")  # HH3C-NQA-MIB hh3cNqaResultsEntry
HH3C_ENTITY = oid("1.3.6.1.4.1.25506.2.6.1.1.1.1")  # HH3C-ENTITY-EXT-MIB hh3cEntityExtStateEntry
HH3C_OPTICS = oid("1.3.6.1.4.1.25506.2.70.1.1.1")  # HH3C-TRANSCEIVER-INFO-MIB hh3cTransceiverInfoEntry
CISCO_ADMIN = oid("1.3.6.1.4.1.9.9.42.1.2.1.1")  # CISCO-RTTMON-MIB rttMonCtrlAdminEntry
CISCO_ECHO = oid("1.3.6.1.4.1.9.9.42.1.2.2.1")  # rttMonEchoAdminEntry
CISCO_OPER = oid("1.3.6.1.4.1.9.9.42.1.2.9.1")  # rttMonCtrlOperEntry
CISCO_LATEST = oid("1.3.6.1.4.1.9.9.42.1.2.10.1")  # rttMonLatestRttOperEntry
PING_CONTROL = oid("1.3.6.1.2.1.80.1.2.1")  # DISMAN-PING-MIB pingCtlEntry
PING_RESULTS = oid("1.3.6.1.2.1.80.1.3.1")  # pingResultsEntry
PING_HISTORY = oid("1.3.6.1.2.1.80.1.4.1")  # pingProbeHistoryEntry
ENTITY = oid("1.3.6.1.2.1.47.1.1.1.1")  # ENTITY-MIB entPhysicalEntry

SUBTREES = ("1.3.6.1.4.1", "1.3.6.1.2.1.47", "1.3.6.1.2.1.80", *session_tables.SUBTREES)

OWNER = "linewalker"
_LONGEST_TAG = 16  # rttMonCtrlAdminTag
_BRIGHT, _DARK = -720, -4000  # hundredths of a dBm received
_SENT_POWER = -550
_TICK = 100  # per second


def router(results: Sequence[Result], uptime: float, now: float) -> list[Row]:
    """All tables of a router that tests these lines; `uptime` is its agent's, `now` since 1970, both in seconds."""
    rows = [row for result in results for row in _line(result, uptime)]
    rows += session_tables.sessions(results, uptime, now)
    return sorted([*rows, *chassis()])


def _line(result: Result, uptime: float) -> Iterator[Row]:
    yield from _nqa(result)
    yield from _hh3c(result)
    yield from _cisco(result, uptime)
    yield from _ping(result)
    yield from _optics(result)


def _milliseconds(result: Result) -> int:
    """The round trip as such MIBs have it: whole milliseconds, at least one where there was an answer."""
    return max(1, round(result["rtt"] * 1000)) if result["answered_last"] else 0


def _nqa(result: Result) -> Iterator[Row]:
    rtt, lost = _milliseconds(result), result["sent"] - result["answered"]
    index = (*text_index(OWNER), *text_index(result["line"]), 1, 1)
    yield from cells(
        NQA,
        index,
        {
            3: ("integer", 1 if result["answered_last"] else 2),  # success, failure
            4: ("counter", result["sent"]),
            11: ("gauge", rtt),
            12: ("gauge", rtt),
            13: ("counter", result["missed"]),
            14: ("counter", lost),
            18: ("counter", 0),
            19: ("integer", 1),
            20: ("octet", address_octets(result["target"])),
            21: ("counter", int(result["answered_last"])),
            22: ("counter", 1),
            23: ("octet", date_and_time(result["last_good"])),
            25: ("integer", 1),
            26: ("gauge", rtt),
            27: ("gauge", 0 if result["answered_last"] else 100),
        },
    )


def _hh3c(result: Result) -> Iterator[Row]:
    index = (*text_index(OWNER), *text_index(result["line"]))
    lost = result["sent"] - result["answered"]
    values: dict[int, tuple[str, object]] = dict.fromkeys(range(1, 12), ("gauge", 0))
    values[2] = ("gauge", lost)
    values[10] = ("gauge", 0 if result["answered_last"] else 100)
    values[12] = ("gauge", _milliseconds(result))
    yield from cells(HH3C_NQA, index, values)


def _cisco(result: Result, uptime: float) -> Iterator[Row]:
    index = (result["index"],)
    yield from cells(
        CISCO_ADMIN,
        index,
        {
            2: ("string", OWNER),
            3: ("string", result["line"][:_LONGEST_TAG]),
            4: ("integer", 1),
            6: ("integer", 1),
            9: ("integer", 1),
        },
    )
    echo = {
        1: ("integer", 2),
        2: ("octet", address_octets(result["target"])),
        6: ("octet", address_octets(result["source"])),
    }
    yield from cells(CISCO_ECHO, index, echo)
    yield from cells(
        CISCO_OPER, index, {6: ("integer", 2 if result["answered_last"] else 1), 10: ("integer", 6)}
    )
    yield from cells(
        CISCO_LATEST,
        index,
        {
            1: ("gauge", _milliseconds(result)),
            2: ("integer", 1 if result["answered_last"] else 4),  # ok, timeout
            5: ("timeticks", int(uptime * _TICK)),
            6: ("octet", address_octets(result["target"])),
        },
    )


def _ping(result: Result) -> Iterator[Row]:
    index = (*text_index(OWNER), *text_index(result["line"]))
    target, rtt = address_octets(result["target"]), _milliseconds(result)
    yield from cells(
        PING_CONTROL,
        index,
        {
            3: ("integer", 1),
            4: ("octet", target),
            7: ("gauge", 1),
            8: ("integer", 1),
            10: ("gauge", 1),
            18: ("integer", 1),
            19: ("octet", address_octets(result["source"])),
            20: ("integer", result["index"]),
            23: ("integer", 1),
        },
    )
    yield from cells(
        PING_RESULTS,
        index,
        {
            1: ("integer", 1),
            2: ("integer", 1),
            3: ("octet", target),
            4: ("gauge", rtt),
            5: ("gauge", rtt),
            6: ("gauge", rtt),
            7: ("gauge", int(result["answered_last"])),
            8: ("gauge", 1),
            9: ("gauge", rtt * rtt),
            10: ("octet", date_and_time(result["last_good"])),
        },
    )
    for number, answered, at in result["recent"]:
        probed = {
            2: ("gauge", rtt if answered else 0),
            3: ("integer", 1 if answered else 4),  # responseReceived, requestTimedOut
            4: ("integer", 0),
            5: ("octet", date_and_time(at)),
        }
        yield from cells(PING_HISTORY, (*index, number), probed)


def _optics(result: Result) -> Iterator[Row]:
    received = _BRIGHT if result["lit"] else _DARK
    index = (result["index"],)
    yield from cells(HUAWEI_OPTICS, index, {8: ("integer", received), 9: ("integer", _SENT_POWER)})
    yield from cells(HH3C_OPTICS, index, {9: ("integer", _SENT_POWER), 12: ("integer", received)})
    yield from cells(ENTITY, index, {2: ("string", result["interface"]), 7: ("string", result["interface"])})


def chassis() -> Iterator[Row]:
    """The main board, entity 1: load in percent, memory in percent, temperature in degrees Celsius."""
    yield from cells(ENTITY, (1,), {2: ("string", "MPU"), 5: ("integer", 9), 7: ("string", "MPU")})
    load = {5: ("integer", 12), 7: ("integer", 41), 11: ("integer", 38)}
    yield from cells(HUAWEI_ENTITY, (1,), load)
    yield from cells(HH3C_ENTITY, (1,), {6: ("integer", 12), 8: ("integer", 41), 12: ("integer", 38)})
