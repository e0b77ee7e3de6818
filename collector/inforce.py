"""The configuration in force: what was accepted last, kept beside the ledger, and what was refused since.

A service goes on with what it accepted, whatever becomes of the user's file: its processes start from the accepted
text, and a file that cannot be used is refused, said so, and changes nothing.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from collector import checks, concerned
from collector.apart import apart
from collector.subjects import Columns, Subjects, columns, from_columns, subjects
from config.errors import ConfigError, LinewalkerError
from config.load import load, load_text
from config.model import Config

_ACCEPTED = "configuration.json"
_REFUSED = "configuration.refused"


@dataclass(frozen=True, slots=True)
class Asked:
    """The checks of a day, the first later day that asks others (None: there is none), and the rest."""

    config: Config
    specs: tuple[checks.CheckSpec, ...]
    until: dt.date | None


def accept(config: Config, data_dir: Path) -> Path:
    """Put a configuration in force; the file from which the processes start."""
    place = data_dir / _ACCEPTED
    part = place.with_suffix(".part")
    part.write_text(config.text, encoding="utf-8")
    part.replace(place)  # at once or not at all: a process may start at this very moment
    (data_dir / _REFUSED).unlink(missing_ok=True)
    return place


def refuse(error: LinewalkerError, data_dir: Path) -> None:
    """Keep why a new configuration was refused, as one sentence, until another is accepted."""
    (data_dir / _REFUSED).write_text(_first_line(error), encoding="utf-8")


def refused(data_dir: Path) -> str:
    """Why the newest configuration was refused; empty if it was not."""
    try:
        return (data_dir / _REFUSED).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def read(path: Path, *, with_text: bool = True) -> Config:
    """The configuration a process starts from: an accepted text, or a user's file. Raises LinewalkerError.

    The text of very many circuits takes as much memory as they do; who needs it once has it from `text`.
    """
    return apart(lambda: _read(path) if with_text else _read(path).model_copy(update={"text": ""}))


def shown(path: Path) -> tuple[Config, Subjects]:
    """What is to be told of: the subjects, and the rest of the configuration. Raises LinewalkerError."""
    config, known = apart(lambda: _shown(_read(path)))
    return config, {kind: from_columns(told) for kind, told in known.items()}


def asked(path: Path, now: float) -> Asked:
    """What is to be asked on the day of `now`, seconds since 1970 UTC. Raises LinewalkerError."""
    return apart(lambda: _asked(_read(path), now))


def senders(path: Path, now: float) -> concerned.Senders | None:
    """Who may send traps on the day of `now`; None where nobody listens for any. Raises LinewalkerError."""
    return apart(lambda: concerned.senders(_read(path), now))


def count(config: Config, now: float) -> int:
    """How many checks are made on the day of `now`, seconds since 1970 UTC."""
    return len(checks.specs(config, _day(config, now)))


def _shown(config: Config) -> tuple[Config, dict[str, Columns]]:
    return _rest(config), {kind: columns(all_) for kind, all_ in subjects(config).items()}


def _asked(config: Config, now: float) -> Asked:
    day = _day(config, now)
    return Asked(_rest(config), checks.specs(config, day), checks.next_change(config, day))


def _day(config: Config, now: float) -> dt.date:
    return dt.datetime.fromtimestamp(now, ZoneInfo(config.calendar.zone)).date()


def _rest(config: Config) -> Config:
    """Without what there is a hundred thousand of: who needs something of each circuit has that beside it."""
    return config.model_copy(update={"circuits": (), "sites": (), "text": ""})


def text(path: Path) -> str:
    """The text of the configuration a process starts from. Raises LinewalkerError."""
    return path.read_text(encoding="utf-8") if path.name == _ACCEPTED else load(path).text


def _read(path: Path) -> Config:
    """An accepted text, or a user's file."""
    if path.name == _ACCEPTED:
        return load_text(path.read_text(encoding="utf-8"))
    return load(path)


def _first_line(error: LinewalkerError) -> str:
    if not isinstance(error, ConfigError):
        return str(error)
    more = len(error.findings) - 1
    return f"{error.findings[0]}" + (f" (+{more})" if more else "")
