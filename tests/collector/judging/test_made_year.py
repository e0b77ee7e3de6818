"""A year whose truth is known: what is judged from its record equals the truth, as far as packets can tell it.

Where somebody looked, every edge lies within its bounds, so downtime differs from the truth by no more than these;
where nobody looked, the truth lies in the bracket.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from collector.judging.figures import Wanted, measures
from collector.judging.listing import Outage, outages
from collector.judging.roster import CHECK_KIND, Subject
from collector.judging.window import judgements
from collector.ledger.store import sqlite_url
from indicators.assessed import Judgement
from indicators.catalogue import Kind, View
from lab.year_really import CONFIRM
from lab.year_spans import common, length
from lab.year_world import Spans, concerned, key, parent, union
from tests.collector.judging.made import DAY, NETWORKS, Made, made
from tests.collector.judging.truth import Really, S, rhythm, truth

YEAR = ("hainan-commerce-dept-2020", 1, 365)
SHORTER = {
    "hainan-commerce-dept-2020": 120,
    "hainan-commerce-info-centre-2018": 40,
    "hainan-transport-fees-2020": 25,
    "yiyang-egov-network-2020": 10,
}
CASES = [YEAR, *((network, seed, SHORTER[network]) for network in NETWORKS for seed in (2, 3))]
VIEWS: tuple[View, ...] = ("line", "business")
FOUR_HOURS = 4 * 3600 * S


@pytest.fixture(scope="module", params=CASES, ids=lambda one: f"{one[0]}-{one[1]}")
def of(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A judged year of each example network, of several seeds."""
    network, seed, days = request.param
    with made(sqlite_url(tmp_path_factory.mktemp("year")), network, seed, days) as found:
        yield found


def _kinds(of: Made) -> Iterator[tuple[Kind, list[Subject]]]:
    for kind, subjects in of.case.source.roster.by_kind.items():
        if subjects:
            yield kind, list(subjects)


def _judged(of: Made) -> Iterator[tuple[Kind, View, Judgement]]:
    for kind, subjects in _kinds(of):
        for view, found in judgements(of.case, kind, subjects, of.over).items():
            yield kind, view, found


def _slack(of: Made, kind: Kind, name: str, cuts: int) -> float:
    """Seconds by which packets may miss the truth of so many cuts: an edge each, as often as it is asked."""
    asked = _rhythm_of(of, kind, name)
    return cuts * (asked[0] + asked[1])


def _rhythm_of(of: Made, kind: Kind, name: str) -> tuple[float, float]:
    """Seconds until a silence is sure to be noticed, and until its end is."""
    one = rhythm(of.config, CHECK_KIND[kind], name)
    return one.interval + one.retry_span + 0.1, max(one.fast, one.interval) + 0.1


def _truth(of: Made, kind: Kind, name: str, view: str) -> Really:
    return truth(of.year, key(CHECK_KIND[kind], name), view)


def test_the_seconds_of_everybody_are_true_within_their_bracket(of: Made) -> None:
    begin, end = of.over.begin, of.over.end
    for kind, view, found in _judged(of):
        sums = found.sums.over(axis=1)
        for row, name in enumerate(found.subjects):
            real = _truth(of, kind, name, view)
            up, down, unknown = (float(one[row, 0]) / S for one in (sums.up, sums.down, sums.unknown))
            slack = _slack(of, kind, name, 2 * len(real.out) + 2)
            out, there = real.seconds_down(begin, end), real.seconds(begin, end)
            place = f"{view} {kind} {name}"
            assert down - slack <= out <= down + unknown + slack, place
            assert up - slack <= there - out <= up + unknown + slack, place
            assert up + down + unknown == pytest.approx(there, abs=slack), place


def test_every_day_is_true_within_its_bracket_and_so_are_normal_days(of: Made) -> None:
    for kind, view, found in _judged(of):
        for row, name in enumerate(found.subjects):
            real = _truth(of, kind, name, view)
            normal, doubtful = 0, 0
            sums = found.sums
            for day in np.flatnonzero(of.over.whole).tolist():
                begin, end = int(of.over.edges[day]), int(of.over.edges[day + 1])
                near = len(common(real.out, [(begin - 600 * S, end + 600 * S)]))
                out, slack = real.seconds_down(begin, end), _slack(of, kind, name, near)
                limit = 0.01 * real.seconds(begin, end)
                assert sums.down[row, day] / S - slack <= out, f"{view} {name} day {day}"
                assert out <= (sums.down + sums.unknown)[row, day] / S + slack, f"{view} {name} day {day}"
                normal += out <= limit
                doubtful += abs(out - limit) <= slack
            [bracket] = _of(of, kind, view, name, "normal_days")
            assert bracket[0] - doubtful <= normal <= bracket[1] + doubtful, f"{view} {kind} {name}"


