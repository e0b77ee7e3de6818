"""This year's indicators: each a bracket beside its target, days that may still be lost, and one of them over time.

Figures are rounded as everywhere in this program: a value towards its bad end, the lower end of a bracket down and
its upper end up; and no share below 1 is shown as 100 %.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from config.model import Config
from exporters.dashboards.now import kind_words
from exporters.dashboards.panel import (
    Json,
    Placed,
    Query,
    dashboard,
    lines,
    query_variable,
    source_variable,
    table,
    texts,
)
from exporters.promised import BY_DAYS
from exporters.rules.rule import one_of
from exporters.rules.targets import indicator_names, of_users, subject_names
from exporters.words import Say
from indicators.catalogue import CATALOGUE, Indicator

Shown = Literal["ratio", "seconds", "number"]
_UNITS: dict[Shown, str] = {"ratio": "percentunit", "seconds": "s", "number": "none"}
_KEYS = "indicator, subject, kind"
_HUNDREDTH = 10_000  # of a per cent


def year(config: Config, say: Say, *, chinese: bool) -> Json:
    """The dashboard of this year."""
    return dashboard(
        "linewalker-year",
        say("Linewalker: this year's indicators"),
        say("Every figure is a bracket: what nobody watched may have been either."),
        config.calendar.zone,
        [*_tables(config, say, chinese=chinese), _course(say)],
        [
            source_variable(say("data source")),
            query_variable(
                "subject", say("group"), 'label_values(linewalker_indicator_value{period="year"}, subject)',
                all_of_it=True,
            ),
            query_variable(
                "indicator", say("indicator"), 'label_values(linewalker_indicator_value{period="year"}, indicator)'
            ),
        ],
        since="now-30d",
    )  # fmt: skip


def _shown(entry: Indicator) -> Shown:
    return "ratio" if entry.unit == "ratio" else "seconds" if entry.unit == "seconds" else "number"


def _tables(config: Config, say: Say, *, chinese: bool) -> Iterator[Placed]:
    words = {
        "indicator": {"mappings": texts(indicator_names(CATALOGUE.values(), chinese=chinese))},
        "subject": {"mappings": texts(subject_names(config, say))},
        "kind": {"mappings": texts({f"{key}s": word for key, word in kind_words(say).items()})},
    }
    whose = {"indicator": say("indicator"), "subject": say("group"), "kind": say("kind")}
    titles: dict[Shown, str] = {
        "ratio": say("shares"),
        "number": say("days, lines and other counts"),
        "seconds": say("durations"),
    }
    for unit, title in titles.items():
        yield _brackets(title, unit, whose, words, say)
    yield _left({name: whose[name] for name in ("subject", "kind")}, words, say)


def _brackets(
    title: str, unit: Shown, whose: Mapping[str, str], words: Mapping[str, Json], say: Say
) -> Placed:
    """The indicators of a unit: value, bracket, target and coverage of each."""
    ends = {
        "Value #A": say("value"),
        "Value #B": say("lower end"),
        "Value #C": say("upper end"),
        "Value #D": say("target"),
        "Value #E": say("coverage"),
    }
    made = table(
        title,
        say("Where the target lies inside the bracket, nothing is decided yet."),
        [Query(expr) for expr in _ends([one for one in CATALOGUE.values() if _shown(one) == unit], unit)],
        {**whose, **ends},
        {**words, "Value #E": {"unit": "percentunit", "decimals": 2}},
        unit=_UNITS[unit],
        decimals=0 if unit == "seconds" else 2,
    )
    return Placed(made, 24, 10 if unit == "ratio" else 7)


def _left(whose: Mapping[str, str], words: Mapping[str, Json], say: Say) -> Placed:
    """The margin of days of normal operation."""
    ends = {"Value #A": say("days left"), "Value #B": say("lower end"), "Value #C": say("upper end")}
    made = table(
        say("days that may still be lost this year"),
        say("Of days of normal operation; below 0 the target is missed."),
        [Query(_margin(ending)) for ending in ("", "_lower", "_upper")],
        {**whose, **ends},
        {name: words[name] for name in whose},
        decimals=0,
    )
    return Placed(made, 24, 6)


def _margin(ending: str) -> str:
    view = CATALOGUE[BY_DAYS].views[0]
    series = of_users(f'linewalker_margin_days{ending}{{view="{view}",subject=~"$subject"}}')
    return f"max by ({_KEYS}) {series}"


def _ends(entries: list[Indicator], unit: Shown) -> Iterator[str]:
    """Value, lower end, upper end, target and coverage of these indicators, each in its first view."""
    yield _each(entries, "value", lambda entry, series: _rounded(series, unit, up=entry.bad == "upper"))
    yield _each(entries, "lower", lambda _, series: _rounded(series, unit, up=False))
    yield _each(entries, "upper", lambda _, series: _rounded(series, unit, up=True))
    yield _each(entries, "target", lambda _, series: series)
    yield _each(entries, "coverage", lambda _, series: _rounded(series, "ratio", up=False))


def _each(entries: list[Indicator], end: str, rounded: Callable[[Indicator, str], str]) -> str:
    """One end of all these; those that are rounded alike are named together."""
    alike: dict[tuple[str, str], list[Indicator]] = {}
    for entry in entries:
        alike.setdefault((entry.views[0], entry.bad), []).append(entry)
    parts = []
    for (view, _), some in alike.items():
        chosen = f'indicator=~"{one_of(one.id for one in some)}",view="{view}"'
        series = f'linewalker_indicator_{end}{{{chosen},period="year",subject=~"$subject"}}'
        parts.append(f"max by ({_KEYS}) ({rounded(some[0], series)})")
    return "\nor\n".join(parts)


def _rounded(series: str, unit: Shown, *, up: bool) -> str:
    """Two places of a per cent or of a number, whole seconds, one way."""
    if unit == "seconds":
        return f"{'ceil' if up else 'floor'}({series})"
    if unit == "number":
        return _places(series, 100, up=up)
    places = _places(series, _HUNDREDTH, up=up)
    # What is less than all of it may not look like all of it.
    return f"({series} >= 1) or clamp_max({places}, {1 - 1 / _HUNDREDTH:g})" if up else places


def _places(series: str, parts: int, *, up: bool) -> str:
    """To whole parts of 1, one way. 0.07 has 7.000000000000001 hundredths, and is not rounded up to 8."""
    whole = f"round({series} * {parts}, 0.00000001)"
    return f"{'ceil' if up else 'floor'}({whole}) / {parts}"


def _course(say: Say) -> Placed:
    of = '{indicator="$indicator",period="year",subject=~"$subject"}'
    queries = [
        Query(f"linewalker_indicator_lower{of}", say("lower end") + " {{subject}} {{view}}"),
        Query(f"linewalker_indicator_value{of}", say("value") + " {{subject}} {{view}}"),
        Query(f"linewalker_indicator_upper{of}", say("upper end") + " {{subject}} {{view}}"),
        Query(f"linewalker_indicator_target{of}", say("target") + " {{subject}} {{view}}"),
    ]
    says = say("As it was judged at each moment; shares from 0 to 1.")
    return Placed(lines(say("one indicator over time"), says, queries), 24, 9)
