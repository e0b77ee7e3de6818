"""The documents are true: commands, settings, metrics, examples, links and make targets are held against the program.

What a document says beside these is for people to judge.
"""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
import yaml
from pydantic import BaseModel, TypeAdapter

from collector.cli import main
from collector.commands.practice import EXAMPLE
from collector.subjects import subjects
from config.asked import ANY_KEYS, EVERY_ROUND, KEYS_OF
from config.calendars import read_year
from config.checking import check
from config.contracts import is_contracts
from config.form_mapping import FormMapping
from config.keys import fields, model_of
from config.load import load
from config.model import Network
from config.plan import Plan, is_plan
from config.plan_rules import IDS
from config.policy import is_policy, read_policy
from config.profiles import built_in
from config.rhythm import RhythmAsWritten
from config.scoring import read_profile
from config.yaml_places import read_yaml
from exporters.prometheus import FIGURES, Metrics
from exporters.reading import AlertsNow, Kind, Overview, ReceiverNow, TrapsNow
from exporters.status import status
from indicators.policy import Policy
from lab.scenario import read_events
from probes import PROBERS, snmp_interface
from probes.columns import Octets
from probes.snmp_device import BROKEN_WALKS
from probes.snmp_interface import EVENTS_METRIC
from tests.exporters import judged, network

ROOT = Path(__file__).parents[1]
READMES = ROOT / "README.md", ROOT / "README.zh-CN.md"
DOCUMENTS = (*READMES, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
COMMANDS, SETTINGS, METRICS, PLANS = (
    ROOT / "docs" / f"{name}.md" for name in ("commands", "configuration", "metrics", "plans")
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]*)\)")
OUR_PATH = re.compile(r"(?:collector|config|docs|exporters|indicators|lab|probes|tests)/[\w./-]*")

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block."""

    language: str
    text: str


def blocks(document: Path, language: str = "") -> list[Block]:
    found = [Block(*match.groups()) for match in FENCE.finditer(document.read_text("utf-8"))]
    return [block for block in found if language in ("", block.language)]


def prose(document: Path) -> str:
    return FENCE.sub("", document.read_text("utf-8"))


def shell(document: Path) -> list[str]:
    return [line for block in blocks(document, "sh") for line in block.text.splitlines()]


def inline(document: Path) -> list[str]:
    return CODE.findall(prose(document))


def tables(document: Path) -> list[list[list[str]]]:
    """Every table as rows of cells, its header first and without the line below it."""
    found: list[list[list[str]]] = [[]]
    for line in prose(document).splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))])
        elif found[-1]:
            found.append([])
    return [[table[0], *table[2:]] for table in found if table]


def named(cell: str) -> str:
    """The first code of a cell."""
    codes = CODE.findall(cell)
    return str(codes[0]) if codes else ""


def overview() -> Overview:
    """Something of every kind, all of it up."""
    known = subjects(load(EXAMPLE))
    kinds = {name: Kind(these, network.columns(len(these))) for name, these in known.items()}
    systems = kinds["systems"]
    told = {name: np.ones(len(systems.subjects)) for name in FIGURES}
    kinds["systems"] = replace(systems, now=replace(systems.now, values=told))
    return Overview(
        network.AT,
        kinds,
        replace(
            network.COLLECTOR,
            clock_offset=0.001,
            kept_at=network.AT,
            traps=TrapsNow(7, {"source": 2}),
            alerts=AlertsNow(1, (ReceiverNow("duty", 2, network.AT, "no modem"),)),
        ),
        judged.standing(),
    )


# Commands


def arguments(written: str) -> list[str]:
    """What stands behind `linewalker`; nothing if that is not called here."""
    called = re.match(r"(?:\S+=\S* )*(?:\S*/)?linewalker +(.*)", written)
    return called[1].split() if called else []


def leaves(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            yield from leaves(command, f"{before}{name} ")
        else:
            yield before + name, command


def find(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command these words name, and the words behind it."""
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        named = command.get_command(click.Context(command), words[0])
        assert named is not None, f"no command {words[0]}"
        command, words = named, words[1:]
    return command, words


def options(command: click.Command) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts} | {"--help"}


@each_document
def test_every_command_line_of_an_example_is_understood(document: Path) -> None:
    for line in shell(document):
        if words := arguments(line):
            command, given = find(words)
            command.make_context(line, given).close()


@each_document
def test_every_command_that_is_named_exists_with_its_options(document: Path) -> None:
    for code in inline(document):
        words = arguments(code)
        if words and words[0] != "COMMAND":
            command, given = find(words)
            assert {word for word in given if word.startswith("-")} <= options(command), code


@pytest.mark.parametrize("name", [name for name, _ in leaves(main)])
def test_every_command_and_option_is_documented(name: str) -> None:
    assert re.search(rf"`linewalker {name}\b", COMMANDS.read_text("utf-8"))
    command, _ = find(name.split())
    shown = [given for given in command.params if isinstance(given, click.Option) and not given.hidden]
    assert {option for given in shown for option in given.opts} <= set(inline(COMMANDS))


