"""How the indicators stand now: of this day, this month and this year, with target, margin and forecast.

Made again and again while the service runs, by the same path as at the year's end: closed days from what is kept,
what came after judged anew.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from collector.judging.closed import judged
from collector.judging.figures import Wanted, asked, measures_of
from collector.judging.judge import CONTEXT, Case
from collector.judging.kept_tallies import standing_bandwidth
from collector.judging.window import period
from config.model import Config
from config.targets import target_of
from exporters.measures import row
from indicators.assessed import Assessed, day_verdicts
from indicators.calendar import date_at, day_window, days_of, month_window, year_window
from indicators.days import Verdicts
from indicators.forecast import Forecast, forecast
from indicators.judged import MICRO
from indicators.margin import LOST, NORMAL, TAKEN, UNDECIDED, Margin, Year, margin
from indicators.measure import EVERYBODY, Bracket, Measure
from indicators.member_time import Members

PERIODS = ("day", "month", "year")
_DAYS = "normal_days"
_UNSEALED = 3 * 86_400 * MICRO  # so long after its end a day is sealed, nearly always; if not, all is read


@dataclass(frozen=True, slots=True)
class Outlook:
    """Margin and forecast of the normal days of a group this year."""

    kind: str
    subject: str
    view: str
    target: float
    margin: Margin
    forecast: Forecast


def standing(of: Case, config: Config, data_dir: Path, periods: Sequence[str] = PERIODS) -> dict[str, Any]:
    """The measures of these periods of all groups, and the outlook of the year, as JSON."""
    zone, now = of.source.roster.zone, of.source.now
    overs = {name: period(_begin(name, now, zone), now, zone, now) for name in periods}
    measures, outlooks = list[dict[str, Any]](), list[dict[str, Any]]()
    for kind, subjects in of.source.roster.by_kind.items():
        asks = [asked(kind, subjects, over, Wanted()) for over in overs.values()]
        judgements = judged(of, kind, subjects, asks, data_dir, config.digest)
        for name, ask, views in zip(overs, asks, judgements, strict=True):
            found = measures_of(of, views, ask)
            measures += ({"period": name, **row(with_target(one, config, zone), zone)} for one in found)
            if name == "year":
                for whole in views.values():
                    for members in ask.whom:
                        outlooks += map(_told, _outlook(of, config, whole, members))
    if "month" in overs:  # with it this day's, too: every minute would be too often to read five minutes
        day = period(_begin("day", now, zone), now, zone, now)
        for name, one in standing_bandwidth(of, day, overs["month"], data_dir, config.digest):
            measures.append({"period": name, **row(with_target(one, config, zone), zone)})
    return {"at": now / 1e6, "measures": measures, "outlooks": outlooks}


def reach(now: int, zone: ZoneInfo) -> int:
    """How far back the facts of the days that are not sealed yet are needed, microseconds."""
    return _begin("day", now, zone) - _UNSEALED - CONTEXT


def with_target(of: Measure, config: Config, zone: ZoneInfo) -> Measure:
    """A measure with what was promised of it on the last day of its window."""
    last = dt.datetime.fromtimestamp(of.end - 1e-6, zone).date()
    group = None if of.subject == EVERYBODY else of.subject
    return replace(of, target=target_of(config.targets, of.indicator, group, last))


def _begin(name: str, now: int, zone: ZoneInfo) -> int:
    """When the day, month or year began in which `now` lies, microseconds."""
    today = date_at(now, zone)
    if name == "day":
        return day_window(today, today + dt.timedelta(days=1), zone)[0]
    return (
        month_window(today.year, today.month, zone)[0]
        if name == "month"
        else year_window(today.year, zone)[0]
    )


def _outlook(of: Case, config: Config, whole: Assessed, members: Members) -> Iterator[Outlook]:
    zone, now = of.source.roster.zone, of.source.now
    group = None if members.name == EVERYBODY else members.name
    target = target_of(config.targets, _DAYS, group, date_at(now, zone))
    if target is None:
        return
    year = year_of(of, whole, members, target, now)
    yield Outlook(
        whole.kind, members.name, whole.view, target, margin(year), forecast(year, of.source.policy)
    )


def year_of(of: Case, whole: Assessed, members: Members, target: float, at: int) -> Year:
    """The days of a year that are closed at a moment (microseconds), with their verdicts, and those to come."""
    zone = of.source.roster.zone
    verdicts = day_verdicts(whole, members, of.source.policy)
    today = date_at(at, zone)
    closed = [date_at(begin, zone).toordinal() for begin in whole.edges[:-1][whole.whole].tolist()]
    kept = [number for number in range(len(closed)) if not verdicts.excused[0, number]]
    return Year(
        closed=[closed[number] for number in kept],
        states=[_state(verdicts, number) for number in kept],
        to_come=list(range(today.toordinal(), dt.date(today.year + 1, 1, 1).toordinal())),
        target=target,
        year_days=days_of(today.year),
    )


def _state(of: Verdicts, day: int) -> int:
    if not of.decided[0, day]:
        return UNDECIDED
    if not of.normal[0, day]:
        return LOST
    return NORMAL if of.surely[0, day] else TAKEN


def _told(of: Outlook) -> dict[str, Any]:
    """An outlook as JSON."""
    return {
        "indicator": _DAYS,
        "kind": of.kind,
        "subject": of.subject,
        "view": of.view,
        "target": of.target,
        **{
            name: _bracket(getattr(of.margin, name)) for name in ("allowed", "allowed_so_far", "used", "left")
        },
        **{name: _bracket(getattr(of.forecast, name)) for name in ("median", "low", "high", "probability")},
        "breach_at_worst": _date(of.forecast.at_worst.on),
        "breach_at_this_rate": _date(of.forecast.at_this_rate.on),
    }


def _bracket(of: Bracket) -> Mapping[str, float | None]:
    return {"value": of.value, "lower": of.lower, "upper": of.upper}


def _date(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
