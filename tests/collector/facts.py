"""Rows of a ledger written by hand, in whole seconds; no tests here."""

from typing import Any

from collector.ledger.store import Ledger

S = 1_000_000  # microseconds


def enrolled(ledger: Ledger, *subjects: str, vantage: str = "centre") -> list[int]:
    common = {"kind": "circuit", "probe": "icmp", "address": "10.0.0.9", "source": "", "vantage": vantage}
    return ledger.enrol([{**common, "subject": subject} for subject in subjects])


def run(check: int, begin: int, outcome: int, round_name: str = "icmp-10s") -> dict[str, Any]:
    return {
        "check": check,
        "started_at": begin * S,
        "outcome": outcome,
        "round": round_name,
        "started_after": None,
        "started_before": None,
        "reason": "",
    }


def end(check: int, begin: int, end_: int) -> dict[str, Any]:
    return {
        "check": check,
        "started_at": begin * S,
        "ended_at": end_ * S,
        "ended_after": end_ * S,
        "ended_before": end_ * S,
    }


def watch(begin: int, end_: float, *, origin: int | None = None, **more: Any) -> dict[str, Any]:
    """A watch of the default rhythm: interval 10 s, first packets over 5.75 s."""
    return {
        "vantage": "centre",
        "round": "icmp-10s",
        "started_at": begin * S,
        "ended_at": round(end_ * S),
        "reason": "",
        "stepped_to": None,
        "origin": (begin if origin is None else origin) * S,
        "interval": 10 * S,
        "span": 5_750_000,
        "clock_offset": None,
        "clock_source": None,
        **more,
    }
