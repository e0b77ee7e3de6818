"""The history of a ping test as DISMAN-PING-MIB (RFC 4560) keeps it: a row a probe, its index grows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from probes.columns import DOWN, UNKNOWN, UP
from probes.router_said import NAN
from probes.snmp_agent import Session, Value

HISTORY = "1.3.6.1.2.1.80.1.4.1"  # pingProbeHistoryEntry
_STATUS, _TIME = 3, 5
_RECEIVED = 1  # OperationResponseStatus
# requestTimedOut, noRouteToTarget, interfaceInactiveToTarget, arpFailure
_LOST = frozenset({4, 6, 7, 8})
_SHORT, _LONG = 8, 11  # octets of DateAndTime, without and with its zone


class Probed(NamedTuple):
    """One probe: its place in the history, what came of it, and when, in seconds of the router's own clock."""

    place: int
    outcome: int
    at: float


async def read_history(session: Session, below: str) -> list[Probed]:
    """The history of one test, oldest first; `below` names it with its {column}. Raises AgentError."""
    statuses = await _column(session, below.format(column=_STATUS))
    times = await _column(session, below.format(column=_TIME))
    return [
        Probed(place, _outcome(status), moment_of(times.get(place, b"")))
        for place, status in sorted(statuses.items())
    ]


async def _column(session: Session, below: str) -> dict[int, Value]:
    return {int(place[len(below) + 1 :]): value async for place, value in session.walk(below)}


def _outcome(status: Value) -> int:
    return UP if status == _RECEIVED else DOWN if status in _LOST else UNKNOWN


def outcome_of(run: Sequence[Probed]) -> int:
    """What a run of probes came to: up with any answer, down where all were lost."""
    found = {one.outcome for one in run}
    return UP if UP in found else DOWN if found == {DOWN} else UNKNOWN


def lasted(history: Sequence[Probed], probes: int) -> float:
    """For how many seconds at least the newest outcome has stood, by runs of so many probes; NaN: it does not say.

    From the newest probe backwards: down until one was answered, up until as many as a run has were lost on end, and
    only where the router's clock went on all the time.
    """
    standing = outcome_of(history[-probes:])
    if standing == UNKNOWN or len(history) < probes:
        return NAN
    oldest, lost = history[-1], 0
    for one in reversed(history):
        lost = lost + 1 if one.outcome == DOWN else 0
        if one.at > oldest.at or (lost >= probes if standing == UP else not lost):
            break
        oldest = one
    return history[-1].at - oldest.at


def moment_of(value: Value) -> float:
    """A DateAndTime as seconds since 1970, by the zone it names or else UTC; NaN where it is none."""
    if not isinstance(value, bytes) or len(value) not in (_SHORT, _LONG):
        return NAN
    year = value[0] * 256 + value[1]
    zone = UTC
    if len(value) == _LONG:
        offset = timedelta(hours=value[9], minutes=value[10])
        zone = timezone(-offset if value[8:9] == b"-" else offset)
    try:
        moment = datetime(year, value[2], value[3], value[4], value[5], min(value[6], 59), tzinfo=zone)
    except ValueError:
        return NAN
    return moment.timestamp() + value[7] / 10
