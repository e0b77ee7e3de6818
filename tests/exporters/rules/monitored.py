"""A network to make rules of, and promtool to try them: series as it would have stored them; no tests here."""

import datetime as dt
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from config.load import load
from config.model import Config
from exporters.rules.made import rules
from tests.config.written import HEAD
from tests.programs import needed

TODAY = dt.date(2026, 3, 1)
POLICY = "name: test\nconfirm_down: 30s\nconfirm_up: 30s\nmin_coverage: 95 %\n"
NETWORK = (
    HEAD.replace("vantage: {", "vantage: {clock: 10.0.0.1, ")
    + """\
policy: policy.yaml
groups: [{id: branch, name: 市县}, {id: core, name: 中心}]
circuits:
  - {id: a, name: 甲线, group: branch, carrier: ct, termination_a: centre, termination_z: haikou, cid: CT-1,
     address: 10.64.0.2, path: direct, commit_rate: 10M, interface: router/GigabitEthernet0/0/1,
     changes: [{from: 2026-02-01, commit_rate: 20M}]}
  - {id: b.2, name: 乙线, group: branch, carrier: cm, termination_a: centre, termination_z: haikou,
     address: 10.64.0.6}
  - {id: gone, name: 停用, group: branch, carrier: ct, termination_a: centre, termination_z: haikou,
     address: 10.64.0.10, path: direct, in_service_until: 2026-01-01}
services:
  - {id: haikou, name: 海口, group: branch, check: {address: 10.20.0.2}, circuits: [a, b.2]}
devices:
  - {id: router, name: 路由器, group: core, check: {probe: snmp, address: 10.0.0.2, community: "env:C"}}
systems:
  - {id: portal, name: 门户, group: core, check: {probe: http, url: "https://10.0.3.1/", certificate_days: 20}}
traps: {communities: ["env:C"]}
alerts: {receivers: [{id: duty, command: [/bin/true]}]}
targets:
  - {indicator: availability, group: branch, value: 99, unit: "%"}
  - {indicator: fault_rate, group: branch, value: 1, unit: "%"}
  - {indicator: normal_days, group: branch, value: 360, unit: 天}
  - {indicator: restored_within, group: branch, value: 95, unit: "%"}
  - {indicator: circuits_normal, group: branch, value: 45, unit: 条}
"""
)
OF = 'job="linewalker",instance="lw:8470"'
STEP = 10  # seconds between two samples, and two evaluations
GONE = "stale"  # from here on Prometheus knows that there is no sample


def configured(folder: Path, network: str = NETWORK) -> Config:
    (folder / "policy.yaml").write_text(POLICY, "utf-8")
    (folder / "network.yaml").write_text(network, "utf-8")
    return load(folder / "network.yaml")


def rule_file(folder: Path, network: str = NETWORK, lang: str = "en") -> str:
    return rules(configured(folder, network), TODAY, lang)


def rules_in(text: str) -> list[dict[str, Any]]:
    """Every rule of a file."""
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def series(metric: str, values: str, **labels: str) -> tuple[str, str]:
    """A series of the collector, with values as promtool reads them: `1x3` is 1 four times."""
    pairs = "".join(f',{name}="{value}"' for name, value in labels.items())
    return f"linewalker_{metric}{{{OF}{pairs}}}", values


LINE = {"circuit": "a", "group": "branch", "carrier": "ct", "site": "haikou"}
INFO = {
    "circuit": "a",
    "name": "甲线",
    "site_name": "海口",
    "carrier_name": "电信",
    "cid": "CT-1",
    "path": "direct",
}
FIRES = {"job": "linewalker", "instance": "lw:8470", **LINE, **INFO, "severity": "warning"}
SUBJECTS = "circuit, service, device, system, indicator, subject, kind, view, reason, round, receiver"


@dataclass(frozen=True)
class Case:
    """What was scraped, and what fires when: seconds from the begin, and the labels of all that does."""

    name: str
    scraped: Sequence[tuple[str, str]]
    firing: Mapping[int, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    alerts: Sequence[Mapping[str, Any]] = ()
    found: Sequence[Mapping[str, Any]] = ()

    def told(self) -> dict[str, Any]:
        """As promtool reads it."""
        expr = f'sum by (alertname, {SUBJECTS}) (ALERTS{{alertstate="firing"}})'
        return {
            "name": self.name,
            "interval": f"{STEP}s",
            "input_series": [{"series": name, "values": values} for name, values in self.scraped],
            "alert_rule_test": list(self.alerts),
            "promql_expr_test": [
                {
                    "expr": expr,
                    "eval_time": f"{at}s",
                    "exp_samples": [{"labels": written(one), "value": 1} for one in firing],
                }
                for at, firing in self.firing.items()
            ]
            + list(self.found),
        }


def written(labels: Mapping[str, str]) -> str:
    """Labels as PromQL writes them."""
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"


def promtool(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [needed("promtool"), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={},
    )


def try_out(folder: Path, text: str, cases: Sequence[Case]) -> None:
    """Have promtool hold these rules against what was scraped."""
    (folder / "rules.yaml").write_text(text, "utf-8")
    tests = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": f"{STEP}s",
        "tests": [one.told() for one in cases],
    }
    (folder / "tests.yaml").write_text(yaml.safe_dump(tests, allow_unicode=True), "utf-8")
    done = promtool(folder, "test", "rules", "tests.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def around(*, watching: str = "1x200", up: str = "1x200", info: str = "1x200") -> list[tuple[str, str]]:
    """What stands beside the series of a case: the service is scraped and watches, and line `a` is configured."""
    return [
        (f"up{{{OF}}}", up),
        series("watching", watching),
        series("clock_offset_seconds", watching.replace("1", "0")),
        series("circuit_info", info, **INFO),
    ]
