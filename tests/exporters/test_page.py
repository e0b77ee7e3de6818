"""The page as people see it: in a real browser, from a real server."""

import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import httpx

from exporters.reading import AlertsNow, Overview, ReceiverNow, Subject
from tests.exporters.network import AT, NAN, Told, calm, columns, set_row, told, troubled
from tests.exporters.served import dom, measure, served

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


class Turning(Told):
    """Calm at first, in trouble from the second question on."""

    asked = 0

    def overview(self) -> Overview:
        self.asked += 1
        return self.now if self.asked == 1 else troubled().now


def tiles(page: str) -> Counter[str]:
    return Counter(re.findall(r'class="tile[^"]*" data-state="(\w+)"', page))


def rows(page: str) -> Counter[str]:
    return Counter(re.findall(r'<tr [^>]*data-state="(\w+)"', page))


def words_of(page: str, part: str) -> str:
    """The text between the tags of a part of the page."""
    found = re.search(rf"<(section|footer|header)[^>]*{part}.*?</\1>", page, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split())


def test_the_lines_that_are_down_stand_first_with_all_a_duty_officer_needs() -> None:
    with served(troubled()) as address:
        page = dom(f"{address}/", 500)
    faults = words_of(page, 'id="faults"')
    assert faults.startswith("当前中断 5 业务 海口分局")
    assert "切换失败" in faults
    assert "设备 财政汇聚交换机" in faults
    assert "其下 2 条线路因此未监测" in faults
    assert re.search(
        r"线路 海口分局电信 中断 0:03:2\d 始于 09:56:47 无应答 中国电信 · 10M 报障电话 10000 电路代号 HN-",
        faults,
    )
    assert re.search(r"1 天 1:01:\d\d 始于 02-28 08:59:09 无路由", faults)
    assert tiles(page) == {"up": 86, "down": 3, "unknown": 3}


def test_the_page_follows_what_happens_without_being_loaded_again() -> None:
    quiet = Turning(calm().now)
    with served(quiet) as address:
        before = httpx.get(address).text
        quiet.asked = 0
        after = dom(f"{address}/", 7000)
    assert quiet.asked > 3
    assert tiles(before) == {"up": 3}
    assert tiles(after) == {"up": 86, "down": 3, "unknown": 3}
    assert "<title>(3) " in after


@contextmanager
def serving(listener: socket.socket, polls: int) -> Iterator[subprocess.Popen[bytes]]:
    """A service in a process of its own that dies at the poll after `polls` of them, or with the block."""
    fd = listener.fileno()
    argv = [sys.executable, "-m", "tests.exporters.dying", str(fd), str(polls)]
    with subprocess.Popen(argv, pass_fds=[fd]) as service:
        try:
            yield service
        finally:
            service.kill()


def test_when_the_service_dies_everything_reads_unknown() -> None:
    with ExitStack() as stack:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port, service = listener.getsockname()[1], stack.enter_context(serving(listener, 1))
        page = dom(f"http://127.0.0.1:{port}/", 9000)
        assert service.wait(60) == 9
    assert tiles(page) == {"unknown": 92}
    assert set(rows(page)) == {"unknown"}
    assert not re.search(r'class="(state|fault)[^"]*" data-state="(up|down)"', page)
    assert "巡线无响应，线路状态均未监测" in page
    assert "失联前的中断" in page
    assert "<title>(?) 巡线无响应" in page
    assert set(re.findall(r'<dd data-state="up".*?<b>(\d+)</b>', page, re.DOTALL)) == {"0"}
    assert "正在监测" not in page


def test_when_the_service_comes_back_the_page_knows_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as pool:
        with serving(listener, 1) as first:
            looking = pool.submit(dom, f"http://127.0.0.1:{listener.getsockname()[1]}/", 12_000)
            assert first.wait(60) == 9
        with serving(listener, 1000):
            page = looking.result()
    assert tiles(page) == {"up": 86, "down": 3, "unknown": 3}
    assert "<title>(3) " in page
    assert "正在监测" in page


