"""Indicators as the judging process leaves them, for what shows them; no tests here."""

from datetime import timedelta, timezone
from typing import Any

from exporters.measures import row
from exporters.standing import Standing
from indicators.catalogue import CATALOGUE
from indicators.measure import Bracket, Measure

ZONE = timezone(timedelta(hours=8))
BEGIN, END = 1_767_196_800.0, 1_779_292_800.0  # 2026-01-01 and 2026-05-21 in Shanghai


def measure(
    indicator: str,
    bracket: Bracket,
    *,
    kind: str = "circuits",
    subject: str = "branch",
    view: str = "",
    target: float | None = None,
) -> Measure:
    entry = CATALOGUE[indicator]
    return Measure(
        indicator=indicator,
        kind=kind,
        subject=subject,
        view=view or entry.views[0],
        begin=BEGIN,
        end=END,
        bracket=bracket,
        unit=entry.unit,
        formula=entry.formula,
        policy="9f" * 32,
        policy_name="default",
        target=target,
        sufficient=bracket.coverage is not None and bracket.coverage >= 0.95,
    )


def told(of: Measure, *periods: str) -> list[dict[str, Any]]:
    return [{"period": period, **row(of, ZONE)} for period in periods or ("day", "month", "year")]


def outlook(left: tuple[float, float, float], kind: str = "circuits") -> dict[str, Any]:
    """Margin and forecast of normal days of a target of 360; `left` is value, lower and upper."""
    value, lower, upper = left
    sure = {"value": 5.0, "lower": 5.0, "upper": 5.0}
    return {
        "indicator": "normal_days",
        "kind": kind,
        "subject": "branch",
        "view": "business",
        "target": 360.0,
        "allowed": sure,
        "allowed_so_far": {"value": 1.9, "lower": 1.9, "upper": 1.9},
        "used": {"value": 1.0, "lower": 1.0, "upper": 2.0},
        "left": {"value": value, "lower": lower, "upper": upper},
        "median": {"value": 361.0, "lower": 360.0, "upper": 361.0},
        "low": {"value": 358.0, "lower": 357.0, "upper": 358.0},
        "high": {"value": 363.0, "lower": 362.0, "upper": 363.0},
        "probability": {"value": 0.71, "lower": 0.6, "upper": 0.71},
        "breach_at_worst": "2026-05-26",
        "breach_at_this_rate": None,
    }


def standing() -> Standing:
    """A few of each: promised and not, met, missed and open."""
    seconds = {"up_seconds": 999.0, "down_seconds": 1.0}
    measures = [
        measure("availability", Bracket(0.999, 0.998, 0.9995, 0.99, seconds), target=0.99),
        measure("restored_within", Bracket(0.5, 0.4, 0.6, 1.0), target=0.95),
        measure("circuits_normal", Bracket(44, 43, 46, 0.97), target=45),
        measure("normal_days", Bracket(138, 137, 139, 0.99), target=360),
        measure("normal_days", Bracket(138, 137, 139, 0.99), kind="devices", target=360),
        measure("availability", Bracket(0.9, 0.9, 0.9, 1.0, seconds), subject="all"),
        measure("mttr", Bracket(None, None, None, 1.0)),
    ]
    rows = [one for each in measures for one in told(each)]
    return Standing(END, tuple(rows), (outlook((4.0, 3.0, 4.0)),))
