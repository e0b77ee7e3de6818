"""The rule file as a whole: what promtool says of it, what is in it of which configuration, and only real metrics."""

import datetime as dt
import re
from itertools import pairwise
from pathlib import Path

import pytest

from config.load import load
from exporters.rules.made import rules
from tests.config.written import HEAD
from tests.exporters.rules.monitored import NETWORK, TODAY, configured, promtool, rule_file, rules_in
from tests.practice import TRANSPORT
from tests.test_docs import METRICS, read_of_devices, told

RECORDED = re.compile(r"\b\w+:linewalker_\w+:\w+")
METRIC = re.compile(r"\blinewalker_\w+")
LINES = """\
circuits:
  - {id: a, name: 甲线, group: branch, carrier: ct, termination_a: centre, termination_z: haikou, address: 10.64.0.2}
"""
# With a certificate of every kind.
LONG = (
    NETWORK.replace("check: {address: 10.20.0.2}", 'check: {probe: http, url: "https://10.20.0.2/"}')
    .replace(
        "devices:\n", 'devices:\n  - {id: box, name: 盒, check: {probe: http, url: "https://10.0.0.3/"}}\n'
    )
    .replace("address: 10.64.0.6}", 'address: 10.64.0.6, check: {probe: http, url: "https://10.64.0.6/"}}')
)


def names(text: str) -> set[str]:
    return {rule.get("alert") or rule["record"] for rule in rules_in(text)}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_promtool_finds_nothing_wrong(lang: str, tmp_path: Path) -> None:
    for number, config in enumerate((configured(tmp_path), load(TRANSPORT))):
        text = rules(config, TODAY, lang)
        (tmp_path / f"{number}.yaml").write_text(text, "utf-8")
        done = promtool(tmp_path, "check", "rules", "--lint-fatal", f"{number}.yaml")
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"SUCCESS: {len(rules_in(text))} rules found" in done.stdout


def test_the_same_configuration_gives_the_same_file(tmp_path: Path) -> None:
    assert rule_file(tmp_path) == rule_file(tmp_path)


def test_every_metric_in_it_is_one_that_the_service_tells_or_a_rule_records(tmp_path: Path) -> None:
    text = "\n".join(rule["expr"] for rule in rules_in(rule_file(tmp_path)))
    recorded = {rule["record"] for rule in rules_in(rule_file(tmp_path)) if "record" in rule}
    assert set(RECORDED.findall(text)) <= recorded
    assert set(METRIC.findall(RECORDED.sub("", text))) <= told().keys() | read_of_devices().keys()


def test_every_alert_is_documented_and_no_other(tmp_path: Path) -> None:
    made = names(rule_file(tmp_path, LONG))
    written = set(re.findall(r"`(Linewalker\w+)`", METRICS.read_text("utf-8")))
    assert {name for name in made if name.startswith("Linewalker")} == written


def test_every_recorded_sum_is_documented_by_group(tmp_path: Path) -> None:
    made = {name for name in names(rule_file(tmp_path)) if name.startswith("group:")}
    assert made == set(re.findall(r"`(group:\w+:\w+)`", METRICS.read_text("utf-8")))


def test_what_a_configuration_has_not_has_no_rule(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(HEAD + LINES, "utf-8")
    found = names(rules(load(tmp_path / "small.yaml"), TODAY, "en"))
    assert {"LinewalkerCircuitDown", "LinewalkerNotWatching", "group:linewalker_circuit_up:sum"} <= found
    for missing in (
        "Service",
        "Device",
        "System",
        "Certificate",
        "Clock",
        "Traps",
        "AlertsFailing",
        "Missed",
        "Coverage",
        "Full",
    ):
        assert not [name for name in found if missing in name], missing


def test_a_file_tells_in_comments_what_each_rule_means(tmp_path: Path) -> None:
    lines = rule_file(tmp_path, lang="zh").splitlines()
    for above, line in pairwise(lines):
        if re.match(r"\s*- (alert|record|name): ", line):
            assert re.match(r"\s*# .*[一-龥]", above), line


def test_an_organisation_with_a_line_feed_or_braces_spoils_nothing(tmp_path: Path) -> None:
    odd = LONG.replace("name: 市县", 'name: "{{ 市\\n县 }} \\"x\\" \\\\ %"')
    text = rule_file(tmp_path, odd.replace("organisation: ", 'organisation: "a\\nb: c" # ', 1))
    (tmp_path / "odd.yaml").write_text(text, "utf-8")
    assert promtool(tmp_path, "check", "rules", "odd.yaml").returncode == 0


def test_lines_come_and_go_and_change_their_rate_by_the_day(tmp_path: Path) -> None:
    config = configured(tmp_path)
    now, before = rules(config, TODAY, "en"), rules(config, dt.date(2025, 12, 1), "en")
    assert "/ 20000000" in now
    assert "/ 10000000" in before
    assert 'circuit!~"gone"' in now
    assert 'circuit!~"gone"' not in before
