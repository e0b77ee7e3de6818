"""The application over HTTP: routes, headers, languages, and that nothing comes from outside."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

import exporters.web
from tests.exporters.network import calm, troubled
from tests.exporters.served import served

WEB = Path(exporters.web.__file__).parent


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with served(troubled()) as address, httpx.Client(base_url=address) as one:
        yield one


def test_the_status_api_answers_json(client: httpx.Client) -> None:
    answer = client.get("/api/v1/status")
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    assert found["circuits"][0]["state"] == "down"
    assert found["at"].endswith("+08:00")
    assert [one["id"] for one in found["services"] if one["failed_switch_over"]] == ["b00"]


def test_recent_changes_come_newest_first_and_as_many_as_asked(client: httpx.Client) -> None:
    assert [one["id"] for one in client.get("/api/v1/recent").json()["changes"]] == [
        "p0-2",
        "f1",
        "b00-ct",
        "b00-ct",
    ]
    assert len(client.get("/api/v1/recent?limit=2").json()["changes"]) == 2


@pytest.mark.parametrize("limit", ["0", "-1", "ten", "1001", "", "９９９９９９９"])
def test_an_impossible_limit_is_refused(client: httpx.Client, limit: str) -> None:
    answer = client.get("/api/v1/recent", params={"limit": limit})
    assert answer.status_code == 400
    assert answer.json() == {"error": "limit must be a number from 1 to 1000"}


def test_metrics_are_text_for_prometheus(client: httpx.Client) -> None:
    answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'linewalker_service_up{service="b00",group="市县分局",site="b00"} 0.0' in answer.text


def test_health_is_bad_while_nobody_watches() -> None:
    reader = calm()
    with served(reader) as address, httpx.Client(base_url=address) as client:
        assert client.get("/healthz").status_code == 200
        problem = "the collecting process does not answer"
        about = replace(reader.now.collector, watching=False, problem=problem)
        reader.now = replace(reader.now, collector=about)
        answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["problem"] == problem


@pytest.mark.parametrize(
    "path",
    ["/", "/live", "/metrics", "/healthz", "/api/v1/status", "/sd/circuits", "/static/page.css", "/no"],
)
def test_every_answer_carries_the_security_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self';"
    )
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")


@pytest.mark.parametrize("path", ["/", "/metrics", "/api/v1/status", "/static/live.js"])
def test_long_answers_are_packed(client: httpx.Client, path: str) -> None:
    assert client.get(path).headers["content-encoding"] == "gzip"


def test_odd_requests_get_plain_answers(client: httpx.Client) -> None:
    assert client.head("/").status_code == 200
    assert client.head("/").text == ""
    assert client.get("/nowhere").status_code == 404
    assert client.post("/").status_code == 405
    assert client.get("/static/../app.py").status_code == 404
    assert client.get("/static/%2e%2e/app.py").status_code == 404


def test_a_language_asked_for_is_remembered(client: httpx.Client) -> None:
    assert "当前中断" in client.get("/").text
    english = client.get("/?lang=en")
    assert "Down now" in english.text
    assert '<html lang="en"' in english.text
    assert "Down now" in client.get("/").text
    assert "当前中断" in client.get("/?lang=zh").text
    assert "当前中断" in client.get("/live").text


def test_an_unknown_language_is_chinese(client: httpx.Client) -> None:
    assert "当前中断" in client.get("/?lang=xx").text


def test_the_english_page_holds_no_chinese_but_names(client: httpx.Client) -> None:
    page = client.get("/?lang=en").text
    for word in ("正常", "中断", "未监测", "切换失败", "推算", "路径未证实", "无应答"):
        assert word not in page


@pytest.mark.parametrize(
    ("wanted", "count"),
    [("海口 电信", 1), ("加油站", 9), ("B00-CT", 1), ("中国移动", 10), ("nothing such", 0)],
)
def test_the_filter_finds_lines_by_what_people_call_them(
    client: httpx.Client, wanted: str, count: int
) -> None:
    page = client.get("/", params={"q": wanted}).text
    assert len(re.findall('class="tile', page)) == count
    assert f"92 条线路中的 {count} 条" in page
    assert "线路 <small>92" in page or "线路 92" in re.sub("<[^>]*>", "", page)


def test_a_masked_line_names_its_upstream_as_people_do(client: httpx.Client) -> None:
    assert "上级节点 财政汇聚交换机 中断或未监测" in client.get("/").text


def test_unproven_paths_are_marked_wherever_they_are_shown(client: httpx.Client) -> None:
    page = client.get("/").text
    assert len(re.findall('class="tile unproven"', page)) == 9
    assert page.count("路径未证实</span>") >= 9


@pytest.mark.parametrize(
    "path",
    sorted(p for p in WEB.rglob("*") if p.suffix in {".html", ".css", ".js", ".svg"}),
    ids=lambda p: p.name,
)
def test_no_asset_loads_anything_from_outside(path: Path) -> None:
    text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"(https?:)?//[a-z]", re.sub(r"^// .*$", "", text, flags=re.MULTILINE))
    assert not re.search(r"style=|onclick=|onload=|<style|javascript:|@import|url\(", text)


def test_many_askers_at_once_all_get_their_answer() -> None:
    answers: list[int] = []
    with served(troubled()) as address:

        def ask() -> None:
            answers.append(httpx.get(f"{address}/live").status_code)

        asking = [threading.Thread(target=ask) for _ in range(12)]
        for one in asking:
            one.start()
        for one in asking:
            one.join()
    assert answers == [200] * 12
