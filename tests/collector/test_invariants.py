"""`ledger check`: a right ledger is silent, and every rule, broken once by hand, gives its one finding."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from collector.invariants import false_statements, violations
from collector.ledger.reading import Watched
from config.errors import Finding

S = 1_000_000
DOWN, UP = 0, 1


def run(begin: int, end: int | None, outcome: int = UP, check: int = 7, **more: Any) -> SimpleNamespace:
    """A run whose edges are known to the second: begun within 1 s before `begin`, ended within 1 s before `end`."""
    row = {
        "check": check,
        "round": "icmp-10s",
        "outcome": outcome,
        "started_at": begin * S,
        "started_after": (begin - 1) * S,
        "started_before": (begin + 1) * S,
        "ended_at": None if end is None else end * S,
        "ended_after": None if end is None else (end - 1) * S,
        "ended_before": None if end is None else (end + 1) * S,
    }
    return SimpleNamespace(**{**row, **more})


def watch(begin: int, end: int, **more: Any) -> SimpleNamespace:
    row = {
        "vantage": "centre",
        "round": "icmp-10s",
        "started_at": begin * S,
        "ended_at": end * S,
        "stepped_to": None,
        "interval": 10 * S,
    }
    return SimpleNamespace(**{**row, **more})


def check(runs: list[SimpleNamespace], watches: list[SimpleNamespace]) -> list[Finding]:
    begin, end = (np.array([getattr(one, name) for one in watches]) for name in ("started_at", "ended_at"))
    return violations(runs, watches, {"icmp-10s": Watched(begin, end)})


WATCHES = [watch(100, 200), watch(300, 400)]


def test_a_right_ledger_is_silent() -> None:
    runs = [
        run(100, 150),
        run(150, 170, DOWN),
        run(170, 320),  # through a time nobody watched
        run(320, None, DOWN),
        run(100, None, check=8),
    ]
    assert check(runs, WATCHES) == []
    assert check([], []) == []


def test_a_run_that_goes_on_when_the_next_begins() -> None:
    [found] = check([run(100, 160), run(150, None, DOWN)], WATCHES)
    assert (found.rule, found.severity, found.place) == ("runs-overlap", "error", "check 7, run 100000000")
    assert found.message == "this run has not ended when the next begins at 150000000"


def test_a_run_that_never_ended_before_the_next_began() -> None:
    [found] = check([run(100, None), run(150, None, DOWN)], WATCHES)
    assert found.rule == "runs-overlap"


def test_a_hole_in_watched_time() -> None:
    [found] = check([run(100, 150), run(151, None, DOWN)], WATCHES)
    assert (found.rule, found.place) == ("runs-hole", "check 7, run 100000000")
    assert (
        found.message == "between the end 150000000 of this run and the next at 151000000 lies watched time"
    )


def test_a_hole_where_nobody_watched_is_none() -> None:
    assert check([run(100, 200), run(300, None)], WATCHES) == []
    assert [one.rule for one in check([run(100, 199), run(300, None)], WATCHES)] == ["runs-hole"]


def test_a_check_that_was_left_out_for_a_while_has_no_hole() -> None:
    # taken out of the configuration at 150, and in again at 350: the round went on for the others
    assert check([run(100, 150, ended_before=None), run(350, None)], WATCHES) == []


def test_a_run_that_ends_before_it_starts() -> None:
    [found] = check([run(150, 140, ended_after=None, ended_before=None)], WATCHES)
    assert (found.rule, found.place) == ("run-backwards", "check 7, run 150000000")
    assert found.message == "it ends at 140000000, before it starts"


def test_an_edge_outside_its_bounds() -> None:
    for more, message in (
        ({"started_after": 151 * S}, "started 150000000 lies outside its bounds 151000000 to 151000000"),
        ({"started_before": 149 * S}, "started 150000000 lies outside its bounds 149000000 to 149000000"),
        ({"ended_after": 171 * S}, "ended 170000000 lies outside its bounds 171000000 to 171000000"),
        ({"ended_before": 169 * S}, "ended 170000000 lies outside its bounds 169000000 to 169000000"),
    ):
        [found] = check([run(150, 170, **more)], WATCHES)
        assert found.rule == "run-bounds"
        assert found.message == message


def test_a_watch_that_ends_before_it_starts() -> None:
    [found] = check([], [watch(100, 90)])
    assert (found.rule, found.place) == ("watch-backwards", "watch icmp-10s 100000000")


def test_watches_that_overlap() -> None:
    [found] = check([], [watch(100, 210), watch(200, 300)])
    assert (found.rule, found.place) == ("watches-overlap", "watch icmp-10s 100000000")
    assert found.message == "it ends at 210000000, after the next began at 200000000"


def test_rounds_and_vantages_may_watch_at_the_same_time() -> None:
    rows = [watch(100, 200), watch(150, 250, vantage="west"), watch(150, 250, round="icmp-5s")]
    assert violations([], rows, {}) == []


def test_time_that_a_backward_step_brought_back_may_hold_runs_and_watches_twice() -> None:
    # at 1000 the clock was set back to 500; down from 900 to 950 by the old clock, from 600 to 700 by the new one
    watches = [watch(100, 1000, stepped_to=500 * S), watch(500, 980)]
    runs = [
        run(100, 900),
        run(505, 600),
        run(600, 700, DOWN),
        run(700, None),
        run(900, 950, DOWN),
        run(950, 1002, ended_before=None),
    ]
    assert check(runs, watches) == []


def test_a_step_excuses_nothing_outside_the_time_it_brought_back() -> None:
    watches = [watch(100, 1000, stepped_to=500 * S), watch(500, 980)]
    assert [one.rule for one in check([run(100, 300), run(200, 480)], watches)] == ["runs-overlap"]
    assert [one.rule for one in check([run(1100, 1300), run(1200, 1400)], watches)] == ["runs-overlap"]


def test_a_forward_step_excuses_nothing() -> None:
    watches = [watch(100, 500, stepped_to=1000 * S), watch(450, 1100)]
    assert [one.rule for one in check([], watches)] == ["watches-overlap"]


def test_a_statement_speaks_of_the_time_before_it_was_made() -> None:
    def statement(**more: Any) -> SimpleNamespace:
        return SimpleNamespace(**{"check": 7, "said_at": 100 * S, "since": 40 * S, "outcome": UP, **more})

    right = [statement(), statement(since=None), statement(since=100 * S, outcome=DOWN)]
    assert list(false_statements(right)) == []
    wrong = [statement(since=100 * S + 1), statement(outcome=2)]
    assert [(one.rule, one.place) for one in false_statements(wrong)] == [
        ("statement-early", "check 7, statement 100000000"),
        ("statement-outcome", "check 7, statement 100000000"),
    ]
