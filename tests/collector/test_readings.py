"""Figures with labels from a prober's answers to the board: names told once, nothing kept that is not known now."""

import socket
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collector import frames
from collector.board import STALE_SECONDS, Board
from collector.readings import NAMES, NEVER, Interned, Told, newest, news, packed, unpacked
from collector.telling import HINT, HINTS
from config.model import Config
from exporters.reading import DOWN, HIGH, UNKNOWN, UP, WITHIN, Figure, Overview
from exporters.readings import by_subject
from probes.columns import Answers, Reading, Readings
from tests.collector.answering import answers, silent, up
from tests.collector.test_board import AT, NETWORK, columns, header
from tests.config.written import HEAD, load_written

HOT, COOL = Reading("device_temperature_celsius", (("part", "MPU"),), 71.0, "high"), 40.0
LOAD = Reading("device_processor_load_ratio", (("part", "MPU"),), 0.5)
UPTIME = Reading("device_uptime_seconds", (), 3600.0)


def read(*readings: tuple[Reading, ...]) -> Answers:
    """Target 0, 1, … all answered, and these figures were read of each."""
    told = dict(enumerate(readings))
    return replace(
        answers([up(target, 100.0) for target in told]),
        readings={at: Readings.of(one) for at, one in told.items() if one},
    )


def through_a_frame(
    told: tuple[list[Any], frames.Columns], known: Mapping[int, Told]
) -> dict[int, Told | None]:
    """What listeners make of it, as they get it over the socket."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(frames.pack({NAMES: told[0]}, told[1]))
        got = frames.receive(theirs)
    assert got is not None
    return unpacked(got[0][NAMES], got[1], known, Interned())


def test_names_are_told_once_and_again_when_they_change() -> None:
    interned, checks = Interned(), [7, 8]
    first = newest(NEVER, read((HOT, LOAD), (UPTIME,)), interned)
    known = {check: one for check, one in through_a_frame(news(first, checks, [0, 1]), {}).items() if one}
    assert known[7].names.metrics == ("device_temperature_celsius", "device_processor_load_ratio")
    assert known[7].names.labels == ((("part", "MPU"),), (("part", "MPU"),))
    assert (known[7].value.tolist(), known[7].beyond.tolist()) == ([71.0, 0.5], [HIGH, WITHIN])

    second = newest(first, read((HOT._replace(value=COOL, beyond=""), LOAD), (UPTIME,)), interned)
    names, told = news(second, checks, [0, 1])
    assert names == []
    again = through_a_frame((names, told), known)[7]
    assert again is not None
    assert again.names is known[7].names
    assert (again.value.tolist(), again.beyond.tolist()) == ([COOL, 0.5], [WITHIN, WITHIN])

    third = newest(second, read((LOAD,), (UPTIME,)), interned)
    names, told = news(third, checks, [0, 1])
    assert names == [[[(("part", "MPU"),), ["device_processor_load_ratio"]]]]
    renamed = through_a_frame((names, told), known)[7]
    assert renamed is not None
    assert renamed.names.metrics == ("device_processor_load_ratio",)


def test_who_answers_nothing_has_no_figures_any_more() -> None:
    first = newest(NEVER, read((HOT,), (UPTIME,)), Interned())
    second = newest(first, answers([silent(0, 110.0)]), Interned())
    assert second.keys() == {1}
    assert through_a_frame(news(second, [7, 8], [0]), {}) == {7: None}


def test_devices_of_one_make_share_their_names_and_all_are_told_who_comes_later() -> None:
    told = newest(NEVER, read((HOT, LOAD), (HOT, LOAD), (UPTIME,)), Interned())
    assert told[0].names is told[1].names
    names, written = packed([(7 + at, one) for at, one in told.items()], everything=True)
    assert len(names) == 2
    heard = through_a_frame((names, written), {})
    assert [one and one.value.tolist() for one in heard.values()] == [[71.0, 0.5], [71.0, 0.5], [3600.0]]


def test_values_without_known_names_are_not_taken() -> None:
    """As after a frame was lost: rather nothing than a figure under another's name."""
    first = newest(NEVER, read((HOT, LOAD)), Interned())
    second = newest(first, read((HOT, LOAD)), Interned())
    assert through_a_frame(news(second, [7], [0]), {}) == {7: None}


# On the board

