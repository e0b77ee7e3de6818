"""The report's passage on indicators: row by row what was to be reached, what was, and by which evidence."""

from exporters.figures import NONE
from exporters.forms.filled import FilledRow, printed
from exporters.forms.report_facts import Fact, Given, Passage, Place
from exporters.forms.voice import Voice
from exporters.measures import between


def indicators(given: Given) -> Passage:
    """Row by row what was to be reached and what was."""
    for number, row in enumerate(given.of.rows, 1):
        yield from _indicator(number, row, given.voice)


def _indicator(number: int, row: FilledRow, voice: Voice) -> Passage:
    say = voice.say
    told = [say("target {target}").format(target=row.row.target or NONE)]
    value = row.actual or row.outcome
    if value:
        told.append(say("reached {value}").format(value=value))
    if value and row.grade:
        told.append(say("grade {grade}").format(grade=row.grade))
    if row.points is not None:
        points, weight = printed(row.points), printed(row.row.weight)
        told.append(say("{points} of {weight} points").format(points=points, weight=weight))
    sentences = [voice.led(f"{number}. {row.row.level3}", voice.joined(told))]
    if row.open is not None and row.measure is not None:
        text = say("the bracket {bracket} crosses an edge, so nothing is filled")
        sentences.append(text.format(bracket=between(row.measure, say)))
    source = _source(row, voice)
    yield Fact("".join(map(voice.ended, [*sentences, source] if source else sentences)))
    if not value:
        yield Place(_asked(row, voice))


def _source(row: FilledRow, voice: Voice) -> str:
    say, measure, manual = voice.say, row.measure, row.row.manual
    if measure is not None:
        coverage = NONE if measure.bracket.coverage is None else f"{measure.bracket.coverage:.2%}"
        return say("measured: bracket {bracket}, coverage {coverage}, policy {policy}").format(
            bracket=between(measure, say), coverage=coverage, policy=measure.policy_name
        )
    if manual is None or not (row.actual or row.outcome):
        return ""
    return say("given by {who} on {when}; proof: {proof}").format(
        who=manual.who or NONE, when=manual.when or NONE, proof=manual.proof or NONE
    )


def _asked(row: FilledRow, voice: Voice) -> str:
    """Who has to do what before the row has a value."""
    say, manual = voice.say, row.row.manual
    if row.measure is not None:
        return say("further evidence has to decide: attestations for the time that is not known")
    if manual is None or not manual.who:
        return say("no value yet, and nobody is named who gives it")
    return say("no value yet: {who} gives it by {when}, proof: {proof}").format(
        who=manual.who, when=manual.when or NONE, proof=manual.proof or NONE
    )
