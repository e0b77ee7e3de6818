"""Settling: which of what was seen is an outage, and which a blip. After ITU-T G.826 and MEF 10.3.

An outage starts at the start of the first down-run that lasts at least `confirm_down`, and ends at the start of the
first up-run that lasts at least `confirm_up`; both are dated back. Shorter down-runs are blips and available,
shorter up-runs inside an outage belong to it.

With unknown time
=================
The whole history is settled twice: once with every unknown taken as down, once as up. Settling is monotone: a
history that is up wherever another is, settles to up wherever the other does. So whatever the truth, it lies
between the two: where both agree it is U or D, all else is K. "Not yet confirmed" needs no rule of its own, because
the time after now is unknown. A lane begins and ends with unknown time far longer than any confirmation, so that
in either completion its first run is confirmed and nothing leaks from lane to lane.
"""

import numpy as np

from indicators.axis import LANE, Flags, Ints
from indicators.threestate import DOWN, UNKNOWN, UP
from indicators.timeline import Codes, Timeline


def settled(raw: Timeline, confirm_down: int, confirm_up: int) -> Timeline:
    """U (up), D (down) and K (unknown) of every segment of a raw history; confirmations in microseconds."""
    low = _completed(raw, DOWN, confirm_down, confirm_up)
    high = _completed(raw, UP, confirm_down, confirm_up)
    state = np.where(low == high, low, np.int8(UNKNOWN))
    return Timeline(raw.lanes, raw.at, state, raw.cause)


def _completed(raw: Timeline, unknown_as: int, confirm_down: int, confirm_up: int) -> Codes:
    """The settled state of every segment if all that is unknown had been this."""
    state = np.where(raw.state == UNKNOWN, np.int8(unknown_as), raw.state)
    first = np.flatnonzero(_run_begins(raw, state))
    of_run = state[first]
    lasted = np.diff(raw.at[first], append=raw.lanes * LANE)
    confirmed = lasted >= np.where(of_run == DOWN, confirm_down, confirm_up)
    last_confirmed = np.maximum.accumulate(np.where(confirmed, np.arange(len(first)), 0))
    return np.repeat(of_run[last_confirmed], np.diff(first, append=len(state)))


def _run_begins(raw: Timeline, state: Codes) -> Flags:
    """Where a run of one state begins: at a change, and at the beginning of a lane."""
    begins = np.ones(len(state), np.bool_)
    begins[1:] = state[1:] != state[:-1]
    begins[raw.first] = True
    return begins


def blips(raw: Timeline, settled_: Timeline, confirm_down: int) -> Ints:
    """Where measured down-runs shorter than `confirm_down` lie in settled U; the places of their starts."""
    down = raw.where(DOWN)
    short = down.start[down.length < confirm_down]
    places: Ints = short[settled_.state_at(short) == UP]
    return places
