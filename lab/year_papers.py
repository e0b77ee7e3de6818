"""What people write down of the faults of a made-up year: tickets, who is held responsible, who signed and approved.

Most faults of a line that last for ten minutes are reported, and settled as contracts want it: both sides sign the
times, the carrier is held responsible, a second person approves. Of some the carrier does not sign, nobody or
somebody else is held responsible, nobody approves, or there is no ticket at all. Pure.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.year import Year
from lab.year_affairs import DAY, HOUR, MINUTE
from lab.year_really import counted, faults, own, settled
from lab.year_world import Element, Span

Row = dict[str, Any]

_REPORTED = 10 * MINUTE  # nobody calls for less
_TOLD, _SIGNED, _APPROVED = (
    0.92,
    0.85,
    0.9,
)  # how often there is a ticket, the carrier signs, somebody approves
_ELSEWHERE, _NOBODY = 0.07, 0.14  # up to where somebody else is held responsible, and nobody
_CAUSES = ("光缆中断", "传输设备故障", "接入设备故障", "配置错误", "原因不明")
_AT_THE_SITE = "用户侧停电"
_ENTERED = {
    "reason": "",
    "reference": "",
    "file_name": "",
    "file_sha256": "",
    "account": "lab",
    "supersedes": None,
    "cancelled": 0,
    "suspensions": "[]",
    "recorded_by": "lab",
    "confirmed_by": "值班员",
}


@dataclass(frozen=True, slots=True)
class Papers:
    """Rows of tickets in the order in which they were entered, and of what was approved."""

    tickets: tuple[Row, ...] = ()
    approvals: tuple[Row, ...] = ()


def papers(year: Year) -> Papers:
    """All that was written down before the year's end; the same for the same year."""
    draw = np.random.default_rng([year.seed, 4])
    drawn = [
        (_ticket(one, span, draw), _approved(draw))
        for name, one in year.world.items()
        if one.kind == "circuit" and one.carrier
        for span in faults(settled(own(year, name)), counted(year, name))
        if span[1] - span[0] >= _REPORTED and draw.uniform() < _TOLD
    ]
    made = sorted((one for one in drawn if one[0]["recorded_at"] < year.end), key=lambda one: _order(one[0]))
    numbered = [({"id": f"{number:032x}", **row}, after) for number, (row, after) in enumerate(made, 1)]
    approvals = (_approval(row, after) for row, after in numbered if after)
    kept = tuple(one for one in approvals if one["approved_at"] < year.end)
    return Papers(tuple(row for row, _ in numbered), kept)


def _order(row: Row) -> tuple[int, str]:
    return row["recorded_at"], row["subject"]


def _ticket(of: Element, fault: Span, draw: np.random.Generator) -> Row:
    begin, end = fault
    reported = _minute(begin + int(draw.integers(MINUTE, 6 * MINUTE)))
    accepted = reported + int(draw.integers(1, 6)) * MINUTE
    arrived = accepted + int(draw.integers(15, 70)) * MINUTE
    restored = max(_minute(end + int(draw.integers(MINUTE, 4 * MINUTE))), accepted)
    who, signs, cause = draw.uniform(), draw.uniform() < _SIGNED, int(draw.integers(0, len(_CAUSES)))
    party = _AT_THE_SITE if who < _ELSEWHERE else "" if who < _NOBODY else of.carrier
    return {
        **_ENTERED,
        "kind": "circuit",
        "subject": of.id,
        "reported_at": reported,
        "accepted_at": accepted,
        "arrived_at": arrived if arrived < restored else None,
        "restored_at": restored,
        "party": party,
        "cause": _AT_THE_SITE if party == _AT_THE_SITE else _CAUSES[cause],
        "number": f"GD{int(draw.integers(10**7, 10**8))}",
        "party_confirmed_by": "客户经理" if signs else "",
        "recorded_at": restored + int(draw.integers(HOUR, 20 * HOUR)),
    }


def _approved(draw: np.random.Generator) -> int:
    """How long after it was entered a second person approves; 0: nobody does."""
    return int(draw.integers(DAY, 4 * DAY)) if draw.uniform() < _APPROVED else 0


def _approval(of: Row, after: int) -> Row:
    at = of["recorded_at"] + after
    common = {"kind": "fault", "of": of["id"], "note": "", "account": "lab"}
    return {"id": f"{of['id'][16:]}", **common, "approved_at": at, "approved_by": "主管"}


def _minute(at: int) -> int:
    """As people write times."""
    return at // MINUTE * MINUTE
