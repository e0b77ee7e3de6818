"""How the ledger was kept the last time: DIR/keeping.json, written by *keep* and read by all who show it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

_PLACE = "keeping.json"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of keeping the ledger once; None where a step failed. Times are seconds since 1970 UTC."""

    at: float  # when it was begun
    succeeded_at: float | None  # when the last that succeeded was begun, this one or one before
    problems: tuple[str, ...] = ()  # a sentence for every step that failed
    folded_days: int | None = None
    sealed_days: int | None = None
    backup: str | None = None  # the file; None, too, where none is wanted
    let_go: int | None = None  # days of checks whose columns were let go


def read(data_dir: Path) -> Outcome | None:
    """The last outcome; None if there is none, or none that can be read."""
    try:
        found = json.loads((data_dir / _PLACE).read_text(encoding="utf-8"))
        return Outcome(**{**found, "problems": tuple(found["problems"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write(outcome: Outcome, data_dir: Path) -> None:
    """Put an outcome in place of the one before, at once or not at all. Raises OSError."""
    part = data_dir / f"{_PLACE}.part"
    part.write_text(json.dumps(asdict(outcome), ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(data_dir / _PLACE)


def last_success(data_dir: Path) -> float | None:
    """When the last keeping that succeeded was begun."""
    found = read(data_dir)
    return found.succeeded_at if found else None


def cut_short(data_dir: Path, begun_at: float, status: int) -> None:
    """Say that a keeping ended before it could say anything itself. Raises OSError."""
    last = read(data_dir)
    if last is None or last.at < begun_at:
        problem = "keeping the ledger was cut short with status {status}; it is tried again within the hour"
        succeeded_at = last.succeeded_at if last else None
        write(Outcome(begun_at, succeeded_at, (problem.format(status=status),)), data_dir)
