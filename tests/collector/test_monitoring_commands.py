"""`linewalker rules` and `linewalker dashboards` as programs: what they print and write, and what they refuse."""

import json
from pathlib import Path

import yaml

from tests.exporters.rules.monitored import NETWORK, POLICY
from tests.typed import typed


def network(folder: Path) -> Path:
    (folder / "policy.yaml").write_text(POLICY, "utf-8")
    (folder / "linewalker.yaml").write_text(NETWORK, "utf-8")
    return folder


def test_rules_are_printed_or_written_into_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    printed = typed(network(tmp_path), "rules")
    assert printed.returncode == 0, printed.stderr
    assert yaml.safe_load(printed.stdout)["groups"]
    done = typed(tmp_path, "rules", "-o", "r.yaml")
    assert "promtool check rules r.yaml" in done.stdout
    assert (tmp_path / "r.yaml").read_text("utf-8") == printed.stdout
    refused = typed(tmp_path, "rules", "-o", "r.yaml")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "r.yaml exists already; choose another name, or overwrite it with --force\n"
    (tmp_path / "r.yaml").write_text("old", "utf-8")
    assert typed(tmp_path, "rules", "-o", "r.yaml", "--force").returncode == 0
    assert (tmp_path / "r.yaml").read_text("utf-8") == printed.stdout


def test_people_who_are_told_read_chinese_unless_they_ask_for_english(tmp_path: Path) -> None:
    assert "线路{{ $labels.name }}中断" in typed(network(tmp_path), "rules", lang="zh").stdout


def test_dashboards_are_written_all_or_none(tmp_path: Path) -> None:
    done = typed(network(tmp_path), "dashboards", "-o", "deep/er")
    assert done.returncode == 0, done.stderr
    names = [Path(line).name for line in done.stdout.splitlines()]
    assert sorted(names) == sorted(path.name for path in (tmp_path / "deep/er").iterdir())
    assert {json.loads((tmp_path / "deep/er" / name).read_text("utf-8"))["uid"] for name in names} == {
        "linewalker-now", "linewalker-year", "linewalker-circuit", "linewalker-collector",
    }  # fmt: skip
    for name in names[:-1]:
        (tmp_path / "deep/er" / name).unlink()
    refused = typed(tmp_path, "dashboards", "-o", "deep/er")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "exists already" in refused.stderr
    assert [path.name for path in (tmp_path / "deep/er").iterdir()] == names[-1:]
    assert typed(tmp_path, "dashboards", "-o", "deep/er", "--force").returncode == 0
    assert len([*(tmp_path / "deep/er").iterdir()]) == 4


def test_dashboards_go_into_a_folder_of_their_own_by_default(tmp_path: Path) -> None:
    assert typed(network(tmp_path), "dashboards").returncode == 0
    assert len([*(tmp_path / "dashboards").glob("*.json")]) == 4


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (network(tmp_path) / "taken").write_text("", "utf-8")
    for folder in ("taken", "taken/in"):
        refused = typed(tmp_path, "dashboards", "-o", folder)
        assert refused.returncode == 2
        assert f"the folder {folder} cannot be made" in refused.stderr
    refused = typed(tmp_path, "rules", "-o", "nowhere/r.yaml")
    assert refused.returncode == 2
    assert "there is no folder nowhere" in refused.stderr


def test_without_a_configuration_it_is_said_where_one_is_expected(tmp_path: Path) -> None:
    for command in ("rules", "dashboards"):
        refused = typed(tmp_path, command)
        assert refused.returncode == 2
        assert refused.stderr
        assert not (tmp_path / "dashboards").exists()
