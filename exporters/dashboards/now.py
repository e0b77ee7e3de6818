"""How everything stands now: how many answer, what is down, and how it was in the last hours."""

from collections.abc import Iterator

from config.model import Config
from exporters.dashboards.panel import (
    BAD,
    GOOD,
    Json,
    Placed,
    Query,
    called,
    dashboard,
    lines,
    source_variable,
    stat,
    steps,
    table,
    texts,
)
from exporters.rules.states import Thing, things
from exporters.words import Say


def now(config: Config, say: Say) -> Json:
    """The dashboard of everything."""
    known = things(config, say)
    return dashboard(
        "linewalker-now",
        say("Linewalker: now"),
        say("What is unknown is counted as unknown: neither up nor down."),
        config.calendar.zone,
        [*_numbers(known, say), *_tables(known, say), *_course(config, known, say)],
        [source_variable(say("data source"))],
    )


def kind_words(say: Say) -> dict[str, str]:
    """What people call the kinds, by their labels."""
    return {
        "circuit": say("circuits"),
        "service": say("services"),
        "device": say("devices"),
        "system": say("systems"),
    }


def path_words(say: Say) -> Json:
    """The page's words for paths: a line whose path is not proven is marked wherever it is shown."""
    words = {
        "direct": say("direct"),
        "pinned": say("pinned"),
        "device": say("from the device"),
        "unproven": say("path unproven"),
    }
    return {"mappings": texts(words)}


def down(thing: str) -> str:
    """How many are down; nothing while of none it is known. Never 0 for want of knowledge."""
    return f"count(linewalker_{thing}_up) - sum(linewalker_{thing}_up)"


def unknown(thing: str) -> str:
    """Of how many nobody knows; nothing while the service is not scraped."""
    every = f"count(linewalker_{thing}_info)"
    return f"{every} - (count(linewalker_{thing}_up) or 0 * {every})"


def _numbers(known: tuple[Thing, ...], say: Say) -> Iterator[Placed]:
    watching = texts({"0": say("does not watch"), "1": say("watches")}, {"0": BAD, "1": GOOD})
    yield Placed(
        stat(
            say("collector"),
            say("Whether anybody watches. A dash: Prometheus does not reach the service."),
            Query("min(linewalker_watching)"),
            mappings=watching,
        ),
        4,
        4,
    )
    titles, says = _titles(say), say("A dash: of none it is known.")
    for thing in known:
        if thing.name == "circuit":
            up = Query("sum(linewalker_circuit_up)")
            yield Placed(stat(say("circuits up"), says, up), 4, 4)
        troubled = Query(down(thing.name))
        yield Placed(stat(titles[thing.name], says, troubled, thresholds=steps(GOOD, (1, BAD))), 4, 4)
        if thing.name == "circuit":
            masked = say("Masked by what they depend on, or not watched.")
            yield Placed(stat(say("circuits unknown"), masked, Query(unknown(thing.name))), 4, 4)


def _titles(say: Say) -> dict[str, str]:
    return {
        "circuit": say("circuits down"),
        "service": say("services down"),
        "device": say("devices down"),
        "system": say("systems down"),
    }


def _tables(known: tuple[Thing, ...], say: Say) -> Iterator[Placed]:
    columns = {"name": say("name"), "site_name": say("site"), "group": say("group")}
    if any(one.name == "circuit" for one in known):
        line = next(one for one in known if one.name == "circuit")
        more = {"carrier_name": say("carrier"), "cid": say("circuit id"), "path": say("path")}
        title, says = say("circuits that are down"), say("Raw, as the page shows it: not yet an outage.")
        marked = {"path": path_words(say)}
        yield Placed(table(title, says, [Query(_down_of(line))], columns | more, marked), 24, 8)
    others = [one for one in known if one.name != "circuit"]
    if others:
        words, kind = kind_words(say), {"kind": say("kind")}
        expr = "\nor\n".join(
            f'label_replace({_down_of(one)}, "kind", "{words[one.name]}", "", "")' for one in others
        )
        title, says = say("what else is down"), say("Services, devices and systems.")
        yield Placed(table(title, says, [Query(expr)], kind | columns), 24, 6)


def _down_of(thing: Thing) -> str:
    return f"(linewalker_{thing.name}_up == 0) {thing.named}"


def _course(config: Config, known: tuple[Thing, ...], say: Say) -> Iterator[Placed]:
    if not any(one.name == "circuit" for one in known):
        return
    for level, title, names in (
        ("group", say("circuits that answer, by group"), {one.id: one.name for one in config.groups}),
        ("carrier", say("circuits that answer, by carrier"), {one.id: one.name for one in config.carriers}),
    ):
        expr = f"{level}:linewalker_circuit_up:sum / {level}:linewalker_circuit_up:count"
        yield Placed(
            lines(
                title,
                say("Share of those that are known; recorded by `linewalker rules`."),
                [Query(expr, f"{{{{{level}}}}}")],
                unit="percentunit",
                max=1,
                overrides=called(names),
            ),
            12,
            8,
        )
    queries = [Query(down("circuit"), say("down")), Query(unknown("circuit"), say("unknown"))]
    title, says = say("circuits down and unknown"), say("A gap: Prometheus did not reach the service.")
    yield Placed(lines(title, says, queries, min=0, decimals=0), 24, 8)