def _of(of: Made, kind: Kind, view: str, name: str, indicator: str) -> list[tuple[float, float]]:
    key_ = (kind, view, name, indicator)
    return [_brackets(of)[key_]]


_KNOWN: dict[int, dict[tuple[str, str, str, str], tuple[float, float]]] = {}


def _brackets(of: Made) -> dict[tuple[str, str, str, str], tuple[float, float]]:
    """Lower and upper of every measure of every single subject."""
    if id(of) not in _KNOWN:
        _KNOWN.clear()
        names = tuple(one.id for one in of.case.source.roster.everybody())
        _KNOWN[id(of)] = {
            (one.kind, one.view, one.subject, one.indicator): (
                float("-inf") if one.bracket.lower is None else one.bracket.lower,
                float("inf") if one.bracket.upper is None else one.bracket.upper,
            )
            for one in measures(of.case, of.over, Wanted(subjects=names))
        }
    return _KNOWN[id(of)]


def _gaps(of: Made, around: int) -> Spans:
    """When nobody looked, and so much before and after it."""
    return union((one.begin - around, one.end + around) for one in of.year.gaps)


def _listed(of: Made, kind: Kind, subjects: list[Subject], view: View) -> dict[str, list[Outage]]:
    found: dict[str, list[Outage]] = {one.id: [] for one in subjects}
    for outage in outages(of.case, subjects, of.over.begin, of.over.end, (view,)):
        found[outage.subject].append(outage)
    return found


def test_outages_of_lines_and_real_cuts_match_one_to_one_and_lie_within_their_bounds(of: Made) -> None:
    dark, matched = _gaps(of, 60 * S), 0
    for kind, subjects in _kinds(of):
        if kind != "circuits":
            continue
        for name, listed in _listed(of, kind, subjects, "business").items():
            real = _truth(of, kind, name, "business").out
            for begin, end in real:
                if not common([(begin, end)], dark):
                    [one] = [each for each in listed if each.start < end and begin < (each.end or end)]
                    _within(one, begin, end)
                    matched += 1
            for one in listed:
                assert common([(one.start, one.end or of.over.end)], real), (
                    f"{name}: nothing was cut at {one}"
                )
    assert matched > 1


def _within(one: Outage, begin: int, end: int) -> None:
    assert one.start_after is not None
    assert one.end_after is not None
    assert one.end_before is not None
    assert one.start_after <= begin <= one.start_before
    assert one.end_after <= end <= one.end_before
    if one.reason != "loss":
        assert one.start_before - one.start_after < 15 * S
        assert one.end_before - one.end_after < 3 * S


def test_faults_are_as_many_as_there_were_and_last_as_long(of: Made) -> None:
    """Of those around which somebody looked; what nobody saw makes no fault."""
    dark, compared = _gaps(of, 15 * 60 * S), 0
    for kind, view, found in _judged(of):
        if kind != "circuits" or view != "business":
            continue
        for row, name in enumerate(found.subjects):
            mine = found.faults.faults.chosen(found.faults.subject == row)
            told = list(zip(mine.start.tolist(), mine.end.tolist(), strict=True))
            real = _truth(of, kind, name, view).faults()
            for begin, end, clock in real:
                if common([(begin, end)], dark):
                    continue
                [which] = [number for number, one in enumerate(told) if one[0] < end and begin < one[1]]
                slack = round(15 * S)
                assert mine.shortest[which] - slack <= clock <= mine.longest[which] + slack, name
                assert mine.clock[which] == pytest.approx(clock, abs=slack), name
                compared += 1
            # A line is seen down before its router is known to be: so much of excluded maintenance stays D.
            above = parent(of.year.world[key("circuit", name)], of.year.world)
            edges = union((one.begin, one.end) for one in of.year.windows if one.element == above)
            told = [one for one in told if not common([one], edges)]
            assert len(told) <= len(real) + sum(bool(common([one[:2]], dark)) for one in real), name
    assert compared > 1


def test_restored_within_four_hours_brackets_the_truth_of_the_recorded_faults(of: Made) -> None:
    for kind, view, found in _judged(of):
        if kind != "circuits":
            continue
        for row, name in enumerate(found.subjects):
            mine = found.faults.faults.chosen(found.faults.subject == row)
            real = _truth(of, kind, name, view).faults()
            clocks = [
                [clock for begin, end, clock in real if begin < last and first < end]
                for first, last in zip(mine.start.tolist(), mine.end.tolist(), strict=True)
            ]
            sure = [one[0] for one in clocks if len(one) == 1 and abs(one[0] - FOUR_HOURS) > 20 * S]
            if len(sure) == len(clocks) and clocks:
                good = sum(one <= FOUR_HOURS for one in sure) / len(sure)
                lower, upper = _brackets(of)[kind, view, name, "restored_within"]
                assert lower <= good <= upper or (lower, upper) == (float("-inf"), float("inf")), name


