"""All dashboards of a configuration, as the files they are written into."""

import json
from collections.abc import Iterator

from config.model import Config
from exporters.dashboards.circuit import circuit
from exporters.dashboards.collector import collector
from exporters.dashboards.now import now
from exporters.dashboards.panel import Json
from exporters.dashboards.year import year
from exporters.words import words


def dashboards(config: Config, lang: str) -> list[Json]:
    """Everything now, this year's indicators, one circuit where there are any, and the collector."""
    return list(_made(config, lang))


def _made(config: Config, lang: str) -> Iterator[Json]:
    say = words(lang)
    yield now(config, say)
    yield year(config, say, chinese=lang == "zh")
    if config.circuits:
        yield circuit(config, say)
    yield collector(config, say)


def files(config: Config, lang: str) -> dict[str, bytes]:
    """The JSON of each, by the name of its file."""
    return {
        f"{one['uid']}.json": json.dumps(one, ensure_ascii=False, indent=2).encode() + b"\n"
        for one in dashboards(config, lang)
    }
