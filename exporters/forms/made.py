"""A filled plan as one of the built-in forms, and the form as a file. Nothing is judged here and nothing filled."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from config.plan import HALF_YEAR
from exporters.forms.a4 import clean
from exporters.forms.excel import excel
from exporters.forms.filled import FilledPlan
from exporters.forms.hainan import hainan
from exporters.forms.monitoring import Expected, monitoring
from exporters.forms.notes import notes_of
from exporters.forms.self_evaluation import self_evaluation
from exporters.forms.sheet import Form, Page
from exporters.forms.word import word
from exporters.words import Say, words
from indicators.calendar import month_window, year_window

RENDERERS: Mapping[str, Callable[[Form], bytes]] = {".docx": word, ".xlsx": excel}
"""How a form becomes a file, by its ending."""


def form(
    of: FilledPlan,
    kind: str,
    lang: str,
    *,
    annotated: bool = False,
    draft: bool = False,
    expected: Mapping[str, Expected] | None = None,
) -> Form:
    """A built-in form in a language; `expected` are the outlooks of a `monitoring` form, by the id of their row."""
    say = words(lang)
    pages = _pages(of, kind, say, notes_of(of, lang) if annotated else {}, expected or {})
    last = pages[-1]
    notes = (*last.notes, *_until(of, kind, say), *(_window(of, say) if annotated else ()))
    signatures = (*(f"{one}：" for one in of.plan.signatures), say("date:      (year)    (month)    (day)"))
    return Form(
        pages=(*pages[:-1], replace(last, notes=notes, signatures=signatures)),
        footer=_footer(of, say, annotated=annotated),
        draft=say("draft, not to be handed in") if draft else "",
        marks={
            "title": clean(of.plan.project.name),
            "identifier": f"linewalker:{of.code}" if of.code else "",
        },
    )


def _pages(
    of: FilledPlan, kind: str, say: Say, notes: Mapping[str, str], expected: Mapping[str, Expected]
) -> tuple[Page, ...]:
    if kind == HALF_YEAR:
        return monitoring(of, say, notes, expected)
    return (hainan if kind == "hainan" else self_evaluation)(of, say, notes)


def _until(of: FilledPlan, kind: str, say: Say) -> Iterator[str]:
    """That the time the form is about was not over when it was judged."""
    zone, year = ZoneInfo(of.zone), of.plan.project.year
    end = month_window(year, 6, zone)[1] if kind == HALF_YEAR else year_window(year, zone)[1]
    if any(one.measure for one in of.rows) and of.end < end / 1e6:
        yield say("Measured values are judged until {at} and are not final.").format(at=_moment(of.end, zone))


def _window(of: FilledPlan, say: Say) -> Iterator[str]:
    """Over which time, by which profile: for the files."""
    zone = ZoneInfo(of.zone)
    yield say("Measured from {begin} until {end} ({zone}); scored by {profile}, version {version}.").format(
        begin=_moment(of.begin, zone),
        end=_moment(of.end, zone),
        zone=of.zone,
        profile=of.profile.name,
        version=of.profile.version,
    )


def _moment(at: float, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M}"


def _footer(of: FilledPlan, say: Say, *, annotated: bool) -> str:
    if of.code:
        return say("revision {number} · check code {code}").format(number=of.revision, code=of.code)
    return say("not frozen: no revision, no check code") if annotated else ""
