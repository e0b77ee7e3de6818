"""One conversation over HTTP: ask, follow, judge what comes. What may be asked for is in `probes.http`."""

import base64
import datetime as dt
import json
import os
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from probes.columns import DOWN, UNKNOWN, UP
from probes.credentials import NoSecretError, look_up
from probes.http import HttpSettings
from probes.http_wire import ByProxyError, Wire, certificate_days, os_error, tls_error
from probes.names import NoAddressError
from probes.replies import Reply, Stage

MOST_HOPS = 5
_MOST_BYTES = 1 << 20
_PORTS = {"http": 80, "https": 443}
_SHOWN = 60

Judge = Callable[[httpx.Response], Awaitable[Reply]]


@dataclass(slots=True)
class Asker:
    """Leads the conversations; keeps the trust that was read for TLS, and looks up secrets where they are needed."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    _trust: dict[tuple[str, bool], ssl.SSLContext] = field(default_factory=dict)

    async def talk(self, settings: HttpSettings, stage: Stage) -> Reply:
        """Ask for the URL, follow where it leads, and judge what comes."""
        try:
            headers, trust = self._headers(settings), self._trust_of(settings.ca, verify=settings.verify)
        except NoSecretError as error:
            return Reply(UNKNOWN, str(error))
        except OSError as error:
            return Reply(
                UNKNOWN, f"{settings.ca or 'the trusted authorities'} cannot be used: {error.strerror}"
            )
        wire = Wire(trust, settings.source, settings.proxy, stage)
        try:
            async with httpx.AsyncClient(transport=wire, trust_env=False, timeout=None) as client:  # noqa: S113
                reply = await _follow(client, settings, headers, partial(self._judge, settings, stage))
        except NoAddressError as error:
            return Reply(DOWN, str(error), definite=error.definite)
        except (ByProxyError, httpcore.ProxyError, httpcore.NetworkError, httpcore.ProtocolError) as error:
            return _broken(error)
        return Reply(reply.outcome, reply.reason, {**wire.phases, **reply.values})

    def _headers(self, settings: HttpSettings) -> dict[str, str]:
        """The headers of the first request. Raises NoSecretError."""
        headers = {"user-agent": "linewalker", "connection": "close"}
        if settings.host:
            headers["host"] = settings.host
        if settings.token:
            headers["authorization"] = f"Bearer {look_up(settings.token, self.environment).reveal()}"
        elif settings.password:
            pair = f"{settings.user}:{look_up(settings.password, self.environment).reveal()}"
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return headers

    def _trust_of(self, ca: str, *, verify: bool) -> ssl.SSLContext:
        """Whose certificates are believed, read once. Raises OSError where the file cannot be read."""
        if (ca, verify) not in self._trust:
            context = (
                ssl.create_default_context(cafile=ca) if ca else httpx.create_ssl_context(trust_env=False)
            )
            if not ca:  # the machine's own besides those that httpx brings
                context.load_default_certs()
            if not verify:
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self._trust[ca, verify] = context
        return self._trust[ca, verify]

    async def _judge(self, settings: HttpSettings, stage: Stage, answer: httpx.Response) -> Reply:
        """What the last answer means for the check."""
        days = certificate_days(answer, self.now())
        values = {} if days is None else {"certificate_days": days}
        stage(f"answered {answer.status_code}, but the content does not end")
        content = await _content(answer)
        wrong = _wrong_status(settings, answer) or _wrong_content(settings, content)
        if wrong:
            return Reply(DOWN, wrong, values)
        if days is not None and days < settings.certificate_days:
            ends = f"the certificate ends in {days:.0f} days"
            return Reply(DOWN if settings.certificate_counts else UP, ends, values)
        return Reply(UP, values=values)


async def _follow(
    client: httpx.AsyncClient, settings: HttpSettings, headers: dict[str, str], judge: Judge
) -> Reply:
    """Ask, and ask again where an answer leads; never by another scheme, and no secrets to another server."""
    url = settings.url
    for _ in range(1 + MOST_HOPS):
        name = {"sni_hostname": headers["host"].partition(":")[0]} if "host" in headers else {}
        request = client.build_request(settings.method, url, headers=headers, extensions=name)
        async with aclosing(await client.send(request, stream=True)) as answer:
            led = (
                settings.follow and answer.has_redirect_location and answer.status_code not in settings.status
            )
            if not led:
                return await judge(answer)
            following = urljoin(url, answer.headers["location"])
        if urlsplit(following).scheme != urlsplit(url).scheme:
            return Reply(DOWN, f"leads to {_origin(following)}, by another scheme; ask that URL")
        if _origin(following) != _origin(url):
            headers = {key: value for key, value in headers.items() if key not in ("authorization", "host")}
        url = following
    return Reply(DOWN, f"leads on more than {MOST_HOPS} times")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or _PORTS.get(parts.scheme, '')}"


async def _content(answer: httpx.Response) -> str:
    """The content as text, as far as it is looked at."""
    content = b""
    async for part in answer.aiter_bytes():
        content += part
        if len(content) > _MOST_BYTES:
            break
    return content.decode(answer.charset_encoding or "utf-8", "replace")


def _wrong_status(settings: HttpSettings, answer: httpx.Response) -> str:
    status = answer.status_code
    right = status in settings.status if settings.status else 200 <= status < 300
    return "" if right else f"answered {status} {answer.reason_phrase}".rstrip()


def _wrong_content(settings: HttpSettings, content: str) -> str:
    if settings.text and settings.text not in content:
        return f"the content does not hold {_short(settings.text)}"
    if not settings.json_path:
        return ""
    try:
        value = _within(json.loads(content), settings.json_path)
    except ValueError:
        return "the content is not JSON"
    except LookupError:
        return f"the content has no {settings.json_path}"
    found = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if found == settings.json_value:
        return ""
    return f"{settings.json_path} is {_short(found)}, expected {_short(settings.json_value)}"


def _within(value: Any, path: str) -> Any:
    """The value at a dotted path; steps are keys, or places in a list from 0 on. Raises LookupError."""
    for step in path.split("."):
        if isinstance(value, list) and step.isdecimal():
            value = value[int(step)]
        elif isinstance(value, dict):
            value = value[step]
        else:
            raise LookupError(step)
    return value


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _broken(error: Exception) -> Reply:
    """What it means that no answer came to its end. Raises what the kernel said, for the conversations to judge."""
    refused, wrong = os_error(error), tls_error(error)
    if wrong:
        return Reply(DOWN, wrong)
    if isinstance(error, ByProxyError):
        why = os.strerror(refused.errno or 0).lower() if refused else "broken off"
        return Reply(UNKNOWN, f"the proxy cannot be reached: {why}")
    if isinstance(error, httpcore.ProxyError):
        # Of what is behind a proxy that lets nobody through nothing is known.
        known = not str(error).startswith(("403", "407"))
        return Reply(DOWN if known else UNKNOWN, f"the proxy refuses: {_short(str(error))}")
    if refused:
        raise refused
    if isinstance(error, httpcore.NetworkError) or "disconnected" in str(error):
        return Reply(DOWN, "the server broke off")
    return Reply(DOWN, "what is answered is not HTTP")
