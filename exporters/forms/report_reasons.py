"""Reasons of deviations 偏差原因, proposed from facts alone: how much, which outages, whose fault, what is unknown.

A proposal says nothing that the ledger does not hold. It stands in no form before a person accepts it.
"""

from collections.abc import Iterator
from decimal import Decimal

from config.plan_case import cells_of, number, unit_of
from config.plan_filling import in_unit_of_row
from exporters.because import BECAUSE, CAUSES
from exporters.forms.annex import Annex, OutageLine, Part
from exporters.forms.annex_words import at, blamed, day_counts, reason
from exporters.forms.filled import FilledRow
from exporters.forms.voice import Voice
from exporters.measures import between
from indicators.catalogue import CATALOGUE
from indicators.measure import Measure
from indicators.percentages import rounded, towards

_WORST = 3  # outages that are told one by one
_OF_BANDWIDTH = ("bandwidth_assurance", "uncongested", "traffic_p95")


def proposal(row: FilledRow, annex: Annex, voice: Voice) -> str:
    """What the facts say of a measured row that missed its target, or may have; else nothing."""
    measure = row.measure
    if measure is None or measure.bracket.value is None or not (_missed(row) or row.open):
        return ""
    told = [_against(row, voice)]
    if _missed(row):
        told += _because(measure, annex, voice)
    return "".join(map(voice.ended, filter(None, [*told, *_unknown(measure, annex, voice)]))).strip()


def _missed(of: FilledRow) -> bool:
    """Whether it lost points, has not the best grade, or lies on the wrong side of its target."""
    best = next(iter(cells_of(of.row)), None)
    lost = of.points is not None and of.row.weight is not None and of.points < of.row.weight
    graded = of.grade is not None and best is not None and of.grade != best
    return lost or graded or _gap(of) > 0


def _gap(of: FilledRow) -> Decimal:
    """By how much the value, as it is printed, lies on the wrong side of the target, in the unit of the row."""
    target, value = of.row.quantity(of.row.target), _value(of)
    if target is None or value is None:
        return Decimal(0)
    return value - target.number if of.row.direction == "reverse" else target.number - value


def _value(of: FilledRow) -> Decimal | None:
    """The value in the unit of the row, rounded towards its bad side as forms print it."""
    if of.measure is None or of.measure.bracket.value is None:
        return None
    entry = CATALOGUE[of.measure.indicator]
    places = 0 if entry.unit in ("days", "circuits") else 2
    return rounded(in_unit_of_row(of.measure.bracket.value, of.row), places, towards(entry.bad))


def _against(of: FilledRow, voice: Voice) -> str:
    unit, value, gap = unit_of(of.row), _value(of) or Decimal(0), _gap(of)
    told = {"target": of.row.target, "value": f"{number(value)}{unit}"}
    if gap <= 0:
        return voice.say("target {target}, measured {value}").format(**told)
    return voice.say("target {target}, measured {value}: missed by {gap}").format(
        gap=f"{number(gap)}{unit}", **told
    )


def _because(measure: Measure, annex: Annex, voice: Voice) -> Iterator[str]:
    part = annex.part(measure)
    if measure.indicator in _OF_BANDWIDTH:
        yield from _five_minutes(measure, voice)
    elif part is not None and measure.indicator == "normal_days":
        yield from _days(part, voice)
        yield _outages(part, annex, voice, [one for one in part.outages if one.fault])
    elif part is not None and measure.indicator in ("restored_within", "mttr"):
        yield _late(part, annex, voice)
    elif part is not None:
        yield _outages(part, annex, voice, [one for one in part.outages if one.fault])


def _days(part: Part, voice: Voice) -> Iterator[str]:
    counts = day_counts(part)
    if counts["not normal"]:
        yield voice.say("{count} days were not normal").format(count=counts["not normal"])
    if counts["undecided"]:
        yield voice.say("{count} days are undecided, because too much of them was not watched").format(
            count=counts["undecided"]
        )


def _outages(part: Part, annex: Annex, voice: Voice, of: list[OutageLine]) -> str:
    if not of:
        return ""
    down = sum(one.down for one in of)
    share = f"{down / part.counted:.3%}" if part.counted else "—"
    head = voice.say(
        "{count} outages that count, {time} of all members together, {share} of the time; the longest"
    ).format(count=len(of), time=voice.lasted(down), share=share)
    worst = sorted(of, key=lambda one: (-one.seconds, one.start, one.subject))[:_WORST]
    return voice.led(head, voice.joined(_outage(one, annex, voice) for one in worst))


def _outage(one: OutageLine, annex: Annex, voice: Voice) -> str:
    return voice.say("{name} was out from {at} for {time}, {reason}, {party}").format(
        name=one.name,
        at=at(one.start, annex.zone, "minutes"),
        time=voice.lasted(one.seconds),
        reason=reason(one.reason, voice),
        party=_party(blamed(one.blame, voice), voice),
    )


def _party(told: str, voice: Voice) -> str:
    return (
        voice.say("responsible: {party}").format(party=told)
        if told
        else voice.say("nobody was named responsible")
    )


def _late(part: Part, annex: Annex, voice: Voice) -> str:
    late = [one for one in part.faults if one.verdict == "too late"]
    head = voice.say("{late} of {count} faults were not restored within {limit}").format(
        late=len(late), count=len(part.faults), limit=voice.lasted(part.limit)
    )
    if not late:
        return head
    told = [
        voice.say("{name} was not restored from {at} on for {time}, {party}").format(
            name=one.name,
            at=at(one.start, annex.zone, "minutes"),
            time=voice.lasted(one.clock),
            party=_party(blamed(one.blame, voice), voice),
        )
        for one in sorted(late, key=lambda one: (-one.clock, one.start, one.subject))[:_WORST]
    ]
    return voice.led(voice.joined((head, voice.say("the longest"))), voice.joined(told))


def _five_minutes(measure: Measure, voice: Voice) -> Iterator[str]:
    """Why five minutes were not assured, as far as the evidence counts them."""
    reasons = measure.bracket.evidence.get("reasons")
    if not isinstance(reasons, dict):
        return
    for name, count in sorted(reasons.items(), key=lambda one: -float(one[1]))[:_WORST]:
        words = BECAUSE.get(str(name), "")
        if count and words.startswith(("short", "unproven")):
            yield voice.say("{count} five-minute intervals {why}").format(count=count, why=voice.say(words))


def _unknown(measure: Measure, annex: Annex, voice: Voice) -> Iterator[str]:
    """How much was not watched, mainly why, and what the value may be therefore."""
    part = annex.part(measure)
    if part is None or not part.unknown or measure.bracket.lower == measure.bracket.upper:
        return
    cause, size = max(part.unknown.items(), key=lambda one: one[1])
    total = sum(part.unknown.values())
    text = voice.say(
        "{time} of all members together ({share}) is unknown, mostly: {cause} ({most}); the value is in {bracket}"
    )
    yield text.format(
        time=voice.lasted(total),
        share=f"{total / part.counted:.3%}" if part.counted else "—",
        cause=voice.say(CAUSES.get(cause, cause)),
        most=voice.lasted(size),
        bracket=between(measure, voice.say),
    )
