"""`outages`, `days`, `indicators` and `explain` as people and programs read them: one day, reckoned by hand."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from collector.cli import main
from tests.collector.judging.one_day import one_day
from tests.practice import linewalker

DAY, HOUR = 86_400, 3600
_OVER = ("--from", "2026-03-02", "--to", "2026-03-03")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("day")
    one_day(folder).ledger.close()
    return folder


def _run(place: Path, *words: str | Path, lang: str) -> Result:
    given = ("-c", place / "network.yaml", "--data", place)
    return CliRunner().invoke(main, [*map(str, (*words, *given))], env={"LINEWALKER_LANG": lang})


def _asked(place: Path, *words: str | Path, lang: str = "en", over: tuple[str, ...] = _OVER) -> str:
    done = _run(place, *words, *over, lang=lang)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def _refused(place: Path, *words: str | Path, lang: str = "en") -> str:
    done = _run(place, *words, lang=lang)
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr.strip()


def _measures(place: Path, *words: str) -> dict[tuple[str, str, str, str], dict[str, Any]]:
    rows = json.loads(_asked(place, "indicators", "--json", *words))["measures"]
    return {(one["indicator"], one["kind"], one["subject"], one["view"]): one for one in rows}


def _at(time: str, day: str = "02") -> str:
    return f"2026-03-{day}T{time}.000000+08:00"


def test_an_outage_is_told_with_the_bounds_of_its_edges(place: Path) -> None:
    told = json.loads(_asked(place, "outages", "--circuit", "c", "--view", "line", "--json"))
    assert told == {
        "outages": [
            {
                "subject": "c",
                "view": "line",
                "start": _at("06:00:00"),
                "start_after": _at("05:59:50"),
                "start_before": _at("06:00:02"),
                "end": _at("07:00:00"),
                "end_after": _at("06:59:50"),
                "end_before": _at("07:00:02"),
                "seconds": 3600.0,
                "unknown_seconds": 0.0,
                "reason": "no answer",
                "fault": "c@1772402400",
                "party": "",
                "party_by": [],
                "proposal": None,
                "speaks_for_it": [],
            }
        ]
    }


def test_what_is_down_behind_its_upstream_is_an_outage_for_the_users_and_none_of_the_line(
    place: Path,
) -> None:
    told = json.loads(_asked(place, "outages", "--circuit", "a", "--json"))["outages"]
    assert [(one["view"], one["start"], one["seconds"]) for one in told] == [
        ("business", _at("12:00:00"), 600.0)
    ]


def test_outages_of_a_group_are_those_of_its_members(place: Path) -> None:
    told = csv.DictReader(io.StringIO(_asked(place, "outages", "--group", "branch", "--csv")))
    assert {(row["subject"], row["view"]) for row in told} == {
        ("a", "business"),
        ("c", "line"),
        ("c", "business"),
    }
    assert _asked(place, "outages", "--group", "depot") == ""


def test_days_have_a_verdict_of_each_subject_and_of_each_group(place: Path) -> None:
    whom = ("--circuit", "a", "--circuit", "c", "--group", "branch", "--group", "depot")
    told = json.loads(_asked(place, "days", *whom, "--json"))["days"]
    found = {(one["kind"], one["subject"], one["view"]): one for one in told}
    assert found["circuits", "c", "line"] == {
        "kind": "circuits",
        "subject": "c",
        "view": "line",
        "day": "2026-03-02",
        "verdict": "not normal",
        "counted_seconds": 86400.0,
        "down_seconds": 3600.0,
        "unknown_seconds": 0.0,
        "limit_seconds": 864.0,
    }
    assert found["circuits", "a", "line"]["unknown_seconds"] == 600.0
    assert found["circuits", "a", "business"]["verdict"] == "normal"  # 600 of 864 s
    # Four lines may be down for 3456 s together.
    assert found["circuits", "branch", "line"]["verdict"] == "not normal"
    assert found["circuits", "depot", "line"]["verdict"] == "normal"


def test_a_day_that_nobody_watched_is_undecided(place: Path) -> None:
    over = ("--from", "2026-03-04", "--to", "2026-03-05")
    told = json.loads(_asked(place, "days", "--circuit", "c", "--json", over=over))["days"]
    assert {one["verdict"] for one in told} == {"undecided"}
    row = next(csv.DictReader(io.StringIO(_asked(place, "indicators", "--circuit", "c", "--csv", over=over))))
    assert (row["indicator"], row["value"], row["coverage"], row["sufficient"]) == (
        "availability", "", "0.0", "False",
    )  # fmt: skip


def test_a_measure_has_the_shape_that_others_build_on(place: Path) -> None:
    one = _measures(place, "--circuit", "c", "--indicator", "availability")[
        "availability", "circuits", "c", "line"
    ]
    assert len(one.pop("policy")) == 64
    assert one == {
        "indicator": "availability",
        "kind": "circuits",
        "subject": "c",
        "view": "line",
        "from": "2026-03-02T00:00:00+08:00",
        "to": "2026-03-03T00:00:00+08:00",
        "value": 23 / 24,
        "lower": 23 / 24,
        "upper": 23 / 24,
        "coverage": 1.0,
        "sufficient": True,
        "basis": "measured",
        "unit": "ratio",
        "formula": "availability/1",
        "policy_name": "default",
        "target": None,
        "evidence": {
            "up_seconds": 82800.0,
            "down_seconds": 3600.0,
            "unknown_seconds": 0.0,
            "attested_up_seconds": 0.0,
            "attested_down_seconds": 0.0,
        },
    }


def test_figures_of_a_group_are_reckoned_over_all_its_lines(place: Path) -> None:
    found = _measures(place, "--group", "branch")
    line, business = (found["availability", "circuits", "branch", view] for view in ("line", "business"))
    watched = 4 * DAY - 600  # ten minutes of line a lie behind its upstream
    assert line["value"] == pytest.approx((watched - HOUR) / watched)
    assert line["lower"] == pytest.approx((watched - HOUR) / (4 * DAY))
    assert line["upper"] == pytest.approx((watched - HOUR + 600) / (4 * DAY))
    assert business["value"] == business["upper"] == pytest.approx((4 * DAY - HOUR - 600) / (4 * DAY))
    assert found["fault_rate_lines", "circuits", "branch", "line"]["value"] == 0.25
    assert found["restored_within", "circuits", "branch", "business"]["evidence"]["good"] == 2
    assert found["mttr", "circuits", "branch", "business"]["value"] == (HOUR + 600) / 2
    assert found["mtbf", "circuits", "branch", "line"]["value"] == watched - HOUR


def test_indicators_without_a_name_are_of_every_group_and_of_everybody(place: Path) -> None:
    found = _measures(place, "--indicator", "availability", "--carrier", "ct")
    assert {subject for _, _, subject, _ in found} == {"ct"}
    found = _measures(place, "--indicator", "availability")
    assert {subject for _, kind, subject, _ in found if kind == "circuits"} == {"branch", "depot", "all"}


def test_tables_are_in_the_readers_words_and_round_towards_the_bad_side(place: Path) -> None:
    words = ("indicators", "--circuit", "c", "--indicator", "availability")
    english = _asked(place, *words)
    assert "95.83 %" in english  # 0.958333…
    assert "95.83 % … 95.84 %" in english
    chinese = _asked(place, *words, lang="zh").splitlines()
    assert chinese[0].split()[:4] == ["指标", "类别", "对象", "视角"]
    assert chinese[2].split()[:5] == ["可用率", "线路", "c", "线路", "实测"]
    days = _asked(place, "days", "--circuit", "c", lang="zh")
    assert "不正常" in days
    assert "无应答" in _asked(place, "outages", "--circuit", "c", lang="zh")


def test_a_policy_of_ones_own_gives_both_results_where_nobody_adopted_it(place: Path, tmp_path: Path) -> None:
    policy = tmp_path / "strict.yaml"
    policy.write_text("name: strict\nrestore_within: 30min\n", encoding="utf-8")
    rows = json.loads(
        _asked(
            place,
            "indicators",
            "--circuit",
            "c",
            "--indicator",
            "restored_within",
            "--json",
            "--policy",
            policy,
        )
    )["measures"]
    told = {(one["view"], one["policy_name"]): one["value"] for one in rows}
    assert told == {
        ("line", "strict"): 0.0,
        ("line", "default"): 1.0,
        ("business", "strict"): 0.0,
        ("business", "default"): 1.0,
    }


def test_explain_walks_from_a_figure_to_the_packets(place: Path) -> None:
    [told] = json.loads(_asked(place, "explain", "availability", "--circuit", "c", "--json"))["explanations"]
    assert told["measure"]["value"] == 23 / 24
    [outage] = told["outages"]
    assert (outage["seconds"], outage["reason"]) == (3600.0, "no answer")
    assert [(run["state"], run["start"], run["end"]) for run in outage["runs"]] == [
        ("up", _at("00:00:00"), _at("06:00:00")),
        ("down", _at("06:00:00"), _at("07:00:00")),
        ("up", _at("07:00:00"), None),
    ]
    packets = outage["runs"][1]["packets"]
    assert [(one["sent"], one["count"], one["by"]) for one in packets] == [
        (_at("05:59:50"), 1, "10.1.0.3"),
        (_at("06:00:00"), 1, ""),
        (_at("06:00:01"), 1, ""),
    ]
    assert [one["received"] for one in packets] == ["2026-03-02T05:59:50.005000+08:00", None, None]
    assert told["checks"] == [
        {"id": told["checks"][0]["id"], "probe": "icmp", "address": "c", "source": "", "vantage": "centre"}
    ]
    assert [one["day"] for one in told["seals"]] == [_at("00:00:00")]
    assert told["unknown_seconds"] == {}


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "zh",
            (
                "  U 正常秒数 = 82,800 秒（23:00:00）",
                "  D 中断秒数 = 3,600 秒（1:00:00）",
                "  值 = U ÷ (U + D) = 82,800 ÷ (82,800 + 3,600) = 0.958333333333 → 95.83 %",
                "  上界 = (U + K) ÷ (U + D + K) = (82,800 + 0) ÷ (82,800 + 3,600 + 0) = 0.958333333333 → 95.84 %",
            ),
        ),
        (
            "en",
            (
                "  U up seconds = 82,800 s (23:00:00)",
                "  D down seconds = 3,600 s (1:00:00)",
                "  value = U ÷ (U + D) = 82,800 ÷ (82,800 + 3,600) = 0.958333333333 → 95.83 %",
                "  lower end = U ÷ (U + D + K) = 82,800 ÷ (82,800 + 3,600 + 0) = 0.958333333333 → 95.83 %",
            ),
        ),
    ],
)
def test_the_arithmetic_can_be_reckoned_again(place: Path, lang: str, lines: tuple[str, ...]) -> None:
    text = _asked(place, "explain", "availability", "--circuit", "c", lang=lang)
    for line in lines:
        assert line in text.splitlines()


def test_explain_walks_from_the_figure_of_a_group_to_its_members_and_their_packets(place: Path) -> None:
    lines, services = json.loads(_asked(place, "explain", "availability", "--group", "branch", "--json"))[
        "explanations"
    ]
    measure = _measures(place, "--group", "branch")["availability", "circuits", "branch", "line"]
    assert lines["measure"] == measure
    members = lines["members"]
    assert members[0] == {
        "subject": "c",
        "up_seconds": 82800.0,
        "down_seconds": 3600.0,
        "unknown_seconds": 0.0,
        "faults": 1,
    }
    assert [one["subject"] for one in members] == ["c", "a", "b", "d"]
    for name in ("up_seconds", "down_seconds", "unknown_seconds"):
        assert sum(one[name] for one in members) == measure["evidence"][name]
    [outage] = lines["outages"]
    assert (outage["subject"], outage["runs"][1]["packets"][0]["by"]) == ("c", "10.1.0.3")
    assert [(one["subject"], one["cause"]) for one in lines["unknown"]] == [("a", "upstream")]
    assert services["measure"]["kind"] == "services"
    assert [one["subject"] for one in services["members"]] == ["own", "derived"]


def test_a_groups_walk_names_who_is_meant_and_leaves_out_what_is_too_much(place: Path) -> None:
    text = _asked(place, "explain", "fault_rate", "--group", "branch", "--most", "1", lang="zh")
    assert "  对象: branch branch (线路 × 4)" in text
    assert "  c 线路c：正常 23:00:00，中断 1:00:00，未监测 0:00:00，故障 1 次" in text
    assert "线路a：" not in text
    assert "  1) c  2026-03-02T06:00:00" in text
    business = _asked(
        place, "explain", "fault_rate", "--group", "branch", "--view", "business", "--most", "1"
    )
    assert "1 shorter ones are left out here; `linewalker outages` lists all" in business


def test_of_a_member_only_the_days_count_on_which_it_belonged_to_the_group(
    place: Path, tmp_path: Path
) -> None:
    """Line c is in `branch` on the day of its outage, and in `depot` from the next day on."""
    moved = tmp_path / "network.yaml"
    written = (place / "network.yaml").read_text("utf-8")
    line = next(one for one in written.splitlines() if "id: c," in one)
    changed = f"{line.removesuffix('}')}, changes: [{{from: 2026-03-03, group: depot}}]}}"
    moved.write_text(written.replace(line, changed), "utf-8")
    over = ("--from", "2026-03-02", "--to", "2026-03-04", "-c", str(moved), "--data", str(place), "--json")
    found = {}
    for group in ("branch", "depot"):
        words = ["explain", "availability", "--group", group, *over]
        done = CliRunner().invoke(main, words, env={"LINEWALKER_LANG": "en"})
        found[group] = json.loads(done.stdout)["explanations"][0]
    assert [one["subject"] for one in found["branch"]["outages"]] == ["c"]
    assert found["depot"]["outages"] == []
    in_branch, in_depot = (
        next(one for one in found[group]["members"] if one["subject"] == "c") for group in ("branch", "depot")
    )
    assert (in_branch["down_seconds"], in_branch["unknown_seconds"]) == (HOUR, 0)
    assert (in_depot["down_seconds"], in_depot["faults"]) == (0, 0)
    assert in_depot["up_seconds"] + in_depot["unknown_seconds"] == DAY
    for one in found.values():
        told = sum(one["unknown_seconds"].values())
        assert told == one["measure"]["evidence"]["unknown_seconds"]
        gaps = {gap["subject"] for gap in one["unknown"] if gap["start"] < _at("00:00:00", "03")}
        assert "c" not in gaps


def test_what_stands_now_is_told_of_no_window_that_is_over(place: Path) -> None:
    assert _measures(place, "--group", "branch", "--indicator", "circuits_up_now") == {}
    rows = json.loads(
        _asked(place, "indicators", "--group", "branch", "--indicator", "circuits_up_now", "--json", over=())
    )["measures"]
    assert {one["unit"] for one in rows} == {"circuits"}


def test_time_behind_an_upstream_is_told_as_not_known(place: Path) -> None:
    text = _asked(place, "explain", "availability", "--circuit", "a", lang="zh")
    assert "上级节点当时中断或未监测，其后的中断不作判断: 0:10:00" in text
    business = _asked(place, "explain", "availability", "--circuit", "a", "--view", "business", lang="zh")
    assert "视角: 业务视角" in business
    assert "值 = U ÷ (U + D) = 85,800 ÷ (85,800 + 600)" in business


@pytest.mark.parametrize(
    ("indicator", "subject", "worked"),
    [
        ("normal_days", "c", "decided days − not normal days = 1 − 1 = 0 → 0"),
        ("mttr", "c", "clock seconds ÷ faults = 3,600 ÷ 1 = 3600 → 1:00:00"),
        ("mtbf", "c", "U ÷ faults = 82,800 ÷ 1 = 82800 → 23:00:00"),
        ("restored_within", "c", "good ÷ (good + bad) = 1 ÷ (1 + 0) = 1 → 100.00 %"),
        ("connected_ratio", "own", "met ÷ planned = 1 ÷ 1 = 1 → 100.00 %"),
    ],
)
def test_each_formula_is_shown_with_its_numbers(
    place: Path, indicator: str, subject: str, worked: str
) -> None:
    text = _asked(place, "explain", indicator, "--subject", subject)
    assert f"  value = {worked}" in text.splitlines()


def test_what_has_no_value_has_no_arithmetic(place: Path) -> None:
    text = _asked(place, "explain", "failover", "--subject", "derived")
    assert "  value: —" in text.splitlines()
    assert "÷" not in text.partition("3. The arithmetic")[2].partition("4. The outages")[0]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("outages", "--circuit", "nobody"), "there is no subject nobody in the configuration"),
        (("days", "--group", "nowhere"), "there is no group nowhere in the configuration"),
        (("indicators", "--subject", "nobody"), "there is no subject nobody in the configuration"),
        (("indicators", "--carrier", "xx"), "there is no carrier xx in the configuration"),
        (
            ("indicators", "--indicator", "availabilty"),
            "there is no indicator availabilty; did you mean availability?",
        ),
        (
            ("explain", "availabilty", "--circuit", "c"),
            "there is no indicator availabilty; did you mean availability?",
        ),
        (
            ("explain", "availability", "--circuit", "nobody"),
            "there is no subject nobody in the configuration",
        ),
        (("explain", "availability", "--group", "nowhere"), "there is no group nowhere in the configuration"),
        (
            ("explain", "availability"),
            "whose figure is meant? expected one of --circuit, --subject and --group",
        ),
        (
            ("explain", "availability", "--circuit", "c", "--group", "branch"),
            "whose figure is meant? expected one of --circuit, --subject and --group",
        ),
        (
            ("explain", "circuits_up_now", "--group", "branch", "--to", "2026-03-03"),
            "circuits_up_now tells how things stand now; expected a period that is not over",
        ),
        (
            ("explain", "connected_ratio", "--circuit", "c"),
            "connected_ratio is not made of c in this view; see `linewalker indicators`",
        ),
        (
            ("outages", "--from", "2026-03-03", "--to", "2026-03-02"),
            "the period ends before it begins: --from 2026-03-03 --to 2026-03-02",
        ),
        (
            ("days", "--from", "yesterday"),
            "yesterday is not a time; write 2026-03-01, 2026-03-01T08:00 or 2026-03-01T08:00:00+08:00",
        ),
        (
            ("indicators", "--policy", "/nowhere.yaml"),
            "the policy /nowhere.yaml cannot be read: No such file",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_one_sentence(
    place: Path, words: tuple[str, ...], problem: str
) -> None:
    assert problem in _refused(place, *words)


def test_a_refusal_is_in_chinese_too(place: Path, tmp_path: Path) -> None:
    assert "配置中没有分组 nowhere" in _refused(place, "days", "--group", "nowhere", lang="zh")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("restore_within: soon\n", encoding="utf-8")
    assert f"{wrong}:1: restore_within" in _refused(place, "indicators", "--policy", wrong, lang="zh")


def test_a_program_of_its_own_prints_and_refuses_the_same(place: Path) -> None:
    given = ("-c", place / "network.yaml", "--data", place)
    words = ("outages", "--circuit", "c", "--json")
    done = linewalker(*words, *_OVER, *given)
    assert (done.returncode, done.stdout, done.stderr) == (0, _asked(place, *words), "")
    refused = linewalker("explain", "availabilty", "--circuit", "c", *given, lang="zh")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "没有指标 availabilty；是否指 availability？\n"
