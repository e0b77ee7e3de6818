"""Dashboards as JSON: held against the model that Grafana publishes, because no Grafana is at hand."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from config.load import load
from exporters.dashboards.made import dashboards, files
from exporters.dashboards.panel import SCHEMA
from exporters.rules.made import rules
from exporters.words import words
from tests.config.written import HEAD
from tests.exporters.dashboards.drawn import filled, queries
from tests.exporters.rules.monitored import TODAY, configured, rules_in
from tests.exporters.rules.test_rule_file import LINES, METRIC, RECORDED
from tests.test_docs import read_of_devices, told

UIDS = ["linewalker-now", "linewalker-year", "linewalker-circuit", "linewalker-collector"]
KINDS = {"stat", "timeseries", "table", "state-timeline"}
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


@pytest.fixture
def made(tmp_path: Path) -> list[dict[str, Any]]:
    return dashboards(configured(tmp_path), "en")


def test_each_can_be_loaded_by_its_uid_and_holds_nothing_but_json(tmp_path: Path) -> None:
    written = files(configured(tmp_path), "zh")
    assert list(written) == [f"{uid}.json" for uid in UIDS]
    for name, content in written.items():
        read = json.loads(content)
        assert f"{read['uid']}.json" == name
        assert len(read["uid"]) <= 40
        assert (read["id"], read["schemaVersion"]) == (None, SCHEMA)
        assert "://" not in content.decode()
    assert written == files(configured(tmp_path), "zh")


def lost(written: Any, read: Any, place: str = "") -> Iterator[str]:
    """The places of what was written and is not there, or another, where it was read by somebody else's model."""
    if isinstance(written, dict):
        for key, value in written.items():
            if value is not None or key in read:
                yield from lost(value, read.get(key), f"{place}.{key}") if key in read else [f"{place}.{key}"]
    elif isinstance(written, list):
        assert len(written) == len(read), place
        for one, other in zip(written, read, strict=True):
            yield from lost(one, other, place)
    elif written != read:
        yield place


def test_every_key_and_value_is_known_to_grafanas_own_model(made: list[dict[str, Any]]) -> None:
    register_default_plugins()
    for one in made:
        read = json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(one)))
        # Both are kept by Grafana beside its published model: what a variable asks, and that a gap is one.
        assert set(lost(one, read)) <= {
            ".templating.list.definition",
            ".panels.fieldConfig.defaults.custom.spanNulls",
        }
    assert list(lost({"a": [{"b": 1, "c": 2}]}, {"a": [{"b": 2}]})) == [".a.b", ".a.c"]


def test_panels_fit_beside_each_other_and_none_lies_on_another(made: list[dict[str, Any]]) -> None:
    for one in made:
        taken: set[tuple[int, int]] = set()
        assert len(one["panels"]) <= 12
        assert [panel["id"] for panel in one["panels"]] == list(range(1, len(one["panels"]) + 1))
        for panel in one["panels"]:
            place = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert place["x"] + place["w"] <= 24
            assert not taken & cells, panel["title"]
            taken |= cells


def test_every_panel_asks_the_source_that_is_chosen(made: list[dict[str, Any]]) -> None:
    for one in made:
        assert one["templating"]["list"][0]["type"] == "datasource"
        for panel in one["panels"]:
            assert panel["type"] in KINDS
            assert panel["datasource"] == SOURCE
            assert [target["datasource"] for target in panel["targets"]] == [SOURCE] * len(panel["targets"])
            assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


def test_no_gap_is_drawn_over_and_what_is_not_known_is_a_dash(made: list[dict[str, Any]]) -> None:
    for one in made:
        for panel in one["panels"]:
            defaults = panel["fieldConfig"]["defaults"]
            assert defaults["noValue"] == "—"
            if panel["type"] in {"timeseries", "state-timeline"}:
                assert defaults["custom"]["spanNulls"] is False
    assert not [expr for one in made for _, expr in queries(one) if "or vector" in expr or "absent" in expr]


def test_every_variable_that_is_asked_for_can_be_chosen(made: list[dict[str, Any]]) -> None:
    for one in made:
        known = {variable["name"] for variable in one["templating"]["list"]} | {"__range"}
        for _, expr in queries(one):
            assert set(re.findall(r"\$(\w+)", expr)) <= known
            assert "$" not in filled(expr, circuit="a")


def test_every_metric_is_one_that_the_service_tells_or_a_rule_records(tmp_path: Path) -> None:
    config = configured(tmp_path)
    recorded = {rule["record"] for rule in rules_in(rules(config, TODAY, "en")) if "record" in rule}
    asked = "\n".join(expr for one in dashboards(config, "en") for _, expr in queries(one))
    assert set(RECORDED.findall(asked)) <= recorded
    assert set(METRIC.findall(RECORDED.sub("", asked))) <= told().keys() | read_of_devices().keys()


def test_titles_are_in_the_language_asked_for(tmp_path: Path) -> None:
    for one in dashboards(configured(tmp_path), "zh"):
        for title in (one["title"], *(panel["title"] for panel in one["panels"])):
            assert re.search("[一-龥]", title), title
    assert words("zh")("circuits down") != "circuits down"


def test_what_a_configuration_has_not_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(HEAD + LINES, "utf-8")
    asked = [expr for one in dashboards(load(tmp_path / "small.yaml"), "en") for _, expr in queries(one)]
    assert not [
        expr for expr in asked if re.search("_system_|_device_|_service_|_traps_|_clock_|octets", expr)
    ]


def test_a_line_whose_path_is_not_proven_is_marked(made: list[dict[str, Any]]) -> None:
    tables = [
        panel
        for one in made
        for panel in one["panels"]
        if any("circuit_info" in target["expr"] for target in panel["targets"]) and panel["type"] == "table"
    ]
    assert len(tables) == 2
    for panel in tables:
        [marked] = [one for one in panel["fieldConfig"]["overrides"] if one["matcher"]["options"] == "path"]
        assert marked["properties"][0]["value"][0]["options"]["unproven"]["text"] == "path unproven"


def test_groups_and_carriers_are_called_by_their_names(made: list[dict[str, Any]]) -> None:
    text = json.dumps(made[0], ensure_ascii=False)
    assert '{"id": "displayName", "value": "市县"}' in text
    assert '{"id": "displayName", "value": "电信"}' in text
