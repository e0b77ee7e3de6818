"""Messages as people read them, in both languages, and as programs do."""

from zoneinfo import ZoneInfo

import pytest

from exporters.alerts.books import Notice
from exporters.alerts.texts import MOST, Letterhead, message, trial
from exporters.alerts.troubles import Key, Trouble, Watcher
from exporters.reading import LOW
from exporters.words import words
from tests.exporters.alerts.scenes import trouble
from tests.exporters.alerts.test_troubles import on_battery, with_standing
from tests.exporters.network import AT, calm, circuit, columns, troubled
from tests.exporters.network import told as lines_told

ZONE = ZoneInfo("Asia/Shanghai")


def head(lang: str = "zh", *, page: str = "http://10.0.0.3:8470/", practice: bool = False) -> Letterhead:
    return Letterhead("示例单位", "中心机房", page, words(lang), lang == "zh", ZONE, practice)


def of_troubled(*ids: str) -> list[Trouble]:
    found = Watcher().scene(troubled().now, set()).troubles
    return [one for key, one in found.items() if key.id in ids]


def begun(of: Trouble) -> Notice:
    return Notice("begun", of, AT)


def test_one_line_says_which_since_when_why_and_whom_to_call() -> None:
    (line,) = of_troubled("b00-ct")
    told = message([begun(line)], AT, head())
    assert told.title == "[巡线] 线路 海口分局电信 中断"
    assert told.text == (
        "▼ 线路 海口分局电信 中断\n"
        "  始于 09:56:47  无应答\n"
        "  中国电信 · 10M · 海口分局\n"
        f"  报障电话 10000  电路代号 {line.told['cid']}\n\n"
        "示例单位 · 中心机房 · 2026-03-01T10:00:10+08:00\n"
        "http://10.0.0.3:8470/"
    )


def test_what_is_over_says_how_long_it_lasted() -> None:
    told = message([Notice("over", trouble(AT - 203), AT, AT - 2)], AT, head(page=""))
    assert told.title == "[巡线] 线路 海口分局电信主用 恢复 (0:03:21)"
    assert "09:56:47 – 10:00:08" in told.text


def test_several_are_counted_in_the_title() -> None:
    notices = [begun(one) for one in of_troubled("b00-ct", "b01-ct")]
    notices += [Notice("over", trouble(AT - 50), AT, AT - 2), Notice("restless", trouble(AT - 9), AT)]
    assert message(notices, AT, head()).title == "[巡线] 新发生 2，已恢复 1，频繁变化 1"
    assert message(notices, AT, head("en")).title == "[Linewalker] 2 began, 1 over, 1 restless"


def test_a_mass_outage_is_one_message_of_bounded_length_that_says_whose_lines_they_are() -> None:
    many = [
        begun(trouble(AT - 5, Key("down", "circuits", f"c{n}"), carrier="中国移动" if n % 3 else "中国电信"))
        for n in range(MOST + 30)
    ]
    told = message(many, AT, head())
    assert told.text.count("▼") == MOST
    assert "另有 30 项" in told.text
    assert "中国移动 20, 中国电信 10" in told.text
    assert len(told.data["notices"]) == MOST + 30


def test_a_failed_switch_over_is_named() -> None:
    (service,) = of_troubled("b00")
    assert "切换失败" in message([begun(service)], AT, head()).text


@pytest.mark.parametrize(("lang", "wanted"), [("zh", "未达目标"), ("en", "misses its target")])
def test_a_missed_target_is_told_with_value_bracket_and_target(lang: str, wanted: str) -> None:
    found = Watcher().scene(with_standing(calm().now, 0.998, 0.9985), set()).troubles
    told = message([begun(one) for one in found.values()], AT, head(lang))
    assert wanted in told.title
    assert "99.82 %" in told.text  # rounded towards the bad end
    assert "99.90 %" in told.text
    (plain,) = told.data["notices"]
    assert plain["measure"]["upper"] == 0.9985


def test_a_missed_target_names_the_group_as_people_do() -> None:
    lines = (circuit("c", "线路", "branch", group_name="市县分局"),)
    overview = with_standing(lines_told(lines, columns(1)).now, 0.998, 0.9985)
    (missed,) = Watcher().scene(overview, set()).troubles.values()
    assert message([begun(missed)], AT, head()).title == "[巡线] 市县分局 可用率 未达目标"


def test_a_reading_beyond_its_limit_is_told_with_its_value() -> None:
    (one,) = Watcher().scene(on_battery(0.1, LOW), set()).troubles.values()
    told = message([begun(one)], AT, head())
    assert told.title == "[巡线] 设备 机房UPS 电量 1 超限"
    assert "过低" not in message([Notice("over", one, AT, AT)], AT, head()).text
    assert "  10.0 % 过低\n" in told.text


def test_nobody_watching_and_quiet_again() -> None:
    blind = Trouble(Key("collector", "", "watching"), AT - 60, told={"reason": "blind"})
    assert message([begun(blind)], AT, head()).title == "[巡线] 无人监测"
    restless = message([Notice("restless", trouble(AT - 9), AT)], AT, head())
    assert restless.title == "[巡线] 线路 海口分局电信主用：频繁变化，安静十分钟后再告知"
    calm_up = message([Notice("calm", trouble(AT - 900), AT, AT - 700)], AT, head())
    assert calm_up.title == "[巡线] 线路 海口分局电信主用 已安静：恢复"
    calm_down = message([Notice("calm", trouble(AT - 900), AT)], AT, head("en"))
    assert calm_down.title == "[Linewalker] circuit 海口分局电信主用 is quiet again: down"


def test_a_name_that_breaks_the_line_does_not_break_the_title() -> None:
    told = message([begun(trouble(AT - 5, name="海口\r\nBcc: x@example.org"))], AT, head())
    assert told.title == "[巡线] 线路 海口 Bcc: x@example.org 中断"


def test_programs_get_the_same_as_plain_data() -> None:
    (line,) = of_troubled("b00-ct")
    told = message([Notice("over", line, AT, AT - 2)], AT, head()).data
    (notice,) = told["notices"]
    assert told["organisation"] == "示例单位"
    assert notice["what"] == "down"
    assert (notice["kind"], notice["id"], notice["group"]) == ("circuits", "b00-ct", "市县分局")
    assert notice["since"] == "2026-03-01T09:56:47.000+08:00"
    assert notice["until"] == "2026-03-01T10:00:08.000+08:00"


def test_practice_is_never_taken_for_the_real_thing() -> None:
    assert message([begun(trouble(AT))], AT, head(practice=True)).title.startswith("[巡线 演练] ")
    assert trial(AT, head(practice=True)).title == "[巡线 演练] 试发"
    assert "示例单位" in trial(AT, head()).text
