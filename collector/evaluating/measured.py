"""The measures that the rows of a plan ask for, judged from the ledger over the plan's year."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from collector import entered
from collector.judging.closed import judged
from collector.judging.figures import OF_BANDWIDTH, Wanted, bandwidth_measures, measures
from collector.judging.judge import Case, adopted_late, case
from collector.judging.lines import source
from collector.judging.roster import NEVER_ENDS, roster
from collector.judging.standing import reach, with_target
from collector.judging.window import Period, period
from config.errors import LinewalkerError
from config.model import Config
from config.plan import Measure as Asked
from config.plan import Row
from config.policy import load_policy
from indicators.calendar import month_window, year_window
from indicators.catalogue import CATALOGUE
from indicators.measure import EVERYBODY, Measure
from indicators.policy import Adoption, Policy


@dataclass(frozen=True, slots=True)
class Found:
    """What was judged for a row: as measured, and with what approved papers say where that is another figure.

    `built_in` is as measured under the built-in policy, where the row's own was adopted after the period began.
    """

    measured: Measure
    amended: Measure | None = None
    built_in: Measure | None = None
    adopted: str = ""  # of the policy: document, approver, date

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
    """The calendar year, or its first six months, in the zone of the reporting calendar; not further than now.

    Raises LinewalkerError for one that has not begun.
    """
    zone = ZoneInfo(of.network.calendar.zone)
    begin, end = year_window(year, zone)
    if half:
        end = month_window(year, 7, zone)[0]
    if of.now <= begin:
        raise LinewalkerError("{year} has not begun: there is nothing to evaluate yet", year=year)
    return period(begin, min(end, of.now), zone, of.now)


PolicyOf = Callable[[str], Policy]
"""The policy that a row names."""


def beside(plan: Path) -> PolicyOf:
    """The policies of single rows, which lie in the folder of their plan."""
    return lambda file: load_policy(plan.parent / file)


def found(rows: tuple[Row, ...], of: Facts, over: Period, policy_of: PolicyOf) -> Mapping[str, Found]:
    """What was judged for each measured row, by its id; nothing of a row that nobody of its kind and group is in."""
    asked = {row.id: row.measure for row in rows if row.measure is not None}
    by_policy: dict[str, dict[str, Asked]] = {}
    for name, one in asked.items():
        by_policy.setdefault(one.policy, {})[name] = one
    results: dict[str, Found] = {}
    for file, some in by_policy.items():
        policy = policy_of(file) if file else of.network.rules
        results |= dict(_by_one_policy(some, of, over, policy))
    return results


def _by_one_policy(
    asked: Mapping[str, Asked], of: Facts, over: Period, policy: Policy
) -> Iterator[tuple[str, Found]]:
    measured, amended, built_in = (
        _judged(one, asked, over, of) if one else {} for one in cases(of, policy, over)
    )
    for row, wanted in asked.items():
        key = next((key for key in keys(wanted) if key in measured), None)
        if key is not None:
            first = measured[key]
            yield (
                row,
                Found(first, _other(amended.get(key), first), built_in.get(key), _adopted(policy.adoption)),
            )


def _other(one: Measure | None, than: Measure) -> Measure | None:
    """A measure, where it says anything else."""
    return one if one is not None and one.bracket != than.bracket else None


def _adopted(of: Adoption) -> str:
    return " ".join(one for one in (of.document, of.approver, of.date) if one)


def cases(of: Facts, policy: Policy, over: Period) -> tuple[Case, Case | None, Case | None]:
    """As measured; as amended, where papers speak of unknown time; by the built-in policy, where ours came late."""
    people = entered.facts(of.connection, 0, NEVER_ENDS)
    known = roster(of.network)
    # Closed days come from what is kept; where they do not, the whole history is read when it is needed.
    prepared = source(of.connection, known, policy, of.now, since=reach(of.now, known.zone))
    speak = people.attestations or any(one.what == "resolve" for one in people.amendments)
    late = adopted_late(policy, over.begin, known.zone)
    return (
        case(prepared, people),
        case(prepared, people, amended=True) if speak else None,
        case(replace(prepared, policy=Policy()), people) if late else None,
    )


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
    zone = of.source.roster.zone
    return {
        (one.indicator, one.kind, one.subject, one.view): with_target(one, facts.network, zone)
        for one in chain(*parts)
        if one.indicator in names
    }


def keys(asked: Asked) -> Iterator[Key]:
    """What a row may mean: its kind if it names one, else the first kind that there is."""
    entry = CATALOGUE[asked.indicator]
    view = asked.view or entry.views[0]
    for kind in [asked.of] if asked.of else entry.of:
        yield asked.indicator, kind, asked.group or EVERYBODY, view
