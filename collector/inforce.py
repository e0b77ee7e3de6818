"""The configuration in force: what was accepted last, kept beside the ledger, and what was refused since.

A service goes on with what it accepted, whatever becomes of the user's file: its processes start from the accepted
text, and a file that cannot be used is refused, said so, and changes nothing.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from collector import checks, concerned, ready
from collector.apart import apart
from collector.specs import Specs
from collector.subjects import Columns, Subjects, columns, from_columns, subjects
from config.errors import ConfigError, LinewalkerError
from config.files import shortened
from config.load import load, load_text
from config.model import Config

_ACCEPTED = "configuration.json"
_REFUSED = "configuration.refused"


@dataclass(frozen=True, slots=True)
class Asked:
    """The checks of a day, the first later day that asks others (None: there is none), and the rest."""

    config: Config
    specs: Sequence[checks.CheckSpec]
    until: dt.date | None
    day: dt.date


def accept(config: Config, data_dir: Path) -> Path:
    """Put a configuration in force; the file from which the processes start."""
    place = data_dir / _ACCEPTED
    part = place.with_suffix(".part")
    part.write_text(shortened(config.text), encoding="utf-8")
    part.replace(place)  # at once or not at all: a process may start at this very moment
    (data_dir / _REFUSED).unlink(missing_ok=True)
    return place


def prepare(config: Config, now: float, fd: int) -> int:
    """Make ready what the processes start from; how many checks are made on the day of `now`, seconds since 1970."""
    found = _asked(config, now)
    ready.write(fd, {"rest": rest_of(config), "asked": found, "shown": _shown(config)[1]})
    return len(found.specs)


def refuse(error: LinewalkerError, data_dir: Path) -> None:
    """Keep why a new configuration was refused, as one sentence, until another is accepted."""
    (data_dir / _REFUSED).write_text(_first_line(error), encoding="utf-8")


def refused(data_dir: Path) -> str:
    """Why the newest configuration was refused; empty if it was not."""
    try:
        return (data_dir / _REFUSED).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def read(path: Path) -> Config:
    """The configuration a process starts from: an accepted text, or a user's file. Raises LinewalkerError."""
    return apart(lambda: _read(path))


def rest(path: Path, fd: int | None = None) -> Config:
    """The configuration without circuits, sites and text. Raises LinewalkerError.

    `fd` leads to what was made ready, here and below; without it the configuration at `path` is read.
    """
    prepared: Config | None = ready.read(fd, "rest")
    return prepared or apart(lambda: rest_of(_read(path)))


def shown(path: Path, fd: int | None = None) -> tuple[Config, Subjects]:
    """What is to be told of: the subjects, and the rest of the configuration. Raises LinewalkerError."""
    known = ready.read(fd, "shown")
    config, known = (rest(path, fd), known) if known else apart(lambda: _shown(_read(path)))
    return config, {kind: from_columns(told) for kind, told in known.items()}


def asked(path: Path, now: float, fd: int | None = None) -> Asked:
    """What is to be asked on the day of `now`, seconds since 1970 UTC. Raises LinewalkerError."""
    prepared: Asked | None = ready.read(fd, "asked")
    if prepared and _is_of(prepared, _day(prepared.config, now)):
        return prepared
    return apart(lambda: _asked(_read(path), now))


def _is_of(found: Asked, day: dt.date) -> bool:
    """Whether on this day the same is asked."""
    return found.day <= day and (found.until is None or day < found.until)


def senders(path: Path, now: float) -> concerned.Senders | None:
    """Who may send traps on the day of `now`; None where nobody listens for any. Raises LinewalkerError."""
    return apart(lambda: concerned.senders(_read(path), now))


def _shown(config: Config) -> tuple[Config, dict[str, Columns]]:
    return rest_of(config), {kind: columns(all_) for kind, all_ in subjects(config).items()}


def _asked(config: Config, now: float) -> Asked:
    day = _day(config, now)
    return Asked(rest_of(config), Specs(checks.specs(config, day)), checks.next_change(config, day), day)


def _day(config: Config, now: float) -> dt.date:
    return dt.datetime.fromtimestamp(now, ZoneInfo(config.calendar.zone)).date()


def rest_of(config: Config) -> Config:
    """Without what there is a hundred thousand of: who needs something of each circuit has that beside it."""
    return config.model_copy(update={"circuits": (), "sites": (), "text": ""})


def text(path: Path) -> str:
    """The text of the configuration a process starts from, as it is kept. Raises LinewalkerError."""
    return path.read_text(encoding="utf-8") if path.name == _ACCEPTED else shortened(load(path).text)


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
