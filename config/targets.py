"""What was promised: the target of an indicator on a day, in the unit formulas count in.

Shares are 0 to 1, durations seconds, counts as they stand. Whether a target was met is for `indicators`.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from config.errors import WrongValueError
from config.model import Target

_UNITS = {
    "0.01": "% ％",
    "1": "条 个 天 日 台 台次 次 件 项 家 户 座 s 秒 days lines count",
    "60": "min 分 分钟",
    "3600": "h 时 小时",
}
FACTORS = {
    "": Decimal(1),
    **{unit: Decimal(factor) for factor, units in _UNITS.items() for unit in units.split()},
}
"""How much of what formulas count in one of a unit is; days are counted, not lasted."""


def in_formula_units(value: float, unit: str) -> float:
    """A promised value as formulas have it: 95 % is 0.95, 4 h are 14400 seconds. Raises WrongValueError."""
    if unit not in FACTORS:
        raise WrongValueError(
            "{found} is not a unit of targets; expected %, a count such as 条, 天 or 台次, or a time, h, min or s",
            rule="unit",
            found=unit,
        )
    # As decimals: 99.9 % is the number that is written 0.999, and who reached just that has reached it.
    return float(Decimal(repr(value)) * FACTORS[unit])


def target_of(targets: Iterable[Target], indicator: str, group: str | None, day: dt.date) -> float | None:
    """What was promised for an indicator of a group (None: of all together) on a day; None if nothing was.

    In the unit formulas count in. What was promised for all is not promised for each: 150 lines are not 150 each.
    """
    found = next((one for one in targets if (one.indicator, one.group) == (indicator, group)), None)
    if found is None:
        return None
    value = found.value
    for change in found.changes:
        if change.from_ <= day:
            value = change.value
    return in_formula_units(value, found.unit)
