"""The tables a router shows of its sessions and neighbours, named after their MIBs; see `linetests.py`.

BFD as Huawei, H3C, Cisco and the standard have it, OSPF and BGP neighbours. They stand and fall with the router's
tests of the line: after three lost packets a session is down, after ten a neighbour is gone. Shaped as the
MIBs say; no such router was at hand. Pure, the standard library's alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lab.rows import Cells, Oid, Row, address_octets, cells, oid

Result = Mapping[str, Any]
"""One of `linetests.Result`, as it is written."""

HUAWEI = oid("1.3.6.1.4.1.2011.5.25.38.2.3.1")  # HUAWEI-BFD-MIB hwBfdSessionEntry
HUAWEI_PERFORMANCE = oid("1.3.6.1.4.1.2011.5.25.38.2.4.1")  # hwBfdSessionPerEntry
HH3C = oid("1.3.6.1.4.1.25506.2.72.1")  # HH3C-BFD-STD-MIB
CISCO = oid("1.3.6.1.4.1.9.10.137.1")  # CISCO-IETF-BFD-MIB
STANDARD = oid("1.3.6.1.2.1.222.1")  # BFD-STD-MIB
OSPF_GENERAL, OSPF = oid("1.3.6.1.2.1.14.1"), oid("1.3.6.1.2.1.14.10.1")  # OSPF-MIB, ospfNbrEntry
BGP = oid("1.3.6.1.2.1.15.3.1")  # BGP4-MIB bgpPeerEntry

SUBTREES = ("1.3.6.1.2.1.14", "1.3.6.1.2.1.15", "1.3.6.1.2.1.222")

_LONGEST_NAME = 15  # hwBfdSessCfgName
_NEIGHBOUR_GONE = 10  # tests missed
_TICK = 100  # per second


def sessions(results: Sequence[Result], uptime: float, now: float) -> Iterator[Row]:
    """What a router says that tests these lines; `uptime` and `now` (since 1970) in seconds."""
    for result in results:
        yield from _huawei(result)
        stamps = _stamp(result["session_since"], uptime, now), _stamp(result["last_down"], uptime, now)
        yield from _of_drafts(result, *stamps)
        yield from _neighbours(result, now)
    yield from cells(OSPF_GENERAL, (0,), {2: ("integer", 1)})  # enabled


def _stamp(at: float, uptime: float, now: float) -> int:
    """A moment as ticks of sysUpTime; nought for never."""
    return max(1, int((uptime - (now - at)) * _TICK)) if at else 0


def _huawei(result: Result) -> Iterator[Row]:
    index = (result["index"],)
    yield from cells(
        HUAWEI,
        index,
        {
            4: ("string", result["line"][:_LONGEST_NAME]),
            5: ("ipaddress", result["target"]),
            6: ("integer", result["index"]),
            7: ("string", result["interface"]),
            11: ("gauge", 3),
            17: ("integer", 3 if result["session_up"] else 1),  # up, down
            18: ("integer", 0 if result["session_up"] else 1),  # none, detection time expired
            19: ("ipaddress", result["source"]),
            22: ("integer", 1),  # static
            27: ("ipaddress", result["target"]),
        },
    )
    counts: Cells = {2: ("counter", result["answered"]), 11: ("gauge", result["session_downs"])}
    yield from cells(HUAWEI_PERFORMANCE, index, counts)


def _of_drafts(result: Result, came_up: int, went_down: int) -> Iterator[Row]:
    """Three MIBs of one ancestry: what they have in common stands in other columns in each."""
    index, up, port = (result["index"],), result["session_up"], ("integer", result["index"])
    peer: tuple[str, object] = ("octet", address_octets(result["target"]))
    received, downs = ("counter", result["answered"]), ("counter", result["session_downs"])
    ups = ("counter", result["session_downs"] + int(up))
    up_at, down_at = ("timeticks", came_up if up else 0), ("timeticks", went_down)
    rows: tuple[tuple[Oid, Cells], ...] = (
        ((*HH3C, 3, 1), {2: port, 10: peer, 12: ("integer", 3 if up else 1)}),
        ((*HH3C, 4, 1), {1: received, 3: downs}),
        ((*HH3C, 5, 1), {2: up_at, 3: down_at}),
        ((*CISCO, 2, 1), {6: ("integer", 4 if up else 2), 14: peer, 25: port}),
        ((*CISCO, 3, 1), {1: received, 3: up_at, 4: down_at, 6: ups}),
        ((*STANDARD, 2, 1), {11: ("integer", 4 if up else 2), 18: port, 22: peer}),
        ((*STANDARD, 3, 1), {1: received, 5: ("counter", 0), 9: up_at, 10: down_at, 12: ups}),
    )
    for entry, columns in rows:
        yield from cells(entry, index, columns)


def _neighbours(result: Result, now: float) -> Iterator[Row]:
    address = oid(result["target"])
    there = bool(result["answered"]) and result["missed"] < _NEIGHBOUR_GONE
    if there:
        events = ("counter", 6)  # counted anew by each neighbour that appears
        yield from cells(
            OSPF, (*address, 0), {1: ("ipaddress", result["target"]), 6: ("integer", 8), 7: events}
        )
    yield from cells(
        BGP,
        address,
        {
            2: ("integer", 6 if there else 1),  # established, idle
            3: ("integer", 2),  # start
            7: ("ipaddress", result["target"]),
            12: ("counter", result["answered"]),
            15: ("counter", int(bool(result["answered"])) + result["session_downs"]),
            16: ("gauge", int(now - result["session_since"]) if result["session_since"] else 0),
        },
    )
