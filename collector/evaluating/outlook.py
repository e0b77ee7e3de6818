"""What rows of normal days are expected to come to by the year's end, for the half-year form; of others nothing."""

from collections.abc import Iterator, Mapping

from collector.evaluating.measured import Facts, PolicyOf, cases, keys, window_of
from collector.judging.closed import judged
from collector.judging.figures import Wanted, asked
from collector.judging.judge import Case
from collector.judging.standing import year_of
from collector.judging.window import Period
from config.plan import Plan, Row
from config.plan_case import unit_of
from exporters.forms.monitoring import Expected
from indicators.assessed import Assessed
from indicators.forecast import Forecast, forecast
from indicators.member_time import Members

_DAYS = "normal_days"
Key = tuple[str, str, str]
"""Kind, subject and view."""


def outlooks(plan: Plan, of: Facts, policy_of: PolicyOf) -> Mapping[str, Expected]:
    """Of each row of normal days with a target, by its id, as known at the end of the half year."""
    over = window_of(plan.project.year, of, half=True)
    found: dict[str, Expected] = {}
    of_days = [row for row in plan.rows if row.measure and row.measure.indicator == _DAYS]
    for file in {row.measure.policy for row in of_days if row.measure}:
        policy = policy_of(file) if file else of.network.rules
        measured, _, _ = cases(of, policy, over)
        judgements = _judgements(measured, of, over)
        for row in of_days:
            if row.measure and row.measure.policy == file:
                found |= dict(_of_row(row, measured, judgements, over))
    return found


def _judgements(of: Case, facts: Facts, over: Period) -> Mapping[Key, tuple[Assessed, Members]]:
    found: dict[Key, tuple[Assessed, Members]] = {}
    for kind, subjects in of.source.roster.by_kind.items():
        if subjects:
            ask = asked(kind, subjects, over, Wanted())
            (views,) = judged(of, kind, subjects, [ask], facts.data_dir, facts.network.digest)
            for view, whole in views.items():
                found |= {(kind, members.name, view): (whole, members) for members in ask.whom}
    return found


def _of_row(
    row: Row, of: Case, found: Mapping[Key, tuple[Assessed, Members]], over: Period
) -> Iterator[tuple[str, Expected]]:
    target = row.quantity(row.target)
    assert row.measure is not None  # noqa: S101 - only measured rows are asked
    key = next((key[1:] for key in keys(row.measure) if key[1:] in found), None)
    if target is None or key is None:
        return
    whole, members = found[key]
    year = year_of(of, whole, members, float(target.number), over.end)
    told = _told(forecast(year, of.source.policy), unit_of(row))
    if told is not None:
        yield row.id, told


def _told(of: Forecast, unit: str) -> Expected | None:
    median, low, high, chance = (of.median.value, of.low.lower, of.high.upper, of.probability)
    if median is None or low is None or high is None or chance.lower is None or chance.upper is None:
        return None
    return Expected(f"{median:.0f}{unit}（{low:.0f}–{high:.0f}{unit}）", (chance.lower, chance.upper))
