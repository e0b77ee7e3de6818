"""Messages on their way, over real sockets: a mail server, a web server, a program."""

import base64
import hashlib
import hmac
import json
import socket
import ssl
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from config.alerts import Form, Receiver
from exporters.alerts import sending
from exporters.alerts.sending import NotSentError, send
from exporters.alerts.texts import Message
from lab.certificates import make_authority, make_certificate
from tests.exporters.served import listening

MESSAGE = Message("[巡线] 线路 海口 中断", "▼ 线路 海口 中断\n  无应答", {"notices": [{"id": "haikou-ct"}]})


class Mailroom:
    """Takes every letter, but none for `nobody`."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.secure: list[bool] = []
        self.users: list[str] = []

    async def handle_RCPT(  # noqa: N802 - so aiosmtpd calls it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - so aiosmtpd calls it
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.secure.append(session.ssl is not None)
        return "250 OK"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        self.users.append(data.login.decode())
        right = data.password == b"geheim"
        return AuthResult(success=right, handled=right)


@contextmanager
def mail_server(room: Mailroom, **more: Any) -> Iterator[str]:
    """A mail server on a free port; the value is its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(room, hostname="127.0.0.1", port=port, **more)
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop()


def by_mail(server: str, **more: Any) -> Receiver:
    mail = {"server": server, "from": "linewalker@example.org", "to": ["duty@example.org", "b@example.org"]}
    return Receiver.model_validate({"id": "duty", "mail": mail | {"tls": "none"} | more})


def by_hook(url: str, form: Form = "json", **more: Any) -> Receiver:
    return Receiver.model_validate({"id": "room", "webhook": {"url": url, "form": form} | more})


def refused(to: Receiver, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(NotSentError) as error:
        send(MESSAGE, to, "7", environment or {})
    return str(error.value)


def test_a_letter_arrives_in_chinese_and_says_that_a_machine_wrote_it() -> None:
    room = Mailroom()
    with mail_server(room) as server:
        send(MESSAGE, by_mail(server), "1-2", {})
    (letter,) = room.letters
    assert letter["Subject"] == MESSAGE.title
    assert letter["To"] == "duty@example.org, b@example.org"
    assert letter["Message-ID"] == "<1-2@linewalker>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().replace("\r\n", "\n").strip() == MESSAGE.text


def test_a_password_crosses_the_network_enciphered_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    authority = make_authority(tmp_path / "authority.pem", now)
    make_certificate(authority, "127.0.0.1", (), tmp_path / "server.pem", now + timedelta(days=9))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "server.pem")
    room = Mailroom()
    to = {"tls": "starttls", "user": "watch", "password": "env:MAIL"}
    options = {"tls_context": context, "authenticator": room.authenticate, "auth_required": True}
    with mail_server(room, **options) as server:
        send(MESSAGE, by_mail(server, **to), "1", {"MAIL": "geheim"})
        assert (room.secure, room.users) == ([True], ["watch"])
        assert "535" in refused(by_mail(server, **to), {"MAIL": "falsch"})
        assert "geheim" not in refused(by_mail(server, **to), {"MAIL": "falsch"})
    monkeypatch.delenv("SSL_CERT_FILE")
    with mail_server(room, **options) as server:
        assert "CERTIFICATE_VERIFY_FAILED" in refused(by_mail(server, **to), {"MAIL": "geheim"})


def test_a_server_that_is_not_there_or_does_not_know_a_mailbox_is_told_of() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = f"127.0.0.1:{free.getsockname()[1]}"
    assert refused(by_mail(nobody)).startswith("duty was not reached: ConnectionRefusedError")
    with mail_server(Mailroom()) as server:
        said = refused(by_mail(server, to="nobody@example.org"))
    assert said == "duty was not reached: refused: nobody@example.org"


def test_a_secret_that_is_not_there_is_told_of() -> None:
    to = by_mail("127.0.0.1:9", tls="starttls", user="watch", password="env:NOT_SET")
    assert "env:NOT_SET" in refused(to) or "ConnectionRefused" in refused(to)


class Robots:
    """A web server that keeps what is posted, and answers as it is told."""

    def __init__(self, answer: Response | None = None) -> None:
        self.asked: list[tuple[dict[str, str], dict[str, list[str]], Any]] = []
        self._answer = answer or JSONResponse({"errcode": 0, "errmsg": "ok"})

    async def take(self, request: Request) -> Response:
        body = json.loads(await request.body())
        self.asked.append((dict(request.headers), parse_qs(request.url.query), body))
        return self._answer

    @contextmanager
    def there(self) -> Iterator[str]:
        with listening(Starlette(routes=[Route("/hook", self.take, methods=["POST", "GET"])])) as address:
            yield f"{address}/hook"


