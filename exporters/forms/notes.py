"""What the annotated form prints about a value: rule, policy, coverage, bracket, 实测/佐证; what is open."""

from collections.abc import Iterator, Mapping

from exporters.figures import duration
from exporters.forms.filled import FilledPlan, FilledRow, printed
from exporters.measures import between, figure, words
from exporters.words import Say
from exporters.words import words as language
from indicators.catalogue import CATALOGUE
from indicators.measure import EVERYBODY, Measure
from indicators.percentages import Way, percent, towards


def notes_of(of: FilledPlan, lang: str) -> Mapping[str, str]:
    """What stands below each measured row, by its id."""
    return {one.row.id: _joined(_about(one, one.measure, lang), lang) for one in of.rows if one.measure}


def _joined(parts: Iterator[str], lang: str) -> str:
    return ("；" if lang == "zh" else "; ").join(parts)


def _about(one: FilledRow, measure: Measure, lang: str) -> Iterator[str]:
    say, chinese = language(lang), lang == "zh"
    entry, bracket = CATALOGUE[measure.indicator], measure.bracket
    yield say("{name}: {rule} ({formula})").format(
        name=words(entry.name, chinese), rule=words(entry.says, chinese), formula=measure.formula
    )
    view = say(f"{measure.view} view")
    kinds = {
        "circuits": say("circuits"),
        "services": say("services"),
        "devices": say("devices"),
        "systems": say("systems"),
    }
    whose = say("all together") if measure.subject == EVERYBODY else measure.subject
    yield say("{kind} {subject}, {view}").format(kind=kinds[measure.kind], subject=whose, view=view)
    yield say("policy {name} ({digest}), {adopted}").format(
        name=measure.policy_name, digest=measure.policy[:12], adopted=one.adopted or say("adopted by nobody")
    )
    yield say("coverage {coverage}").format(coverage=_coverage(bracket.coverage, say))
    yield say("bracket {bracket}").format(bracket=between(measure, say))
    yield from _basis(one, measure, say)
    if one.built_in is not None:
        yield say("under the built-in policy {value}").format(value=shown(one.built_in, say))
    if not measure.sufficient:
        yield say("insufficient data")
    if one.open is not None:
        yield possible(one, say)


def _basis(one: FilledRow, measure: Measure, say: Say) -> Iterator[str]:
    if one.amends is None:
        yield say("as measured {value}").format(value=shown(measure, say))
    else:
        yield say("as measured {measured}, with what papers attest {value}").format(
            measured=shown(one.amends, say), value=shown(measure, say)
        )


def shown(of: Measure, say: Say) -> str:
    """Its value as `indicators` prints it."""
    return figure(of, of.bracket.value, towards(CATALOGUE[of.indicator].bad), say)


def _coverage(share: float | None, say: Say) -> str:
    return say("none") if share is None else f"{percent(share, Way.DOWN, all_of_it=share == 1)} %"


def possible(one: FilledRow, say: Say) -> str:
    """What an open row may come to, and which evidence would decide it."""
    assert one.open is not None  # noqa: S101 - asked of open rows only
    if one.open.points is not None:
        low, high = map(printed, one.open.points)
        may = say("{low} to {high} points").format(low=low, high=high)
    else:
        may = "/".join(grade or say("no band") for grade in one.open.grades)
    evidence = one.open.evidence or {}
    told = ", ".join(
        f"{say(name.replace('_', ' '))} {_much(name, much, say)}" for name, much in evidence.items()
    )
    return say("possible are {may}; to be settled by: {evidence}").format(
        may=may, evidence=told or say("knowing more of the time")
    )


def _much(name: str, much: float, say: Say) -> str:
    return duration(much, say) if name.endswith("seconds") else f"{much:g}"
