"""Secrets: only referred to in a configuration, never written in it, and never shown.

A reference is `env:NAME` (an environment variable) or `file:/path` (the first line of a file). Nothing is
read here before `reveal` is asked, so that a file can be checked on a machine that does not hold the secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from pydantic import AfterValidator

from config.errors import LinewalkerError, WrongValueError

SCHEMES = ("sqlite", "postgresql", "postgresql+psycopg")


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A value that shows itself to nobody who does not ask by name."""

    _value: str

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"


def is_reference(written: str) -> bool:
    """Whether a text refers to a secret."""
    return written.startswith(("env:", "file:"))


def reveal(reference: str, environment: Mapping[str, str]) -> Secret:
    """The secret `reference` names.

    Raises LinewalkerError if the variable is not set, or the file cannot be read or is empty.
    """
    kind, _, name = reference.partition(":")
    value = environment.get(name, "") if kind == "env" else _first_line(name)
    if not value:
        raise LinewalkerError("the secret {reference} is not set or is empty", reference=reference)
    return Secret(value)


def _first_line(name: str) -> str:
    try:
        return Path(name).read_text("utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise LinewalkerError("the secret file {name} cannot be read: {why}", name=name, why=error) from None


def read_reference(written: str) -> str:
    """A reference, or a refusal that does not repeat what was written."""
    kind, _, name = written.partition(":")
    if kind == "file" and name and not name.startswith("/"):
        raise WrongValueError(
            "a secret's file must be given by its full path, such as file:/etc/linewalker/ledger",
            rule="secret",
        )
    if kind not in ("env", "file") or not name:
        raise WrongValueError(
            "a secret must not stand in the file; expected env:NAME or file:/path that holds it",
            rule="secret",
        )
    return written


def read_storage_url(written: str) -> str:
    """A ledger URL without a password, or a reference to a whole URL; errors never repeat it."""
    if not written:
        return written
    if is_reference(written):
        return read_reference(written)
    # The query too: libpq takes ?password=… as gladly as user:password@.
    try:
        parts = urlsplit(written)
        hidden = parts.password is not None or any("password" in key for key, _ in parse_qsl(parts.query))
    except ValueError:
        raise _not_a_ledger() from None
    if hidden:
        raise WrongValueError(
            "the URL holds a password, which must not stand in the file; expected the URL without it and "
            "`password: env:NAME` or `password: file:/path` beside it, or the whole URL as env:NAME",
            rule="secret",
        )
    if parts.scheme not in SCHEMES:
        raise _not_a_ledger()
    return written


def _not_a_ledger() -> WrongValueError:
    return WrongValueError(
        "this is not the URL of a ledger; expected sqlite:////path/ledger.db, postgresql://user@host/name, "
        "env:NAME or file:/path",
        rule="storage",
    )


def with_password(url: str, password: Secret) -> Secret:
    """The URL with the password behind its user name."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    secret = quote(password.reveal(), safe="")
    return Secret(urlunsplit(parts._replace(netloc=f"{user}:{secret}@{host}")))


SecretRef = Annotated[str, AfterValidator(read_reference)]
"""`env:NAME` or `file:/path`; the reference may be shown, what it refers to may not."""

StorageUrl = Annotated[str, AfterValidator(read_storage_url)]
