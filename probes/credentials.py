"""Secrets as probes meet them: a reference in the settings, the secret itself only while something is open.

A reference is `env:NAME` (an environment variable) or `file:/path` (the first line of a file); `config.secret`
says the same of the configuration. What it refers to is never part of a text, an error or a `repr`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class NoSecretError(Exception):
    """A reference that leads to nothing; its text names the reference and never what was found there."""


@dataclass(frozen=True, slots=True, repr=False)
class Hidden:
    """A value that shows itself to nobody who does not ask by name."""

    _value: str

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    def __repr__(self) -> str:
        return "Hidden(***)"


NOTHING = Hidden("")


def is_reference(written: str) -> bool:
    """Whether a text is a whole reference."""
    kind, _, name = written.partition(":")
    return bool(name) and (kind == "env" or (kind == "file" and name.startswith("/")))


def look_up(reference: str, environment: Mapping[str, str]) -> Hidden:
    """The secret a reference names. Raises NoSecretError if there is none to be had."""
    kind, _, name = reference.partition(":")
    value = environment.get(name, "") if kind == "env" else _first_line(name)
    if not value:
        raise NoSecretError(f"the secret {reference} is not set or is empty")
    return Hidden(value)


def _first_line(name: str) -> str:
    try:
        return Path(name).read_text("utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError):
        raise NoSecretError(f"the secret file {name} cannot be read") from None
