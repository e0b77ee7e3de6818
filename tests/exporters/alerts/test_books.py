"""What is told of a line that goes down, comes back, is unknown, flaps, or is no longer there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.alerts.books import (
    CALM_SECONDS,
    RESTLESS_BEGINNINGS,
    RESTLESS_SECONDS,
    Case,
    news,
    open_keys,
)
from exporters.alerts.troubles import Key
from tests.exporters.alerts.scenes import LINE, Line, scene, trouble

COLLECTOR = Key("collector", "", "watching")


def test_a_line_is_told_of_when_it_goes_down_and_when_it_is_back() -> None:
    line = Line()
    assert line.live("uuuddd") == ["begun"]
    assert line.live("duu") == ["over"]
    begun, over = line.notices
    assert (begun.trouble.since, begun.at) == (1004.0, 1004.0)
    assert (over.trouble.since, over.until) == (1004.0, 1008.0)


def test_what_nobody_knows_is_neither_begun_nor_over() -> None:
    line = Line()
    assert line.live("u??") == []
    assert line.live("d????") == ["begun"]
    assert line.live("?d") == []
    assert line.live("??u") == ["over"]


def test_what_is_over_within_the_time_to_wait_is_told_to_nobody() -> None:
    line = Line(after=5.0)
    assert line.live("dddduuuu") == []
    assert line.live("dddddd") == ["begun"]
    assert line.notices[0].at - line.notices[0].trouble.since == 5.0


def test_a_line_that_is_taken_out_of_the_configuration_is_forgotten() -> None:
    line = Line()
    assert line.live("ddd-") == ["begun"]
    assert line.cases == {}


def test_a_line_that_went_up_and_down_while_nobody_looked_is_down_since_then() -> None:
    line = Line()
    line.live("ddd")
    changed, notices = news(line.cases, scene(1100.0, trouble(1090.0)), 0.0)
    assert notices == []
    case = changed[LINE]
    assert case is not None
    assert case.trouble.since == 1090.0


def test_nobody_watching_is_told_only_when_it_lasts_so_that_a_start_disturbs_nobody() -> None:
    kept, told = dict[Key, Case](), list[tuple[float, str, float]]()
    for at in range(1000, 1040):
        changed, notices = news(kept, scene(at, trouble(at, COLLECTOR)), 0.0)
        kept.update({key: case for key, case in changed.items() if case})
        told += [(at, one.news, one.trouble.since) for one in notices]
    assert told == [(1030, "begun", 1000)]


def test_a_line_that_flaps_sixty_times_in_three_hours_is_told_of_a_few_times_and_in_the_end() -> None:
    line = Line()
    told = line.live("d" * 9 + "u" * 9, each=10.0)
    for _ in range(59):
        told += line.live("d" * 9 + "u" * 9, each=10.0)
    assert told == ["begun", "over"] * (RESTLESS_BEGINNINGS - 1) + ["restless"]
    assert line.live("u" * int(CALM_SECONDS / 10), each=10.0) == ["calm"]
    calm = line.notices[-1]
    assert calm.until == calm.until  # it ended well
    assert line.live("d" * 3) == ["begun"]


def test_a_restless_line_that_stays_down_is_told_of_as_down_in_the_end() -> None:
    line = Line()
    line.live("du" * RESTLESS_BEGINNINGS, each=60.0)
    assert line.notices[-1].news == "restless"
    assert line.live("d" * int(CALM_SECONDS / 10 + 1), each=10.0) == ["calm"]
    assert line.notices[-1].until != line.notices[-1].until  # not over
    assert line.live("uu") == ["over"]


def test_a_clock_that_was_set_back_holds_nobody_back() -> None:
    changed, notices = news({}, scene(1000.0, trouble(87_400.0)), 5.0)
    assert [one.news for one in notices] == ["begun"]
    assert len(changed) == 1


def test_what_was_over_long_ago_is_forgotten() -> None:
    line = Line()
    line.live("du")
    assert line.cases
    line.live("u", each=RESTLESS_SECONDS + 1)
    assert line.cases == {}


@given(st.text("ud?", min_size=1, max_size=120), st.sampled_from([0.0, 3.0]))
def test_whatever_happens_people_know_how_it_stands(states: str, after: float) -> None:
    """Begun and over take turns; whoever was told last that a line is down was right, unless nobody knows."""
    line = Line(after)
    line.live(states)
    told = [one.news for one in line.notices]
    plain = [one for one in told if one in ("begun", "over")]
    if "restless" not in told:
        assert plain == ["begun", "over"] * (len(plain) // 2) + ["begun"] * (len(plain) % 2)
    line.live("d" * int(CALM_SECONDS + 2))  # long enough for everything
    last = line.notices[-1]
    assert last.news in ("begun", "calm")
    assert last.until != last.until
    assert open_keys(line.cases) == {LINE}
    assert line.live("u" * int(CALM_SECONDS + 2))[-1] in ("over", "calm")


@given(st.text("ud?", max_size=200))
def test_a_message_is_never_about_what_has_not_happened(states: str) -> None:
    line = Line()
    line.live(states)
    for one in line.notices:
        assert one.trouble.since <= one.at
        assert one.until != one.until or one.trouble.since <= one.until <= one.at


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_restart_in_between_tells_nobody_twice_and_forgets_nobody(cut: int) -> None:
    states = "udddd??duuuu"
    whole, halved = Line(), Line()
    whole.live(states)
    halved.live(states[:cut])
    halved.cases = dict(halved.cases)  # all that is kept
    halved.live(states[cut:])
    assert [one.news for one in halved.notices] == [one.news for one in whole.notices] == ["begun", "over"]
