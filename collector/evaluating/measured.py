"""The measures that the rows of a plan ask for, judged from the ledger over the plan's year."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from sqlalchemy.engine import Connection

from collector import entered
from collector.judging.closed import judged
from collector.judging.figures import EVERYBODY, OF_BANDWIDTH, Wanted, bandwidth_measures, measures
from collector.judging.judge import Case, case
from collector.judging.lines import source
from collector.judging.roster import NEVER_ENDS, roster
from collector.judging.standing import reach
from collector.judging.window import Period, period
from config.model import Config
from config.plan import Measure as Asked
from config.plan import Row
from config.policy import load_policy
from indicators.calendar import month_window, year_window
from indicators.catalogue import CATALOGUE
from indicators.measure import Measure
from indicators.policy import Policy


@dataclass(frozen=True, slots=True)
class Found:
    """What was judged for a row: as measured, and with what approved papers say where that is another figure."""

    measured: Measure
    amended: Measure | None = None

    @property
    def printed(self) -> Measure:
        """What goes into the cell: papers count, and are printed apart beside it."""
        return self.amended or self.measured


@dataclass(frozen=True, slots=True)
class Facts:
    """From where rows are filled: a ledger at one moment, the network, and where verdicts are kept."""

    connection: Connection
    network: Config
    data_dir: Path
    now: int  # microseconds since 1970 UTC


def window_of(year: int, of: Facts, *, half: bool = False) -> Period:
    """The calendar year, or its first six months, in the zone of the reporting calendar."""
    zone = roster(of.network).zone
    begin, end = year_window(year, zone)
    if half:
        end = month_window(year, 7, zone)[0]
    return period(begin, end, zone, of.now)


def found(rows: tuple[Row, ...], of: Facts, over: Period, beside: Path) -> Mapping[str, Found]:
    """What was judged for each measured row, by its id; nothing of a row that nobody of its kind and group is in.

    `beside` is the folder of the plan, in which policies of single rows lie.
    """
    asked = {row.id: row.measure for row in rows if row.measure is not None}
    by_policy: dict[str, dict[str, Asked]] = {}
    for name, one in asked.items():
        by_policy.setdefault(one.policy, {})[name] = one
    results: dict[str, Found] = {}
    for file, some in by_policy.items():
        policy = load_policy(beside / file) if file else of.network.rules
        results |= dict(_by_one_policy(some, of, over, policy))
    return results


def _by_one_policy(
    asked: Mapping[str, Asked], of: Facts, over: Period, policy: Policy
) -> Iterator[tuple[str, Found]]:
    for_all = cases(of, policy)
    measured, *others = (_judged(one, asked, over, of) for one in for_all)
    for row, wanted in asked.items():
        key = next((key for key in _keys(wanted) if key in measured), None)
        if key is None:
            continue
        amended = others[0].get(key) if others else None
        differs = amended is not None and amended.bracket != measured[key].bracket
        yield row, Found(measured[key], amended if differs else None)


def cases(of: Facts, policy: Policy) -> tuple[Case, ...]:
    """As measured; and as amended, where approved papers speak of unknown time."""
    people = entered.facts(of.connection, 0, NEVER_ENDS)
    known = roster(of.network)
    # Closed days come from what is kept; where they do not, the whole history is read when it is needed.
    prepared = source(of.connection, known, policy, of.now, since=reach(of.now, known.zone))
    first = case(prepared, people)
    if people.attestations or any(one.what == "resolve" for one in people.amendments):
        return first, case(prepared, people, amended=True)
    return (first,)


Key = tuple[str, str, str, str]
"""Indicator, kind, subject and view."""


def _judged(of: Case, asked: Mapping[str, Asked], over: Period, facts: Facts) -> dict[Key, Measure]:
    names = {one.indicator for one in asked.values()}
    kept = partial(judged, data_dir=facts.data_dir, config=facts.network.digest)
    parts: list[Iterator[Measure]] = []
    if names - OF_BANDWIDTH:
        parts.append(measures(of, over, Wanted(), kept))
    if names & OF_BANDWIDTH:
        parts.append(bandwidth_measures(of, over, Wanted()))
    return {
        (one.indicator, one.kind, one.subject, one.view): one
        for one in chain(*parts)
        if one.indicator in names
    }


def _keys(asked: Asked) -> Iterator[Key]:
    """What a row may mean: its kind if it names one, else the first kind that there is."""
    entry = CATALOGUE[asked.indicator]
    view = asked.view or entry.views[0]
    for kind in [asked.of] if asked.of else entry.of:
        yield asked.indicator, kind, asked.group or EVERYBODY, view
