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


def trap(at: int, source: str = "10.0.2.1") -> dict[str, Any]:
    return {
        "received_at": at * S,
        "source": source,
        "until": at * S,
        "count": 1,
        "version": "2c",
        "kind": "linkDown",
        "oid": "1.3.6.1.6.3.1.1.5.3",
        "device": "core",
        "interface_index": 7,
        "interface_name": "GigabitEthernet0/0/1",
        "variables": "[]",
    }


def statement(check: int, at: int, *, since: int | None = None, outcome: int = 1) -> dict[str, Any]:
    return {
        "check": check,
        "said_at": at * S,
        "origin": "bfd",
        "outcome": outcome,
        "since": None if since is None else since * S,
        "uptime": 90_000 * S,
        "changes": 3,
    }


def port(check: int, at: int, speed: int | None = 1_000_000_000) -> dict[str, Any]:
    return {"check": check, "said_at": at * S, "speed_bps": speed}


def measurement(name: str, at: int, *, circuit: str = "haikou-ct", reason: str = "") -> dict[str, Any]:
    return {
        "id": name,
        "circuit": circuit,
        "direction": "receive",
        "origin": "measured",
        "method": "iperf3",
        "planned_at": at * S,
        "started_at": at * S,
        "ended_at": None if reason else (at + 10) * S,
        "valid_until": None if reason else (at + 31 * 86_400) * S,
        "bytes": None if reason else 12_000_000,
        "rate_bps": None if reason else 9_600_000,
        "cap_bps": 10_000_000,
        "segment": 1448,
        "other_bps": None,
        "far_end": "iperf3://10.20.0.2:5201",
        "source": "",
        "vantage": "centre",
        "reason": reason,
        "recorded_at": at * S,
    }


_STRETCH = {"started_at": 60 * S, "ended_at": 7200 * S}
_SUBJECT = {"kind": "circuit", "subject": "haikou-ct"}
_SHEET = {"form": "helpdesk", "at": 60 * S, "subjects": "[]", "fields": "[]"}
OWN: dict[str, dict[str, Any]] = {
    "maintenance": {"subjects": '[["circuit","haikou-ct"]]', **_STRETCH},
    "fault": {
        **_SUBJECT,
        "reported_at": 60 * S,
        "accepted_at": None,
        "arrived_at": None,
        "restored_at": None,
    },
    "inspection": _SHEET,
    "repair": _SHEET,
    "manual_value": {"name": "sms", "value": "12", "unit": "条", **_STRETCH, "kind": None, "subject": None},
    "attestation": {**_SUBJECT, **_STRETCH, "state": "up", "origin": "duty-log", "signed_by": "值班长"},
    "amendment": {**_SUBJECT, **_STRETCH, "what": "resolve", "value": "up"},
}
"""What rows of each table of entries hold of their own, from 00:01 to 02:00 on the first day of 1970."""


def entry(table: str, name: str, at: int, **more: Any) -> dict[str, Any]:
    """A row of what people entered, recorded at `at`."""
    common = {"id": name, "recorded_at": at * S, "recorded_by": "甲", "account": "root", "supersedes": None}
    return {**OWN[table], **common, **more}


def approval(table: str, of: str, at: int, by: str = "乙") -> dict[str, Any]:
    return {
        "id": f"ok-{of}",
        "kind": table,
        "of": of,
        "approved_at": at * S,
        "approved_by": by,
        "account": "root",
    }


def frozen(name: str, number: int, at: int, begin: int, end: int) -> dict[str, Any]:
    """A row of a form that was frozen at `at`, with values of [begin, end)."""
    return {
        "id": name, "project": "线路租赁", "year": 2026, "number": number, "program": "1", "started_at": begin * S,
        "ended_at": end * S, "content": "{}", "texts": "{}", "file_name": "自评表.docx", "file_sha256": "00" * 32,
        "signature": "", "public_key": "", "recorded_at": at * S, "recorded_by": "甲", "account": "root",
    }  # fmt: skip


def scan(name: str, of: str, at: int) -> dict[str, Any]:
    """A row of a file that belongs to a frozen form."""
    return {
        "id": name, "of": of, "note": "盖章扫描件", "file_name": "scan.pdf", "file_sha256": "01" * 32,
        "recorded_at": at * S, "recorded_by": "甲", "account": "root",
    }  # fmt: skip


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
