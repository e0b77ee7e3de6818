"""One day of six lines, two of them behind a core device, watched without a gap; no tests here.

Line c is down from 06:00 to 07:00, with the packets that say so. Line a and the core device that it hangs on are
down together from 12:00 to 12:10. Everybody else is up.
"""

from pathlib import Path

from collector.keeping.seal import seal_closed
from collector.ledger.store import Batch, Row
from tests.collector import facts
from tests.collector.facts import S
from tests.collector.judging.weeks import DAY, FIRST, HOUR, SHANGHAI, Weeks, weeks

SIX, SEVEN, NOON = FIRST + 6 * HOUR, FIRST + 7 * HOUR, FIRST + 12 * HOUR
ASKED = {"--from": "2026-03-02", "--to": "2026-03-03"}


def one_day(folder: Path) -> Weeks:
    """The day, written and sealed; `network.yaml` is in the same folder."""
    of = weeks(folder, 0)
    before = [{**facts.run(check, FIRST - HOUR, 1), "ended_at": FIRST * S} for check in of.checks.values()]
    of.ledger.write(Batch({"run": before}))
    batch = Batch({"watch": [facts.watch(FIRST - HOUR, FIRST + DAY + HOUR, reason="stopped")]})
    _down(batch, of.checks["c"], SIX, SEVEN)
    for subject in ("a", "core"):
        _down(batch, of.checks[subject], NOON, NOON + 600)
    batch.add(
        "packet", [_packet(of.checks["c"], at, came) for at, came in ((-10, True), (0, False), (1, False))]
    )
    of.ledger.write(batch)
    seal_closed(of.ledger, SHANGHAI, FIRST + DAY + 2 * HOUR, folder)
    return of


def _down(batch: Batch, check: int, begin: int, end: int) -> None:
    """Down from `begin` to `end`; the true moments lie up to 10 s before and 2 s after."""
    ended = {"ended_at": end * S, **_sure("ended", end)}
    down = {**facts.run(check, begin, 0), **_sure("started", begin), **ended, "reason": "no answer"}
    goes_on = dict.fromkeys(ended)
    batch.add("run", [down, {**facts.run(check, end, 1), **_sure("started", end), **goes_on}])
    batch.ends.append({**facts.end(check, FIRST, begin), **_sure("ended", begin)})


def _sure(what: str, at: int) -> dict[str, int]:
    return {f"{what}_after": (at - 10) * S, f"{what}_before": (at + 2) * S}


def _packet(check: int, after: int, came: bool) -> Row:
    sent = (SIX + after) * S
    received = sent + 5000 if came else None
    return {
        "check": check,
        "run_started_at": SIX * S,
        "sent_at": sent,
        "until": sent,
        "count": 1,
        "received_at": received,
        "by": "10.1.0.3" if came else "",
    }
