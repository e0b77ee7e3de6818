"""What of all trouble is news: begun, over, or so restless that it is told of once and then held back. Pure.

What was told is kept by whoever calls, so that a restart tells nobody twice and forgets nobody. Holding back is about
messages alone: nothing here is a fact, and no figure rests on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from exporters.alerts.troubles import Key, Scene, Trouble

RESTLESS_BEGINNINGS = 4  # so many within RESTLESS_SECONDS, and it is told of as restless
RESTLESS_SECONDS = 1800.0
CALM_SECONDS = 600.0
# What is not about a subject must last so long: a service that has just been started does not watch yet.
OWN_SECONDS = 30.0

News = Literal["begun", "over", "restless", "calm"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell: of `calm` and `over` with `until` when, else NaN."""

    news: News
    trouble: Trouble
    at: float
    until: float = float("nan")


@dataclass(frozen=True, slots=True)
class Case:
    """One trouble that was seen: whether it was told of, when it was over, and its latest beginnings."""

    trouble: Trouble
    seen: float  # when it was first seen
    told: bool = False
    over: float | None = None
    beginnings: tuple[float, ...] = ()
    restless: bool = False
    changed: float = 0.0  # when it last began or was over


Cases = Mapping[Key, Case]


def open_keys(cases: Cases) -> set[Key]:
    """What is not over yet."""
    return {key for key, case in cases.items() if case.over is None}


def news(cases: Cases, scene: Scene, after: float) -> tuple[dict[Key, Case | None], list[Notice]]:
    """The cases that changed (None: forgotten), and what is to be told, of a scene that asked for all open ones.

    `after`: trouble of a subject that is over sooner, in seconds, is not told of.
    """
    changed, notices = dict[Key, Case | None](), list[Notice]()
    for key in cases.keys() | scene.troubles.keys():
        before = cases.get(key)
        now, said = _step(key, before, scene, after)
        if now != before:
            changed[key] = now
        notices += said
    notices.sort(key=lambda one: (one.trouble.since, one.trouble.key))
    return changed, notices


def _step(key: Key, before: Case | None, scene: Scene, after: float) -> tuple[Case | None, list[Notice]]:
    trouble = scene.troubles.get(key)
    if trouble is not None:
        return _wrong(before, trouble, scene.at, after)
    if before is None or key in scene.gone:
        return None, []
    if before.over is None:
        return _right(before, scene.well.get(key), scene.at)
    return _resting(before, scene.at)


def _wrong(before: Case | None, trouble: Trouble, at: float, after: float) -> tuple[Case, list[Notice]]:
    if before is None or before.over is not None:
        earlier = before.beginnings if before else ()
        recent = (*(one for one in earlier if at - one < RESTLESS_SECONDS), at)
        restless = bool(before and before.restless)
        before = Case(trouble, at, beginnings=recent[-RESTLESS_BEGINNINGS:], restless=restless, changed=at)
    elif trouble.key.what == "down" and trouble.since > before.trouble.since:
        before = replace(before, trouble=trouble)  # it was up in between, and nobody looked
    if before.restless:
        return _calmed(before, at)
    if before.told:
        return before, []
    lasted = at - (before.trouble.since if trouble.key.what == "down" else before.seen)
    # Of time before somebody set the clock back nothing is known but that it was long enough ago.
    if 0 <= lasted < (OWN_SECONDS if trouble.key.what == "collector" else after):
        return before, []
    if len(before.beginnings) == RESTLESS_BEGINNINGS:
        return replace(before, told=True, restless=True), [Notice("restless", before.trouble, at)]
    return replace(before, told=True), [Notice("begun", before.trouble, at)]


def _right(before: Case, since: float | None, at: float) -> tuple[Case | None, list[Notice]]:
    if since is None:  # nobody knows: it stands as it was told
        return before, []
    now = replace(before, over=since, changed=at)
    if before.restless or not before.told:
        return now, []
    return replace(now, told=False), [Notice("over", before.trouble, at, since)]


def _resting(before: Case, at: float) -> tuple[Case | None, list[Notice]]:
    if before.restless:
        return _calmed(before, at)
    forgotten = at - before.changed > RESTLESS_SECONDS
    return (None if forgotten else before), []


def _calmed(before: Case, at: float) -> tuple[Case, list[Notice]]:
    """Tell how it stands in the end, once it was quiet for long enough."""
    if 0 <= at - before.changed < CALM_SECONDS:
        return before, []
    until = float("nan") if before.over is None else before.over
    now = replace(before, restless=False, beginnings=(), told=before.over is None)
    return now, [Notice("calm", before.trouble, at, until)]
