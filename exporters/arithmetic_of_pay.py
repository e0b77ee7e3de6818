"""How a deduction came about, as figures that anybody can reckon again."""

from decimal import Decimal
from fractions import Fraction

from indicators.contracts import (
    ENDLESS,
    AvailabilitySteps,
    DowntimeSteps,
    OverLimit,
    RestoreLimit,
    Rule,
)
from indicators.paying import Deduction

_SECOND = 1_000_000
OPEN = "…"  # of what is not over


def length(micros: int) -> str:
    """A length of time as h:mm:ss, with what is left of a second."""
    if micros == ENDLESS:
        return OPEN
    seconds, rest = divmod(micros, _SECOND)
    minutes, second = divmod(seconds, 60)
    fraction = f".{rest:06}".rstrip("0") if rest else ""
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}{fraction}"


def plain(number: Decimal) -> str:
    """A number without zeros at its end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def arithmetic(rule: Rule, of: Deduction, fee: Decimal, total: int) -> tuple[str, str, str]:
    """Of what is certain, of what hangs on times, and of what is disputed; empty where it is no more than before."""
    times = (of.time.least, of.time.most, of.possible)
    amounts = (of.amount.certain, of.amount.confirmed, of.amount.possible)
    percents = (of.percent.certain, of.percent.confirmed, of.percent.possible)
    found, before = [], Decimal(0)
    # A comparison has a consequence, a product a result.
    sign = "=" if isinstance(rule, OverLimit) else "→"
    for time, percent, amount in zip(times, percents, amounts, strict=True):
        if amount > before:  # else no step of the rule need be reached
            share = f"{plain(percent)} %"
            found.append(f"{_step(rule, time, total)} {sign} {share}; {fee} × {share} = {amount}")
        else:
            found.append("")
        before = max(before, amount)
    return found[0], found[1], found[2]


def _step(rule: Rule, time: int, total: int) -> str:
    match rule:
        case OverLimit():
            over = max(0, time - rule.limit)
            steps = -(-over // rule.every) if rule.begun else over // rule.every
            shown = OPEN if time == ENDLESS else str(steps)
            cap = f" ≤ {plain(rule.cap)} %" if time == ENDLESS or steps * rule.per_step > rule.cap else ""
            return f"{length(time)} − {length(rule.limit)} → {shown} × {plain(rule.per_step)} %{cap}"
        case RestoreLimit():
            return f"{length(time)} > {length(rule.limit)}"
        case DowntimeSteps():
            reached = max(least for least, _ in rule.steps if time >= least)
            return f"{length(time)} ≥ {length(reached)}"
        case AvailabilitySteps():
            share = Fraction(total - min(time, total), total)
            below = min(step for step, _ in rule.steps if share < step)
            return f"1 − {length(time)} ÷ {length(total)} = {_share(share)} < {_share(below)}"


def _share(share: Fraction) -> str:
    """In per cent to four places, rounded down: a share that is below a step must not be printed as the step."""
    hundred = share * 1_000_000
    return f"{plain(Decimal(hundred.numerator // hundred.denominator) / 10_000)} %"
