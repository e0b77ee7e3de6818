"""HTTP as a kind of probe: what a check of a URL may say. The conversation itself is led in `probes.http_talk`."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from probes.columns import Prober, Targets
from probes.eyes import Eyes
from probes.kind import Probe, Reference, Source, WrongSettingError
from probes.rhythm import VERDICT_SECONDS, Rhythm

RHYTHM = Rhythm(interval=60.0, retries=1, retry_after=10.0, timeout=10.0, fast=10.0, verdict=VERDICT_SECONDS)
SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """A URL and what its answer must be; see docs/configuration.md for each field."""

    url: str
    method: Literal["GET", "HEAD"] = "GET"
    host: str = ""
    source: Source | None = None
    status: tuple[int, ...] = ()
    follow: bool = True
    text: str = ""
    json_path: str = ""
    json_value: str = ""
    user: str = ""
    password: Reference | None = None
    token: Reference | None = None
    proxy: str = ""
    ca: str = ""
    verify: bool = True
    certificate_days: int = 0
    certificate_counts: bool = False

    def __post_init__(self) -> None:
        _check_url(self.url, "url")
        if self.proxy:
            _check_url(self.proxy, "proxy")
        if any(not 100 <= status <= 599 for status in self.status):
            raise WrongSettingError("a status of HTTP is between 100 and 599, such as 200")
        if self.method == "HEAD" and (self.text or self.json_path):
            raise WrongSettingError(
                "the answer to HEAD has no content; expected GET with `text` or `json_path`"
            )
        if bool(self.user) != bool(self.password) or (self.user and self.token):
            raise WrongSettingError("expected `user` and `password` together, or `token` alone")
        if bool(self.json_path) != bool(self.json_value):
            raise WrongSettingError("expected `json_path` and `json_value` together")
        if self.ca and not self.ca.startswith("/"):
            raise WrongSettingError("`ca` must be the full path of a file, such as /etc/ssl/office-ca.pem")
        if self.certificate_days and not self.url.startswith("https:"):
            raise WrongSettingError("only https has a certificate; expected no `certificate_days`")


def _check_url(url: str, key: str) -> None:
    """Raises WrongSettingError, which never repeats a URL with a password in it."""
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        raise WrongSettingError(
            "`{key}` is not a URL, such as https://www.example.gov.cn/", key=key
        ) from None
    if parts.username is not None or parts.password is not None:
        raise WrongSettingError(
            "the URL in `{key}` holds a user or a password; expected `user` and `password` beside it", key=key
        )
    if parts.scheme not in SCHEMES or not parts.hostname or not port_fits:
        raise WrongSettingError("`{key}` is not a URL, such as https://www.example.gov.cn/", key=key)


def open_http(targets: Targets, rhythm: Rhythm, eyes: Eyes) -> Prober:
    """A prober of URLs."""
    from probes.conversations import Conversations  # noqa: PLC0415 - 20 MB with what it needs, for those who ask
    from probes.http_talk import Asker  # noqa: PLC0415

    return Conversations(targets, rhythm, eyes, Asker().talk)


def address_of(settings: HttpSettings) -> str:
    """The URL; of a page under another host's address, with its host."""
    return f"{settings.url} ({settings.host})" if settings.host else settings.url


def host_of(settings: HttpSettings) -> str:
    """Who serves the URL; nobody can tell what is behind a proxy."""
    return "" if settings.proxy else urlsplit(settings.url).hostname or ""


HTTP = Probe(open=open_http, settings=HttpSettings, rhythm=RHYTHM, address_of=address_of, host_of=host_of)
