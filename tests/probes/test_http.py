"""Pages asked for real: status, content, where they lead, certificates, secrets, proxies."""

import base64
import json
import os
import socket
from pathlib import Path

import pytest

from probes.http import HTTP, HttpSettings
from probes.kind import Reference, WrongSettingError
from tests.probes.asking import DOWN, UNKNOWN, UP
from tests.probes.listeners import (
    HOME,
    Page,
    Serve,
    authority,
    drip,
    free_port,
    hang,
    listening,
    reset,
    say,
    serving,
)
from tests.probes.talks import BRIEF, hear


def url(port: int, path: str = "/", scheme: str = "http", host: str = HOME) -> str:
    return f"{scheme}://{host}:{port}{path}"


def test_a_page_that_answers_is_up_and_tells_its_phases() -> None:
    with serving({"/": Page()}) as port:
        told = hear(HTTP, [HttpSettings(url(port))])
    assert told.how == (UP, "")
    (values,) = told.values
    assert values.keys() == {"dns_seconds", "connect_seconds", "first_byte_seconds"}
    assert all(0 <= seconds < BRIEF.timeout for seconds in values.values())
    assert sum(values.values()) <= told.row.rtt < BRIEF.timeout


@pytest.mark.parametrize(
    ("status", "expected", "outcome", "reason"),
    [
        (200, (), UP, ""),
        (204, (), UP, ""),
        (500, (), DOWN, "answered 500 Internal Server Error"),
        (404, (), DOWN, "answered 404 Not Found"),
        (401, (200, 401), UP, ""),
        (200, (401,), DOWN, "answered 200 OK"),
    ],
)
def test_the_status_tells_whether_a_page_serves(
    status: int, expected: tuple[int, ...], outcome: int, reason: str
) -> None:
    with serving({"/": Page(status, "")}) as port:
        told = hear(HTTP, [HttpSettings(url(port), status=expected)])
    assert told.how == (outcome, reason)
    assert len(told.row.sent) == 1


def test_a_page_must_hold_the_text_it_should() -> None:
    with serving({"/": Page(content="<h1>海南省政务服务网</h1>")}) as port:
        assert hear(HTTP, [HttpSettings(url(port), text="政务服务")]).how == (UP, "")
        wrong = hear(HTTP, [HttpSettings(url(port), text="登录")])
    assert wrong.how == (DOWN, "the content does not hold 登录")


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("status", "ok", ""),
        ("parts.1.up", "true", ""),
        ("parts.1.load", "0.5", ""),
        ("status", "ready", "status is ok, expected ready"),
        ("parts.2.up", "true", "the content has no parts.2.up"),
        ("nothing", "true", "the content has no nothing"),
    ],
)
def test_a_value_within_json_must_be_what_it_should(path: str, value: str, reason: str) -> None:
    health = json.dumps({"status": "ok", "parts": [{"up": False}, {"up": True, "load": 0.5}]})
    with serving({"/health": Page(content=health)}) as port:
        told = hear(HTTP, [HttpSettings(url(port, "/health"), json_path=path, json_value=value)])
    assert told.how == (DOWN if reason else UP, reason)


def test_content_that_is_no_json_is_down() -> None:
    with serving({"/": Page(content="<html>")}) as port:
        told = hear(HTTP, [HttpSettings(url(port), json_path="status", json_value="ok")])
    assert told.how == (DOWN, "the content is not JSON")


def test_head_asks_for_no_content() -> None:
    page = Page()
    with serving({"/": page}) as port:
        assert hear(HTTP, [HttpSettings(url(port), method="HEAD")]).how == (UP, "")
    assert [one["method"] for one in page.asked] == ["HEAD"]


def test_a_host_may_be_asked_for_by_its_address() -> None:
    page = Page()
    with serving({"/": page}) as port:
        assert hear(HTTP, [HttpSettings(url(port), host="portal.example")]).how == (UP, "")
    assert page.asked[0]["host"] == "portal.example"


# Where pages lead


def test_redirects_are_followed_and_cookies_come_along() -> None:
    login = Page(content="请登录")
    pages = {"/": Page(302, "", Location="/login", Set_Cookie="visit=1"), "/login": login}
    with serving(pages) as port:
        assert hear(HTTP, [HttpSettings(url(port), text="请登录")]).how == (UP, "")
    assert login.asked[0]["cookie"] == "visit=1"


def test_a_redirect_is_an_answer_like_any_where_it_is_not_to_be_followed() -> None:
    with serving({"/": Page(302, "", Location="/login")}) as port:
        assert hear(HTTP, [HttpSettings(url(port), follow=False)]).how == (DOWN, "answered 302 Found")
        assert hear(HTTP, [HttpSettings(url(port), status=(302,))]).how == (UP, "")


