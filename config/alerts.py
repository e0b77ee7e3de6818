"""Who is told at once when something is not as it should be, of what, and by which way.

What one value can tell is checked here; that groups exist and ids differ, in `check_alerts.py`. Nothing that opens a
door stands here: passwords, keys and the URLs of robots are referred to.
"""

import re
from typing import Annotated, Literal, Self, TypeVar
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from config.addresses import Id
from config.errors import WrongValueError
from config.secret import SecretRef, is_reference, read_reference
from config.units import Seconds, read_list

What = Literal["down", "target", "limit", "collector"]
"""Of what: a subject is down, a figure missed its target, a reading passed its limit, nobody watches."""

T = TypeVar("T")
Form = Literal["json", "dingtalk", "wecom", "feishu"]

_SERVER = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>\d{1,5})", re.ASCII)
_MAILBOX = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+", re.ASCII)
_STRICT = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


def read_server(written: str) -> str:
    """`mail.example.org:25`."""
    match = _SERVER.fullmatch(written)
    if match is None or not 0 < int(match["port"]) < 65536:
        raise WrongValueError(
            "this is not a server; expected host:port, such as mail.example.org:25", rule="alerts"
        )
    return written


def read_mailbox(written: str) -> str:
    """`duty@example.org`."""
    if _MAILBOX.fullmatch(written) is None:
        raise WrongValueError(
            "this is not a mail address; expected one such as duty@example.org", rule="alerts"
        )
    return written


def read_hook(written: str) -> str:
    """A reference to a URL, or a http(s) URL that holds no secret."""
    if is_reference(written):
        return read_reference(written)
    parts = _web(written)
    if parts is None:
        raise WrongValueError(
            "this is not a URL; expected http://… or https://…, or env:NAME or file:/path that holds it",
            rule="alerts",
        )
    if parts.username or parts.password or parts.query:
        raise WrongValueError(
            "a key must not stand in the file; expected env:NAME or file:/path that holds the whole URL",
            rule="secret",
        )
    return written


def read_page(written: str) -> str:
    """Where the page is reached, as people type it."""
    if written and _web(written) is None:
        raise WrongValueError("this is not a URL; expected one such as http://10.0.0.3:8470/", rule="alerts")
    return written


def _web(written: str) -> SplitResult | None:
    """The parts of a http(s) URL; None where it is none."""
    try:
        parts = urlsplit(written)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if fits else None


def read_somebody(written: tuple[T, ...]) -> tuple[T, ...]:
    """A list of at least one."""
    if not written:
        raise WrongValueError("nobody would be told; expected at least one", rule="alerts")
    return written


Mailbox = Annotated[str, AfterValidator(read_mailbox)]


class Mail(BaseModel):
    """By mail. `tls`: what is said is enciphered from the first word (`tls`), after STARTTLS, or not at all."""

    model_config = _STRICT

    server: Annotated[str, AfterValidator(read_server)]
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: SecretRef | None = None
    from_: Mailbox = Field(alias="from")
    to: Annotated[tuple[Mailbox, ...], BeforeValidator(read_list), AfterValidator(read_somebody)]

    @model_validator(mode="after")
    def _has_whose_password(self) -> Self:
        if bool(self.user) != bool(self.password):
            raise WrongValueError("user and password belong together; expected both or none", rule="alerts")
        if self.password and self.tls == "none":
            raise WrongValueError(
                "a password would cross the network in clear; expected `tls: starttls` or `tls: tls`",
                rule="alerts",
            )
        return self


class Webhook(BaseModel):
    """By HTTP: our own JSON, or as the robot of a chat wants it; `secret` signs what DingTalk and Feishu get."""

    model_config = _STRICT

    url: Annotated[str, AfterValidator(read_hook)]
    form: Form = "json"
    secret: SecretRef | None = None

    @model_validator(mode="after")
    def _can_be_signed(self) -> Self:
        if self.secret and self.form not in ("dingtalk", "feishu"):
            raise WrongValueError(
                "only dingtalk and feishu take a signature; expected no `secret`", rule="alerts"
            )
        return self


class Receiver(BaseModel):
    """Somebody who is told, in one way; of all groups and of everything, unless it says less."""

    model_config = _STRICT

    id: Id
    mail: Mail | None = None
    webhook: Webhook | None = None
    command: Annotated[tuple[str, ...], BeforeValidator(read_list)] = ()
    about: Annotated[tuple[What, ...], BeforeValidator(read_list)] = ()
    groups: Annotated[tuple[str, ...], BeforeValidator(read_list)] = ()

    @model_validator(mode="after")
    def _is_reached_one_way(self) -> Self:
        if sum(map(bool, (self.mail, self.webhook, self.command))) != 1:
            raise WrongValueError(
                "a receiver is reached in one way; expected one of `mail`, `webhook` and `command`",
                rule="alerts",
            )
        if self.command and not self.command[0].startswith("/"):
            raise WrongValueError(
                "a command must be given by its full path, such as /usr/local/bin/send-sms", rule="alerts"
            )
        return self


class Alerts(BaseModel):
    """Telling people at once; nobody is told where this is not written."""

    model_config = _STRICT

    after: Seconds = Field(default=0.0, ge=0, le=3600)  # what is over sooner is not told of
    page: Annotated[str, AfterValidator(read_page)] = ""
    receivers: Annotated[tuple[Receiver, ...], AfterValidator(read_somebody)]
