"""All rules of a configuration as one file for Prometheus."""

import datetime as dt
from collections.abc import Iterator

from config.dated import all_in_service
from config.model import Circuit, Config
from exporters.rules.collector import JOB, collector
from exporters.rules.full import full
from exporters.rules.recorded import recorded
from exporters.rules.rule import Group, written
from exporters.rules.states import states, things
from exporters.rules.targets import targets
from exporters.words import words


def rules(config: Config, today: dt.date, lang: str) -> str:
    """The rule file, YAML with comments in the language; of a day, because lines come, go and change their rate."""
    return written(list(_head(config, lang)), groups(config, today, lang))


def groups(config: Config, today: dt.date, lang: str) -> Iterator[Group]:
    """Every group of rules, also those without any."""
    say, circuits = words(lang), tuple(all_in_service(config.circuits, today))
    line = next((one for one in things(config, say) if one.name == "circuit"), None)
    yield from states(config, {"circuit": _retired(config, circuits)}, say)
    yield from collector(config, say)
    yield from targets(config, say, chinese=lang == "zh")
    yield full(config, circuits, line, today, say)
    yield from recorded(config, say)


def _retired(config: Config, circuits: tuple[Circuit, ...]) -> frozenset[str]:
    return frozenset({one.id for one in config.circuits} - {one.id for one in circuits})


def _head(config: Config, lang: str) -> Iterator[str]:
    say = words(lang)
    yield say("Rules of {organisation} for Prometheus 2.42 or newer, made by `linewalker rules`.").format(
        organisation=config.organisation
    )
    yield say("Of configuration {digest}; make them anew when it changes.").format(digest=config.digest[:12])
    yield say("They expect a job named {job} that scrapes the service.").format(job=JOB)
    yield ""
    yield say(
        "What is unknown has no sample: no rule begins to fire for it, and what is down is not called over by it."
    )
