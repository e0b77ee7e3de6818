"""Tests a router makes of a line, read from a real agent whose tables have the shape of each maker's."""

import time
from collections.abc import Iterator

import numpy as np
import pytest

from probes import PROBERS
from probes.columns import DOWN, UNKNOWN, UP
from probes.kind import WrongSettingError
from probes.nqa import NqaSettings
from probes.nqa_tables import FAILED, MIBS, TIMED_OUT
from probes.router_said import NOT_YET, STOPPED
from probes.snmp_interface import DEVICE_SILENT
from tests.probes.agents import COMMUNITY, free_port
from tests.probes.routers import FAR, LINE, Router, Told, ask, line_with, reading, router, run
from tests.probes.routers import told as told_of

GOOD, BAD = (True,) * 6, (True, True, True, False, False, False)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Router]:
    with router(tmp_path_factory.mktemp("router")) as found:
        yield found


@pytest.fixture(autouse=True)
def community(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNMP_COMMUNITY", COMMUNITY)


@pytest.mark.parametrize("mib", MIBS)
def test_a_test_that_goes_on_says_up_and_then_down_and_up_again(running: Router, mib: str) -> None:
    line = line_with(*GOOD)
    with reading(running.agent.port, "nqa", test=LINE, mib=mib) as by:
        running.says(line)
        ask(by)
        told = []
        for heard in (True, False, True):
            line = run(line, time.time(), heard=heard)
            running.says(line)
            told.append(ask(by))
    assert [one.outcome for one in told] == [UP, DOWN, UP]
    assert told[1].reason == (TIMED_OUT if mib == "CISCO-RTTMON-MIB" else FAILED)
    assert told[0].rtt == told[2].rtt == 0.012


@pytest.mark.parametrize("mib", [mib for mib in MIBS if mib != "CISCO-RTTMON-MIB"])
def test_a_result_that_was_not_seen_to_be_renewed_says_nothing_yet(running: Router, mib: str) -> None:
    with reading(running.agent.port, "nqa", test=LINE, mib=mib) as by:
        running.says(line_with(*GOOD))
        first, second = ask(by), ask(by)
        assert (first.outcome, first.reason) == (second.outcome, second.reason) == (UNKNOWN, NOT_YET)
        running.says(line_with(*GOOD, True))
        assert ask(by).outcome == UP


@pytest.mark.parametrize("mib", MIBS)
@pytest.mark.parametrize("outcomes", [GOOD, BAD])
def test_a_test_that_stopped_is_unknown_whatever_it_said_last(
    running: Router, mib: str, outcomes: tuple[bool, ...]
) -> None:
    line = line_with(*outcomes)
    with reading(running.agent.port, "nqa", test=LINE, mib=mib, fresh=1.5) as by:
        running.says(line)
        ask(by)
        line = run(line, time.time(), heard=outcomes[-1])
        running.says(line)
        assert ask(by).outcome == (UP if outcomes[-1] else DOWN)
        time.sleep(2.5)
        told = ask(by)
    assert (told.outcome, told.reason) == (UNKNOWN, STOPPED)


def test_ciscos_result_has_its_time_and_counts_at_once(running: Router) -> None:
    with reading(running.agent.port, "nqa", test=LINE, mib="CISCO-RTTMON-MIB") as by:
        running.says(line_with(*GOOD))
        assert ask(by).outcome == UP


def test_what_is_said_holds_from_the_reading_before_it_had_moved(running: Router) -> None:
    line = line_with(*GOOD)
    with reading(running.agent.port, "nqa", test=LINE, notices_within=2.0) as by:
        running.says(line)
        ask(by)
        begun = time.monotonic()
        time.sleep(1.0)
        running.says(run(line, time.time(), heard=False))
        told = ask(by)
        passed = time.monotonic() - begun
    assert told.outcome == DOWN
    assert 3.0 <= told.age <= 2.0 + passed + 1.0  # the first reading, less what the router may need to notice


def test_without_a_mib_the_table_that_has_the_test_is_found(running: Router) -> None:
    running.hidden = ("1.3.6.1.4.1.2011", "1.3.6.1.4.1.25506")
    try:
        with reading(running.agent.port, "nqa", test=LINE) as by:
            running.says(line_with(*GOOD))
            assert ask(by).outcome == UP  # by Cisco's
    finally:
        running.hidden = ()


def test_a_test_nobody_made_is_unknown(running: Router) -> None:
    running.says(line_with(*GOOD))
    with reading(running.agent.port, "nqa", test="sanya-ct") as by:
        told = ask(by)
    assert (told.outcome, told.reason) == (UNKNOWN, "the router has no test sanya-ct")


@pytest.mark.parametrize("mib", MIBS)
def test_a_test_that_leads_elsewhere_says_nothing_of_the_line(running: Router, mib: str) -> None:
    line = line_with(*GOOD)
    with reading(running.agent.port, "nqa", test=LINE, mib=mib, target="10.64.0.6") as by:
        running.says(line)
        ask(by)
        running.says(run(line, time.time(), heard=True))
        told = ask(by)
    assert (told.outcome, told.reason) == (
        UNKNOWN,
        f"the router's test leads to {FAR}, expected 10.64.0.6",
    )


def test_a_run_that_has_only_begun_is_no_failure(running: Router) -> None:
    """One probe out and no answer yet: H3C shows that as it shows a failure; the history tells them apart."""
    line = line_with(*GOOD)
    begun = {
        "1.3.6.1.2.1.80.1.2.1.7": "3",  # pingCtlProbeCount
        "1.3.6.1.2.1.80.1.3.1.7": "0",
        "1.3.6.1.2.1.80.1.3.1.8": "1",
    }
    index = ".".join(str(part) for text in ("linewalker", LINE) for part in (len(text), *text.encode()))
    with reading(running.agent.port, "nqa", test=LINE, mib="HH3C-NQA-MIB") as by:
        running.says(line)
        ask(by)
        running.extra = {f"{oid}.{index}": ("gauge", value) for oid, value in begun.items()}
        try:
            running.says(run(line, time.time(), heard=True))
            assert ask(by).outcome == UP
        finally:
            running.extra = {}


def test_a_history_tells_for_how_long_it_has_been_so(running: Router) -> None:
    with reading(running.agent.port, "nqa", test=LINE, mib="DISMAN-PING-MIB") as by:
        running.says(line_with(*GOOD))
        ask(by)
        running.says(line_with(True, *(False,) * 5))
        told = ask(by)
    assert told.outcome == DOWN
    assert told.statement is not None
    assert (told.statement.origin, told.statement.outcome) == ("nqa", DOWN)
    assert told.statement.lasted == pytest.approx(4.0, abs=0.3)


def test_a_silent_router_says_nothing_of_the_line() -> None:
    with reading(free_port(), "nqa", test=LINE) as by:
        told = ask(by)
    assert (told.outcome, told.reason) == (UNKNOWN, DEVICE_SILENT)


def test_by_what_a_test_is_known_and_what_its_settings_cannot_be() -> None:
    assert PROBERS["nqa"].address_of(NqaSettings("core", LINE)) == "core/linewalker/haikou-ct"
    for wrong in ({"device": ""}, {"test": ""}, {"fresh": 0.2}, {"notices_within": 9000.0}):
        with pytest.raises(WrongSettingError):
            NqaSettings(**{"device": "core", "test": LINE, **wrong})  # type: ignore[arg-type]


def test_a_trap_has_the_router_asked_at_once_even_where_it_was_left_alone(running: Router) -> None:
    """Asked in the round, hurried after two seconds: the second answer is of the same round and just as good."""
    line = line_with(*GOOD)
    running.says(line)
    told: list[Told] = []
    with reading(running.agent.port, "nqa", test=LINE, mib="CISCO-RTTMON-MIB") as by:
        by.hurry(np.array([], np.int64))
        for answers in by.probe(np.zeros(1, np.bool_), opening=False):
            told += [told_of(answers)] if len(answers) else []
            if len(told) == 1 and len(answers):
                running.says(run(line, time.time(), heard=False))
                by.hurry(np.array([0]))
    assert [one.outcome for one in told] == [UP, DOWN]
