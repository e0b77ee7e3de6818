"""Write rows to one ledger, in a process of its own, and print rows a second of each kind as JSON."""

import json
import sys
import time
from collections.abc import Callable

from collector.ledger.store import Batch, Ledger, Life, Row, open_ledger

CHECKS = 5000
BATCHES = 6


def main() -> None:
    """Argument: the URL of an empty database."""
    ledger = open_ledger(sys.argv[1], create=True)
    ledger.begin(Life(collector="bench", vantage="bench", version="0", now=time.time()))
    same = {"kind": "circuit", "probe": "icmp", "source": "", "vantage": "bench", "address": "127.0.0.1"}
    checks = ledger.enrol([{**same, "subject": f"c{at}"} for at in range(CHECKS)])
    kinds: dict[str, Callable[[int, int], Batch]] = {
        "runs that begin": lambda check, at: Batch({"run": [_run(check, at)]}),
        "runs that end": lambda check, at: Batch(ends=[_end(check, at)]),
        "quality": lambda check, at: Batch({"quality": [_quality(check, at)]}),
    }
    print(json.dumps({kind: _rates(ledger, checks, make) for kind, make in kinds.items()}))
    ledger.close()


def _rates(ledger: Ledger, checks: list[int], make: Callable[[int, int], Batch]) -> list[float]:
    rates = []
    for at in range(BATCHES):
        whole = Batch()
        for check in checks:
            one = make(check, at)
            whole.ends += one.ends
            for table, rows in one.rows.items():
                whole.add(table, rows)
        began = time.monotonic()
        ledger.write(whole)
        rates.append(len(checks) / (time.monotonic() - began))
    return rates


def _run(check: int, at: int) -> Row:
    return {
        "check": check,
        "started_at": at,
        "outcome": at % 2,
        "round": "icmp-10s",
        "started_after": at,
        "started_before": at,
        "reason": "",
    }


def _end(check: int, at: int) -> Row:
    return {"check": check, "started_at": at, "ended_at": at + 1, "ended_after": at, "ended_before": at + 1}


def _quality(check: int, at: int) -> Row:
    counts = {"sent": 30, "rescued": 0, "incomplete": 0, "down": 0, "answered": 30}
    return {"check": check, "started_at": at, **counts, "rtt_sum": 900_000, "rtt_max": 40_000}


if __name__ == "__main__":
    main()