WHO = [
    ["sentinel", "icmp", [1, 2], ["10.0.0.1", "10.0.1.1"]],
    ["circuit", "icmp", [11, 12, 13], ["main", "backup", "depot"]],
    ["interface", "interface", [51], ["main"]],
    ["device", "snmp", [31], ["core"]],
]
PORT = (Reading("interface_up", (), 0.0),)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load_written(tmp_path, HEAD + NETWORK)


def rounds(**watching: bool) -> list[dict[str, Any]]:
    (icmp,) = header()["rounds"]
    return [
        {**icmp, "name": f"{probe}-60s", "probe": probe, "watching": watching.get(probe, True)}
        for probe in ("icmp", "snmp", "interface")
    ]


def board(config: Config, outcomes: dict[int, int] | None = None, **more: Any) -> Board:
    """All are up but these; of the device and of an interface something was read."""
    made = Board(config)
    everybody = dict.fromkeys((1, 2, 11, 12, 13, 51, 31), UP) | (outcomes or {})
    told = newest(NEVER, read((HOT, UPTIME), PORT), Interned())
    names, written = packed([(31, told[0]), (51, told[1])], everything=True)
    head = {**header(), "rounds": rounds(), "who": WHO, NAMES: names, **more}
    made.take(head, columns(everybody) | written, AT)
    return made


def shown(overview: Overview, kind: str) -> dict[int, list[Figure]]:
    return by_subject(overview.kinds[kind])


def test_figures_stand_beside_the_device_and_the_circuit_they_were_read_for(config: Config) -> None:
    now = board(config).overview(1000.0, AT)
    assert shown(now, "devices") == {
        0: [Figure(HOT.metric, HOT.labels, 71.0, HIGH), Figure(UPTIME.metric, (), 3600.0, WITHIN)]
    }
    assert shown(now, "circuits") == {0: [Figure("interface_up", (), 0.0, WITHIN)]}


def test_an_interface_that_is_down_was_read_and_a_device_that_is_down_was_not(config: Config) -> None:
    now = board(config, {51: DOWN, 31: DOWN}).overview(1000.0, AT)
    assert shown(now, "circuits") != {}
    assert not any(shown(now, "devices").values())
    unknown = board(config, {51: UNKNOWN}).overview(1000.0, AT)
    assert not any(shown(unknown, "circuits").values())


def test_nothing_is_shown_while_nobody_watches(config: Config) -> None:
    made = board(config)
    made.take({**header(), "rounds": rounds(snmp=False)}, {}, AT + 1)
    blind = made.overview(1001.0, AT + 1)
    assert not any(shown(blind, "devices").values())
    assert shown(blind, "circuits") != {}
    stale = made.overview(1010.0, AT + 1 + STALE_SECONDS)
    assert not any(shown(stale, "circuits").values())
    assert not np.any(blind.kinds["devices"].readings.beyond)


def test_the_layout_stays_the_same_object_until_something_is_called_otherwise(config: Config) -> None:
    made = board(config)
    before = made.overview(1000.0, AT).kinds["devices"].readings.parts
    told = newest(NEVER, read((HOT._replace(value=COOL, beyond=""), UPTIME)), Interned())
    told = newest(told, read((HOT._replace(value=COOL, beyond=""), UPTIME)), Interned())
    names, written = news(told, [31], [0])
    made.take({**header(), "rounds": rounds(), NAMES: names}, columns({31: UP}) | written, AT + 1)
    later = made.overview(1001.0, AT + 1).kinds["devices"].readings
    assert later.parts is before
    assert later.value.tolist() == [COOL, 3600.0]
    told = newest(told, read((UPTIME,)), Interned())
    names, written = news(told, [31], [0])
    made.take({**header(), "rounds": rounds(), NAMES: names}, columns({31: UP}) | written, AT + 2)
    last = made.overview(1002.0, AT + 2).kinds["devices"].readings
    assert last.parts is not before
    assert last.value.tolist() == [3600.0]


def test_a_hint_is_told_where_only_the_agent_is_silent_and_goes_when_it_is_heard(config: Config) -> None:
    made = board(config, {31: DOWN}, **{HINTS: [31]})
    assert made.overview(1000.0, AT).kinds["devices"].now.reason == {0: HINT}
    made.take({**header(reasons={"31": "connection refused"}), "rounds": rounds()}, columns({31: DOWN}), AT)
    assert made.overview(1000.0, AT).kinds["devices"].now.reason == {0: "connection refused"}
    made.take({**header(), "rounds": rounds(), HINTS: []}, columns({31: DOWN}), AT)
    assert made.overview(1000.0, AT).kinds["devices"].now.reason == {}
