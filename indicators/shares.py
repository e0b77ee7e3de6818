"""Indicators that are shares of time: availability, fault rates, faulty lines, downtime. Definitions, §4.

Every bound is one of the two completions: all unknown time as down, or all of it as up. Input are `Sums` of the
subjects, times in microseconds; shares are 0 to 1.
"""

import numpy as np

from indicators.axis import Ints
from indicators.days import MemberDays
from indicators.measure import Bracket, nothing, share
from indicators.sums import Sums

MICRO = 1_000_000
DAY = 86_400 * MICRO


def availability(of: Sums) -> Bracket:
    """U/(U+D) over all subjects and windows; bounds U/T and (U+K)/T. After ITU-T G.827."""
    up, down, unknown = _totals(of)
    return _share_of_time(up, down, unknown, **_seconds(of))


def fault_rate(of: Sums) -> Bracket:
    """ΣD/Σ(U+D) over lines, or over systems (`downtime_rate`); bounds ΣD/ΣT and (ΣD+ΣK)/ΣT."""
    up, down, unknown = _totals(of)
    return _share_of_time(down, up, unknown, **_seconds(of))


def faulty_lines(of: Sums) -> Bracket:
    """Lines with D > 0 ÷ lines that were there. Where unknown is taken as down, any K makes a line faulty."""
    one = of.over(axis=1)
    faulty, maybe = one.down > 0, (one.down > 0) | (one.unknown > 0)
    found, most, number = (int(flags.sum()) for flags in (faulty, maybe, one.total > 0))
    return _share_of_items(found, most, number, of, "lines")


def faulty_line_days(of: MemberDays) -> Bracket:
    """Days of lines with D > 0 ÷ days of lines."""
    found, most, number = (int(counts.sum()) for counts in (of.faulty, of.maybe_faulty, of.there))
    return _share_of_items(found, most, number, of.sums, "line_days")


def clean_lines(of: Sums) -> Bracket:
    """Lines without any downtime ÷ lines: 1 − `faulty_lines`. After ITU-T M.1016, Annex B."""
    return complement(faulty_lines(of))


def complement(of: Bracket) -> Bracket:
    """1 − a share; the bounds change places."""
    if of.lower is None or of.upper is None:
        return of
    value = None if of.value is None else 1 - of.value
    return Bracket(value, 1 - of.upper, 1 - of.lower, of.coverage, of.evidence)


def fault_frequency(of: Sums, faults: int, month_days: float) -> Bracket:
    """Faults per 100 line-months of U+D. The recorded faults are fixed; only the time they are spread over varies."""
    up, down, unknown = _totals(of)
    hundred_months = 100 * month_days * DAY
    if up + down == 0:
        return nothing(coverage_of(of), **_seconds(of))
    value = faults * hundred_months / (up + down)
    return Bracket(
        value,
        faults * hundred_months / (up + down + unknown),
        value,
        coverage_of(of),
        {**_seconds(of), "faults": faults, "month_seconds": month_days * DAY / MICRO},
    )


def downtime_p95(of: Sums) -> Bracket:
    """Seconds of downtime not exceeded by 95 % of circuits: the smallest that is enough for them. ITU-T M.1016."""
    one = of.over(axis=1)
    there = one.total[:, 0] > 0
    if not there.any() or coverage_of(of) == 0:
        return nothing(coverage_of(of))
    down = one.down[there, 0]
    value, upper = _p95(down), _p95(down + one.unknown[there, 0])
    return Bracket(value, value, upper, coverage_of(of), {"circuits": int(there.sum())})


def coverage_of(of: Sums) -> float | None:
    """(U+D)/T; None where there is no T."""
    up, down, unknown = _totals(of)
    return share(up + down, up + down + unknown)


def _p95(seconds: Ints) -> float:
    ordered = np.sort(seconds)
    return float(ordered[int(np.ceil(0.95 * len(ordered))) - 1]) / MICRO


def _share_of_time(part: int, rest: int, unknown: int, **evidence: object) -> Bracket:
    total = part + rest + unknown
    if part + rest == 0:
        return nothing(share(0, total), **evidence)
    value = part / (part + rest)
    return Bracket(
        # The bounds hold exactly; division may miss by the last bit.
        value,
        min(value, part / total),
        max(value, (part + unknown) / total),
        (part + rest) / total,
        evidence,
    )


def _share_of_items(found: int, most: int, number: int, of: Sums, items: str) -> Bracket:
    """`found` of a `number` of items are faulty, and `most` of them may be."""
    coverage = coverage_of(of)
    evidence = {**_seconds(of), items: number, "faulty": found}
    if number == 0 or coverage == 0:
        return nothing(coverage, **evidence)
    return Bracket(found / number, found / number, most / number, coverage, evidence)


def _totals(of: Sums) -> tuple[int, int, int]:
    return int(of.up.sum()), int(of.down.sum()), int(of.unknown.sum())


def _seconds(of: Sums) -> dict[str, float]:
    """Up, down and unknown seconds, and what of them is attested."""
    names = {"up": "up_seconds", "down": "down_seconds", "unknown": "unknown_seconds"}
    attested = {"attested_up": "attested_up_seconds", "attested_down": "attested_down_seconds"}
    return {said: int(getattr(of, name).sum()) / MICRO for name, said in (names | attested).items()}
