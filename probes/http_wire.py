"""HTTP over connections of our own: names looked up so that nobody waits for another's, phases timed, TLS looked at.

One `Wire` serves one conversation and is closed with it: what a connection costs is part of what is watched. What
an answer means is in `probes.http_talk`.
"""

import asyncio
import datetime as dt
import errno
import socket
import ssl
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import httpcore
import httpx
from cryptography import x509

from probes.names import address_of, is_address
from probes.replies import Stage

_DAY = 86400.0
_BEGINS = {
    "connection.connect_tcp.started": "connecting",
    "connection.start_tls.started": "connected, shaking hands for TLS",
    "http11.send_request_headers.started": "asked, and no answer",
}
_PHASES = {
    "connection.connect_tcp": "connect_seconds",
    "connection.start_tls": "tls_seconds",
    "proxy_stream.start_tls": "tls_seconds",
    "http11.receive_response_headers": "first_byte_seconds",
}


class ByProxyError(Exception):
    """The proxy could not be reached: of what is behind it nothing is known."""


class _Lookup(httpcore.AsyncNetworkBackend):
    """Connects to names by an address that was looked up here."""

    def __init__(self, phases: dict[str, float], *, proxied: bool) -> None:
        self._phases, self._proxied = phases, proxied
        self._backend = httpcore.AnyIOBackend()
        self.opened: list[httpcore.AsyncNetworkStream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the address of a name; how long that took to find out is kept."""
        begun = asyncio.get_running_loop().time()
        address = await address_of(host)
        self._phases["dns_seconds"] = asyncio.get_running_loop().time() - begun
        try:
            stream = await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
        except httpcore.ConnectError as error:
            if self._proxied:
                raise ByProxyError from error
            raise
        self.opened.append(stream)
        return stream

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class _Body(httpx.AsyncByteStream):
    """What httpcore reads, as httpx reads it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


class Wire(httpx.AsyncBaseTransport):
    """One conversation's connections. `phases` are the seconds each part of the last answer took."""

    def __init__(self, tls: ssl.SSLContext, source: str | None, proxy: str, stage: Stage) -> None:
        self.phases: dict[str, float] = {}
        self._stage = stage
        self._begun: dict[str, float] = {}
        device = bool(source) and not is_address(source or "")
        self._lookup = _Lookup(self.phases, proxied=bool(proxy))
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            proxy=httpcore.Proxy(proxy) if proxy else None,
            http2=False,
            local_address=None if device else source,
            network_backend=self._lookup,
            socket_options=[(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, (source or "").encode())]
            if device
            else None,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request and its answer, not yet read."""
        url = request.url
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions={**request.extensions, "trace": self._trace},
            )
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        """Give back every connection."""
        await self._pool.aclose()
        for stream in self._lookup.opened:  # one whose handshake was broken off is in no pool
            await stream.aclose()

    async def _trace(self, event: str, _about: dict[str, Any]) -> None:
        phase, _, what = event.rpartition(".")
        if event in _BEGINS:
            self._stage(_BEGINS[event])
        now = asyncio.get_running_loop().time()
        if phase == "http11.send_request_headers" and what == "started":
            self._begun["http11.receive_response_headers"] = now
        elif what == "started":
            self._begun.setdefault(phase, now)
        elif what == "complete" and phase in _PHASES:
            self.phases[_PHASES[phase]] = now - self._begun.pop(phase, now)
        if event == "connection.connect_tcp.complete":
            self.phases["connect_seconds"] -= self.phases.get("dns_seconds", 0.0)


def certificate_days(answer: httpx.Response, now: dt.datetime) -> float | None:
    """Days until the first certificate of the server's chain ends; None without TLS."""
    stream = answer.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream else None
    ends = [x509.load_der_x509_certificate(one).not_valid_after_utc for one in _chain(tls)] if tls else []
    return min((end - now).total_seconds() for end in ends) / _DAY if ends else None


def _chain(tls: ssl.SSLObject) -> Iterator[bytes]:
    """The certificates the server sent, its own first."""
    own = tls.getpeercert(binary_form=True)
    if own:
        yield own
    # Public only from Python 3.13 on; before, the object underneath has it.
    sent = getattr(tls, "get_unverified_chain", None) or getattr(
        getattr(tls, "_sslobj", None), "get_unverified_chain", None
    )
    for one in (sent() or ()) if sent else ():
        if isinstance(one, bytes):
            yield one
        elif hasattr(one, "public_bytes"):
            text = one.public_bytes()
            yield ssl.PEM_cert_to_DER_cert(text) if isinstance(text, str) else text


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what led to it."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def os_error(error: BaseException) -> OSError | None:
    """The operating system's own error behind one of the libraries', if it is one."""
    for cause in causes(error):
        if (
            isinstance(cause, OSError)
            and not isinstance(cause, ssl.SSLError)
            and cause.errno in errno.errorcode
        ):
            return cause
    return None


def tls_error(error: BaseException) -> str:
    """What was wrong with TLS; empty if it was something else."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is refused: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"no TLS: {(cause.reason or 'broken off').lower().replace('_', ' ')}"
    return ""
