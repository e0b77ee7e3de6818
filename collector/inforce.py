"""The configuration in force: what was accepted last, kept beside the ledger, and what was refused since.

A service goes on with what it accepted, whatever becomes of the user's file: its processes start from the accepted
text, and a file that cannot be used is refused, said so, and changes nothing.
"""

from pathlib import Path

from config.errors import ConfigError, LinewalkerError
from config.load import load, load_text
from config.model import Config

_ACCEPTED = "configuration.json"
_REFUSED = "configuration.refused"


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


def read(path: Path) -> Config:
    """The configuration a process starts from: an accepted text, or a user's file. Raises LinewalkerError."""
    if path.name == _ACCEPTED:
        return load_text(path.read_text(encoding="utf-8"))
    return load(path)


def _first_line(error: LinewalkerError) -> str:
    if not isinstance(error, ConfigError):
        return str(error)
    more = len(error.findings) - 1
    return f"{error.findings[0]}" + (f" (+{more})" if more else "")