def test_a_redirect_to_another_scheme_is_never_followed_silently() -> None:
    with serving({"/": Page(301, "", Location="https://portal.example/")}) as port:
        told = hear(HTTP, [HttpSettings(url(port))])
    assert told.how == (DOWN, "leads to https://portal.example:443, by another scheme; ask that URL")


def test_a_page_that_leads_in_a_circle_is_down() -> None:
    with serving({"/": Page(302, "", Location="/")}) as port:
        assert hear(HTTP, [HttpSettings(url(port))]).how == (DOWN, "leads on more than 5 times")


# Secrets


def test_a_password_is_looked_up_when_it_is_needed_and_goes_to_no_other_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORTAL_PASSWORD", "秘密")
    other = Page()
    with serving({"/": other}) as elsewhere:
        page = Page(302, "", Location=url(elsewhere))
        with serving({"/": page}) as port:
            asked = HttpSettings(url(port), user="watch", password=Reference("env:PORTAL_PASSWORD"))
            assert hear(HTTP, [asked]).how == (UP, "")
    given = page.asked[0]["authorization"]
    assert base64.b64decode(given.removeprefix("Basic ")).decode() == "watch:秘密"
    assert "authorization" not in other.asked[0]
    assert "秘密" not in repr(asked)


def test_a_token_is_carried_as_such(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("abc123\n", "utf-8")
    page = Page()
    with serving({"/": page}) as port:
        assert hear(HTTP, [HttpSettings(url(port), token=Reference(f"file:{tmp_path}/token"))]).how == (
            UP,
            "",
        )
    assert page.asked[0]["authorization"] == "Bearer abc123"


def test_without_its_secret_a_page_is_unknown_and_the_reference_is_named() -> None:
    assert "NO_SUCH_SECRET" not in os.environ
    with serving({"/": Page()}) as port:
        told = hear(HTTP, [HttpSettings(url(port), token=Reference("env:NO_SUCH_SECRET"))])
    assert told.how == (UNKNOWN, "the secret env:NO_SUCH_SECRET is not set or is empty")


# TLS


def test_a_certificate_of_ones_own_authority_is_believed_and_its_days_are_told(tmp_path: Path) -> None:
    ca, tls = authority(tmp_path, days=90)
    with serving({"/": Page()}, tls) as port:
        told = hear(HTTP, [HttpSettings(url(port, scheme="https", host="localhost"), ca=str(ca))])
    assert told.how == (UP, "")
    (values,) = told.values
    assert 89.9 < values["certificate_days"] < 90
    assert 0 < values["tls_seconds"] < BRIEF.timeout


def test_a_name_other_than_that_of_the_address_may_be_wanted_in_the_certificate(tmp_path: Path) -> None:
    ca, tls = authority(tmp_path, name="portal.example")
    with serving({"/": Page()}, tls) as port:
        secure = url(port, scheme="https")
        assert hear(HTTP, [HttpSettings(secure, ca=str(ca), host="portal.example")]).how == (UP, "")
        told = hear(HTTP, [HttpSettings(secure, ca=str(ca), host="other.example")])
    assert told.row.outcome == DOWN
    assert told.row.reason.startswith("the certificate is refused: Hostname mismatch")


def test_an_authority_nobody_knows_is_refused_unless_that_was_asked_for(tmp_path: Path) -> None:
    _, tls = authority(tmp_path)
    with serving({"/": Page()}, tls) as port:
        secure = url(port, scheme="https", host="localhost")
        told = hear(HTTP, [HttpSettings(secure)])
        unverified = hear(HTTP, [HttpSettings(secure, verify=False)])
    assert told.how == (DOWN, "the certificate is refused: unable to get local issuer certificate")
    assert unverified.how == (UP, "")
    assert 0 < unverified.values[0]["certificate_days"] < 90


def test_a_certificate_that_has_ended_is_down(tmp_path: Path) -> None:
    ca, tls = authority(tmp_path, days=-1)
    with serving({"/": Page()}, tls) as port:
        told = hear(HTTP, [HttpSettings(url(port, scheme="https", host="localhost"), ca=str(ca))])
    assert told.how == (DOWN, "the certificate is refused: certificate has expired")


@pytest.mark.parametrize(("counts", "outcome"), [(False, UP), (True, DOWN)])
def test_a_certificate_that_ends_soon_is_said_and_counts_only_if_asked(
    tmp_path: Path, counts: bool, outcome: int
) -> None:
    ca, tls = authority(tmp_path, days=12.5)
    with serving({"/": Page()}, tls) as port:
        secure = url(port, scheme="https", host="localhost")
        asked = HttpSettings(secure, ca=str(ca), certificate_days=30, certificate_counts=counts)
        assert hear(HTTP, [asked]).how == (outcome, "the certificate ends in 12 days")


def test_a_server_without_tls_is_down_over_https() -> None:
    with serving({"/": Page()}) as port:
        told = hear(HTTP, [HttpSettings(url(port, scheme="https"))])
    assert told.row.outcome == DOWN
    assert told.row.reason.startswith("no TLS: ")


def test_trust_that_cannot_be_read_is_our_own_fault(tmp_path: Path) -> None:
    told = hear(HTTP, [HttpSettings("https://127.0.0.1:1/", ca=str(tmp_path / "none.pem"))])
    assert told.how == (UNKNOWN, f"{tmp_path}/none.pem cannot be used: No such file or directory")


# Servers that break


def leave(connection: socket.socket) -> None:
    """Hear what is asked, and go."""
    connection.recv(4096)


@pytest.mark.parametrize(
    ("serve", "outcome", "reason"),
    [
        (hang, DOWN, "asked, and no answer"),
        (drip, DOWN, "asked, and no answer"),
        (reset, DOWN, "connection reset"),
        (say(b"220 mail\r\n\r\n"), DOWN, "what is answered is not HTTP"),
        (leave, DOWN, "the server broke off"),
        (
            say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
            DOWN,
            "answered 200, but the content does not end",
        ),
    ],
    ids=["hung", "drips", "resets", "speaks otherwise", "breaks off", "half"],
)
def test_a_server_that_does_not_serve_is_down(serve: Serve, outcome: int, reason: str) -> None:
    with listening(serve) as port:
        assert hear(HTTP, [HttpSettings(url(port))]).how == (outcome, reason)


def test_a_handshake_that_hangs_is_silence() -> None:
    with listening(hang) as port:
        told = hear(HTTP, [HttpSettings(url(port, scheme="https"))])
    assert told.how == (DOWN, "connected, shaking hands for TLS")
    assert len(told.row.sent) == 2


def test_a_closed_port_is_down_at_once() -> None:
    told = hear(HTTP, [HttpSettings(url(free_port()))])
    assert told.how == (DOWN, "connection refused")
    assert len(told.row.sent) == 1


# Proxies


def test_a_proxy_is_asked_instead() -> None:
    page = Page(content="by proxy")
    with serving({"http://portal.example/": page}) as port:
        asked = HttpSettings("http://portal.example/", proxy=url(port), text="by proxy")
        assert hear(HTTP, [asked]).how == (UP, "")
    assert page.asked[0]["host"] == "portal.example"


def test_a_proxy_that_is_not_there_says_nothing_about_the_page() -> None:
    told = hear(HTTP, [HttpSettings("https://portal.example/", proxy=url(free_port()))])
    assert told.how == (UNKNOWN, "the proxy cannot be reached: connection refused")


@pytest.mark.parametrize(
    ("told", "outcome"),
    [("407 Proxy Authentication Required", UNKNOWN), ("502 Bad Gateway", DOWN)],
)
def test_a_proxy_that_lets_nobody_through_says_nothing_either(told: str, outcome: int) -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(f"HTTP/1.1 {told}\r\nContent-Length: 0\r\n\r\n".encode())

    with listening(refuse) as port:
        found = hear(HTTP, [HttpSettings("https://portal.example/", proxy=url(port))])
    assert found.how == (outcome, f"the proxy refuses: {told}")


# Settings


def test_a_page_is_known_by_its_url() -> None:
    assert HTTP.address_of(HttpSettings("http://10.0.3.1/login")) == "http://10.0.3.1/login"
    assert HTTP.host_of(HttpSettings("https://[2001:db8::1]:8443/")) == "2001:db8::1"
    assert HTTP.host_of(HttpSettings("http://portal.example/", proxy="http://10.0.0.9:3128")) == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://watch:secret@10.0.3.1/"},
        {"url": "http://10.0.3.1/", "proxy": "http://watch:secret@10.0.0.9:3128"},
        {"url": "http://secret@:99999/"},
    ],
)
def test_what_may_be_a_secret_is_never_repeated(wrong: dict[str, str]) -> None:
    with pytest.raises(WrongSettingError) as refused:
        HttpSettings(**wrong)  # type: ignore[arg-type]
    assert "secret" not in str(refused.value)
