"""How a message reads: one for all that waits to be told, in the reader's language, and the same as plain data."""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from config.alerts import What
from exporters.alerts.books import Notice
from exporters.alerts.troubles import PROBLEM, Trouble
from exporters.figure_names import ALARMS, name_of
from exporters.figures import duration, instant, rfc3339
from exporters.measures import between, figure, measure_of, words
from exporters.words import Say
from indicators.catalogue import CATALOGUE
from indicators.measure import EVERYBODY
from indicators.percentages import Way, towards

MOST = 20  # told one by one; of more, how many there are of each carrier
_SIGNS = {"begun": "▼", "over": "▲", "restless": "◆", "calm": "◆"}


@dataclass(frozen=True, slots=True)
class Message:
    """What is handed over: `data` says the same to programs."""

    title: str
    text: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who tells, in which language and zone; `page` is where more can be seen. Of a `practice` network it is said."""

    organisation: str
    vantage: str
    page: str
    say: Say
    chinese: bool
    zone: tzinfo
    practice: bool = False

    def headed(self, title: str) -> str:
        """A title that says who writes."""
        who = [self.say("Linewalker"), *([self.say("practice")] if self.practice else [])]
        return " ".join(
            f"[{' '.join(who)}] {title}".split()
        )  # on one line, whatever a name holds: it is a header

    def signed(self, at: float) -> str:
        """Who writes from where, and when."""
        return " · ".join([self.organisation, self.vantage, str(rfc3339(at, self.zone, "seconds"))])

    def data(self, at: float) -> dict[str, Any]:
        """The same for programs."""
        return {"organisation": self.organisation, "vantage": self.vantage, "at": rfc3339(at, self.zone)}


def message(notices: Sequence[Notice], at: float, head: Letterhead) -> Message:
    """One message for all of these, told at `at` (seconds since 1970 UTC)."""
    lines = ["\n".join(_told(one, at, head)) for one in notices[:MOST]]
    if more := notices[MOST:]:
        lines.append(_summed(more, head))
    lines.append("\n".join([head.signed(at), *([head.page] if head.page else [])]))
    data = head.data(at) | {"notices": [_plain(one, head.zone) for one in notices]}
    return Message(head.headed(_title(notices, head)), "\n\n".join(lines), data)


def trial(at: float, head: Letterhead) -> Message:
    """A message that nothing is the matter with, to see whether it arrives."""
    text = head.say("This is a trial: alerts of {organisation} reach you here.")
    told = f"{text.format(organisation=head.organisation)}\n\n{head.signed(at)}"
    return Message(head.headed(head.say("trial")), told, head.data(at) | {"notices": []})


def _title(notices: Sequence[Notice], head: Letterhead) -> str:
    if len(notices) == 1:
        return headline(notices[0], head)
    begun = sum(one.news == "begun" for one in notices)
    over = sum(one.news == "over" for one in notices)
    parts = [
        head.say("{count} began").format(count=begun) if begun else "",
        head.say("{count} over").format(count=over) if over else "",
        head.say("{count} restless").format(count=rest) if (rest := len(notices) - begun - over) else "",
    ]
    return ", ".join(filter(None, parts)) if not head.chinese else "，".join(filter(None, parts))


def headline(one: Notice, head: Letterhead) -> str:
    """What happened in one line."""
    of, over = _named(one.trouble, head), not math.isnan(one.until)
    how = one.news if one.news != "calm" else "calm, well" if over else "calm, wrong"
    said = head.say(HEADLINES[one.trouble.key.what][how]).format(of=of)
    lasted = duration(one.until - one.trouble.since, head.say)
    return f"{said} ({lasted})" if one.news == "over" else said


_RESTLESS = "{of} is restless; it is told of again when it has been quiet for ten minutes"
HEADLINES: Mapping[What, Mapping[str, str]] = {
    "down": {
        "begun": "{of} is down",
        "over": "{of} is up again",
        "restless": _RESTLESS,
        "calm, wrong": "{of} is quiet again: down",
        "calm, well": "{of} is quiet again: up",
    },
    "target": {
        "begun": "{of} misses its target",
        "over": "{of} meets its target again",
        "restless": _RESTLESS,
        "calm, wrong": "{of} is quiet again: its target is missed",
        "calm, well": "{of} is quiet again: its target is met",
    },
    "limit": {
        "begun": "{of} is beyond its limit",
        "over": "{of} is within its limits again",
        "restless": _RESTLESS,
        "calm, wrong": "{of} is quiet again: beyond its limit",
        "calm, well": "{of} is quiet again: within its limits",
    },
    "collector": {
        "begun": "Linewalker: {of}",
        "over": "Linewalker: {of} no more",
        "restless": _RESTLESS,
        "calm, wrong": "Linewalker is quiet again: {of}",
        "calm, well": "Linewalker is quiet again: {of} no more",
    },
}
"""By what it is of and how it stands."""

THINGS = {"circuits": "circuit", "services": "service", "devices": "device", "systems": "system"}


def _named(of: Trouble, head: Letterhead) -> str:
    """What it is about, as people know it."""
    say, told = head.say, of.told
    if of.key.what == "collector":
        return say("watching, with a problem") if of.key.id == PROBLEM else say("nobody watches")
    if of.key.what == "target":
        group = of.key.id.split(" ")[1]
        entry = CATALOGUE[told["indicator"]]
        whom = say("all together") if group == EVERYBODY else told.get("name", group)
        return f"{whom} {words(entry.name, head.chinese)}"
    name = f"{say(THINGS[of.key.kind])} {told.get('name', of.key.id)}"
    if of.key.what != "limit":
        return name
    return " ".join(filter(None, [name, say(name_of(told["figure"])), told["part"]]))


def _told(one: Notice, at: float, head: Letterhead) -> Iterator[str]:
    """One notice, line by line."""
    trouble, say = one.trouble, head.say
    yield f"{_SIGNS[one.news]} {headline(one, head)}"
    times = [f"{say('since')} {instant(trouble.since, at, head.zone)}"]
    if one.until == one.until:
        times = [f"{instant(trouble.since, at, head.zone)} – {instant(one.until, at, head.zone)}"]
    reason = trouble.told.get("reason", "")
    yield f"  {'  '.join(filter(None, [*times, say(reason) if reason else '']))}"
    yield from (f"  {line}" for line in _about(trouble, head, over=one.news == "over") if line)


def _about(trouble: Trouble, head: Letterhead, *, over: bool) -> Iterator[str]:
    say, told = head.say, trouble.told
    if trouble.key.what == "target":
        yield from _measured(told, head)
        return
    if trouble.key.what == "limit" and not over:
        value = duration(float(told["seconds"]), say) if "seconds" in told else told["value"]
        yield f"{value} {say(ALARMS[told['limit']])}".strip()
    if "switch_over" in told:
        yield say("failed switch-over: a line of it is up")
    yield " · ".join(filter(None, [told.get("carrier"), told.get("rate"), told.get("site")]))
    labelled = [("report to", "fault_phone"), ("circuit id", "cid"), ("far end", "contact")]
    yield "  ".join(f"{say(label)} {told[key]}" for label, key in labelled if key in told)


def _measured(told: Mapping[str, str], head: Letterhead) -> Iterator[str]:
    """Value, bracket and target of this year, and what is left of the margin."""
    say, measure = head.say, measure_of(json.loads(told["measure"]))
    value = figure(measure, measure.bracket.value, towards(CATALOGUE[measure.indicator].bad), say)
    yield "  ".join(
        [
            f"{say('this year')} {value}",
            f"{say('bracket')} {between(measure, say)}",
            f"{say('target')} {figure(measure, measure.target, Way.HALF_UP, say)}",
        ]
    )


def _summed(notices: Sequence[Notice], head: Letterhead) -> str:
    """How many more there are, of each carrier."""
    say = head.say
    carriers = Counter(one.trouble.told.get("carrier", "") for one in notices)
    counted = [f"{name} {count}" for name, count in carriers.most_common() if name]
    of_all = say("and {count} more").format(count=len(notices))
    return f"{of_all}{': ' if counted else ''}{', '.join(counted)}"


def _plain(one: Notice, zone: tzinfo) -> dict[str, Any]:
    trouble = one.trouble
    told: dict[str, Any] = dict(trouble.told)
    told.update({name: json.loads(told[name]) for name in ("measure", "outlook") if name in told})
    return {
        "news": one.news,
        "what": trouble.key.what,
        "kind": trouble.key.kind,
        "id": trouble.key.id,
        "group": trouble.group,
        "since": rfc3339(trouble.since, zone),
        "until": rfc3339(one.until, zone),
        "at": rfc3339(one.at, zone),
        **told,
    }