def test_behind_a_dead_core_users_are_cut_off_but_no_line_is_at_fault(of: Made) -> None:
    core = [one for one in of.year.affairs if one.what == "core"]
    dark, seen = _gaps(of, 60 * S), 0
    for kind, subjects in _kinds(of):
        if kind != "circuits":
            continue
        listed = {view: _listed(of, kind, subjects, view) for view in VIEWS}
        for first, *own in (one.deeds for one in core):
            broken = {deed.element for deed in own}
            behind = concerned(of.year.world, [first.element]) - broken - {first.element}
            if common([(first.begin, first.end)], dark):
                continue
            for name in (one.id for one in subjects if key("circuit", one.id) in behind):
                assert not _overlapping(listed["line"][name], first.begin, first.end), name
                assert _overlapping(listed["business"][name], first.begin, first.end), name
                seen += 1
    assert seen or of.over.end - of.over.begin < 300 * DAY


def _overlapping(listed: list[Outage], begin: int, end: int) -> list[Outage]:
    return [one for one in listed if one.start < end and begin < (one.end or end)]


def test_switch_overs_succeeded_where_the_site_stayed_reachable(of: Made) -> None:
    """Services with a check of their own: of every member fault, whether the service outlived it."""
    for kind, view, found in _judged(of):
        if kind != "services" or view != "business" or found.switches is None:
            continue
        for number in range(len(found.switches.at)):
            name = found.subjects[int(found.switches.service[number])]
            at = int(found.switches.at[number])
            service = of.year.world[key("service", name)]
            faults = [
                (begin, end)
                for line in service.lines
                for begin, end, _ in _truth(of, "circuits", line, "line").faults()
                if begin - 20 * S <= at <= end + 20 * S
            ]
            lost = common(_truth(of, kind, name, view).out, union(faults))
            if found.switches.survived[number]:
                assert not lost, f"{name} at {at}"
            if found.switches.failed[number]:
                assert lost, f"{name} at {at}"


def test_blips_are_short_cuts_and_no_outage(of: Made) -> None:
    dark = _gaps(of, 60 * S)
    short = {
        one.element: (one.begin, one.end)
        for one in of.year.deeds
        if one.what == "cut" and one.end - one.begin < CONFIRM
    }
    assert short
    for kind, subjects in _kinds(of):
        if kind == "circuits":
            listed = _listed(of, kind, subjects, "business")
            for name, (begin, end) in short.items():
                if name.startswith("circuit:") and not common([(begin, end)], dark):
                    assert not _overlapping(listed[name.partition(":")[2]], begin, end), name


def test_every_bracket_of_availability_and_fault_rate_holds_the_truth(of: Made) -> None:
    begin, end = of.over.begin, of.over.end
    for (kind, view, name, indicator), (lower, upper) in _brackets(of).items():
        if indicator in ("availability", "fault_rate", "downtime_rate"):
            real = _truth(of, kind, name, view)  # type: ignore[arg-type]
            there = real.seconds(begin, end)
            share = real.seconds_down(begin, end) / there
            slack = _slack(of, kind, name, 2 * len(real.out) + 2) / there  # type: ignore[arg-type]
            value = 1 - share if indicator == "availability" else share
            assert lower - slack <= value <= upper + slack, f"{view} {kind} {name} {indicator}"


def test_both_databases_give_the_same_figures(url: str, tmp_path: Path) -> None:
    beside = tmp_path / "beside"
    beside.mkdir()
    network = "hainan-commerce-dept-2020"
    with made(url, network, 5, 20) as one, made(sqlite_url(beside), network, 5, 20) as other:
        found = list(measures(one.case, one.over, Wanted()))
        assert len(found) > 20
        assert found == list(measures(other.case, other.over, Wanted()))


def test_the_same_seed_makes_the_same_year_and_another_seed_another(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "abc"]
    figures = []
    for folder, seed in zip(folders, (7, 7, 8), strict=True):
        folder.mkdir()
        with made(sqlite_url(folder), "hainan-commerce-dept-2020", seed, 10) as one:
            figures.append(list(measures(one.case, one.over, Wanted())))
    assert figures[0] == figures[1]
    assert figures[0] != figures[2]


def test_nobody_looked_for_as_long_as_the_collector_was_away(of: Made) -> None:
    """Unknown time is what was not watched and, in the line view, what stood behind a dead upstream: no more."""
    dark = length([(max(one.begin, of.over.begin), one.end) for one in of.year.gaps]) / S
    for kind, view, found in _judged(of):
        if kind != "circuits" or view != "business":
            continue
        unknown = found.sums.over(axis=1).unknown[:, 0] / S
        most = dark + (len(of.year.gaps) + 1) * 660 + 60
        assert (unknown <= most).all()
        assert (unknown >= 0.5 * dark - 60).all()
