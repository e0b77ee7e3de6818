"""Rules on what was promised for this year, with the verdict of the page: missed is what nothing unknown could save.

Every indicator is a bracket. It is missed only where its better end is worse than the target: the upper end where
more is better, the lower end where less is. Days of normal operation are promised for a whole year, so of them the
margin decides. Of each indicator the view counts that its catalogue names first; and what was promised of the lines
of a group was not promised of its routers, too.
"""

from collections.abc import Iterable, Iterator

from config.model import Config
from exporters.measures import words as in_words
from exporters.promised import BY_DAYS
from exporters.rules.rule import INSTANCE, Alert, Group, one_of, worded
from exporters.words import Say
from indicators.catalogue import CATALOGUE, Indicator
from indicators.measure import EVERYBODY

_OF = f"{INSTANCE}, indicator, subject"
# A service that starts anew judges the year some minutes later; so long nothing that was missed is called over.
_ANEW_SECONDS = 900.0
_VALUE = '{{ printf "%.6g" $value }}'
_TARGET = (
    '{{ with printf `linewalker_indicator_target{indicator=%q,subject=%q,kind=%q,view=%q,period="year"}`'
    " $labels.indicator $labels.subject $labels.kind $labels.view | query }}"
    '{{ . | first | value | printf "%.6g" }}{{ end }}'
)


def targets(config: Config, say: Say, *, chinese: bool) -> Iterator[Group]:
    """One group, of the indicators that something was promised of; empty where nothing was."""
    promised = {one.indicator for one in config.targets}
    entries = [CATALOGUE[name] for name in CATALOGUE if name in promised]
    rules = tuple(_rules(config, entries, say, chinese=chinese)) if entries else ()
    yield Group("linewalker-targets", say("what was promised for this year"), rules)


def indicator_names(entries: Iterable[Indicator], *, chinese: bool) -> dict[str, str]:
    """What people call indicators, by their ids."""
    return {one.id: in_words(one.name, chinese) for one in entries}


def subject_names(config: Config, say: Say) -> dict[str, str]:
    """What people call groups, by their ids, and all together."""
    return {one.id: one.name for one in config.groups} | {EVERYBODY: say("all together")}


def _rules(config: Config, entries: list[Indicator], say: Say, *, chinese: bool) -> Iterator[Alert]:
    indicator = worded("indicator", indicator_names(entries, chinese=chinese))
    subject = worded("subject", subject_names(config, say))
    if missed := [_missed(one) for one in _alike(entry for entry in entries if entry.id != BY_DAYS)]:
        yield Alert(
            say("Missed whatever the unknown time was: the better end of the bracket does not reach it."),
            "LinewalkerTargetMissed",
            "\nor\n".join(missed),
            "warning",
            say("{indicator} of {subject} misses its target").format(indicator=indicator, subject=subject),
            say("at best {value} this year, promised {target}").format(value=_VALUE, target=_TARGET),
            keeping=_ANEW_SECONDS,
        )
    if any(entry.id == BY_DAYS for entry in entries):
        yield Alert(
            say("More days are lost for sure than the whole year allows."),
            "LinewalkerDaysMissed",
            of_users(f'linewalker_margin_days_upper{{view="{CATALOGUE[BY_DAYS].views[0]}"}}') + " < 0",
            "warning",
            say("{indicator} of {subject} misses its target").format(indicator=indicator, subject=subject),
            say("{days} days more are lost than this year allows; promised {target}").format(
                days="{{ $value | printf `%.0f` }}", target=_TARGET
            ),
            keeping=_ANEW_SECONDS,
        )
    least = config.rules.min_coverage
    yield Alert(
        say("Watched too little for the figure to stand by itself: insufficient data."),
        "LinewalkerCoverageLow",
        "\nor\n".join(
            f"({of_users(f'linewalker_indicator_coverage{_selected(one)}')} < {least:g}"
            " and linewalker_indicator_target)"
            for one in _alike(entries)
        ),
        "info",
        say("{indicator} of {subject} was watched too little").format(indicator=indicator, subject=subject),
        say("coverage {share} this year, below what the policy asks for").format(
            share='{{ printf "%.4f" $value }}'
        ),
        lasting=3600,
        keeping=_ANEW_SECONDS,
    )


def _alike(entries: Iterable[Indicator]) -> list[list[Indicator]]:
    """Indicators with the same bad end and the same first view, together."""
    found: dict[tuple[str, str], list[Indicator]] = {}
    for entry in entries:
        found.setdefault((entry.bad, entry.views[0]), []).append(entry)
    return list(found.values())


def _selected(alike: list[Indicator]) -> str:
    """The labels of this year's figures of these."""
    return f'{{indicator=~"{one_of(one.id for one in alike)}",view="{alike[0].views[0]}",period="year"}}'


def of_users(series: str) -> str:
    """A series without the devices of groups in which something else was promised the same."""
    devices = series.replace("{", '{kind="devices",')
    others = series.replace("{", '{kind!="devices",')
    used = 'linewalker_indicator_target{kind!="devices",period="year"}'
    return f"({others} or ({devices} unless on ({_OF}) {used}))"


def _missed(alike: list[Indicator]) -> str:
    better, than = ("upper", "<") if alike[0].bad == "lower" else ("lower", ">")
    return (
        of_users(f"linewalker_indicator_{better}{_selected(alike)}") + f" {than} linewalker_indicator_target"
    )
