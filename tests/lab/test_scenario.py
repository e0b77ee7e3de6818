"""Scenario files: what they order and when, what is wrong with them, and the stories that are shipped or made."""

from pathlib import Path
from random import Random

import pytest

from config.errors import ConfigError
from config.load import load
from lab.orders import Order
from lab.routing import plan_of
from lab.scenario import Event, read_events, steps_of
from lab.story import SCENARIOS, made_story, story_of
from tests.lab.practice import practice
from tests.lab.written import small, write_small

EXAMPLES = Path(__file__).parents[2] / "config" / "examples"
LINES = ("uplink", "core-switch", "alpha-ct", "alpha-cm")


def events_of(folder: Path, text: str) -> list[Event]:
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return read_events(path, LINES)


def orders_of(folder: Path, text: str) -> list[tuple[float, Order]]:
    return [(step.at, step.order) for step in steps_of(events_of(folder, text))]


def test_a_cut_for_a_while_is_a_cut_and_a_mend(tmp_path: Path) -> None:
    assert orders_of(tmp_path, "- {at: 200s, line: alpha-ct, do: cut, silent: true, for: 2m}") == [
        (200.0, Order("cut", "alpha-ct", silent=True)),
        (320.0, Order("restore", "alpha-ct")),
    ]


def test_a_cut_without_an_end_lasts_until_somebody_mends_it(tmp_path: Path) -> None:
    text = "- {at: 9s, line: uplink, do: restore}\n- {at: 4s, line: uplink, do: cut, direction: inward}"
    assert orders_of(tmp_path, text) == [
        (4.0, Order("cut", "uplink", direction="inward")),
        (9.0, Order("restore", "uplink")),
    ]


def test_a_flap_is_dark_for_the_first_half_of_every_turn(tmp_path: Path) -> None:
    orders = orders_of(tmp_path, "- {at: 10s, line: alpha-ct, do: flap, for: 12s, every: 4s}")
    assert [(at, order.do) for at, order in orders] == [
        (10.0, "cut"),
        (12.0, "restore"),
        (14.0, "cut"),
        (16.0, "restore"),
        (18.0, "cut"),
        (20.0, "restore"),
    ]


@pytest.mark.parametrize("loss", ["30%", "0.3"])
def test_a_share_may_be_written_as_percent_or_ratio(tmp_path: Path, loss: str) -> None:
    orders = orders_of(tmp_path, f"- {{at: 0s, line: alpha-ct, do: degrade, loss: {loss}, delay: 80ms}}")
    assert orders == [(0.0, Order("degrade", "alpha-ct", loss=0.3, delay=0.08))]


def test_everything_wrong_with_a_scenario_is_said_at_once(tmp_path: Path) -> None:
    text = """\
- {at: 1s, line: alpha-c, do: cut}
- {at: soon, line: alpha-ct, do: cutt, loud: true}
- {at: 1s, line: alpha-ct, do: flap, for: 10s}
- {at: 1s, line: alpha-ct, do: degrade}
- {at: 1s, line: alpha-ct, do: degrade, loss: 130%}
- {do: cut}
- wait
"""
    with pytest.raises(ConfigError) as refused:
        events_of(tmp_path, text)
    place = str(tmp_path / "scenario.yaml")
    assert str(refused.value).replace(place, "FILE").split("\n") == [
        "FILE:1: event 1: the practice network has no line alpha-c; did you mean alpha-ct, alpha-cm?",
        "FILE:2: event 2: soon is not a duration; expected a number with ms, s, m or h, such as 10s",
        "FILE:2: event 2: cutt is not known here; expected cut, restore, degrade or flap",
        "FILE:2: event 2: unknown key loud; "
        "expected one of at, line, do, for, every, silent, direction, loss, delay",
        "FILE:3: event 3: a flap needs `for` and `every`, such as for: 2m, every: 40s",
        "FILE:4: event 4: a degrade needs `loss` or `delay`, such as loss: 30%",
        "FILE:5: event 5: 130% is not a share; expected 0% to 100%, or a ratio such as 0.3",
        "FILE:6: event 6: at is missing; it is required",
        "FILE:6: event 6: line is missing; it is required",
        "FILE:7: event 7: expected `key: value` lines, found wait",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("at: 1s\n", "FILE:1: expected a list of events, such as `- {at: 200s, …}`"),
        ("- {at: 1s\n- x", "FILE:3: this is not YAML"),
        (None, "FILE: there is no such file"),
    ],
)
def test_what_is_no_scenario_at_all_is_said(tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "scenario.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        read_events(path, LINES)
    assert str(refused.value).replace(str(path), "FILE").startswith(message)


@pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.iterdir()))
def test_every_example_network_has_a_story_that_leaves_the_newcomer_three_minutes(example: str) -> None:
    path = EXAMPLES / example / "network.yaml"
    config = load(path)
    events = story_of(config, path, [line.name for line in plan_of(config).lines])
    assert {"uplink", "core-switch"} < {event.line for event in events}
    assert min(event.at for event in events) >= 180
    assert next(event.for_ for event in events if event.line == "uplink") == 20


def test_the_shipped_story_has_all_that_was_promised() -> None:
    path = EXAMPLES / "hainan-transport-fees-2020" / "network.yaml"
    config = load(path)
    events = read_events(
        SCENARIOS / f"{path.parent.name}.yaml", [line.name for line in plan_of(config).lines]
    )
    circuits = {circuit.id: circuit for circuit in config.circuits}
    did = {(event.do, circuits[event.line].group) for event in events if event.line in circuits}
    assert {("cut", "branch"), ("flap", "port"), ("degrade", "depot")} <= did
    unseen = [event for event in events if event.line in circuits and circuits[event.line].path == "unproven"]
    assert [event.do for event in unseen] == ["cut"]


def test_a_made_story_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    config = small(tmp_path)
    assert made_story(config, Random(1)) == made_story(config, Random(1))
    assert {event.line for event in made_story(config, Random(1))} >= {"beta-cm", "uplink", "core-switch"}


def test_a_scenario_really_happens_at_its_hours(tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(
        "- {at: 1200ms, line: gamma-ct, do: cut, for: 500ms}\n"
        "- {at: 900ms, line: alpha-ct, do: flap, for: 400ms, every: 200ms}\n",
        encoding="utf-8",
    )
    with practice(write_small(tmp_path), tmp_path / "kept", scenario) as network:
        pings = network.ask(["172.16.5.1"], count=240, every=0.01)[0]
        truth = {(row["line"], number): row for number, row in enumerate(network.truth())}
    assert [line for line, _ in truth] == ["alpha-ct", "alpha-ct", "gamma-ct"]
    deed = truth["gamma-ct", 2]
    assert deed["to"] - deed["from"] == pytest.approx(0.5, abs=0.02)
    assert deed["from"] - truth["alpha-ct", 0]["from"] == pytest.approx(0.3, abs=0.02)
    lost = [sent for sent, received in pings if received is None]
    assert lost[0] == pytest.approx(deed["from"], abs=0.05)
    assert lost[-1] == pytest.approx(deed["to"], abs=0.05)
