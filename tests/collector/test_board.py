"""How everything stands now, from frames made by hand: masking, derived services, and what nobody knows."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collector.board import NOT_RUNNING, STALE_SECONDS, Board, Totals
from collector.frames import Columns
from config.model import Config
from exporters.reading import DOWN, UNKNOWN, UP, Overview
from tests.config.written import HEAD, load_written

NETWORK = """\
circuits:
  - {id: main, name: 主, group: branch, carrier: ct, termination_a: centre, termination_z: haikou,
     address: 10.64.0.2, upstream: core}
  - {id: backup, name: 备, group: branch, carrier: cm, termination_a: centre, termination_z: haikou,
     address: 10.64.0.4, upstream: core}
  - {id: depot, name: 库, group: depot, carrier: ct, termination_a: centre, termination_z: haikou,
     address: 10.64.0.6, upstream: main}
services:
  - {id: own, name: 自查, group: branch, site: haikou, check: {address: 10.65.0.1}, circuits: [main, backup]}
  - {id: either, name: 推算, group: branch, needs: {k: 1, of: [main, backup]}}
  - {id: both, name: 双线, group: branch, needs: {k: 2, of: [main, backup]}}
devices:
  - {id: core, name: 核心, check: {address: 10.0.2.1}}
systems:
  - {id: oa, name: 办公, check: {address: 10.66.0.1}, upstream: core}
