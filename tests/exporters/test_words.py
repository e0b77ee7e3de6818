"""The message catalogue: everything the program can say has Chinese, and what was compiled is what was written."""

from string import Formatter

import pytest

from config.errors import ConfigError, Finding, LinewalkerError
from exporters.words import LOCALES, default_language, say, words
from tests.exporters import catalogue

HINT = "write the Chinese into the .po, then run: python -m tests.exporters.catalogue"


def test_every_sentence_of_the_program_has_chinese() -> None:
    assert len(catalogue.said()) > 100
    assert catalogue.untranslated() == [], HINT


def test_the_catalogue_holds_no_sentence_that_is_no_longer_said() -> None:
    known = {str(message.id) for message in catalogue.catalogue() if message.id}
    assert known - catalogue.said().keys() == set(), HINT


def test_the_compiled_catalogue_says_what_the_written_one_says() -> None:
    written = {str(one.id): str(one.string) for one in catalogue.catalogue() if one.id and one.string}
    assert {text: words("zh")(text) for text in written} == written, HINT


def test_translations_fill_in_the_same_values() -> None:
    def fields(text: str) -> set[str | None]:
        return {name for _, name, *_ in Formatter().parse(text)} - {None}

    odd = [
        one.id
        for one in catalogue.catalogue()
        if one.id and one.string and fields(str(one.id)) != fields(str(one.string))
    ]
    assert odd == []


def test_the_words_of_the_trade() -> None:
    wanted = {"up": "正常", "down": "中断", "unknown": "未监测", "Sentinels": "参照点", "vantage": "监测点"}
    wanted |= {
        "failed switch-over": "切换失败",
        "circuit id": "电路代号",
        "clock not calibrated": "时钟未校准",
    }
    assert {text: words("zh")(text) for text in wanted} == wanted


def test_chinese_is_the_default_and_english_by_the_environment() -> None:
    assert default_language({}) == "zh"
    assert default_language({"LINEWALKER_LANG": "en_US.UTF-8"}) == "en"
    assert default_language({"LINEWALKER_LANG": "fr"}) == "zh"
    assert words("en")("down") == "down"


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("no answer", "无应答"),
        ("host unreachable from 10.0.0.1", "10.0.0.1 报告主机不可达"),
        ("upstream core-sw", "上级节点 core-sw 中断或未监测"),
        ("ICMP error 3/15 from fe80::1", "fe80::1 报告 ICMP 差错 3/15"),
        ("something nobody ever says", "something nobody ever says"),
        ("", ""),
    ],
)
def test_a_reason_kept_in_english_is_told_in_chinese(kept: str, told: str) -> None:
    assert words("zh")(kept) == told
    assert words("en")(kept) == kept


def test_an_error_is_translated_before_its_values_are_filled_in() -> None:
    error = LinewalkerError("unknown key {key}; did you mean {near}?", key="up", near="upstream")
    assert say(error, "zh") == "未知的键 up；是否应为 upstream？"
    assert say(error, "en") == str(error)


def test_names_in_a_list_are_told_as_they_are() -> None:
    error = LinewalkerError(
        "the practice network has no line {line}; did you mean {near}?", line="x", near="a-ct, b-ct, c-cm"
    )
    assert say(error, "zh") == "演练网中没有线路 x；是否应为 a-ct, b-ct, c-cm？"


def test_a_configuration_error_is_a_line_a_finding() -> None:
    found = Finding(
        "shape", "error", "net.yaml:3: circuits", "expected text, found {found}", {"found": "a list"}
    )
    assert say(found, "zh") == "应为文本，实为 一个列表"
    assert (
        say(ConfigError((found, found)), "zh").splitlines()
        == ["net.yaml:3: circuits: 应为文本，实为 一个列表"] * 2
    )


def test_a_sentence_without_a_translation_comes_in_english() -> None:
    assert (
        say(LinewalkerError("{a} of a kind not yet thought of", a="x"), "zh")
        == "x of a kind not yet thought of"
    )


def test_the_catalogue_is_where_the_package_data_says() -> None:
    assert sorted(path.name for path in LOCALES.glob("*/LC_MESSAGES/*")) == ["linewalker.mo", "linewalker.po"]