def keys(values: object) -> Iterator[str]:
    if isinstance(values, dict):
        for key, value in values.items():
            yield key
            if key != "evidence":  # every formula leaves numbers of its own
                yield from keys(value)
    elif isinstance(values, list) and values:
        yield from keys(values[0])


def test_every_key_of_the_status_is_documented() -> None:
    assert set(keys(status(overview()))) <= set(inline(COMMANDS))


# Settings


def settings(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting that holds a value, by its dotted name."""
    for key, field in fields(model).items():
        inner = model_of(field.annotation)
        if inner is None or inner is ANY_KEYS:  # what a check may say has tables of its own
            yield before + key, field
        elif inner is EVERY_ROUND:  # likewise the rhythms of other kinds
            yield from settings(RhythmAsWritten, f"{before}{key}.icmp.")
        else:
            yield from settings(inner, f"{before}{key}.")


def documented() -> dict[str, list[str]]:
    """Rows of the tables of settings by the setting: meaning, unit, default, example."""
    rows = [row for table in tables(SETTINGS) if table[0][0] == "Setting" for row in table[1:]]
    assert len({row[0] for row in rows}) == len(rows)
    return {named(row[0]): row[1:] for row in rows}


def test_every_setting_is_documented_and_no_other() -> None:
    assert documented().keys() == dict(settings(Network)).keys()


def test_settings_are_documented_as_required_exactly_where_they_are() -> None:
    required = {name for name, field in settings(Network) if field.is_required()}
    assert {name for name, row in documented().items() if row[2] == "required"} == required


def test_every_example_and_default_of_a_setting_is_accepted() -> None:
    known = dict(settings(Network))
    for name, (_, _, default, example) in documented().items():
        read = TypeAdapter(known[name].rebuild_annotation())
        for written in filter(None, (named(example), named(default))):
            tree = read_yaml(f"value: {written}").tree
            assert isinstance(tree, dict)
            value = read.validate_python(tree["value"])
            if written == named(default):
                assert value == known[name].default, name
        assert named(example), name


def rule_of(name: str, written: str) -> object:
    """What a policy of this one rule makes of it."""
    policy = read_policy(f"{name}: {written}", "policy.yaml").made
    assert policy is not None, name
    return getattr(policy, name)


def test_every_rule_of_a_policy_is_documented_with_what_it_is_where_it_is_not_written() -> None:
    [table] = [table for table in tables(SETTINGS) if table[0][0] == "Rule"]
    rows = {named(row[0]): row[1:] for row in table[1:]}
    assert rows.keys() == {field.name for field in dataclasses.fields(Policy)}
    for name, (_, _, default, example) in rows.items():
        of_ours = getattr(Policy(), name)
        if named(default):
            assert rule_of(name, named(default)) == of_ours, name
        assert rule_of(name, named(example)) != of_ours, name


def test_every_key_of_a_plan_is_documented_and_those_required_are_said_to_be() -> None:
    [table] = [table for table in tables(PLANS) if table[0][0] == "Key"]
    rows = {named(row[0]): row[2] for row in table[1:]}
    known = dict(settings(Plan))
    assert rows.keys() == known.keys()
    assert {key for key, default in rows.items() if default == "required"} == {
        key for key, field in known.items() if field.is_required()
    }


def test_every_rule_about_a_plan_is_documented_and_no_other() -> None:
    [table] = [table for table in tables(PLANS) if table[0][0] == "Rule id"]
    assert sorted(named(row[0]) for row in table[1:]) == sorted(IDS)


def check_tables() -> dict[str, dict[str, list[str]]]:
    """Rows of the tables of a check's keys, by the kind of probe and the key."""
    found: dict[str, dict[str, list[str]]] = {}
    for table in tables(SETTINGS):
        if table[0][0].startswith("Key of a check by"):
            found[named(table[0][0])] = {key: row for row in table[1:] for key in CODE.findall(row[0])}
    return found


def test_every_key_of_a_check_is_documented_and_those_required_are_said_to_be() -> None:
    for kind, written in check_tables().items():
        model = KEYS_OF[kind].model_fields
        assert written.keys() == model.keys() - {"probe"}, kind
        required = {key for key, row in written.items() if row[2] == "required"}
        assert required == {key for key, field in model.items() if field.is_required()}, kind


def test_the_rhythm_of_every_kind_is_documented() -> None:
    [table] = [table for table in tables(SETTINGS) if table[0][0] == "Kind" and "`fast`" in table[0]]
    names = [named(cell) for cell in table[0][1:]]
    written = {
        named(row[0]): EVERY_ROUND.model_validate(
            {named(row[0]): dict(zip(names, map(named, row[1:]), strict=True))}
        ).of(named(row[0]))
        for row in table[1:]
    }
    assert written == {kind: probe.rhythm for kind, probe in PROBERS.items()}


# Examples


def lines_of(scenario: str) -> list[str]:
    return [event["line"] for event in yaml.safe_load(scenario)]


def whole(written: str) -> str:
    """A piece of a configuration, put into the one of the README."""
    piece = yaml.safe_load(written)
    around = yaml.safe_load(blocks(READMES[0], "yaml")[0].text)
    if (
        is_policy(piece)
        or "year" in piece
        or is_plan(piece)
        or is_contracts(piece)
        or {"tree", "cells"} & piece.keys()
    ):
        return written
    if "circuits" in piece:
        del around["services"]
    return written if "organisation" in piece else yaml.safe_dump(around | piece, allow_unicode=True)


@each_document
def test_every_example_file_can_be_used(document: Path, tmp_path: Path) -> None:
    (tmp_path / "network.yaml").write_text(blocks(READMES[0], "yaml")[0].text, "utf-8")
    waiting: list[str] = []
    for block in blocks(document):
        if block.language == "csv":
            (tmp_path / waiting.pop(0)).write_text(block.text, "utf-8")
        elif block.language == "yaml":
            assert not waiting
            (tmp_path / "example.yaml").write_text(
                block.text if block.text[0] == "-" else whole(block.text), "utf-8"
            )
            waiting = re.findall(r"\S+\.csv", block.text)
        if block.language in ("yaml", "csv") and not waiting:
            use(tmp_path / "example.yaml")


def use(example: Path) -> None:
    text = example.read_text("utf-8")
    if text[0] == "-":
        assert read_events(example, lines_of(text))
    elif text.startswith("year:"):
        assert read_year(text, "cn.yaml").findings == ()
    elif "\ntree:" in text:
        assert read_profile(text, "county.yaml").findings == ()
    elif text.startswith("cells:"):
        assert FormMapping.model_validate(yaml.safe_load(text)).cells
    else:
        assert check(example) == ()


# Metrics


def told() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Type and labels of every metric of ours that `/metrics` holds."""
    text = Metrics(network.Told(overview())).render().decode()
    types = dict(re.findall(r"^# TYPE (linewalker_\w+) (\w+)$", text, re.MULTILINE))
    labels = {name: tuple(re.findall(r'(\w+)="', pairs or "")) for name, pairs in _samples(text)}
    return {name: (kind, labels[name]) for name, kind in types.items()}


def _samples(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^(linewalker_\w+)(\{.*\})? ", text, re.MULTILINE)


def test_every_metric_is_documented_with_its_type_and_labels_and_no_other() -> None:
    rows = [row for table in tables(METRICS) if table[0][0] == "Metric" for row in table[1:]]
    written = {named(row[0]): (row[1], set(CODE.findall(row[2]))) for row in rows}
    assert len(written) == len(rows)
    assert written == {name: (kind, set(labels)) for name, (kind, labels) in told().items()}


def read_of_devices() -> dict[str, tuple[str, set[str], bool]]:
    """Every figure that profiles of ours or an interface tell: type, labels of its row, and whether lines have it."""
    labels: dict[str, set[str]] = {BROKEN_WALKS: set()}
    for profile in built_in():
        for figure in profile.scalars:
            labels.setdefault(figure.metric, set())
        for table in profile.tables:
            named_by = {label.label for label in table.labels} | ({table.index} if table.index else set())
            for figure in table.columns:
                labels.setdefault(figure.metric, set()).update(named_by)
    of_lines = {*snmp_interface._figures({}, 1), *snmp_interface._rates(Octets(1, 1, 1))}
    labels |= {metric: labels.get(metric, set()) for metric in of_lines} | {EVENTS_METRIC: {"event"}}
    lines = {*of_lines, EVENTS_METRIC}
    return {
        f"linewalker_{metric}": ("counter" if metric.endswith("_total") else "gauge", row, metric in lines)
        for metric, row in labels.items()
    }


def test_every_figure_that_is_read_of_devices_is_documented_and_no_other() -> None:
    [rows] = [table[1:] for table in tables(METRICS) if table[0][0] == "Figure"]
    written = {named(row[0]): (row[1], set(CODE.findall(row[2])), row[3] == "yes") for row in rows}
    assert len(written) == len(rows)
    assert written == read_of_devices()


# Texts


def slug(heading: str) -> str:
    """The anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(document: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)}


@each_document
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    for link in LINK.findall(prose(document)):
        if "://" not in link:
            path, _, anchor = link.partition("#")
            target = document.parent / path if path else document
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


@each_document
def test_every_path_that_is_named_exists(document: Path) -> None:
    for code in inline(document):
        if OUR_PATH.fullmatch(code):
            assert (ROOT / code).exists(), code


def make_targets(document: Path) -> set[str]:
    calls = [line.split()[1:] for line in (*shell(document), *inline(document)) if line.startswith("make ")]
    return {word for words in calls for word in words if re.fullmatch(r"[a-z]+", word)}


def test_every_make_target_that_is_named_exists_and_each_is_named() -> None:
    exist = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {target for document in DOCUMENTS for target in make_targets(document)} == exist


def test_both_readmes_have_the_same_sections_tables_links_and_code() -> None:
    english, chinese = (
        (
            [len(mark) for mark in re.findall(r"^(#+) ", prose(readme), re.MULTILINE)],
            [(len(table), len(table[0])) for table in tables(readme)],
            [link for link in LINK.findall(prose(readme)) if not link.startswith("README")],
            blocks(readme),
        )
        for readme in READMES
    )
    assert english == chinese