"""
CHECKS = {
    ("sentinel", "10.0.0.1"): 1,
    ("sentinel", "10.0.1.1"): 2,
    ("circuit", "main"): 11,
    ("circuit", "backup"): 12,
    ("circuit", "depot"): 13,
    ("service", "own"): 21,
    ("device", "core"): 31,
    ("system", "oa"): 41,
}
WHO = [[kind, "icmp", [check], [subject]] for (kind, subject), check in CHECKS.items()]
NEVER = -1
AT = 50.0  # monotonic


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load_written(tmp_path, HEAD + NETWORK)


def columns(outcomes: dict[int, int]) -> Columns:
    """Frame columns of these checks: since 900, 10 ms, a tenth lost."""
    count = len(outcomes)
    return {
        "check": np.array(list(outcomes)),
        "outcome": np.array(list(outcomes.values()), np.int8),
        "since": np.full(count, 900.0),
        "rtt": np.full(count, 0.01),
        "loss": np.full(count, 0.1),
    }


def header(*, watching: bool = True, **more: Any) -> dict[str, Any]:
    one = {
        "name": "icmp-10s",
        "probe": "icmp",
        "watching": watching,
        "completed": 5,
        "late": 0.01,
        "watched_until": 995.0,
    }
    return {"rounds": [one], "reasons": {}, "started_at": 100.0, "digest": "9f", "queue_rows": 2, **more}


def board(config: Config, outcomes: dict[int, int] | None = None, **more: Any) -> Board:
    """A board that was told everything once: all up but these."""
    made = Board(config)
    everybody = dict.fromkeys(CHECKS.values(), UP) | (outcomes or {})
    made.take({**header(**more), "who": WHO}, columns(everybody), AT)
    return made


def states(overview: Overview, kind: str) -> dict[str, int]:
    found = overview.kinds[kind]
    return {one.id: state for one, state in zip(found.subjects, found.now.state.tolist(), strict=True)}


def reasons(overview: Overview, kind: str) -> dict[str, str]:
    found = overview.kinds[kind]
    return {found.subjects[row].id: text for row, text in found.now.reason.items()}


def everything(overview: Overview) -> set[int]:
    return {state for kind in overview.kinds.values() for state in kind.now.state.tolist()}


def test_everything_is_up(config: Config) -> None:
    overview = board(config).overview(1000.0, AT)
    assert everything(overview) == {UP}
    assert all(not kind.now.reason for kind in overview.kinds.values())
    assert overview.at == 1000.0
    assert overview.collector.watching
    assert overview.collector.rounds[0].watched_until == 995.0
    assert overview.collector.shortest_sure == 12.0


def test_before_the_first_frame_nothing_is_known(config: Config) -> None:
    overview = Board(config).overview(1000.0, AT)
    assert everything(overview) == {UNKNOWN}
    assert overview.collector.problem == NOT_RUNNING


def test_a_circuit_that_is_down_says_why(config: Config) -> None:
    told = board(config, {11: DOWN}, reasons={"11": "host unreachable from 10.0.2.1"})
    overview = told.overview(1000.0, AT)
    assert states(overview, "circuits") == {"main": DOWN, "backup": UP, "depot": UP}
    assert reasons(overview, "circuits") == {"main": "host unreachable from 10.0.2.1"}
    now = overview.kinds["circuits"].now
    assert np.isnan(now.rtt).tolist() == [True, False, False]
    assert now.loss.tolist() == [0.1, 0.1, 0.1]


def test_an_update_changes_only_the_rows_it_names(config: Config) -> None:
    told = board(config)
    told.take(header(), columns({12: DOWN}), AT + 1)
    assert states(told.overview(1000.0, AT + 1), "circuits") == {"main": UP, "backup": DOWN, "depot": UP}


def test_what_was_never_observed_is_unknown(config: Config) -> None:
    overview = board(config, {13: NEVER}).overview(1000.0, AT)
    assert states(overview, "circuits")["depot"] == UNKNOWN


def test_down_time_behind_an_upstream_that_is_down_is_unknown_and_up_time_counts(config: Config) -> None:
    overview = board(config, {31: DOWN, 11: DOWN, 41: DOWN}).overview(1000.0, AT)
    assert states(overview, "devices") == {"core": DOWN}
    assert states(overview, "circuits") == {"main": UNKNOWN, "backup": UP, "depot": UP}
    assert states(overview, "systems") == {"oa": UNKNOWN}
    assert reasons(overview, "circuits") == {"main": "upstream core"}


def test_an_upstream_nobody_saw_masks_as_well(config: Config) -> None:
    overview = board(config, {31: NEVER, 11: DOWN}).overview(1000.0, AT)
    assert states(overview, "circuits")["main"] == UNKNOWN


def test_masking_looks_at_the_upstream_as_it_was_seen_before_any_masking(config: Config) -> None:
    # core and main are down: main is masked by core, and depot, behind main, by main as it was seen
    overview = board(config, {31: DOWN, 11: DOWN, 13: DOWN}).overview(1000.0, AT)
    assert states(overview, "circuits") == {"main": UNKNOWN, "backup": UP, "depot": UNKNOWN}
    assert reasons(overview, "circuits")["depot"] == "upstream main"


@pytest.mark.parametrize(
    ("main", "backup", "either", "both"),
    [
        (UP, UP, UP, UP),
        (DOWN, UP, UP, DOWN),
        (DOWN, DOWN, DOWN, DOWN),
        (NEVER, UP, UP, UNKNOWN),
        (NEVER, DOWN, UNKNOWN, DOWN),
        (NEVER, NEVER, UNKNOWN, UNKNOWN),
    ],
)
def test_a_service_without_a_check_follows_its_members(
    config: Config, main: int, backup: int, either: int, both: int
) -> None:
    found = states(board(config, {11: main, 12: backup}).overview(1000.0, AT), "services")
    assert found == {"own": UP, "either": either, "both": both}


def test_a_derived_service_is_down_for_its_users_though_the_core_is_to_blame(config: Config) -> None:
    overview = board(config, {31: DOWN, 11: DOWN, 12: DOWN}).overview(1000.0, AT)
    assert states(overview, "circuits")["main"] == UNKNOWN
    assert states(overview, "services")["either"] == DOWN


def test_a_service_with_a_check_stands_as_that_says_whatever_its_members_do(config: Config) -> None:
    # members up and the service down: a failed switch-over
    assert states(board(config, {21: DOWN}).overview(1000.0, AT), "services")["own"] == DOWN
    assert states(board(config, {11: DOWN, 12: DOWN}).overview(1000.0, AT), "services")["own"] == UP


def test_once_frames_stay_away_nothing_is_known(config: Config) -> None:
    told = board(config, {11: DOWN})
    fresh = told.overview(1004.9, AT + STALE_SECONDS - 0.1)
    stale = told.overview(1005.0, AT + STALE_SECONDS)
    assert states(fresh, "circuits")["main"] == DOWN
    assert everything(stale) == {UNKNOWN}
    assert set(reasons(stale, "circuits").values()) == {"not watched"}
    assert stale.collector.problem == NOT_RUNNING
    assert not stale.collector.watching
    assert np.isnan(stale.kinds["circuits"].now.rtt).all()
    assert np.isnan(stale.kinds["circuits"].now.loss).all()


def test_a_collector_that_is_gone_leaves_nothing_known_at_once(config: Config) -> None:
    told = board(config)
    told.lose()
    assert everything(told.overview(1000.0, AT)) == {UNKNOWN}


def test_a_collector_that_is_blind_knows_nothing_and_says_so(config: Config) -> None:
    told = board(config, {11: DOWN}, watching=False, reasons={"11": "host unreachable"})
    overview = told.overview(1000.0, AT)
    assert everything(overview) == {UNKNOWN}
    assert set(reasons(overview, "circuits").values()) == {"blind"}
    assert not overview.collector.watching
    assert overview.collector.problem == ""


def test_a_problem_of_the_collector_is_shown_as_it_told_it(config: Config) -> None:
    told = Board(config)
    told.take({**header(problem="not permitted"), "rounds": [], "who": WHO}, {}, AT)
    overview = told.overview(1000.0, AT)
    assert everything(overview) == {UNKNOWN}
    assert overview.collector.problem == "not permitted"


@pytest.mark.parametrize(
    ("more", "outcomes", "news"),
    [
        ({}, {11: UP, 12: UP}, False),
        ({"queue_rows": 7}, {}, False),
        ({}, {11: UP, 12: DOWN}, True),
        ({"watching": False}, {}, True),
        ({"problem": "the disk is full"}, {}, True),
    ],
)
def test_whoever_follows_is_told_when_somebody_stands_otherwise(
    config: Config, more: dict[str, Any], outcomes: dict[int, int], news: bool
) -> None:
    made = board(config)
    before = made.stirred
    made.take(header(**more), columns(outcomes) if outcomes else {}, AT + 1)
    assert (made.stirred > before) == news
    made.lose()
    assert made.stirred == before + news + 1


def test_the_clock_is_as_far_off_as_was_told_last_and_nobody_knows_once_frames_stay_away(
    config: Config,
) -> None:
    told = board(config, clock=[0.003, 0.0005, "10.0.0.5"])
    now = told.overview(1000.0, AT).collector
    assert (now.clock_offset, now.clock_error, now.clock_source) == (0.003, 0.0005, "10.0.0.5")
    told.take(header(clock=None), {}, AT)
    assert told.overview(1000.0, AT).collector.clock_offset is None
    told.take(header(clock=[0.003, 0.0005, "10.0.0.5"]), {}, AT)
    assert told.overview(1000.0, AT + 60).collector.clock_offset is None


def test_a_check_that_left_is_unknown_after_everything_is_told_anew(config: Config) -> None:
    told = board(config)
    left = [one for one in WHO if one[2] != [13]]
    told.take(
        {**header(), "who": left}, columns({check: UP for check in CHECKS.values() if check != 13}), AT + 1
    )
    overview = told.overview(1000.0, AT + 1)
    assert states(overview, "circuits") == {"main": UP, "backup": UP, "depot": UNKNOWN}
    assert np.isnan(overview.kinds["circuits"].now.since[2])


def test_totals_stand_beside_the_check_they_were_counted_of(config: Config) -> None:
    overview = board(config).overview(1000.0, AT, Totals({12: 3}, {12: 41.5}))
    now = overview.kinds["circuits"].now
    assert now.outages.tolist() == [0, 3, 0]
    assert now.outage_seconds.tolist() == [0.0, 41.5, 0.0]
    assert overview.kinds["sentinels"].now.outages.tolist() == [0, 0]


def test_until_the_ledger_was_counted_there_are_no_totals(config: Config) -> None:
    # a counter that began at 0 would seem to grow by everything that ever happened
    now = board(config).overview(1000.0, AT).kinds["circuits"].now
    assert np.isnan(now.outages).all()
    assert np.isnan(now.outage_seconds).all()
