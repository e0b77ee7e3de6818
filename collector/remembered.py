"""What a data directory remembers of its ledger, so that watching can begin while the ledger is away.

Which life wrote last: a ledger that does not know it was restored or rolled back. And the permanent ids of the
checks, in the order of their identities. The ledger has the last word on both.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

Identity = tuple[str, ...]

_LIFE = "ledger.json"
_CHECKS = "checks.json"


@dataclass(frozen=True, slots=True)
class Remembered:
    """The life that wrote last."""

    token: str
    incarnation: int


def recall(data_dir: Path) -> Remembered | None:
    """What is remembered; None in a directory that never had a ledger."""
    life = _read(data_dir / _LIFE)
    return None if life is None else Remembered(life["token"], life["incarnation"])


def recall_ids(data_dir: Path) -> dict[Identity, int]:
    """The ids of the checks that the life that wrote last asked."""
    return {tuple(one[1:]): one[0] for one in _read(data_dir / _CHECKS) or ()}


def remember(one: Remembered, checks: Sequence[Identity], ids: Sequence[int], data_dir: Path) -> None:
    """Remember from now on; the checks are written only where they changed."""
    text, place = _listed(checks, ids), data_dir / _CHECKS
    if not (place.exists() and place.read_bytes() == text):
        _write(place, text)
    _write(data_dir / _LIFE, _json({"token": one.token, "incarnation": one.incarnation}))


def forget(data_dir: Path) -> None:
    """Remember nothing: the next ledger here is taken as it is."""
    for name in (_LIFE, _CHECKS):
        (data_dir / name).unlink(missing_ok=True)


def _read(place: Path) -> Any:
    """The value of a file; None where there is none, or where a power cut left half of it."""
    try:
        return json.loads(place.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _listed(checks: Sequence[Identity], ids: Sequence[int]) -> bytes:
    """A JSON list with a line for each, written one by one: at once, very many would take ten times the memory."""
    text = BytesIO()
    for number, (id_, check) in enumerate(zip(ids, checks, strict=True)):
        text.write(b",\n" if number else b"[")
        text.write(_json([id_, *check]))
    text.write(b"]" if ids else b"[]")
    return text.getvalue()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _write(place: Path, text: bytes) -> None:
    part = place.with_suffix(".part")
    part.write_bytes(text)
    part.replace(place)