def test_our_own_json_holds_text_and_data() -> None:
    robots = Robots(Response())
    with robots.there() as url:
        send(MESSAGE, by_hook(url), "1-2", {})
    ((headers, _, body),) = robots.asked
    assert body == {"title": MESSAGE.title, "text": MESSAGE.text, "notices": [{"id": "haikou-ct"}]}
    assert headers["idempotency-key"] == "1-2"


def test_each_robot_gets_text_in_its_own_shape() -> None:
    whole = f"{MESSAGE.title}\n\n{MESSAGE.text}"
    shapes: dict[Form, Any] = {
        "dingtalk": {"msgtype": "text", "text": {"content": whole}},
        "wecom": {"msgtype": "text", "text": {"content": whole}},
        "feishu": {"msg_type": "text", "content": {"text": whole}},
    }
    for form, shape in shapes.items():
        robots = Robots()
        with robots.there() as url:
            send(MESSAGE, by_hook(url, form), "1", {})
        assert robots.asked[0][2] == shape


def test_what_is_signed_can_be_checked_with_the_secret() -> None:
    robots, secret = Robots(), "SEC000"
    with robots.there() as url:
        send(MESSAGE, by_hook("env:HOOK", "dingtalk", secret="env:S"), "1", {"HOOK": url, "S": secret})
        send(MESSAGE, by_hook(url, "feishu", secret="env:S"), "1", {"S": secret})
    (_, query, _), (_, _, body) = robots.asked
    (stamp,), (sign,) = query["timestamp"], query["sign"]
    wanted = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    assert base64.b64decode(sign) == wanted
    keyed = hmac.new(f"{body['timestamp']}\n{secret}".encode(), b"", hashlib.sha256).digest()
    assert base64.b64decode(body["sign"]) == keyed


def test_a_text_that_is_too_long_for_a_robot_is_cut_between_letters() -> None:
    robots = Robots()
    with robots.there() as url:
        send(Message("题", "线" * 3000, {}), by_hook(url, "wecom"), "1", {})
    content = robots.asked[0][2]["text"]["content"]
    assert len(content.encode()) <= 2048
    assert content.endswith("线…")


@pytest.mark.parametrize(
    ("answer", "form", "said"),
    [
        (JSONResponse({"errcode": 310000, "errmsg": "sign not match"}), "dingtalk", "310000 sign not match"),
        (JSONResponse({"code": 19021, "msg": "sign match fail"}), "feishu", "19021 sign match fail"),
        (Response("<html>login</html>"), "wecom", "what was answered is not from a wecom robot"),
        (Response(status_code=500), "json", "HTTP 500"),
        (RedirectResponse("/hook"), "json", "HTTP 307"),
    ],
)
def test_a_robot_that_refuses_is_believed_whatever_its_status(
    answer: Response, form: Form, said: str
) -> None:
    with Robots(answer).there() as url:
        assert refused(by_hook(url, form)).endswith(said) or said in refused(by_hook(url, form))


def test_a_url_that_holds_a_key_is_never_repeated() -> None:
    said = refused(by_hook("env:HOOK"), {"HOOK": "http://127.0.0.1:9/robot?access_token=geheim"})
    assert "geheim" not in said


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "PATIENCE_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"127.0.0.1:{silent.getsockname()[1]}"
        held: list[socket.socket] = []
        taking = threading.Thread(target=lambda: held.extend(silent.accept()[0] for _ in range(2)))
        taking.start()
        assert "ReadTimeout" in refused(by_hook(f"http://{where}/"))
        assert "TimeoutError" in refused(by_mail(where)) or "timed out" in refused(by_mail(where))
        taking.join()
        for one in held:
            one.close()


def script(folder: Path, text: str) -> Receiver:
    place = folder / "send-sms"
    place.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    place.chmod(place.stat().st_mode | stat.S_IXUSR)
    return Receiver.model_validate({"id": "sms", "command": [str(place), "13800000000"]})


def test_a_command_gets_the_text_and_the_rest_beside_it(tmp_path: Path) -> None:
    to = script(
        tmp_path,
        'cat > "$OUT"; printf "%s|%s|%s" "$1" "$LINEWALKER_ALERT_TITLE" "$LINEWALKER_ALERT_ID" >> "$OUT"',
    )
    send(MESSAGE, to, "1-2", {"OUT": str(tmp_path / "out"), "PATH": "/usr/bin:/bin"})
    assert (tmp_path / "out").read_text("utf-8") == f"{MESSAGE.text}13800000000|{MESSAGE.title}|1-2"


def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    assert refused(script(tmp_path, "echo no modem >&2; exit 3")) == "sms was not reached: status 3: no modem"
    gone = Receiver.model_validate({"id": "sms", "command": ["/nowhere/send"]})
    assert "FileNotFoundError" in refused(gone)
