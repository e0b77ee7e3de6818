"""Renders the templates: gives them words, and the ways figures are written in one language and zone."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from exporters.figure_names import ALARMS, name_of
from exporters.figures import NONE, duration, instant, milliseconds, percent, rfc3339, signed
from exporters.reading import Change, Overview
from exporters.web.scores import scores
from exporters.web.view import named_reasons, view
from exporters.words import Say


class Page:
    """The page in any language, for one calendar zone."""

    def __init__(self, words: Callable[[str], Say], zone: tzinfo = UTC) -> None:
        self._words = words
        self._zone = zone
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(
        self, template: str, overview: Overview, changes: tuple[Change, ...], lang: str, wanted: str
    ) -> str:
        """`page.html`, or `live.html` alone, for an overview."""
        say, now, zone = self._words(lang), overview.at, self._zone
        named = named_reasons(overview)
        return self._templates.get_template(template).render(
            _=say,
            bare=False,  # live.html alone brings what else changes along
            lang=lang,
            wanted=wanted,
            at=now,
            zone=datetime.fromtimestamp(now, zone).tzname(),
            collector=overview.collector,
            view=view(overview, wanted),
            scores=scores(overview, say, lang),
            judged_at=overview.standing.at,
            changes=changes,
            none=NONE,
            name_of=name_of,
            alarms=ALARMS,
            why=lambda reason: say(named.get(reason) or reason),
            instant=lambda then: instant(then, now, zone),
            exact=lambda then: rfc3339(then, zone) or "",
            lasted=lambda seconds: duration(seconds, say),
            milliseconds=milliseconds,
            signed=signed,
            percent=percent,
        )
