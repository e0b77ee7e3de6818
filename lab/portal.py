"""The servers of a practice network's systems: small, real ones for HTTP(S) and bare TCP, which can be broken.

`/bytes/N` of any of them is N octets long, for timed transfers. Name servers are in `names.py`.
"""

import asyncio
import html
import json
from contextlib import suppress
from http import HTTPStatus

from lab.hosts import Host, State

_LONGEST_HEAD = 65536  # octets
_PATIENCE = 30.0  # seconds for a whole request
_HELD = 3600.0  # seconds a hung server holds a connection
_CHUNK = bytes(65536)
_MOST_BYTES = 1 << 30
_WRONG = "<!doctype html><meta charset=utf-8><title>404</title><p>It works!\n"


async def answer_http(
    host: Host, state: State, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer one request, or break as ordered."""
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _PATIENCE)
    if state.has("hung"):
        await asyncio.sleep(_HELD)
    method, target, *_ = head.decode("latin-1").split()
    if target.startswith("/bytes/"):
        await _send_bytes(target, writer)
        return
    status, kind, body = _page(host, state)
    _begin(writer, status, kind, len(body))
    writer.write(b"" if method == "HEAD" else body)
    await writer.drain()


def _page(host: Host, state: State) -> tuple[HTTPStatus, str, bytes]:
    if state.has("500"):
        return HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", b"500\n"
    if state.has("wrong"):
        return HTTPStatus.OK, "text/html; charset=utf-8", _WRONG.encode()
    if host.document:
        told = {"system": host.subject, "name": host.name, "words": host.words, **_nested(*host.document)}
        return HTTPStatus.OK, "application/json", json.dumps(told, ensure_ascii=False).encode()
    return HTTPStatus.OK, "text/html; charset=utf-8", login_page(host).encode()


def _nested(path: str, value: str) -> dict[str, object]:
    """Mappings within mappings that have this value at a dotted path."""
    first, _, rest = path.partition(".")
    return {first: _nested(rest, value) if rest else value}


def login_page(host: Host) -> str:
    """A login page as such systems have it."""
    words = "".join(f"<p>{html.escape(word)}" for word in host.words)
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{html.escape(host.name)}</title>'
        f"<h1>{html.escape(host.name)}</h1>{words}"
        '<form method="post" action="/login"><input name="user"><input name="password" type="password">'
        "<button>OK</button></form></html>\n"
    )


def _begin(writer: asyncio.StreamWriter, status: HTTPStatus, kind: str, length: int) -> None:
    writer.write(
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"
        "Server: practice\r\nConnection: close\r\n\r\n".encode("ascii")
    )


async def _send_bytes(target: str, writer: asyncio.StreamWriter) -> None:
    asked = target.removeprefix("/bytes/")
    left = min(int(asked), _MOST_BYTES) if asked.isdecimal() else 0
    _begin(writer, HTTPStatus.OK, "application/octet-stream", left)
    while left:
        piece = _CHUNK[:left]
        writer.write(piece)
        left -= len(piece)
        await writer.drain()


async def answer_tcp(
    host: Host, state: State, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Greet whoever connects with the texts expected, and wait for him to go."""
    if state.has("hung"):
        await asyncio.sleep(_HELD)
    greeting = "?" if state.has("wrong") else " ".join(host.words) or host.subject
    writer.write(f"{greeting}\r\n".encode())
    await writer.drain()
    await asyncio.wait_for(reader.read(_LONGEST_HEAD), _PATIENCE)


async def attend(
    host: Host, state: State, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """One visitor, from his coming to his going."""
    answer = answer_tcp if host.kind == "tcp" else answer_http
    with suppress(OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
        await answer(host, state, reader, writer)
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