def test_a_hostile_name_is_shown_and_not_obeyed() -> None:
    lines = (Subject("c1", HOSTILE, HOSTILE, "ct", HOSTILE, "s", HOSTILE, cid=HOSTILE, fault_phone=HOSTILE),)
    now = columns(1)
    set_row(now, 0, 0, 5, HOSTILE)
    with served(told(lines, now, organisation=HOSTILE, problem=HOSTILE)) as address:
        page = dom(f"{address}/?q=%3Cscript%3E", 5000)
    assert "owned</title>" not in page
    assert page.count("<script") == 1
    assert "<img src=x" not in page.replace("&lt;img src=x", "")
    assert "&lt;script&gt;" in page


def test_without_scripts_the_page_is_complete_and_renews_itself() -> None:
    with served(troubled()) as address:
        page = dom(f"{address}/", 100)
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "三亚分局电信" in page


def test_the_footer_says_what_may_pass_unseen() -> None:
    with served(calm()) as address:
        page = dom(f"{address}/", 100)
    footer = page[page.index("<footer") :]
    assert "持续 12 秒及以上的中断必能发现；更短的可能漏过。" in footer
    assert "时钟未校准" in footer


def test_the_footer_says_how_far_the_clock_is_off() -> None:
    reader = calm()
    off = replace(reader.now.collector, clock_offset=-0.00042, clock_error=0.00118, clock_source="10.0.0.5")
    reader.now = replace(reader.now, collector=off)
    with served(reader) as address:
        page = dom(f"{address}/", 100)
    footer = page[page.index("<footer") :]
    assert "时钟偏差 -0.42 ms（误差不超过 1.18 ms，时间源 10.0.0.5）" in footer
    assert "时钟未校准" not in footer


def test_while_nobody_watches_the_page_says_so_and_how_to_mend_it() -> None:
    reader = calm(2)
    for row in range(2):
        set_row(reader.now.kinds["circuits"].now, row, 2, NAN, "not watched")
    about = replace(reader.now.collector, watching=False, problem="the collecting process does not answer")
    reader.now = replace(reader.now, collector=about)
    with served(reader) as address:
        page = dom(f"{address}/", 3000)
    assert "未在监测：以下状态均未知。" in page
    assert "采集进程无响应" in page
    assert tiles(page) == {"unknown": 2}


def test_a_receiver_who_is_not_reached_is_named_on_the_page() -> None:
    reader = calm()
    receivers = (ReceiverNow("duty", 0), ReceiverNow("sms", 3, AT, "sms was not reached: status 3: no modem"))
    about = replace(reader.now.collector, alerts=AlertsNow(1, receivers))
    reader.now = replace(reader.now, collector=about)
    with served(reader) as address:
        assert "告警未能送达： 未能送达 sms：status 3: no modem" in dom(f"{address}/", 3000)


def test_ten_thousand_circuits_do_not_choke_the_browser() -> None:
    now = columns(10_000)
    set_row(now, 9_999, 0, 30, "no answer")
    lines = tuple(Subject(f"c{place}", f"线路{place}", f"组{place % 7}") for place in range(10_000))
    with served(told(lines, now)) as address:
        page, found = dom(f"{address}/", 3000), dom(f"{address}/?q=c9998", 3000)
    assert sum(tiles(page).values()) == 400
    assert tiles(page)["down"] == 1
    assert "共 10000 条，显示 400 条" in page
    assert sum(tiles(found).values()) == 1


def test_a_wall_of_92_lines_fits_a_small_screen_without_scrolling() -> None:
    lowest, across = measure(troubled(), 1280, 800)
    assert lowest < 800
    assert across <= 1280


def test_on_a_phone_nothing_runs_off_the_side() -> None:
    assert measure(troubled(), 390, 800)[1] <= 390
