"""What the processes of the service start from: made once, the same as if each had read the configuration."""

import datetime as dt
import os
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from collector import app, checks, inforce, ready
from collector.packed import packed
from collector.specs import Specs
from collector.subjects import subjects
from config.load import load

EXAMPLES = Path(str(files("config"))) / "examples"
NOW = 1.8e9  # 15 January 2027
DAY = dt.date(2027, 1, 15)
DATED = """\
organisation: o
vantage: {name: v, sentinels: {near: [10.0.0.1], far: [10.0.1.1]}}
carriers: [{id: ct, name: 中国电信}]
sites: [{id: a, name: a}]
circuits:
  - {id: one, name: 一, group: g, carrier: ct, termination_a: a, termination_z: a, address: 10.1.0.1}
  - {id: two, name: 二, group: g, carrier: ct, termination_a: a, termination_z: a, address: 10.1.0.2,
     in_service_from: 2027-02-01}
"""


@pytest.fixture
def fd(tmp_path: Path) -> Iterator[int]:
    made = ready.new(tmp_path)
    yield made
    os.close(made)


def test_a_part_that_is_there_is_found_and_no_other(fd: int, tmp_path: Path) -> None:
    assert ready.read(fd, "first") is None
    ready.write(fd, {"first": ["海口", 1], "second": 2})
    ready.write(fd, {"third": 3})
    assert [ready.read(fd, name) for name in ("first", "second", "third", "fourth")] == [
        ["海口", 1],
        2,
        3,
        None,
    ]
    assert ready.read(None, "first") is None
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_cannot_be_written_changes_nothing(fd: int) -> None:
    ready.write(fd, {"first": 1})
    with pytest.raises(AttributeError):
        ready.write(fd, {"first": 2, "second": lambda: None})
    assert (ready.read(fd, "first"), ready.read(fd, "second")) == (1, None)


@pytest.mark.parametrize(
    "place", sorted(EXAMPLES.glob("*/network.yaml")), ids=lambda place: place.parent.name
)
def test_what_is_made_ready_is_what_each_would_have_read(place: Path, tmp_path: Path) -> None:
    loaded = load(place)
    fd = app.begin(loaded, tmp_path)
    nowhere = tmp_path / "nowhere.yaml"  # so nobody can have read it anew
    today = dt.datetime.now(dt.UTC).timestamp()
    asked = inforce.asked(nowhere, today, fd)
    config, known = inforce.shown(nowhere, fd)
    assert asked == inforce.asked(place, today)
    assert (config, known) == inforce.shown(place)
    assert known == subjects(loaded)
    assert inforce.rest(nowhere, fd) == inforce.rest(place) == config
    assert ready.read(fd, "accepted")[-1] == len(asked.specs)
    os.close(fd)


def test_on_a_day_that_asks_others_the_configuration_is_read_again(fd: int, tmp_path: Path) -> None:
    place = tmp_path / "network.yaml"
    place.write_text(DATED, "utf-8")
    inforce.prepare(load(place), NOW, fd)
    assert [inforce.asked(place, NOW + days * 86400, fd).until for days in (-1, 0, 16, 17)] == [
        dt.date(2027, 2, 1),
        dt.date(2027, 2, 1),
        dt.date(2027, 2, 1),
        None,
    ]
    assert [spec.subject for spec in inforce.asked(place, NOW + 17 * 86400, fd).specs][2:] == ["one", "two"]
    place.unlink()
    assert [spec.subject for spec in inforce.asked(place, NOW + 16 * 86400, fd).specs][2:] == ["one"]


def test_checks_in_columns_are_the_checks_they_were() -> None:
    given = checks.specs(load(EXAMPLES / "hainan-transport-fees-2020/network.yaml"), DAY)
    held = Specs(given)
    assert held == given
    assert (held[0], held[-1], held[2:5]) == (given[0], given[-1], list(given[2:5]))
    assert [one.settings for one in held] == [one.settings for one in given]
    with pytest.raises(IndexError):
        held[len(given)]


@pytest.mark.parametrize("texts", [[], ["一"], ["a", "二", "a", "a", "二"], [f"c{at}" for at in range(9)]])
def test_packed_texts_are_the_texts_they_were(texts: list[str]) -> None:
    held = packed(texts)
    assert list(held) == texts
    assert [held[at] for at in range(len(texts))] == texts
    assert list(held[1:3]) == texts[1:3]
