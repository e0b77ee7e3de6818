"""The ways to somebody: mail, webhook, command. One message at a time; what goes wrong is said in one sentence."""

import base64
import hashlib
import hmac
import json
import logging
import smtplib
import ssl
import subprocess
import time
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.utils import formatdate
from functools import partial
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx

from config.alerts import Form, Mail, Receiver, Webhook
from config.errors import LinewalkerError
from config.secret import is_reference, reveal
from exporters.alerts.texts import MOST, Message

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 20.0
# A text that is longer is refused by the robot as a whole; bytes, as the vendors state them.
_MOST_TEXT: Mapping[Form, int] = {"dingtalk": 18_000, "wecom": 2_000, "feishu": 18_000}


class NotSentError(LinewalkerError):
    """A message did not get through."""

    text = "{receiver} was not reached: {why}"
    exit_status = 3


def send(message: Message, receiver: Receiver, name: str, environment: Mapping[str, str]) -> None:
    """Hand a message over; `name` tells it from every other, also when it is sent again. Raises NotSentError."""
    try:
        if receiver.mail:
            _mail(message, receiver.mail, name, environment)
        elif receiver.webhook:
            _post(message, receiver.webhook, name, environment)
        else:
            _run(message, receiver.command, name, environment)
    except LinewalkerError as error:
        raise NotSentError(NotSentError.text, receiver=receiver.id, why=str(error)) from None
    except (
        OSError,
        smtplib.SMTPException,
        httpx.HTTPError,
        httpx.InvalidURL,
        subprocess.SubprocessError,
    ) as error:
        raise NotSentError(NotSentError.text, receiver=receiver.id, why=_why(error)) from None


def _why(error: Exception) -> str:
    """What went wrong, without what was sent: a URL or a command may hold a key."""
    if isinstance(error, subprocess.TimeoutExpired):
        return f"no end within {PATIENCE_SECONDS:g} s"
    if isinstance(error, subprocess.CalledProcessError):
        said = (error.stderr or b"").decode(errors="replace").strip().splitlines()
        return f"status {error.returncode}{': ' if said else ''}{said[-1] if said else ''}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"refused: {', '.join(error.recipients)}"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _mail(message: Message, way: Mail, name: str, environment: Mapping[str, str]) -> None:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = message.title, way.from_, ", ".join(way.to)
    letter["Date"], letter["Message-ID"] = formatdate(), f"<{name}@linewalker>"
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is to answer
    letter.set_content(message.text)
    where = urlsplit(f"//{way.server}")
    host, port = where.hostname or "", where.port or 0
    context = ssl.create_default_context()
    connect = partial(smtplib.SMTP_SSL, context=context) if way.tls == "tls" else smtplib.SMTP
    with connect(host, port, timeout=PATIENCE_SECONDS) as server:
        if way.tls == "starttls":
            server.starttls(context=context)
        if way.password:
            server.login(way.user, reveal(way.password, environment).reveal())
        refused = server.send_message(letter)
    if refused:  # some of several: the others have it, and would get it again and again
        log.warning("the mail server does not know %s", ", ".join(refused))


def _post(message: Message, way: Webhook, name: str, environment: Mapping[str, str]) -> None:
    url = reveal(way.url, environment).reveal() if is_reference(way.url) else way.url
    if urlsplit(url).scheme not in ("http", "https"):
        raise LinewalkerError("the URL that is referred to is none; expected http://… or https://…")
    secret = reveal(way.secret, environment).reveal() if way.secret else ""
    body = _BODIES[way.form](message)
    if secret and way.form == "dingtalk":
        url += _signed_query(secret, url)
    elif secret:
        body |= _signed_body(secret)
    headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": name}
    content = json.dumps(body, ensure_ascii=False).encode()
    # A redirect is not followed: what was posted would be asked for as a page, and the message be lost unnoticed.
    answer = httpx.post(url, content=content, headers=headers, timeout=PATIENCE_SECONDS)
    if not answer.is_success:
        raise LinewalkerError("HTTP {code}", code=answer.status_code)
    _check(way.form, answer.content)


def _check(form: Form, answered: bytes) -> None:
    """Robots answer 200 whatever they think of it, and say so in the body."""
    if form == "json":
        return
    try:
        said: Any = json.loads(answered)
        code = said.get("errcode", said.get("code", said.get("StatusCode", 0)))
        why = said.get("errmsg") or said.get("msg") or ""
    except (ValueError, AttributeError):
        raise LinewalkerError("what was answered is not from a {form} robot", form=form) from None
    if code:
        raise LinewalkerError("the robot refuses: {code} {why}", code=code, why=why)


def _signed_query(secret: str, url: str) -> str:
    """As DingTalk's robots want it: HMAC-SHA256 over milliseconds and secret."""
    stamp = str(round(time.time() * 1000))
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    joint = "&" if "?" in url else "?"
    return f"{joint}timestamp={stamp}&sign={quote_plus(base64.b64encode(digest))}"


def _signed_body(secret: str) -> dict[str, str]:
    """As Feishu's robots want it: HMAC-SHA256 of nothing, keyed with seconds and secret."""
    stamp = str(int(time.time()))
    digest = hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}


def _shortened(message: Message, form: Form) -> str:
    whole = f"{message.title}\n\n{message.text}".encode()
    most = _MOST_TEXT[form]
    return whole.decode() if len(whole) <= most else whole[:most].decode(errors="ignore") + "…"


_BODIES: Mapping[Form, Callable[[Message], dict[str, Any]]] = {
    "json": lambda message: {"title": message.title, "text": message.text, **message.data},
    "dingtalk": lambda message: {"msgtype": "text", "text": {"content": _shortened(message, "dingtalk")}},
    "wecom": lambda message: {"msgtype": "text", "text": {"content": _shortened(message, "wecom")}},
    "feishu": lambda message: {"msg_type": "text", "content": {"text": _shortened(message, "feishu")}},
}


def _run(message: Message, command: tuple[str, ...], name: str, environment: Mapping[str, str]) -> None:
    """The text comes in by standard input; title, name and JSON in the environment."""
    told = {
        "LINEWALKER_ALERT_TITLE": message.title,
        "LINEWALKER_ALERT_ID": name,
        # Linux takes 128 KiB a variable: of a great many notices those that the text tells one by one.
        "LINEWALKER_ALERT_JSON": json.dumps({**message.data, "notices": message.data["notices"][:MOST]}),
    }
    subprocess.run(
        command,
        input=message.text.encode(),
        env={**environment, **told},
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
